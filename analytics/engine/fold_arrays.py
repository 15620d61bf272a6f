"""Months of machines from their messages, as arrays: the same rules as the timeline and the shift's engine. Pure.

For stretches in which settings, meanings, job and standard don't change and nobody said a word about a stop. Instants
are whole microseconds since 1970, quantities whole millionths: nothing is rounded that the engine does not round.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analytics.engine.fold_stops import OFF, RUN, Pieces, stop_starts
from analytics.engine.fold_terms import (
    BREAKDOWN,
    CLASSES,
    COUNTED,
    IS_LOST,
    IS_SEEN,
    LOSS_CLASSES,
    MINOR_LOSS,
    NO_STATE,
    STATES,
    Cuts,
    Folded,
    Listened,
    Losses,
    Meant,
    Vocabulary,
)
from analytics.engine.machine_facts import MICRO
from mom.floor.engine.columns import Columns, Ints, Label


class _Line:
    """Instants of many machines on one line, machine behind machine."""

    def __init__(self, since: int, until: int) -> None:
        self.first, self.span = since, until - since + 2

    def of(self, machine: Ints, at: Ints) -> Ints:
        return machine * self.span + (at - self.first)


class Fold:
    """Messages of machines go in, piece by piece in order of time; out come the parts of the slots.

    `since`: from when on the record is read; early enough that the state of the first slot's beginning was told. What
    repeats what was said is not kept, so a quarter of a year of 200 machines stays small.
    """

    def __init__(self, cuts: Cuts, listened: Listened, vocabulary: Callable[[Sequence[Label]], Vocabulary]) -> None:
        self._cuts, self._listened, self._vocabulary = cuts, listened, vocabulary
        self._line = _Line(listened.since, listened.until)
        self._borders = self._line.of(cuts.machine, cuts.at)
        self._slots = int(cuts.slot.max(initial=-1)) + 1
        many = len(listened.equipment_id)
        self._place_of: dict[Label, int] = {}
        self._words = vocabulary(())
        self._last_sign = np.full(many, -1, np.int64)
        self._last_said = np.full(many, -1, np.int64)
        self._readings = np.full((3, many), -1, np.int64)
        self._said: list[tuple[Ints, Ints]] = []
        self._quiet: list[tuple[Ints, Ints]] = []
        self._counted = {name: np.zeros(self._slots, np.int64) for name in COUNTED}

    def add(self, columns: Columns) -> None:
        """The messages of the next stretch of time, of all machines."""
        if not len(columns):
            return
        fresh = [each for each in columns.labels if each not in self._place_of]
        for each in fresh:
            self._place_of[each] = len(self._place_of)
        if fresh:
            self._words = self._vocabulary(tuple(self._place_of))
        label = np.asarray([self._place_of[each] for each in columns.labels], np.int64)[columns.label]
        machine = np.searchsorted(self._listened.equipment_id, columns.equipment_id)
        place = self._line.of(machine, columns.occurred_at)
        self._hear(machine, place)
        self._note(machine, place, label)
        self._count(machine, place, label, columns.value)

    def _hear(self, machine: Ints, place: Ints) -> None:
        """From a last sign of life to the next one, wherever that is longer than the heartbeat, it was silent."""
        before = np.append(0, place[:-1])
        is_first = np.append(True, machine[1:] != machine[:-1])
        before[is_first] = self._last_sign[machine[is_first]]
        is_long = (before >= 0) & (place - before > self._listened.heartbeat[machine])
        self._quiet.append((before[is_long], place[is_long]))
        is_last = np.append(is_first[1:], True)
        self._last_sign[machine[is_last]] = place[is_last]

    def _note(self, machine: Ints, place: Ints, label: Ints) -> None:
        """What was said of the state, the last of each instant, where it is not what was said before."""
        rows = np.flatnonzero(self._words.state[label] != NO_STATE)
        if not len(rows):
            return
        at, said, of = place[rows], label[rows], machine[rows]
        holds = np.append(at[1:] != at[:-1], True)
        at, said, of = at[holds], said[holds], of[holds]
        before = np.append(-1, said[:-1])
        is_first = np.append(True, of[1:] != of[:-1])
        before[is_first] = self._last_said[of[is_first]]
        is_last = np.append(is_first[1:], True)
        self._last_said[of[is_last]] = said[is_last]
        is_new = said != before
        self._said.append((at[is_new], said[is_new]))

    def _count(self, machine: Ints, place: Ints, label: Ints, values: NDArray[Any]) -> None:
        """Pieces by the counters; a rejected piece was counted as one before, so it is taken from the good ones."""
        role, cuts, parts = self._words.counter[label], self._cuts, self._counted
        for kind in (1, 2, 3, 4):
            rows = np.flatnonzero(role == kind)
            if not len(rows):
                continue
            value = values[rows].astype(np.int64)
            added = value if kind > 2 else self._steps(kind, machine[rows], value)
            cut = np.searchsorted(self._borders, place[rows], side="right") - 1
            held = (cut >= 0) & (cuts.machine[cut] == machine[rows]) & (cuts.slot[cut] >= 0) & (added != 0)
            cut, added = cut[held], added[held]
            slot, ideal = cuts.slot[cut], _ideal(added, cuts.above[cut], cuts.below[cut])
            unjudged = cuts.above[cut] == 0
            if kind in {1, 3}:
                booked = [("good", added), ("ideal", ideal), ("ideal_good", ideal)]
            else:
                booked = [("scrap", added), ("good", -added), ("ideal_good", -ideal)]
            for name, amount in booked:
                np.add.at(parts[name], slot, amount)
            if kind in {1, 3}:
                np.add.at(parts["unjudged"], slot[unjudged], added[unjudged])

    def _steps(self, kind: int, machine: Ints, value: Ints) -> Ints:
        """What was added between two readings: a fall is a roll-over where the step is small, else a reset."""
        before = np.append(0, value[:-1])
        is_first = np.append(True, machine[1:] != machine[:-1])
        before[is_first] = self._readings[kind][machine[is_first]]
        is_last = np.append(is_first[1:], True)
        self._readings[kind][machine[is_last]] = value[is_last]
        step: Ints = value - before
        fell = step < 0
        if fell.any():
            rolls = self._listened.modulus[machine]
            over = value + rolls - before
            is_over = fell & (rolls > 0) & (2 * over < rolls)
            step = np.where(is_over, over, np.where(fell, value, step))
        step[before < 0] = 0  # the very first one
        return step

    def parts(self) -> Folded:
        """What all messages that were added say of the slots."""
        pieces = self._pieces()
        meant = Meant(self._words.meanings)
        time = _time(self._line, pieces, self._borders, self._cuts, self._words, meant, self._listened, self._slots)
        counted: dict[str, Any] = self._counted
        return Folded(**time, **counted)

    def _pieces(self) -> Pieces:
        """The timeline: what each state message says until the next one, cut by silence; the same twice is once."""
        line, many = self._line, np.arange(len(self._listened.equipment_id))
        ends = line.of(many, np.full(len(many), self._listened.until))
        last = self._last_sign
        is_silent = (last >= 0) & (ends - last > self._listened.heartbeat)
        said_at, said = _in_order(self._said)
        quiet_from, quiet_until = _in_order([*self._quiet, (last[is_silent], ends[is_silent] + 1)])
        resumed = np.searchsorted(said_at, quiet_until, side="right") - 1
        goes_on = resumed >= 0
        goes_on[goes_on] &= said_at[resumed[goes_on]] // line.span == quiet_until[goes_on] // line.span
        goes_on[goes_on] &= said_at[resumed[goes_on]] < quiet_until[goes_on]
        begins = line.of(many, np.full(len(many), line.first))
        at = np.concatenate([begins, quiet_until[goes_on], said_at, quiet_from])
        what = np.concatenate([np.full(len(many), -1), said[resumed[goes_on]], said, np.full(len(quiet_from), -1)])
        order = np.argsort(at, kind="stable")  # at one instant the last of these lists holds
        at, what = at[order], what[order]
        inside = np.append(at[1:] != at[:-1], True) & (at % line.span < line.span - 1)
        at, what = at[inside], what[inside]
        is_new = np.append(True, (what[1:] != what[:-1]) | (at[1:] // line.span != at[:-1] // line.span))
        at, what = at[is_new], what[is_new]
        of = at // line.span
        is_last = np.append(of[1:] != of[:-1], True)
        end = np.append(at[1:], 0)
        end[is_last] = ends[of[is_last]]
        state = np.append(self._words.state, np.int8(STATES.index(OFF)))[what]
        reason = np.append(self._words.reason, 0)[what]
        return Pieces(of, at, end, state, np.where(state == STATES.index(RUN), 0, reason), what, is_last)


def _in_order(pairs: Sequence[tuple[Ints, Ints]]) -> tuple[Ints, Ints]:
    if not pairs:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    at, what = (np.concatenate(each) for each in zip(*pairs, strict=True))
    order = np.argsort(at, kind="stable")
    return at[order], what[order]


def _time(
    line: _Line,
    pieces: Pieces,
    borders: Ints,
    cuts: Cuts,
    words: Vocabulary,
    meant: Meant,
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
    is_minor, is_lost = loss == MINOR_LOSS, IS_LOST[time_class]
    is_stopped = stop[piece] >= 0
    lost = is_lost & ~is_minor
    first_lost = _firsts(stop[piece], is_lost & is_stopped)
    is_failure = loss == BREAKDOWN
    seen = IS_SEEN[time_class] & is_stopped
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
    pieces: Pieces, stop: Ints, starts: Ints, words: Vocabulary, meant: Meant, listened: Listened
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


def _ideal(quantity: Ints, above: Ints, below: Ints) -> Ints:
    """`machine_pieces.ideal_time` of each; by Python's whole numbers where 64 bits could overflow."""
    if len(quantity) and float(np.abs(quantity).max()) * float(above.max()) > 4e18:
        quantity, above, below = (each.astype(object) for each in (quantity, above, below))
    whole = (2 * abs(quantity) * above + below * MICRO) // (2 * below * MICRO)
    signed: Ints = np.where(quantity >= 0, whole, -whole).astype(np.int64)
    return signed
