"""The overview: are we on plan, where is it not normal, what to do first."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from analytics import permissions
from analytics.engine.machine_parts import MachineTotals, total
from analytics.selectors import overview, shift_now
from analytics.selectors.live import LiveMachine, live_machines
from analytics.selectors.shift_now import ShiftWindow
from analytics.views import attention, shift_rows, shift_tiles
from analytics.views.overview_live import answer_rows, answer_whole, drawn_rows, judged_rows, site_targets
from analytics.views.overview_reported import reported
from analytics.views.why_links import why_url
from mom.core.web.home import notices
from mom.core.web.views import Action, Page
from mom.floor.permissions import GIVE_REASON
from mom.floor.permissions import VIEW as FLOOR_VIEW
from mom.plant.engine.calendar import local_day
from mom.work.engine.alert import is_muted
from mom.work.permissions import VIEW as WORK_VIEW
from mom.work.selectors.alert import alert_list, open_alerts

LIVE = "live"
MANY = 150  # machines beyond which the page begins with those that deviate
MOST_ROWS = 300
SPARKS = 8


class Overview(Page):
    """Figures of the shift, machines by area, what needs somebody; it moves as the machines do.

    A site whose machines send nothing sees what people reported. With `?rows=CNC-04,CNC-05` only these machines' rows
    are answered: what a page that is open asks when it hears of them.
    """

    permission = permissions.VIEW
    title = gettext_lazy("Overview")
    template_name = "analytics/overview/page.html"
    is_live = True

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.headers.get("X-Requested-With") != LIVE:
            return self.render()
        if "rows" in request.GET:
            return answer_rows(request, self.site) if self.may(FLOOR_VIEW) else HttpResponse()
        return answer_whole(request, self.actor, self.site, self.frame)

    def get_intro(self) -> str:
        words = date_format(self.today, "l j F")
        if not self.has_signals:
            return words
        shift = self.window
        if not shift.code:
            return words
        facts = {"day": words, "share": round(shift.done * 100), "shift": shift.name.lower()}
        if shift.is_running:
            return _("%(day)s, %(share)s %% of the %(shift)s done") % facts
        ran = date_format(shift.day or self.today, "l j F")
        return _("No shift runs. Result of the %(shift)s of %(day)s") % {"shift": shift.name.lower(), "day": ran}

    @property
    def today(self) -> date:
        """The plant's day."""
        return local_day(self.now, self.site.zone)

    def get_actions(self) -> Sequence[Action]:
        report = Action(_("Shift report"), reverse("analytics:shift_report"), "doc")
        if not self.may("work.plan_work_request"):
            return (report,)
        return (report, Action(_("Add order"), reverse("production:order_new"), "plus"))

    @cached_property
    def machines(self) -> list[LiveMachine]:
        """Every machine of the site."""
        return live_machines(self.site, self.now)

    @property
    def has_signals(self) -> bool:
        """Whether any machine has a timeline, for who may see it."""
        return self.may(FLOOR_VIEW) and any(machine.state_since is not None for machine in self.machines)

    @cached_property
    def plans(self) -> shift_now.Plans:
        return shift_now.plans_of(self.site, self.now)

    @cached_property
    def window(self) -> ShiftWindow:
        """The shift that is shown."""
        return shift_now.window_of(self.plans.site, self.now)

    def get_context(self) -> dict[str, Any]:
        """Everything of the page. Statements depend neither on machines nor on orders."""
        in_work = overview.orders_in_work(self.actor, self.site, self.now)
        counts = overview.order_counts(self.actor, self.site, self.now)
        needs = attention.of_work(overview.attention(self.actor, self.site, self.now, counts.late), self.now)
        shown = self.of_shift() if self.has_signals else {**reported(self), "has_signals": False}
        needs += attention.of_alerts(self.alerts, self.machines, self.now)
        items = attention.ranked([*needs, *shown.pop("needs", [])])
        return {
            "notices": notices(self.request),
            "orders": in_work,
            "order_count": counts.in_work,
            "has_orders": bool(in_work) or overview.has_orders(self.site),
            "attention": items[: attention.MOST],
            "alerts_url": self.alerts_url,
            "handled": self.handled,
            "attention_count": len(items) + max(0, counts.late - overview.MOST_OF_A_KIND),
            "first_machine": self.first_machine(),
            "first_order": self.first_order(),
            **shown,
        }

    def of_shift(self) -> dict[str, Any]:
        """Figures, rows and needs of the shift."""
        by_machine = self.totals_by_machine()
        rows = judged_rows(self.machines, self.window, by_machine, self.targets.get("oee_index"))
        deviating = [row for row in rows if row.deviates]
        is_narrow = self.is_narrow
        stops = shift_now.stop_counts(self.site, self.window.start, self.window.until)
        return {
            "has_signals": True,
            "shift": self.window,
            "tiles": shift_tiles.tiles(self.figures(by_machine, rows)),
            "states": shift_rows.counts_of(self.machines),
            "groups": self.grouped(deviating if is_narrow else rows),
            "is_narrow": is_narrow,
            "deviation_count": len(deviating),
            "machine_count": len(rows),
            "axis": shift_rows.axis_of(self.window),
            "needs": self.needs(stops),
        }

    @property
    def is_narrow(self) -> bool:
        """Whether only machines that deviate are shown: as asked, and at first where there are very many."""
        asked = self.request.GET.get("show", "")
        return asked == "deviations" or (asked != "all" and len(self.machines) > MANY)

    def totals_by_machine(self) -> Mapping[int, MachineTotals]:
        """The parts of the shift that is shown."""
        if self.window.is_running or not self.window.code:
            return {machine.equipment_id: machine.totals for machine in self.machines}
        return shift_now.result_by_machine(self.site, self.window)

    def grouped(self, rows: Sequence[shift_rows.ShiftRow]) -> list[tuple[str, list[shift_rows.ShiftRow]]]:
        """The rows by area, with what each machine did."""
        areas = shift_now.areas_of(self.site)
        groups: dict[str, list[shift_rows.ShiftRow]] = {}
        for row in drawn_rows(self.site, self.window, self.plans, rows[:MOST_ROWS]):
            groups.setdefault(areas.get(row.machine.equipment_id, ""), []).append(row)
        return list(groups.items())

    @cached_property
    def targets(self) -> Mapping[str, Decimal]:
        """The site's targets, by figure."""
        return site_targets(self.site, self.now)

    def figures(
        self, by_machine: Mapping[int, MachineTotals], rows: Sequence[shift_rows.ShiftRow]
    ) -> shift_tiles.ShiftFigures:
        """What the tiles are made of."""
        planned = [row for row in rows if row.machine.ahead is not None]
        earlier = shift_now.earlier_shifts(self.site, self.window.start - timedelta(microseconds=1), SPARKS - 1)
        return shift_tiles.ShiftFigures(
            now=total(by_machine.values()),
            earlier=[each.totals for each in earlier],
            units=frozenset(machine.unit for machine in self.machines if machine.unit),
            ahead=sum((row.machine.ahead or Decimal(0) for row in planned), Decimal(0)) if planned else None,
            jobs=len(planned),
            jobs_on_plan=sum(1 for row in planned if row.pace != "bad"),
            is_running=self.window.is_running,
            targets=self.targets,
            urls=self.urls(),
        )

    def urls(self) -> dict[str, str]:
        """Where each tile leads."""
        day = self.window.day or self.today
        found = {"oee": reverse("analytics:losses"), "downtime": reverse("analytics:loss_stops")}
        found |= {"good": why_url("machine_good", day), "yield": why_url("piece_yield", day)}
        found |= {"energy": why_url("energy_per_good", day)}
        return found | ({"jobs": reverse("work:job_list")} if self.may(WORK_VIEW) else {})

    @cached_property
    def alerts(self) -> list[Any]:
        """What is open and not muted, for who may see it."""
        if not self.may(WORK_VIEW):
            return []
        return [each for each in open_alerts(self.site, self.now) if not is_muted(each.muted_until, self.now)]

    @cached_property
    def alerts_url(self) -> str:
        """The page of alerts."""
        return reverse("work:alert_list") if self.may(WORK_VIEW) else ""

    @property
    def handled(self) -> int:
        """How many alerts were solved in the shift that is shown. One statement, or none."""
        if not self.alerts_url or not self.has_signals:
            return 0
        return alert_list(self.actor, self.site).filter(solved_at__gte=self.window.start).count()

    def needs(self, stops: Sequence[shift_now.StopCount]) -> list[attention.AttentionItem]:
        """What the machines want somebody to do."""
        may = self.may(GIVE_REASON)
        known = frozenset(alert.equipment_id for alert in self.alerts if alert.equipment_id is not None)
        items = attention.of_machines(self.machines, stops, self.now, known, may_give_reason=may)
        return [*items, *attention.uncoded(stops, self.machines)]

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
