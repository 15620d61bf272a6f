"""What figures are made of that are read off ledgers: due dates of maintenance plans, and counted lines of stock.

The same rows as the figure counts, narrowed as it is; what is listed adds up to it exactly.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, QuerySet

from analytics.selectors.machine_parts import Tree
from analytics.selectors.series_places import Span
from analytics.selectors.slices import Window
from inventory.public import judged_lines
from maintenance.public import due_dates_ended
from mom.accounts.models import Site


@dataclass(frozen=True, slots=True)
class Ledger:
    """Whose rows, of which days; of one shift by its code, and of one place (or machine) with what stands in it."""

    site: Site
    window: Window
    shift: str = ""
    place: int | None = None

    def span(self) -> Span:
        """The days, or their shifts where one is asked for."""
        return Span.of_shifts(self.site, self.window) if self.shift else Span.of_days(self.site, self.window)

    def places(self) -> list[int] | None:
        """The keys of the place and of all below it; None of everything."""
        return None if self.place is None else Tree(self.site).below(self.place)

    def of_shift(self, rows: QuerySet[Any], span: Span, when: str) -> QuerySet[Any]:
        """The rows of the shift that was asked for, by the instant in `when`. One statement; none without a shift."""
        if span.shifts is None:
            return rows
        found = rows.order_by().values_list("pk", when)
        wanted = [pk for pk, at in found if (of := span.shifts.of(at)) is not None and of[1] == self.shift]
        return rows.filter(pk__in=wanted)


def due_dates_behind(ledger: Ledger, now: datetime) -> QuerySet[Any]:
    """The due dates whose time was over in these days, the last first, with plan, machine and job."""
    span = ledger.span()
    rows = due_dates_ended(ledger.site, span.start, span.end, now, ledger.places())
    rows = ledger.of_shift(rows, span, "window_ends_at")
    return rows.select_related("plan__equipment", "job__job_order").order_by("-window_ends_at", "-pk")


def count_lines_behind(ledger: Ledger) -> QuerySet[Any]:
    """The counted lines of counts posted in these days, the last posted first, with what was `counted`."""
    span = ledger.span()
    rows = judged_lines(ledger.site, span.start, span.end)
    places = ledger.places()
    if places is not None:
        rows = rows.filter(count__location__equipment__in=places)
    rows = ledger.of_shift(rows, span, "count__posted_at").annotate(counted=F("book") + F("difference"))
    related = ("count__location__equipment", "definition", "lot", "sublot")
    found: QuerySet[Any] = rows.select_related(*related).order_by("-count__posted_at", "count", "pk")
    return found
