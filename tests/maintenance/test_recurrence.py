"""A plan by calendar falls on the plant's own wall time: over clock changes, month ends and leap days."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maintenance.engine import recurrence
from maintenance.engine.recurrence import WrongRule, after_completion, next_due

BERLIN = ZoneInfo("Europe/Berlin")
ZONES = st.sampled_from([BERLIN, ZoneInfo("America/New_York"), ZoneInfo("Australia/Lord_Howe"), ZoneInfo("UTC")])
RULES = st.sampled_from(
    ["FREQ=DAILY", "FREQ=DAILY;INTERVAL=10", "FREQ=WEEKLY;BYDAY=MO,TH", "FREQ=WEEKLY;INTERVAL=2", "FREQ=MONTHLY",
     "FREQ=MONTHLY;INTERVAL=3", "FREQ=MONTHLY;BYMONTHDAY=-1", "FREQ=MONTHLY;BYDAY=1MO", "FREQ=YEARLY"]
)  # fmt: skip
INSTANTS = st.datetimes(datetime(2024, 1, 1), datetime(2027, 12, 31)).map(lambda at: at.replace(tzinfo=UTC, second=0))  # noqa: DTZ001


def dates(rule: str, start: datetime, many: int, zone: ZoneInfo = BERLIN) -> list[datetime]:
    found, after = [], start - timedelta(seconds=1)
    for _number in range(many):
        after = next_due(rule, start, after, zone)
        assert after is not None
        found.append(after.astimezone(zone))
    return found


def test_six_in_the_morning_stays_six_over_the_clock_change() -> None:
    start = datetime(2026, 3, 27, 6, tzinfo=BERLIN)
    assert [(each.day, each.hour) for each in dates("FREQ=DAILY", start, 4)] == [(27, 6), (28, 6), (29, 6), (30, 6)]


def test_a_time_that_the_spring_night_leaves_out_is_an_hour_later_and_comes_once() -> None:
    start = datetime(2026, 3, 28, 2, 30, tzinfo=BERLIN)
    found = dates("FREQ=DAILY", start, 3)
    assert [(each.day, each.hour, each.minute) for each in found] == [(28, 2, 30), (29, 3, 30), (30, 2, 30)]


def test_a_time_that_the_autumn_night_has_twice_comes_once() -> None:
    start = datetime(2026, 10, 24, 2, 30, tzinfo=BERLIN)
    found = dates("FREQ=DAILY", start, 3)
    assert [(each.day, each.hour) for each in found] == [(24, 2), (25, 2), (26, 2)]
    assert found[1].utcoffset() == timedelta(hours=2)
    between = datetime(2026, 10, 25, 1, 10, tzinfo=UTC)  # 02:10 for the second time: today's is over
    after = next_due("FREQ=DAILY", start, between, BERLIN)
    assert after is not None
    assert after.astimezone(BERLIN).day == 26


def test_the_hour_after_the_gap_still_has_its_date_to_come() -> None:
    start = datetime(2026, 3, 28, 2, 30, tzinfo=BERLIN)
    at = datetime(2026, 3, 29, 1, 10, tzinfo=UTC)  # 03:10, where 02:30 is told as 03:30
    assert next_due("FREQ=DAILY", start, at, BERLIN) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("rule", "start", "days"),
    [
        ("FREQ=MONTHLY", datetime(2026, 1, 31, 6, tzinfo=BERLIN), [(1, 31), (2, 28), (3, 31), (4, 30), (5, 31)]),
        ("FREQ=MONTHLY", datetime(2027, 12, 30, 6, tzinfo=BERLIN), [(12, 30), (1, 30), (2, 29), (3, 30)]),
        ("FREQ=MONTHLY;INTERVAL=6", datetime(2026, 8, 31, 6, tzinfo=BERLIN), [(8, 31), (2, 28), (8, 31)]),
        ("FREQ=MONTHLY;BYMONTHDAY=-1", datetime(2028, 1, 31, 6, tzinfo=BERLIN), [(1, 31), (2, 29), (3, 31)]),
        ("FREQ=MONTHLY;BYDAY=1MO", datetime(2026, 6, 1, 6, tzinfo=BERLIN), [(6, 1), (7, 6), (8, 3)]),
        ("FREQ=YEARLY", datetime(2024, 2, 29, 6, tzinfo=BERLIN), [(2, 29), (2, 28), (2, 28), (2, 28), (2, 29)]),
    ],
)
def test_month_ends_and_leap_days_are_not_skipped(rule: str, start: datetime, days: list[tuple[int, int]]) -> None:
    assert [(each.month, each.day) for each in dates(rule, start, len(days))] == days


def test_a_floating_plan_counts_from_when_it_was_done() -> None:
    done = datetime(2026, 1, 31, 14, 20, tzinfo=BERLIN)
    due = after_completion("FREQ=MONTHLY", done, BERLIN)
    assert due is not None
    assert due.astimezone(BERLIN) == datetime(2026, 2, 28, 14, 20, tzinfo=BERLIN)


@pytest.mark.parametrize(
    "rule",
    ["", "WEEKLY", "FREQ=SECONDLY", "FREQ=HOURLY", "FREQ=DAILY;COUNT=3", "FREQ=DAILY;INTERVAL=0",
     "FREQ=DAILY;INTERVAL=x", "FREQ=DAILY;FREQ=WEEKLY", "FREQ=WEEKLY;BYDAY=XX", "FREQ=MONTHLY;BYMONTHDAY=32",
     "FREQ=DAILY\nDTSTART:20260101"],
)  # fmt: skip
def test_what_is_no_rule_of_ours_is_refused(rule: str) -> None:
    with pytest.raises(WrongRule):
        recurrence.checked(rule)


@given(rule=RULES, start=INSTANTS, after=INSTANTS, zone=ZONES)
def test_the_next_date_is_the_first_after_and_asking_twice_gives_the_same(
    rule: str, start: datetime, after: datetime, zone: ZoneInfo
) -> None:
    found = next_due(rule, start, after, zone)
    assert found is not None
    assert found > after
    assert found >= start
    assert next_due(rule, start, found - timedelta(microseconds=1), zone) == found
    later = next_due(rule, start, found, zone)
    assert later is not None
    assert later > found
    middle = found + (later - found) / 2
    assert next_due(rule, start, middle, zone) == later  # nothing lies between them


@given(start=INSTANTS, zone=ZONES)
def test_every_month_has_its_date_once(start: datetime, zone: ZoneInfo) -> None:
    months, after = [], start - timedelta(seconds=1)
    for _number in range(14):
        due = next_due("FREQ=MONTHLY", start, after, zone)
        assert due is not None
        local = due.astimezone(zone)
        months.append(local.year * 12 + local.month)
        after = due
    assert months == list(range(months[0], months[0] + 14))
