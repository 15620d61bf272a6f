"""MTBF, MTTR and MTTF of the KPI book against a plain count, minute by minute, of what the machine said."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from analytics.engine.book import BOOK
from analytics.engine.book_iso import FE_PLUS_1
from analytics.engine.kpi import KpiValue, Missing
from analytics.selectors.kpis import kpi_table
from analytics.selectors.series import By, Scope
from analytics.selectors.slices import Window
from mom.plant.models import Equipment
from tests.analytics.test_live_fold import at, begin, make_counting, plant, say, state, work_off

__all__ = ["plant"]
DAY = Window(date(2026, 3, 2), date(2026, 3, 2))
SHIFT = 480  # minutes; the break is from 180 to 210
BREAK = range(180, 210)
MINOR = 2  # minutes: a shorter stop is a minor one
Told = Sequence[tuple[int, str]]
"""From which minute of the shift on the machine is in which state, ascending, the first from 0 on."""
STATES = st.sampled_from(["run", "down", "idle", "setup"])


@st.composite
def days(draw: st.DrawFn) -> Told:
    """Any shift: up to twelve changes, some a minute apart so that minor stops come too, none to the same state."""
    edges = sorted(draw(st.sets(st.integers(1, SHIFT - 1), max_size=12)))
    told = [(0, draw(STATES))]
    for edge in edges:
        word = draw(STATES)
        if word != told[-1][1]:
            told.append((edge, word))
    return told


def tells(machine: Equipment, told: Told) -> None:
    """The machine says each change, and every twenty minutes that it still is so, as a heartbeat does."""
    said: list[tuple[int, str]] = []
    for (start, word), (end, _next) in pairwise([*told, (SHIFT + 5, "run")]):
        said += [(minute, word) for minute in range(start, end, 20)]
    for minute, word in [*said, (SHIFT + 5, "run")]:
        say(machine, state(minute, word), now=at(minute))
    work_off()


def plainly(told: Told) -> tuple[int, int, int, int]:
    """Minutes used, planned, in breakdowns, and failures, counted minute by minute.

    Work counts wherever it is done, in the break too; a stop is lost only where work was planned. A breakdown is a stop
    that began as down, with the waiting after it until the machine works again, and is no minor one; it is a failure
    once, where any of it was lost.
    """
    used = planned = 0
    stops: list[list[int]] = []  # the minutes of those that began as down
    last = ""
    for (start, word), (end, _next) in pairwise([*told, (SHIFT, "")]):
        minutes = list(range(start, end))
        if word in {"run", "setup"}:
            used, planned, last = used + len(minutes), planned + len(minutes), word
            continue
        planned += sum(minute not in BREAK for minute in minutes)
        if word == "down" and last != "down":
            stops.append([])
        last = "down" if word == "down" or last == "down" else "idle"  # what the stop began as
        if last == "down":
            stops[-1] += minutes
    in_work = [[minute for minute in stop if minute not in BREAK] for stop in stops if is_long(stop)]
    return used, planned, sum(map(len, in_work)), sum(map(bool, in_work))


def is_long(stop: list[int]) -> bool:
    """Whether it is no minor stop; one at the end of the shift goes on five minutes into the next."""
    return len(stop) >= MINOR or stop[-1] == SHIFT - 1


def of_book(machine: Equipment, kpi: str, variant: str = "") -> KpiValue:
    scope = Scope(equipment=machine.pk, shift="E")
    return kpi_table(BOOK[kpi], machine.site, DAY, By.SITE, scope, variant=variant).whole


def hours(minutes: int) -> Decimal:
    return Decimal(minutes) / 60


@settings(max_examples=12, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate),
          suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])  # fmt: skip
@given(told=days())
def test_means_of_failures_equal_a_plain_count_of_any_shift(plant: Equipment, told: Told) -> None:
    machine = make_counting(plant)
    begin(machine, at(-30))
    tells(machine, told)
    used, planned, broken, failures = plainly(told)
    assert of_book(machine, "failure_count").value == failures
    for kpi, total in (("motbf", used), ("mttf", planned - broken), ("mttr", broken)):
        usual, iso = of_book(machine, kpi), of_book(machine, kpi, FE_PLUS_1)
        if failures:
            assert agree(usual, hours(total) / failures), (kpi, told)
            assert usual.low is None
        else:
            assert usual.value is None
            assert usual.missing in {Missing.NO_FAILURE, Missing.NO_DATA}
        assert agree(iso, hours(total) / (failures + 1)) if total else iso.value is None, (kpi, told)


def agree(found: KpiValue, plain: Decimal) -> bool:
    """To fifteen digits: both are quotients of whole numbers."""
    return found.value is not None and abs(found.value - plain) < Decimal("1e-15")


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ([(0, "run"), (60, "down"), (90, "run")], (450, 480, 30, 1)),
        ([(0, "run"), (170, "down"), (220, "run")], (430, 450, 20, 1)),  # 30 of 50 minutes lie in the break
        ([(0, "run"), (185, "down"), (200, "run")], (465, 465, 0, 0)),  # all of it in the break: no failure
        ([(0, "run"), (60, "down"), (61, "run")], (479, 480, 0, 0)),  # a minor stop
        ([(0, "run"), (60, "down"), (61, "idle"), (70, "down"), (80, "run")], (460, 480, 20, 1)),  # one stop
        ([(0, "run"), (60, "idle"), (70, "down"), (80, "run")], (460, 480, 10, 1)),  # it waited before it failed
    ],
)
def test_plain_count_equals_cases_worked_by_hand(told: Any, expected: tuple[int, int, int, int]) -> None:
    """The yardstick itself: 480 minutes of which 30 are a break, worked through where the machine runs."""
    assert plainly(told) == expected
