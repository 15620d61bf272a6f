"""OEE and losses: what is lost, where, and whether it gets better. One window, both schools, every number from sums."""

from datetime import date, time, timedelta
from functools import cached_property
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from analytics import permissions
from analytics.engine import oee as engine
from analytics.engine.machine_parts import MachineTotals, total
from analytics.engine.oee import School
from analytics.engine.reliability import mean, operating_hours
from analytics.engine.trust import Trust, trust
from analytics.reports.sheets import Sheet, workbook
from analytics.selectors import losses
from analytics.selectors.freshness import age_of_most, ages
from analytics.selectors.reckoning import without_order_in
from analytics.selectors.slices import Window
from analytics.views import losses_drawings as drawings
from analytics.views import losses_rows as tables
from analytics.views import losses_words as words
from analytics.views.losses_live import LivePage
from analytics.views.losses_window import PRESETS, Period, chosen_period
from mom.core.web import exports, printing
from mom.plant.engine.calendar import instant

MOST_MACHINES = 5  # of an area on the page; the area's own page and the export have all
SHIFTS_AT_ONCE = 31  # days up to which the table of shifts stands on the page at once
EXPORTS = ("csv", "xlsx")


class OeeAndLosses(LivePage):
    """The page over the chosen window; `?export=` gives the same as a file."""

    permission = permissions.VIEW
    title = _("OEE and losses")
    template_name = "analytics/losses/page.html"
    live_template_name = "analytics/losses/_live.html"

    @property
    def is_live(self) -> bool:  # type: ignore[override]
        """Whether it refreshes by itself: a single running day does; a longer sum moves too little to be watched."""
        return self.period.is_running and self.period.days == 1

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.GET.get("part") == "shifts":
            return TemplateResponse(request, "analytics/losses/_shifts.html", {"shifts": self.shifts})
        kind = request.GET.get("export", "")
        if kind in EXPORTS:
            return self.export(kind)
        return super().get(request, *args, **kwargs)

    @cached_property
    def period(self) -> Period:
        """What the address asks for."""
        return chosen_period(self.site, self.request.GET, self.now)

    @cached_property
    def school(self) -> School:
        """Whose view the tables and charts take; the head shows both."""
        return School.TPM if self.request.GET.get("school") == School.TPM else School.ISO

    @cached_property
    def asked(self) -> losses.Asked:
        """The window for the selectors."""
        return self.period.asked(self.site)

    @cached_property
    def running(self) -> list[Any]:
        """The running shifts in it."""
        return losses.running_of(self.asked)

    @cached_property
    def both_sums(self) -> tuple[dict[int, MachineTotals], dict[date, MachineTotals]]:
        """By machine and over time, which one statement reads."""
        return losses.sums_and_trend(self.asked, self.period.step, self.running)

    @property
    def sums(self) -> dict[int, MachineTotals]:
        """Everything by machine."""
        return self.both_sums[0]

    @property
    def has_shifts_later(self) -> bool:
        """Whether the table of shifts comes by itself, after the page: of long windows it takes as long as the rest."""
        return self.period.days > SHIFTS_AT_ONCE and not self.period.shift

    @cached_property
    def shifts(self) -> list[tables.SumRow]:
        """Each shift."""
        if self.period.shift:
            found = {self.period.shift: total(self.sums.values())} if self.sums else {}
        else:
            found = losses.sums_by_shift(self.asked, self.running)
        return tables.shift_rows(found, self.period.shifts, self.school)

    @property
    def trend(self) -> dict[date, MachineTotals]:
        """What OEE is made of over time."""
        return self.both_sums[1]

    @cached_property
    def lost(self) -> list[losses.LostTime]:
        """Stopped time by reason."""
        return losses.lost_times(self.asked)

    @cached_property
    def machines(self) -> list[tables.SumRow]:
        """Each machine, most lost time first."""
        sources = losses.piece_sources(self.site, self.now)
        return tables.machine_rows(self.sums, self.period.tree, sources, self.school)

    @cached_property
    def trust(self) -> Trust:
        """How far the figures can be trusted; how fresh they are where they reach to now."""
        place = self.period.place.pk if self.period.place else None
        window = Window(self.period.first, self.period.last)
        heard = ages(self.site, window, self.now, place) if self.period.is_running else {}
        return trust(total(self.sums.values()), age_of_most(heard))

    def get_context(self) -> dict[str, Any]:
        """Eleven statements at most with the frame's, whatever the window and the number of machines."""
        period, totals = self.period, total(self.sums.values())
        query = self.kept()
        rank = "count" if self.request.GET.get("rank") == "count" else "minutes"
        group = self.request.GET.get("group", "")[:64].replace("\0", "")
        target = self.target
        return {
            "period": period,
            "presets": [(key, label, key == period.preset) for key, label in PRESETS.items()],
            "schools": [words.school_view(totals, each) for each in School],
            "school": self.school,
            "trust_mark": words.MARK[self.trust.mark],
            "trust_words": words.trust_words(self.trust),
            "others": self.other_figures(totals),
            "waterfall": drawings.where_the_minutes_went(totals, self.school),
            "big": tables.big_loss_rows(totals, self.school),
            "target": printing.percent(target) if target is not None else "",
            "planned": words.minutes_words(engine.planned_time(totals, self.school)),
            "trend": drawings.oee_over_time(self.trend, period.step, period.first, period.last, self.school, target),
            "shifts": [] if self.has_shifts_later else self.shifts,
            "shifts_url": f"?{self.with_more('part', 'shifts')}" if self.has_shifts_later else "",
            "areas": tables.loss_tree(self.machines, self.school, 200 if period.place else MOST_MACHINES),
            "pareto": drawings.reasons(self.lost, rank, group, reverse("analytics:loss_stops"), query),
            "legend": tables.LEGEND,
            "rank": rank,
            "group": next((row.group_name or row.group_code for row in self.lost if row.group_code == group), ""),
            "sources": self.source_words(),
            "without_order": words.rule_words(self.without_order),
            "stops_url": f"{reverse('analytics:loss_stops')}?{self.request.GET.urlencode()}",
            "has_data": bool(totals.calendar or totals.produced),
            "export_links": [(kind.upper(), f"?{self.with_more('export', kind)}") for kind in EXPORTS],
        }

    @cached_property
    def without_order(self) -> list[str]:
        """What time without an order counted as over these days."""
        first, after = self.period.first, self.period.last + timedelta(days=1)
        start, until = (instant(day, time(0), self.site.zone) for day in (first, after))
        return without_order_in(self.site, start, until)

    @cached_property
    def target(self) -> Any:
        """The target of OEE for this place and product, as it holds on the last day shown; None without one."""
        at = min(self.now, instant(self.period.last + timedelta(days=1), time(0), self.site.zone))
        return losses.oee_target(self.asked, self.period.tree, self.period.place, at)

    def kept(self) -> dict[str, str]:
        """What a link into the stops takes along."""
        names = ("window", "first", "last", "at", "shift", "material")
        return {name: self.request.GET[name] for name in names if self.request.GET.get(name)}

    def with_more(self, name: str, value: str) -> str:
        """This view's address, as a file or as a part of the page."""
        query = self.request.GET.copy()
        query[name] = value
        return query.urlencode()

    def other_figures(self, totals: MachineTotals) -> list[tuple[str, str, Any]]:
        """The figures beside OEE, each with its range and what it says."""
        hours = operating_hours(totals)
        between = mean(hours, totals.failure_count)
        repair = mean(_hours(totals.breakdown), totals.failure_count)
        return [
            ("NEE", words.figure(engine.nee(totals), totals).text, _("Setup is no loss")),
            ("OOE", words.figure(engine.ooe(totals), totals).text, _("Of the whole schedule")),
            ("TEEP", words.figure(engine.teep(totals), totals).text, _("Of all 24 hours")),
            (
                "MTBF",
                _printed_hours(between),
                _("%(count)s failures") % {"count": printing.number(totals.failure_count)},
            ),
            ("MTTR", _printed_time(repair), _("Until it runs again")),
        ]

    def source_words(self) -> str:
        """Where the pieces come from, counted over machines."""
        counts: dict[str, int] = {}
        for row in self.machines:
            counts[row.source] = counts.get(row.source, 0) + 1
        if len(counts) == 1:
            return next(iter(counts))
        return ", ".join(f"{name} ({count})" for name, count in sorted(counts.items()))

    def export(self, kind: str) -> HttpResponse:
        """The tables of this view: machines as CSV, everything as a workbook."""
        name = f"{self.get_title()} {self.period.first} {self.period.last}"
        if kind == "csv":
            return exports.respond(kind, name, tables.MACHINE_COLUMNS, self.machines)  # type: ignore[return-value]
        sheets = [
            Sheet(_("Machines"), tables.MACHINE_COLUMNS, self.machines),
            Sheet(_("Shifts"), tables.SHIFT_COLUMNS, self.shifts),
            Sheet(_("Over time"), tables.TREND_COLUMNS, tables.trend_rows(self.trend, self.school)),
            Sheet(_("Reasons"), tables.REASON_COLUMNS, tables.reason_rows(self.lost)),
        ]
        return file_answer(workbook(sheets), exports.file_name(kind, name))


XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def file_answer(content: bytes, name: str, media: str = XLSX) -> HttpResponse:
    """A file to keep."""
    response = HttpResponse(content, content_type=media)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _hours(length: int) -> Any:
    return words.minutes(length) / 60


def _printed_time(value: Any) -> str:
    return printing.unknown() if value is None else printing.duration(value * 3600)


def _printed_hours(value: Any) -> str:
    return printing.unknown() if value is None else printing.hours(value * 3600)
