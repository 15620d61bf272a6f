from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mom.core.engine.interval import Interval
from mom.plant.engine.calendar import (
    CalendarException,
    ShiftPattern,
    day_interval,
    days_of,
    instant,
    local_day,
    merged,
    shift_on,
    shifts_in,
    working_intervals,
)

STOCKHOLM = ZoneInfo("Europe/Stockholm")
EVERY_DAY = frozenset(range(1, 8))
EARLY = ShiftPattern("E", "Early", time(6), time(14), EVERY_DAY)
LATE = ShiftPattern("L", "Late", time(14), time(22), EVERY_DAY)
NIGHT = ShiftPattern("N", "Night", time(22), time(6), EVERY_DAY)
SPRING = date(2026, 3, 29)  # 02:00 becomes 03:00
AUTUMN = date(2026, 10, 25)  # 03:00 becomes 02:00

zones = st.sampled_from(
    [ZoneInfo(name) for name in ("Europe/Stockholm", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "UTC")]
)
days = st.dates(date(2024, 1, 1), date(2028, 12, 31))
wall_times = st.times().map(lambda at: at.replace(second=0, microsecond=0))


@pytest.mark.parametrize(("day", "hours"), [(SPRING, 23), (AUTUMN, 25), (date(2026, 4, 16), 24)])
def test_day_has_its_true_length(day: date, hours: int) -> None:
    assert day_interval(day, STOCKHOLM).duration == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("starting_on", "hours"), [(date(2026, 3, 28), 7), (date(2026, 10, 24), 9), (date(2026, 4, 16), 8)]
)
def test_night_shift_has_its_true_length_over_the_clock_change(starting_on: date, hours: int) -> None:
    assert shift_on(NIGHT, starting_on, STOCKHOLM).interval.duration == timedelta(hours=hours)


def test_night_shift_belongs_to_the_day_it_starts_on() -> None:
    at = datetime(2026, 4, 17, 1, 0, tzinfo=UTC)  # 03:00 in Stockholm

    found = shifts_in([EARLY, LATE, NIGHT], Interval(at, at + timedelta(minutes=1)), STOCKHOLM)

    assert [(shift.code, shift.day) for shift in found] == [("N", date(2026, 4, 16))]


def test_time_that_the_clock_skips_is_the_first_instant_after_it() -> None:
    assert instant(SPRING, time(2, 30), STOCKHOLM) == datetime(2026, 3, 29, 1, 0, tzinfo=UTC)


def test_time_that_comes_twice_is_the_first_of_the_two() -> None:
    assert instant(AUTUMN, time(2, 30), STOCKHOLM) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_break_in_the_skipped_hour_has_no_length_that_night() -> None:
    night = ShiftPattern("N", "Night", time(22), time(6), EVERY_DAY, breaks=((time(2), time(2, 30)),))

    spring, usual = (shift_on(night, day, STOCKHOLM) for day in (date(2026, 3, 28), date(2026, 4, 15)))

    assert spring.breaks == ()
    assert [pause.duration for pause in usual.breaks] == [timedelta(minutes=30)]


def test_shift_that_ended_is_not_found_from_its_first_day_without_it() -> None:
    ended = ShiftPattern("E", "Early", time(6), time(14), EVERY_DAY, valid_until=date(2026, 4, 17))
    window = Interval(*(instant(day, time(0), STOCKHOLM) for day in (date(2026, 4, 15), date(2026, 4, 20))))

    assert [shift.day for shift in shifts_in([ended], window, STOCKHOLM)] == [date(2026, 4, 15), date(2026, 4, 16)]


def test_exception_of_higher_priority_wins_in_any_order() -> None:
    day = day_interval(date(2026, 4, 16), STOCKHOLM)
    holiday = CalendarException(day, is_working=False, priority=0)
    extra = CalendarException(
        Interval(day.start + timedelta(hours=8), day.start + timedelta(hours=10)), is_working=True, priority=5
    )

    worked = [working_intervals([EARLY], order, day, STOCKHOLM) for order in ([holiday, extra], [extra, holiday])]

    assert worked == [[extra.interval], [extra.interval]]


def test_working_time_leaves_breaks_out() -> None:
    early = ShiftPattern("E", "Early", time(6), time(14), EVERY_DAY, breaks=((time(9), time(9, 15)),))
    day = day_interval(date(2026, 4, 16), STOCKHOLM)

    worked = working_intervals([early], [], day, STOCKHOLM)

    assert sum((piece.duration for piece in worked), timedelta()) == timedelta(hours=7, minutes=45)


@given(zone=zones, first=days, count=st.integers(1, 20))
def test_days_tile_without_gap(zone: ZoneInfo, first: date, count: int) -> None:
    found = [day_interval(first + timedelta(days=number), zone) for number in range(count)]

    assert all(one.end == after.start for one, after in pairwise(found))


@given(zone=zones, day=days, at=wall_times)
def test_instant_lies_on_its_own_day(zone: ZoneInfo, day: date, at: time) -> None:
    assert local_day(instant(day, at, zone), zone) == day


@given(zone=zones, day=days, one=wall_times, other=wall_times)
def test_instants_keep_the_order_of_wall_times(zone: ZoneInfo, day: date, one: time, other: time) -> None:
    earlier, later = sorted((one, other))

    assert instant(day, earlier, zone) <= instant(day, later, zone)


@given(zone=zones, day=days, length=st.integers(1, 400))
def test_three_shifts_tile_any_window(zone: ZoneInfo, day: date, length: int) -> None:
    start = instant(day, time(11, 17), zone)
    window = Interval(start, start + timedelta(hours=length))

    assert working_intervals([EARLY, LATE, NIGHT], [], window, zone) == [window]


@given(zone=zones, day=days, length=st.integers(1, 200))
def test_shifts_follow_each_other_without_overlap(zone: ZoneInfo, day: date, length: int) -> None:
    start = instant(day, time(0), zone)
    found = shifts_in([EARLY, LATE, NIGHT], Interval(start, start + timedelta(hours=length)), zone)

    assert all(one.interval.end == after.interval.start for one, after in pairwise(found))


@given(zone=zones, day=days, hours=st.integers(1, 100))
def test_days_of_a_window_cover_it(zone: ZoneInfo, day: date, hours: int) -> None:
    start = instant(day, time(5, 30), zone)
    window = Interval(start, start + timedelta(hours=hours))

    found = merged(day_interval(each, zone) for each in days_of(window, zone))

    assert len(found) == 1
    assert found[0].intersection(window) == window


intervals = st.lists(
    st.tuples(st.integers(0, 200), st.integers(1, 30)).map(
        lambda pair: Interval(
            datetime(2026, 4, 16, tzinfo=UTC) + timedelta(minutes=pair[0]),
            datetime(2026, 4, 16, tzinfo=UTC) + timedelta(minutes=pair[0] + pair[1]),
        )
    ),
    max_size=12,
)


@given(pieces=intervals)
def test_merged_is_disjoint_and_in_any_order_the_same(pieces: list[Interval]) -> None:
    found = merged(pieces)

    assert merged(reversed(pieces)) == found
    assert all(one.end < after.start for one, after in pairwise(found))
    assert all(any(whole.intersection(piece) == piece for whole in found) for piece in pieces)
