"""The words of the fold over arrays: what goes in, what comes out. Pure.

Instants are whole microseconds since 1970, quantities whole millionths.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analytics.engine.fold_stops import DOWN, IDLE, OFF, PLAN, RUN, SETUP
from analytics.engine.machine_time import LOST, MINOR, SILENT, Meaning, Plan, can_be_minor, classed
from mom.floor.engine.columns import Ints
from mom.plant.engine.terms import LossClass, TimeClass

STATES = (RUN, IDLE, SETUP, PLAN, DOWN, OFF)
CLASSES = tuple(each.value for each in TimeClass)
LETTERS = tuple(each.value for each in Plan)
NO_STATE = -1
IS_LOST = np.isin(CLASSES, sorted(LOST))
IS_SEEN = ~np.isin(CLASSES, [TimeClass.UNKNOWN.value, TimeClass.OFF_SHIFT.value, TimeClass.PRODUCTION.value])


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
    """How each folded machine is listened to, and from when until when the record is looked at. Machines ascend."""

    equipment_id: Ints
    heartbeat: Ints
    minor_stop: Ints
    modulus: Ints  # 0: the counter never rolls over
    since: int
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
COUNTED = ("good", "scrap", "unjudged", "ideal", "ideal_good")
MINOR_LOSS = LOSS_CLASSES.index(LossClass.MINOR_STOP.value)
BREAKDOWN = LOSS_CLASSES.index(LossClass.BREAKDOWN.value)


class Meant:
    """What each meaning is at each letter of the plan, as tables."""

    def __init__(self, meanings: Sequence[Meaning]) -> None:
        all_of = [*meanings, MINOR, SILENT]
        self.minor, self.silent = len(meanings), len(meanings) + 1
        known = [[classed(meaning, letter) for letter in LETTERS] for meaning in all_of]
        self.time_class = np.asarray([[CLASSES.index(each.time_class) for each in row] for row in known])
        self.loss = np.asarray([[LOSS_CLASSES.index(each.loss) for each in row] for row in known])
        self.unplanned = np.asarray([[each.unplanned for each in row] for row in known])
        self.can_be_minor = np.asarray([can_be_minor(meaning) for meaning in all_of])
