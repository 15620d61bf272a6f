"""Which machines' time a changed row is about: how it enters the computing of a shift, read the other way round.

Each table here is one that `facts`, `facts_meaning`, `facts_rates` and the calendar read; a trigger hears the same ones
(ADR 0031).
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from analytics.engine.redefinition import Changed, Row, Validity, changes
from analytics.selectors.facts import LOOK_BACK
from mom.core.models import RowVersion
from mom.plant.engine.calendar import instant
from mom.plant.engine.terms import AssetKind
from mom.plant.models import (
    AssetAssignment,
    Equipment,
    MouldCavity,
    PhysicalAsset,
    Reason,
    Shift,
    WorkCalendar,
)

COUNTED_ON = LOOK_BACK + timedelta(days=1)
"""A stop that was lost before a shift is not counted in it again, so a calendar's change reaches on that far."""


@dataclass(frozen=True, slots=True)
class Said:
    """Stops and spells by what was said of them when they began; empty: all of them."""

    reasons: tuple[int, ...] = ()
    state_model: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class Scope:
    """Time of machines whose figures can be others now: all of it, or only that of stops that began in it."""

    machines: tuple[int, ...]
    validity: Validity
    said: Said | None = None


EVER = Validity(None, None)


def scopes_of(version: RowVersion) -> list[Scope]:
    """What a version of a row touches; nothing where it says what the one before said."""
    scopes = _BY_TABLE[version.table_name](version.old, version.new)
    return [each for each in scopes if each.machines]


def _ranged(
    meaning: Sequence[str], start: str, end: str, scopes: Callable[[Row, Validity], Iterable[Scope]]
) -> Callable[[Row | None, Row | None], list[Scope]]:
    """A table whose rows hold from an instant until another."""

    def of(old: Row | None, new: Row | None) -> list[Scope]:
        held = {
            name: Validity(_instant(row[start]), _instant(row[end]))
            for name, row in (("old", old), ("new", new))
            if row is not None
        }
        return [scope for each in changes(old, new, meaning, held) for scope in scopes(each.row, each.validity)]

    return of


def _always(
    meaning: Sequence[str], scopes: Callable[[Row], Iterable[Scope]]
) -> Callable[[Row | None, Row | None], list[Scope]]:
    """A table whose rows have no validity: what they say holds for all time."""

    def of(old: Row | None, new: Row | None) -> list[Scope]:
        found = changes(old, new, meaning, {"old": EVER, "new": EVER})
        return [scope for each in found for scope in scopes(each.row)]

    return of


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


# --- the calendar -----------------------------------------------------------------------------------------------------


def _shift(old: Row | None, new: Row | None) -> list[Scope]:
    meaning = ("calendar_id", "code", "starts_at", "ends_at", "weekdays")
    held = {name: _days(row) for name, row in (("old", old), ("new", new)) if row is not None}
    return [_of_calendar(each.row["calendar_id"], each.validity) for each in changes(old, new, meaning, held)]


def _pause(old: Row | None, new: Row | None) -> list[Scope]:
    rows = changes(old, new, ("shift_id", "starts_at", "ends_at"), {"old": EVER, "new": EVER})
    shifts = Shift.objects.filter(pk__in={each.row["shift_id"] for each in rows})
    columns = ("calendar_id", "valid_from", "valid_until")
    return [_of_calendar(row["calendar_id"], _days(row)) for row in shifts.values(*columns)]


def _days(row: Row) -> Validity:
    """The days of a shift as instants of its calendar's zone."""
    calendar = WorkCalendar.objects.select_related("site").filter(pk=row["calendar_id"]).first()
    if calendar is None:  # it went with its demo plant
        return EVER
    zone = ZoneInfo(calendar.time_zone or calendar.site.time_zone)
    return Validity(_midnight(row["valid_from"], zone), _midnight(row["valid_until"], zone))


def _midnight(day: str | date | None, zone: ZoneInfo) -> datetime | None:
    if day is None:
        return None
    return instant(date.fromisoformat(day) if isinstance(day, str) else day, time.min, zone)


def _of_calendar(calendar_id: int, validity: Validity) -> Scope:
    end = None if validity.end is None else validity.end + COUNTED_ON
    return Scope(_working_by(calendar_id), Validity(validity.start, end))


def _working_by(calendar_id: int) -> tuple[int, ...]:
    """The equipment whose nearest calendar this is."""
    site = WorkCalendar.objects.values_list("site_id", flat=True).filter(pk=calendar_id)
    rows = {pk: (up, calendar) for pk, up, calendar in _tree(site)}

    def nearest(pk: int | None) -> int | None:
        while pk is not None:
            pk, calendar = rows[pk]
            if calendar is not None:
                return int(calendar)
        return None

    return tuple(sorted(pk for pk in rows if nearest(pk) == calendar_id))


def _equipment(old: Row | None, new: Row | None) -> list[Scope]:
    """Another calendar, or another place in the plant for what has none of its own."""
    if old is None or new is None:
        return []
    is_other = old["calendar_id"] != new["calendar_id"]
    is_moved = new["calendar_id"] is None and old["parent_id"] != new["parent_id"]
    return [Scope(_below(new), EVER)] if is_other or is_moved else []


def _below(row: Row) -> tuple[int, ...]:
    """An equipment and all that stands below it, up to what has a calendar of its own."""
    children: dict[int, list[int]] = {}
    for pk, up, calendar in _tree([row["site_id"]]):
        if up is not None and calendar is None:
            children.setdefault(up, []).append(pk)
    found, waiting = [], [row["id"]]
    while waiting:
        at = waiting.pop()
        found.append(at)
        waiting += children.get(at, ())
    return tuple(sorted(found))


