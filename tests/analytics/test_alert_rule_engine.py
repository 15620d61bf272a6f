"""The limit with its dead band and delay: what raises, when, and that portions and restarts make no difference."""

from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from analytics.engine.alert_rule import (
    LATE,
    STEP,
    Limit,
    Phase,
    RuleSide,
    Sample,
    Standing,
    Turn,
    hold,
    judge,
    pass_over,
)

START = datetime.fromisoformat("2026-04-16T06:00:00+02:00")
MINUTE = timedelta(minutes=1)
VALUES = st.integers(0, 40).map(Decimal)
LIMITS = st.builds(
    Limit,
    side=st.sampled_from(RuleSide),
    threshold=st.integers(10, 30).map(Decimal),
    dead_band=st.integers(0, 8).map(Decimal),
    delay=st.integers(0, 6).map(lambda number: number * MINUTE),
)


@st.composite
def series(draw: st.DrawFn) -> list[Sample]:
    """Values at growing instants."""
    steps = draw(st.lists(st.tuples(st.integers(1, 5), VALUES), max_size=25))
    at, found = START, []
    for minutes, value in steps:
        at += minutes * MINUTE
        found.append(Sample(at, value))
    return found


def at(minute: int) -> datetime:
    return START + minute * MINUTE


def samples(*values: int) -> list[Sample]:
    return [Sample(at(minute), Decimal(value)) for minute, value in enumerate(values)]


ABOVE = Limit(RuleSide.ABOVE, Decimal(80), Decimal(5), 3 * MINUTE)


def test_value_beyond_the_limit_for_the_delay_raises_at_its_end() -> None:
    standing, turns = judge(ABOVE, Standing(), samples(70, 81, 82, 83, 84), at(4))
    assert turns == [Turn(at(4), is_raised=True, since=at(1), value=Decimal(83))]
    assert standing.phase == Phase.RAISED


def test_value_that_comes_back_before_the_delay_raises_nothing() -> None:
    standing, turns = judge(ABOVE, Standing(), samples(70, 81, 70, 81, 75, 70), at(5))
    assert (standing.phase, turns) == (Phase.NORMAL, [])


def test_silence_beyond_the_limit_raises_when_the_delay_is_over() -> None:
    standing, turns = judge(ABOVE, Standing(), samples(81), at(2))
    assert (standing.phase, turns) == (Phase.PENDING, [])
    standing, turns = judge(ABOVE, standing, [], at(10))
    assert [turn.at for turn in turns] == [at(3)]


def test_value_that_wavers_in_the_dead_band_raises_once_and_ends_past_it() -> None:
    limit = Limit(RuleSide.ABOVE, Decimal(80), Decimal(5))
    standing, turns = judge(limit, Standing(), samples(81, 79, 81, 76, 81, 75), at(5))
    assert [(turn.at, turn.is_raised) for turn in turns] == [(at(0), True), (at(5), False)]
    assert standing.phase == Phase.NORMAL


def test_below_is_the_mirror_of_above() -> None:
    limit = Limit(RuleSide.BELOW, Decimal(20), Decimal(5))
    _standing, turns = judge(limit, Standing(), samples(19, 21, 24, 25), at(3))
    assert [(turn.at, turn.is_raised) for turn in turns] == [(at(0), True), (at(3), False)]


def test_sample_that_comes_late_is_left_out() -> None:
    standing, _turns = judge(ABOVE, Standing(), samples(70, 71, 72), at(2))
    late, turns = judge(ABOVE, standing, [Sample(at(1), Decimal(99))], at(2))
    assert (late, turns) == (standing, [])


@given(limit=LIMITS, values=series(), cuts=st.lists(st.integers(0, 25), max_size=5))
def test_portions_and_restarts_make_no_difference(limit: Limit, values: list[Sample], cuts: list[int]) -> None:
    """However the samples are cut, and whenever a worker looks between, standing and turns are the same."""
    end = (values[-1].at if values else START) + MINUTE
    whole, turns = judge(limit, Standing(), values, end)
    standing, found = Standing(), []
    places = sorted({min(cut, len(values)) for cut in cuts} | {0, len(values)})
    for first, last in pairwise(places):
        part = values[first:last]
        looked = part[-1].at
        standing, more = judge(limit, standing, part, looked)
        found += more
    standing, more = judge(limit, standing, [], end)
    assert (standing, found + more) == (whole, turns)


