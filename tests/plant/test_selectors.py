from datetime import UTC, date, datetime, time, timedelta

import pytest

from mom.accounts.models import Site
from mom.core.actor import Actor
from mom.core.engine.interval import Interval
from mom.core.errors import NotFound
from mom.plant.engine.terms import CalendarEntryKind, EquipmentLevel
from mom.plant.models import Equipment, WorkCalendar
from mom.plant.selectors.calendar import (
    current_shift,
    nearest_calendar,
    shift_patterns_by_equipment,
    shift_patterns_for,
)
from mom.plant.selectors.equipment import area_of, equipment_get, equipment_tree, flat, machine_list
from mom.plant.services import master_data
from mom.plant.services.calendar import calendar_entry_add, shift_add
from tests.bench.people import actor_with
from tests.bench.statements import costs_the_same, counting
from tests.factories.plant import make_equipment

EVERY_DAY = [1, 2, 3, 4, 5, 6, 7]
MORNING = datetime(2026, 4, 16, 8, 42, tzinfo=UTC)  # 10:42 in Stockholm
WINDOW = Interval(MORNING, MORNING + timedelta(hours=1))


@pytest.fixture
def calendar(site: Site, actor: Actor) -> WorkCalendar:
    found = master_data.create(actor, WorkCalendar, site, code="2-SHIFT")
    for code, start, end in (("E", time(6), time(14)), ("L", time(14), time(22))):
        shift_add(actor, found.pk, code=code, name=code, starts_at=start, ends_at=end, weekdays=EVERY_DAY)
    return found


@pytest.fixture
def plant(site: Site, calendar: WorkCalendar) -> dict[str, Equipment]:
    """A site with its calendar, an area, a line and a machine on it."""
    top = make_equipment(site, "SITE", level=EquipmentLevel.SITE, calendar=calendar)
    area = make_equipment(site, "MACH", level=EquipmentLevel.AREA, parent=top)
    line = make_equipment(site, "LINE", level=EquipmentLevel.PRODUCTION_LINE, parent=area)
    return {"top": top, "area": area, "line": line, "machine": make_equipment(site, "CNC-01", parent=line)}


def test_equipment_get_finds_by_code_within_the_site(site: Site, actor: Actor, plant: dict[str, Equipment]) -> None:
    with counting() as count:
        found = equipment_get(actor, site, "CNC-01")
        assert area_of(found) == plant["area"]

    assert len(count) == 1


def test_equipment_get_says_what_is_missing(site: Site, actor: Actor) -> None:
    with pytest.raises(NotFound) as missing:
        equipment_get(actor, site, "CNC-99")

    assert "CNC-99" in missing.value.sentence


def test_equipment_get_hides_from_who_may_not_look(site: Site, other_site: Site, plant: dict[str, Equipment]) -> None:
    with pytest.raises(NotFound):
        equipment_get(actor_with(site="P2"), site, "CNC-01")


def test_machine_list_holds_what_does_work_itself(site: Site, actor: Actor, plant: dict[str, Equipment]) -> None:
    assert [row.code for row in machine_list(actor, site)] == ["CNC-01"]


def test_equipment_tree_costs_one_statement_whatever_its_size(site: Site, actor: Actor) -> None:
    top = make_equipment(site, "SITE", level=EquipmentLevel.SITE)

    def add(count: int) -> None:
        for _ in range(count):
            make_equipment(site, parent=make_equipment(site, level=EquipmentLevel.AREA, parent=top))

    assert len(costs_the_same(add, lambda: equipment_tree(actor, site))) == 1


def test_equipment_tree_stands_in_the_order_of_the_plant(site: Site, actor: Actor, plant: dict[str, Equipment]) -> None:
    make_equipment(site, "AREA-0", level=EquipmentLevel.AREA, parent=plant["top"], position=0)

    found = [(node.equipment.code, node.depth) for node in flat(equipment_tree(actor, site))]

    assert found == [("SITE", 0), ("AREA-0", 1), ("MACH", 1), ("LINE", 2), ("CNC-01", 3)]


def test_shift_patterns_come_from_the_nearest_calendar_above(
    site: Site, actor: Actor, plant: dict[str, Equipment], calendar: WorkCalendar
) -> None:
    own = master_data.create(actor, WorkCalendar, site, code="DAY", time_zone="Europe/Helsinki")
    master_data.change(actor, Equipment, plant["line"].pk, version=1, calendar=own)
    machine = equipment_get(actor, site, plant["machine"].code)

    assert nearest_calendar(machine) == own
    assert nearest_calendar(plant["area"]) == calendar
    found = shift_patterns_for(machine, WINDOW)
    assert found is not None
    assert (found.patterns, found.zone.key) == ((), "Europe/Helsinki")


def test_shift_patterns_for_costs_five_statements(plant: dict[str, Equipment]) -> None:
    with counting() as count:
        found = shift_patterns_for(plant["machine"], WINDOW)

    assert found is not None
    assert [shift.code for shift in found.shifts(WINDOW)] == ["E"]
    assert len(count) <= 5


def test_shift_patterns_of_a_plant_without_calendar_are_none(site: Site) -> None:
    assert shift_patterns_for(make_equipment(site), WINDOW) is None


def test_shift_patterns_by_equipment_cost_the_same_for_many_machines(site: Site, plant: dict[str, Equipment]) -> None:
    def add(count: int) -> None:
        for _ in range(count):
            make_equipment(site, parent=plant["line"])

    costs_the_same(add, lambda: shift_patterns_by_equipment(site, WINDOW))
    assert set(shift_patterns_by_equipment(site, WINDOW)) == set(Equipment.objects.values_list("pk", flat=True))


def test_exceptions_of_the_window_reach_the_plan(
    site: Site, actor: Actor, plant: dict[str, Equipment], calendar: WorkCalendar
) -> None:
    half = MORNING + timedelta(minutes=30)
    calendar_entry_add(
        actor, calendar.pk, name="Drill", kind=CalendarEntryKind.NON_WORKING, started_at=MORNING, ended_at=half
    )

    found = shift_patterns_for(plant["machine"], WINDOW)

    assert found is not None
    assert found.working(WINDOW) == [Interval(half, MORNING + timedelta(hours=1))]


@pytest.mark.parametrize(
    ("hour", "expected"), [(4, ("E", date(2026, 4, 16))), (12, ("L", date(2026, 4, 16))), (21, None)]
)
def test_current_shift_of_the_plant(
    site: Site, plant: dict[str, Equipment], hour: int, expected: tuple[str, date] | None
) -> None:
    found = current_shift(site, datetime(2026, 4, 16, hour, tzinfo=UTC))

    assert (found and (found.code, found.day)) == expected
