"""Half-open intervals: time is neither lost nor made when they are cut, joined and summed."""

from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mom.core.engine.interval import Interval, merge, total

START = datetime(2026, 3, 1, tzinfo=UTC)


def at(minutes: int) -> datetime:
    return START + timedelta(minutes=minutes)


def span(start: int, end: int | None) -> Interval:
    return Interval(at(start), None if end is None else at(end))


minutes = st.integers(0, 500)
closed = st.tuples(minutes, st.integers(1, 100)).map(lambda pair: span(pair[0], pair[0] + pair[1]))
any_interval = st.one_of(closed, minutes.map(lambda start: span(start, None)))


@given(closed, any_interval)
def test_interval_subtract_leaves_what_is_not_shared(one: Interval, other: Interval) -> None:
    left = total(one.subtract(other))

    shared = one.intersection(other)
    assert left + (shared.duration if shared else timedelta()) == one.duration


@given(any_interval, any_interval, minutes)
def test_interval_intersection_contains_what_both_contain(one: Interval, other: Interval, minute: int) -> None:
    shared = one.intersection(other)

    in_both = one.contains(at(minute)) and other.contains(at(minute))
    assert (shared is not None and shared.contains(at(minute))) == in_both


@given(any_interval, any_interval)
def test_interval_overlaps_is_the_same_from_both_sides(one: Interval, other: Interval) -> None:
    assert one.overlaps(other) == other.overlaps(one) == (one.intersection(other) is not None)


@given(st.lists(any_interval, max_size=8), minutes)
def test_interval_merge_covers_the_same_time_once(intervals: list[Interval], minute: int) -> None:
    merged = merge(intervals)

    assert any(each.contains(at(minute)) for each in merged) == any(each.contains(at(minute)) for each in intervals)
    assert all(not one.overlaps(other) for one, other in pairwise(merged))


@given(st.permutations([span(0, 10), span(5, 20), span(20, 30), span(40, None), span(50, 60)]))
def test_interval_merge_does_not_depend_on_the_order(intervals: list[Interval]) -> None:
    assert merge(intervals) == [span(0, 30), span(40, None)]


def test_interval_end_belongs_to_the_next() -> None:
    first, second = span(0, 10), span(10, 20)

    assert not first.overlaps(second)
    assert not first.contains(at(10))
    assert second.contains(at(10))


def test_interval_clip_ends_an_open_one() -> None:
    assert span(5, None).clip(at(15)) == span(5, 15)
    assert span(5, 10).clip(at(15)) == span(5, 10)
    assert span(5, None).clip(at(5)) is None


def test_interval_length_over_the_change_to_summer_time_counts_real_hours() -> None:
    winter, summer = timezone(timedelta(hours=1)), timezone(timedelta(hours=2))
    night = Interval(datetime(2026, 3, 29, 0, tzinfo=winter), datetime(2026, 3, 30, 0, tzinfo=summer))

    assert night.duration == timedelta(hours=23)


@pytest.mark.parametrize(
    ("start", "end"),
    [(datetime(2026, 1, 1), None), (at(5), at(5)), (at(5), at(4))],  # noqa: DTZ001 - naive on purpose
)
def test_interval_refuses_naive_and_reversed(start: datetime, end: datetime | None) -> None:
    with pytest.raises(ValueError, match=r"time zone|ends after"):
        Interval(start, end)


def test_interval_open_one_has_no_length() -> None:
    with pytest.raises(ValueError, match="clip it"):
        _ = span(0, None).duration
