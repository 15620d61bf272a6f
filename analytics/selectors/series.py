"""Evidence of figures by slices, whatever record they are computed from: one way to ask for all of the KPI book."""

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from django.db.models import F
from django.db.models.functions import TruncMonth, TruncWeek

from analytics.engine.kpi import Basis
from analytics.engine.kpi_evidence import (
    Capabilities,
    Counted,
    Demand,
    DueTotals,
    Kept,
    Machines,
    OrderTotals,
    OutTotals,
    PassTotals,
    StockTotals,
    UsedTotals,
)
from analytics.engine.parts import Parts
from analytics.models import HourBucket, ShiftBucket
from analytics.selectors import (
    machine_parts,
    series_capability,
    series_orders,
    series_output,
    series_places,
    series_stock,
    slices,
)
from analytics.selectors.series_shifts import shift_names
from analytics.selectors.slices import Window
from mom.accounts.models import Site
from mom.plant.models import Equipment


class By(StrEnum):
    """What a slice is."""

    MACHINE = "machine"
    LINE = "line"
    AREA = "area"
    PLACE = "place"  # of the store
    CHARACTERISTIC = "characteristic"  # of a product, at a machine
    SITE = "site"
    SHIFT = "shift"
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    PERSON = "person"
    MATERIAL = "material"
    ORDER = "order"


_TIME = frozenset({By.DAY, By.WEEK, By.MONTH})
_OF_ORDERS = _TIME | {By.SITE, By.ORDER, By.MATERIAL}
_OF_PLACES = _TIME | {By.SITE, By.MACHINE, By.LINE, By.AREA, By.SHIFT}
POSSIBLE: dict[Basis, frozenset[By]] = {
    Basis.REPORTS: _OF_ORDERS | {By.MACHINE, By.PERSON},
    Basis.MACHINES: frozenset(By) - {By.PERSON, By.PLACE, By.CHARACTERISTIC},
    Basis.ORDERS: _OF_ORDERS,
    Basis.DUE: _OF_ORDERS,
    Basis.OUTPUT: _OF_ORDERS,
    Basis.DEMAND: _TIME | {By.SITE},
    Basis.PASSES: _OF_ORDERS | _OF_PLACES,
    Basis.PLANNED: _OF_ORDERS | _OF_PLACES,
    Basis.MAINTENANCE: _OF_PLACES,
    Basis.COUNTS: _TIME | {By.SITE, By.PLACE, By.AREA, By.SHIFT, By.MATERIAL},
    Basis.USED: _OF_ORDERS | _OF_PLACES,
    Basis.MISSING: _TIME | {By.SITE, By.MATERIAL},
    Basis.STOCK: _TIME | {By.SITE, By.MATERIAL},
    Basis.CAPABILITY: frozenset({By.SITE, By.MACHINE, By.LINE, By.AREA, By.MATERIAL, By.CHARACTERISTIC}),
    Basis.NONE: frozenset(By),
}
PLACED: dict[Basis, tuple[series_places.Read, Any]] = {
    Basis.PASSES: (series_places.first_passes, PassTotals()),
    Basis.PLANNED: (series_places.planned_jobs, Kept()),
    Basis.MAINTENANCE: (series_places.due_dates, Kept()),
    Basis.COUNTS: (series_places.counted_lines, Counted()),
    Basis.USED: (series_stock.material_used, UsedTotals()),
    Basis.MISSING: (series_stock.material_missing, UsedTotals()),
}
"""How the figures are read that are told apart by place or time off their ledgers; and the evidence of nothing."""


@dataclass(frozen=True)
class Scope:
    """Narrows: a machine, line or area by key, a shift by name, a person, a material, an order. None is everything."""

    equipment: int | None = None
    person: int | None = None
    definition: int | None = None
    work_request: int | None = None
    shift: str | None = None


@dataclass(frozen=True)
class Slice:
    """One row: the key in addresses and exports, what people read, and its evidence."""

    key: str
    label: str
    evidence: Any
    pk: int | None = None


@dataclass(frozen=True)
class Evidence:
    """Slices and their sum."""

    rows: list[Slice]
    whole: Any


def evidence_by(
    basis: Basis, site: Site, window: Window, by: By, scope: Scope | None = None, *, now: datetime | None = None,
    with_units: bool = True,
) -> Evidence:  # fmt: skip
    """The evidence of a basis in these local days, by key. Statements do not depend on the window.

    Give `now` for running shifts up to this instant. `with_units` False: ratios that pieces do not enter.
    Raises: LookupError where the basis can't be told apart so.
    """
    if by not in POSSIBLE[basis]:
        raise LookupError(f"{basis} can't be told apart by {by}")
    found = _evidence(basis, site, window, by, scope or Scope(), now, with_units=with_units)
    return _with_shift_names(found, site) if by == By.SHIFT else found


