"""Which of the eight classes an instant of a machine lies in, given what it does and what the plan wants. Pure.

Instants are whole microseconds since 1970. The plan of a stretch is a row of pieces, each with one letter.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import NamedTuple

from mom.plant.engine.terms import LossClass, TimeClass


class Plan(StrEnum):
    """What the plan wants of a machine at an instant."""

    WORK = "w"  # a shift, and an order is there
    IDLE = "n"  # a shift without order and without reservation
    BREAK = "b"  # a break inside a shift
    OUTSIDE = "o"  # no shift, or a day off


PlanPiece = tuple[int, str]
"""From which instant on which letter holds; the pieces ascend, the last one reaches to the end of the stretch."""


class Meaning(NamedTuple):
    """What a spell of a machine counts as: with an order, without one, and which of the big losses it is."""

    with_order: str
    without_order: str
    loss: str = LossClass.NONE.value


RUNNING = Meaning(TimeClass.PRODUCTION.value, TimeClass.PRODUCTION.value)
SILENT = Meaning(TimeClass.UNKNOWN.value, TimeClass.UNKNOWN.value)
MINOR = Meaning(TimeClass.DELAY.value, TimeClass.PLANNED_STOP.value, LossClass.MINOR_STOP.value)

LOST = frozenset({TimeClass.DELAY.value, TimeClass.DOWN.value})
WORKED = frozenset({TimeClass.PRODUCTION.value, TimeClass.SETUP.value})


class Classed(NamedTuple):
    """The class of an instant. `unplanned`: worked where the calendar had none; it extends the plan."""

    time_class: str
    loss: str = LossClass.NONE.value
    unplanned: bool = False


_known: dict[tuple[Meaning, str], Classed] = {}


def classed(meaning: Meaning, letter: str) -> Classed:
    """The class of an instant at which a machine does `meaning` while the plan says `letter`.

    Work is work wherever it happens. A stop is lost only where work was planned: in a break it is a planned stop,
    outside the calendar off shift, without an order a planned stop. Silence outside the calendar is off shift.
    Source: iso22400.md section 7, rules 0, 3 and 4.
    """
    found = _known.get((meaning, letter))
    if found is None:
        found = _known[(meaning, letter)] = _classed(meaning, letter)
    return found


def _classed(meaning: Meaning, letter: str) -> Classed:
    time_class = meaning.without_order if letter == Plan.IDLE else meaning.with_order
    if time_class in WORKED:
        return Classed(time_class, meaning.loss, unplanned=letter in {Plan.BREAK, Plan.OUTSIDE})
    if letter == Plan.BREAK:
        return Classed(TimeClass.PLANNED_STOP.value)
    if letter == Plan.OUTSIDE:
        return Classed(TimeClass.OFF_SHIFT.value)
    is_idle = letter == Plan.IDLE and time_class in LOST
    if is_idle or time_class == TimeClass.OFF_SHIFT:  # inside a shift nothing is off shift
        return Classed(TimeClass.PLANNED_STOP.value)
    return Classed(time_class, meaning.loss)


def can_be_minor(meaning: Meaning) -> bool:
    """Whether a stop of this meaning is a minor one when it is short: set-ups and planned stops are not."""
    return meaning.with_order in LOST


def is_minor(meaning: Meaning, start: int, end: int | None, threshold: int) -> bool:
    """Whether a whole stop is a minor one. One that goes on is not: nobody knows yet."""
    return end is not None and end - start < threshold and can_be_minor(meaning)


def pieces_between(plan: Sequence[PlanPiece], start: int, end: int) -> Iterator[tuple[int, int, str]]:
    """The plan of [start, end) in order, as start, end and letter. Before the first piece there is no plan."""
    index = max(bisect_right(plan, (start, "\uffff")) - 1, 0)
    at = start
    while at < end and index < len(plan):
        until = plan[index + 1][0] if index + 1 < len(plan) else end
        until = min(until, end)
        if until > at:
            yield at, until, plan[index][1]
            at = until
        index += 1


def letter_at(plan: Sequence[PlanPiece], at: int) -> str:
    """What the plan wants at an instant."""
    return plan[max(bisect_right(plan, (at, "\uffff")) - 1, 0)][1]


def border_after(plan: Sequence[PlanPiece], at: int, end: int) -> int:
    """The first instant after `at` from which the plan wants something else; `end` where there is none."""
    index = bisect_right(plan, (at, "\uffff"))
    return plan[index][0] if index < len(plan) else end