def _tree(sites: Any) -> list[tuple[int, int | None, int | None]]:
    return list(Equipment.objects.filter(site__in=sites).values_list("pk", "parent_id", "calendar_id"))


def _of_site(site_id: int | None) -> tuple[int, ...]:
    """All equipment of a site; of every site where the row is everybody's."""
    rows = Equipment.objects.all() if site_id is None else Equipment.objects.filter(site=site_id)
    return tuple(rows.order_by("pk").values_list("pk", flat=True))


# --- what codes and reasons count as ----------------------------------------------------------------------------------


def _by_reason(reason_id: int, validity: Validity) -> list[Scope]:
    """The stops of a reason and of all below it, which may count as it does."""
    site = Reason.objects.values_list("site_id", flat=True).filter(pk=reason_id).first()
    if site is None:  # it went with its demo plant
        return []
    above = dict(Reason.objects.filter(site=site).values_list("pk", "parent_id"))
    found = {reason_id}
    while more := {pk for pk, up in above.items() if up in found} - found:
        found |= more
    return [Scope(_of_site(site), validity, Said(reasons=tuple(sorted(found))))]


def _by_code(row: Row, validity: Validity) -> list[Scope]:
    return [Scope(_of_site(row["site_id"]), validity, Said(state_model=row["state_model"], code=row["code"]))]


def _listening(old: Row | None, new: Row | None) -> list[Scope]:
    """What holds at a shift's start holds for all of it; the vocabulary is that of a stop's own beginning."""
    meaning = ("equipment_id", "signal_source", "piece_source", "heartbeat", "minor_stop", "counter_modulus")
    whole = _ranged((*meaning, "state_model"), "valid_from", "valid_until", _of_machine)(old, new)
    return [*whole, *(Scope(each.machines, each.validity, Said()) for each in whole)]


# --- what a piece takes -----------------------------------------------------------------------------------------------


def _mounted(asset_id: int, validity: Validity = EVER) -> list[Scope]:
    """Where a mould was, in that time."""
    rows = AssetAssignment.objects.filter(asset=asset_id).values_list("equipment_id", "mounted_at", "dismounted_at")
    found = [(machine, Validity(start, end).within(validity.start, validity.end)) for machine, start, end in rows]
    return [Scope((machine,), each) for machine, each in found if each is not None]


def _assigned(row: Row, validity: Validity) -> list[Scope]:
    is_mould = PhysicalAsset.objects.filter(pk=row["asset_id"], kind=AssetKind.MOULD).exists()
    return _of_machine(row, validity) if is_mould else []


def _blocked(row: Row, validity: Validity) -> list[Scope]:
    asset = MouldCavity.objects.filter(pk=row["cavity_id"]).values_list("asset_id", flat=True).first()
    return [] if asset is None else _mounted(asset, validity)


def _of_machine(row: Row, validity: Validity) -> list[Scope]:
    return [Scope((row["equipment_id"],), validity)]


def _entry(row: Row, validity: Validity) -> list[Scope]:
    return [_of_calendar(row["calendar_id"], validity)]


_HELD = ("valid_from", "valid_until")
_MADE_OF = ("site_id", "state_model", "code", "mode", "state", "time_class", "time_class_without_order", "loss_class")
_CYCLE = ("definition_id", "equipment_id", "duration", "pieces_per_cycle")

_BY_TABLE: dict[str, Callable[[Row | None, Row | None], list[Scope]]] = {
    "accounts_site": _always(("time_zone",), lambda row: [Scope(_of_site(row["id"]), EVER)]),
    "plant_workcalendar": _always(("time_zone",), lambda row: [_of_calendar(row["id"], EVER)]),
    "plant_equipment": _equipment,
    "plant_shift": _shift,
    "plant_shiftbreak": _pause,
    "plant_workcalendarentry": _ranged(("calendar_id", "kind", "priority"), "started_at", "ended_at", _entry),
    "plant_reason": _always(("parent_id",), lambda row: _by_reason(row["id"], EVER)),
    "plant_reasonclassification": _ranged(
        ("reason_id", "time_class", "loss_class"), *_HELD, lambda row, held: _by_reason(row["reason_id"], held)
    ),
    "floor_statemapping": _ranged(_MADE_OF, *_HELD, _by_code),
    "floor_machinelistening": _listening,
    "production_idealcycle": _ranged(_CYCLE, *_HELD, _of_machine),
    "plant_assetassignment": _ranged(("asset_id", "equipment_id"), "mounted_at", "dismounted_at", _assigned),
    "plant_mouldcavity": _always(("asset_id", "definition_id"), lambda row: _mounted(row["asset_id"])),
    "plant_cavityblock": _ranged(("cavity_id",), "started_at", "ended_at", _blocked),
    "plant_physicalasset": _always(("kind",), lambda row: _mounted(row["id"])),
    "work_equipmentreservation": _ranged(("equipment_id",), "started_at", "ended_at", _of_machine),
    "analytics_reckoning": _ranged(
        ("without_order",), *_HELD, lambda row, held: [Scope(_of_site(row["site_id"]), held)]
    ),
}

HEARD = frozenset(_BY_TABLE)

__all__ = ["HEARD", "Changed", "Said", "Scope", "scopes_of"]