def _with_shift_names(found: Evidence, site: Site) -> Evidence:
    names = shift_names(site) if found.rows else {}
    return Evidence([replace(row, label=names.get(row.key) or row.label) for row in found.rows], found.whole)


def _evidence(
    basis: Basis, site: Site, window: Window, by: By, scope: Scope, now: datetime | None, *, with_units: bool
) -> Evidence:  # fmt: skip
    if basis == Basis.REPORTS:
        return _reports(site, window, by, scope)
    if basis == Basis.MACHINES:
        return _machines(site, window, by, scope, now, with_units=with_units)
    if basis == Basis.ORDERS:
        found = series_orders.finished_orders(site, window, _orders_only(scope))
        return _of_orders(found if _names_no_machine(scope) else [], by, OrderTotals())
    if basis == Basis.DUE:
        return _of_orders(series_orders.orders_due(site, window, _orders_only(scope)), by, DueTotals())
    if basis == Basis.OUTPUT:
        of = series_output.OutputOnly(scope.equipment, scope.person, scope.definition, scope.work_request)
        read = series_output.pieces_out if by in (By.ORDER, By.MATERIAL) else series_output.pieces_by_day
        return _of_orders(read(site, window, of) if scope.shift is None else [], by, OutTotals())
    if basis == Basis.CAPABILITY:
        return _capability(site, window, by, scope)
    if basis == Basis.STOCK:
        is_narrow = not _names_no_machine(scope) or scope.work_request is not None
        stock = [] if is_narrow else series_stock.stock_turns(site, window, machine_parts.By(by), scope.definition)
        return _sliced(stock, StockTotals())
    if basis == Basis.DEMAND:
        return _demand(site, window, by, scope, now)
    return _placed(basis, site, window, by, scope) if basis in PLACED else Evidence([], None)


def nothing(basis: Basis) -> Any:
    """The evidence of nothing: what a slice without facts has."""
    machines, due = Machines(), DueTotals()
    return {
        Basis.REPORTS: Parts(), Basis.MACHINES: machines, Basis.ORDERS: OrderTotals(), Basis.DUE: due,
        Basis.OUTPUT: OutTotals(), Basis.DEMAND: Demand(machines, due), Basis.PASSES: PassTotals(),
        Basis.PLANNED: Kept(), Basis.MAINTENANCE: Kept(), Basis.COUNTS: Counted(),
        Basis.USED: UsedTotals(), Basis.MISSING: UsedTotals(), Basis.STOCK: StockTotals(),
        Basis.CAPABILITY: Capabilities(), Basis.NONE: None,
    }[basis]  # fmt: skip


def _names_no_machine(scope: Scope) -> bool:
    return scope.equipment is None and scope.person is None and scope.shift is None


def _orders_only(scope: Scope) -> series_orders.OrdersOnly:
    return series_orders.OrdersOnly(scope.work_request, scope.definition)


def _placed(basis: Basis, site: Site, window: Window, by: By, scope: Scope) -> Evidence:
    read, nothing_of_it = PLACED[basis]
    if scope.person is not None:
        return Evidence([], nothing_of_it)
    only = series_places.PlacesOnly(scope.equipment, scope.definition, scope.work_request, scope.shift)
    of_shifts = by == By.SHIFT or scope.shift is not None
    span = series_places.Span.of_shifts(site, window) if of_shifts else series_places.Span.of_days(site, window)
    of = machine_parts.By.MACHINE if by == By.PLACE else machine_parts.By(by)
    return _sliced(read(site, span, of, only), nothing_of_it)


def _capability(site: Site, window: Window, by: By, scope: Scope) -> Evidence:
    if scope.person is not None or scope.work_request is not None or scope.shift is not None:
        return Evidence([], Capabilities())
    of = None if by == By.CHARACTERISTIC else machine_parts.By(by)
    return _sliced(series_capability.measured(site, window, of, scope.equipment, scope.definition), Capabilities())


def _sliced(found: list[series_places.OfSlice], nothing_of_it: Any) -> Evidence:
    rows = [Slice(each.key, each.label, each.evidence, each.pk) for each in found]
    return Evidence(rows, sum((row.evidence for row in rows), nothing_of_it))


def _reports(site: Site, window: Window, by: By, scope: Scope) -> Evidence:
    only = slices.Only(scope.equipment, scope.person, scope.definition, scope.work_request)
    if by == By.SITE:
        whole = slices.parts_total(site, window, only)
        return Evidence([Slice("", "", whole)], whole)
    found = slices.slice_list(site, window, slices.By(by), only)
    rows = [Slice(each.key, each.label, each.parts, each.pk) for each in found]
    if by in _TIME or by == By.ORDER:
        return Evidence(rows, sum((row.evidence for row in rows), Parts()))
    return Evidence(rows, slices.parts_total(site, window, only))


