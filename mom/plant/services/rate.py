"""Rates added from a day on and ended. A new rate ends the one before; what was priced with that stays as it was."""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal

from django.utils.translation import gettext as _

from mom.accounts.models import Site
from mom.core.actor import Actor
from mom.core.engine.property_rule import DoesNotFit, read_number
from mom.core.errors import Conflict, InvalidInput
from mom.core.use_case import UseCase, use_case
from mom.plant import permissions
from mom.plant.engine.calendar import instant
from mom.plant.engine.terms import RateKind, RateState
from mom.plant.models import Equipment, EquipmentClass, MaterialDefinition, PersonnelClass, Rate
from mom.plant.services import rows

UNIT = {RateKind.MACHINE: "HUR", RateKind.LABOUR: "HUR", RateKind.ENERGY: "KWH"}
MOST_ROWS = 5000
COLUMNS = ("kind", "state", "machine", "class", "skill", "material", "tariff", "unit", "amount", "valid_from")


@dataclass(frozen=True)
class NewRate:
    """What is priced, how high, and from when. Unit and currency follow from it."""

    kind: RateKind
    amount: Decimal
    valid_from: datetime
    state: str = ""
    equipment: Equipment | None = None
    equipment_class: EquipmentClass | None = None
    personnel_class: PersonnelClass | None = None
    definition: MaterialDefinition | None = None
    tariff: str = ""
    unit: str = ""


def rate_add(actor: Actor, site: Site, new: NewRate, *, reason: str = "") -> Rate:
    """Add a rate; the one that holds then ends there. Raises: NotAllowed, InvalidInput."""
    with use_case(actor, reason) as act:
        act.require(permissions.CHANGE_RATE, site.code)
        return add(act, site, new)


def add(act: UseCase, site: Site, new: NewRate) -> Rate:
    """The same within the caller's transaction; rights are the caller's to ask."""
    target = {
        "site": site, "kind": new.kind, "state": new.state, "equipment": new.equipment,
        "equipment_class": new.equipment_class, "personnel_class": new.personnel_class, "definition": new.definition,
        "tariff": new.tariff.strip(),
    }  # fmt: skip
    same = Rate.objects.select_for_update(of=("self",)).select_related("site").filter(**target).order_by("pk")
    held = list(same.exclude(valid_until__lte=new.valid_from))
    present = next((each for each in held if each.valid_from <= new.valid_from), None)
    following = min((each.valid_from for each in held if each.valid_from > new.valid_from), default=None)
    if present is not None:
        if present.amount == new.amount and present.currency == site.currency:
            return present
        if present.valid_from == new.valid_from:
            raise InvalidInput(
                {"valid_from": [_("A rate begins at that instant already. Choose a later day.")]},
                code="rate_overlaps", status=409,
            )  # fmt: skip
        rows.update(act, present, {"valid_until": new.valid_from}, action="plant.rate_ended")
    unit = UNIT.get(new.kind) or new.unit or (new.definition.unit if new.definition else "")
    rate = Rate(
        **target,
        amount=new.amount,
        currency=site.currency,
        unit=unit,
        valid_from=new.valid_from,
        valid_until=following,
    )
    return rows.insert(act, rate, action="plant.rate_added")


def rate_end(actor: Actor, rate_id: int, *, at: datetime | None = None, reason: str = "") -> Rate:
    """Let a rate end without a new one. Raises: NotAllowed, NotFound, Conflict."""
    with use_case(actor, reason) as act:
        rate = rows.locked(Rate, rate_id)
        act.require(permissions.CHANGE_RATE, rate.site.code)
        at = at or act.now
        if rate.valid_until is not None and rate.valid_until <= at:
            raise Conflict(_("It ended before that already."), code="rate_ended")
        return rows.update(act, rate, {"valid_until": at}, action="plant.rate_ended")


