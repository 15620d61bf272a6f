"""Machines' parts by machine, line, area, shift, time, material or order: sums of buckets, a ratio is never read here.

The running shift's buckets are a few minutes old; where a slice is not finer than a shift, its live rows, advanced to
`now`, stand for them.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from django.db import connection

from analytics.engine.machine_parts import MachineTotals
from analytics.selectors import live
from mom.accounts.models import Site
from mom.plant.engine.terms import EquipmentLevel
from mom.plant.models import Equipment


class By(StrEnum):
    """What a slice is."""

    MACHINE = "machine"
    LINE = "line"  # what a machine stands in
    AREA = "area"
    SITE = "site"
    SHIFT = "shift"
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"  # ISO weeks, named by their Monday
    MONTH = "month"  # named by their first day
    MATERIAL = "material"
    ORDER = "order"


@dataclass(frozen=True)
class Only:
    """Narrows: machines or what stands above them, by key; one shift, material, order or job. None is everything."""

    equipment: int | tuple[int, ...] | None = None
    shift: str | None = None
    definition: int | None = None
    work_request: int | None = None
    job_order: int | None = None

    @property
    def is_finer_than_a_shift(self) -> bool:
        """Whether a live row, which knows no job apart, can't answer."""
        return any(each is not None for each in (self.definition, self.work_request, self.job_order))


@dataclass(frozen=True)
class MachineSlice:
    """One row: the key in addresses and exports, what people read, and its sum."""

    key: str
    label: str
    totals: MachineTotals
    pk: int | None = None


@dataclass(frozen=True)
class LossSlice:
    """Stopped time of one slice, of one state, class and reason. `duration` in microseconds."""

    key: str
    label: str
    pk: int | None
    state: str
    time_class: str
    loss_class: str
    reason_id: int | None
    duration: int
    stop_count: int


PARTS = tuple(each.name for each in fields(MachineTotals))
_WHOLE = frozenset(each.name for each in fields(MachineTotals) if each.type in {int, "int"})
_SUMS = ", ".join(f"sum(b.{name}){'::bigint' if name in _WHOLE else ''}" for name in PARTS)
_DAYS = frozenset({By.MACHINE, By.SITE, By.DAY, By.WEEK, By.MONTH})
_TREE = frozenset({By.LINE, By.AREA})
_KEYS: dict[By, tuple[str, str]] = {  # by: the key as SQL, the join that it needs
    By.MACHINE: ("b.equipment_id", ""),
    By.SITE: ("0", ""),
    By.SHIFT: ("b.shift", ""),
    By.DAY: ("b.day", ""),
    By.WEEK: ("date_trunc('week', b.day)::date", ""),
    By.MONTH: ("date_trunc('month', b.day)::date", ""),
    By.MATERIAL: ("b.definition_id", ""),
    By.ORDER: ("j.work_request_id", " LEFT JOIN work_joborder j ON j.id = b.job_order_id"),
    By.HOUR: ("b.hour", ""),
}
_NAMES = {
    By.MATERIAL: "SELECT id, code, name FROM plant_materialdefinition WHERE id = ANY(%s)",
    By.ORDER: "SELECT id, code, description FROM work_workrequest WHERE id = ANY(%s)",
}


def parts_by(
    site: Site,
    first_day: date,
    last_day: date,
    by: By | str,
    only: Only | None = None,
    *,
    now: datetime | None = None,
) -> list[MachineSlice]:
    """The slices that have any time or pieces in these local days of the plant, both included; by key.

    Give `now` for the running shift up to this instant. Five statements at most, whatever the window.
    """
    by, only = By(by), only or Only()
    tree = Tree(site) if by in _TREE | {By.MACHINE} or only.equipment is not None else None
    machines = tree.below(only.equipment) if tree is not None and only.equipment is not None else None
    running = _running(site, first_day, last_day, by, only, machines, now)
    sums: dict[Any, MachineTotals] = defaultdict(MachineTotals)
    for key, totals in _rows(site, first_day, last_day, _asked(by), only, machines, bool(running)):
        sums[above(tree, by, key)] += totals
    for row in running:
        sums[above(tree, by, _key_of(row, _asked(by)))] += row.totals
    return _named(sums, by, tree)


