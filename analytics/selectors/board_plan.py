"""What machines should make in a shift: jobs with planned times by their quantity, others by their ideal cycle."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import DateTimeField, F, Max, Min, OuterRef, Q, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from analytics.engine.board import MICROSECOND, PlannedWork
from analytics.models import ShiftBucket
from mom.accounts.models import Site
from mom.work.engine.terms import OUTPUT_USES, JobOrderStatus
from mom.work.models import EquipmentReservation, JobOrder, JobRequirement, JobResponse
from mom.work.selectors.job_order import real_responses
from production.models import IdealCycle

NOT_PLANNED = (JobOrderStatus.CANCELLED, JobOrderStatus.ABORTED)
ZERO = Decimal(0)


def planned_work(site: Site, machines: Collection[int], start: datetime, end: datetime) -> list[PlannedWork]:
    """What is planned on machines in [start, end).

    A job's planned times go first, then its reservations, both with its quantity; a job without either that ran there
    is planned at its ideal cycle, up to what was left of it. Five statements.
    """
    works, placed = _by_times(site, machines, start, end)
    reserved, held = _by_reservation(site, machines, start, end, placed)
    return [*works, *reserved, *_by_pace(site, machines, start, end, placed | held)]


def _outputs() -> Any:
    rows = JobRequirement.objects.filter(job_order=OuterRef("pk"), material_use__in=OUTPUT_USES)
    return rows.order_by("position", "id")


def _jobs(site: Site) -> Any:
    outputs = _outputs()
    return (
        JobOrder.objects.filter(site=site)
        .exclude(status__in=NOT_PLANNED)
        .annotate(
            made=Subquery(outputs.values("quantity")[:1]),
            made_unit=Subquery(outputs.values("unit")[:1]),
            made_definition=Subquery(outputs.values("definition")[:1]),
        )
    )


def _by_times(
    site: Site, machines: Collection[int], start: datetime, end: datetime
) -> tuple[list[PlannedWork], set[int]]:
    rows = _jobs(site).filter(equipment__in=machines, planned_start__lt=end, planned_end__gt=start)
    works, placed = [], set()
    for job in rows.order_by("pk"):
        placed.add(job.pk)
        if job.made is not None and job.planned_start < job.planned_end:
            works.append(
                PlannedWork(job.equipment_id, job.planned_start, job.planned_end, job.made_unit or "", job.made)
            )
    return works, placed


def _by_reservation(
    site: Site, machines: Collection[int], start: datetime, end: datetime, placed: Collection[int]
) -> tuple[list[PlannedWork], set[int]]:
    """A job that is reserved in several stretches makes in each its share of the time."""
    here = EquipmentReservation.objects.filter(
        site=site, equipment__in=machines, started_at__lt=end, ended_at__gt=start
    ).exclude(job_order__status__in=NOT_PLANNED)
    outputs = JobRequirement.objects.filter(job_order=OuterRef("job_order"), material_use__in=OUTPUT_USES)
    outputs = outputs.order_by("position", "id")
    rows = list(
        EquipmentReservation.objects.filter(job_order__in=here.exclude(job_order__in=placed).values("job_order"))
        .annotate(made=Subquery(outputs.values("quantity")[:1]), made_unit=Subquery(outputs.values("unit")[:1]))
        .order_by("pk")
    )
    length: dict[int, timedelta] = {}
    for row in rows:
        length[row.job_order_id] = length.get(row.job_order_id, timedelta(0)) + (row.ended_at - row.started_at)
    works = []
    for row in rows:
        if row.equipment_id in machines and row.made is not None and row.started_at < end and row.ended_at > start:
            share = (row.ended_at - row.started_at) // MICROSECOND
            quantity = row.made * share / (length[row.job_order_id] // MICROSECOND)
            works.append(PlannedWork(row.equipment_id, row.started_at, row.ended_at, row.made_unit or "", quantity))
    return works, set(length)


@dataclass(frozen=True)
class _Ran:
    equipment: int
    job: int
    start: datetime
    end: datetime


def _by_pace(
    site: Site, machines: Collection[int], start: datetime, end: datetime, placed: Collection[int]
) -> list[PlannedWork]:
    """Jobs that ran in the stretch, from their first sign in it to their last (to its end while they are open)."""
    rows = real_responses(JobResponse.objects.filter(site=site, equipment__in=machines, started_at__lt=end))
    rows = rows.filter(Q(ended_at=None) | Q(ended_at__gt=start), job_order__isnull=False)
    found: Any = (
        rows.exclude(job_order__in=placed)
        .order_by()
        .values("equipment", "job_order")
        .annotate(
            first=Min("started_at"),
            last=Max(Coalesce("ended_at", Value(end), output_field=DateTimeField())),
        )
    )
    ran = [
        _Ran(row["equipment"], row["job_order"], max(row["first"], start), min(row["last"], end))
        for row in found
        if max(row["first"], start) < min(row["last"], end)
    ]
    if not ran:
        return []
    jobs = {job.pk: job for job in _jobs(site).filter(pk__in={each.job for each in ran})}
    paces = _paces(site, {each.equipment for each in ran}, end)
    before = _made_before(site, jobs, start)
    works = []
    for each in ran:
        job = jobs.get(each.job)
        pace = paces.get((each.equipment, job.made_definition)) if job is not None else None
        if job is not None and pace:
            left = None if job.made is None else max(ZERO, job.made - before.get(job.pk, ZERO))
            works.append(PlannedWork(each.equipment, each.start, each.end, job.made_unit or "", left, pace))
    return works


def _paces(site: Site, machines: Collection[int], at: datetime) -> dict[tuple[int, int], Decimal]:
    """Microseconds a unit, by machine and product, as it holds at an instant."""
    rows = IdealCycle.objects.filter(site=site, equipment__in=machines, valid_from__lt=at)
    rows = rows.filter(Q(valid_until=None) | Q(valid_until__gte=at))
    return {
        (row.equipment_id, row.definition_id): Decimal(row.duration // MICROSECOND) / row.pieces_per_cycle
        for row in rows
    }


def _made_before(site: Site, jobs: Iterable[int], start: datetime) -> dict[int, Decimal]:
    rows: Any = ShiftBucket.objects.filter(site=site, job_order__in=list(jobs), started_at__lt=start).order_by()
    return {row["job"]: row["sum_good"] for row in rows.values(job=F("job_order")).annotate(sum_good=Sum("good"))}
