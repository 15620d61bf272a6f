"""Why a figure of a machine is what it is: every stretch of time, every piece, every kWh. Pure.

The rows are read off the same facts by the same rules as the buckets; their sum is the figure's parts, exactly.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from analytics.engine.machine_facts import Made, ShiftFacts
from analytics.engine.machine_lines import PARTS, PLACE, Vector, WorkLine, empty, spells_between, totals_of
from analytics.engine.machine_parts import MachineTotals
from analytics.engine.machine_pieces import (
    IDEAL,
    IDEAL_GOOD,
    SCRAP,
    STARTUP,
    UNJUDGED,
    Counter,
    Piece,
    Startup,
    book_piece,
    counted,
    energy_place,
    reported,
)
from analytics.engine.machine_shift import book_stop, book_time
from analytics.engine.machine_time import LOST, SILENT, Classed, classed, letter_at, pieces_between
from mom.plant.engine.terms import TimeClass


@dataclass(frozen=True, slots=True)
class TimeRow:
    """A stretch of one class, of one spell and one set of jobs. `counts`: a stop counts here."""

    start: int
    end: int
    state: str
    of: Classed
    reason_id: int | None
    jobs: tuple[Made, ...]
    stop_start: int | None
    counts: bool

    @property
    def length(self) -> int:
        """Its microseconds."""
        return self.end - self.start

    def book(self, vector: Vector) -> None:
        """Add it to the parts."""
        book_time(vector, self.of, self.length, is_coded=self.reason_id is not None)
        if self.counts:
            book_stop(vector, self.of)


@dataclass(frozen=True, slots=True)
class PieceRow:
    """Pieces of one quality at an instant, with their ideal time. Quantities in millionths; negative: taken back."""

    at: int
    quality: str
    quantity: int
    made: Made
    ideal: int
    ideal_good: int
    is_judged: bool
    is_startup: bool

    def book(self, vector: Vector) -> None:
        """Add it to the parts."""
        vector[PLACE[self.quality]] += self.quantity
        vector[IDEAL] += self.ideal
        vector[IDEAL_GOOD] += self.ideal_good
        if not self.is_judged:
            vector[UNJUDGED] += self.quantity
        if self.is_startup:
            vector[STARTUP] += self.quantity


@dataclass(frozen=True, slots=True)
class EnergyRow:
    """Energy used, in millionths of a kWh, and what the machine did meanwhile."""

    at: int
    used: int
    part: str

    def book(self, vector: Vector) -> None:
        """Add it to the parts."""
        vector[PLACE[self.part]] += self.used


@dataclass(frozen=True)
class Explained:
    """Everything that a figure of a machine is made of, in order of time."""

    times: list[TimeRow] = field(default_factory=list)
    pieces: list[PieceRow] = field(default_factory=list)
    energies: list[EnergyRow] = field(default_factory=list)

    @property
    def totals(self) -> MachineTotals:
        """The sum of all rows."""
        vector = empty()
        rows: list[TimeRow | PieceRow | EnergyRow] = [*self.times, *self.pieces, *self.energies]
        for row in rows:
            row.book(vector)
        return totals_of(vector)


def explain(stretches: Iterable[ShiftFacts]) -> Explained:
    """The rows of one or several stretches of a machine."""
    found = Explained()
    for facts in stretches:
        found.times.extend(_times(facts))
        found.pieces.extend(_pieces(facts))
        found.energies.extend(_energies(facts))
    return found


def _times(facts: ShiftFacts) -> Iterator[TimeRow]:
    line = WorkLine(facts)
    edges = sorted({each.start for each in facts.work} | {each.end for each in facts.work if each.end is not None})
    counted_stops: set[int] = set()
    for start, end, spell in spells_between(facts, facts.start, facts.until):
        for begin, until, letter in pieces_between(facts.plan, start, end):
            of = classed(spell.meaning, letter)
            is_first = spell.stop_start is not None and of.time_class in LOST and spell.stop_start not in counted_stops
            if is_first and spell.stop_start is not None:
                counted_stops.add(spell.stop_start)
            counts = is_first and not spell.was_counted
            if of.time_class == TimeClass.SETUP:  # a set-up belongs to the job that follows
                owner = (line.setup_owner(spell),)
                yield TimeRow(begin, until, spell.state, of, spell.reason_id, owner, spell.stop_start, counts)
                continue
            for a, b in _cut(edges, begin, until):
                jobs = tuple(made for made, _weight in line.at(a))
                yield TimeRow(a, b, spell.state, of, spell.reason_id, jobs, spell.stop_start, counts and a == begin)


def _cut(edges: list[int], start: int, end: int) -> Iterator[tuple[int, int]]:
    at = start
    while at < end:
        index = bisect_right(edges, at)
        until = min(edges[index], end) if index < len(edges) else end
        yield at, until
        at = until


def _pieces(facts: ShiftFacts) -> Iterator[PieceRow]:
    line, startup = WorkLine(facts), Startup(facts)
    total = Counter(facts.before.total, facts.terms.modulus)
    reject = Counter(facts.before.reject, facts.terms.modulus)
    by_instant: dict[int, list[Piece]] = defaultdict(list)
    for piece in (*counted(facts, line, total, reject), *reported(facts)):
        by_instant[piece.at].append(piece)
    for at in sorted(by_instant):
        is_startup = startup.at(at)
        for piece in by_instant[at]:
            vector = empty()
            book_piece(vector, piece, facts.rates.get(piece.made.definition_id or 0))
            yield PieceRow(
                at,
                PARTS[piece.place],
                piece.quantity,
                piece.made,
                vector[IDEAL],
                vector[IDEAL_GOOD],
                is_judged=not vector[UNJUDGED],
                is_startup=is_startup and piece.place == SCRAP,
            )
        if sum(piece.quantity for piece in by_instant[at] if PARTS[piece.place] == "good") > 0:
            startup.good(at)


def _energies(facts: ShiftFacts) -> Iterator[EnergyRow]:
    meter = Counter(facts.before.energy)
    spells = list(spells_between(facts, facts.start, facts.until))
    starts = [start for start, _end, _spell in spells]
    for energy in sorted(facts.energies, key=lambda each: (each.at, each.is_meter, each.value)):
        if not facts.holds(energy.at):
            continue
        used = meter.step(energy.value) if energy.is_meter else energy.value
        if used:
            before = max(energy.at - 1, facts.start)
            meaning = spells[max(bisect_right(starts, before) - 1, 0)][2].meaning if spells else SILENT
            of = classed(meaning, letter_at(facts.plan, before))
            yield EnergyRow(energy.at, used, PARTS[energy_place(of.time_class)])