def parts_total(
    site: Site, first_day: date, last_day: date, only: Only | None = None, *, now: datetime | None = None
) -> MachineTotals:
    """Everything of these days as one sum. Five statements at most."""
    found = parts_by(site, first_day, last_day, By.SITE, only, now=now)
    return found[0].totals if found else MachineTotals()


def losses_by(
    site: Site, first_day: date, last_day: date, by: By | str = By.SITE, only: Only | None = None
) -> list[LossSlice]:
    """Stopped time of each slice by state, class and reason, longest first. Three statements at most.

    Silence and unplanned running are no rows here; uncoded stops have no reason.
    """
    by, only = By(by), only or Only()
    tree = Tree(site) if by in _TREE | {By.MACHINE} or only.equipment is not None else None
    machines = tree.below(only.equipment) if tree is not None and only.equipment is not None else None
    key, join = _KEYS[_asked(by)]
    where, values = _where(site, first_day, last_day, only, machines)
    table = "analytics_lossday" if _fits_days(_asked(by), only) else "analytics_lossbucket"
    statement = (
        f"SELECT {key}, b.state, b.time_class, b.loss_class, b.reason_id,"  # noqa: S608 - constants of this file
        f" sum(b.duration)::bigint, sum(b.stop_count)::bigint FROM {table} b{join or _join(only)}"
        f" WHERE {where} GROUP BY 1, 2, 3, 4, 5"
    )
    sums: dict[tuple[Any, ...], list[int]] = {}
    for row in _fetched(statement, values):
        entry = sums.setdefault((above(tree, by, row[0]), *row[1:5]), [0, 0])
        entry[0] += row[5]
        entry[1] += row[6]
    names = names_of({key[0] for key in sums}, by, tree)
    found = [LossSlice(*names[key[0]], *key[1:], *amounts) for key, amounts in sums.items()]
    return sorted(found, key=lambda loss: (loss.key, -loss.duration, loss.reason_id or 0, loss.loss_class))


def _asked(by: By) -> By:
    """Lines and areas are summed from their machines."""
    return By.MACHINE if by in _TREE else by


def _join(only: Only) -> str:
    return _KEYS[By.ORDER][1] if only.work_request is not None else ""


def _rows(
    site: Site,
    first: date,
    last: date,
    by: By,
    only: Only,
    machines: Sequence[int] | None,
    is_live: bool,
) -> Iterable[tuple[Any, MachineTotals]]:
    key, join = _KEYS[by]
    where, values = _where(site, first, last, only, machines)
    whole = where
    if is_live:  # the live row stands for the running shift
        where += (
            " AND NOT EXISTS (SELECT 1 FROM analytics_liveshift l WHERE l.equipment_id = b.equipment_id"
            " AND l.day = b.day AND l.shift = b.shift AND l.shift_started_at = b.started_at)"
        )
    table = "analytics_hourbucket" if by == By.HOUR else "analytics_shiftbucket"
    sources = [(table, where)]
    if _fits_days(by, only):
        running = "SELECT 1 FROM analytics_liveshift l WHERE l.equipment_id = b.equipment_id AND l.day = b.day"
        sources = [("analytics_daybucket", f"{whole} AND NOT EXISTS ({running})" if is_live else whole)]
        if is_live:  # of the day of a running shift, the other shifts
            sources.append((table, f"{where} AND EXISTS ({running})"))
    for name, condition in sources:
        statement = (
            f"SELECT {key}, {_SUMS} FROM {name} b{join or _join(only)}"  # noqa: S608 - constants of this file
            f" WHERE {condition} GROUP BY 1"
        )
        for row in _fetched(statement, values):
            yield row[0], MachineTotals(*row[1:])


def _fits_days(by: By, only: Only) -> bool:
    """Whether the sums of whole days answer it: nothing is told apart by shift, hour, job or product."""
    return by in _DAYS and only.shift is None and not only.is_finer_than_a_shift


