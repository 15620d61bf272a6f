"""The demo's properties, aliases, rates and places of work. All functions join the transaction."""

from datetime import timedelta
from decimal import Decimal

from mom.core import aliases, nouns
from mom.core.models import PropertyDefinition
from mom.core.properties import contents, defining, writing
from mom.core.use_case import UseCase
from mom.demo.engine import known, norrtal
from mom.demo.services.plant import DemoPlant
from mom.plant import public as plant
from mom.plant.engine.terms import RateKind
from mom.plant.models import Equipment, EquipmentClass, PersonnelClass, Shift
from mom.plant.public import NewRate


def add_known(act: UseCase, built: DemoPlant) -> None:
    """Say what is known of the plant's things, what they cost, and where people work."""
    _add_properties(act, built)
    for noun, code, system, number in known.ALIASES:
        row = _row(built, noun, code)
        if row is not None:
            aliases.add_alias(act, noun, row, system, number)
    _add_rates(act, built)
    _add_places(act, built)


def _row(built: DemoPlant, noun: str, code: str) -> object | None:
    return nouns.get(noun).model._default_manager.filter(site=built.site, code=code).select_related("site").first()


def _add_properties(act: UseCase, built: DemoPlant) -> None:
    definitions: dict[str, PropertyDefinition] = {}
    for noun, code, name, data_type, unit, choices in known.PROPERTIES:
        definitions[code] = defining.define(
            act, built.site.code, noun, code=code, name=name, data_type=data_type, unit=unit, choices=list(choices)
        )
    since = act.now - timedelta(days=90)
    for holder, code, name, said in known.VALUES:
        row = _row(built, holder, code)
        if row is not None:
            content = contents.read_content(definitions[name], said)
            writing.set_value(act, holder, row, definitions[name], content, valid_from=since)


def _add_rates(act: UseCase, built: DemoPlant) -> None:
    since = act.now - timedelta(days=365)
    classes = {row.code: row for row in EquipmentClass.objects.filter(site=built.site)}
    skills = {row.code: row for row in PersonnelClass.objects.filter(site=built.site)}
    for kind, state, of, amount in known.RATES:
        new = NewRate(
            RateKind(kind),
            Decimal(amount),
            since,
            state=state,
            equipment_class=classes[of] if kind == RateKind.MACHINE and of else None,
            personnel_class=skills[of] if kind == RateKind.LABOUR and of else None,
            tariff=of if kind == RateKind.ENERGY else "",
        )
        plant.add_rate(act, built.site, new)
    for class_code, skill_code, least in known.ASKED:
        if class_code in classes:
            plant.ask_for_skill(act, built.site, classes[class_code], skills[skill_code], least)


def _add_places(act: UseCase, built: DemoPlant) -> None:
    areas = {row.code: row for row in Equipment.objects.filter(site=built.site, level="area")}
    shifts = {row.code: row for row in Shift.objects.filter(site=built.site)}
    for worker in norrtal.WORKERS:
        person = built.people[worker.code]
        plant.alter_master_data(act, person, workplace=areas.get(worker.area), shift=shifts.get(worker.shift))
