"""Planned times of an order's jobs: worked out at its release, and again when somebody asks."""

from collections.abc import Collection, Sequence

from django.utils.translation import gettext as _

from mom.core.actor import Actor
from mom.core.errors import Conflict, NotFound
from mom.core.use_case import UseCase, use_case
from mom.work import permissions
from mom.work.engine.terms import OPEN_JOB_ORDER_STATUSES, OPEN_WORK_REQUEST_STATUSES, OperationsType, WorkRequestStatus
from mom.work.models import JobOrder, WorkRequest
from mom.work.public import lock_jobs, lock_work_request, set_planned_times
from production.engine.forward_pass import RingError, forward_pass
from production.selectors.planning import TO_PLAN, to_plan

UNRELEASED = frozenset({WorkRequestStatus.FORECAST, WorkRequestStatus.WAITING})


def plan(actor: Actor, work_request_id: int, *, reason: str = "") -> list[JobOrder]:
    """Plan the open jobs of a production order anew, from now on; those whose times changed.

    A begun job keeps its start and gets the end that its open quantity leads to.
    Raises: NotAllowed, NotFound; Conflict for an order that has ended, without any times, or whose jobs wait in a ring.
    """
    with use_case(actor, reason) as act:
        jobs = lock_jobs(work_request_id)
        order = lock_work_request(work_request_id)
        if order.operations_type != OperationsType.PRODUCTION:
            raise NotFound(_("There is no such order."))
        act.require(permissions.PLAN_WORK_REQUEST, order.site.code)
        if order.status not in OPEN_WORK_REQUEST_STATUSES:
            raise Conflict(_("Order %(order)s has ended.") % {"order": order.code}, code="order_ended")
        if not any(_has_times(job) for job in jobs):
            sentence = _(
                "Nobody knows how long the jobs of order %(order)s take. Give its definition set-up and run times."
            )
            raise Conflict(sentence % {"order": order.code}, code="no_times")
        return planned(act, order, jobs)


def plan_at_release(act: UseCase, order: WorkRequest, jobs: Sequence[JobOrder]) -> None:
    """The same for an order that is being released; one without any times is released without planned ones.

    Joins the caller's transaction.
    """
    if any(_has_times(job) for job in jobs):
        planned(act, order, jobs)


def plan_new(act: UseCase, order: WorkRequest, jobs: Sequence[JobOrder], new: Sequence[JobOrder]) -> None:
    """Plan jobs that were made of others of a released order; those that have a plan keep it.

    Joins the caller's transaction. Nothing where nobody knows how long they take.
    Raises: Conflict where jobs wait in a ring.
    """
    if order.status in OPEN_WORK_REQUEST_STATUSES - UNRELEASED and any(_has_times(job) for job in new):
        planned(act, order, [*jobs, *new], only={job.pk for job in new})


def planned(
    act: UseCase, order: WorkRequest, jobs: Sequence[JobOrder], *, only: Collection[int] | None = None
) -> list[JobOrder]:
    """Plan the open jobs of a locked order, locked too, or `only` some. Joins the caller's transaction.

    Four statements. Raises: Conflict where jobs wait in a ring.
    """
    open_jobs = [job for job in jobs if job.status in OPEN_JOB_ORDER_STATUSES]
    machines = {job.equipment_id for job in open_jobs if job.equipment_id is not None}
    given = to_plan(order.site, order.pk, machines, act.now, only=only)
    try:
        found = forward_pass(given.works, given.places)
    except RingError as ring:
        codes = ", ".join(job.code for job in open_jobs if job.pk in ring.keys)
        sentence = _("Jobs %(jobs)s wait for each other. Take one of these links out.") % {"jobs": codes}
        raise Conflict(sentence, code="jobs_in_a_ring") from ring
    times = {}
    for job in open_jobs:
        span = found.get(job.pk)
        if only is not None and job.pk not in only:
            continue
        if job.status in TO_PLAN:
            times[job.pk] = span and (span.start, span.end)
        elif span is not None:
            times[job.pk] = (job.planned_start or span.start, span.end)
    return set_planned_times(act, order, open_jobs, times)


def _has_times(job: JobOrder) -> bool:
    return job.setup_duration is not None or job.run_duration is not None