def _where(
    site: Site, first: date, last: date, only: Only, machines: Sequence[int] | None
) -> tuple[str, dict[str, Any]]:
    parts = ["b.site_id = %(site)s", "b.day BETWEEN %(first)s AND %(last)s"]
    values: dict[str, Any] = {"site": site.pk, "first": first, "last": last}
    wanted = {
        "b.equipment_id = ANY(%(machines)s)": ("machines", list(machines) if machines is not None else None),
        "b.shift = %(shift)s": ("shift", only.shift),
        "b.definition_id = %(definition)s": ("definition", only.definition),
        "j.work_request_id = %(request)s": ("request", only.work_request),
        "b.job_order_id = %(job)s": ("job", only.job_order),
    }
    for condition, (name, value) in wanted.items():
        if value is not None:
            parts.append(condition)
            values[name] = value
    return " AND ".join(parts), values


def _fetched(statement: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())


def _running(
    site: Site,
    first: date,
    last: date,
    by: By,
    only: Only,
    machines: Sequence[int] | None,
    now: datetime | None,
) -> list["live.Running"]:
    """The live rows that stand for buckets. One statement, or none where they can't."""
    if now is None or by in {By.HOUR, By.MATERIAL, By.ORDER} or only.is_finer_than_a_shift:
        return []
    rows = live.running_totals(site, now)
    return [
        row
        for row in rows
        if first <= row.day <= last
        and (machines is None or row.equipment_id in machines)
        and (only.shift is None or row.shift == only.shift)
    ]


def _key_of(row: "live.Running", by: By) -> Any:
    monday = date.fromordinal(row.day.toordinal() - row.day.weekday())
    return {
        By.MACHINE: row.equipment_id,
        By.SITE: 0,
        By.SHIFT: row.shift,
        By.DAY: row.day,
        By.WEEK: monday,
        By.MONTH: row.day.replace(day=1),
    }[by]


class Tree:
    """The site's equipment, to find what a machine stands in. One statement."""

    def __init__(self, site: Site) -> None:
        rows = Equipment.objects.filter(site=site).order_by().values_list("pk", "parent_id", "level", "code", "name")
        self.rows = {pk: (parent, level, code, name) for pk, parent, level, code, name in rows}

    def below(self, tops: int | tuple[int, ...] | None) -> list[int]:
        """The keys of `tops` and of everything that stands in them."""
        wanted = {tops} if isinstance(tops, int) else set(tops or ())
        return [pk for pk in self.rows if any(each in wanted for each in self._up(pk))]

    def line(self, pk: int) -> int:
        parent = self.rows[pk][0]
        return parent if parent is not None else pk

    def area(self, pk: int) -> int:
        found = (each for each in self._up(pk) if self.rows[each][1] == EquipmentLevel.AREA)
        return next(found, self.line(pk))

    def named(self, pk: int) -> tuple[str, str, int]:
        _, _, code, name = self.rows[pk]
        return code, name or code, pk

    def _up(self, pk: int) -> Iterable[int]:
        at: int | None = pk
        while at is not None:
            yield at
            at = self.rows[at][0]


def above(tree: Tree | None, by: By, key: Any) -> Any:
    if tree is None or by not in _TREE:
        return key
    return tree.line(key) if by == By.LINE else tree.area(key)


def _named(sums: Mapping[Any, MachineTotals], by: By, tree: Tree | None) -> list[MachineSlice]:
    names = names_of(set(sums), by, tree)
    found = [MachineSlice(names[key][0], names[key][1], totals, names[key][2]) for key, totals in sums.items()]
    return sorted(found, key=lambda each: each.key)


def names_of(keys: set[Any], by: By, tree: Tree | None) -> dict[Any, tuple[str, str, int | None]]:
    """What the keys are called, in addresses and to people. One statement for materials and orders, else none."""
    if by in _NAMES:
        wanted = [key for key in keys if key is not None]
        rows = _fetched_names(_NAMES[by], wanted) if wanted else []
        return {None: ("", "", None), **{pk: (code, name or code, pk) for pk, code, name in rows}}
    if tree is not None and by in _TREE | {By.MACHINE}:
        return {key: tree.named(key) for key in keys}
    if by == By.SITE:
        return dict.fromkeys(keys, ("", "", None))
    return {key: (text, text, None) for key in keys for text in [key if isinstance(key, str) else key.isoformat()]}


def _fetched_names(statement: str, keys: list[int]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, [keys])
        return list(cursor.fetchall())
