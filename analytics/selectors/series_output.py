"""Pieces that leave orders: what was good at the last operation of each order, by day, or by day and order."""

from dataclasses import dataclass
from datetime import time, timedelta
from typing import Any

from django.db.models import F, Q, QuerySet, Sum
from django.db.models.functions import TruncDate

from analytics.engine.kpi_evidence import OutPieces, OutTotals
from analytics.selectors.series_orders import OfOrder, last_first, material_names, of_order, outputs_that_count
from analytics.selectors.slices import Window
from mom.accounts.models import Site
from mom.plant.engine.calendar import instant
from mom.work.engine.terms import QuantityKind
from mom.work.models import QuantityReport, WorkRequest


@dataclass(frozen=True, slots=True)
class OutputOnly:
    """Narrows to a machine, person, material or order by their keys; None is everything."""

    equipment: int | None = None
    person: int | None = None
    definition: int | None = None
    work_request: int | None = None


def reports_out(site: Site, window: Window, only: OutputOnly) -> QuerySet[QuantityReport]:
    """The reports of good pieces at the last operations of their orders, in these local days.

    The last operation: the highest sequence that was not cancelled. Of several outputs its main one counts.
    """
    start = instant(window.first, time(0), site.zone)
    end = instant(window.last + timedelta(days=1), time(0), site.zone)
    order = "output__job_order__work_request"
    rows = QuantityReport.objects.filter(
        site=site, kind=QuantityKind.GOOD, occurred_at__gte=start, occurred_at__lt=end, output__isnull=False
    )
    narrowed = {
        "job_response__equipment_id": only.equipment, "person_id": only.person, f"{order}_id": only.work_request,
        f"{order}__production_request__definition_id": only.definition,
    }  # fmt: skip
    rows = rows.filter(Q(**{name: key for name, key in narrowed.items() if key is not None}))
    touched = rows.order_by().values(f"{order}_id")
    every = outputs_that_count().filter(job_order__work_request__in=touched)
    by_order = ("job_order__work_request_id", *last_first("job_order__"))
    return rows.filter(output__in=every.order_by(*by_order).distinct("job_order__work_request_id").values("pk"))


NO_ORDER = (0, "", "")
NO_MATERIAL = (None, "", "")


def pieces_by_day(site: Site, window: Window, only: OutputOnly) -> list[OfOrder]:
    """Good pieces that left their orders, by day alone. One statement."""
    sums: Any = (
        reports_out(site, window, only)
        .order_by()
        .values("unit", day=TruncDate("occurred_at", tzinfo=site.zone))
        .annotate(good=Sum("quantity"))
        .order_by("day", "unit")
    )
    return [
        OfOrder(row["day"], NO_ORDER, NO_MATERIAL, OutTotals(((row["unit"], OutPieces(row["good"])),)))
        for row in sums if row["good"]
    ]  # fmt: skip


def pieces_out(site: Site, window: Window, only: OutputOnly) -> list[OfOrder]:
    """Good pieces that left their orders, by day and order. Two statements, whatever the window."""
    sums: Any = (
        reports_out(site, window, only)
        .order_by()
        .values("unit", day=TruncDate("occurred_at", tzinfo=site.zone), order=F("output__job_order__work_request_id"))
        .annotate(good=Sum("quantity"))
    )
    found = [row for row in sums if row["good"]]
    orders: Any = WorkRequest.objects.filter(pk__in={row["order"] for row in found}).order_by()
    rows = orders.values("pk", "code", words=F("description"), **material_names("production_request"))
    named = {row["pk"]: row for row in rows}
    return [
        of_order(row["day"], row["order"], named[row["order"]], OutTotals(((row["unit"], OutPieces(row["good"])),)))
        for row in sorted(found, key=lambda row: (row["day"], row["order"], row["unit"]))
    ]
