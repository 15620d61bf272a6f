"""The forward pass: no work outside working time, none before what comes first, no more at once than fits."""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mom.core.engine.interval import Interval, total
from mom.plant.engine.calendar import ShiftPattern, working_intervals
from mom.work.engine.terms import DependencyKind
from production.engine.forward_pass import Load, Place, RingError, Span, Wait, Work, WorkingTime, forward_pass

HOUR = timedelta(hours=1)
MONDAY = datetime(2026, 4, 13, 4, 0, tzinfo=UTC)  # 06:00 in Berlin
BERLIN = ZoneInfo("Europe/Berlin")
EARLY = ShiftPattern("E", "Early", time(6), time(14), frozenset({1, 2, 3, 4, 5}), breaks=((time(9), time(9, 30)),))
NIGHT = ShiftPattern("N", "Night", time(22), time(6), frozenset({1, 2, 3, 4, 5, 6, 7}))


def worked_by(patterns: Sequence[ShiftPattern], since: datetime = MONDAY) -> WorkingTime:
    return WorkingTime(since, lambda window: working_intervals(patterns, (), window, BERLIN))


def place(*patterns: ShiftPattern, room: int | None = 1, busy: Sequence[Span] = (), since: datetime = MONDAY) -> Place:
    return Place(worked_by(patterns, since), Load(room, busy))


def hours(since: datetime, *amounts: float) -> list[datetime]:
    return [since + amount * HOUR for amount in amounts]


def test_work_pauses_in_the_break_and_goes_on_the_next_day() -> None:
    """Worked by hand: from 06:00 ten hours are 7.5 on Monday (break 9:00-9:30) and 2.5 on Tuesday: until 08:30."""
    assert worked_by([EARLY]).span(MONDAY, 10 * HOUR) == Span(MONDAY, MONDAY + timedelta(days=1, hours=2, minutes=30))


def test_work_ends_with_the_shift_and_begins_with_the_next_one() -> None:
    time_ = worked_by([EARLY])
    end, tuesday = MONDAY + 8 * HOUR, MONDAY + timedelta(days=1)
    assert time_.span(MONDAY, 7.5 * HOUR) == Span(MONDAY, end)
    assert time_.span(end, HOUR) == Span(tuesday, tuesday + HOUR)


@pytest.mark.parametrize(
    ("evening", "length"),
    [
        (datetime(2026, 3, 28, 21, tzinfo=UTC), 7),  # 22:00 before the clocks go forward: the night has seven hours
        (datetime(2026, 10, 24, 20, tzinfo=UTC), 9),  # and nine when they go back
    ],
)
def test_P19_a_night_with_a_clock_change_has_its_true_length(evening: datetime, length: int) -> None:
    time_ = worked_by([NIGHT], evening)
    assert time_.span(evening, length * HOUR) == Span(evening, evening + length * HOUR)
    later = time_.span(evening, (length + 1) * HOUR)
    assert later is not None
    assert later.end - evening == timedelta(days=1) + HOUR + (length - 8) * HOUR


def test_a_place_without_working_time_plans_nothing_and_gives_up() -> None:
    never = WorkingTime(MONDAY, lambda _window: [])
    assert never.span(MONDAY, HOUR) is None
    works = [Work(1, 1, HOUR, MONDAY), Work(2, None, HOUR, MONDAY, [Wait(1)])]
    found = forward_pass(works, {1: Place(never, Load()), None: place(EARLY)})
    assert found == {1: None, 2: None}


def test_a_second_job_waits_for_the_machine_and_a_short_one_fills_the_gap() -> None:
    at = hours(MONDAY, 0, 1, 2, 3)
    machine = place(EARLY, busy=[Span(at[1], at[2])])
    found = forward_pass([Work(1, 1, 2 * HOUR, MONDAY), Work(2, 1, HOUR, MONDAY)], {1: machine})
    assert found[2] == Span(at[0], at[1])
    assert found[1] == Span(at[2], at[2] + 2.5 * HOUR)  # over the break


