"""What the stock ledger gives the KPI book: what production jobs took and made, what was missing, and turns of stock.

Read off the ledger by when things happened, not by when they were typed.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import F, Sum
from django.db.models.functions import TruncDate

from analytics.engine.kpi_evidence import StockPieces, StockTotals, UsedPieces, UsedTotals
from analytics.engine.machine_stretch import microseconds
from analytics.selectors import series_places as places
from analytics.selectors.machine_parts import By, names_of
from analytics.selectors.series_places import OfSlice, PlacesOnly, Span
from analytics.selectors.slices import Window
from inventory.public import LEAVES, TAKEN, MoveKind, count_differences, job_flows
from mom.accounts.models import Site
from mom.core import clock
from mom.core.engine.units import ALL_UNITS, UNITS
from mom.plant.engine.calendar import instant

ZERO = Decimal(0)
MEASURED = ("mass", "volume")
"""Families of units in which what went in and what came out can be told against each other; pieces can't."""
_BASE = {unit.family: unit.code for unit in ALL_UNITS if unit.factor == 1}
_PART = {MoveKind.PRODUCED: "produced", MoveKind.CO_PRODUCT: "co_produced", MoveKind.BY_PRODUCT: "by_produced"}


def material_used(site: Site, span: Span, by: By, only: PlacesOnly) -> list[OfSlice]:
    """What production jobs took out of the stores and put into them, by mass or volume. Three statements at most."""
    tree, asked = places.asked_of(site, span, by, only)
    rows = _flows_by(asked)
    return places.slices_of(rows, asked, tree, UsedTotals())


def material_missing(site: Site, span: Span, by: By, only: PlacesOnly) -> list[OfSlice]:
    """What counting found missing beside what production jobs took, each of the same material. Three statements."""
    _tree, asked = places.asked_of(site, span, by, only)
    if only.equipment is not None or only.work_request is not None or only.shift is not None:
        return []
    missing: Any = count_differences(site, asked.start, asked.end)
    taken: Any = job_flows(site, asked.start, asked.end).filter(kind__in=list(TAKEN))
    rows: list[places.Row] = []
    for part, moves in (("missing", missing), ("consumed", taken)):
        of = moves if only.definition is None else moves.filter(definition=only.definition)
        sums = of.order_by().values("unit", of=_of_material(asked)).annotate(moved=Sum("quantity"))
        rows += [(row["of"], None, _used(row["unit"], part, -row["moved"])) for row in sums]
    return places.slices_of([each for each in rows if each[2].by_unit], asked, None, UsedTotals())


def _flows_by(asked: places.Asked) -> list[places.Row]:
    order = "job_response__job_order__work_request"
    rows: Any = job_flows(asked.site, asked.start, asked.end)
    rows = places.narrowed(rows, asked, "job_response__equipment_id", order).order_by()
    key = places.key_of(asked, F("occurred_at"), F("job_response__equipment_id"), order)
    sums = rows.values("unit", "kind", of=key, at=places.when_of(asked, F("occurred_at"))).annotate(
        moved=Sum("quantity")
    )
    found = [
        (row["of"], row["at"], _used(row["unit"], _PART.get(row["kind"], "consumed"),
                                     row["moved"] if row["kind"] in _PART else -row["moved"]))
        for row in sums
    ]  # fmt: skip
    return [each for each in found if each[2].by_unit]


def _of_material(asked: places.Asked) -> Any:
    """Of the material that moved itself, not of the product."""
    if asked.by in places.TIMES:
        return TruncDate("occurred_at", tzinfo=asked.site.zone)
    return F("definition_id") if asked.by == By.MATERIAL else F("site_id")


def _used(code: str, part: str, amount: Decimal) -> UsedTotals:
    """An amount as evidence, in its family's base unit; nothing of what is counted in pieces."""
    unit = UNITS.get(code)
    if unit is None or unit.family not in MEASURED:
        return UsedTotals()
    exact = amount * unit.factor.numerator / unit.factor.denominator
    return UsedTotals(((_BASE[unit.family], UsedPieces(**{part: exact})),))


@dataclass(frozen=True, slots=True)
class _Moved:
    """The moves of one key in one step: how much came less what left, that times its instant, and what was used."""

    key: Any
    unit: str
    step: int
    quantity: Decimal
    moment: Decimal  # sum of quantity x instant, in microseconds
    used: Decimal


