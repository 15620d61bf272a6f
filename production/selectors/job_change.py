"""What was made of a job, what it was made of, and what may be made of it now."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from mom.core.actor import Actor
from mom.core.errors import Conflict
from mom.work import permissions
from mom.work.engine.terms import OUTPUT_USES, PARTS, JobOrderStatus, JobOrigin, OperationsType
from mom.work.models import JobOrder, JobRequirement
from mom.work.public import Parent, parent_of
from production.engine.job_changes import ALLOWED, JobChange, Pieces

RIGHT = {
    JobChange.SPLIT: permissions.DISPATCH_JOB_ORDER,
    JobChange.FINISH_EARLY: permissions.EXECUTE_JOB_ORDER,
    JobChange.REWORK: permissions.DISPATCH_JOB_ORDER,
    JobChange.REPLACE: permissions.DISPATCH_JOB_ORDER,
}


@dataclass(frozen=True)
class Kin:
    """A job that was made of this one, or of which this one was made, with how much it is to make."""

    job: JobOrder
    quantity: Decimal | None
    unit: str


@dataclass(frozen=True)
class JobChanges:
    """What stands about a job's pieces, its kin, and the changes that this person may make now."""

    pieces: Pieces
    unit: str
    made_of: JobOrder | None
    offshoots: list[Kin]
    offers: list[JobChange]


def pieces_of(parent: Parent) -> Pieces:
    """What stands about the pieces of a job. One statement."""
    asked_for = _asked_for(parent)
    return Pieces(
        ordered=parent.quantity,
        good=parent.reported("good"),
        scrap=parent.reported("scrap"),
        rework=parent.reported("rework"),
        review=parent.reported("review"),
        in_rework=asked_for[JobOrigin.REWORK],
        replaced=asked_for[JobOrigin.REPLACEMENT],
    )


def _asked_for(parent: Parent) -> Mapping[str, Decimal]:
    """What jobs were made for, by why: a part that was split off such a job counts with it."""
    outputs = JobRequirement.objects.filter(
        job_order__work_request=parent.job.work_request_id,
        job_order__origin_job__isnull=False,
        material_use__in=OUTPUT_USES,
        definition=parent.main.definition_id,
    )
    jobs: dict[int, tuple[str, int]] = {}
    amounts: dict[int, Decimal] = defaultdict(Decimal)
    names = ("job_order_id", "job_order__origin", "job_order__origin_job_id", "job_order__status", "quantity")
    for key, origin, made_of, status, quantity in outputs.values_list(*names):
        jobs[key] = (origin, made_of)
        if status != JobOrderStatus.CANCELLED:
            amounts[key] += quantity or 0
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for key, quantity in amounts.items():
        origin, made_of = jobs[key]
        while origin in PARTS and made_of in jobs:
            origin, made_of = jobs[made_of]
        if made_of == parent.job.pk:
            sums[origin] += quantity
    return sums


def job_changes(actor: Actor, job: JobOrder) -> JobChanges | None:
    """None for a job that isn't production's or makes no stated quantity. Three statements."""
    if job.operations_type != OperationsType.PRODUCTION:
        return None
    try:
        parent = parent_of(job.work_request, job)
        pieces = pieces_of(parent)
    except Conflict:
        return None
    rows = JobRequirement.objects.filter(
        job_order__origin_job=job, material_use__in=OUTPUT_USES, definition=parent.main.definition_id
    )
    made = rows.select_related("job_order").order_by("job_order_id", "position")
    kin = {row.job_order_id: Kin(row.job_order, row.quantity, row.unit) for row in made}
    status = JobOrderStatus(job.status)
    offers = [
        change
        for change in JobChange
        if status in ALLOWED[change] and pieces.most(change) and actor.may(RIGHT[change], job.site.code)
    ]
    made_of = JobOrder.objects.filter(pk=job.origin_job_id).first() if job.origin_job_id else None
    return JobChanges(pieces, parent.main.unit, made_of, list(kin.values()), offers)
