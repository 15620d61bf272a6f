"""The facts of machines' stretches, as the engine reads them. A fixed number of statements, however many machines."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from operator import attrgetter
from typing import Any

import numpy as np
from django.db import connection

from analytics.engine.machine_facts import (
    MICRO,
    Before,
    Energy,
    Made,
    Rates,
    Reading,
    Report,
    ShiftFacts,
    Spell,
    Terms,
    Work,
)
from analytics.engine.machine_stretch import (
    Stretch,
    covered,
    instant_of,
    microseconds,
    stretches,
    window_around,
    with_orders,
)
from analytics.engine.machine_time import MINOR, is_minor
from analytics.selectors import facts_before, facts_sql
from analytics.selectors.facts_meaning import Meaner, Said
from analytics.selectors.facts_rates import FOREVER, rates_by_machine
from mom.accounts.models import Site
from mom.core.engine.interval import Interval
from mom.floor.engine.columns import Columns
from mom.floor.engine.terms import CountName, MessageKind, PieceSource
from mom.floor.selectors import record
from mom.plant.selectors.calendar import ShiftPlan, shift_patterns_by_equipment

LOOK_BACK = timedelta(days=4)
"""How far back it is looked whether a stop was lost already: past a long weekend."""

DAY = 86_400_000_000
WORKED, INTERRUPTED = 14 * DAY, DAY
"""Work that began so long before a stretch, and ended so shortly before it, has the job interrupted (`facts_sql`)."""

_COUNTERS = frozenset({CountName.TOTAL.value, CountName.REJECT.value})
_REJECTS = frozenset({CountName.REJECT.value, CountName.REJECT_ADDED.value})
METER = facts_before.METER
_STANDING = [
    (MessageKind.COUNT, CountName.TOTAL), (MessageKind.COUNT, CountName.REJECT), (MessageKind.ENERGY, METER),
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """A stretch of a machine up to an instant, at most its end."""

    equipment_id: int
    stretch: Stretch
    until: int


class Calendar:
    """The stretches of a site's machines around some instants. Five statements."""

    def __init__(self, site: Site, first: datetime, last: datetime) -> None:
        self._site = site
        wide = window_around(first, site.zone, until=last)
        self._wide = Interval(wide.start - LOOK_BACK, wide.end)
        self._plans = shift_patterns_by_equipment(site, self._wide)
        self._first, self._last = first, last
        self._found: dict[int, list[Stretch]] = {}

    def plan(self, equipment_id: int) -> ShiftPlan | None:
        """The plan of one machine; None: it has no calendar."""
        return self._plans.get(equipment_id)

    def stretches(self, equipment_id: int) -> list[Stretch]:
        """The stretches of one machine around the instants, in order. Machines of one calendar share them."""
        plan = self.plan(equipment_id)
        key = plan.calendar.pk if plan is not None else 0
        if key not in self._found:
            zone = plan.zone if plan is not None else self._site.zone
            window = window_around(self._first, zone, until=self._last)
            shifts = plan.shifts(window) if plan is not None else None
            working = plan.working(window) if plan is not None else []
            self._found[key] = stretches(shifts, working, window, zone)
        return self._found[key]

    def at(self, equipment_id: int, instant: int) -> Stretch:
        """The stretch of a machine in which an instant lies."""
        found = self.stretches(equipment_id)
        return found[max(bisect_right([each.start for each in found], instant) - 1, 0)]

    def between(self, equipment_id: int, start: int, end: int) -> list[Stretch]:
        """The stretches of a machine that have time in [start, end)."""
        return [each for each in self.stretches(equipment_id) if each.start < end and each.end > start]

    def is_worked(self, equipment_id: int, start: int, end: int) -> bool:
        """Whether the calendar has working time in [start, end)."""
        plan = self.plan(equipment_id)
        if start >= end:
            return False
        begin = max(instant_of(start), instant_of(end) - LOOK_BACK)  # as far as ever, whatever else is read with it
        return plan is None or bool(plan.working(Interval(begin, instant_of(end))))


def facts_of(site: Site, calendar: Calendar, asked: Sequence[Asked]) -> list[ShiftFacts]:
    """The facts of each asked stretch, in the same order. Some fifteen statements, whatever is asked."""
    if not asked:
        return []
    return _Loader(site, calendar, asked).load()


