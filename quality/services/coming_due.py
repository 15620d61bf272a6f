"""What lets inspections come due: pieces reported, a start, the end of a set-up or stop, the clock.

Each looks at the state of the job, not at what the event says, so twice is once and late is late, not wrong.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db.models import Min

from mom.core.actor import Actor
from mom.core.errors import NotFound
from mom.core.use_case import UseCase, use_case
from mom.work.engine.terms import BEGUN_JOB_ORDER_STATUSES, JobOrderStatus, OperationsType, WorkKind
from mom.work.models import JobOrder, JobResponse
from mom.work.public import lock_job_order
from quality.engine import due
from quality.engine.terms import InspectionCause, PlanStatus
from quality.models import Characteristic, ControlPlan, Inspection
from quality.selectors.watched import by_cause, made_so_far, main_output, watched
from quality.services.inspection import come_due

Groups = dict[str, list[Characteristic]]


def after_pieces(act: UseCase, job_order_id: int) -> list[Inspection]:
    """After a report: for each frequency in pieces the last multiple that the job has reached."""
    job, groups = _watched_job(job_order_id, "pieces:")
    if job is None:
        return []
    output = main_output(job)
    made = made_so_far(output) if output else None
    found = []
    for name, items in groups.items():
        every = int(name.partition(":")[2])
        occurrence = due.by_pieces(every, made) if made is not None else None
        if occurrence:
            found.append(come_due(act, job, InspectionCause.PIECES, occurrence, items))
    return [each for each in found if each]


def after_start(act: UseCase, job_order_id: int) -> list[Inspection]:
    """After a start: the first piece, once a job; again after one that was undone, whose inspection went with it."""
    job, groups = _watched_job(job_order_id, "first_off")
    if job is None or not groups:
        return []
    begun = job.responses.filter(reverses=None, reversal=None).order_by("pk").first()
    if begun is None:  # undone before this was told
        return []
    undone = job.responses.filter(reversal__isnull=False, pk__lt=begun.pk).count()
    occurrence = due.first_off(undone)
    made = come_due(act, job, InspectionCause.FIRST_OFF, occurrence, groups["first_off"])
    return [made] if made else []


def after_stretches(act: UseCase, machines: Collection[int], since: datetime, until: datetime) -> list[Inspection]:
    """After work was recorded on machines: set-ups and stops of running jobs that ended in (since, until]."""
    ended = JobResponse.objects.filter(
        equipment__in=machines,
        ended_at__gt=since,
        ended_at__lte=until,
        reverses=None,
        reversal=None,
        job_order__status__in=list(BEGUN_JOB_ORDER_STATUSES),
        job_order__operations_type=OperationsType.PRODUCTION,
    )
    found: list[Inspection | None] = []
    for response in ended.order_by("job_order_id", "started_at"):
        if response.is_stop:
            found += _after_stop(act, response)
        elif response.work_kind == WorkKind.SETUP and response.job_order_id is not None:
            job, groups = _watched_job(response.job_order_id, "setup")
            if job is not None and groups:
                key = due.after_setup(response.started_at)
                found.append(come_due(act, job, InspectionCause.SETUP, key, groups["setup"]))
    return [each for each in found if each]


def _after_stop(act: UseCase, response: JobResponse) -> list[Inspection | None]:
    job, groups = _watched_job(response.job_order_id or 0, "stop:")
    lasted = response.duration or timedelta(0)
    items = {
        each.pk: each
        for name, those in groups.items()
        if lasted >= timedelta(minutes=int(name.partition(":")[2]))
        for each in those
    }
    if job is None or not items:
        return []
    return [come_due(act, job, InspectionCause.STOP, due.after_stop(response.started_at), list(items.values()))]


def by_clock(actor: Actor, now: datetime) -> int:
    """For every running job that a plan watches by time: the last multiple since its start. How many came due.

    One use case a job: one that can't go on doesn't hold up the others.
    """
    timed = ControlPlan.objects.filter(status=PlanStatus.APPROVED, characteristics__every_minutes__isnull=False)
    running = JobOrder.objects.filter(
        status=JobOrderStatus.RUNNING,
        operations_type=OperationsType.PRODUCTION,
        requirements__definition__in=timed.values("material"),
    )
    many = 0
    for job_id in running.order_by("pk").values_list("pk", flat=True).distinct():
        with use_case(actor) as act:
            many += len(_after_time(act, job_id, now))
    return many


def _after_time(act: UseCase, job_order_id: int, now: datetime) -> list[Inspection]:
    job, groups = _watched_job(job_order_id, "time:")
    if job is None or job.status != JobOrderStatus.RUNNING or not groups:
        return []
    began = job.responses.filter(reverses=None, reversal=None).aggregate(first=Min("started_at"))["first"]
    found = []
    for name, items in groups.items():
        occurrence = due.by_time(int(name.partition(":")[2]), began, now) if began else None
        if occurrence:
            found.append(come_due(act, job, InspectionCause.TIME, occurrence, items))
    return [each for each in found if each]


def _watched_job(job_order_id: int, prefix: str) -> tuple[JobOrder | None, Groups]:
    """The production job, locked where a plan watches it in that way, and what of it; (None, {}) for any other."""
    job = JobOrder.objects.filter(pk=job_order_id, operations_type=OperationsType.PRODUCTION).first()
    output = main_output(job) if job is not None else None
    if job is None or output is None or output.definition_id is None:
        return None, {}
    groups = {
        name: items for name, items in by_cause(watched(job, output.definition_id)).items() if name.startswith(prefix)
    }
    if not groups:
        return None, {}
    try:
        return lock_job_order(job.pk), groups
    except NotFound:
        return None, {}
