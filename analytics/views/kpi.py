"""The KPI book: every figure with its formula and its value, and a page for each with where it comes from."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from analytics import permissions
from analytics.engine.book import BOOK, COMPUTED
from analytics.engine.book_iso import ISO_34
from analytics.engine.book_own import OWN_MACHINES
from analytics.engine.book_reported import REPORTED
from analytics.engine.kpi import Basis, Kpi, KpiValue, Missing, Trend
from analytics.engine.targets import TargetLine, TargetPeriod
from analytics.engine.trust import Mark
from analytics.selectors.kpis import KpiRow, KpiTable, kpi_table, kpi_values
from analytics.selectors.series import POSSIBLE, By
from analytics.selectors.targets import Targets, targets_at
from analytics.views import drawings, kpi_words
from analytics.views.kpi_words import number_and_unit, printed
from analytics.views.losses_words import MARK, trust_words
from analytics.views.window import ChosenWindow, chosen_window
from mom.core.errors import NotFound
from mom.core.web.views import Action, Crumb, DetailPage, Page
from mom.plant.engine.calendar import local_day

__all__ = ["KpiBook", "KpiDetail", "number_and_unit", "printed"]

MOST_ROWS = 200
PARTS: tuple[tuple[str | Promise, tuple[Kpi, ...]], ...] = (
    ("ISO 22400-2", ISO_34),
    (gettext_lazy("More of machines and orders"), OWN_MACHINES),
    (gettext_lazy("Reported work"), REPORTED),
)
PERIOD_OF = {By.DAY: TargetPeriod.DAY, By.WEEK: TargetPeriod.WEEK, By.MONTH: TargetPeriod.MONTH}


@dataclass(frozen=True)
class BookRow:
    """A figure of the book with its value."""

    kpi: Kpi
    value: str
    why: str
    range: str
    target: str
    is_off: bool

    @classmethod
    def of(cls, kpi: Kpi, value: KpiValue | None, targets: Targets) -> "BookRow":
        """What the table shows."""
        if value is None:
            return cls(kpi, "", str(_(kpi.no_record)), "", "", is_off=False)
        target = targets.of(kpi.id)
        return cls(
            kpi,
            printed(kpi, value),
            kpi_words.why_none(value),
            kpi_words.range_words(kpi, value),
            target_words(kpi, target, value),
            is_off_target(kpi, value, target),
        )


def target_words(kpi: Kpi, target: TargetLine | None, value: KpiValue) -> str:
    """A target in the figure's unit; empty without one."""
    return "" if target is None else kpi_words.amount(kpi, target.value, value.unit, value.per)


def is_off_target(kpi: Kpi, value: KpiValue, target: TargetLine | None) -> bool:
    """Whether the value misses the target on the side that is worse."""
    if target is None or value.value is None or kpi.trend == Trend.NEITHER:
        return False
    return value.value < target.value if kpi.trend == Trend.HIGHER else value.value > target.value


class KpiBook(Page):
    """All figures of the site over the chosen days."""

    permission = permissions.VIEW
    title = gettext_lazy("KPI book")
    intro = gettext_lazy("Every figure is defined once. Pages, exports and the API all use this definition.")
    template_name = "analytics/kpi/list.html"

    def get_actions(self) -> list[Action]:
        """Targets and the rule of reckoning; for who may: compute again."""
        actions = [
            Action(_("Targets"), reverse("analytics:target_list"), "gauge"),
            Action(_("Time without an order"), reverse("analytics:reckoning_list"), "clock"),
        ]
        if self.may(permissions.RECOMPUTE):
            actions.append(Action(_("Compute again"), reverse("analytics:recompute"), "undo"))
        return actions

    def get_context(self) -> dict[str, Any]:
        """The definitions with their values; statements do not depend on their number."""
        chosen = chosen_window(self.site, self.request.GET, local_day(self.now, self.site.zone))
        values = kpi_values(COMPUTED, self.site, chosen.window, now=self.now)
        targets = targets_at(self.site, self.now)
        parts = [
            (label, [BookRow.of(kpi, values.get(kpi.id), targets) for kpi in kpis], index)
            for index, (label, kpis) in enumerate(PARTS)
        ]
        computed = sum(1 for kpi in ISO_34 if kpi.basis != Basis.NONE)
        return {"chosen": chosen, "parts": parts, "computed": computed, "all_iso": len(ISO_34)}


