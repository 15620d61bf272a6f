"""A machine's shift, made from its facts: every instant once, every piece once, by hour and job. Pure.

The same facts give the same parts, whatever order they came in. Source: iso22400.md section 7.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from analytics.engine.machine_facts import Made, ShiftFacts, Spell
from analytics.engine.machine_lines import (
    PLACE,
    Cut,
    Vector,
    WorkLine,
    cut_by_hours,
    empty,
    hour_of,
    spells_between,
    summed,
    totals_of,
)
from analytics.engine.machine_parts import MachineTotals
from analytics.engine.machine_pieces import book_energy, book_pieces
from analytics.engine.machine_time import LOST, Classed, classed, pieces_between
from mom.plant.engine.terms import LossClass, TimeClass

MINOR_STOP, UNPLANNED, UNCODED, BREAKDOWN = (
    PLACE[name] for name in ("minor_stop", "unplanned", "uncoded", "breakdown")
)
STOPS, MINORS, FAILURES = (PLACE[name] for name in ("stop_count", "minor_stop_count", "failure_count"))

_UNSEEN = frozenset({TimeClass.UNKNOWN.value, TimeClass.OFF_SHIFT.value, TimeClass.PRODUCTION.value})


class Lost(NamedTuple):
    """Which stopped time: its hour and job, its state, what it counts as, and why."""

    hour: int
    made: Made
    state: str
    time_class: str
    loss_class: str
    reason_id: int | None


@dataclass(frozen=True)
class Carry:
    """Where the end of the stretch left the machine: what the next message is added to."""

    total_reading: int | None
    reject_reading: int | None
    energy_reading: int | None
    is_startup: bool
    is_stop_counted: bool


@dataclass(frozen=True)
class Reckoned:
    """The parts of a stretch by hour and job, and its losses as [microseconds, stops]."""

    slices: Mapping[Cut, Vector]
    losses: Mapping[Lost, Vector]
    carry: Carry

    @property
    def total(self) -> MachineTotals:
        """The whole stretch."""
        return totals_of(summed(self.slices.values()))


@cache
def time_places(of: Classed, *, is_coded: bool) -> tuple[int, ...]:
    """The parts that time of a class is counted in."""
    found = [PLACE[of.time_class]]
    if of.unplanned:
        found.append(UNPLANNED)
    if of.loss == LossClass.MINOR_STOP:
        found.append(MINOR_STOP)
    elif of.time_class in LOST:
        if not is_coded:
            found.append(UNCODED)
        if of.loss == LossClass.BREAKDOWN:
            found.append(BREAKDOWN)
    return tuple(found)


def book_time(vector: Vector, of: Classed, span: int, *, is_coded: bool) -> None:
    """Add a stretch of time of one class."""
    for place in time_places(of, is_coded=is_coded):
        vector[place] += span


def book_stop(vector: Vector, of: Classed) -> None:
    """Count a stop, where the first of it was lost."""
    if of.loss == LossClass.MINOR_STOP:
        vector[MINORS] += 1
        return
    vector[STOPS] += 1
    if of.loss == LossClass.BREAKDOWN:
        vector[FAILURES] += 1


def reckon(facts: ShiftFacts) -> Reckoned:
    """The parts of a stretch from its facts."""
    slices: dict[Cut, Vector] = defaultdict(empty)
    losses: dict[Lost, Vector] = defaultdict(lambda: [0, 0])
    is_counted = _book_spells(facts, slices, losses)
    total, reject, is_startup = book_pieces(facts, slices)
    energy = book_energy(facts, slices)
    return Reckoned(dict(slices), dict(losses), Carry(total, reject, energy, is_startup, is_counted))


def _book_spells(facts: ShiftFacts, slices: dict[Cut, Vector], losses: dict[Lost, Vector]) -> bool:
    """Every instant of the stretch, once. Says whether the stop that goes on is counted already."""
    line = WorkLine(facts)
    counted: set[int] = set()
    for start, end, spell in spells_between(facts, facts.start, facts.until):
        for begin, until, letter in pieces_between(facts.plan, start, end):
            of = classed(spell.meaning, letter)
            _book_piece(facts, line, spell, of, begin, until, slices, losses)
            if spell.stop_start is None or of.time_class not in LOST or spell.stop_start in counted:
                continue
            counted.add(spell.stop_start)
            if not spell.was_counted:
                hour = hour_of(facts, begin)
                made = line.at(begin)[0][0]
                book_stop(slices[Cut(hour, made)], of)
    _count_losses(facts, line, losses)
    last = facts.spells[-1] if facts.spells else None
    return last is not None and last.stop_start is not None and (last.stop_start in counted or last.was_counted)


def _book_piece(
    facts: ShiftFacts,
    line: "WorkLine",
    spell: Spell,
    of: Classed,
    begin: int,
    until: int,
    slices: dict[Cut, Vector],
    losses: dict[Lost, Vector],
) -> None:
    """One class, cut by hours and jobs."""
    is_coded = spell.reason_id is not None
    is_setup = of.time_class == TimeClass.SETUP
    for start, end in cut_by_hours(facts, begin, until):
        hour = hour_of(facts, start)
        for made, span in line.shared(start, end, spell if is_setup else None):
            book_time(slices[Cut(hour, made)], of, span, is_coded=is_coded)
            if of.time_class not in _UNSEEN and spell.stop_start is not None:
                losses[Lost(hour, made, spell.state, of.time_class, of.loss, spell.reason_id)][0] += span


def _count_losses(facts: ShiftFacts, line: "WorkLine", losses: dict[Lost, Vector]) -> None:
    """Each stop counts in the row in which it begins, be it lost or planned."""
    seen: set[int] = set()
    for start, end, spell in spells_between(facts, facts.start, facts.until):
        if spell.stop_start is None or spell.stop_start in seen:
            continue
        for begin, _, letter in pieces_between(facts.plan, start, end):
            of = classed(spell.meaning, letter)
            if of.time_class in _UNSEEN:
                continue
            seen.add(spell.stop_start)
            if spell.stop_start >= facts.start or (of.time_class in LOST and not spell.was_counted):
                made = line.setup_owner(spell) if of.time_class == TimeClass.SETUP else line.at(begin)[0][0]
                key = Lost(hour_of(facts, begin), made, spell.state, of.time_class, of.loss, spell.reason_id)
                losses[key][1] += 1
            break
