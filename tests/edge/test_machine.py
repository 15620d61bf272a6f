"""The simulated machine: it stands, runs and sends the same for the same seed, and its counters never lie."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from mom.edge.engine.gateway import Connected, Gateway
from mom.edge.engine.machine import Chance, Counters, Profile, Rhythm, Segment, Signal, StopKind, messages, next_segment

NOON = datetime(2026, 4, 16, 12, tzinfo=UTC)
PRESS = Profile(
    "IM-01",
    22.0,
    (StopKind("down", "EJECTOR", 5, 20, 1), StopKind("idle", "", 0.5, 1.5, 2), StopKind("off", "", 4, 8, 0.2)),
    sends_cycles=True,
    signals=(Signal("oil_temperature", "CEL", 48.0, 31.0, 0.5),),
)


def walk(hours: int, chance: Chance) -> list[Segment]:
    segments = [Segment("run", NOON, NOON + timedelta(minutes=9), cycle=24.0, scrap=0.02)]
    while segments[-1].end < NOON + timedelta(hours=hours):
        segments.append(next_segment(PRESS, segments[-1], chance))
    return segments


@given(st.text(min_size=1, max_size=8))
def test_walk_leaves_no_hole_and_repeats_itself(seed: str) -> None:
    segments = walk(12, Chance(seed))
    assert all(before.end == after.start for before, after in pairwise(segments))
    assert all(segment.start < segment.end for segment in segments)
    assert segments == walk(12, Chance(seed))


def test_walk_stands_in_the_breaks_and_goes_on_after_them() -> None:
    pause = (NOON + timedelta(hours=1), NOON + timedelta(hours=1, minutes=15))
    segments = walk(3, Chance("break", [pause]))
    inside = [segment for segment in segments if segment.start < pause[1] and segment.end > pause[0]]
    assert [(segment.state, segment.reason, segment.start, segment.end) for segment in inside] == [
        ("plan", "BREAK", *pause)
    ]
    assert next(segment for segment in segments if segment.start == pause[1]).state == "run"


def test_walk_sets_up_where_a_new_order_comes() -> None:
    run = Segment("run", NOON, NOON + timedelta(minutes=9), cycle=24.0)
    setup = next_segment(PRESS, run, Chance("order"), needs_setup=True)
    assert setup.state == "setup"
    assert next_segment(PRESS, setup, Chance("order"), needs_setup=True).state == "run"


@given(st.integers(1, 9))
def test_messages_are_the_same_however_they_are_asked_for(parts: int) -> None:
    """A gateway that sends every minute and one that sends once a shift send the same messages."""
    segment = Segment("run", NOON, NOON + timedelta(minutes=30), cycle=24.0, scrap=0.04)

    def sent(since: datetime, until: datetime) -> list[str]:
        found = messages(PRESS, segment, Counters(100, 3), since, until, Rhythm(), "seed")
        return [str(message) for message in found]

    edges = [NOON + timedelta(minutes=30) * number / parts for number in range(parts + 1)]
    pieces = [message for since, until in pairwise(edges) for message in sent(since, until)]
    assert sorted(pieces) == sorted(sent(NOON, NOON + timedelta(minutes=30)))


def test_counters_add_up_over_segments() -> None:
    first = Segment("run", NOON, NOON + timedelta(minutes=10), cycle=24.0, scrap=0.04)
    after = Counters(100, 3).after(first)
    assert after.total == 125
    assert after.reject == 3 + first.rejects(first.end) <= 5
    assert [first.pieces(NOON + timedelta(seconds=second)) for second in (0, 23, 24, 48, 600, 9999)] == [
        0, 0, 1, 2, 25, 25,
    ]  # fmt: skip


def test_silence_sends_nothing() -> None:
    silent = Segment("off", NOON, NOON + timedelta(minutes=5))
    assert list(messages(PRESS, silent, Counters(), NOON, silent.end, Rhythm(), "seed")) == []


@given(st.lists(st.integers(1, 4_000), min_size=1, max_size=12))
def test_gateway_sends_each_message_once_whatever_its_steps(steps: list[int]) -> None:
    """A gateway asked at any instants sends what one sends that is asked once."""

    def gateway() -> Gateway:
        first = Segment("run", NOON, NOON + timedelta(minutes=9), cycle=24.0, scrap=0.02)
        return Gateway([Connected(PRESS, first)], NOON, "seed", lambda _profile, _at: (), Rhythm())

    stepping, at, found = gateway(), NOON, []
    for step in steps:
        at += timedelta(seconds=step)
        found += stepping.until(at)
    whole = gateway().until(at)
    assert sorted(map(str, found)) == sorted(map(str, whole))
    keys = [message["id"] for message in found]
    assert len(keys) == len(set(keys))
    totals = [int(message["value"]) for message in whole if message.get("name") == "total"]
    assert totals == sorted(totals)