def frames_of(site: Site, calendar: Calendar, asked: Sequence[Asked]) -> tuple[list[ShiftFacts], Meaner]:
    """The same without timeline, reports and messages, and what codes and reasons mean: for who has those otherwise."""
    loader = _Loader(site, calendar, asked)
    return loader.frames(), loader.meaner


class _Loader:
    """What the rows of one reading are sorted into, by machine."""

    def __init__(self, site: Site, calendar: Calendar, asked: Sequence[Asked]) -> None:
        self.site, self.calendar, self.asked = site, calendar, asked
        self.machines = sorted({each.equipment_id for each in asked})
        self.first = instant_of(min(each.stretch.start for each in asked))
        self.last = instant_of(max(each.until for each in asked))
        self.values: dict[str, Any] = {
            "site": site.pk,
            "machines": self.machines,
            "first": self.first,
            "last": self.last,
        }
        self.parallel: dict[str, Any] = {
            "machines": [each.equipment_id for each in asked],
            "starts": [instant_of(each.stretch.start) for each in asked],
            "ends": [instant_of(each.until) for each in asked],
        }

        self.meaner = Meaner.read(site, self.machines)
        self.spells: dict[int, tuple[list[tuple[Any, ...]], list[int]]] = {}
        self.reports: dict[int, list[Report]] = {}
        self.readings: dict[int, list[Reading]] = {}
        self.energies: dict[int, list[Energy]] = {}
        self.cycles: dict[int, list[int]] = {}
        self.before: dict[tuple[int, int], Before] = {}
        self.told: facts_before.Told = {}
        self.worked: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
        self.reserved: dict[int, list[tuple[int, int]]] = defaultdict(list)
        self.begun: set[tuple[Any, ...]] = set()

    def load(self) -> list[ShiftFacts]:
        self.spells = self._spells()
        self.reports = self._reports()
        self.readings, self.energies, self.cycles = self._messages()
        self.before = self._before()
        return self.frames()

    def frames(self) -> list[ShiftFacts]:
        """What was read so far, in the plan, with the jobs at work."""
        self.work = self._work()
        self.rates = rates_by_machine(self.machines, self.first, self.last)
        self.is_lost = self._lost_without_order()
        return [self._facts(each) for each in self.asked]

    def terms(self, asked: Asked) -> Terms:
        """How the machine is counted in the whole stretch: as at its start."""
        listening = self.meaner.line(asked.equipment_id).at(instant_of(asked.stretch.start))
        modulus = listening.counter_modulus
        return Terms(
            piece_source=listening.piece_source.value,
            minor_stop=listening.minor_stop // timedelta(microseconds=1),
            modulus=None if modulus is None else int(modulus * MICRO),
        )

    def _facts(self, asked: Asked) -> ShiftFacts:
        machine, stretch, until = asked.equipment_id, asked.stretch, asked.until
        terms = self.terms(asked)
        plan = stretch.plan
        if not self.is_lost(stretch.start):
            plan = with_orders(plan, stretch.end, self._orders(asked))
        work = tuple(
            each
            for each in self.work.get(machine, ())
            if each.start <= until and (each.end is None or each.end > stretch.start)
        )
        rates: Mapping[int, Rates] = self.rates.get(machine, {})
        before = self.before.get((machine, stretch.start), Before())
        readings = _within(self.readings.get(machine, ()), stretch.start, until)
        if before.total is None and all(each.is_reject for each in readings):
            cycles = _within_instants(self.cycles.get(machine, ()), stretch.start, until)
            readings = [*readings, *_as_counts(cycles, work, rates)]
        return ShiftFacts(
            equipment_id=machine,
            day=stretch.day,
            shift=stretch.shift,
            start=stretch.start,
            end=stretch.end,
            until=until,
            plan=plan,
            hours=stretch.hours,
            spells=self._spells_of(asked, terms),
            work=work,
            readings=readings,
            reports=_within(self.reports.get(machine, ()), stretch.start, until),
            energies=_within(self.energies.get(machine, ()), stretch.start, until),
            before=before,
            rates=rates,
            terms=terms,
        )

    def _spells_of(self, asked: Asked, terms: Terms) -> list[Spell]:
        """The spells of one stretch, each as its whole stop counts."""
        machine, start, until = asked.equipment_id, asked.stretch.start, asked.until
        is_running = until < asked.stretch.end
        found: list[Spell] = []
        rows, begins = self.spells.get(machine, ([], []))
        for place in range(max(bisect_right(begins, start) - 1, 0), bisect_right(begins, until)):
            row, begin = rows[place], begins[place]
            end = None if row[2] is None else microseconds(row[2])
            if end is not None and end <= start:
                continue
            state, code, mode, reason, stop = row[3:8]
            said = Said(state, code, mode, reason, row[1])
            if stop is None:
                meaning = self.meaner.of(machine, said)
                found.append(Spell(begin, end, state, meaning, code=code, mode=mode))
                continue
            stop_start, stop_end = microseconds(row[8]), None if row[9] is None else microseconds(row[9])
            if is_running and stop_end is not None and stop_end > until:
                stop_end = None  # at that instant nobody knew yet
            meaning = self.meaner.of(machine, Said(row[10], row[11], row[12], row[13], row[8]))
            if is_minor(meaning, stop_start, stop_end, terms.minor_stop):
                meaning = MINOR
            was = stop_start < start and self.calendar.is_worked(machine, stop_start, start)
            found.append(Spell(begin, end, row[10], meaning, row[13], stop_start, was, code, mode, stop))
        return found

    def _spells(self) -> dict[int, tuple[list[tuple[Any, ...]], list[int]]]:
        """The intervals of each machine in order, which never overlap, and where each begins."""
        seen: set[tuple[int, datetime]] = set()
        found: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
        for row in _rows(facts_sql.SPELLS, self.parallel):
            if (row[0], row[1]) not in seen:  # two stretches of one machine may share one
                seen.add((row[0], row[1]))
                found[row[0]].append(row)
        return {machine: (rows, [microseconds(row[1]) for row in rows]) for machine, rows in found.items()}

    def _work(self) -> dict[int, list[Work]]:
        """The jobs at work by machine; and what `_orders` asks for: their spells, which go on, and reservations."""
        work: dict[int, list[Work]] = defaultdict(list)
        for machine, job, start, end, weight, definition, unit in _rows(facts_sql.WORK, self.values):
            begin, finish = microseconds(start), None if end is None else microseconds(end)
            share = MICRO if weight is None else int(weight * MICRO)
            if finish is None or finish > begin:
                work[machine].append(Work(begin, finish, Made(job, definition, unit or ""), share))
            self.worked[machine].append((job, begin, FOREVER if finish is None else finish))
        self.begun.update(_rows(facts_sql.BEGUN, self.values))
        for machine, start, end in _rows(facts_sql.RESERVED, self.values):
            self.reserved[machine].append((microseconds(start), microseconds(end)))
        return work

    def _orders(self, asked: Asked) -> list[tuple[int, int]]:
        """The time in which an order is there: at work, interrupted, or reserved. As if only this stretch were read."""
        machine, start = asked.equipment_id, asked.stretch.start
        of_job: dict[int, tuple[int, int]] = {}
        for job, begin, finish in self.worked.get(machine, ()):
            if begin > asked.until or finish <= start - INTERRUPTED or (finish != FOREVER and begin < start - WORKED):
                continue
            known = of_job.get(job, (begin, begin))
            of_job[job] = (min(known[0], begin), max(known[1], finish))
        spans = [
            (begin, FOREVER if (machine, job) in self.begun else finish) for job, (begin, finish) in of_job.items()
        ]
        return covered([*spans, *self.reserved.get(machine, ())])

    def _reports(self) -> dict[int, list[Report]]:
        found: dict[int, list[Report]] = defaultdict(list)
        for machine, at, kind, quantity, job, definition, unit in _rows(facts_sql.REPORTS, self.values):
            made = Made(job, definition, unit)
            found[machine].append(Report(microseconds(at), kind, _micro(quantity), made))
        return found

    def _messages(self) -> tuple[dict[int, list[Reading]], dict[int, list[Energy]], dict[int, list[int]]]:
        """Counts, energy and completed cycles, wherever they stand: in the tables or in the archive."""
        readings: dict[int, list[Reading]] = defaultdict(list)
        energies: dict[int, list[Energy]] = defaultdict(list)
        cycles: dict[int, list[int]] = defaultdict(list)
        kinds = [MessageKind.COUNT, MessageKind.ENERGY, MessageKind.CYCLE]
        columns = record.messages(self.machines, self.first, self.last + timedelta(microseconds=1), kinds)
        labels = columns.labels
        is_reject = [label.name in _REJECTS for label in labels]
        is_added = [label.name not in _COUNTERS for label in labels]
        of_kind = {kind: columns.per_label([each.kind == kind for each in labels], np.bool_) for kind in kinds}
        for machine, rows in columns.machines():
            told = {kind: np.flatnonzero(mask[rows]) + rows.start for kind, mask in of_kind.items()}
            at, value, label = (
                {kind: column[places].tolist() for kind, places in told.items()}
                for column in (columns.occurred_at, columns.value, columns.label)
            )
            counts = label[MessageKind.COUNT]
            bad, added = ([each[place] for place in counts] for each in (is_reject, is_added))
            readings[machine] = list(map(Reading, at[MessageKind.COUNT], bad, value[MessageKind.COUNT], added))
            is_meter = [labels[place].name == METER for place in label[MessageKind.ENERGY]]
            energies[machine] = list(map(Energy, at[MessageKind.ENERGY], value[MessageKind.ENERGY], is_meter))
            cycles[machine] = at[MessageKind.CYCLE]
        self.told = _told(columns)
        return readings, energies, cycles

    def _before(self) -> dict[tuple[int, int], Before]:
        """Where counters stood, for the machines whose pieces or energy come from them. Two statements, or none."""
        metered = [machine for machine, each in self.energies.items() if any(energy.is_meter for energy in each)]
        counting = [
            each
            for each in self.asked
            if self.terms(each).piece_source != PieceSource.REPORTS or each.equipment_id in metered
        ]
        if not counting:
            return {}
        starts = [(each.equipment_id, instant_of(each.stretch.start)) for each in counting]
        by_counter = {each.equipment_id for each in counting if self.terms(each).piece_source != PieceSource.REPORTS}
        return facts_before.read_before(starts, by_counter, metered, self.told)

    def _lost_without_order(self) -> Any:
        """Whether the site counts time without an order as lost, at an instant."""
        rows = [
            (microseconds(start), FOREVER if end is None else microseconds(end))
            for choice, start, end in _rows(facts_sql.RECKONING, {"site": self.site.pk})
            if choice == "lost"
        ]
        return lambda at: any(start <= at < end for start, end in rows)


