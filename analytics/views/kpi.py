"""The KPI book: every figure with its formula and its value, and a page for each with where it comes from."""

from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from analytics import permissions
from analytics.engine.book import BOOK, KPIS
from analytics.engine.kpi import Kpi, KpiValue, Missing
from analytics.selectors.kpis import kpi_table
from analytics.selectors.slices import By, parts_total
from analytics.views import drawings
from analytics.views.window import chosen_window
from mom.core.errors import NotFound
from mom.core.web import printing
from mom.core.web.views import Action, Crumb, DetailPage, Page
from mom.plant.engine.calendar import local_day

BY_LABELS = {
    By.MACHINE: gettext_lazy("Machines"),
    By.PERSON: gettext_lazy("People"),
    By.MATERIAL: gettext_lazy("Materials"),
    By.ORDER: gettext_lazy("Orders"),
}
MOST_ROWS = 200
COUNT = "C62"  # the unit of a figure that counts breakdowns or orders, which are no pieces


def printed(kpi: Kpi, value: KpiValue) -> str:
    """A figure as people read it; why there is none where there is none."""
    if value.missing == Missing.MIXED_UNITS:
        return _("several units")
    if value.value is None:
        return printing.unknown()
    if value.unit == "P1":
        return printing.percent(value.value)
    if value.unit == "HUR":
        return f"{printing.number(value.value, 1)}{printing.SPACE}{_('h')}"
    if value.unit == "DAY":
        return f"{printing.number(value.value, 1)}{printing.SPACE}{_('d')}"
    return printing.quantity(_plain(value.value), "" if kpi.unit == COUNT else value.unit)


def number_and_unit(text: str) -> tuple[str, str]:
    """A printed figure in its two parts; a tile shows the unit smaller."""
    number, _space, unit = text.rpartition(printing.SPACE)
    return (number, unit) if number else (unit, "")


def _plain(value: Decimal) -> Decimal:
    return value.quantize(Decimal(1)) if value == value.to_integral_value() else value.quantize(Decimal("0.001"))


class KpiBook(Page):
    """All figures of the site over the chosen days."""

    permission = permissions.VIEW
    title = gettext_lazy("KPI book")
    intro = gettext_lazy("Every figure is defined once. Pages, exports and the API all use this definition.")
    template_name = "analytics/kpi/list.html"

    def get_actions(self) -> list[Action]:
        """For who may: compute again."""
        if not self.may(permissions.RECOMPUTE):
            return []
        return [Action(_("Compute again"), reverse("analytics:recompute"), "undo")]

    def get_context(self) -> dict[str, Any]:
        """The definitions with their values; statements do not depend on their number."""
        chosen = chosen_window(self.site, self.request.GET, local_day(self.now, self.site.zone))
        parts = parts_total(self.site, chosen.window)
        rows = [(kpi, printed(kpi, kpi.of(parts))) for kpi in KPIS]
        return {"chosen": chosen, "rows": rows}


class KpiDetail(DetailPage):
    """One figure: over time, by what the reader chooses, and how it is made."""

    permission = permissions.VIEW
    template_name = "analytics/kpi/detail.html"
    subject_name = "kpi"

    def get_subject(self) -> Kpi:
        """Raises: NotFound."""
        if self.kwargs["id"] not in BOOK:
            raise NotFound(_("The KPI book has no such figure."))
        return BOOK[self.kwargs["id"]]

    def get_title(self) -> str:
        """The figure's name."""
        return _(self.subject.name)

    def get_crumbs(self) -> list[Crumb]:
        """Up to the book."""
        return [Crumb(_("KPI book"), reverse("analytics:kpi_list"))]

    def get_context(self) -> dict[str, Any]:
        """The chart over time and the table by slice."""
        chosen = chosen_window(self.site, self.request.GET, local_day(self.now, self.site.zone))
        asked = self.request.GET.get("by", "")
        by = By(asked) if asked in {each.value for each in BY_LABELS} else By.MACHINE
        over_time = kpi_table(self.subject, self.site, chosen.window, drawings.step_for(chosen.window))
        table = kpi_table(self.subject, self.site, chosen.window, by)
        ranked = sorted(table.rows, key=lambda row: (row.value.value is None, -(row.value.value or 0)))
        return {
            "chosen": chosen,
            "keep": {"by": by.value},
            "by": by,
            "tabs": [(each.value, label, each == by) for each, label in BY_LABELS.items()],
            "rows": [(row.slice, printed(self.subject, row.value)) for row in ranked[:MOST_ROWS]],
            "left_out": max(0, len(ranked) - MOST_ROWS),
            "whole": printed(self.subject, over_time.whole),
            "chart": drawings.kpi_over_time(over_time),
        }