_MOVED = """
SELECT {key}, m.unit, width_bucket(m.occurred_at, %(edges)s::timestamptz[]), sum(m.quantity),
       sum(m.quantity * (extract(epoch FROM m.occurred_at) * 1000000)),
       coalesce(-sum(m.quantity) FILTER (WHERE m.kind = ANY(%(used)s)), 0)
FROM inventory_stockmove m
WHERE m.site_id = %(site)s AND m.occurred_at >= %(start)s AND (%(material)s::bigint IS NULL
      OR m.definition_id = %(material)s::bigint)
GROUP BY 1, 2, 3
"""
_THERE = """
SELECT {key}, d.unit, sum(b.quantity) FROM inventory_stockbalance b
JOIN plant_materialdefinition d ON d.id = b.definition_id
WHERE b.site_id = %(site)s AND (%(material)s::bigint IS NULL OR b.definition_id = %(material)s::bigint)
GROUP BY 1, 2
"""
_FIRST = "SELECT min(occurred_at) FROM inventory_stockmove WHERE site_id = %(site)s"


def stock_turns(site: Site, window: Window, by: By, definition: int | None = None) -> list[OfSlice]:
    """What was used of the stock and what lay there meanwhile, up to now. Four statements, whatever the window.

    It begins with the ledger's first move where that is later than the first day.
    """
    edges = _edges(site, window, by)
    values: dict[str, Any] = {"site": site.pk, "material": definition, "used": [str(each) for each in LEAVES]}
    first = _fetched(_FIRST, values)[0][0]
    if first is None or edges[-1] <= first:
        return []
    edges = [max(edges[0], first), *(each for each in edges[1:] if each > first)]
    is_of_material = by == By.MATERIAL
    values |= {"edges": edges, "start": edges[0]}
    moved = [_Moved(*row) for row in _fetched(
        _MOVED.format(key="m.definition_id" if is_of_material else "0"), values)]  # fmt: skip
    there = _fetched(_THERE.format(key="b.definition_id" if is_of_material else "0"), values)
    found = _totals(edges, moved, {(key, unit): quantity for key, unit, quantity in there})
    if by in places.TIMES:
        return [OfSlice(text, text, each, None) for text, each in _by_step(site, edges, by, found)]
    names = names_of({key for key, _step in found}, by, None) if is_of_material else {0: ("", "", None)}
    slices = [OfSlice(names[key][0], names[key][1], each, names[key][2]) for (key, _step), each in found.items()]
    return sorted(slices, key=lambda each: each.key)


def _edges(site: Site, window: Window, by: By) -> list[datetime]:
    """Where the steps begin and end, the last at most now; one step unless the slices are of time."""
    end = min(instant(window.last + timedelta(days=1), time(0), site.zone), clock.now())
    days: Iterable[date] = [window.first]
    if by in places.TIMES:
        days = (window.first + timedelta(days=step) for step in range((window.last - window.first).days + 1))
        days = [each for each in days if each == window.first or places.rolled_up(each, by, None) == each]
    begins = [instant(each, time(0), site.zone) for each in days]
    return [*(each for each in begins if each < end), end]


def _totals(
    edges: list[datetime], moved: Iterable[_Moved], there: dict[tuple[Any, str], Decimal]
) -> dict[tuple[Any, int], StockTotals]:
    """By key and step. What lay there at an edge is what lies there now less what moved since."""
    steps: dict[tuple[Any, str], dict[int, _Moved]] = defaultdict(dict)
    for each in moved:
        steps[each.key, each.unit][each.step] = each
    at = [microseconds(each) for each in edges]
    found: dict[tuple[Any, int], StockTotals] = {}
    for (key, unit), quantity in there.items():
        of_key = steps[key, unit]
        level = quantity - sum((each.quantity for each in of_key.values()), ZERO)
        for step in range(1, len(edges)):
            start, end = at[step - 1], at[step]
            held, used, one = level * (end - start), ZERO, of_key.get(step)
            if one is not None:
                held += one.quantity * end - one.moment
                used, level = one.used, level + one.quantity
            if held or used:
                total = StockTotals(((unit, StockPieces(used, held)),), start, end)
                found[key, step] = found[key, step] + total if (key, step) in found else total
    return found


def _by_step(
    site: Site, edges: list[datetime], by: By, found: dict[tuple[Any, int], StockTotals]
) -> Iterable[tuple[str, StockTotals]]:
    for (_key, step), total in sorted(found.items(), key=lambda pair: pair[0][1]):
        day = edges[step - 1].astimezone(site.zone).date()
        yield places.rolled_up(day, by, None).isoformat(), total


def _fetched(statement: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())
