"""What planning reads: machines with their capacity and calendar, and what is planned on them. Three statements."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce, JSONObject
from django.utils.dateparse import parse_duration

from mom.accounts.models import Site
from mom.core.engine.interval import Interval
from mom.plant.engine.terms import CapacityKind
from mom.plant.models import Equipment
from mom.plant.selectors.calendar import plans_at_once
from mom.work.engine.terms import (
    BEGUN_JOB_ORDER_STATUSES,
    OPEN_JOB_ORDER_STATUSES,
    OUTPUT_USES,
    DependencyKind,
    JobOrderStatus,
)
from mom.work.models import EquipmentReservation, JobDependency, JobOrder, JobRequirement
from production.engine.forward_pass import AHEAD, Load, Place, Span, Wait, Work, WorkingTime

DEEPEST = 6
"""Equipment stands at most so many levels below the top."""
TO_PLAN = frozenset({JobOrderStatus.WAITING, JobOrderStatus.READY})


@dataclass(frozen=True)
class ToPlan:
    """What the forward pass is given: the jobs of an order, and the places where they run."""

    works: list[Work]
    places: dict[int | None, Place]


def to_plan(
    site: Site, order_id: int, machines: Collection[int], now: datetime, *, only: Collection[int] | None = None
) -> ToPlan:
    """The open jobs of an order and what is planned on its machines, from `now` on. Three statements.

    With `only`, the other jobs of the order that have a plan keep it.

    The machines' rows are locked, so that two who plan on one machine do it one after the other.
    """
    found = _machines(machines, now)
    calendars = {row.works_by for row in found if row.works_by is not None}  # type: ignore[attr-defined]
    plans = plans_at_once(calendars, Interval(now, now + AHEAD), top_of=site)
    own, others = _jobs(order_id, machines, now)

    def time_of(calendar: int | None) -> WorkingTime:
        plan = plans.by_calendar.get(calendar) if calendar is not None else plans.top
        return WorkingTime(now, plan.working if plan is not None else lambda window: [window])

    places: dict[int | None, Place] = {None: Place(time_of(None), Load(None))}
    for row in found:
        time = time_of(row.works_by)  # type: ignore[attr-defined]
        spans = [Span(max(now, start), end) for start, end in _reserved(row, order_id)]
        spans += [span for job in others if job.equipment_id == row.pk and (span := _stands(job, time, now))]
        places[row.pk] = Place(time, Load(_room(row), spans))
    keeping = {job.pk for job in own if only is not None and job.pk not in only and job.planned_end is not None}
    return ToPlan([_work(job, now, keeps_plan=job.pk in keeping) for job in own], places)


def _machines(keys: Collection[int], now: datetime) -> list[Equipment]:
    """Machines, locked, with `works_by`, the key of the nearest calendar, and `reserved`. One statement."""
    steps = ["parent__" * step + "calendar" for step in range(DEEPEST + 1)]
    reserved = EquipmentReservation.objects.filter(equipment=OuterRef("pk"), ended_at__gt=now)
    one = JSONObject(start="started_at", end="ended_at", order="job_order__work_request")
    rows = Equipment.objects.filter(pk__in=keys).select_for_update(of=("self",), no_key=True)
    return list(
        rows.annotate(
            works_by=Coalesce(*(F(step) for step in steps)),
            reserved=ArraySubquery(reserved.order_by("started_at").values(found=one)),
        ).order_by("pk")
    )


def _jobs(order_id: int, machines: Collection[int], now: datetime) -> tuple[list[Any], list[Any]]:
    """The open jobs of the order, in sequence, and those of others that its machines have before them.

    With `made`, the part of its quantity that is reported, and `links`, what it waits for. A job of another order that
    should have begun and was not takes no time: it is planned again when somebody asks. One statement.
    """
    ahead = Q(planned_end__gt=now) | Q(status__in=BEGUN_JOB_ORDER_STATUSES)
    rows = JobOrder.objects.filter(
        Q(work_request=order_id) | Q(equipment__in=list(machines)) & ahead, status__in=OPEN_JOB_ORDER_STATUSES
    )
    outputs = JobRequirement.objects.filter(job_order=OuterRef("pk"), material_use__in=OUTPUT_USES, quantity__gt=0)
    total = F("total__good") + F("total__scrap") + F("total__rework") + F("total__review")
    links = JobDependency.objects.filter(successor=OuterRef("pk"))
    one = JSONObject(before="predecessor_id", kind="kind", lag="minimum_lag")
    rows = rows.annotate(
        made=Subquery(outputs.order_by("position", "id").values(part=total / F("quantity"))[:1]),
        links=ArraySubquery(links.values(found=one)),
    )
    found = list(rows.order_by("sequence", "pk"))
    own = [job for job in found if job.work_request_id == order_id]
    return own, [job for job in found if job.work_request_id != order_id]


def _work(job: Any, now: datetime, *, keeps_plan: bool) -> Work:
    is_begun = job.status in BEGUN_JOB_ORDER_STATUSES
    not_before = now if is_begun or job.earliest_start is None else max(now, job.earliest_start)
    waits = [
        Wait(link["before"], DependencyKind(link["kind"]), parse_duration(link["lag"] or "0") or timedelta(0))
        for link in job.links
    ]
    fixed = Span(job.planned_start, job.planned_end) if keeps_plan and not is_begun else None
    return Work(job.pk, job.equipment_id, left_of(job), not_before, waits, is_begun=is_begun, fixed=fixed)


def left_of(job: Any) -> timedelta | None:
    """The working time that a job still takes: all of it before it begins, then that of what is not made yet."""
    if job.setup_duration is None and job.run_duration is None:
        return None
    setup, run = job.setup_duration or timedelta(0), job.run_duration or timedelta(0)
    if job.status in TO_PLAN:
        return setup + run
    open_part = max(Decimal(0), 1 - Decimal(job.made or 0))
    return timedelta(microseconds=int(Decimal(run // timedelta(microseconds=1)) * open_part))


def _stands(job: Any, time: WorkingTime, now: datetime) -> Span | None:
    """When a job of another order has its machine: as planned, or from now on for what it still has to make."""
    if job.status in BEGUN_JOB_ORDER_STATUSES:
        left = left_of(job)
        return time.span(now, left) if left is not None else None
    if job.planned_start is None or job.planned_end is None:
        return None
    return Span(max(now, job.planned_start), job.planned_end)


def _reserved(machine: Any, order_id: int) -> Sequence[tuple[datetime, datetime]]:
    """The reservations of a machine for other orders."""
    return [
        (datetime.fromisoformat(each["start"]), datetime.fromisoformat(each["end"]))
        for each in machine.reserved
        if each["order"] != order_id
    ]


def _room(machine: Equipment) -> int | None:
    """How many jobs fit beside each other; of a shared quantity nobody says how much a job takes."""
    if machine.capacity_kind == CapacityKind.EXCLUSIVE:
        return 1
    return machine.capacity_places if machine.capacity_kind == CapacityKind.PLACES else None
