"""Stops of many machines as arrays, by the rules of the shop floor's timeline (`mom.floor.engine.stops`). Pure."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mom.floor.engine.columns import Ints
from mom.floor.engine.terms import MachineState

RUN, IDLE, SETUP, PLAN, DOWN, OFF = (
    each.value
    for each in (
        MachineState.RUN,
        MachineState.IDLE,
        MachineState.SETUP,
        MachineState.PLAN,
        MachineState.DOWN,
        MachineState.OFF,
    )
)
_RUN, _IDLE, _SETUP, _PLAN, _DOWN, _OFF = range(6)
_CHAIN = np.asarray([0, 1, 2, 3, 1, 0])
"""Which states may be of one stop: waiting after a breakdown is the breakdown."""


@dataclass(frozen=True)
class Pieces:
    """Timelines without holes, machine behind machine. `label` -1: silence; `is_last`: nobody knows that it ended."""

    machine: Ints
    start: Ints
    end: Ints
    state: NDArray[np.int8]
    reason: Ints
    label: Ints
    is_last: NDArray[np.bool_]


def stop_starts(pieces: Pieces) -> tuple[Ints, Ints]:
    """The number of each piece's stop (-1: none) and the first piece of each stop."""
    chain = _CHAIN[pieces.state]
    is_stop = chain > 0
    is_down = pieces.state == _DOWN
    before = np.append(False, (chain[1:] == chain[:-1]) & (pieces.machine[1:] == pieces.machine[:-1]))
    begins = is_stop & ~before
    chain_start = np.maximum.accumulate(np.where(begins, np.arange(len(chain)), 0))
    downs = np.cumsum(is_down) - is_down
    first_down = is_down & ~begins & (downs == downs[chain_start])
    starts = begins | first_down
    _split_by_reasons(pieces, is_stop, begins, starts)
    number = np.cumsum(starts) - 1
    return np.where(is_stop, number, -1), np.flatnonzero(starts)


def _split_by_reasons(
    pieces: Pieces, is_stop: NDArray[np.bool_], begins: NDArray[np.bool_], starts: NDArray[np.bool_]
) -> None:
    """A machine that names another reason begins another stop: such chains, which are few, are walked one by one."""
    named = np.flatnonzero(is_stop & (pieces.reason > 0))
    if len(named) < 2:
        return
    chain = np.cumsum(begins)
    stop = np.cumsum(starts)
    differs = (stop[named][1:] == stop[named][:-1]) & (pieces.reason[named][1:] != pieces.reason[named][:-1])
    if not differs.any():
        return
    firsts = np.append(np.flatnonzero(begins), len(begins))
    for number in np.unique(chain[named[1:][differs]]).tolist():
        _walk(pieces, is_stop, starts, int(firsts[number - 1]), int(firsts[number]))


def _walk(pieces: Pieces, is_stop: NDArray[np.bool_], starts: NDArray[np.bool_], first: int, end: int) -> None:
    """One chain, as `mom.floor.engine.stops` groups it."""
    cause, reason = int(pieces.state[first]), 0
    for place in range(first, end):
        if not is_stop[place]:
            return
        state, told = int(pieces.state[place]), int(pieces.reason[place])
        goes_on = state == cause or (cause == _DOWN and state == _IDLE)
        goes_on = goes_on and not (told and reason and told != reason)
        starts[place] = place == first or not goes_on
        if starts[place]:
            cause, reason = state, 0
        reason = reason or told
