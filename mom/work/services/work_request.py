"""Orders on the spine: added, released, and moved along as their jobs move."""

from collections.abc import Collection
from datetime import datetime

from django.utils.translation import gettext as _

from mom.accounts.models import Site
from mom.core.db import rows
from mom.core.db.constraints import translating
from mom.core.db.prepared import Prepared
from mom.core.errors import Conflict, NotFound
from mom.core.models import AuditEntry
from mom.core.use_case import UseCase
from mom.plant.models import BusinessPartner, Equipment
from mom.work.engine.terms import (
    JobOrderCommand,
    JobOrderStatus,
    OperationsType,
    WorkRequestCommand,
    WorkRequestStatus,
)
from mom.work.engine.transitions import WORK_REQUEST
from mom.work.models import JobResponse, WorkRequest


def add(
    act: UseCase,
    *,
    site: Site,
    code: str,
    operations_type: OperationsType,
    description: str = "",
    priority: int = 50,
    earliest_start: datetime | None = None,
    due_at: datetime | None = None,
    partner: BusinessPartner | None = None,
    scope: Equipment | None = None,
) -> WorkRequest:
    """Add an order in state waiting. Joins the caller's transaction.

    Raises: Conflict where the site has an order of that number.
    """
    taken = _("Order %(code)s exists already. Choose another number or open that order.") % {"code": code}
    refusals = {"work_workrequest_code_unique_in_site": lambda: Conflict(taken, code="order_exists")}
    with translating(refusals, ends_act=True):
        work_request = rows.add(
            WorkRequest(
                site=site,
                code=code,
                operations_type=operations_type,
                description=description,
                priority=priority,
                earliest_start=earliest_start,
                due_at=due_at,
                partner=partner,
                scope=scope,
                created_at=act.now,
            )
        )
    act.record(
        "work.work_request_added", subject=work_request, site=site.code, after={"code": code, "priority": priority}
    )
    return work_request


_LOCKING = Prepared(
    lambda pk: WorkRequest.objects.select_for_update(of=("self",)).select_related("site").filter(pk=pk).order_by("pk")
)


def locked(pk: int) -> WorkRequest:
    """The order, locked for the rest of the transaction. Raises: NotFound."""
    work_request = _LOCKING.first(pk=pk)
    if work_request is None:
        raise NotFound(_("There is no such order."))
    return work_request


def move(act: UseCase, work_request: WorkRequest, asked: WorkRequestCommand) -> None:
    """Move a locked order, its jobs untouched. Joins the caller's transaction. Raises: IllegalTransition."""
    before = WorkRequestStatus(work_request.status)
    work_request.status = WORK_REQUEST.apply(before, asked)
    work_request.version += 1
    rows.write(work_request, "status", "version")
    act.record(
        f"work.work_request_{asked}",
        subject=work_request,
        site=work_request.site.code,
        before={"status": before},
        after={"status": work_request.status},
    )


def put_back_unbegun(act: UseCase, work_request: WorkRequest) -> None:
    """A locked order that runs although no work on it counts any more stands again as before its start.

    Its one start was undone. Joins the caller's transaction.
    """
    status = WorkRequestStatus(work_request.status)
    worked = JobResponse.objects.filter(job_order__work_request=work_request, reverses=None, reversal=None)
    if status != WorkRequestStatus.RUNNING or worked.exists():
        return
    about = {"subject_type": WorkRequest._meta.label_lower, "subject_id": str(work_request.pk)}
    started = AuditEntry.objects.filter(**about, action="work.work_request_start").order_by("-id").first()
    if started is None:
        return
    work_request.status = WorkRequestStatus(started.before["status"])
    work_request.version += 1
    rows.write(work_request, "status", "version")
    act.record(
        "work.work_request_start_undone",
        subject=work_request,
        site=work_request.site.code,
        before={"status": status},
        after={"status": work_request.status},
    )


FOLLOWED = frozenset({JobOrderCommand.START, JobOrderCommand.FINISH, JobOrderCommand.CLOSE, JobOrderCommand.ABORT})
"""The commands to a job that may move its order on."""


def follow_jobs(
    act: UseCase, work_request: WorkRequest, job_command: JobOrderCommand, statuses: Collection[JobOrderStatus]
) -> None:
    """Let a locked order follow its jobs: running with the first start, completed with the last end.

    `statuses`: those that its jobs are in, after the command. Joins the caller's transaction.
    """
    if job_command not in FOLLOWED:
        return
    status = WorkRequestStatus(work_request.status)
    if job_command == JobOrderCommand.START:
        if WorkRequestCommand.START in WORK_REQUEST.commands(status):
            move(act, work_request, WorkRequestCommand.START)
        return
    if WorkRequestCommand.COMPLETE not in WORK_REQUEST.commands(status):
        return
    ended = {JobOrderStatus.COMPLETED, JobOrderStatus.CLOSED, JobOrderStatus.ABORTED, JobOrderStatus.CANCELLED}
    done = {JobOrderStatus.COMPLETED, JobOrderStatus.CLOSED}
    if ended.issuperset(statuses) and not done.isdisjoint(statuses):
        move(act, work_request, WorkRequestCommand.COMPLETE)
