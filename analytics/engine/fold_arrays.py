"""Months of machines from their messages, as arrays: the same rules as the timeline and the shift's engine. Pure.

For stretches in which settings, meanings, job and standard don't change and nobody said a word about a stop. Instants
are whole microseconds since 1970, quantities whole millionths: nothing is rounded that the engine does not round.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analytics.engine.fold_stops import DOWN, IDLE, OFF, PLAN, RUN, SETUP, Pieces, stop_starts
from analytics.engine.machine_facts import MICRO
from analytics.engine.machine_time import LOST, MINOR, SILENT, Meaning, Plan, can_be_minor, classed
from mom.floor.engine.columns import Columns, Ints
from mom.plant.engine.terms import LossClass, TimeClass

STATES = (RUN, IDLE, SETUP, PLAN, DOWN, OFF)
CLASSES = tuple(each.value for each in TimeClass)
LETTERS = tuple(each.value for each in Plan)
NO_STATE = -1
_LOST = np.isin(CLASSES, sorted(LOST))
_SEEN = ~np.isin(CLASSES, [TimeClass.UNKNOWN.value, TimeClass.OFF_SHIFT.value, TimeClass.PRODUCTION.value])


@dataclass(frozen=True)
class Vocabulary:
    """What each label of the columns says. `state`: index into `STATES`, or `NO_STATE`; `reason` 0: none named.

    `meaning` and `reason_meaning` point into `meanings`; a reason's -1: its code's meaning holds. `counter`: 1 reading
    of all pieces, 2 of rejected ones, 3 and 4 the same as what was added; 0: it counts nothing.
    """

    state: NDArray[np.int8]
    reason: NDArray[np.int64]
    meaning: NDArray[np.int64]
    counter: NDArray[np.int8]
    reason_meaning: NDArray[np.int64]
    meanings: Sequence[Meaning]


@dataclass(frozen=True)
class Cuts:
    """Where the plan of machines changes, by machine and instant: which slot, letter and ideal cycle hold from there.

    `machine` points into the machines that are folded; slot -1: that time is not looked at. `above` 0: no ideal cycle.
    """

    machine: Ints
    at: Ints
    slot: Ints
    letter: Ints
    above: Ints
    below: Ints


@dataclass(frozen=True)
class Listened:
    """How each folded machine is listened to, and until when its record is looked at."""

    equipment_id: Ints
    heartbeat: Ints
    minor_stop: Ints
    modulus: Ints  # 0: the counter never rolls over
    until: int


@dataclass(frozen=True)
class Losses:
    """Stopped time by slot, state, class, loss and reason: one row a combination, as `analytics.LossBucket`."""

    slot: Ints
    state: Ints
    time_class: Ints
    loss_class: Ints
    reason: Ints
    duration: Ints
    stop_count: Ints


@dataclass(frozen=True)
class Folded:
    """The parts of each slot. `time` is slots by classes."""

    time: Ints
    minor_stop: Ints
    unplanned: Ints
    uncoded: Ints
    breakdown: Ints
    stop_count: Ints
    minor_stop_count: Ints
    failure_count: Ints
    good: Ints
    scrap: Ints
    unjudged: Ints
    ideal: Ints
    ideal_good: Ints
    losses: Losses


LOSS_CLASSES = tuple(each.value for each in LossClass)
_MINOR_LOSS = LOSS_CLASSES.index(LossClass.MINOR_STOP.value)
_BREAKDOWN = LOSS_CLASSES.index(LossClass.BREAKDOWN.value)


class _Meant:
    """What each meaning is at each letter of the plan, as tables."""

    def __init__(self, meanings: Sequence[Meaning]) -> None:
        all_of = [*meanings, MINOR, SILENT]
        self.minor, self.silent = len(meanings), len(meanings) + 1
        known = [[classed(meaning, letter) for letter in LETTERS] for meaning in all_of]
        self.time_class = np.asarray([[CLASSES.index(each.time_class) for each in row] for row in known])
        self.loss = np.asarray([[LOSS_CLASSES.index(each.loss) for each in row] for row in known])
        self.unplanned = np.asarray([[each.unplanned for each in row] for row in known])
        self.can_be_minor = np.asarray([can_be_minor(meaning) for meaning in all_of])


class _Line:
    """Instants of many machines on one line, machine behind machine."""

    def __init__(self, first: int, until: int) -> None:
        self.first, self.span = first, until - first + 1

    def of(self, machine: Ints, at: Ints) -> Ints:
        return machine * self.span + (at - self.first)

    def end(self, machine: Ints, until: int) -> Ints:
        return machine * self.span + (until - self.first)


def fold(columns: Columns, words: Vocabulary, cuts: Cuts, listened: Listened, slots: int) -> Folded:
    """The parts of `slots` slots from all messages of the machines, in order, from before their first slot on."""
    first = min(int(cuts.at.min()), int(columns.occurred_at.min()) if len(columns) else listened.until)
    line = _Line(first, listened.until)
    machine = np.searchsorted(listened.equipment_id, columns.equipment_id)
    place = line.of(machine, columns.occurred_at)
    borders = line.of(cuts.machine, cuts.at)
    meant = _Meant(words.meanings)
    pieces = _pieces(line, machine, place, columns, words, listened)
    time = _time(line, pieces, borders, cuts, words, meant, listened, slots)
    counted: dict[str, Any] = _counted(machine, place, borders, columns, words, cuts, listened, slots)
    return Folded(**time, **counted)


def _pieces(line: _Line, machine: Ints, place: Ints, columns: Columns, words: Vocabulary, listened: Listened) -> Pieces:
    """The timeline: what each state message says until the next one, cut by silence; the same twice is said once."""
    is_state = words.state[columns.label] != NO_STATE if len(words.state) else np.zeros(len(columns), np.bool_)
    said_at, said = place[is_state], columns.label[is_state].astype(np.int64)
    if len(said_at):
        last = np.append(said_at[1:] != said_at[:-1], True)
        said_at, said = said_at[last], said[last]
    quiet_from, quiet_until = _silences(line, machine, place, listened)
    resumed = np.searchsorted(said_at, quiet_until, side="right") - 1
    goes_on = resumed >= 0
    goes_on[goes_on] &= said_at[resumed[goes_on]] // line.span == quiet_until[goes_on] // line.span
    goes_on[goes_on] &= said_at[resumed[goes_on]] < quiet_until[goes_on]
    begins = line.of(np.arange(len(listened.equipment_id)), np.full(len(listened.equipment_id), line.first))
    at = np.concatenate([begins, said_at, quiet_until[goes_on], quiet_from])
    what = np.concatenate([np.full(len(begins), -1), said, said[resumed[goes_on]], np.full(len(quiet_from), -1)])
    order = np.argsort(at, kind="stable")  # at one instant the last of these lists holds
    at, what = at[order], what[order]
    holds = np.append(at[1:] != at[:-1], True)
    at, what = at[holds], what[holds]
    is_new = np.append(True, (what[1:] != what[:-1]) | (at[1:] // line.span != at[:-1] // line.span))
    at, what = at[is_new], what[is_new]
    of = at // line.span
    end = np.append(at[1:], 0)
    is_last = np.append(of[1:] != of[:-1], True)
    end[is_last] = line.end(of[is_last], listened.until)
    state = np.append(words.state, np.int8(STATES.index(OFF)))[what]
    reason = np.append(words.reason, 0)[what]
    return Pieces(of, at, end, state, np.where((state == STATES.index(RUN)), 0, reason), what, is_last)


def _silences(line: _Line, machine: Ints, place: Ints, listened: Listened) -> tuple[Ints, Ints]:
    """From a last sign of life to the next one, wherever that is longer than the heartbeat."""
    if not len(place):
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    ends = np.append(place[1:], 0)
    is_last = np.append(machine[1:] != machine[:-1], True)
    ends[is_last] = line.end(machine[is_last], listened.until)
    is_long = ends - place > listened.heartbeat[machine]
    starts, ends = place[is_long], ends[is_long]
    return starts, np.where(is_last[is_long], ends + 1, ends)  # nobody spoke at the end of what is looked at


def _time(
    line: _Line,
    pieces: Pieces,
    borders: Ints,
    cuts: Cuts,
    words: Vocabulary,
    meant: _Meant,
    listened: Listened,
    slots: int,
) -> dict[str, Any]:
    stop, starts = stop_starts(pieces)
    meaning, reason, state = _meaning(pieces, stop, starts, words, meant, listened)
    at = np.concatenate([pieces.start, borders])
    at.sort()
    at = at[np.append(True, at[1:] != at[:-1])]
    piece = np.searchsorted(pieces.start, at, side="right") - 1
    cut = np.searchsorted(borders, at, side="right") - 1
    of = at // line.span
    end = np.minimum(np.append(at[1:], np.iinfo(np.int64).max), pieces.end[piece])
    inside = (cut >= 0) & (cuts.machine[cut] == of) & (cuts.slot[cut] >= 0) & (end > at)
    at, piece, cut, span = at[inside], piece[inside], cut[inside], (end - at)[inside]
    slot, letter = cuts.slot[cut], cuts.letter[cut]
    time_class, loss = meant.time_class[meaning[piece], letter], meant.loss[meaning[piece], letter]
    is_minor, is_lost = loss == _MINOR_LOSS, _LOST[time_class]
    is_stopped = stop[piece] >= 0
    lost = is_lost & ~is_minor
    first_lost = _firsts(stop[piece], is_lost & is_stopped)
    is_failure = loss == _BREAKDOWN
    seen = _SEEN[time_class] & is_stopped
    return {
        "time": _sum(slot * len(CLASSES) + time_class, span, slots * len(CLASSES)).reshape(slots, len(CLASSES)),
        "minor_stop": _sum(slot[is_minor], span[is_minor], slots),
        "unplanned": _sum_where(meant.unplanned[meaning[piece], letter], slot, span, slots),
        "uncoded": _sum_where(lost & (reason[piece] == 0), slot, span, slots),
        "breakdown": _sum_where(lost & is_failure, slot, span, slots),
        "stop_count": np.bincount(slot[first_lost & ~is_minor], minlength=slots),
        "minor_stop_count": np.bincount(slot[first_lost & is_minor], minlength=slots),
        "failure_count": np.bincount(slot[first_lost & is_failure], minlength=slots),
        "losses": _losses(
            slot[seen],
            state[piece][seen],
            time_class[seen],
            loss[seen],
            reason[piece][seen],
            span[seen],
            _firsts(stop[piece], seen)[seen],
        ),
    }


def _meaning(
    pieces: Pieces, stop: Ints, starts: Ints, words: Vocabulary, meant: _Meant, listened: Listened
) -> tuple[Ints, Ints, Ints]:
    """What each piece counts as, its reason and state: a stop is classed whole, by its cause and first named reason."""
    meaning = np.append(words.meaning, meant.silent)[pieces.label]
    meaning[pieces.state == STATES.index(OFF)] = meant.silent
    reason = np.zeros(len(pieces.start), np.int64)
    state = pieces.state.astype(np.int64)
    if not len(starts):
        return meaning, reason, state
    is_in = stop >= 0
    named = pieces.reason[is_in]
    first_of = np.searchsorted(stop[is_in], np.arange(len(starts)))
    places = np.minimum.reduceat(np.where(named > 0, np.arange(len(named)), len(named)), first_of)
    stop_reason = np.append(named, 0)[places]
    by_reason = np.append(words.reason_meaning, -1)[np.where(stop_reason > 0, stop_reason, -1)]
    stop_meaning = np.where(by_reason >= 0, by_reason, meaning[starts])
    last_of = np.flatnonzero(is_in)[np.append(first_of[1:], len(named)) - 1]
    length = pieces.end[last_of] - pieces.start[starts]
    is_minor = (length < listened.minor_stop[pieces.machine[starts]]) & ~pieces.is_last[last_of]
    stop_meaning = np.where(is_minor & meant.can_be_minor[stop_meaning], meant.minor, stop_meaning)
    meaning[is_in] = stop_meaning[stop[is_in]]
    reason[is_in] = stop_reason[stop[is_in]]
    state[is_in] = pieces.state[starts][stop[is_in]]
    return meaning, reason, state


def _firsts(stop: Ints, wanted: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The first wanted segment of each stop; stops ascend."""
    places = np.flatnonzero(wanted)
    first = np.zeros(len(stop), np.bool_)
    if len(places):
        first[places[np.append(True, stop[places][1:] != stop[places][:-1])]] = True
    return first