def _machines(site: Site, window: Window, by: By, scope: Scope, now: datetime | None, *, with_units: bool) -> Evidence:
    only = machine_parts.Only(
        equipment=scope.equipment, shift=scope.shift, definition=scope.definition, work_request=scope.work_request
    )
    found = machine_parts.parts_by(site, window.first, window.last, machine_parts.By(by), only, now=now)
    units = _units(site, window, by, scope) if with_units else {}
    rows = [
        Slice(each.key, each.label, Machines(each.totals, units.get(each.pk if each.pk is not None else each.key,
                                                                    units.get(None, frozenset()))), each.pk)
        for each in found
    ]  # fmt: skip
    return Evidence(rows, sum((row.evidence for row in rows), Machines()))


def _units(site: Site, window: Window, by: By, scope: Scope) -> dict[Any, frozenset[str]]:
    """In which units the pieces of each slice are counted, by its key. The key None holds for all where it is alone.

    One statement where the window knows one unit, else two; three for lines and areas.
    """
    model: Any = HourBucket if by == By.HOUR else ShiftBucket
    rows = model.objects.filter(site=site, day__range=(window.first, window.last)).exclude(unit="").order_by()
    every = frozenset(rows.values_list("unit", flat=True).distinct())
    if len(every) < 2 or by == By.SITE:
        return {None: every}
    if scope.shift is not None:
        rows = rows.filter(shift=scope.shift)
    key: Any = {
        By.SHIFT: F("shift"), By.HOUR: F("hour"), By.DAY: F("day"), By.WEEK: TruncWeek("day"),
        By.MONTH: TruncMonth("day"), By.MATERIAL: F("definition_id"), By.ORDER: F("job_order__work_request_id"),
    }.get(by, F("equipment_id"))  # fmt: skip
    found: dict[Any, set[str]] = defaultdict(set)
    parents = _parents(site) if by in (By.LINE, By.AREA) or scope.equipment is not None else {}
    for one, unit, machine in rows.values_list(key, "unit", "equipment_id").distinct():
        chain = _chain(parents, machine)
        if scope.equipment is not None and scope.equipment not in chain:
            continue
        names = chain if by in (By.LINE, By.AREA) else [one.isoformat() if hasattr(one, "isoformat") else one]
        for name in names:
            found[name].add(unit)
    return {name: frozenset(units) for name, units in found.items()}


def _parents(site: Site) -> dict[int, int | None]:
    return dict(Equipment.objects.filter(site=site).order_by().values_list("pk", "parent_id"))


def _chain(parents: dict[int, int | None], machine: int) -> list[int]:
    chain: list[int] = []
    at: int | None = machine
    while at is not None and at not in chain:
        chain.append(at)
        at = parents.get(at)
    return chain


def _of_orders(found: list[series_orders.OfOrder], by: By, empty: Any) -> Evidence:
    sums: dict[Any, Any] = {}
    names: dict[Any, tuple[str, str, int | None]] = {}
    whole = empty
    for each in found:
        name = _name(each, by)
        key = name[2] if name[2] is not None else name[0]
        names[key] = name
        sums[key] = sums[key] + each.totals if key in sums else each.totals
        whole = whole + each.totals
    rows = [Slice(names[key][0], names[key][1], total, names[key][2]) for key, total in sums.items()]
    return Evidence(sorted(rows, key=lambda row: row.key), whole)


def _name(each: series_orders.OfOrder, by: By) -> tuple[str, str, int | None]:
    if by == By.ORDER:
        return each.order[1], each.order[2], each.order[0]
    if by == By.MATERIAL:
        return each.material[1], each.material[2], each.material[0]
    if by == By.SITE:
        return "", "", None
    text = start_of(each.day, by).isoformat()
    return text, text, None


def start_of(day: date, by: By) -> date:
    """The first day of the week or month that `day` lies in; the day itself for other slices."""
    if by == By.WEEK:
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if by == By.MONTH else day


def _demand(site: Site, window: Window, by: By, scope: Scope, now: datetime | None) -> Evidence:
    of_machines = Scope(equipment=scope.equipment, shift=scope.shift)
    time = _machines(site, window, by, of_machines, now, with_units=False)
    due = _of_orders(series_orders.orders_due(site, window, _orders_only(scope)), by, DueTotals())
    left = {row.key: row.evidence for row in time.rows}
    right = {row.key: row.evidence for row in due.rows}
    rows = [
        Slice(key, key, Demand(left.get(key, Machines()), right.get(key, DueTotals())))
        for key in sorted({*left, *right})
    ]
    return Evidence(rows, Demand(time.whole, due.whole))
