"""What planners set of orders and jobs after they were added: priority and due date."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from mom.core.actor import Actor
from mom.core.errors import Conflict, InvalidInput
from mom.core.live.change import tell
from mom.core.use_case import use_case
from mom.work import permissions
from mom.work.engine.terms import JobOrderStatus, WorkRequestStatus
from mom.work.models import JobOrder, WorkRequest
from mom.work.services import job_order, work_request

URGENT, LEAST = 0, 100
ENDED_ORDER = frozenset(
    {WorkRequestStatus.COMPLETED, WorkRequestStatus.CLOSED, WorkRequestStatus.CANCELLED, WorkRequestStatus.ABORTED}
)
ENDED_JOB = frozenset(
    {JobOrderStatus.COMPLETED, JobOrderStatus.CLOSED, JobOrderStatus.CANCELLED, JobOrderStatus.ABORTED}
)


def order_change(
    actor: Actor, order_id: int, *, priority: int | None = None, due_at: datetime | None = None, reason: str = ""
) -> WorkRequest:
    """Give an order another priority (0 is most urgent) or due date; its open jobs take the priority over.

    Raises: NotAllowed, NotFound; Conflict for an order that has ended or has these terms already; InvalidInput.
    """
    wrong: dict[str, list[str]] = {}
    if priority is not None and not URGENT <= priority <= LEAST:
        wrong["priority"] = [_("A priority is from 0, most urgent, to 100.")]
    with use_case(actor, reason) as act:
        jobs = list(JobOrder.objects.select_for_update(of=("self",)).filter(work_request=order_id).order_by("pk"))
        order = work_request.locked(order_id)
        act.require(permissions.PLAN_WORK_REQUEST, order.site.code)
        if order.status in ENDED_ORDER:
            raise Conflict(_("Order %(order)s has ended.") % {"order": order.code}, code="order_ended")
        if due_at is not None and order.earliest_start and due_at < order.earliest_start:
            wrong["due_at"] = [_("The due date is before the earliest start.")]
        if wrong:
            raise InvalidInput(wrong)
        asked: dict[str, Any] = {"priority": priority, "due_at": due_at}
        changes = {name: value for name, value in asked.items() if value not in {None, getattr(order, name)}}
        if not changes:
            raise Conflict(_("Order %(order)s is so already.") % {"order": order.code}, code="nothing_to_change")
        before = {name: getattr(order, name) for name in changes}
        for name, value in changes.items():
            setattr(order, name, value)
        order.version += 1
        order.save(update_fields=[*changes, "version"])
        if "priority" in changes:
            open_jobs = [job.pk for job in jobs if job.status not in ENDED_JOB]
            JobOrder.objects.filter(pk__in=open_jobs).update(priority=changes["priority"])
        act.record("work.work_request_changed", subject=order, site=order.site.code, before=before, after=changes)
        return order


def job_priority(actor: Actor, job_order_id: int, priority: int, *, reason: str = "") -> JobOrder:
    """Give a job another priority: 0 is most urgent. Raises: NotAllowed, NotFound, InvalidInput, Conflict."""
    if not URGENT <= priority <= LEAST:
        raise InvalidInput({"priority": [_("A priority is from 0, most urgent, to 100.")]})
    with use_case(actor, reason) as act:
        job = job_order.locked(job_order_id)
        act.require(permissions.DISPATCH_JOB_ORDER, job.site.code)
        if job.status in ENDED_JOB:
            raise Conflict(_("Job %(job)s has ended.") % {"job": job.code}, code="job_ended")
        if job.priority == priority:
            raise Conflict(_("Job %(job)s has that priority already.") % {"job": job.code}, code="nothing_to_change")
        before, job.priority = job.priority, priority
        job.version += 1
        job.save(update_fields=["priority", "version"])
        act.record(
            "work.job_order_changed",
            subject=job,
            site=job.site.code,
            before={"priority": before},
            after={"priority": priority},
        )
        tell(job.site.code, "job_order", job.pk, job.version)
        return job
