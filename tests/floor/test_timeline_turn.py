"""The short way for a machine that begins or ends to stand gives what the whole way round gives."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mom.floor.engine import timeline_turn
from mom.floor.engine.heard import by_machine
from mom.floor.engine.meaning import Meaning, Meanings, Row
from mom.floor.engine.message import Parsed, Said
from mom.floor.engine.terms import MachineState, MessageKind
from mom.floor.engine.timeline import Observation, Reading, Record, fold
from mom.floor.engine.timeline_change import Difference, StoredInterval, StoredStop
from mom.floor.engine.timeline_settings import Held, Listening, ListeningLine
from mom.floor.services import timeline
from mom.floor.services.machine_signals import Signal
from mom.floor.services.timeline_rows import OpenEnd
from mom.plant.engine.terms import LossClass, TimeClass

START = datetime(2026, 3, 2, 6, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
WORDS = ("run", "run2", "down", "idle", "setup", "off", "what")
REASONS = {"JAM": 1, "TOOL": 2}


def at(minutes: float) -> datetime:
    return START + minutes * MINUTE


def reading_of(change_at: float | None, *, of_meaning: bool) -> Reading:
    """Meanings and settings since long ago; one of them changes at an instant, if at all."""
    borders = [at(-999), *([at(change_at)] if change_at is not None else [])]
    states = {"run2": "run"} | {word: word for word in WORDS if word not in {"run2", "what"}}
    rows = []
    for word, state in states.items():
        changes = borders if of_meaning else borders[:1]
        for index, start in enumerate(changes):
            end = changes[index + 1] if index + 1 < len(changes) else None
            meaning = Meaning(
                MachineState("idle" if index else state), TimeClass.DELAY, TimeClass.DELAY, LossClass.NONE
            )
            rows.append(Row("own", word, "", is_of_site=False, start=start, end=end, meaning=meaning))
    changes = borders[:1] if of_meaning else borders
    held = [
        Held(start, changes[index + 1] if index + 1 < len(changes) else None,
             Listening(heartbeat=10 * MINUTE, minor_stop=(2 + index) * MINUTE))
        for index, start in enumerate(changes)
    ]  # fmt: skip
    return Reading(Meanings(rows), ListeningLine(held), REASONS)


def parsed(minutes: float, said: Said) -> Parsed:
    return Parsed(0, "", None, "M", said, at(minutes), None, "", None, equipment_id=7)


_word = st.tuples(st.sampled_from(WORDS), st.sampled_from(["", "JAM", "TOOL"]))
_change = st.none() | st.integers(-5, 90)


@given(
    before=st.lists(st.tuples(st.integers(1, 9), _word), min_size=1, max_size=6),
    pause=st.integers(0, 12),
    batch=st.lists(st.tuples(st.integers(0, 6), st.none() | _word), min_size=1, max_size=3),
    delay=st.integers(0, 12),
    change_at=_change,
    of_meaning=st.booleans(),
    known=st.sampled_from([REASONS, {}]),
)
@example([(1, ("down", "JAM"))], 1, [(1, ("run", ""))], 0, None, True, {})
def test_P15_short_way_is_the_whole_way(
    before: list[tuple[int, tuple[str, str]]],
    pause: int,
    batch: list[tuple[int, tuple[str, str] | None]],
    delay: int,
    change_at: float | None,
    of_meaning: bool,
    known: dict[str, int],
) -> None:
    """`known`: the reasons that there were when the timeline was stored."""
    reading = reading_of(change_at, of_meaning=of_meaning)
    minute, states = 0, []
    for length, (code, reason) in before:
        minute += length
        states.append(Observation(at(minute), code, "", reason))
    stored = fold(Record(states), replace(reading, reasons=known), now=at(minute))
    piece = stored.pieces[-1]
    position = stored.stop_of[-1]
    stop = None if position is None else StoredStop(5, stored.stops[position])
    end = OpenEnd(StoredInterval(1, piece, None if stop is None else stop.id), stop)
    minute += pause
    signal = Signal(7, at(minute), states[-1].at, states[-1].code, "", states[-1].reason)
    messages = []
    for length, word in batch:
        minute += length
        words = Said(MessageKind.HEARTBEAT) if word is None else Said(MessageKind.STATE, code=word[0], reason=word[1])
        messages.append(parsed(minute, words))
    heard = by_machine(messages)[7]
    if not timeline._comes_in_order(heard, signal, end, reading.listening):
        return
    short = timeline._appended(heard, signal, end, reading, at(minute + delay))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(timeline, "turned", lambda *_given: None)
        whole = timeline._appended(heard, signal, end, reading, at(minute + delay))
    assert short == whole


@pytest.mark.parametrize(("before", "after"), [("run", "down"), ("down", "run"), ("idle", "run2")])
def test_short_way_is_taken_for_a_plain_change(before: str, after: str, monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[bool] = []
    as_it_is = timeline_turn.turned

    def watched(*given: Any) -> Difference | None:
        turn = as_it_is(*given)
        taken.append(turn is not None)
        return turn

    monkeypatch.setattr(timeline, "turned", watched)
    reading = reading_of(None, of_meaning=True)
    stored = fold(Record([Observation(at(0), before)]), reading, now=at(0))
    stop = StoredStop(5, stored.stops[0]) if stored.stops else None
    end = OpenEnd(StoredInterval(1, stored.pieces[0], None if stop is None else 5), stop)
    heard = by_machine([parsed(3, Said(MessageKind.STATE, code=after))])[7]
    timeline._appended(heard, Signal(7, at(2), at(0), before), end, reading, at(3))
    assert taken == [True]