@given(limit=LIMITS, values=series())
def test_repeated_samples_change_nothing(limit: Limit, values: list[Sample]) -> None:
    end = values[-1].at if values else START
    once, _turns = judge(limit, Standing(), values, end)
    assert judge(limit, once, values, end) == (once, [])


@given(limit=LIMITS, values=series())
def test_turns_alternate_and_never_come_before_the_delay(limit: Limit, values: list[Sample]) -> None:
    end = (values[-1].at if values else START) + 10 * MINUTE
    standing, turns = judge(limit, Standing(), values, end)
    assert [turn.is_raised for turn in turns] == [place % 2 == 0 for place in range(len(turns))]
    assert [turn.at for turn in turns] == sorted(turn.at for turn in turns)
    assert all(turn.at - turn.since >= limit.delay for turn in turns if turn.is_raised)
    assert (standing.phase == Phase.RAISED) == (len(turns) % 2 == 1)
    assert (standing.since is None) == (standing.phase == Phase.NORMAL)


@given(limit=LIMITS, values=series())
def test_raised_condition_held_the_whole_delay(limit: Limit, values: list[Sample]) -> None:
    """Between the beginning and the raise no value was back by the dead band: an independent look at the samples."""
    end = (values[-1].at if values else START) + 10 * MINUTE
    _standing, turns = judge(limit, Standing(), values, end)
    for turn in turns:
        if turn.is_raised:
            inside = [sample for sample in values if turn.since <= sample.at < turn.since + limit.delay]
            assert not any(limit.is_back(sample.value) for sample in inside)
            (first,) = [sample for sample in values if sample.at == turn.since]
            assert limit.is_beyond(first.value)


@given(limit=LIMITS, values=series())
def test_values_that_never_leave_the_limit_raise_nothing(limit: Limit, values: list[Sample]) -> None:
    inside = [sample for sample in values if not limit.is_beyond(sample.value)]
    standing, turns = judge(limit, Standing(), inside, START + timedelta(days=1))
    assert (standing.phase, turns) == (Phase.NORMAL, [])


@given(
    looks=st.lists(st.tuples(st.integers(1, 10), st.booleans()), max_size=20),
    delay=st.integers(0, 8).map(lambda number: number * MINUTE),
)
def test_stretch_that_holds_raises_once_its_delay_is_over(looks: list[tuple[int, bool]], delay: timedelta) -> None:
    now, since, standing, count = START, None, Standing(), 0
    for minutes, holds in looks:
        now += minutes * MINUTE
        since = (since or now - MINUTE) if holds else None
        standing, turn = hold(standing, since, delay, now)
        count += bool(turn and turn.is_raised)
        expected = since is not None and since + delay <= now
        assert (standing.phase == Phase.RAISED) == expected
    assert count <= sum(
        1 for place, (_m, holds) in enumerate(looks) if holds and (place == 0 or not looks[place - 1][1])
    )


@given(limit=LIMITS, samples=series(), lag=st.integers(0, 60), gap=st.integers(1, 300))
def test_looks_between_readings_that_come_up_to_an_hour_late_change_nothing(
    limit: Limit, samples: list[Sample], lag: int, gap: int
) -> None:
    """The machine is heard all the time; its readings come late, and every look in between passes the silence over."""
    end = (samples[-1].at if samples else START) + 2 * LATE
    expected, _turns = judge(limit, Standing(), samples, end)
    standing, waiting, now = Standing(), list(samples), START
    while now < end or waiting:
        come = [sample for sample in waiting if sample.at + lag * MINUTE <= now]
        waiting = waiting[len(come) :]
        looked_from = standing.seen_at or START - timedelta(days=1)
        standing, _turns = judge(limit, standing, come, now)
        if not come:
            standing = pass_over(standing, looked_from, now, now)
            assert standing.seen_at is None or standing.seen_at >= looked_from
            assert (standing.seen_at or looked_from) > now - LATE - STEP
        # what is on its way is looked at before it can be passed over, however seldom one looks
        now = min([now + gap * MINUTE, *(sample.at + lag * MINUTE for sample in waiting[:1])])
    standing, _turns = judge(limit, standing, [], end)
    assert (standing.phase, standing.since, standing.value) == (expected.phase, expected.since, expected.value)


def test_silence_of_a_machine_that_was_not_heard_is_not_passed_over() -> None:
    standing = Standing(seen_at=START)
    assert pass_over(standing, START, None, START + 9 * LATE) == standing
    assert pass_over(standing, START, START + LATE, START + 9 * LATE) == standing
    assert pass_over(standing, START, START + LATE + STEP, START + 9 * LATE).seen_at == START + STEP
