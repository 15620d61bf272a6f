"""Why a figure of reports or orders is what it is: each report and each order as the page lists them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Page as PageOfRows
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from analytics.engine.kpi import Basis, Kpi
from analytics.selectors.slices import Window
from analytics.selectors.why_orders import OrderEvidence, OrderTold, counted_of, orders_behind, told_of
from analytics.selectors.why_origins import Origin, origins_of
from analytics.selectors.why_reports import (
    ORDERS_OF,
    QUANTITIES_OF,
    TIMES_OF,
    Narrowed,
    Reports,
    quantity_reports,
    time_reports,
)
from analytics.views import kpi_words
from mom.accounts.models import Site
from mom.core.actor import Actor
from mom.core.errors import NotFound
from mom.core.web import printing
from mom.plant.models import Equipment
from mom.work.models import JobResponse, QuantityReport, WorkRequest
from mom.work.models.labels import QUANTITY_KIND, WORK_KIND

PER_PAGE = 100
OF_ORDERS = frozenset({Basis.ORDERS, Basis.DUE, Basis.OUTPUT, Basis.DEMAND, Basis.PASSES, Basis.PLANNED, Basis.USED})
NO_MACHINE = "none"


@dataclass(frozen=True)
class ReportShown:
    """A report as the page lists it. `undone`: that it takes another back, or was taken back itself."""

    at: datetime
    kind: str | Promise
    amount: str
    machine: str
    order: str
    job: str
    by: str
    undone: str
    is_undone: bool
    why: str
    origin: Origin | None


@dataclass(frozen=True)
class OrderShown:
    """An order as the page lists it."""

    code: str
    words: str
    value: str
    told: OrderTold
    origin: Origin | None
    reports_url: str


@dataclass(frozen=True)
class Listed:
    """One page of rows, how many there are, and what all of them together are."""

    title: str
    rows: list[Any]
    page: PageOfRows[Any]
    name: str  # of the page's number in the address
    sums: list[tuple[str | Promise, str, int]]

    @property
    def total(self) -> int:
        """How many rows there are on all pages."""
        return self.page.paginator.count

    @property
    def pages(self) -> Any:
        """The numbers of the pages, those far off left out."""
        return self.page.paginator.get_elided_page_range(self.page.number, on_each_side=1, on_ends=1)


@dataclass(frozen=True)
class Reader:
    """Who asks, where and for which page."""

    actor: Actor
    site: Site
    request: HttpRequest

    def page(self, rows: Any, name: str) -> PageOfRows[Any]:
        """The page of the rows that the address asks for; the nearest there is."""
        return Paginator(rows, PER_PAGE).get_page(self.request.GET.get(name))

    def origin(self, found: Origin | None) -> Origin | None:
        """The line of a file where the reader may see imports."""
        return found if found is not None and self.actor.may(found.right, self.site.code) else None

    def narrowed(self, machine: Equipment | None) -> Narrowed:
        """To the machine chosen, or to reports without one."""
        is_placeless = self.request.GET.get(NO_MACHINE) == "1"
        return Narrowed(machine.pk if machine is not None else None, is_placeless and machine is None)


def is_of_orders(kpi: Kpi) -> bool:
    """Whether the figure is made of orders and not of reports."""
    return kpi.basis in OF_ORDERS or kpi.id in ORDERS_OF


def reports_behind(reader: Reader, kpi: Kpi, window: Window, only: Narrowed) -> tuple[list[Listed], Any]:
    """The reports that a figure of reported work is made of, and the parts that they add up to."""
    if kpi.id in QUANTITIES_OF:
        found = quantity_reports(reader.site, window, only, QUANTITIES_OF[kpi.id])
        return [_quantities(reader, found)], found.parts
    found = time_reports(reader.site, window, only, TIMES_OF[kpi.id])
    return [_times(reader, found)], found.parts


def reports_of_order(reader: Reader, kpi: Kpi, window: Window, code: str) -> list[Listed]:
    """The reports of one order: first those that are counted where not all are, then all. Raises: NotFound."""
    order = WorkRequest.objects.filter(site=reader.site, code=code).values_list("pk", flat=True).first()
    if order is None:
        raise NotFound(_("There is no such order here."))
    only = Narrowed(work_request=order)
    which = counted_of(kpi, reader.site, window, order)
    counted = []
    if which is not None:
        words = _("Counted: good in time at the last operation")
        if kpi.basis == Basis.OUTPUT:
            words = _("Counted: good at the last operation in these days")
        counted.append(_quantities(reader, quantity_reports(reader.site, None, only, which), words, "counted"))
    return [
        *counted,
        _quantities(reader, quantity_reports(reader.site, None, only, Q())),
        _times(reader, time_reports(reader.site, None, only, Q())),
    ]


def order_list_behind(reader: Reader, kpi: Kpi, window: Window, shift: str = "") -> Listed:
    """The orders that a figure is made of; of one shift by its code where it can be told apart so."""
    found = orders_behind(kpi, reader.site, window, shift)
    page = reader.page(found, "page")
    told = told_of([each.pk for each in page])
    return Listed(_("Orders"), [_order(reader, kpi, window, each, told) for each in page], page, "page", [])


def _order(
    reader: Reader, kpi: Kpi, window: Window, each: OrderEvidence, told: Mapping[int, OrderTold]
) -> OrderShown:  # fmt: skip
    asked = urlencode({"first": window.first, "last": window.last, "order": each.code})
    if kpi.basis == Basis.DEMAND:
        asked_for = ((unit, pieces.ordered + pieces.coming) for unit, pieces in each.evidence.by_unit)
        value = ", ".join(printing.quantity(amount, unit) for unit, amount in asked_for)
    else:
        value = kpi_words.printed(kpi, kpi.of(each.evidence))
    known = told[each.pk]
    return OrderShown(each.code, each.words, value, known, reader.origin(known.origin), f"?{asked}")


def _quantities(reader: Reader, found: Reports, title: str = "", name: str = "page") -> Listed:
    page = reader.page(found.rows, name)
    rows: Sequence[QuantityReport] = list(page)
    origins = origins_of([row.job_response_id for row in rows if row.job_response_id is not None])
    sums = [
        (QUANTITY_KIND.label(each.kind), printing.quantity(each.amount, each.unit), each.reports) for each in found.sums
    ]
    shown = []
    for row in rows:
        job = row.output.job_order if row.output is not None else None
        place = row.job_response.equipment if row.job_response is not None else None
        person = row.person.name or row.person.code if row.person is not None else ""
        origin = reader.origin(origins.get(row.job_response_id or 0))
        shown.append(_report(
            row, row.occurred_at, QUANTITY_KIND.label(row.kind), printing.quantity(row.quantity, row.unit), job, place,
            person, origin,
        ))  # fmt: skip
    return Listed(title or _("Quantities reported"), shown, page, name, sums)


def _times(reader: Reader, found: Reports) -> Listed:
    page = reader.page(found.rows, "times")
    rows: Sequence[JobResponse] = list(page)
    origins = origins_of([row.pk for row in rows])
    sums = [(WORK_KIND.label(each.kind), printing.duration(each.amount), each.reports) for each in found.sums]
    shown = [
        _report(
            row, row.started_at, WORK_KIND.label(row.work_kind), printing.duration(row.duration), row.job_order,
            row.equipment, "", reader.origin(origins.get(row.pk)),
        )
        for row in rows
    ]  # fmt: skip
    return Listed(_("Time reported"), shown, page, "times", sums)


def _report(
    row: QuantityReport | JobResponse, at: datetime, kind: str | Promise, amount: str, job: Any,
    place: Equipment | None, person: str, origin: Origin | None,
) -> ReportShown:  # fmt: skip
    undone = _("takes back") if row.reverses_id else _("taken back") if hasattr(row, "reversal") else ""
    return ReportShown(
        at=at,
        kind=kind,
        amount=amount,
        machine=place.code if place is not None else "",
        order=job.work_request.code if job is not None else "",
        job=job.code if job is not None else "",
        by=person or row.recorded_by,
        undone=undone,
        is_undone=bool(undone) and not row.reverses_id,
        why=row.reversal_reason or (row.reason.name if row.reason is not None else ""),
        origin=origin,
    )


def machine_url(path: str, key: str, window: Window) -> str:
    """The figure's reports at one machine; of those without one where the key is empty."""
    at = {"machine": key} if key else {NO_MACHINE: "1"}
    return f"{path}?{urlencode({**at, 'first': window.first, 'last': window.last})}"
