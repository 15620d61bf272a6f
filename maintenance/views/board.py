"""The board of maintenance: what was requested, is planned, in work, waiting, to be signed, and done today."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from maintenance import permissions
from maintenance.models import MaintenanceJob, MaintenanceRequest
from maintenance.models.labels import MAINTENANCE_KIND, URGENCY, WAIT_REASON, symptom_words
from maintenance.selectors import maintenance_job as selectors
from maintenance.selectors.compliance import compliance
from maintenance.subjects import job_url, request_url
from mom.core.web import printing
from mom.core.web.views import Action, Page
from mom.plant.models import Equipment
from mom.plant.public import Panel, register_panel

Text = str | Promise
LIVE = "live"
WINDOW = timedelta(days=30)
OPEN_SHOWN, DONE_SHOWN = 5, 3
SEVERITY = {"now": "bad", "shift": "warn"}


@dataclass(frozen=True)
class Card:
    """A card of the board. `since`: what its age counts from; `late` says what is overdue."""

    url: str
    code: str
    kind: Text
    shape: str
    title: str
    text: Text
    who: str
    since: datetime
    severity: str = ""
    late: Text = ""


@dataclass(frozen=True)
class Lane:
    """A column."""

    key: str
    title: Text
    cards: Sequence[Card]


def request_card(request: MaintenanceRequest) -> Card:
    """A call."""
    words = request.text or symptom_words(request.symptom)
    return Card(
        request_url(request), request.code, URGENCY.label(request.urgency), URGENCY.state(request.urgency),
        f"{request.equipment.code}: {words}", request.reported_by, "", request.reported_at,
        SEVERITY.get(request.urgency, ""), _("machine stands") if request.stop_id and is_open(request) else "",
    )  # fmt: skip


def is_open(request: MaintenanceRequest) -> bool:
    """Whether the machine still stands in the stop that it was called for."""
    return request.stop is not None and request.stop.ended_at is None


def job_card(job: Any, now: datetime) -> Card:
    """A job: how far it is, or what it waits for."""
    text: Text = job.finding or ""
    since = job.arrived_at or job.accepted_at or job.reported_at
    if job.handed_back_at is not None:
        since = job.handed_back_at
    elif job.waits_for:
        text, since = WAIT_REASON.label(job.waits_for), job.waits_since
    elif job.step_count and job.repaired_at is None:
        text = _t("%(done)s of %(all)s steps done") % {"done": job.step_done or 0, "all": job.step_count}
    is_late = selectors.overdue(job, now)
    if is_late:
        since = job.due_at
    elif job.arrived_at is None and job.job_order.planned_start:
        text = printing.moment(job.job_order.planned_start)
    return Card(
        job_url(job), job.code, MAINTENANCE_KIND.label(job.kind), MAINTENANCE_KIND.state(job.kind),
        f"{job.equipment.code}: {job.job_order.operation}", text,
        job.technician.name if job.technician else "", since,
        "bad" if job.stop_id and job.handed_back_at is None else "warn" if is_late else "",
        _("overdue") if is_late else "",
    )  # fmt: skip


class MaintenanceBoard(Page):
    """All of maintenance at one look."""

    permission = permissions.VIEW
    title = _("Maintenance jobs")
    template_name = "maintenance/board.html"
    live_template_name = "maintenance/_board.html"
    is_live = True

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.headers.get("X-Requested-With") == LIVE:
            return TemplateResponse(request, self.live_template_name, self.get_context())
        return self.render()

    def get_actions(self) -> Sequence[Action]:
        if not self.may(permissions.PLAN):
            return ()
        return (Action(_("New job"), reverse("maintenance:job_new"), "plus", "primary"),)

    def get_context(self) -> dict[str, Any]:
        board = selectors.board(self.actor, self.site, self.now)
        found = compliance(self.site, self.now - WINDOW, self.now, self.now)
        lanes = (
            Lane("requested", _("Requested"), [request_card(each) for each in board.requested]),
            Lane("planned", _("Planned"), self.cards(board.planned)),
            Lane("doing", _("Doing"), self.cards(board.doing)),
            Lane("waiting", _("Waiting"), self.cards(board.waiting)),
            Lane("to_sign", _("To sign off"), self.cards(board.to_sign)),
            Lane("done", _("Done today"), self.cards(board.done)),
        )
        ratio = printing.percent(found.in_time / found.due) if found.due else None
        return {
            "lanes": lanes,
            "is_empty": not any(lane.cards for lane in lanes),
            "first": Action(_("Maintenance plans"), reverse("maintenance:plan_list"), "cal"),
            "open_count": len(board.open_jobs),
            "breakdown_count": sum(job.kind == "corrective" for job in board.open_jobs),
            "overdue_count": sum(selectors.overdue(job, self.now) for job in board.open_jobs),
            "compliance": ratio,
            "due": found,
        }

    def cards(self, jobs: Sequence[MaintenanceJob]) -> list[Card]:
        """The cards of a column."""
        return [job_card(job, self.now) for job in jobs]


def maintenance_of_machine(request: Any, machine: Equipment) -> Panel | None:
    """What maintenance has open at a machine and did last, and the button that calls it. None where nothing is."""
    actor, site = request.actor, request.site
    open_requests = selectors.request_list(actor, site).filter(equipment=machine, status="requested")
    jobs = selectors.job_list(actor, site).filter(equipment=machine, given_up_at=None)
    newest = F("handed_back_at").desc(nulls_first=True)  # what is open stands before what was done
    found = list(jobs.order_by(newest, "reported_at")[: OPEN_SHOWN + DONE_SHOWN])
    open_jobs = [job for job in found if job.handed_back_at is None][:OPEN_SHOWN]
    done = [
        (job_url(job), job.code, job.job_order.operation, job.handed_back_at)
        for job in found
        if job.handed_back_at is not None
    ][:DONE_SHOWN]
    rows = [
        (request_url(each), each.code, request_card(each).title, each.reported_at, "idle")
        for each in open_requests[:OPEN_SHOWN]
    ]
    rows += [
        (
            job_url(job),
            job.code,
            job.job_order.operation,
            job.due_at or job.reported_at,
            MAINTENANCE_KIND.state(job.kind),
        )
        for job in open_jobs
    ]
    may_call = actor.may(permissions.REQUEST, site.code)
    if not rows and not done and not may_call:
        return None
    context = {"rows": rows, "done": done, "may_call": may_call, "machine": machine}
    return Panel("maintenance/panels/machine.html", context)


def register() -> None:
    """Put the card on machines' pages; called when the app is ready."""
    register_panel("equipment", "maintenance", order=3, permission=permissions.VIEW, render=maintenance_of_machine)