def test_lags_and_kinds_of_waiting() -> None:
    works = [
        Work(1, 1, 2 * HOUR, MONDAY),
        Work(2, 2, HOUR, MONDAY, [Wait(1, DependencyKind.AFTER_START, HOUR / 2)]),
        Work(3, 3, HOUR, MONDAY, [Wait(1, lag=HOUR / 4)]),
        Work(4, 4, HOUR, MONDAY, [Wait(2, DependencyKind.NOT_IN_PARALLEL)]),
    ]
    found = forward_pass(works, {key: place(NIGHT, EARLY) for key in (1, 2, 3, 4)})
    starts = {key: (span.start - MONDAY) / HOUR for key, span in found.items() if span is not None}
    assert starts == {1: 0, 2: 0.5, 3: 2.25, 4: 1.5}


def test_what_nobody_knows_the_time_of_holds_up_nothing_and_gets_no_times() -> None:
    works = [Work(1, 1, HOUR, MONDAY), Work(2, 1, None, MONDAY, [Wait(1)]), Work(3, 1, HOUR, MONDAY, [Wait(2)])]
    found = forward_pass(works, {1: place(EARLY)})
    assert (found[2], found[3]) == (None, Span(*hours(MONDAY, 1, 2)))


def test_a_ring_is_told() -> None:
    works = [Work(1, 1, HOUR, MONDAY, [Wait(2)]), Work(2, 1, HOUR, MONDAY, [Wait(1)]), Work(3, 1, HOUR, MONDAY)]
    with pytest.raises(RingError) as told:
        forward_pass(works, {1: place(EARLY)})
    assert told.value.keys == (1, 2)


def test_two_places_take_two_jobs_and_the_third_waits() -> None:
    found = forward_pass([Work(key, 1, HOUR, MONDAY) for key in (1, 2, 3)], {1: place(EARLY, room=2)})
    assert [span and (span.start - MONDAY) / HOUR for span in found.values()] == [0, 0, 1]


minutes = st.integers(0, 40 * 60).map(lambda amount: timedelta(minutes=amount))


@st.composite
def plans(draw: st.DrawFn) -> tuple[datetime, list[Work], dict[int, int]]:
    since = MONDAY + timedelta(minutes=draw(st.integers(-100 * 1440, 240 * 1440)), seconds=draw(st.integers(0, 59)))
    many = draw(st.integers(1, 8))
    works = []
    for key in range(many):
        waits = [
            Wait(before, draw(st.sampled_from(DependencyKind)), draw(st.sampled_from([timedelta(0), HOUR])))
            for before in draw(st.sets(st.integers(0, key - 1), max_size=3) if key else st.just(set()))
        ]
        duration = draw(st.none() | minutes)
        works.append(Work(key, draw(st.integers(1, 3)), duration, since + draw(minutes), waits))
    return since, works, {1: 1, 2: 1, 3: draw(st.integers(2, 3))}


@given(plans())
def test_the_plan_keeps_the_calendar_the_order_and_the_capacity(
    drawn: tuple[datetime, list[Work], dict[int, int]],
) -> None:
    since, works, rooms = drawn
    patterns = [EARLY, NIGHT]
    places = {key: Place(worked_by(patterns, since), Load(room)) for key, room in rooms.items()}
    found = forward_pass(works, dict(places))

    for work in works:
        span = found[work.key]
        assert (span is None) == (work.duration is None)
        if span is None or work.duration is None:
            continue
        assert span.start >= work.not_before
        # All of its time is working time, to the microsecond, and it begins and ends in it.
        around = Interval(span.start - HOUR, span.end + HOUR)
        worked = working_intervals(patterns, (), around, BERLIN)
        inside = [part for piece in worked if (part := _shared(piece, span)) is not None]
        assert total(inside) == work.duration
        if work.duration:
            assert any(piece.contains(span.start) for piece in worked)
        for wait in work.waits:
            before = found[wait.before]
            if before is None:
                continue
            if wait.kind == DependencyKind.AFTER_END:
                assert span.start >= before.end + wait.lag
            elif wait.kind == DependencyKind.NOT_IN_PARALLEL:
                assert span.start >= before.end or before.start >= span.end
            else:
                assert span.start >= before.start + wait.lag

    for key, room in rooms.items():
        spans = [span for work in works if work.place == key and (span := found[work.key]) and span.end > span.start]
        for span in spans:
            assert sum(other.start <= span.start < other.end for other in spans) <= room
        if room == 1:
            assert all(first.end <= second.start for first, second in pairwise(sorted(spans)))


def _shared(piece: Interval, span: Span) -> Interval | None:
    return piece.intersection(Interval(*span)) if span.end > span.start else None
