"""What the parts of a shift are cut by: hours, jobs, and the timeline without holes. Pure."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import fields
from decimal import Decimal
from typing import Any, NamedTuple

from analytics.engine.machine_facts import NOTHING, Made, ShiftFacts, Spell
from analytics.engine.machine_parts import MachineTotals
from analytics.engine.machine_time import SILENT
from mom.floor.engine.terms import MachineState
from mom.work.engine.sharing import apportion

PARTS = tuple(each.name for each in fields(MachineTotals))
PLACE = {name: place for place, name in enumerate(PARTS)}
WHOLE = tuple(PLACE[each.name] for each in fields(MachineTotals) if each.type in {int, "int"})
EXACT = tuple(place for place in range(len(PARTS)) if place not in WHOLE)

Vector = list[int]
"""The parts in their order: microseconds, counts, and quantities in millionths."""


class Cut(NamedTuple):
    """Which hour and job a part belongs to."""

    hour: int
    made: Made


def empty() -> Vector:
    """Nothing of anything."""
    return [0] * len(PARTS)


def summed(vectors: Iterable[Vector]) -> Vector:
    """The sum, part by part."""
    whole = empty()
    for vector in vectors:
        for place, amount in enumerate(vector):
            whole[place] += amount
    return whole


def totals_of(vector: Vector) -> MachineTotals:
    """The parts with their names, quantities as exact decimals."""
    named: dict[str, Any] = dict(zip(PARTS, vector, strict=True))
    for place in EXACT:
        named[PARTS[place]] = Decimal(vector[place]).scaleb(-6)
    return MachineTotals(**named)


def spells_between(facts: ShiftFacts, start: int, end: int) -> Iterator[tuple[int, int, Spell]]:
    """The timeline of [start, end) without holes: a hole is silence."""
    at = start
    for spell in facts.spells:
        until = end if spell.end is None else min(spell.end, end)
        begin = max(spell.start, at)
        if until <= at or begin >= end:
            continue
        if begin > at:
            yield at, begin, Spell(at, begin, MachineState.OFF.value, SILENT)
        yield begin, until, spell
        at = until
    if at < end:
        yield at, end, Spell(at, end, MachineState.OFF.value, SILENT)


def hour_of(facts: ShiftFacts, at: int) -> int:
    """The first instant of the clock's hour."""
    return facts.hours[max(bisect_right(facts.hours, at) - 1, 0)]


def cut_by_hours(facts: ShiftFacts, start: int, end: int) -> Iterator[tuple[int, int]]:
    at = start
    while at < end:
        index = bisect_right(facts.hours, at)
        until = min(facts.hours[index], end) if index < len(facts.hours) else end
        yield at, until
        at = until


class WorkLine:
    """Which jobs were at work at each instant, and how they share it."""

    def __init__(self, facts: ShiftFacts) -> None:
        self._until = facts.until
        self._work = sorted(facts.work, key=lambda work: (work.start, work.made.job_order_id or 0))
        edges = {work.start for work in self._work} | {work.end for work in self._work if work.end is not None}
        self._edges = sorted(edges)
        self._present = [self._at(edge) for edge in self._edges]

    def at(self, instant: int) -> list[tuple[Made, int]]:
        """The jobs at an instant with their weights, the one that began first before; none: one entry of nothing."""
        index = bisect_right(self._edges, instant) - 1
        return (self._present[index] if index >= 0 else None) or [(NOTHING, 1)]

    def latest(self, instant: int) -> Made:
        """The job that counters count for: the one that began last."""
        return self.at(instant)[-1][0]

    def shared(self, start: int, end: int, setup: Spell | None) -> Iterator[tuple[Made, int]]:
        """A stretch as shares of the jobs that were at work in it; they add up to it exactly.

        A set-up belongs to the job that follows it.
        """
        if setup is not None:
            yield self.setup_owner(setup), end - start
            return
        at = start
        while at < end:
            index = bisect_right(self._edges, at)
            until = min(self._edges[index], end) if index < len(self._edges) else end
            jobs = self.at(at)
            if len(jobs) == 1:
                yield jobs[0][0], until - at
            else:
                shares = apportion(until - at, [Decimal(weight) for _, weight in jobs])
                yield from ((made, span) for (made, _), span in zip(jobs, shares, strict=True))
            at = until

    def setup_owner(self, spell: Spell) -> Made:
        """The job at work when the set-up ends, else the next that begins; while it goes on, the one it is at now."""
        if spell.end is None or spell.end > self._until:
            return self.latest(self._until - 1)
        present = self.latest(spell.end)
        if present is not NOTHING:
            return present
        return next((work.made for work in self._work if work.start >= spell.end), self.latest(spell.end - 1))

    def _at(self, instant: int) -> list[tuple[Made, int]]:
        return [
            (work.made, work.weight)
            for work in self._work
            if work.start <= instant and (work.end is None or instant < work.end)
        ]