def rates_import(actor: Actor, site: Site, text: str) -> int:
    """Add the rates of a CSV file, all of them or none. Raises: NotAllowed; InvalidInput naming every wrong line."""
    with use_case(actor) as act:
        act.require(permissions.CHANGE_RATE, site.code)
        before = Rate.objects.filter(site=site).count()
        for line, new in read_rates(site, text):
            try:
                add(act, site, new)
            except InvalidInput as error:
                sentence = "; ".join(str(each) for sentences in error.fields.values() for each in sentences)
                raise InvalidInput({"file": [_line(line, sentence)]}) from None
        return Rate.objects.filter(site=site).count() - before


def read_rates(site: Site, text: str) -> list[tuple[int, NewRate]]:
    """The lines of a CSV file (`COLUMNS`, separated by comma or semicolon), with their numbers, by their first day.

    Raises: InvalidInput naming every line that can't be read.
    """
    head = text.lstrip("\ufeff").partition("\n")[0]
    separator = ";" if head.count(";") > head.count(",") else ","
    reader = csv.DictReader(io.StringIO(text.lstrip("\ufeff")), delimiter=separator)
    missing = [name for name in ("kind", "amount", "valid_from") if name not in (reader.fieldnames or [])]
    if missing:
        raise InvalidInput({"file": [_("These columns are missing: %(names)s.") % {"names": ", ".join(missing)}]})
    lines = list(enumerate(reader, start=2))
    if len(lines) > MOST_ROWS:
        raise InvalidInput({"file": [_("A file holds %(most)d rates at most.") % {"most": MOST_ROWS}]})
    known = {
        "machine": _by_code(Equipment, site, lines, "machine"),
        "class": _by_code(EquipmentClass, site, lines, "class"),
        "skill": _by_code(PersonnelClass, site, lines, "skill"),
        "material": _by_code(MaterialDefinition, site, lines, "material"),
    }
    wrong: list[str] = []
    read: list[tuple[int, NewRate]] = []
    for number, line in lines:
        try:
            read.append((number, _read(site, line, known)))
        except ValueError as error:
            wrong.append(_line(number, str(error)))
    if wrong:
        raise InvalidInput({"file": wrong[:20]})
    return sorted(read, key=lambda pair: pair[1].valid_from)


def _by_code(model: type, site: Site, lines: Iterable[tuple[int, dict[str, str]]], column: str) -> dict[str, object]:
    codes = {(line.get(column) or "").strip() for _number, line in lines}
    return {row.code: row for row in model.objects.filter(site=site, code__in=codes)}  # type: ignore[attr-defined]


def _read(site: Site, line: dict[str, str], known: dict[str, dict[str, object]]) -> NewRate:
    """Raises: ValueError with the sentence."""
    cell = {name: (line.get(name) or "").strip() for name in COLUMNS}
    if cell["kind"] not in list(RateKind):
        raise ValueError(_("Kind is one of: %(kinds)s.") % {"kinds": ", ".join(RateKind)})
    if cell["state"] and cell["state"] not in list(RateState):
        raise ValueError(_("State is one of: %(states)s.") % {"states": ", ".join(RateState)})
    found: dict[str, object] = {}
    for column, rows_by_code in known.items():
        if cell[column] and cell[column] not in rows_by_code:
            raise ValueError(_("There is nothing with the code %(code)s.") % {"code": cell[column]})
        found[column] = rows_by_code.get(cell[column])
    try:
        amount, unit = read_number(cell["amount"])
        if unit:
            raise DoesNotFit("number")
        day = date.fromisoformat(cell["valid_from"])
        if not 1970 <= day.year <= 2199:
            raise ValueError
    except ValueError:
        raise ValueError(_("Amount is a number, valid_from a day such as 2026-04-16.")) from None
    return NewRate(
        RateKind(cell["kind"]), amount, instant(day, time(0), site.zone), cell["state"], found["machine"],  # type: ignore[arg-type]
        found["class"], found["skill"], found["material"], cell["tariff"], cell["unit"],  # type: ignore[arg-type]
    )  # fmt: skip


def _line(number: int, sentence: str) -> str:
    return _("Line %(number)d: %(sentence)s") % {"number": number, "sentence": sentence}
