"""The overview: are we on plan, where is it not normal, what to do first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.cache import get_conditional_response, set_response_etag
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from analytics import permissions
from analytics.engine.kpi import Kpi, Missing
from analytics.engine.parts import Times
from analytics.selectors import overview
from analytics.selectors.slices import Window
from analytics.views.kpi import number_and_unit, printed
from analytics.views.window import chosen_window
from mom.core import charts
from mom.core.web import printing
from mom.core.web.home import notices
from mom.core.web.views import Action, Page
from mom.plant.engine.calendar import local_day
from production.selectors.order import OrderFigures

LIVE = "live"
WEEK = 7
DAY = timedelta(days=1)
WORST_FIRST = {"down": 0, "warn": 1}


class Overview(Page):
    """Figures, machines, orders in work, and what needs somebody; refreshes by itself."""

    permission = permissions.VIEW
    title = gettext_lazy("Overview")
    template_name = "analytics/overview/page.html"
    is_live = True

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.headers.get("X-Requested-With") != LIVE:
            return self.render()
        answer = TemplateResponse(request, "analytics/overview/_live.html", self.frame()).render()
        set_response_etag(answer)
        return get_conditional_response(request, etag=answer.headers["ETag"], response=answer) or answer

    def get_intro(self) -> str:
        return date_format(self.today, "l j F")

    @property
    def today(self) -> date:
        """The plant's day."""
        return local_day(self.now, self.site.zone)

    def get_actions(self) -> Sequence[Action]:
        if not self.may("work.plan_work_request"):
            return ()
        return (Action(_("Add order"), reverse("production:order_new"), "plus"),)

    def get_context(self) -> dict[str, Any]:
        """Everything of the page. Statements depend neither on machines nor on orders."""
        chosen = chosen_window(self.site, None, self.today, days=WEEK)
        lines = overview.machine_lines(self.actor, self.site, chosen.window.last, self.now)
        in_work = overview.orders_in_work(self.actor, self.site, self.now)
        counts = overview.order_counts(self.actor, self.site, self.now)
        needs = overview.attention(self.actor, self.site, self.now, counts.late)
        days = [chosen.window.last - DAY * back for back in reversed(range(overview.LOAD_DAYS))]
        return {
            "notices": notices(self.request),
            "window": chosen.window,
            "window_words": window_words(chosen.window, self.today),
            "tiles": [tile_shown(tile) for tile in overview.tiles(self.site, chosen.window)],
            "waiting_days": overview.days_to_compute(self.site),
            "areas": [
                (area, [MachineRow.of(line, days) for line in members]) for area, members in overview.by_area(lines)
            ],
            "machine_count": len(lines),
            "job_count": sum(1 for line in lines if line.job),
            "days": [(index / len(days) * 100, date_format(day, "j")) for index, day in enumerate(days)],
            "orders": in_work,
            "order_count": counts.in_work,
            "has_orders": bool(in_work) or overview.has_orders(self.site),
            "attention": attention_items(needs, self.now),
            "first_machine": self.first_machine(),
            "first_order": self.first_order(),
        }

    def first_machine(self) -> Action | None:
        """The way to a first machine, for who may."""
        if not self.may("plant.change"):
            return None
        url = f"{reverse('plant:add', args=['equipment'])}?level=work_unit"
        return Action(_("Add your first machine"), url, "plus", "primary")

    def first_order(self) -> Action | None:
        """The way to a first order, for who may."""
        if not self.may("work.plan_work_request"):
            return None
        return Action(_("Add your first order"), reverse("production:order_new"), "plus", "primary")


def window_words(window: Window, today: date) -> str:
    """Which days the figures are of, and what they are held against."""
    days = (window.last - window.first).days + 1
    if window.last == today:
        return ngettext(
            "Last %(days)d day, against the day before",
            "Last %(days)d days, against the %(days)d days before",
            days,
        ) % {"days": days}
    words = {"first": printing.day(window.first), "last": printing.day(window.last)}
    return _("%(first)s to %(last)s, against as many days before") % words


@dataclass(frozen=True)
class TileShown:
    """A tile as `{% kpi %}` takes it."""

    label: str
    value: str | None
    unit: str
    foot: str
    status: str
    flag: str
    series: list[float]
    target: float | None
    url: str


def tile_shown(tile: overview.Tile) -> TileShown:
    """A figure with the period before as its yardstick; it is marked only where it got worse."""
    value, unit = number_and_unit(printed(tile.kpi, tile.now))
    has_value = tile.now.value is not None or tile.now.missing == Missing.MIXED_UNITS
    before = tile.before.value is not None
    return TileShown(
        label=_(tile.kpi.name),
        value=value if has_value else None,
        unit=unit,
        foot=_("before: %(value)s") % {"value": _before(tile)} if before else _("no earlier value"),
        status="warn" if tile.is_worse else "",
        flag=_change(tile.kpi, tile.change) if tile.change else "",
        series=[float(value) for value in tile.series if value is not None],
        target=None,
        url=reverse("analytics:kpi_detail", args=[tile.kpi.id]),
    )


