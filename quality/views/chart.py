"""Control charts on pages: listed, looked at with what the rules say, limits frozen."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from mom.core import charts
from mom.core.web import printing
from mom.core.web.lists import Empty, ListPage
from mom.core.web.tables import Column
from mom.core.web.views import Action, Crumb, DetailPage, FormPage
from quality import permissions
from quality.engine.capability import Index
from quality.engine.terms import ChartKind
from quality.forms import LimitsForm
from quality.models import ControlChart, Sample
from quality.rule_words import headline_words, sample_words, signal_words
from quality.selectors.chart import ChartView, chart_get, chart_list, chart_view
from quality.services.control_limits import USUAL_SAMPLES, Basis, freeze
from quality.subjects import nonconformance_url
from quality.views.control_plan import limits_words

LIVE = "live"
ENOUGH = 1.33
"""The least that a capable process shows. Source: ISO 22514-2; customary in the trade."""


def chart_url(chart: ControlChart) -> str:
    """The page of a chart."""
    return reverse("quality:chart_detail", args=[chart.pk])


class ControlChartList(ListPage):
    """Every chart of the site."""

    permission = permissions.VIEW
    title = _("Control charts")
    intro = _("One of each characteristic at each machine. A sample is judged when it is stored.")
    counted = ngettext_lazy("%(count)s chart", "%(count)s charts", "count")
    columns = (
        Column("characteristic", _("Characteristic"), str, kind="code", sort=("plan_code", "characteristic_code"),
               link=chart_url),
        Column("product", _("Product"), "material.code", kind="code", sort="material__code"),
        Column("machine", _("Machine"), "equipment.code", kind="code", sort="equipment__code"),
        Column("points", _("Samples"), "points", kind="number", sort="points"),
    )  # fmt: skip
    default_sort = "characteristic"
    search_fields = ("plan_code", "characteristic_code", "material__code", "equipment__code")
    search_label = _("Find a chart")

    @property
    def empty(self) -> Empty:  # type: ignore[override]
        return Empty(_("Nothing was measured yet"), _("The first sample of a characteristic begins its chart."), "qual")

    def get_rows(self) -> Any:
        return chart_list(self.actor, self.site)


class ControlChartDetail(DetailPage):
    """One chart: means and ranges with their limits, what the rules say, capability, the samples."""

    permission = permissions.VIEW
    template_name = "quality/chart/detail.html"
    live_template_name = "quality/chart/_live.html"
    subject_name = "chart"
    is_live = True

    def get_subject(self) -> ControlChart:
        return chart_get(self.actor, self.site, self.kwargs["pk"])

    @cached_property
    def shown(self) -> ChartView:
        return chart_view(self.subject)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.headers.get("X-Requested-With") == LIVE:
            return TemplateResponse(request, self.live_template_name, self.frame())
        return self.render()

    def get_title(self) -> str:
        about = self.shown.characteristic
        machine = self.subject.equipment
        return _t("%(name)s at %(machine)s") % {"name": about.name, "machine": machine.code} if machine else about.name

    def get_intro(self) -> str:
        about, limits = self.shown.characteristic, self.shown.limits
        frozen = _t("limits frozen %(day)s") % {"day": printing.day(limits.valid_from)} if limits else _t("no limits")
        parts = [self.subject.material.code, limits_words(about), f"n = {about.sample_size}", frozen]
        return ", ".join(part for part in parts if part)

    def get_crumbs(self) -> Sequence[Crumb]:
        return (Crumb(_("Control charts"), reverse("quality:chart_list")),)

    def get_actions(self) -> Sequence[Action]:
        if self.shown.characteristic.chart == ChartKind.NONE or not self.may(permissions.SET_LIMITS):
            return ()
        return (Action(_("Freeze limits"), reverse("quality:chart_limits", args=[self.subject.pk]), "lock"),)

    def get_context(self) -> dict[str, Any]:
        """Three statements, whatever the history."""
        shown = self.shown
        signals = [point for point in shown.points if point.nonconformance is not None]
        return {
            "shown": shown,
            "mean_chart": _mean_chart(shown),
            "range_chart": _range_chart(shown) if shown.characteristic.chart != ChartKind.NONE else None,
            "indices": _indices(shown),
            "latest": signals[-1] if signals else None,
            "latest_words": headline_words(signals[-1]) if signals else "",
            "latest_url": nonconformance_url(signals[-1].nonconformance) if signals else "",
            "rows": [(each, sample_words(each)) for each in reversed(shown.points)],
        }


def _printer(shown: ChartView) -> Any:
    places = max(
        (-exponent for limit in (shown.characteristic.lower_limit, shown.characteristic.upper_limit)
         if limit is not None and isinstance(exponent := limit.normalize().as_tuple().exponent, int)),
        default=0,
    )  # fmt: skip
    return lambda value: printing.number(Decimal(repr(value)), max(places, 0) + 1)


def _when(point: Sample) -> str:
    return str(printing.short_moment(point.taken_at))


def _point(point: Sample, value: float | None, finding: str, *, is_bad: bool) -> charts.ControlPoint:
    tone = "" if not finding else "bad" if is_bad else "warn"
    url = nonconformance_url(point.nonconformance) if finding and point.nonconformance is not None else ""
    return charts.ControlPoint(_when(point), value, finding, tone, url)


def _mean_chart(shown: ChartView) -> charts.Chart:
    about, limits, printed = shown.characteristic, shown.limits, _printer(shown)
    lines = []
    if limits is not None:
        lines = [
            charts.ControlLine(limits.upper, f"UCL {printed(limits.upper)}", "limit"),
            charts.ControlLine(limits.centre, _t("mean %(value)s") % {"value": printed(limits.centre)}, "target"),
            charts.ControlLine(limits.lower, f"LCL {printed(limits.lower)}", "limit"),
        ]
    what = _t("Mean of %(many)d") % {"many": about.sample_size} if about.sample_size > 1 else _t("Value")
    unit = printing.unit(about.unit) if about.unit else ""
    points = []
    for each in shown.points:
        finding = ", ".join(
            part for part in (_out_words(each), signal_words(each.rules, is_range_beyond=False)) if part
        )
        share = each.out_of_limits / each.size
        points.append(
            _point(each, share if each.mean is None else each.mean, finding,
                   is_bad=1 in each.rules or each.out_of_limits > 0)
        )  # fmt: skip
    return charts.control_chart(
        points, lines, title=f"{what}, {unit}" if unit else _t("Share that failed"),
        head=(_t("When"), what, _t("Finding")), printed=printed, empty=_t("Nothing was measured yet."),
    )  # fmt: skip


def _out_words(sample: Sample) -> str:
    if not sample.out_of_limits:
        return ""
    return _t("%(bad)d of %(many)d out of tolerance") % {"bad": sample.out_of_limits, "many": sample.size}


def _range_chart(shown: ChartView) -> charts.Chart:
    about, limits, printed = shown.characteristic, shown.limits, _printer(shown)
    lines = []
    if limits is not None:
        lines = [
            charts.ControlLine(limits.range_upper, f"UCL {printed(limits.range_upper)}", "limit"),
            charts.ControlLine(
                limits.range_centre, _t("mean %(value)s") % {"value": printed(limits.range_centre)}, "target"
            ),
        ]
    what = _t("Range of %(many)d") % {"many": about.sample_size} if about.sample_size > 1 else _t("Moving range")
    points = [
        _point(each, each.range, _t("Range beyond its limits") if each.is_range_beyond else "", is_bad=True)
        for each in shown.points
    ]
    return charts.control_chart(
        points, lines, title=f"{what}, {printing.unit(about.unit)}", head=(_t("When"), what, _t("Finding")),
        printed=printed, empty=_t("Nothing was measured yet."), height=150, is_from_zero=True,
    )  # fmt: skip


def _indices(shown: ChartView) -> list[tuple[str, str, str, str]]:
    """Name, value, interval of 95 %, tone."""
    found = shown.capability
    if found is None:
        return []
    rows: list[tuple[str, Index | None]] = [
        ("Cp", found.cp), ("Cpk", found.cpk), ("Pp", found.pp), ("Ppk", found.ppk)
    ]  # fmt: skip

    def two(value: float) -> str:
        return printing.number(Decimal(f"{value:.2f}"), 2)

    return [
        (name, two(each.value), _t("%(low)s to %(high)s") % {"low": two(each.low), "high": two(each.high)},
         "" if each.value >= ENOUGH else "warn")
        for name, each in rows
        if each is not None
    ]  # fmt: skip


class FreezeLimits(FormPage):
    """Freezes limits of a chart, computed of its samples."""

    permission = permissions.SET_LIMITS
    title = _("Freeze limits")
    form_class = LimitsForm
    submit_label = _("Freeze limits")
    success_message = _("The limits hold from now on. What was judged before stays.")

    @cached_property
    def chart(self) -> ControlChart:
        """Raises: NotFound."""
        return chart_get(self.actor, self.site, self.kwargs["pk"])

    def get_intro(self) -> str:
        return _t("Limits should rest on about %(many)d samples of a steady run.") % {"many": USUAL_SAMPLES}

    def get_crumbs(self) -> Sequence[Crumb]:
        return (Crumb(_("Control charts"), reverse("quality:chart_list")), Crumb(str(self.chart), self.cancel_url))

    @property
    def cancel_url(self) -> str:  # type: ignore[override]
        return chart_url(self.chart)

    def get_initial(self) -> dict[str, Any]:
        return {"first": max(1, self.chart.points - USUAL_SAMPLES + 1), "last": max(1, self.chart.points)}

    def submit(self, form: Any) -> str:
        """Raises: MomError."""
        data = form.cleaned_data
        freeze(self.actor, self.chart.pk, Basis(data["first"], data["last"], data["left_out"]), data["reason"])
        return self.cancel_url
