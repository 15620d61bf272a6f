"""Slices of the plant as additive parts: per machine, person, material, order or time. Sums, never ratios."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.db.models import DurationField, ExpressionWrapper, F, Max, Min, QuerySet, Sum
from django.db.models.aggregates import Count
from django.db.models.functions import TruncMonth, TruncWeek

from analytics.engine.parts import Counts, Flow, Parts, Quantities, Times, total
from analytics.models import Bucket, LabourBucket, OrderFlow, WorkBucket
from mom.accounts.models import Site
from mom.work.engine.terms import WorkRequestStatus

ZERO_TIME = timedelta(0)
FINISHED = (WorkRequestStatus.COMPLETED, WorkRequestStatus.CLOSED)


class By(StrEnum):
    """What a slice is."""

    MACHINE = "machine"
    PERSON = "person"
    MATERIAL = "material"
    ORDER = "order"
    DAY = "day"
    WEEK = "week"  # ISO weeks, named by their Monday
    MONTH = "month"  # named by their first day


TIME_SLICES = frozenset({By.DAY, By.WEEK, By.MONTH})


@dataclass(frozen=True)
class Window:
    """Local days of the plant, both included."""

    first: date
    last: date

    def before(self) -> "Window":
        """The window of the same length just before: the usual yardstick."""
        length = self.last - self.first + timedelta(days=1)
        return Window(self.first - length, self.last - length)


@dataclass(frozen=True)
class Only:
    """Narrows to one machine, person, material or order by their keys; None is everything."""

    equipment: int | None = None
    person: int | None = None
    definition: int | None = None
    work_request: int | None = None


@dataclass(frozen=True)
class Slice:
    """One row: the key in addresses and exports, what people read, and its parts."""

    key: str
    label: str
    parts: Parts
    pk: int | None = None


_KEYS: dict[By, tuple[str, str, str]] = {
    By.MACHINE: ("equipment_id", "equipment__code", "equipment__name"),
    By.PERSON: ("person_id", "person__code", "person__name"),
    By.MATERIAL: ("definition_id", "definition__code", "definition__name"),
    By.ORDER: ("work_request_id", "work_request__code", "work_request__description"),
}
_SUMS: dict[str, Any] = {
    f"sum_{name}": Sum(name)
    for name in (
        "setup", "production", "breakdown", "other", "setup_count", "production_count", "breakdown_count",
        "other_count", "good", "scrap", "review", "rework", "reworked",
    )
}  # fmt: skip


def slice_list(site: Site, window: Window, by: By, only: Only | None = None) -> list[Slice]:
    """The slices that have any facts in `window`, by key; those without are absent. Two statements."""
    only = only or Only()
    parts: dict[Any, Parts] = defaultdict(Parts)
    names: dict[Any, tuple[str, str, int | None]] = {}
    for row in _bucket_rows(site, window, by, only):
        key, names[key] = _named(row, by)
        parts[key] = parts[key] + _parts(row)
    for row in _flow_rows(site, window, by, only):
        key, named = _named(row, by)
        names.setdefault(key, named)
        parts[key] = parts[key] + Parts(flow=Flow(row["finished"], row["lead"] or ZERO_TIME, row["queue"] or ZERO_TIME))
    return [
        Slice(key=names[key][0], label=names[key][1], parts=parts[key], pk=names[key][2])
        for key in sorted(parts, key=lambda key: names[key][0])
    ]


def parts_total(site: Site, window: Window, only: Only | None = None) -> Parts:
    """Everything of `window` as one sum. Two statements."""
    only = only or Only()
    rows = _buckets(site, window, By.PERSON if only.person else By.MACHINE, only).values("unit").annotate(**_SUMS)
    flow = _flows(site, window, only).aggregate(**_FLOW_SUMS)
    whole = total(_parts(row) for row in rows)
    return whole + Parts(flow=Flow(flow["finished"], flow["lead"] or ZERO_TIME, flow["queue"] or ZERO_TIME))


def data_window(site: Site) -> Window | None:
    """The first and the last day that has any facts; None before the first fact. One statement."""
    found = WorkBucket.objects.filter(site=site).aggregate(first=Min("day"), last=Max("day"))
    return Window(found["first"], found["last"]) if found["first"] else None


def _buckets(site: Site, window: Window, by: By, only: Only) -> QuerySet[Any]:
    is_labour = by == By.PERSON or only.person is not None
    model: type[Bucket] = LabourBucket if is_labour else WorkBucket
    rows = model._default_manager.filter(site=site, day__range=(window.first, window.last)).order_by()
    wanted = {
        "equipment_id": only.equipment,
        "person_id": only.person,
        "definition_id": only.definition,
        "work_request_id": only.work_request,
    }
    return rows.filter(**{name: value for name, value in wanted.items() if value is not None})


def _bucket_rows(site: Site, window: Window, by: By, only: Only) -> Iterable[dict[str, Any]]:
    rows: Any = _buckets(site, window, by, only)
    if by in TIME_SLICES:
        slices: Iterable[dict[str, Any]] = rows.values("unit", key=_time_slice(by, "day")).annotate(**_SUMS)
        return slices
    pk, code, name = _KEYS[by]
    named: Iterable[dict[str, Any]] = rows.values("unit", pk=F(pk), code=F(code), name=F(name)).annotate(**_SUMS)
    return named


_FLOW_SUMS: dict[str, Any] = {
    "finished": Count("pk"),
    "lead": Sum(ExpressionWrapper(F("last_end") - F("first_start"), output_field=DurationField())),
    "queue": Sum(ExpressionWrapper(F("last_end") - F("first_start") - F("touched"), output_field=DurationField())),
}


def _flows(site: Site, window: Window, only: Only) -> QuerySet[OrderFlow]:
    """Finished orders whose last report lies in the window. A machine or a person has none: an order passes many."""
    rows = OrderFlow.objects.filter(
        site=site, last_day__range=(window.first, window.last), work_request__status__in=FINISHED
    ).order_by()
    if only.equipment is not None or only.person is not None:
        return rows.none()
    if only.work_request is not None:
        rows = rows.filter(work_request_id=only.work_request)
    if only.definition is not None:
        rows = rows.filter(work_request__production_request__definition_id=only.definition)
    return rows


def _flow_rows(site: Site, window: Window, by: By, only: Only) -> Iterable[dict[str, Any]]:
    if by in {By.MACHINE, By.PERSON}:
        return []
    rows: Any = _flows(site, window, only)
    if by in TIME_SLICES:
        slices: Iterable[dict[str, Any]] = rows.values(key=_time_slice(by, "last_day")).annotate(**_FLOW_SUMS)
        return slices
    if by == By.ORDER:
        named = {"order": F("work_request_id"), "code": F("work_request__code"), "name": F("work_request__description")}
        found = rows.values(**named).annotate(**_FLOW_SUMS)
        return ({**row, "pk": row["order"]} for row in found)
    made = "work_request__production_request__definition"
    named = {"material": F(f"{made}_id"), "code": F(f"{made}__code"), "name": F(f"{made}__name")}
    found = rows.values(**named).annotate(**_FLOW_SUMS)
    return ({**row, "pk": row["material"]} for row in found)


def _time_slice(by: By, field: str) -> Any:
    return {By.DAY: F(field), By.WEEK: TruncWeek(field), By.MONTH: TruncMonth(field)}[by]


def _named(row: dict[str, Any], by: By) -> tuple[Any, tuple[str, str, int | None]]:
    if by in TIME_SLICES:
        return row["key"], (row["key"].isoformat(), row["key"].isoformat(), None)
    return row["pk"], (row["code"] or "", row["name"] or row["code"] or "", row["pk"])


def _parts(row: dict[str, Any]) -> Parts:
    times = Times(row["sum_setup"], row["sum_production"], row["sum_breakdown"], row["sum_other"])
    counts = Counts(
        row["sum_setup_count"], row["sum_production_count"], row["sum_breakdown_count"], row["sum_other_count"]
    )
    amounts: list[Decimal] = [row[f"sum_{name}"] for name in ("good", "scrap", "review", "rework", "reworked")]
    by_unit = ((row["unit"], Quantities(*amounts)),) if row["unit"] and any(amounts) else ()
    return Parts(times=times, counts=counts, by_unit=by_unit)