def _before(tile: overview.Tile) -> str:
    """The value before; pieces without their unit, which stands beside the value and would make the line too long."""
    text = printed(tile.kpi, tile.before)
    return text if tile.kpi.unit else number_and_unit(text)[0]


def _change(kpi: Kpi, change: Decimal) -> str:
    """A difference with its sign; of percentages in points."""
    if kpi.unit == "P1":
        return _("%(change)s pts") % {"change": printing.signed(change * 100, 1)}
    if kpi.unit in {"HUR", "DAY"}:
        return printing.signed(change, 1)
    return printing.signed(change.quantize(Decimal(1)) if change == change.to_integral_value() else change, None)


@dataclass(frozen=True)
class MachineRow:
    """A machine as its row shows it."""

    line: overview.MachineLine
    ribbon: charts.Chart
    hours: str
    url: str

    @classmethod
    def of(cls, line: overview.MachineLine, days: Sequence[date]) -> "MachineRow":
        """The row with its ribbon of days."""
        code = line.machine.code
        title = _("Load of %(machine)s by day") % {"machine": code}
        spans = [
            span for index, day in enumerate(days) for span in day_spans(line.days.get(day), day, index, len(days))
        ]
        hours = printing.hours(line.load.total) if line.load.total else ""
        return cls(line, charts.ribbon(spans, title=title), hours, reverse("plant:machine_detail", args=[code]))


KINDS: tuple[tuple[str, str, str | Promise], ...] = (
    ("setup", "setup", gettext_lazy("setup")),
    ("production", "run", gettext_lazy("production")),
    ("breakdown", "down", gettext_lazy("breakdown")),
    ("other", "plan", gettext_lazy("other work")),
)


def day_spans(times: Times | None, day: date, index: int, of_days: int) -> list[charts.Span]:
    """A day's hours in its slot of the ribbon, 24 h wide; a shared station with more than 24 h is scaled to fit."""
    if times is None or not times.total:
        return []
    whole = max(times.total, DAY)
    at, spans = 0.0, []
    for name, state, word in KINDS:
        spent: timedelta = getattr(times, name)
        if spent > timedelta(0):
            share = spent / whole
            words = f"{printing.day(day)}: {word} {printing.duration(spent)}"
            spans.append(charts.Span(state, (index + at) / of_days, (index + at + share) / of_days, words))
            at += share
    return spans


@dataclass(frozen=True)
class AttentionItem:
    """One thing that needs somebody: what, since when, the effect, and the one act."""

    state: str
    title: str
    since: str
    text: str
    action: Action


def attention_items(found: overview.Attention, now: datetime) -> tuple[list[AttentionItem], int]:
    """The list, worst first, and how many there are in all."""
    items = [*(_held(job) for job in found.held_jobs), *(_late(order, now) for order in found.late_orders)]
    items += [_import(run) for run in found.imports]
    return sorted(items, key=lambda item: WORST_FIRST[item.state]), found.count


def _held(job: Any) -> AttentionItem:
    place = job.equipment.code if job.equipment else _("no machine")
    return AttentionItem(
        "down",
        _("Job %(job)s is held") % {"job": job.code},
        place,
        _("%(operation)s, order %(order)s. It stands until somebody resumes it.")
        % {"operation": job.operation, "order": job.work_request.code},
        Action(_("Open job"), reverse("work:job_detail", args=[job.code])),
    )


def _late(order: Any, now: datetime) -> AttentionItem:
    figures = OrderFigures(order, now)
    words = {"good": printing.number(figures.good), "quantity": printing.quantity(figures.quantity, figures.unit)}
    return AttentionItem(
        "warn",
        _("Order %(order)s is late") % {"order": order.code},
        printing.duration(now - order.due_at),
        _("%(good)s of %(quantity)s good.") % words if figures.quantity is not None else figures.material,
        Action(_("Open order"), reverse("production:order_detail", args=[order.code])),
    )


def _import(run: Any) -> AttentionItem:
    if run.refused:
        text = ngettext("%(rows)d row was refused.", "%(rows)d rows were refused.", run.refused) % {"rows": run.refused}
    else:
        text = run.error or _("Nothing of it is in.")
    return AttentionItem(
        "warn", run.title, printing.moment(run.finished_at), text, Action(_("See the rows"), reverse("erp:import_list"))
    )
