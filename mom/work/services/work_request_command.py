"""What is asked of a whole order goes to its jobs too: released together, held together, closed together."""

from django.utils.translation import gettext as _

from mom.core.actor import Actor
from mom.core.db.prepared import Prepared
from mom.core.errors import Conflict, InvalidInput, Stale
from mom.core.use_case import UseCase, use_case
from mom.work import permissions
from mom.work.engine.terms import BEGUN_JOB_ORDER_STATUSES, JobOrderCommand, JobOrderStatus, WorkRequestCommand
from mom.work.engine.transitions import JOB_ORDER
from mom.work.models import JobOrder, WorkRequest
from mom.work.planners import plan_released
from mom.work.services import job_order, work_request

FOLLOWS: dict[WorkRequestCommand, JobOrderCommand] = {
    WorkRequestCommand.RELEASE: JobOrderCommand.RELEASE,
    WorkRequestCommand.HOLD: JobOrderCommand.HOLD,
    WorkRequestCommand.CLOSE: JobOrderCommand.CLOSE,
    WorkRequestCommand.ABORT: JobOrderCommand.ABORT,
    WorkRequestCommand.CANCEL: JobOrderCommand.CANCEL,
}
"""What the jobs are told. Resuming an order lets its jobs go on; each is resumed at its machine."""
ASKED_BY_PEOPLE = frozenset({*FOLLOWS, WorkRequestCommand.RESUME})
"""The rest an order does by itself, as its jobs start and end."""


def command(
    actor: Actor, work_request_id: int, asked: WorkRequestCommand, *, reason: str = "", version: int | None = None
) -> WorkRequest:
    """Give a command to an order and to every job of it that can take it. `version` refuses an outdated view.

    Raises: NotAllowed, NotFound, IllegalTransition, Stale; InvalidInput for a command that orders take from their jobs.
    """
    if asked not in ASKED_BY_PEOPLE:
        raise InvalidInput({"command": [_("An order starts and completes with its jobs.")]})
    with use_case(actor, reason) as act:
        jobs = locked_jobs(work_request_id)
        order = work_request.locked(work_request_id)
        act.require(permissions.PLAN_WORK_REQUEST, order.site.code)
        return move(act, order, jobs, asked, version=version)


_JOBS = Prepared(
    lambda order: (
        JobOrder.objects.select_for_update(of=("self",))
        .select_related("site", "work_request")
        .filter(work_request=order)
        .order_by("pk")
    )
)


def locked_jobs(work_request_id: int) -> list[JobOrder]:
    """All jobs of an order, locked by key, before the order itself: so nobody waits in a ring with a job's command."""
    return _JOBS.rows(order=work_request_id)


def move(
    act: UseCase,
    order: WorkRequest,
    jobs: list[JobOrder],
    asked: WorkRequestCommand,
    *,
    version: int | None = None,
) -> WorkRequest:
    """The same for a locked order and its locked jobs. Joins the caller's transaction; rights are its to ask."""
    if version is not None and version != order.version:
        raise Stale(_("Order %(order)s was changed meanwhile. Load it again.") % {"order": order.code})
    if asked == WorkRequestCommand.CANCEL and any(job.status in BEGUN_JOB_ORDER_STATUSES for job in jobs):
        raise Conflict(_("A job of this order has begun. Abort the order instead."), code="job_begun")
    work_request.move(act, order, asked)
    follows = FOLLOWS.get(asked)
    if follows is not None:
        job_order.move_all(
            act, order, [job for job in jobs if follows in JOB_ORDER.commands(JobOrderStatus(job.status))], follows
        )
    if asked == WorkRequestCommand.RELEASE:
        plan_released(act, order, jobs)
    return order
