"""The fold over arrays says what the timeline and the shift's engine say, message by message."""

import itertools
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.engine.fold_arrays import Fold
from analytics.engine.fold_terms import (
    CLASSES,
    LETTERS,
    LOSS_CLASSES,
    NO_STATE,
    STATES,
    Cuts,
    Folded,
    Listened,
    Vocabulary,
)
from analytics.engine.machine_facts import MICRO, Made, Rate, Rates, Reading, ShiftFacts, Spell, Terms, Work
from analytics.engine.machine_shift import reckon
from analytics.engine.machine_stretch import instant_of, microseconds
from analytics.engine.machine_time import MINOR, RUNNING, SILENT, Meaning, is_minor
from analytics.selectors.facts_meaning import BY_STATE
from mom.floor.engine.columns import Batch, Columns, Label, joined, of_batches
from mom.floor.engine.meaning import Meaning as CodeMeaning
from mom.floor.engine.meaning import Meanings, Row
from mom.floor.engine.terms import MachineState, PieceSource, StateModel
from mom.floor.engine.timeline import Observation, Record
from mom.floor.engine.timeline import Reading as Read
from mom.floor.engine.timeline import fold as fold_timeline
from mom.floor.engine.timeline_settings import Held, Listening, ListeningLine
from mom.plant.engine.terms import LossClass, TimeClass

MINUTE = 60 * MICRO
START = microseconds(datetime.fromisoformat("2026-03-02T06:00:00+00:00"))
END = START + 120 * MINUTE
BREAK = (START + 50 * MINUTE, START + 60 * MINUTE)
HEARTBEAT, SHORT, MODULUS = 5 * MINUTE, 2 * MINUTE, 1000
RATE = Rate(0, 37 * MICRO, 2)
CODES = ("run", "idle", "setup", "plan", "down")
REASONS = {"R1": 1, "R2": 2, "R3": 3}
OF_REASON = {
    1: Meaning(TimeClass.DOWN.value, TimeClass.DOWN.value, LossClass.BREAKDOWN.value),
    2: Meaning(TimeClass.PLANNED_MAINTENANCE.value, TimeClass.PLANNED_MAINTENANCE.value),
}
LISTENING = Listening(
    heartbeat=timedelta(minutes=5), minor_stop=timedelta(minutes=2), piece_source=PieceSource.COUNTERS
)

moments = st.integers(0, 120 * 6).map(lambda sixths: START + sixths * 10 * MICRO)
states = st.tuples(moments, st.sampled_from(CODES), st.sampled_from(["", *REASONS]))
counts = st.tuples(moments, st.sampled_from(["total", "reject"]), st.integers(0, MODULUS - 1))
lists_of = st.lists(states, max_size=25), st.lists(counts, max_size=15)


def meanings() -> Meanings:
    rows = []
    for state in MachineState:
        of = BY_STATE[state.value]
        meant = CodeMeaning(state, TimeClass(of.with_order), TimeClass(of.without_order), LossClass(of.loss))
        rows.append(
            Row(StateModel.OWN, state.value, "", False, datetime.min.replace(tzinfo=instant_of(0).tzinfo), None, meant)
        )
    return Meanings(rows)


def by_engine(said: list[tuple[int, str, str]], counted: list[tuple[int, str, int]]) -> ShiftFacts:
    """The facts as the timeline and the selectors make them."""
    record = Record(
        states=[Observation(instant_of(at), code, "", reason) for at, code, reason in said],
        signs=[instant_of(at) for at, *_ in [*said, *counted]],
    )
    line = ListeningLine([Held(datetime.min.replace(tzinfo=instant_of(0).tzinfo), None, LISTENING)])
    told = fold_timeline(record, Read(meanings(), line, REASONS), now=instant_of(END))
    spells = []
    for piece, number in zip(told.pieces, told.stop_of, strict=True):
        begin, end = microseconds(piece.start), None if piece.end is None else microseconds(piece.end)
        if number is None:
            spells.append(Spell(begin, end, piece.state.value, RUNNING if piece.state == MachineState.RUN else SILENT))
            continue
        stop = told.stops[number]
        first, last = microseconds(stop.start), None if stop.end is None else microseconds(stop.end)
        meaning = OF_REASON.get(stop.reason or 0, BY_STATE[stop.state.value])
        if is_minor(meaning, first, last, SHORT):
            meaning = MINOR
        spells.append(Spell(begin, end, stop.state.value, meaning, stop.reason, first))
    made = Made(1, 7, "H87")
    return ShiftFacts(
        equipment_id=5, day=instant_of(START).date(), shift="A", start=START, end=END, until=END,
        plan=((START, "w"), (BREAK[0], "b"), (BREAK[1], "w")), hours=(START, START + 60 * MINUTE),
        spells=spells, work=(Work(START - 1, None, made),),
        readings=[Reading(at, name == "reject", value * MICRO) for at, name, value in counted],
        rates={7: Rates((RATE,))}, terms=Terms(PieceSource.COUNTERS.value, SHORT, MODULUS * MICRO),
    )  # fmt: skip


