"""What the database refuses about properties, aliases and numbers, whoever writes: each guard is seen to fail once."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, connection

from mom.accounts.models import Site
from mom.core.db.constraints import constraint_name
from mom.core.models import Alias, NumberCounter, NumberRange, PropertyDefinition, PropertyValue
from mom.core.testing import acting

T0 = datetime(2026, 4, 16, 6, tzinfo=UTC)
HOUR = timedelta(hours=1)


def define(site: Site, code: str = "power", **fields: Any) -> PropertyDefinition:
    given = {"data_type": "number", "unit": "KWT", **fields}
    if given["data_type"] != "number":
        given.setdefault("unit", "")
    with acting():
        return PropertyDefinition.objects.create(site=site.code, noun="equipment", code=code, name=code, **given)


def state(definition: PropertyDefinition, **fields: Any) -> PropertyValue:
    given = {"valid_from": T0, "set_at": T0, "set_by": "test", "subject_id": 1, "site": definition.site, **fields}
    with acting():
        return PropertyValue.objects.create(definition=definition, holder="equipment", **given)


def refused(act: Any) -> str:
    """The name of the constraint or guard that refuses an act."""
    with pytest.raises(DatabaseError) as error:
        act()
    return constraint_name(error.value)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "fields", "guard"),
    [
        ({}, {"text": "red"}, "core_propertyvalue_right_type"),
        ({"data_type": "text", "unit": ""}, {"number": 1}, "core_propertyvalue_right_type"),
        ({"data_type": "date", "unit": ""}, {"boolean": True}, "core_propertyvalue_right_type"),
        ({}, {"number": 1, "unit": "KWT", "boolean": True}, "core_propertyvalue_right_type"),
        ({"data_type": "text", "unit": ""}, {"text": "a", "number": 1}, "core_propertyvalue_one_type"),
        ({"data_type": "boolean", "unit": ""}, {"boolean": True, "lower": 1}, "core_propertyvalue_one_type"),
        ({}, {"unit": "KWT"}, "core_propertyvalue_one_type"),
        ({}, {"number": 1, "unit": "KGM"}, "core_propertyvalue_same_dimension"),
        ({}, {"number": 1, "unit": ""}, "core_propertyvalue_same_dimension"),
        ({}, {"number": 1, "unit": "XXX"}, "core_propertyvalue_same_dimension"),
        ({"unit": ""}, {"number": 1, "unit": "KWT"}, "core_propertyvalue_same_dimension"),
        ({}, {"number": 1, "unit": "KWT", "lower": 3, "upper": 2}, "core_propertyvalue_limits_in_order"),
        ({}, {"target": 5, "unit": "KWT", "lower": 1, "upper": 2}, "core_propertyvalue_limits_in_order"),
        ({"data_type": "choice", "unit": "", "choices": ["a"]}, {"text": "b"}, "core_propertyvalue_known_choice"),
        ({}, {"number": 1, "unit": "KWT", "site": "P9"}, "core_propertyvalue_same_site"),
        ({"is_deprecated": True}, {"number": 1, "unit": "KWT"}, "core_propertyvalue_property_in_use"),
        ({}, {"number": 1, "unit": "KWT", "valid_until": T0}, "core_propertyvalue_ends_after_start"),
    ],
)
def test_property_value_guard_refuses(site: Site, kind: dict[str, Any], fields: dict[str, Any], guard: str) -> None:
    assert refused(lambda: state(define(site, **kind), **fields)) == guard


def test_property_value_guard_refuses_overlap(site: Site) -> None:
    power = define(site)
    state(power, number=1, unit="KWT", valid_until=T0 + 2 * HOUR)
    later = {"number": 2, "unit": "KWT", "valid_from": T0 + HOUR}
    assert refused(lambda: state(power, **later)) == "core_propertyvalue_one_at_a_time"
    state(power, **{**later, "subject_id": 2})
    state(power, **{**later, "valid_from": T0 + 2 * HOUR})


def test_property_value_guard_never_changes_or_goes(site: Site) -> None:
    value = state(define(site), number=1, unit="KWT", valid_until=T0 + 4 * HOUR)

    def update(**changes: Any) -> Any:
        with acting():
            return PropertyValue.objects.filter(pk=value.pk).update(**changes)

    assert refused(lambda: update(number=2)) == "core_propertyvalue_frozen"
    assert refused(lambda: update(valid_from=T0 - HOUR)) == "core_propertyvalue_frozen"
    assert refused(lambda: update(valid_until=None)) == "core_propertyvalue_end_comes_nearer"
    assert refused(lambda: update(valid_until=T0 + 5 * HOUR)) == "core_propertyvalue_end_comes_nearer"
    assert update(valid_until=T0 + HOUR) == 1
    with acting(), pytest.raises(DatabaseError, match=r"append|permission denied"):
        value.delete()


def test_property_value_base_is_the_databases_own(site: Site) -> None:
    """Kilowatts and revolutions are compared in one unit, whatever a writer claims it to be."""
    assert state(define(site), number=Decimal("1.5"), unit="KWT", base_number=7).pk
    speed = define(site, "speed", unit="HTZ")
    state(speed, number=100, unit="RPM")
    found = dict(PropertyValue.objects.values_list("definition__code", "base_number"))
    assert found == {"power": Decimal(1500), "speed": Decimal("1.66666666666666666667")}


@pytest.mark.parametrize(
    ("fields", "guard"),
    [
        ({"code": "Spindle Power"}, "core_propertydefinition_code_shape"),
        ({"code": "a__b"}, "core_propertydefinition_code_shape"),
        ({"data_type": "text", "unit": "KWT"}, "core_propertydefinition_only_numbers_have_units"),
        ({"data_type": "choice", "unit": ""}, "core_propertydefinition_choice_has_choices"),
        ({"choices": ["a"]}, "core_propertydefinition_choice_has_choices"),
        ({"data_type": "colour", "unit": ""}, "core_propertydefinition_type_known"),
    ],
)
def test_property_definition_guard_refuses(site: Site, fields: dict[str, Any], guard: str) -> None:
    assert refused(lambda: define(site, **fields)) == guard


def test_property_definition_guard_fits_its_values(site: Site) -> None:
    power = define(site)

    def update(**changes: Any) -> Any:
        with acting():
            return PropertyDefinition.objects.filter(pk=power.pk).update(**changes)

    assert update(unit="KGM") == 1
    assert update(unit="KWT") == 1
    state(power, number=1, unit="KWT")
    assert refused(lambda: update(unit="KGM")) == "core_propertydefinition_fits_its_values"
    assert refused(lambda: update(data_type="text", unit="")) == "core_propertydefinition_fits_its_values"
    assert refused(lambda: update(code="other")) == "core_propertydefinition_frozen"
    assert update(unit="WTT") == 1
    colour = define(site, "colour", data_type="choice", unit="", choices=["red", "blue"])
    state(colour, text="red")
    colours = PropertyDefinition.objects.filter(pk=colour.pk)
    with acting():
        assert refused(lambda: _within(colours, choices=["blue"])) == "core_propertydefinition_fits_its_values"
        assert colours.update(choices=["red"]) == 1


def _within(rows: Any, **changes: Any) -> None:
    with acting():
        rows.update(**changes)


def test_alias_guard_names_one_thing(site: Site) -> None:
    def call(subject: int, **fields: Any) -> Alias:
        given = {"valid_from": T0, "external_id": "4711", "system": "ERP", **fields}
        with acting():
            return Alias.objects.create(site=site.code, noun="material", subject_id=subject, **given)

    first = call(1)
    assert refused(lambda: call(2)) == "core_alias_names_one_thing"
    assert refused(lambda: call(2, system="erp", external_id="1")) == "core_alias_system_shape"
    assert refused(lambda: call(2, external_id="")) == "core_alias_number_not_empty"
    with acting():
        Alias.objects.filter(pk=first.pk).update(valid_until=T0 + HOUR)
    call(2, valid_from=T0 + HOUR)
    with acting():
        assert refused(lambda: _within(Alias.objects.filter(pk=first.pk), subject_id=3)) == "core_alias_frozen"


def test_number_range_guard_refuses(site: Site) -> None:
    def make(pattern: str, resets: str = "never") -> NumberRange:
        with acting():
            return NumberRange.objects.create(site=site.code, noun=f"n{pattern}"[:30], pattern=pattern, resets=resets)

    assert refused(lambda: make("WO-1")) == "core_numberrange_has_counter"
    assert refused(lambda: make("WO-{seq}", "year")) == "core_numberrange_period_in_pattern"
    assert refused(lambda: make("WO-{yy}{seq}", "month")) == "core_numberrange_period_in_pattern"
    row = make("WO-{yy}{mm}{seq:04}", "month")
    counter = NumberCounter.objects.create(number_range=row, period="2026-04", last=7)
    assert refused(lambda: _within(NumberCounter.objects.filter(pk=counter.pk), last=7)) == "core_numbercounter_goes_up"


@pytest.mark.django_db
def test_unit_table_of_the_database_is_that_of_the_engine() -> None:
    """Every unit code is known to the guard: a new unit needs a migration of the guards."""
    from mom.core.engine.units import UNITS

    with connection.cursor() as cursor:
        cursor.execute("SELECT prosrc FROM pg_proc WHERE proname LIKE 'pgtrigger_fits_its_definition%%'")
        (source,) = cursor.fetchone()
    assert all(f"WHEN '{code}' THEN '{unit.family}'" in source for code, unit in UNITS.items())
