"""Pieces and energy of a machine's shift: each message counts once, at its own instant, for the job at work then. Pure.

A counter's reading counts from the one before it; the later of two messages owns the difference, so a late one between
them splits it. A fall is a roll-over where the machine has a modulus and the step is small, else a reset.
"""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from analytics.engine.machine_facts import MICRO, NOTHING, Made, Rate, Rates, ShiftFacts
from analytics.engine.machine_lines import (
    PLACE,
    Cut,
    Vector,
    WorkLine,
    hour_of,
    spells_between,
)
from analytics.engine.machine_time import LOST, SILENT, classed, letter_at
from mom.floor.engine.terms import PieceSource
from mom.plant.engine.terms import TimeClass
from mom.work.engine.terms import QuantityKind

GOOD, SCRAP, REWORK, REVIEW = (PLACE[name] for name in ("good", "scrap", "rework", "review"))
STARTUP, UNJUDGED = PLACE["startup_scrap"], PLACE["unjudged"]
IDEAL, IDEAL_GOOD = PLACE["ideal"], PLACE["ideal_good"]
_OF_KIND = {
    QuantityKind.GOOD.value: GOOD,
    QuantityKind.SCRAP.value: SCRAP,
    QuantityKind.REWORK.value: REWORK,
    QuantityKind.REVIEW.value: REVIEW,
}
_ENERGY = {
    TimeClass.PRODUCTION.value: PLACE["energy_production"],
    TimeClass.SETUP.value: PLACE["energy_setup"],
    **dict.fromkeys(LOST, PLACE["energy_stopped"]),
}
ENERGY_OTHER = PLACE["energy_other"]


class Piece(NamedTuple):
    """So many pieces of one quality at an instant, of one job."""

    at: int
    made: Made
    place: int
    quantity: int


@dataclass
class Counter:
    """Where a counter stands. `modulus`: the first value that it never shows."""

    reading: int | None
    modulus: int | None = None

    def step(self, value: int) -> int:
        """What was added since the last reading; 0 for the very first one."""
        before, self.reading = self.reading, value
        if before is None:
            return 0
        if value >= before:
            return value - before
        if self.modulus is not None and 2 * (value + self.modulus - before) < self.modulus:
            return value + self.modulus - before
        return value


def ideal_time(quantity: int, rate: Rate) -> int:
    """The ideal time of a quantity in whole microseconds; what is taken back weighs exactly what it weighed."""
    above, below = abs(quantity) * rate.above, rate.below * MICRO
    whole = (2 * above + below) // (2 * below)
    return whole if quantity >= 0 else -whole


def book_piece(vector: Vector, piece: Piece, rates: Rates | None) -> None:
    """Add pieces of one quality with their ideal time."""
    vector[piece.place] += piece.quantity
    rate = rates.at(piece.at) if rates is not None else None
    if rate is None:
        vector[UNJUDGED] += piece.quantity
        return
    ideal = ideal_time(piece.quantity, rate)
    vector[IDEAL] += ideal
    if piece.place == GOOD:
        vector[IDEAL_GOOD] += ideal


def book_pieces(facts: ShiftFacts, slices: dict[Cut, Vector]) -> tuple[int | None, int | None, bool]:
    """Every piece of the stretch. Gives where the counters stand, and whether no good piece came since a set-up."""
    total = Counter(facts.before.total, facts.terms.modulus)
    reject = Counter(facts.before.reject, facts.terms.modulus)
    pieces = [*counted(facts, WorkLine(facts), total, reject), *reported(facts)]
    pieces.sort(key=_at)  # those of one instant stay as they came: its counters, then its reports
    startup = Startup(facts)
    scrap_at_start = startup.instants(pieces)
    for piece in pieces:
        vector = slices[Cut(hour_of(facts, piece.at), piece.made)]
        book_piece(vector, piece, facts.rates.get(piece.made.definition_id or 0))
        if piece.place == SCRAP and piece.at in scrap_at_start:
            vector[STARTUP] += piece.quantity
    return total.reading, reject.reading, startup.at(facts.until + 1)


_at = attrgetter("at")


