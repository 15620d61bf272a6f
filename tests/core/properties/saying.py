"""Properties said of machines and their classes, for tests."""

from datetime import UTC, datetime
from typing import Any

from mom.accounts.models import Site
from mom.core.models import PropertyDefinition, PropertyValue
from mom.core.properties import contents, defining, writing
from mom.core.testing import acting
from mom.plant.models import EquipmentClass

T0 = datetime(2026, 4, 16, 6, tzinfo=UTC)


def define(site: Site, code: str = "power", noun: str = "equipment", **fields: Any) -> PropertyDefinition:
    """A property; a number in kW where nothing else is said."""
    given = {"name": code.title(), "data_type": "number", "unit": "KWT", **fields}
    with acting() as act:
        return defining.define(act, site.code, noun, code=code, **given)


def say(
    holder: str, subject: Any, definition: PropertyDefinition, value: str, at: datetime = T0, **limits: str
) -> PropertyValue:
    """A value of a thing or class from an instant on."""
    content = contents.read_content(definition, {"value": value, **limits})
    with acting() as act:
        return writing.set_value(act, holder, subject, definition, content, valid_from=at)


def make_class(site: Site, code: str, *machines: Any) -> EquipmentClass:
    """A class of these machines."""
    with acting():
        made = EquipmentClass.objects.create(site=site, code=code, name=code)
        for machine in machines:
            machine.classes.add(made)
    return made
