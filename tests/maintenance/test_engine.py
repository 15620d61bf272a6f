"""What is due first, what an answer says, and where the time to repair went."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from maintenance.engine import failure_codes
from maintenance.engine.checklist import judge
from maintenance.engine.due import Compliance, Due, Standing, due, forecast, is_in_time
from maintenance.engine.repair_time import RepairTimes, split
from maintenance.engine.terms import DueCause, RequestCommand, RequestStatus, StepKind
from maintenance.engine.transitions import MAINTENANCE_REQUEST
from mom.core.errors import IllegalTransition

NOW = datetime(2026, 4, 17, 10, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True)
class Step:
    kind: StepKind
    low: Decimal | None = None
    high: Decimal | None = None


@pytest.mark.parametrize(
    ("date", "lead", "counted", "cause"),
    [
        (NOW + DAY, timedelta(0), 99, None),
        (NOW + DAY, DAY, 99, DueCause.CALENDAR),
        (NOW + DAY, timedelta(0), 100, DueCause.METER),
        (NOW + DAY, DAY, 100, DueCause.METER),  # used up now; the date is only near
        (NOW - DAY, timedelta(0), 100, DueCause.CALENDAR),  # the date came first
        (None, timedelta(0), 100, DueCause.METER),
    ],
)
def test_what_comes_first_makes_a_plan_due(
    date: datetime | None, lead: timedelta, counted: int, cause: DueCause | None
) -> None:
    found = due(Standing(date, lead, Decimal(counted), Decimal(100)), NOW)
    assert (found and found.cause) == cause
    if found == Due(NOW, DueCause.METER):
        assert counted >= 100


def test_a_forecast_is_the_rest_over_the_daily_use() -> None:
    assert forecast(Decimal(400), Decimal(1000), Decimal(200), NOW) == NOW + 3 * DAY
    assert forecast(Decimal(1200), Decimal(1000), Decimal(200), NOW) == NOW
    assert forecast(Decimal(0), Decimal(1000), Decimal(0), NOW) is None


def test_in_time_is_until_the_window_ends_and_early_counts() -> None:
    assert is_in_time(NOW - DAY, NOW, DAY)
    assert is_in_time(NOW + DAY, NOW, DAY)
    assert not is_in_time(NOW + DAY + timedelta(microseconds=1), NOW, DAY)
    assert Compliance(3, 2) + Compliance(1, 1) == Compliance(4, 3)


@pytest.mark.parametrize(
    ("number", "is_ok"), [("3.999999", False), ("4", True), ("6", True), ("8", True), ("8.000001", False)]
)
def test_a_reading_is_good_within_its_limits_ends_included(number: str, is_ok: bool) -> None:
    verdict = judge(Step(StepKind.NUMBER, Decimal(4), Decimal(8)), number=Decimal(number), text="", passed=None)
    assert (verdict.answers, verdict.is_ok) == (True, is_ok)


@pytest.mark.parametrize(
    ("kind", "passed", "text", "answers", "is_ok"),
    [
        (StepKind.CHECK, True, "", True, True),
        (StepKind.CHECK, None, "", False, False),
        (StepKind.CHECK, False, "", False, False),
        (StepKind.VERDICT, False, "", True, False),
        (StepKind.VERDICT, True, "", True, True),
        (StepKind.TEXT, None, " ", False, False),
        (StepKind.TEXT, None, "worn", True, True),
        (StepKind.NUMBER, True, "6", False, False),
    ],
)
def test_each_kind_of_step_wants_its_own_answer(
    kind: StepKind, passed: bool | None, text: str, answers: bool, is_ok: bool
) -> None:
    verdict = judge(Step(kind), number=None, text=text, passed=passed)
    assert (verdict.answers, verdict.is_ok) == (answers, is_ok)


def test_the_time_to_repair_splits_by_hand() -> None:
    at = [NOW + minutes * timedelta(minutes=1) for minutes in (0, 4, 6, 16, 76, 86)]
    times = RepairTimes(at[0], at[1], at[2], at[3], at[4], at[5], [(at[3] + 10 * HOUR / 60, at[3] + 30 * HOUR / 60)])
    found = split(times, NOW + DAY)
    minutes = [span / timedelta(minutes=1) for span in (
        found.undetected, found.to_accept, found.to_arrive, found.waiting, found.repair, found.check_out)]  # fmt: skip
    assert minutes == [4, 2, 10, 20, 40, 10]
    assert found.total == at[5] - at[0]


SPANS = st.lists(st.integers(0, 10_000), min_size=6, max_size=6)


@settings(suppress_health_check=[HealthCheck.too_slow])  # two cores, many tests
@given(
    spans=SPANS,
    known=st.integers(1, 6),
    waits=st.lists(st.tuples(st.integers(0, 999), st.integers(0, 999)), max_size=3),
)
def test_the_parts_add_up_to_the_time_to_restoration(
    spans: list[int], known: int, waits: list[tuple[int, int]]
) -> None:
    marks, at = [], NOW
    for span in spans:
        at += timedelta(seconds=span)
        marks.append(at)
    told = [mark if index < known else None for index, mark in enumerate(marks)]
    now = marks[-1] + HOUR
    reported = told[1] or marks[1]
    waited, last = [], marks[3]
    for gap, length in waits:
        begin = last + timedelta(seconds=gap)
        last = begin + timedelta(seconds=length)
        waited.append((begin, last))
    found = split(RepairTimes(told[0], reported, told[2], told[3], told[4], told[5], waited), now)
    assert found.total == (told[5] or now) - min(told[0] or reported, reported)
    assert (
        min(found.undetected, found.to_accept, found.to_arrive, found.waiting, found.repair, found.check_out)
        >= 0 * HOUR
    )


def test_every_move_of_a_request_that_is_not_listed_is_refused() -> None:
    listed = {(status, command): to for status, command, to in MAINTENANCE_REQUEST}
    for status in RequestStatus:
        for command in RequestCommand:
            if (status, command) in listed:
                assert MAINTENANCE_REQUEST.apply(status, command) == listed[status, command]
            else:
                with pytest.raises(IllegalTransition):
                    MAINTENANCE_REQUEST.apply(status, command)


def test_codes_fit_their_columns_and_have_words() -> None:
    for codes in (failure_codes.MODES, failure_codes.MECHANISMS, failure_codes.CAUSES):
        assert all(len(code) == 3 and words for code, words in codes.items())
