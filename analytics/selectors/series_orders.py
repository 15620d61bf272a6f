"""Finished orders and orders due, order by order, as evidence for the figures of orders. Constant statements."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import DecimalField, F, OuterRef, QuerySet, Subquery, Sum

from analytics.engine.kpi import microseconds
from analytics.engine.kpi_evidence import DuePieces, DueTotals, OrderPieces, OrderTotals
from analytics.models import OrderFlow, WorkBucket
from analytics.selectors.slices import FINISHED, Window
from mom.accounts.models import Site
from mom.core import clock
from mom.plant.engine.calendar import instant, local_day
from mom.work.engine.terms import OUTPUT_USES, JobOrderStatus, OperationsType, QuantityKind, WorkRequestStatus
from mom.work.models import JobRequirement, QuantityReport, WorkRequest

NEVER_DUE = (WorkRequestStatus.CANCELLED, WorkRequestStatus.ABORTED, WorkRequestStatus.FORECAST)
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class OfOrder:
    """One order's evidence, with what it may be told apart by."""

    day: date
    order: tuple[int, str, str]  # key, number, description
    material: tuple[int | None, str, str]
    totals: Any  # OrderTotals or DueTotals


@dataclass(frozen=True, slots=True)
class OrdersOnly:
    """Narrows to one order or material; None is everything."""

    work_request: int | None = None
    definition: int | None = None


def finished_orders(site: Site, window: Window, only: OrdersOnly) -> list[OfOrder]:
    """Orders whose last report lies in the window, with their whole time and pieces. Three statements."""
    flows = OrderFlow.objects.filter(
        site=site, last_day__range=(window.first, window.last), work_request__status__in=FINISHED
    )
    if only.work_request is not None:
        flows = flows.filter(work_request_id=only.work_request)
    if only.definition is not None:
        flows = flows.filter(work_request__production_request__definition_id=only.definition)
    orders = flows.order_by().values_list("work_request_id")
    spent = ("setup", "production", "breakdown", "other")
    summed: Any = (
        WorkBucket.objects.filter(site=site, work_request__in=orders)
        .order_by()
        .values("work_request_id")
        .annotate(**{f"of_{name}": Sum(name) for name in spent})
    )
    times = {
        row["work_request_id"]: (
            sum(microseconds(row[f"of_{name}"]) for name in spent),
            microseconds(row["of_production"]),
        )
        for row in summed
    }
    pieces = _pieces(orders)
    rows: Any = flows.order_by("last_day", "work_request_id").values(
        "work_request_id", "last_day", "first_start", "last_end", code=F("work_request__code"),
        words=F("work_request__description"), **material_names("work_request__production_request"),
    )  # fmt: skip
    found = []
    for row in rows:
        key = row["work_request_id"]
        busy, production = times.get(key, (0, 0))
        took = microseconds(row["last_end"] - row["first_start"])
        totals = OrderTotals(pieces.get(key, ()), 1, took, busy, production)
        found.append(of_order(row["last_day"], key, row, totals))
    return found


def orders_due(site: Site, window: Window, only: OrdersOnly) -> list[OfOrder]:
    """Orders due in the window with what was ordered and what of it was good by then. One statement.

    Those whose time is not there yet bring only what is coming.
    """
    start = instant(window.first, time(0), site.zone)
    end = instant(window.last + timedelta(days=1), time(0), site.zone)
    rows = WorkRequest.objects.filter(
        site=site, operations_type=OperationsType.PRODUCTION, due_at__gte=start, due_at__lt=end,
        production_request__isnull=False,
    ).exclude(status__in=NEVER_DUE)  # fmt: skip
    if only.work_request is not None:
        rows = rows.filter(pk=only.work_request)
    if only.definition is not None:
        rows = rows.filter(production_request__definition_id=only.definition)
    outputs = outputs_that_count().filter(job_order__work_request=OuterRef("pk"))
    last = outputs.order_by(*last_first("job_order__")).values("id")[:1]
    in_time = QuantityReport.objects.filter(
        output=OuterRef("last_output"), kind=QuantityKind.GOOD, occurred_at__lte=OuterRef("due_at"),
        unit=OuterRef("production_request__unit"),
    ).order_by().values("output").annotate(sum=Sum("quantity")).values("sum")  # fmt: skip
    rows = rows.annotate(last_output=Subquery(last)).annotate(
        in_time=Subquery(in_time, output_field=DecimalField(max_digits=18, decimal_places=6))
    )
    named: Any = rows.order_by("due_at", "pk").values(
        "pk", "due_at", "code", "in_time", words=F("description"), ordered=F("production_request__quantity"),
        unit=F("production_request__unit"), **material_names("production_request"),
    )  # fmt: skip
    found, now = [], clock.now()
    for row in named:
        ordered, good = row["ordered"], row["in_time"] or ZERO
        if row["due_at"] <= now:
            pieces = DuePieces(ordered, min(ordered, max(ZERO, good)))
            totals = DueTotals(((row["unit"], pieces),), 1, int(good >= ordered))
        else:
            totals = DueTotals(((row["unit"], DuePieces(coming=ordered)),))
        found.append(of_order(local_day(row["due_at"], site.zone), row["pk"], row, totals))
    return found


def outputs_that_count() -> QuerySet[JobRequirement]:
    """What jobs make, those of cancelled operations aside: nothing leaves an order there."""
    return JobRequirement.objects.filter(material_use__in=OUTPUT_USES).exclude(
        job_order__status=JobOrderStatus.CANCELLED
    )


def last_first(job: str) -> tuple[str, ...]:
    """The order in which the main output of an order's last operation comes first."""
    return f"-{job}sequence", "-job_order_id", "position", "id"


def material_names(prefix: str) -> dict[str, F]:
    """The product of an order, as `of_order` reads it."""
    made = f"{prefix}__definition"
    return {
        "made": F(f"{prefix}__definition_id"),
        "made_code": F(f"{made}__code"),
        "made_name": F(f"{made}__name"),
    }


def of_order(day: date, key: int, row: dict[str, Any], totals: Any) -> OfOrder:
    """One order's evidence out of a row with its number, words and product."""
    material = (row["made"], row["made_code"] or "", row["made_name"] or row["made_code"] or "")
    return OfOrder(day, (key, row["code"], row["words"] or row["code"]), material, totals)


def _pieces(orders: Iterable[Any]) -> dict[int, tuple[tuple[str, OrderPieces], ...]]:
    """By order and unit: what came out of its last operation and its first, and all scrap. One statement."""
    rows = (
        JobRequirement.objects.filter(
            job_order__work_request__in=orders, material_use__in=OUTPUT_USES, total__isnull=False
        )
        .order_by("job_order__work_request_id", "job_order__sequence", "job_order_id", "position", "id")
        .values_list(
            "job_order__work_request_id", "job_order_id", "unit",
            "total__good", "total__scrap", "total__rework", "total__review",
        )
    )  # fmt: skip
    lines: dict[int, list[tuple[int, str, Decimal, Decimal]]] = {}
    for order, job, unit, good, scrap, rework, review in rows:
        lines.setdefault(order, []).append((job, unit, good + scrap + rework + review, scrap))
    found = {}
    for order, operations in lines.items():
        first, last = operations[0][0], operations[-1][0]
        sums: dict[str, OrderPieces] = {}
        for job, unit, produced, scrap in operations:
            piece = OrderPieces(produced if job == last else ZERO, produced if job == first else ZERO, scrap)
            sums[unit] = sums.get(unit, OrderPieces()) + piece
        found[order] = tuple(sorted(sums.items()))
    return found