def _told(columns: Columns) -> dict[tuple[int, str], tuple[list[int], list[int]]]:
    """What counters and meters showed, by machine and name; of one instant the highest last."""
    found: dict[tuple[int, str], tuple[list[int], list[int]]] = {}
    for kind, name in _STANDING:
        is_shown = columns.per_label([each.kind == kind and each.name == name for each in columns.labels], np.bool_)
        shown = columns.where(is_shown & columns.has_value) if len(columns) else columns
        for machine, rows in shown.machines():
            at, value = shown.occurred_at[rows], shown.value[rows]
            order = np.lexsort((value, at))
            found[machine, name] = (at[order].tolist(), value[order].tolist())
    return found


_at = attrgetter("at")


def _within(rows: Sequence[Any], start: int, until: int) -> list[Any]:
    """The facts of [start, until]; the engine decides about those at its end."""
    return list(rows[bisect_left(rows, start, key=_at) : bisect_right(rows, until, key=_at)])


def _within_instants(instants: Sequence[int], start: int, until: int) -> list[int]:
    return list(instants[bisect_left(instants, start) : bisect_right(instants, until)])


def _as_counts(cycles: Iterable[int], work: Sequence[Work], rates: Mapping[int, Rates]) -> list[Reading]:
    """Completed cycles of a machine without a counter: each made what falls in one."""
    found = []
    for at in cycles:
        present = [each for each in work if each.start < at and (each.end is None or at <= each.end)]
        made = present[-1].made if present else Made()
        of_product = rates.get(made.definition_id or 0)
        rate = of_product.at(at) if of_product is not None else None
        found.append(Reading(at, is_reject=False, value=rate.pieces if rate is not None else MICRO, is_added=True))
    return found


def _micro(value: Decimal) -> int:
    return int(value * MICRO)


def _rows(statement: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())
