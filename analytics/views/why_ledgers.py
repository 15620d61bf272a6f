"""Why PM compliance and count accuracy are what they are: each due date and counted line as the page lists them."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from analytics.engine.kpi import Basis, Kpi
from analytics.selectors.why_ledgers import Ledger, count_lines_behind, due_dates_behind
from analytics.views.why_reports import Listed, Reader
from inventory import public as store
from maintenance import public as maintenance
from mom.core.web import printing

RIGHT = {Basis.MAINTENANCE: maintenance.VIEW, Basis.COUNTS: store.VIEW}
"""Who may see the rows of these figures, beside who may see the figures."""


@dataclass(frozen=True)
class DueShown:
    """A due date of a plan as the page lists it."""

    plan: str
    words: str
    machine: str
    due_at: datetime
    until: datetime
    done_at: datetime | None
    is_kept: bool
    job: str


@dataclass(frozen=True)
class CountShown:
    """A counted line as the page lists it. `book` and `difference` are of the counting moment."""

    count: str
    place: str
    material: str
    words: str
    lot: str
    book: str
    counted: str
    difference: str
    is_right: bool
    posted_at: datetime
    posted_by: str
    reason: str


def is_of_ledgers(kpi: Kpi) -> bool:
    """Whether the figure is made of rows of a ledger that its own domain keeps."""
    return kpi.basis in RIGHT


def may_see(reader: Reader, kpi: Kpi) -> bool:
    """Whether the reader may see the rows of the ledger, beside the figure."""
    return reader.actor.may(RIGHT[kpi.basis], reader.site.code)


def rows_behind(reader: Reader, kpi: Kpi, ledger: Ledger, now: datetime) -> Listed | None:
    """One page of what the figure is made of; None for a reader who may not see it."""
    if not may_see(reader, kpi):
        return None
    if kpi.basis == Basis.MAINTENANCE:
        page = reader.page(due_dates_behind(ledger, now), "page")
        return Listed(_("Due dates"), [_due(each) for each in page], page, "page", [])
    page = reader.page(count_lines_behind(ledger), "page")
    return Listed(_("Counted lines"), [_line(each) for each in page], page, "page", [])


def _due(row: Any) -> DueShown:
    return DueShown(
        row.plan.code, row.plan.name, row.plan.equipment.code, row.due_at, row.window_ends_at, row.completed_at,
        row.completed_at is not None and row.completed_at <= row.window_ends_at,
        row.job.job_order.code if row.job is not None else "",
    )  # fmt: skip


def _line(row: Any) -> CountShown:
    unit = row.definition.unit

    def shown(amount: Decimal) -> str:
        return printing.quantity(amount, unit)

    return CountShown(
        row.count.code, row.count.location.equipment.code, row.definition.code, row.definition.name,
        (row.sublot or row.lot).code if row.lot or row.sublot else "", shown(row.book), shown(row.counted),
        printing.signed(row.difference) if row.difference else "", row.difference == 0, row.count.posted_at,
        row.count.posted_by, row.count.reason,
    )  # fmt: skip