def columns(machine: int, said: list[tuple[int, str, str]], counted: list[tuple[int, str, int]]) -> Columns:
    batches = [
        Batch(machine, Label("state", code=code, reason=reason), np.asarray([at]), None) for at, code, reason in said
    ]
    batches += [
        Batch(machine, Label("count", name=name), np.asarray([at]), np.asarray([value * MICRO]))
        for at, name, value in counted
    ]
    return of_batches(batches)


def vocabulary(labels: Sequence[Label]) -> Vocabulary:
    known = [*BY_STATE.values(), *OF_REASON.values()]
    of_state = [list(BY_STATE).index(label.code) if label.kind == "state" else 0 for label in labels]
    of_reason = [len(BY_STATE) + list(OF_REASON).index(each) if each in OF_REASON else -1 for each in REASONS.values()]
    return Vocabulary(
        state=np.asarray([STATES.index(x.code) if x.kind == "state" else NO_STATE for x in labels], np.int8),
        reason=np.asarray([REASONS.get(label.reason, 0) for label in labels], np.int64),
        meaning=np.asarray(of_state, np.int64),
        counter=np.asarray([{"total": 1, "reject": 2}.get(label.name, 0) for label in labels], np.int8),
        reason_meaning=np.asarray([-1, *of_reason]),
        meanings=known,
    )


def by_arrays(messages: Columns, machines: list[int], *, pieces: int = 1) -> Folded:
    many = np.arange(len(machines))
    plan = [(START, "w"), (BREAK[0], "b"), (BREAK[1], "w"), (END, "o")]
    cuts = Cuts(
        machine=np.repeat(many, 4),
        at=np.tile([at for at, _ in plan], len(machines)),
        slot=np.where(np.tile([0, 0, 0, 1], len(machines)), -1, np.repeat(many, 4)),
        letter=np.tile([LETTERS.index(letter) for _, letter in plan], len(machines)),
        above=np.full(4 * len(machines), RATE.above),
        below=np.full(4 * len(machines), RATE.below),
    )
    terms = (np.full(len(machines), each) for each in (HEARTBEAT, SHORT, MODULUS * MICRO))
    fold = Fold(cuts, Listened(np.asarray(machines), *terms, START, END), vocabulary)
    edges = np.linspace(START, END + 1, pieces + 1).astype(np.int64)
    for begin, end in itertools.pairwise(edges):
        fold.add(messages.where((messages.occurred_at >= begin) & (messages.occurred_at < end)))
    return fold.parts()


@settings(max_examples=300, deadline=None)
@given(lists=st.lists(st.tuples(*lists_of), min_size=1, max_size=3), pieces=st.integers(1, 5))
def test_fold_of_arrays_equals_the_engine(
    lists: list[tuple[list[tuple[int, str, str]], list[tuple[int, str, int]]]],
    pieces: int,
) -> None:
    machines = [3 + 2 * number for number in range(len(lists))]
    parts = [columns(machine, said, counted) for machine, (said, counted) in zip(machines, lists, strict=True)]
    found = by_arrays(joined(parts), machines, pieces=pieces)
    for slot, (said, counted) in enumerate(lists):
        reckoned = reckon(by_engine(said, counted))
        wanted = reckoned.total
        assert {name: int(found.time[slot, place]) for place, name in enumerate(CLASSES)} == {
            name: getattr(wanted, name) for name in CLASSES
        }
        for name in (
            "minor_stop",
            "unplanned",
            "uncoded",
            "breakdown",
            "stop_count",
            "minor_stop_count",
            "failure_count",
            "ideal",
            "ideal_good",
        ):
            assert int(getattr(found, name)[slot]) == getattr(wanted, name), name
        for name in ("good", "scrap", "unjudged"):
            assert Decimal(int(getattr(found, name)[slot])).scaleb(-6) == getattr(wanted, name), name
        lost: dict[tuple[str, str, str, int | None], list[int]] = {}
        for key, amounts in reckoned.losses.items():
            sums = lost.setdefault((key.state, key.time_class, key.loss_class, key.reason_id), [0, 0])
            sums[0], sums[1] = sums[0] + amounts[0], sums[1] + amounts[1]
        assert losses_of(found, slot) == {key: tuple(value) for key, value in lost.items()}


def losses_of(found: Folded, slot: int) -> dict[tuple[str, str, str, int | None], tuple[int, int]]:
    each = found.losses
    return {
        (STATES[s], CLASSES[c], LOSS_CLASSES[k], int(r) or None): (int(d), int(n))
        for at, s, c, k, r, d, n in zip(
            each.slot,
            each.state,
            each.time_class,
            each.loss_class,
            each.reason,
            each.duration,
            each.stop_count,
            strict=True,
        )
        if at == slot
    }


def test_fold_of_no_messages_is_unknown_time() -> None:
    found = by_arrays(columns(5, [], []), [5])
    assert int(found.time[0, CLASSES.index(TimeClass.UNKNOWN.value)]) == END - START - (BREAK[1] - BREAK[0])
    assert int(found.time.sum()) == END - START
    assert not len(found.losses.slot)
