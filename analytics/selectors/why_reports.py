"""What figures of reported work are made of: every report with who, when, how much, for which job, and what undid it.

Read off the ledgers that the buckets are rebuilt from; what is listed adds up to the figure exactly.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Case, Count, IntegerField, Q, QuerySet, Sum, Value, When

from analytics.engine.parts import ZERO, ZERO_TIME, Counts, Parts, Quantities, Times
from analytics.selectors.slices import Window
from mom.accounts.models import Site
from mom.plant.engine.calendar import instant
from mom.work.engine.terms import QuantityKind, WorkKind
from mom.work.models import JobResponse, QuantityReport

TIMES = ("setup", "production", "breakdown")
IS_REWORK_OUT = Q(kind=QuantityKind.REWORK) | Q(kind=QuantityKind.GOOD, job_response__is_rework=True)
QUANTITIES_OF: dict[str, Q] = {
    "completed_quantity": Q(kind=QuantityKind.GOOD),
    "scrap_quantity": Q(kind=QuantityKind.SCRAP),
    "review_quantity": Q(kind=QuantityKind.REVIEW),
    "rework_quantity": IS_REWORK_OUT,
    "reported_quality_ratio": Q(),
}
"""Figure -> the reports of quantities that enter it."""
TIMES_OF: dict[str, Q] = {
    "load": Q(),
    "load_setup": Q(work_kind=WorkKind.SETUP),
    "load_production": Q(work_kind=WorkKind.PRODUCTION),
    "corrective_downtime": Q(work_kind=WorkKind.BREAKDOWN),
    "breakdown_count": Q(work_kind=WorkKind.BREAKDOWN),
    "reported_setup_ratio": Q(work_kind__in=[WorkKind.SETUP, WorkKind.PRODUCTION]),
}
"""Figure -> the reports of time that enter it."""
ORDERS_OF = frozenset({"orders_finished", "order_lead_time", "order_queue_time"})
"""Figures that are made of finished orders."""


@dataclass(frozen=True, slots=True)
class Narrowed:
    """Narrows reports to a machine, to those without one, or to an order. None is everything."""

    equipment: int | None = None
    is_placeless: bool = False
    work_request: int | None = None


@dataclass(frozen=True, slots=True)
class ReportSum:
    """Reports of one kind in one unit: how much, and by how many reports."""

    kind: str
    unit: str
    amount: Any  # Decimal or timedelta
    reports: int


@dataclass(frozen=True)
class Reports:
    """The reports that a figure is made of: all of them by kind, the rows to page through, and the parts they give."""

    sums: list[ReportSum]
    rows: QuerySet[Any]
    parts: Parts


def quantity_reports(site: Site, window: Window | None, only: Narrowed, which: Q) -> Reports:
    """The quantity reports of these days, newest first; without days, of all. One statement and the rows'.

    `parts` are of all kinds, `which` chooses those listed: pieces of other kinds say in which units was reported.
    """
    every = _quantities(site, window, only)
    related = ("output__job_order__work_request", "job_response__equipment", "person", "reversal", "reason")
    grouped: Any = every.order_by().values("unit", "kind").annotate(
        all=Sum("quantity"), rework=Sum("quantity", filter=Q(job_response__is_rework=True)),
        listed=Sum("quantity", filter=which), reports=Count("pk", filter=which),
    )  # fmt: skip
    amounts: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(lambda: ZERO))
    sums = []
    for row in grouped:
        amounts[row["unit"]][row["kind"]] += row["all"]
        if row["kind"] == QuantityKind.GOOD:
            amounts[row["unit"]]["reworked"] += row["rework"] or ZERO
        if row["reports"]:
            sums.append(ReportSum(row["kind"], row["unit"], row["listed"], row["reports"]))
    by_unit = ((unit, Quantities(**kinds)) for unit, kinds in sorted(amounts.items()) if any(kinds.values()))
    rows = every.filter(which).select_related(*related).order_by("-occurred_at", "-pk")
    return Reports(sorted(sums, key=lambda each: (each.unit, each.kind)), rows, Parts(by_unit=tuple(by_unit)))


def time_reports(site: Site, window: Window | None, only: Narrowed, which: Q) -> Reports:
    """The ended stretches of work that began in these days, newest first; without days, all. One statement."""
    every = _responses(site, window, only)
    sign = Case(When(reverses=None, then=Value(1)), default=Value(-1), output_field=IntegerField())
    grouped: Any = every.filter(which).order_by().values("work_kind").annotate(
        all=Sum("duration"), count=Sum(sign), reports=Count("pk"),
    )  # fmt: skip
    times, counts = dict.fromkeys((*TIMES, "other"), ZERO_TIME), dict.fromkeys((*TIMES, "other"), 0)
    sums = []
    for row in grouped:
        name = row["work_kind"] if row["work_kind"] in TIMES else "other"
        times[name] += row["all"]
        counts[name] += row["count"]
        sums.append(ReportSum(row["work_kind"], "", row["all"], row["reports"]))
    related = ("job_order__work_request", "equipment", "reversal", "reason")
    rows = every.filter(which).select_related(*related).order_by("-started_at", "-pk")
    parts = Parts(times=Times(**times), counts=Counts(**counts))
    return Reports(sorted(sums, key=lambda each: each.kind), rows, parts)


def bounds(site: Site, window: Window) -> tuple[datetime, datetime]:
    """The instants between which these local days lie, by the plant's midnight as the rebuild has it."""
    first = instant(window.first, time(0), site.zone)
    return first, instant(window.last + timedelta(days=1), time(0), site.zone)


def _quantities(site: Site, window: Window | None, only: Narrowed) -> QuerySet[QuantityReport]:
    rows = QuantityReport.objects.filter(site=site)
    if window is not None:
        start, end = bounds(site, window)
        rows = rows.filter(occurred_at__gte=start, occurred_at__lt=end)
    if only.equipment is not None:
        rows = rows.filter(job_response__equipment_id=only.equipment)
    if only.is_placeless:
        rows = rows.filter(job_response__equipment=None)
    if only.work_request is not None:
        rows = rows.filter(output__job_order__work_request_id=only.work_request)
    return rows


def _responses(site: Site, window: Window | None, only: Narrowed) -> QuerySet[JobResponse]:
    rows = JobResponse.objects.filter(site=site, duration__isnull=False)
    if window is not None:
        start, end = bounds(site, window)
        rows = rows.filter(started_at__gte=start, started_at__lt=end)
    if only.equipment is not None:
        rows = rows.filter(equipment_id=only.equipment)
    if only.is_placeless:
        rows = rows.filter(equipment=None)
    if only.work_request is not None:
        rows = rows.filter(job_order__work_request_id=only.work_request)
    return rows
