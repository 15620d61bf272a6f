"""What a stretch of days lost, and where: by machine and area, by shift, over time, by reason. Sums; ratios come last.

Read from the buckets of shifts, each table once, so that two years of a plant answer as fast as a day.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db import connection

from analytics.engine.machine_parts import MachineTotals, total
from analytics.engine.targets import TargetLine, TargetPeriod, nearest
from analytics.models import KpiTarget
from analytics.selectors import live
from mom.accounts.models import Site
from mom.floor.engine.terms import PieceSource
from mom.floor.models import MachineListening
from mom.plant.engine.terms import WORK_UNIT_LEVELS, EquipmentLevel, LossClass, TimeClass
from mom.plant.models import Equipment

SHOWN = (
    "production", "setup", "delay", "down", "planned_maintenance", "unknown", "minor_stop", "uncoded", "stop_count",
    "good", "scrap", "rework", "review", "startup_scrap", "unjudged", "ideal", "ideal_good",
)  # fmt: skip
"""What OEE by either school and its losses are made of: shifts and stretches of time read no more."""
PARTS = (*SHOWN, "planned_stop", "off_shift", "unplanned", "breakdown", "minor_stop_count", "failure_count")
_MONDAY = "date '0001-01-01'"
STEPS = {  # days as whole numbers: a truncation by the clock takes longer than all sums of the row
    "day": "b.day",
    "week": f"{_MONDAY} + (b.day - {_MONDAY}) / 7 * 7",
    "month": "b.day - (extract(day FROM b.day)::int - 1)",
}
OEE = "oee_index"


@dataclass(frozen=True)
class Place:
    """One node of the plant's tree."""

    pk: int
    parent: int | None
    level: str
    code: str
    name: str

    @property
    def label(self) -> str:
        """What people call it."""
        return self.name or self.code


class PlantTree:
    """The site's equipment. One statement."""

    def __init__(self, site: Site) -> None:
        rows = Equipment.objects.filter(site=site).order_by("position", "code")
        found = rows.values_list("pk", "parent_id", "level", "code", "name")
        self.places = {row[0]: Place(*row) for row in found}

    def by_code(self, code: str) -> Place | None:
        """The place with that code."""
        return next((each for each in self.places.values() if each.code == code), None)

    def machines_of(self, place: Place) -> list[int]:
        """The machines that a place is or holds."""
        return [
            each.pk
            for each in self.places.values()
            if each.level in WORK_UNIT_LEVELS and any(above.pk == place.pk for above in self.up(each.pk))
        ]

    def up(self, pk: int) -> Iterable[Place]:
        """A place and what it stands in, to the top."""
        at: int | None = pk
        while at is not None:
            place = self.places[at]
            yield place
            at = place.parent

    def area_of(self, pk: int) -> Place | None:
        """The nearest area above; without one whatever it stands in."""
        above = [each for each in self.up(pk) if each.pk != pk]
        return next((each for each in above if each.level == EquipmentLevel.AREA), above[0] if above else None)

    @cached_property
    def choices(self) -> list[Place]:
        """What one may narrow to: everything that is or holds a machine, from the top of the plant down."""
        holding = {
            above.pk for each in self.places.values() if each.level in WORK_UNIT_LEVELS for above in self.up(each.pk)
        }
        below: defaultdict[int | None, list[Place]] = defaultdict(list)
        for each in self.places.values():
            below[each.parent].append(each)
        found: list[Place] = []
        waiting = list(below[None])
        while waiting:
            place = waiting.pop(0)
            if place.pk in holding and place.parent is not None:
                found.append(place)
            waiting = below[place.pk] + waiting
        return found


@dataclass(frozen=True)
class Asked:
    """What is looked at: local days of the plant, both included, and what narrows them. `now` only where they run."""

    site: Site
    first: date
    last: date
    now: datetime | None = None
    shift: str = ""
    machines: tuple[int, ...] | None = None
    definition: int | None = None

    @property
    def has_live(self) -> bool:
        """Whether running shifts may be part of it; a live row knows no material apart."""
        return self.now is not None and self.definition is None


@dataclass(frozen=True)
class Sums:
    """The parts of each machine and each shift of what was asked; both add up to the same whole."""

    by_machine: Mapping[int, MachineTotals]
    by_shift: Mapping[str, MachineTotals]

    @cached_property
    def whole(self) -> MachineTotals:
        """Everything."""
        return total(self.by_machine.values())