@dataclass(frozen=True)
class ValueRow:
    """A slice of a figure as the table shows it."""

    row: KpiRow
    url: str
    value: str
    why: str
    range: str
    target: str
    is_off: bool
    mark: tuple[str, str | Promise] | None
    doubts: str
    why_url: str


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
        """The chart over time, the table by slice, the definition."""
        kpi: Kpi = self.subject
        asked_variant = self.request.GET.get("variant", "")
        variant = asked_variant if asked_variant in kpi.variant_names else kpi.variant
        chosen = chosen_window(self.site, self.request.GET, local_day(self.now, self.site.zone))
        context = {"chosen": chosen, "keep": {"variant": variant} if variant else {}, "fields": fields_of(kpi, variant),
                   "note": kpi.note, "variants": [(name, kpi_words.VARIANT[name], name == variant)
                                                  for name in kpi.variant_names]}  # fmt: skip
        return context | (self._figures(kpi, variant, chosen) if kpi.basis != Basis.NONE else {})

    def _figures(self, kpi: Kpi, variant: str, chosen: ChosenWindow) -> dict[str, Any]:
        possible = [by for by in kpi_words.BY if by in POSSIBLE[kpi.basis]]
        asked = self.request.GET.get("by", "")
        by = By(asked) if asked in possible else next(iter(possible), None)
        step = By(drawings.step_for(chosen.window))
        has_steps = step in POSSIBLE[kpi.basis]
        over_time = kpi_table(
            kpi, self.site, chosen.window, step if has_steps else By.SITE, variant=variant, now=self.now
        )
        targets = targets_at(self.site, self.now, [kpi.id])
        rows, left_out = [], 0
        if by is not None:
            table = kpi_table(kpi, self.site, chosen.window, by, variant=variant, now=self.now)
            ranked = sorted(table.rows, key=lambda row: (row.value.value is None, -(row.value.value or 0)))
            left_out = max(0, len(ranked) - MOST_ROWS)
            rows = [self._row(kpi, row, by, targets, chosen) for row in ranked[:MOST_ROWS]]
        target = targets.of(kpi.id, period=PERIOD_OF[step])
        return {
            "by": by,
            "tabs": [(each.value, kpi_words.BY[each], each == by) for each in possible],
            "rows": rows,
            "left_out": left_out,
            "is_trusted": any(row.mark for row in rows),
            "has_targets": bool(targets.lines),
            "export_url": _export_url(kpi, variant, by or step, chosen),
            "chart": drawings.kpi_over_time(over_time, target.value if target else None)
            if has_steps and not _is_mixed_throughout(over_time)
            else None,
        } | _whole(kpi, over_time, targets)

    def _row(self, kpi: Kpi, row: KpiRow, by: By, targets: Targets, chosen: ChosenWindow) -> ValueRow:
        of_place = row.slice.pk if by in {By.MACHINE, By.LINE, By.AREA, By.PLACE} else None
        of_material = row.slice.pk if by == By.MATERIAL else None
        target = targets.of(kpi.id, of_place, of_material)
        narrowed = _WHY_BY.get((kpi.basis, by), "")
        why_url = ""
        if narrowed and row.slice.key:
            window = {narrowed: row.slice.key, "first": chosen.window.first, "last": chosen.window.last}
            why_url = f"{reverse('analytics:why', args=[kpi.id])}?{urlencode(window)}"
        return ValueRow(
            row,
            _address(by, row),
            printed(kpi, row.value),
            kpi_words.why_none(row.value),
            kpi_words.range_words(kpi, row.value) if by != By.CHARACTERISTIC else "",
            target_words(kpi, target, row.value),
            is_off_target(kpi, row.value, target),
            MARK[row.trust.mark] if row.trust and row.trust.mark != Mark.NONE else None,
            trust_words(row.trust) if row.trust else "",
            why_url,
        )


