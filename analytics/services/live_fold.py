"""Current figures stay current: every batch of messages moves the running shifts of its machines, in its transaction.

Where only time and pieces moved, one statement carries all machines on. What else comes in order `machine_fold` carries
on, read and written set-based. Late facts, another job, another shift have the machine's row made again from the facts.
All ways give the same (ADR 0028).
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from analytics.engine.machine_facts import MICRO
from analytics.engine.machine_fold import Next, Standing, advance, count, follow, terms_of, use_energy
from analytics.engine.machine_lines import empty
from analytics.engine.machine_stretch import instant_of, microseconds
from analytics.engine.machine_time import Meaning, is_minor
from analytics.selectors.facts import METER, Calendar
from analytics.selectors.facts_meaning import Meaner, Said
from analytics.services import live_fold_again, live_fold_rows, live_fold_steady
from analytics.services.dirty import mark_stretches
from analytics.services.live_fold_rows import LiveRow, SpellRow
from mom.core.use_case import UseCase
from mom.floor.applied import Applied, Change
from mom.floor.engine.heard import Heard
from mom.floor.engine.terms import CountName, PieceSource

NAME = "analytics.live_fold"
_REJECTS = frozenset({CountName.REJECT.value, CountName.REJECT_ADDED.value})
_ADDED = frozenset({CountName.TOTAL_ADDED.value, CountName.REJECT_ADDED.value})


NEXT_READING = 3_600_000_000
"""How far behind a late reading the next one is looked for, whose difference it changes."""


@dataclass(slots=True)
class Came:
    """What the batch brought for one machine: counts and energy by instant, and the span of all its messages."""

    first: int
    last: int
    counts: list[tuple[int, bool, bool, int]]
    energies: list[tuple[int, bool, int]]
    has_cycles: bool


@dataclass
class _Sorted:
    """What became of the machines of a batch."""

    writes: list[live_fold_rows.Write]
    again: dict[int, int]
    marks: dict[int, tuple[datetime, datetime]]


def prepare(heard: Mapping[int, Heard]) -> Sequence[str]:
    """What can be made ready of what was heard, before the database has stored it."""
    return live_fold_steady.spelled(heard)


def fold(act: UseCase, applied: Applied) -> None:
    """Move the running shifts of the machines of a batch. Joins the caller's transaction, which holds these machines:
    whoever writes a live row holds the machine (`mom.floor`), so that the row needs no lock of its own.
    """
    changes: dict[int, list[Change]] = defaultdict(list)
    for change in applied.changes:
        changes[change.equipment_id].append(change)
    carrying = _Carrying(act, applied, changes)
    moved = carrying.read(sorted(changes))
    carried_on, _ = live_fold_steady.carry_on(applied.prepared[NAME], changes, lambda: carrying.carry(moved))
    carrying.carry(carrying.read(sorted(applied.heard.keys() - changes.keys() - carried_on)))
    carrying.write()


class _Read(NamedTuple):
    """What the database knows of machines that are carried on one by one."""

    machines: Sequence[int]
    rows: Mapping[int, LiveRow]
    spells: Mapping[int, Sequence[SpellRow]]
    meaner: Meaner | None


class _Carrying:
    """The machines of a batch that are carried on one by one: read, then carried without the database, then written."""

    def __init__(self, act: UseCase, applied: Applied, changes: Mapping[int, Sequence[Change]]) -> None:
        self.act, self.applied, self.changes = act, applied, changes
        self.found = _Sorted([], {}, {})

    def read(self, machines: Sequence[int]) -> _Read:
        """At most four statements."""
        if not machines:
            return _Read((), {}, {}, None)
        rows = live_fold_rows.read(machines)
        spells = live_fold_rows.spells_since([row for row in rows.values() if row.equipment_id in self.changes])
        is_begun = any(len(of_machine) > 1 for of_machine in spells.values())
        meaner = Meaner(self.applied.site, self.applied.lines, self.applied.meanings) if is_begun else None
        return _Read(machines, rows, spells, meaner)

    def carry(self, read: _Read) -> None:
        """Carry these machines on, as far as that goes, up to what is to be written. Needs no database."""
        now, carried, signs = microseconds(self.act.now), [], {}
        for machine in read.machines:
            heard, row, spells = self.applied.heard.get(machine), read.rows.get(machine), read.spells.get(machine)
            came = _came(heard) if heard is not None else None
            if came is not None:
                signs[machine] = came.last
            standing = _carried(row, came, spells, read.meaner) if row is not None else None
            if row is None or standing is None:
                _again(self.found, machine, row, came, self.changes.get(machine, ()), now)
            else:
                carried.append((row, standing, spells[-1] if spells else None))
        self.found.writes += live_fold_rows.writes(carried, signs)

    def write(self) -> None:
        """Write what was carried on, and have the others made from the facts."""
        live_fold_rows.run(self.found.writes)
        _made_again(self.act, self.applied, self.found)


def _made_again(act: UseCase, applied: Applied, found: _Sorted) -> None:
    if found.again:
        first, last = min(found.again.values()), max(found.again.values())
        calendar = Calendar(applied.site, instant_of(first), instant_of(last))
        for machine, (start, end) in list(found.marks.items()):
            begin = instant_of(calendar.at(machine, found.again[machine]).start) if end == start else end
            found.marks[machine] = (start, begin)
        live_fold_again.refold(act, applied.site, calendar, found.again)
    mark_stretches(act, applied.site, {each: span for each, span in found.marks.items() if span[0] < span[1]})


def _again(
    found: _Sorted, machine: int, row: LiveRow | None, came: Came | None, changes: Sequence[Change], now: int
) -> None:
    """Have a machine's row made from the facts, and mark what lies before its shift."""
    latest = [came.last] if came is not None else []
    earliest = [came.first] if came is not None else []
    earliest += [microseconds(change.started_at) for change in changes]
    if row is not None:
        latest.append(row.as_of)
    else:
        latest += [microseconds(change.ended_at) for change in changes if change.ended_at is not None]
    found.again[machine] = max(latest or earliest)
    first = min(earliest)
    if row is None:
        found.marks[machine] = (instant_of(first), instant_of(first))  # up to the shift that its row will be of
    elif row.end <= now:  # its shift is over: nobody folds it any more, and it may stand in buckets already
        found.marks[machine] = (instant_of(first), instant_of(row.end))
    elif first < row.start:
        ends = [came.last + NEXT_READING] if came is not None else []
        ends += [row.start if change.ended_at is None else microseconds(change.ended_at) for change in changes]
        found.marks[machine] = (instant_of(first), instant_of(min(max(ends), row.start)))


