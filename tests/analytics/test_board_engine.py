"""The hours of a shift and what was planned in them: nothing is lost between hours, nothing counted twice."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.engine.board import (
    Cell,
    HourSlot,
    PlannedWork,
    clock_hour,
    planned,
    running,
    shown_steps,
    slots_of,
)
from mom.core.engine.interval import Interval

STOCKHOLM, INDIA = ZoneInfo("Europe/Stockholm"), ZoneInfo("Asia/Kolkata")
SIX = datetime(2026, 4, 16, 4, tzinfo=UTC)  # 06:00 at the plant
EIGHT_HOURS = Interval(SIX, SIX + timedelta(hours=8))


def slots() -> list[HourSlot]:
    return slots_of(EIGHT_HOURS, STOCKHOLM)


def test_board_slots_of_a_shift_that_starts_at_half_past_cut_the_first_and_last_hour() -> None:
    found = slots_of(Interval(SIX + timedelta(minutes=30), SIX + timedelta(hours=3, minutes=15)), STOCKHOLM)

    assert [(slot.end - slot.start) // timedelta(minutes=1) for slot in found] == [30, 60, 60, 15]
    assert found[0].hour == SIX


def test_board_slots_follow_the_clock_of_a_plant_with_half_hours() -> None:
    start = datetime(2026, 4, 16, 0, 30, tzinfo=UTC)  # 06:00 in India

    found = slots_of(Interval(start, start + timedelta(hours=2)), INDIA)

    assert [slot.hour for slot in found] == [start, start + timedelta(hours=1)]


@pytest.mark.parametrize(("day", "hours"), [((2026, 3, 28), 7), ((2026, 10, 24), 9)])
def test_P19_board_of_a_night_with_a_clock_change_has_its_real_hours(day: tuple[int, int, int], hours: int) -> None:
    start = datetime(*day, 22, tzinfo=STOCKHOLM).astimezone(UTC)
    end = (datetime(*day, 6, tzinfo=STOCKHOLM) + timedelta(days=1)).astimezone(UTC)

    found = slots_of(Interval(start, end), STOCKHOLM)

    assert len(found) == hours
    assert len({slot.hour for slot in found}) == hours


@given(st.integers(0, 59), st.integers(1, 16 * 60))
def test_board_slots_tile_the_shift(offset: int, length: int) -> None:
    start = SIX + timedelta(minutes=offset)
    found = slots_of(Interval(start, start + timedelta(minutes=length)), STOCKHOLM)

    assert found[0].start == start
    assert found[-1].end == start + timedelta(minutes=length)
    assert all(a.end == b.start for a, b in pairwise(found))
    assert all(slot.hour == clock_hour(slot.start, STOCKHOLM) for slot in found)


def test_board_plan_spreads_a_quantity_over_the_working_time_and_not_over_the_break() -> None:
    work = PlannedWork(1, SIX, SIX + timedelta(hours=4), "C62", Decimal(210))
    pause = SIX + timedelta(hours=1)
    working = {1: [Interval(SIX, pause), Interval(pause + timedelta(minutes=30), SIX + timedelta(hours=8))]}

    plan = planned([work], slots(), working)

    assert [row.get("C62") for row in plan] == [60, 30, 60, 60, None, None, None, None]


def test_board_plan_at_a_pace_ends_with_what_is_left_of_the_job() -> None:
    minute = Decimal(60_000_000)
    work = PlannedWork(1, SIX, SIX + timedelta(hours=8), "C62", Decimal(150), pace=minute)

    plan = planned([work], slots(), {1: [EIGHT_HOURS]})

    assert [row.get("C62") for row in plan][:4] == [60, 60, 30, None]


def test_board_plan_of_work_planned_where_nobody_works_is_spread_over_the_clock() -> None:
    work = PlannedWork(1, SIX, SIX + timedelta(hours=2), "C62", Decimal(100))

    plan = planned([work], slots(), {1: []})

    assert [row.get("C62") for row in plan][:3] == [50, 50, None]


def test_board_keeps_units_apart() -> None:
    works = [
        PlannedWork(1, SIX, SIX + timedelta(hours=1), "C62", Decimal(10)),
        PlannedWork(2, SIX, SIX + timedelta(hours=1), "KGM", Decimal("2.5")),
    ]

    assert planned(works, slots(), {})[0] == {"C62": Decimal(10), "KGM": Decimal("2.5")}
    assert Cell({"C62": Decimal(10)}, {"C62": Decimal(9), "KGM": Decimal(1)}).difference == {"C62": Decimal(-1)}


@given(
    st.lists(
        st.tuples(st.integers(0, 400), st.integers(1, 600), st.decimals(0, 9999, places=3)), min_size=1, max_size=6
    )
)
def test_board_plan_of_the_hours_adds_up_to_what_was_planned_inside_the_shift(
    jobs: list[tuple[int, int, Decimal]],
) -> None:
    works = [
        PlannedWork(1, SIX + timedelta(minutes=start), SIX + timedelta(minutes=start + length), "C62", amount)
        for start, length, amount in jobs
    ]
    inside = sum(
        amount * Decimal(max(0, min(480, start + length) - min(480, start))) / length for start, length, amount in jobs
    )

    rows = planned(works, slots(), {1: [Interval(SIX, SIX + timedelta(hours=24))]})

    assert abs(sum(row.get("C62", Decimal(0)) for row in rows) - inside) < Decimal("1e-12")


@given(st.lists(st.decimals(0, 99, places=4), min_size=1, max_size=12))
def test_board_rounded_rows_add_up_to_the_rounded_sum(amounts: list[Decimal]) -> None:
    sums = running({"C62": amount} for amount in amounts)
    steps = shown_steps(sums)

    assert sum(step["C62"] for step in steps) == round(sum(amounts))