def running_of(asked: Asked) -> list[live.Running]:
    """The running shifts that are part of what was asked. One statement, or none."""
    if not asked.has_live or asked.now is None:
        return []
    return [
        each
        for each in live.running_totals(asked.site, asked.now)
        if asked.first <= each.day <= asked.last
        and (asked.machines is None or each.equipment_id in asked.machines)
        and (not asked.shift or each.shift == asked.shift)
    ]


def machine_sums(asked: Asked, running: Sequence[live.Running] = ()) -> Sums:
    """By machine and by shift, the running shifts by their live rows. Two statements, of one shift one."""
    machines = sums_by_machine(asked, running)
    if asked.shift:
        return Sums(machines, {asked.shift: total(machines.values())} if machines else {})
    return Sums(machines, sums_by_shift(asked, running))


def sums_by_machine(asked: Asked, running: Sequence[live.Running] = ()) -> dict[int, MachineTotals]:
    """Each machine's parts. One statement, over days where they tell enough."""
    machines = _summed(_rows(("b.equipment_id",), PARTS, asked, is_live=bool(running)), PARTS)
    for each in running:
        machines[each.equipment_id] += each.totals
    return dict(machines)


def sums_by_shift(asked: Asked, running: Sequence[live.Running] = ()) -> dict[str, MachineTotals]:
    """What OEE is made of by shift. One statement over every shift of the days: the longest one of a long window."""
    shifts = _summed(_rows(("b.shift",), SHOWN, asked, is_live=bool(running)), SHOWN)
    for each in running:
        shifts[each.shift] += each.totals
    return dict(shifts)


def _summed(rows: Iterable[tuple[Any, ...]], parts: Sequence[str]) -> defaultdict[Any, MachineTotals]:
    found: defaultdict[Any, MachineTotals] = defaultdict(MachineTotals)
    for row in rows:
        found[row[0]] = MachineTotals(**dict(zip(parts, row[1:], strict=True)))
    return found


def trend(asked: Asked, step: str, running: Sequence[live.Running] = ()) -> dict[date, MachineTotals]:
    """What OEE is made of by day, week or month (their first day); stretches without anything are absent."""
    return sums_and_trend(asked, step, running)[1]


def sums_and_trend(
    asked: Asked, step: str, running: Sequence[live.Running] = ()
) -> tuple[dict[int, MachineTotals], dict[date, MachineTotals]]:
    """Each machine's parts, and the same over time: both from one reading of the days. One statement."""
    rows = _rows(("b.equipment_id", STEPS[step]), PARTS, asked, is_live=bool(running))
    machines = _summed([(row[0], *row[2:]) for row in rows if row[0] is not None], PARTS)
    sums = _summed([row[1:] for row in rows if row[0] is None], PARTS)
    for each in running:
        machines[each.equipment_id] += each.totals
        sums[first_of(each.day, step)] += each.totals
    return dict(machines), dict(sorted(sums.items()))


def first_of(day: date, step: str) -> date:
    """The first day of the day, week or month in which a day lies."""
    if step == "month":
        return day.replace(day=1)
    return date.fromordinal(day.toordinal() - day.weekday()) if step == "week" else day


@dataclass(frozen=True)
class LostTime:
    """Stopped time of one reason (none: uncoded) that is one kind of loss.

    `duration` in microseconds; `group` is its first level.
    """

    loss_class: str
    code: str
    name: str
    group_code: str
    group_name: str
    duration: int
    count: int

    @property
    def is_coded(self) -> bool:
        """Whether somebody or the machine said why."""
        return bool(self.code)

    @property
    def is_minor(self) -> bool:
        """Whether it was too short for anybody to have to say why."""
        return self.loss_class == LossClass.MINOR_STOP


def lost_times(asked: Asked) -> list[LostTime]:
    """Stopped time by reason, longest first; planned stops are no loss and left out. One statement.

    Rows of losses have no other classes than stopped ones.
    """
    where, values = _where(asked)
    is_finer = asked.shift or asked.definition is not None
    table = "analytics_lossbucket" if is_finer else "analytics_lossday"
    statement = (  # all that is put in are constants of ours
        "SELECT s.loss_class, coalesce(r.code, ''), coalesce(r.name, ''),"  # noqa: S608
        " coalesce(g.code, r.code, ''), coalesce(g.name, r.name, ''), s.spent, s.stops FROM ("
        " SELECT b.loss_class, b.reason_id, sum(b.duration)::bigint AS spent,"
        f" sum(b.stop_count)::bigint AS stops FROM {table} b WHERE {where}"
        f" AND b.time_class <> '{TimeClass.PLANNED_STOP}' GROUP BY 1, 2) s"
        " LEFT JOIN plant_reason r ON r.id = s.reason_id LEFT JOIN plant_reason g ON g.id = r.parent_id"
        " ORDER BY s.spent DESC, 2, 1"
    )
    return [LostTime(*row) for row in _fetched(statement, values)]


