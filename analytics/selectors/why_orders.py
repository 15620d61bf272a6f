"""What figures of orders are made of: every order, when it was due, begun and finished, who reported it, its file."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, Subquery

from analytics.engine.kpi import Basis, Kpi
from analytics.models import OrderFlow
from analytics.selectors import series_orders, series_output, slices
from analytics.selectors.series import By, Scope, evidence_by
from analytics.selectors.slices import Window
from analytics.selectors.why_origins import Origin, origins_of
from mom.accounts.models import Site
from mom.work.engine.terms import QuantityKind
from mom.work.models import JobResponse, QuantityReport, WorkRequest


@dataclass(frozen=True, slots=True)
class OrderEvidence:
    """One order and what of it enters the figure."""

    pk: int
    code: str
    words: str
    evidence: Any  # of the figure's basis


@dataclass(frozen=True, slots=True)
class OrderTold:
    """What is known of an order: its dates, who reported it last, and the line of a file that it came with."""

    due_at: datetime | None
    first_start: datetime | None
    last_end: datetime | None
    reported_by: str
    origin: Origin | None


def orders_behind(kpi: Kpi, site: Site, window: Window, shift: str = "") -> list[OrderEvidence]:
    """The orders that make the figure, in the order of their dates; their evidence adds up to the figure's.

    `shift`: only that shift, by its code, of first passes and jobs planned to end.
    """
    if kpi.basis == Basis.REPORTS:
        found = slices.slice_list(site, window, slices.By.ORDER)
        return [
            OrderEvidence(each.pk, each.key, each.label, each.parts)
            for each in found if each.pk is not None and each.parts.flow.finished
        ]  # fmt: skip
    if kpi.basis == Basis.OUTPUT:
        return _pieces_out(site, window)
    if kpi.basis in {Basis.PASSES, Basis.PLANNED, Basis.USED}:
        rows_of = evidence_by(kpi.basis, site, window, By.ORDER, Scope(shift=shift or None)).rows
        return [OrderEvidence(each.pk, each.key, each.label, each.evidence) for each in rows_of if each.pk is not None]
    only = series_orders.OrdersOnly()
    if kpi.basis == Basis.ORDERS:
        rows = series_orders.finished_orders(site, window, only)
    else:
        rows = series_orders.orders_due(site, window, only)
        if kpi.basis == Basis.DUE:
            rows = [each for each in rows if each.totals.due]
    return [OrderEvidence(*each.order, each.totals) for each in rows]


def counted_of(kpi: Kpi, site: Site, window: Window, order: int) -> Q | None:
    """Which reports of an order's pieces enter the figure: those of its last operation; None where all do."""
    if kpi.basis == Basis.OUTPUT:
        out = series_output.reports_out(site, window, series_output.OutputOnly(work_request=order))
        return Q(pk__in=out.order_by().values("pk"))
    if kpi.basis != Basis.DUE:
        return None
    outputs = series_orders.outputs_that_count().filter(job_order__work_request=order)
    last = outputs.order_by(*series_orders.last_first("job_order__")).values("pk")[:1]
    of_order = WorkRequest.objects.filter(pk=order)
    return Q(
        kind=QuantityKind.GOOD, output=Subquery(last), occurred_at__lte=Subquery(of_order.values("due_at")),
        unit=Subquery(of_order.values("production_request__unit")),
    )  # fmt: skip


def _pieces_out(site: Site, window: Window) -> list[OrderEvidence]:
    sums: dict[int, OrderEvidence] = {}
    for each in series_output.pieces_out(site, window, series_output.OutputOnly()):
        pk, code, words = each.order
        before = sums[pk].evidence + each.totals if pk in sums else each.totals
        sums[pk] = OrderEvidence(pk, code, words, before)
    return list(sums.values())


def told_of(orders: Collection[int]) -> dict[int, OrderTold]:
    """What is known of these orders, by key. Five statements at most."""
    due = dict(WorkRequest.objects.filter(pk__in=orders).order_by().values_list("pk", "due_at"))
    flow_rows = OrderFlow.objects.filter(work_request__in=orders).order_by()
    flows = {row[0]: row[1:] for row in flow_rows.values_list("work_request_id", "first_start", "last_end")}
    brought = _first_responses(orders)
    origins = origins_of(list(brought.values()))
    reporters = _last_reporters(orders)
    return {
        pk: OrderTold(at, first, last, reporters.get(pk, ""), origins.get(brought.get(pk, 0)))
        for pk, at in due.items() for first, last in [flows.get(pk, (None, None))]
    }  # fmt: skip


def _first_responses(orders: Collection[int]) -> dict[int, int]:
    """The first recorded work of each order: an import brings an order in with its first line."""
    name = "job_order__work_request_id"
    rows: Sequence[Any] = JobResponse.objects.filter(job_order__work_request__in=orders)  # type: ignore[assignment]
    rows = rows.order_by(name, "pk").distinct(name).values_list(name, "pk")  # type: ignore[attr-defined]
    return dict(rows)


def _last_reporters(orders: Collection[int]) -> dict[int, str]:
    """Who reported the last quantity of each order that stands."""
    name = "output__job_order__work_request_id"
    rows: Any = QuantityReport.objects.filter(
        output__job_order__work_request__in=orders, reverses=None, reversal__isnull=True
    )
    rows = rows.order_by(name, "-occurred_at", "-pk").distinct(name)
    return {
        order: person or code or label
        for order, person, code, label in rows.values_list(name, "person__name", "person__code", "recorded_by")
    }
