"""The facts of one machine in one stretch of its plan, as the engine reads them. Pure.

Instants are whole microseconds since 1970, quantities whole millionths: nothing is rounded before the end.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from operator import attrgetter
from typing import NamedTuple

from analytics.engine.machine_time import Meaning, PlanPiece
from mom.floor.engine.terms import PieceSource

MICRO = 1_000_000


class Made(NamedTuple):
    """For which job and output time is spent and pieces are made; all empty: for none."""

    job_order_id: int | None = None
    definition_id: int | None = None
    unit: str = ""


NOTHING = Made()


@dataclass(frozen=True, slots=True)
class Spell:
    """An interval of the timeline with what it counts as. `end` None: it goes on.

    `stop_start`: where the whole stop began, of which this is a part (None: it runs or is silent). `was_counted`: some
    of that stop lay in working time before this stretch, so it counts there.
    """

    start: int
    end: int | None
    state: str
    meaning: Meaning
    reason_id: int | None = None
    stop_start: int | None = None
    was_counted: bool = False
    code: str = ""
    mode: str = ""
    stop_id: int | None = None


@dataclass(frozen=True, slots=True)
class Work:
    """A job at work on the machine. Where several are, they share the time by their weights."""

    start: int
    end: int | None
    made: Made
    weight: int = MICRO


class Reading(NamedTuple):
    """What a counter showed, or (`is_added`) what was added to it, at an instant."""

    at: int
    is_reject: bool
    value: int
    is_added: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """What a person reported. `kind` as in `QuantityKind`; negative where it was taken back."""

    at: int
    kind: str
    quantity: int
    made: Made


class Energy(NamedTuple):
    """kWh in millionths: used since the last message, or (`is_meter`) what the meter showed."""

    at: int
    value: int
    is_meter: bool = False


@dataclass(frozen=True, slots=True)
class Rate:
    """The ideal time of one piece from an instant on: `above` / `below` microseconds. `above` 0: there is none.

    `pieces`: what falls in one cycle, in millionths.
    """

    start: int
    above: int
    below: int = 1
    pieces: int = MICRO


_start = attrgetter("start")


@dataclass(frozen=True, slots=True)
class Rates:
    """The ideal times of a product on the machine, ascending."""

    rates: tuple[Rate, ...] = ()

    def at(self, instant: int) -> Rate | None:
        """The one that holds at an instant."""
        index = bisect_right(self.rates, instant, key=_start) - 1
        return self.rates[index] if index >= 0 and self.rates[index].above else None


@dataclass(frozen=True, slots=True)
class Before:
    """Where counters and meter stood before the stretch."""

    total: int | None = None
    reject: int | None = None
    energy: int | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """How the machine's pieces and stops are counted in this stretch."""

    piece_source: str = PieceSource.REPORTS.value
    minor_stop: int = 120 * MICRO
    modulus: int | None = None


@dataclass(frozen=True)
class ShiftFacts:
    """Everything that happened to one machine in one stretch, up to `until`.

    `until`: where the time ends that is looked at, at most `end`. Pieces at that very instant belong to it only while
    the stretch goes on (`until` before `end`): a live figure holds all that is known at its instant.
    """

    equipment_id: int
    day: date
    shift: str
    start: int
    end: int
    until: int
    plan: Sequence[PlanPiece]
    hours: Sequence[int]  # the first instants of the clock's hours, from the one in which the stretch starts
    spells: Sequence[Spell] = ()
    work: Sequence[Work] = ()
    readings: Sequence[Reading] = ()
    reports: Sequence[Report] = ()
    energies: Sequence[Energy] = ()
    before: Before = field(default_factory=Before)
    rates: Mapping[int, Rates] = field(default_factory=dict)
    terms: Terms = field(default_factory=Terms)

    def holds(self, at: int) -> bool:
        """Whether a fact of that instant belongs to what is looked at."""
        return self.start <= at and (at < self.until if self.until >= self.end else at <= self.until)
