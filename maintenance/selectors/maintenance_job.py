"""Maintenance jobs as pages show them: the board, one job with all that hangs on it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery

from maintenance import permissions
from maintenance.engine.repair_time import RepairSplit, RepairTimes, split
from maintenance.engine.terms import RequestStatus
from maintenance.models import MaintenanceJob, MaintenanceRequest, MaintenanceStep, MaintenanceWait
from mom.accounts.models import Site
from mom.core.actor import Actor
from mom.core.errors import NotFound
from mom.plant.engine.calendar import day_interval, local_day
from mom.plant.selectors.scope import for_actor
from mom.work.engine.terms import JobOrderStatus

RELATED = ("site", "equipment", "job_order", "request", "stop", "technician", "job_plan_version__job_plan", "signature")
MOST = 60
"""So many cards stand in a column of the board; the list has all."""


def job_list(actor: Actor, site: Site | None = None) -> QuerySet[MaintenanceJob]:
    """Jobs within the actor's rights, with how far their checklist is."""
    rows = MaintenanceJob.objects.select_related(*RELATED)
    if site is not None:
        rows = rows.filter(site=site)
    return for_actor(rows, actor, permissions.VIEW)


def job_get(actor: Actor, site: Site, code: str) -> MaintenanceJob:
    """One of them. Raises: NotFound."""
    found = job_list(actor, site).filter(code=code).first()
    if found is None:
        raise NotFound
    return found


def request_list(actor: Actor, site: Site | None = None) -> QuerySet[MaintenanceRequest]:
    """Requests within the actor's rights, with the `job_code` of the job that is open for them."""
    rows = MaintenanceRequest.objects.select_related("site", "equipment", "stop", "follows")
    if site is not None:
        rows = rows.filter(site=site)
    jobs = MaintenanceJob.objects.filter(request=OuterRef("pk"), given_up_at=None).order_by()
    return for_actor(rows.annotate(job_code=Subquery(jobs.values("code")[:1])), actor, permissions.VIEW)


def request_get(actor: Actor, site: Site, code: str) -> MaintenanceRequest:
    """One of them. Raises: NotFound."""
    found = request_list(actor, site).filter(code=code).first()
    if found is None:
        raise NotFound
    return found


@dataclass(frozen=True)
class Board:
    """What stands where: requested, planned, in work, waiting, to be signed, done today."""

    requested: Sequence[MaintenanceRequest]
    planned: Sequence[MaintenanceJob]
    doing: Sequence[MaintenanceJob]
    waiting: Sequence[MaintenanceJob]
    to_sign: Sequence[MaintenanceJob]
    done: Sequence[MaintenanceJob]

    @property
    def open_jobs(self) -> Sequence[MaintenanceJob]:
        """Everything that is not signed."""
        return [*self.planned, *self.doing, *self.waiting, *self.to_sign]


def board(actor: Actor, site: Site, now: datetime) -> Board:
    """The board of a site. Three statements, however much stands on it."""
    steps = MaintenanceStep.objects.filter(job=OuterRef("pk")).order_by().values("job")
    waits = MaintenanceWait.objects.filter(job=OuterRef("pk"), ended_at=None)
    jobs = job_list(actor, site).annotate(
        step_count=Subquery(steps.annotate(many=Count("pk")).values("many")),
        step_done=Subquery(steps.annotate(many=Count("pk", filter=Q(answered_at__isnull=False))).values("many")),
        waits_for=Subquery(waits.values("reason")[:1]),
        waits_since=Subquery(waits.values("started_at")[:1]),
    )
    open_jobs = list(
        jobs.filter(handed_back_at=None, given_up_at=None).order_by("-job_order__priority", "due_at", "pk")
    )
    day = day_interval(local_day(now, site.zone), site.zone)
    done = jobs.filter(handed_back_at__gte=day.start, handed_back_at__lt=day.end).order_by("-handed_back_at")
    by_status: dict[str, list[MaintenanceJob]] = {}
    for job in open_jobs:
        by_status.setdefault(job.job_order.status, []).append(job)
    requested = request_list(actor, site).filter(status=RequestStatus.REQUESTED).order_by("reported_at")
    return Board(
        requested=list(requested[:MOST]),
        planned=[*by_status.get(JobOrderStatus.READY, []), *by_status.get(JobOrderStatus.WAITING, [])][:MOST],
        doing=[*by_status.get(JobOrderStatus.RUNNING, []), *by_status.get(JobOrderStatus.SUSPENDED, [])][:MOST],
        waiting=by_status.get(JobOrderStatus.HELD, [])[:MOST],
        to_sign=[*by_status.get(JobOrderStatus.COMPLETED, []), *by_status.get(JobOrderStatus.CLOSED, [])][:MOST],
        done=list(done[:MOST]),
    )


def split_of(job: MaintenanceJob, now: datetime) -> RepairSplit:
    """Where the time of a repair went. One statement, for what it waited for."""
    waits = list(job.waits.values_list("started_at", "ended_at"))
    times = RepairTimes(
        job.occurred_at, job.reported_at, job.accepted_at, job.arrived_at, job.repaired_at, job.handed_back_at, waits
    )
    return split(times, now)


def overdue(job: MaintenanceJob, now: datetime) -> bool:
    """Whether its due date is over and nobody began."""
    return job.due_at is not None and job.due_at < now and job.arrived_at is None