def counted(facts: ShiftFacts, line: WorkLine, total: Counter, reject: Counter) -> Iterable[Piece]:
    """What the counters say; a rejected piece was counted as one before, so it is taken from the good ones."""
    source = facts.terms.piece_source
    for reading in sorted(facts.readings, key=attrgetter("at", "is_reject", "is_added", "value")):
        at, is_reject, value, is_added = reading
        if not facts.holds(at):
            continue
        counter = reject if is_reject else total
        added = value if is_added else counter.step(value)
        if source == PieceSource.REPORTS or not added:
            continue
        made = maker(line, at)
        if not is_reject:
            yield Piece(at, made, GOOD, added)
        elif source == PieceSource.COUNTERS:
            yield Piece(at, made, SCRAP, added)
            yield Piece(at, made, GOOD, -added)


def maker(line: WorkLine, at: int) -> Made:
    """The job that a counted piece is of: the one at work just before the message, else at it."""
    before = line.latest(at - 1)
    return line.latest(at) if before is NOTHING else before


def reported(facts: ShiftFacts) -> Iterable[Piece]:
    """What people reported, where the machine's pieces are taken from reports, or its scrap is."""
    source = facts.terms.piece_source
    if source == PieceSource.COUNTERS:
        return
    for report in sorted(facts.reports, key=lambda each: (each.at, each.kind, each.quantity)):
        place = _OF_KIND[report.kind]
        if not facts.holds(report.at) or (source == PieceSource.COUNTERS_LESS_SCRAP and place == GOOD):
            continue
        yield Piece(report.at, report.made, place, report.quantity)
        if source == PieceSource.COUNTERS_LESS_SCRAP:
            yield Piece(report.at, report.made, GOOD, -report.quantity)


class Startup:
    """Whether the first good piece after a set-up is still to come. Only set-ups of this stretch are looked at."""

    def __init__(self, facts: ShiftFacts) -> None:
        self._setups = sorted(
            spell.start
            for spell in facts.spells
            if spell.meaning.with_order == TimeClass.SETUP and (spell.end is None or spell.end > facts.start)
        )
        self._last_good = facts.start - 1 if facts.start else -1
        self._had_good = False

    def at(self, instant: int) -> bool:
        """Whether scrap of this instant is start-up scrap."""
        before = [start for start in self._setups if start < instant]
        return bool(before) and (not self._had_good or self._last_good <= before[-1])

    def good(self, at: int) -> None:
        """A good piece came."""
        self._last_good, self._had_good = at, True

    def instants(self, pieces: Iterable[Piece]) -> set[int]:
        """The instants of these pieces, which come in order, whose scrap is start-up scrap."""
        found: set[int] = set()
        if not self._setups:
            return found
        for at, of_instant in groupby(pieces, key=_at):
            if self.at(at):
                found.add(at)
            if sum(piece.quantity for piece in of_instant if piece.place == GOOD) > 0:
                self.good(at)
        return found


def book_energy(facts: ShiftFacts, slices: dict[Cut, Vector]) -> int | None:
    """Energy belongs to what the machine did just before the message. Gives what the meter showed last."""
    meter = Counter(facts.before.energy)
    if not facts.energies:
        return meter.reading
    line = WorkLine(facts)
    spells = list(spells_between(facts, facts.start, facts.until))
    starts = [start for start, _, _ in spells]
    for energy in sorted(facts.energies, key=lambda each: (each.at, each.is_meter, each.value)):
        if not facts.holds(energy.at):
            continue
        used = meter.step(energy.value) if energy.is_meter else energy.value
        if used:
            before = max(energy.at - 1, facts.start)
            cut = Cut(hour_of(facts, energy.at), line.latest(before))
            spell = spells[max(bisect_right(starts, before) - 1, 0)][2] if spells else None
            meaning = spell.meaning if spell is not None else SILENT
            slices[cut][energy_place(classed(meaning, letter_at(facts.plan, before)).time_class)] += used
    return meter.reading


def energy_place(time_class: str) -> int:
    """Where energy of a class is kept."""
    return _ENERGY.get(time_class, ENERGY_OTHER)