def _losses(slot: Ints, state: Ints, time_class: Ints, loss: Ints, reason: Ints, span: Ints, begins: Any) -> Losses:
    sizes = (len(STATES), len(CLASSES), len(LOSS_CLASSES), int(reason.max(initial=0)) + 1)
    code = slot
    for values, size in zip((state, time_class, loss, reason), sizes, strict=True):
        code = code * size + values
    found, row = np.unique(code, return_inverse=True)
    parts = []
    rest = found
    for size in reversed(sizes):
        rest, part = np.divmod(rest, size)
        parts.append(part)
    of_reason, of_loss, of_class, of_state = parts
    return Losses(
        rest,
        of_state,
        of_class,
        of_loss,
        of_reason,
        _sum(row, span, len(found)),
        np.bincount(row[begins], minlength=len(found)),
    )


def _sum(slot: Ints, amount: Ints, slots: int) -> Ints:
    total: Ints = np.zeros(slots, np.int64)
    np.add.at(total, slot, amount)
    return total


def _sum_where(mask: NDArray[np.bool_], slot: Ints, amount: Ints, slots: int) -> Ints:
    return _sum(slot[mask], amount[mask], slots)


def _counted(
    machine: Ints,
    place: Ints,
    borders: Ints,
    columns: Columns,
    words: Vocabulary,
    cuts: Cuts,
    listened: Listened,
    slots: int,
) -> dict[str, Ints]:
    """Pieces by the counters; a rejected piece was counted as one before, so it is taken from the good ones."""
    names = ("good", "scrap", "unjudged", "ideal", "ideal_good")
    parts = {name: np.zeros(slots, np.int64) for name in names}
    role = words.counter[columns.label] if len(words.counter) else np.zeros(len(columns), np.int8)
    for kind in (1, 2, 3, 4):
        rows = np.flatnonzero(role == kind)
        if not len(rows):
            continue
        value = columns.value[rows].astype(np.int64)
        added = value if kind > 2 else _steps(machine[rows], value, listened.modulus)
        cut = np.searchsorted(borders, place[rows], side="right") - 1
        held = (cut >= 0) & (cuts.machine[cut] == machine[rows]) & (cuts.slot[cut] >= 0) & (added != 0)
        cut, added = cut[held], added[held]
        slot, ideal = cuts.slot[cut], _ideal(added, cuts.above[cut], cuts.below[cut])
        unjudged = cuts.above[cut] == 0
        if kind in {1, 3}:
            for name, amount in (("good", added), ("ideal", ideal), ("ideal_good", ideal)):
                np.add.at(parts[name], slot, amount)
            np.add.at(parts["unjudged"], slot[unjudged], added[unjudged])
        else:
            for name, amount in (("scrap", added), ("good", -added), ("ideal_good", -ideal)):
                np.add.at(parts[name], slot, amount)
    return parts


def _steps(machine: Ints, value: Ints, modulus: Ints) -> Ints:
    """What was added between two readings of a counter: a fall is a roll-over where the step is small, else a reset."""
    before = np.append(0, value[:-1])
    is_first = np.append(True, machine[1:] != machine[:-1])
    step: Ints = value - before
    fell = (step < 0) & ~is_first
    if fell.any():
        rolls = modulus[machine]
        over = value + rolls - before
        is_over = fell & (rolls > 0) & (2 * over < rolls)
        step = np.where(is_over, over, np.where(fell, value, step))
    step[is_first] = 0
    return step


def _ideal(quantity: Ints, above: Ints, below: Ints) -> Ints:
    """`machine_pieces.ideal_time` of each; by Python's whole numbers where 64 bits could overflow."""
    if len(quantity) and float(np.abs(quantity).max()) * float(above.max()) > 4e18:
        quantity, above, below = (each.astype(object) for each in (quantity, above, below))
    whole = (2 * abs(quantity) * above + below * MICRO) // (2 * below * MICRO)
    signed: Ints = np.where(quantity >= 0, whole, -whole).astype(np.int64)
    return signed
