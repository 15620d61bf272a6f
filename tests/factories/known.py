"""Properties, aliases, number ranges and rates."""

from datetime import UTC, datetime, timedelta
from typing import Any

from mom.accounts.models import Site
from mom.core.models import Alias, NumberRange, PropertyDefinition, PropertyValue
from mom.core.testing import acting
from mom.plant.models import Rate
from production.models.ideal_cycle import IdealCycle
from tests.factories.plant import make_equipment, make_material, next_code

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def make_definition(site: Site, code: str = "", **fields: Any) -> PropertyDefinition:
    """A number of machines, without a unit."""
    code = code or next_code("p").replace("-", "").lower()
    given = {"noun": "equipment", "name": code, "data_type": "number", **fields}
    with acting():
        return PropertyDefinition.objects.create(site=site.code, code=code, **given)


def make_value(site: Site, **fields: Any) -> PropertyValue:
    """What a property is for a machine since long ago."""
    given = {"holder": "equipment", "number": 1, "valid_from": LONG_AGO, "set_at": LONG_AGO, "set_by": "test", **fields}
    if "definition" not in given:
        given["definition"] = make_definition(site)
    if "subject_id" not in given:
        given["subject_id"] = make_equipment(site).pk
    with acting():
        return PropertyValue.objects.create(site=site.code, **given)


def make_alias(site: Site, subject: Any = None, **fields: Any) -> Alias:
    """What an ERP calls a machine since long ago."""
    given = {"noun": "equipment", "system": "ERP", "external_id": next_code("E"), "valid_from": LONG_AGO, **fields}
    with acting():
        return Alias.objects.create(site=site.code, subject_id=(subject or make_equipment(site)).pk, **given)


def make_range(site: Site, noun: str = "order") -> NumberRange:
    """The range of a noun; a site has one."""
    with acting():
        return NumberRange.objects.get_or_create(site=site.code, noun=noun, defaults={"pattern": "X{seq}"})[0]


def make_rate(site: Site, **fields: Any) -> Rate:
    """The price of a kWh by a tariff of its own since long ago."""
    given = {
        "kind": "energy", "tariff": next_code("T"), "amount": 1, "currency": "EUR", "unit": "KWH",
        "valid_from": LONG_AGO, **fields,
    }  # fmt: skip
    with acting():
        return Rate.objects.create(site=site, **given)


def make_ideal_cycle(site: Site, **fields: Any) -> IdealCycle:
    """The cycle of a product of its own on a machine of its own since long ago."""
    given = {"duration": timedelta(seconds=60), "valid_from": LONG_AGO, **fields}
    made = {"equipment": make_equipment, "definition": make_material}
    given |= {name: make(site) for name, make in made.items() if name not in given}
    with acting():
        return IdealCycle.objects.create(site=site, **given)
