"""What a machine does now: the part of its page that moves, and the one tap that gives a stop its reason."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid5

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response, set_response_etag
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from analytics import permissions
from analytics.engine.machine_parts import MachineTotals
from analytics.engine.targets import TargetPeriod
from analytics.selectors import machine_now, shift_now
from analytics.selectors.live import LiveMachine, live_machines
from analytics.selectors.shift_now import ShiftWindow, Stretch
from analytics.selectors.targets import targets_at
from analytics.views import machine_facts, machine_time
from analytics.views.shift_rows import word_of
from analytics.views.why_links import why_url
from mom.core import clock
from mom.core.engine.interval import Interval
from mom.core.web.components import state_word
from mom.core.web.views import Page
from mom.floor.models import Stop
from mom.floor.permissions import GIVE_REASON, RECLASSIFY_STOP
from mom.floor.permissions import VIEW as FLOOR_VIEW
from mom.plant.engine.calendar import local_day
from mom.plant.engine.terms import ReasonKind
from mom.plant.models import Equipment
from mom.plant.panels import Panel
from mom.plant.selectors.calendar import ShiftPlan, shift_patterns_for
from mom.plant.selectors.equipment import equipment_get
from mom.work.permissions import RAISE_ALERT
from mom.work.permissions import VIEW as WORK_VIEW
from mom.work.selectors.alert import alerts_at
from mom.work.selectors.machine_work import reason_groups

LIVE = "live"
BACK, AHEAD = timedelta(days=8), timedelta(days=21)
WEEK = timedelta(days=7)
REASON_DAYS = timedelta(days=4)
STANDING = frozenset({"down", "idle", "setup"})
WORDS = UUID("6f0c8f4e-1a55-4d0c-9a36-2f0f0c2f6f11")  # names the keys of words about stops
MOST_ALERTS = 2
QUICK = 3  # likely reasons that one tap gives without opening the sheet


@dataclass(frozen=True)
class Asked:
    """What a person chose to see, kept in the address."""

    span: str
    reasons: str
    by_group: bool
    school: str

    @classmethod
    def of(cls, request: HttpRequest) -> "Asked":
        """From the address; what it does not know is as at first."""
        get = request.GET
        span = get.get("span", "shift")
        return cls(
            span if span in dict(machine_time.SPANS) else "shift",
            "today" if get.get("reasons") == "today" else "days",
            get.get("level") == "group",
            "tpm" if get.get("school") == "tpm" else "iso",
        )

    def address(self, **other: str) -> str:
        """The address of the same page with one choice changed."""
        chosen = {"span": self.span, "reasons": self.reasons, "school": self.school}
        chosen["level"] = "group" if self.by_group else "reason"
        return f"?{urlencode({**chosen, **other})}"


class MachineCards:
    """Everything that the page of one machine shows of its time, read once each."""

    def __init__(self, request: HttpRequest, machine: Equipment) -> None:
        self.request, self.machine, self.asked = request, machine, Asked.of(request)
        self.actor: Any = request.actor  # type: ignore[attr-defined]
        self.site: Any = request.site
        self.now = clock.now()

    @cached_property
    def live(self) -> LiveMachine | None:
        """Where it stands; None where it never sent anything, and for who may not see it."""
        if not self.actor.may(FLOOR_VIEW, self.site.code):
            return None
        found = live_machines(self.site, self.now, only=[self.machine.code])
        return next((each for each in found if each.state_since is not None), None)

    @cached_property
    def plan(self) -> ShiftPlan | None:
        """When it works."""
        return shift_patterns_for(self.machine, Interval(self.now - BACK, self.now + AHEAD))

    @cached_property
    def window(self) -> ShiftWindow:
        """Its running shift, else its last one."""
        return shift_now.window_of(self.plan, self.now, BACK)

    @cached_property
    def totals(self) -> MachineTotals:
        """The parts of that shift."""
        live = self.live
        if live is not None and (self.window.is_running or not self.window.code):
            return live.totals
        key = self.machine.pk
        return shift_now.result_by_machine(self.site, self.window, [key]).get(key, MachineTotals())

    @cached_property
    def frame(self) -> machine_time.Frame:
        """What the timeline shows."""
        if self.asked.span == "day":
            return machine_time.Frame(self.now - timedelta(hours=24), self.now, self.now)
        if self.asked.span == "week":
            return machine_time.Frame(self.now - WEEK, self.now, self.now)
        return machine_time.Frame(self.window.start, self.window.end, self.now)

    @cached_property
    def spans(self) -> list[Stretch]:
        """What it did in that time, waiting in breaks shown as the planned stop it is."""
        frame = self.frame
        until = min(frame.end, self.now)
        found = shift_now.stretches(self.site, [self.machine.pk], frame.start, until)[self.machine.pk]
        return shift_now.with_breaks(found, shift_now.breaks_of(self.plan, frame.start, until), _("Break"))

    def context(self) -> dict[str, Any] | None:
        """What the template needs; None for what has no timeline, as an area. As many statements for every machine."""
        live = self.live
        if live is None:
            return None
        asked = self.asked
        found = machine_time.oee_of(self.totals, machine_time.school_of(asked.school))
        other = "iso" if asked.school == "tpm" else "tpm"
        return {
            "machine": self.machine,
            "live": live,
            "asked": asked,
            "word": self.word(live),
            "shift": self.window,
            **self.standing(live),
            **self.facts(live),
            "timeline": machine_time.timeline(self.machine.code, self.frame, self.spans),
            "legend": machine_time.legend(self.spans),
            "spans": [(label, asked.address(span=key), key == asked.span) for key, label in machine_time.SPANS],
            "figures": machine_time.figures(found, self.target, self.why),
            "interval": machine_time.interval_words(found, self.totals),
            "standard_looks_wrong": found.standard_looks_wrong,
            "unjudged": found.unjudged,
            "school_url": asked.address(school=other),
            "minutes": machine_time.minutes(self.totals, found.school, self.why),
            **self.reasons(),
            **machine_facts.cycles(self.machine, live, self.now),
            **machine_facts.signals(self.machine, live, self.now),
            "log": [machine_facts.log_shown(line) for line in machine_now.log_of(self.machine, self.now)],
            "live_url": f"{reverse('analytics:machine_now', args=[self.machine.code])}{asked.address()}",
        }

    @cached_property
    def target(self) -> Decimal | None:
        """What its OEE should be."""
        definition = self.live.definition_id if self.live is not None else None
        found = targets_at(self.site, self.now, ["oee_index"])
        line = found.of("oee_index", self.machine.pk, definition, TargetPeriod.SHIFT)
        return line.value if line is not None else None

    def why(self, kpi: str, time_class: str = "") -> str:
        """Where a number of its shift leads."""
        shift = self.window
        return why_url(kpi, shift.day, machine=self.machine.code, shift=shift.code, time_class=time_class)

    def word(self, live: LiveMachine) -> str:
        """Its state in the strip: "Down for"."""
        words = {"down": _("Down for"), "idle": _("Waiting for"), "setup": _("Setup for"), "off": _("No signal for")}
        return words.get(live.state, state_word(live.state))

    def may_give_reason(self, stop: Stop) -> bool:
        """The first reason takes the right to give one, another one the right to reclassify too."""
        has_right = self.actor.may(GIVE_REASON, self.site.code)
        return has_right and (stop.reason_id is None or self.actor.may(RECLASSIFY_STOP, self.site.code))

    def standing(self, live: LiveMachine) -> dict[str, Any]:
        """The stop that goes on: its reason and who said so, and which reasons one may tap."""
        stop = machine_now.current_stop(self.machine) if live.state in STANDING else None
        named = (stop.reason.name or stop.reason.code) if stop is not None and stop.reason else ""
        may = stop is not None and self.may_give_reason(stop)
        likely = machine_now.likely_reasons(self.machine, live.state_code, self.now) if may else []
        groups = reason_groups(self.site, ReasonKind.STOP) if may else []
        if may and len(likely) < QUICK:
            likely = machine_facts.filled_up(likely, groups, QUICK)
        return {
            "stop": stop,
            "reason": word_of(live.state, named or live.reason) if live.state != "run" else "",
            "may_give_reason": may,
            "may_call": self.actor.may(RAISE_ALERT, self.site.code),
            "likely": likely,
            "quick": likely[:QUICK] if stop is not None and stop.reason_id is None else [],
            "reason_groups": groups,
            "key": self.key(stop),
        }

    def key(self, stop: Any) -> UUID | None:
        """The key of this person's next word about the stop: the same until something was said at this machine."""
        return uuid5(WORDS, f"{self.actor.reference} {stop.pk} {stop.last_word}") if stop is not None else None

    def facts(self, live: LiveMachine) -> dict[str, Any]:
        """Job, product, good of planned, when it will be finished, who is there."""
        may = self.actor.may(WORK_VIEW, self.site.code)
        people = machine_now.people_at(self.machine) if may else []
        due, jobs = machine_now.due_of(self.machine, live.job_order_id) if may else (None, 0)
        finish = machine_facts.forecast(live, self.totals, self.plan, self.now)
        late = finish - due if finish is not None and due is not None and finish > due else None
        return {
            "people": ", ".join(people),
            "finish": self.day_and_time(finish) if finish else "",
            "late": late,
            "alerts": self.alerts(),
            **machine_facts.pieces(live, jobs),
        }

    def alerts(self) -> list[dict[str, str]]:
        """Who is on what is open here: team and person, or that nobody has it yet."""
        if not self.actor.may(WORK_VIEW, self.site.code):
            return []
        rows = alerts_at(self.actor, self.machine.pk).order_by("raised_at")[:MOST_ALERTS]
        nobody = _("nobody yet")
        return [{"team": row.team.name if row.team else _("Alert"), "words": row.holder or nobody} for row in rows]

    def day_and_time(self, at: datetime) -> str:
        """The time of day, with the day where that is another one."""
        local = timezone.localtime(at)
        is_today = local.date() == timezone.localtime(self.now).date()
        return date_format(local, "H:i" if is_today else "j M H:i")

    def reasons(self) -> dict[str, Any]:
        """Why it stops, of today or of five days."""
        asked, today = self.asked, local_day(self.now, self.site.zone)
        first = today if asked.reasons == "today" else today - REASON_DAYS
        sums = machine_now.reason_sums(self.machine, first, today)
        days = [("today", _("Today")), ("days", _("5 days"))]
        return {
            "pareto": machine_time.reasons(sums, by_group=asked.by_group),
            "reason_days": [(label, asked.address(reasons=key), key == asked.reasons) for key, label in days],
            "stops_url": f"{reverse('floor:stop_list')}?{urlencode({'q': self.machine.code})}",
            "has_groups": any(each.group for each in sums),
            "level_url": asked.address(level="reason" if asked.by_group else "group"),
        }


def machine_panel(request: HttpRequest, machine: Equipment) -> Panel | None:
    """The part of a machine's page that leads it. None for what has no timeline."""
    context = MachineCards(request, machine).context()
    return Panel("analytics/machine/panel.html", context, is_wide=True, leads=True) if context is not None else None


class MachineNow(Page):
    """That part anew: what an open page asks for when it hears of the machine."""

    permission = permissions.VIEW

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        machine = equipment_get(self.actor, self.site, kwargs["code"])
        context = MachineCards(request, machine).context() or {}
        answer = TemplateResponse(request, "analytics/machine/_now.html", context).render()
        set_response_etag(answer)
        return get_conditional_response(request, etag=answer.headers["ETag"], response=answer) or answer