def _carried(
    row: LiveRow, came: Came | None, spells: Sequence[SpellRow] | None, meaner: Meaner | None
) -> Standing | None:
    """The shift carried on by what came; None where that can't be done."""
    terms = terms_of(row.terms)
    last = came.last if came is not None else row.as_of
    if last >= row.end or last >= terms.regular_until or row.open_job_id != row.job_order_id:
        return None
    if came is not None and (came.first <= row.as_of or (came.has_cycles and _counts_cycles(row, terms.piece_source))):
        return None
    if came is not None and row.energy is None and any(is_meter for _, is_meter, _ in came.energies):
        return None  # what the meter showed before is looked up
    standing = Standing(
        start=row.start,
        end=row.end,
        as_of=row.as_of,
        state=row.state,
        since=row.since,
        meaning=Meaning(row.with_order, row.without_order, row.loss),
        reason_id=row.reason_id,
        is_stop_counted=row.is_stop_counted,
        is_startup=row.is_startup,
        total_reading=row.total,
        reject_reading=row.reject,
        energy_reading=row.energy,
        job_good=0,
        vector=empty(),
        terms=terms,
    )
    following: list[Next] = []
    if spells is not None:
        if not _goes_on(row, spells, terms.minor_stop, standing):
            return None
        if meaner is not None:
            following = [_next(meaner, spell) for spell in spells[1:]]
    _carry(standing, came, following, last)
    return standing


def _counts_cycles(row: LiveRow, piece_source: str) -> bool:
    """Whether completed cycles are its pieces: it has no counter."""
    return row.total is None and piece_source != PieceSource.REPORTS


def _goes_on(row: LiveRow, spells: Sequence[SpellRow], minor_stop: int, standing: Standing) -> bool:
    """Whether the stored timeline is what the row knows, and then goes on in whole stops of this shift."""
    if not spells:
        return False
    first = spells[0]
    if first.start != row.since or first.state != row.state or first.reason_id != row.reason_id:
        return False
    if first.code != row.code or first.mode != row.mode or first.stop_id != row.stop_id:
        return False
    if first.end is not None and first.end < row.as_of:
        return False
    if first.end is not None and first.stop_start is not None:
        if first.stop_start != first.start or first.stop_end != first.end:
            return False
        if first.start < row.start and is_minor(standing.meaning, first.start, first.end, minor_stop):
            return False
    for spell in spells[1:]:
        if spell.stop_start is None:
            continue
        if spell.stop_start != spell.start or (spell.end is not None and spell.stop_end != spell.end):
            return False
    return True


def _next(meaner: Meaner, spell: SpellRow) -> Next:
    said = Said(spell.state, spell.said_code, spell.said_mode, spell.reason_id, instant_of(spell.start))
    return Next(spell.start, spell.state, meaner.of(spell.equipment_id, said), spell.reason_id)


def _carry(standing: Standing, came: Came | None, following: Sequence[Next], last: int) -> None:
    """At one instant: time up to it, energy and pieces of it, then the state that begins with it."""
    if came is not None and not following and not came.energies and len(came.counts) < 2:
        for at, is_reject, is_added, value in came.counts:  # nearly every machine of nearly every batch
            advance(standing, at)
            count(standing, [(is_reject, is_added, value)])
        advance(standing, last)
        return
    counts: dict[int, list[tuple[bool, bool, int]]] = defaultdict(list)
    energies: dict[int, list[tuple[bool, int]]] = defaultdict(list)
    for at, is_reject, is_added, value in came.counts if came is not None else ():
        counts[at].append((is_reject, is_added, value))
    for at, is_meter, value in came.energies if came is not None else ():
        energies[at].append((is_meter, value))
    nexts = {each.start: each for each in following}
    for at in sorted({*counts, *energies, *nexts}):
        advance(standing, at)
        for is_meter, value in sorted(energies.get(at, ())):
            use_energy(standing, value, is_meter=is_meter)
        if at in counts:
            count(standing, sorted(counts[at]))
        if at in nexts:
            follow(standing, nexts[at])
    advance(standing, last)


def _came(heard: Heard) -> Came:
    counts = [
        (microseconds(each.at), each.said.name in _REJECTS, each.said.name in _ADDED, int(each.value * MICRO))
        for each in heard.counts if each.value is not None
    ]  # fmt: skip
    energies = [
        (microseconds(each.at), each.said.name == METER, int(each.value * MICRO))
        for each in heard.energies if each.value is not None
    ]  # fmt: skip
    return Came(microseconds(heard.first), microseconds(heard.last), counts, energies, heard.has_cycles)