def piece_sources(site: Site, at: datetime) -> dict[int, str]:
    """Where each machine's pieces are taken from, as it holds at an instant; absent: reports. One statement."""
    rows = MachineListening.objects.filter(site=site, valid_from__lte=at).exclude(valid_until__lte=at)
    return dict(rows.values_list("equipment_id", "piece_source"))


def source_of(sources: Mapping[int, str], machine: int) -> PieceSource:
    """One machine's; what nobody listens to is reported by people."""
    return PieceSource(sources.get(machine, PieceSource.REPORTS))


def oee_target(asked: Asked, tree: PlantTree, place: Place | None, at: datetime) -> Decimal | None:
    """The target of OEE at a place: its own, else the nearest one above, else the site's. One statement."""
    rows = KpiTarget.objects.filter(site=asked.site, kpi=OEE, valid_from__lte=at).exclude(valid_until__lte=at)
    columns = ("pk", "kpi", "value", "period", "equipment_id", "definition_id")
    lines = [
        TargetLine(pk, kpi, value, TargetPeriod(period), equipment, definition)
        for pk, kpi, value, period, equipment, definition in rows.values_list(*columns)
    ]
    chain = [each.pk for each in tree.up(place.pk)] if place is not None else []
    found = nearest(lines, OEE, chain, asked.definition, TargetPeriod.ANY)
    return found.value if found is not None else None


_RUNS = "SELECT 1 FROM analytics_liveshift l WHERE l.equipment_id = b.equipment_id AND l.day = b.day"
_RUNS_HERE = f"{_RUNS} AND l.shift = b.shift AND l.shift_started_at = b.started_at"


def _rows(keys: Sequence[str], parts: Sequence[str], asked: Asked, *, is_live: bool) -> list[tuple[Any, ...]]:
    """The sums by each of the keys in one statement: of whole days where they tell enough, else of shifts.

    Where shifts run their live rows stand for them, and of their day the other shifts are read.
    """
    where, values = _where(asked)
    columns = ", ".join(f"b.{name}" for name in parts)
    of_shifts = f"{where} AND NOT EXISTS ({_RUNS_HERE})" if is_live else where
    sources = [("analytics_shiftbucket", of_shifts)]
    if not asked.shift and asked.definition is None and "b.shift" not in keys:
        sources = [("analytics_daybucket", where)]
        if is_live:
            sources = [
                ("analytics_daybucket", f"{where} AND NOT EXISTS ({_RUNS})"),
                ("analytics_shiftbucket", f"{of_shifts} AND EXISTS ({_RUNS})"),
            ]
    named = [f"key{place}" for place in range(len(keys))]
    given = ", ".join(f"{key} AS {name}" for key, name in zip(keys, named, strict=True))
    read = " UNION ALL ".join(
        f"SELECT {given}, {columns} FROM {table} b WHERE {condition}"  # noqa: S608 - constants of ours
        for table, condition in sources
    )
    sums = ", ".join(f"sum(s.{name}){_WHOLE.get(name, '')}" for name in parts)
    groups = ", ".join(f"({name})" for name in named)
    statement = f"SELECT {', '.join(named)}, {sums} FROM ({read}) s GROUP BY GROUPING SETS ({groups})"  # noqa: S608 - same
    return _fetched(statement, values)


_WHOLE = {each.name: "::bigint" for each in fields(MachineTotals) if each.type in {int, "int"}}


def _where(asked: Asked) -> tuple[str, dict[str, Any]]:
    parts = ["b.site_id = %(site)s", "b.day BETWEEN %(first)s AND %(last)s"]
    values: dict[str, Any] = {"site": asked.site.pk, "first": asked.first, "last": asked.last}
    if asked.machines is not None:
        parts.append("b.equipment_id = ANY(%(machines)s)")
        values["machines"] = list(asked.machines)
    if asked.shift:
        parts.append("b.shift = %(shift)s")
        values["shift"] = asked.shift
    if asked.definition is not None:
        parts.append("b.definition_id = %(definition)s")
        values["definition"] = asked.definition
    return " AND ".join(parts), values


def _fetched(statement: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())