def _export_url(kpi: Kpi, variant: str, by: By, chosen: ChosenWindow) -> str:
    asked = {"by": by.value, "variant": variant, "first": chosen.window.first, "last": chosen.window.last}
    return f"{reverse('analytics:kpi_export', args=[kpi.id])}?{urlencode(asked)}"


def _is_mixed_throughout(table: KpiTable) -> bool:
    """There is nothing to draw, not for want of data but because units don't add up."""
    return table.whole.missing == Missing.MIXED_UNITS and all(row.value.value is None for row in table.rows)


def _whole(kpi: Kpi, table: KpiTable, targets: Targets) -> dict[str, Any]:
    target, is_mixed = targets.of(kpi.id), table.whole.missing == Missing.MIXED_UNITS
    return {
        "whole": printed(kpi, table.whole),
        "whole_why": _("told apart below") if is_mixed else kpi_words.why_none(table.whole),
        "whole_range": kpi_words.range_words(kpi, table.whole),
        "whole_target": target_words(kpi, target, table.whole),
        "is_off": is_off_target(kpi, table.whole, target),
        "mark": MARK[table.trust.mark] if table.trust else None,
        "doubts": trust_words(table.trust) if table.trust else "",
    }


def fields_of(kpi: Kpi, variant: str) -> list[tuple[str, str]]:
    """The definition's fields as KPI-ML names them, for people."""
    formula = kpi.variants[variant].formula if variant in kpi.variants else kpi.formula
    fields = [
        (_("Formula"), _(formula)),
        (_("Range"), ". ".join(part for part in (kpi_words.natural_range(kpi), _(kpi.range_note) if kpi.range_note
                                                else "") if part)),
        (_("Trend"), str(kpi_words.TREND[kpi.trend])),
        (_("Timing"), ", ".join(str(kpi_words.TIMING[each]) for each in kpi.timing)),
        (_("For"), ", ".join(str(kpi_words.AUDIENCE[each]) for each in kpi.audience)),
        (_("Production"), ", ".join(str(kpi_words.METHODOLOGY[each]) for each in kpi.methodology)),
        (_("Source"), kpi.source),
        (_("Version"), str(kpi.version)),
    ]  # fmt: skip
    if kpi.variants:
        fields.insert(1, (_("Formula used"), str(kpi_words.VARIANT[variant])))
    return fields


_LEDGERS = (Basis.PASSES, Basis.PLANNED, Basis.MAINTENANCE, Basis.COUNTS)
_WHY_BY = {
    (Basis.MACHINES, By.MACHINE): "machine", (Basis.MAINTENANCE, By.MACHINE): "machine",
    (Basis.COUNTS, By.PLACE): "place", **{(basis, By.SHIFT): "shift" for basis in _LEDGERS},
}  # fmt: skip
"""What of a figure opens to its "why", and how that is narrowed in the address."""
_ADDRESS = {
    By.MACHINE: "plant:machine_detail",
    By.ORDER: "production:order_detail",
    By.PERSON: "plant:person_detail",
    By.MATERIAL: "plant:material_detail",
    By.PLACE: "inventory:place_detail",
}


def _address(by: By, row: KpiRow) -> str:
    if by == By.CHARACTERISTIC:
        return reverse("quality:chart_detail", args=[row.slice.pk])
    return reverse(_ADDRESS[by], args=[row.slice.key]) if by in _ADDRESS and row.slice.pk else ""
