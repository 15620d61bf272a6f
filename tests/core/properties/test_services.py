"""Values set, inherited, filtered and imported through the services."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from mom.accounts.models import Site
from mom.core.actor import Actor
from mom.core.engine.property_rule import PropertyRule
from mom.core.errors import InvalidInput, NotAllowed, Stale
from mom.core.models import AuditEntry, PropertyValue
from mom.core.properties import bulk, contents, defining, filtering, reading, writing
from mom.core.testing import acting
from mom.plant.models import Equipment, MaterialLot
from tests.bench.statements import counting
from tests.core.properties.saying import T0, define, make_class, say
from tests.factories.plant import make_equipment, make_material

HOUR = timedelta(hours=1)


def known(noun: str, subject: Any, at: Any = T0) -> dict[str, str]:
    found = reading.properties_of(noun, [subject.pk], at).get(subject.pk, [])
    return {
        each.definition.code: "conflict" if each.resolved.is_conflict else contents.plain(each.resolved.stated.content)
        for each in found
        if each.resolved.is_conflict or each.resolved.stated
    }


def test_property_set_new_value_ends_the_old_one(site: Site) -> None:
    machine, power = make_equipment(site), define(site)
    first = say("equipment", machine, power, "15", lower="12", upper="18")
    second = say("equipment", machine, power, "17000 W", T0 + 2 * HOUR)
    first.refresh_from_db()
    assert (first.valid_until, second.valid_until) == (T0 + 2 * HOUR, None)
    assert known("equipment", machine, T0 + HOUR) == {"power": "15"}
    assert known("equipment", machine, T0 + 2 * HOUR) == {"power": "17000"}
    assert known("equipment", machine, T0 - HOUR) == {}


def test_property_set_between_two_values_ends_where_the_next_begins(site: Site) -> None:
    machine, power = make_equipment(site), define(site)
    say("equipment", machine, power, "1")
    say("equipment", machine, power, "3", T0 + 4 * HOUR)
    say("equipment", machine, power, "2", T0 + 2 * HOUR)
    spans = PropertyValue.objects.order_by("valid_from").values_list("number", "valid_from", "valid_until")
    assert [(int(number), since, until) for number, since, until in spans] == [
        (1, T0, T0 + 2 * HOUR),
        (2, T0 + 2 * HOUR, T0 + 4 * HOUR),
        (3, T0 + 4 * HOUR, None),
    ]


def test_property_set_same_value_changes_nothing(site: Site) -> None:
    machine, power = make_equipment(site), define(site)
    first = say("equipment", machine, power, "15")
    entries = AuditEntry.objects.count()
    assert say("equipment", machine, power, "15000 W", T0 + HOUR).pk == first.pk
    assert AuditEntry.objects.count() == entries


def test_property_set_at_the_same_instant_is_refused(site: Site) -> None:
    machine, power = make_equipment(site), define(site)
    say("equipment", machine, power, "15")
    with pytest.raises(InvalidInput) as refused:
        say("equipment", machine, power, "16")
    assert refused.value.code == "end_before_start"


def test_property_set_needs_the_right_of_the_noun(site: Site, make_actor: Any) -> None:
    machine, power = make_equipment(site), define(site)
    content = contents.read_content(power, {"value": "1"})
    with pytest.raises(NotAllowed):
        writing.property_set(make_actor("work.dispatch_job_order"), "equipment", machine, power, content)
    assert writing.property_set(make_actor("plant.change"), "equipment", machine, power, content).pk


def test_property_set_of_another_noun_is_refused(site: Site, actor: Actor) -> None:
    material, power = make_material(site), define(site)
    with pytest.raises(InvalidInput):
        writing.property_set(actor, "material", material, power, contents.read_content(power, {"value": "1"}))


def test_property_inherited_until_the_machine_says_something_itself(site: Site) -> None:
    machine, power = make_equipment(site), define(site)
    group = make_class(site, "5AX", machine)
    say("equipment_class", group, power, "15")
    (found,) = reading.properties_of("equipment", [machine.pk], T0)[machine.pk]
    assert (found.resolved.is_inherited, found.sources) == (True, ("5AX",))
    own = say("equipment", machine, power, "18", T0 + HOUR)
    assert known("equipment", machine, T0 + HOUR) == {"power": "18"}
    own.valid_until = T0 + 2 * HOUR
    with acting():
        own.save(update_fields=["valid_until"])
    assert known("equipment", machine, T0 + 3 * HOUR) == {"power": "15"}


def test_property_of_two_classes_that_differ_is_a_conflict_shown(site: Site) -> None:
    machine, power = make_equipment(site), define(site)
    for code, value in (("A", "15"), ("B", "18"), ("C", "15000 W")):
        say("equipment_class", make_class(site, code, machine), power, value)
    (found,) = reading.properties_of("equipment", [machine.pk], T0)[machine.pk]
    assert found.resolved.is_conflict
    assert found.resolved.stated is None
    assert found.sources == ("A", "B", "C")


def test_property_of_a_lot_comes_from_its_material_and_that_of_its_class(site: Site) -> None:
    material = make_material(site)
    density = define(site, "density", "lot", unit="", data_type="number")
    with acting():
        lot = MaterialLot.objects.create(site=site, definition=material, code="L1")
    say("material", material, density, "7.8")
    assert known("lot", lot) == {"density": "7.8"}
    say("lot", lot, density, "7.9")
    assert known("lot", lot) == {"density": "7.9"}


def machines_with(rule: str, at: Any = T0) -> set[str]:
    parsed = PropertyRule.parse(rule)
    definitions = filtering.definitions_of("equipment", parsed, None)
    rows = Equipment.objects.filter(filtering.met_by("equipment", parsed, definitions, at))
    return set(rows.values_list("code", flat=True))


def test_property_filter_agrees_with_the_engine(site: Site) -> None:
    """Own, inherited, in conflict, limits alone, nothing: SQL and the pure engine give one answer."""
    power = define(site)
    machines = {code: make_equipment(site, code) for code in ("OWN", "CLASS", "BOTH", "SPLIT", "LIMITS", "NONE")}
    strong = make_class(site, "STRONG", machines["CLASS"], machines["BOTH"], machines["SPLIT"])
    weak = make_class(site, "WEAK", machines["SPLIT"])
    say("equipment_class", strong, power, "20")
    say("equipment_class", weak, power, "12")
    say("equipment", machines["OWN"], power, "15")
    say("equipment", machines["BOTH"], power, "9000 W")
    say("equipment", machines["LIMITS"], power, "", lower="5", upper="25")
    rules = [
        "power__gte:10 KWT", "power__gte:13", "power__lt:10", "power__eq:15000 W", "power__ne:15", "power__in:9|20",
        "power__between:10..20 kW", "power__lte:20",
    ]  # fmt: skip
    for rule in rules:
        parsed = PropertyRule.parse(rule)
        wanted = {
            code for code, row in machines.items() if reading.matches_at("equipment", row.pk, parsed, T0)
        }  # fmt: skip
        assert machines_with(rule) == wanted, rule
    assert machines_with("power__gte:10 KWT") == {"OWN", "CLASS", "SPLIT"}
    assert machines_with("power__gte:13") == {"OWN", "CLASS"}
    assert machines_with("power__gte:1", T0 - HOUR) == set()


def test_property_values_set_joins_and_names_each_wrong_row(site: Site) -> None:
    machine, power = make_equipment(site, "M1"), define(site)
    make_equipment(site, "M2")
    colour = define(site, "colour", data_type="choice", unit="", choices=["red", "blue"])
    say("equipment", machine, power, "15", T0 - HOUR)
    rows = [
        bulk.PropertyRow("M1", "power", "15 kW"),
        bulk.PropertyRow("M2", "power", "7,5", lower="5", upper="9"),
        bulk.PropertyRow("M2", "colour", "red"),
        bulk.PropertyRow("M3", "power", "1"),
        bulk.PropertyRow("M2", "weight", "1"),
        bulk.PropertyRow("M2", "colour", "green"),
        bulk.PropertyRow("M1", "power", "1 kg"),
        bulk.PropertyRow("M1", "power", "5", lower="9", upper="8"),
    ]
    with acting() as act:
        result = bulk.property_values_set(act, site.code, "equipment", rows, valid_from=T0)
    assert (result.added, result.unchanged) == (2, 1)
    assert [(error.index, error.field) for error in result.errors] == [
        (3, "subject"), (4, "property"), (5, "value"), (6, "value"), (7, "lower"),
    ]  # fmt: skip
    found = PropertyValue.objects.get(definition=power, subject_id=Equipment.objects.get(code="M2").pk)
    assert (found.number, found.lower, found.upper, found.unit) == (Decimal("7.5"), 5, 9, "KWT")
    assert colour.values.count() == 1


def test_property_values_set_costs_the_same_for_many(site: Site) -> None:
    define(site)
    for index in range(40):
        make_equipment(site, f"X{index}")
    rows = [bulk.PropertyRow(f"X{index}", "power", str(index)) for index in range(40)]
    costs = []
    for part in (rows[:2], rows[2:]):
        with acting() as act, counting() as count:
            bulk.property_values_set(act, site.code, "equipment", part)
        costs.append(len(count))
    assert costs[0] == costs[1]


def test_property_definition_change_from_an_old_version_is_stale(site: Site, actor: Actor) -> None:
    power = define(site)
    with pytest.raises(Stale):
        defining.definition_change(actor, power.pk, version=7, name="Power")
