"""Work that was reported elsewhere and comes in by the thousand: orders, jobs, outputs, and the facts, over COPY.

All functions join the caller's transaction, which holds whatever lock keeps two imports of a site apart. Reports make
job responses and labour entries, never reservations, and stay as they were reported, overlaps included.
"""

import uuid
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Max

from mom.accounts.models import Site
from mom.core.db.bulk import allocate_ids, copy_rows
from mom.core.use_case import Subject, UseCase
from mom.events.work import WorkReported
from mom.plant.engine.calendar import local_day
from mom.work.engine.terms import (
    JobOrderStatus,
    MaterialUse,
    OperationsType,
    QuantityKind,
    ResourceKind,
    WorkRequestStatus,
)
from mom.work.models import JobOrder, JobRequirement, JobResponse, LabourEntry, QuantityReport, WorkRequest

_STAMP = ("recorded_at", "recorded_by", "reversal_reason")
_TIMES = ("started_at", "ended_at", "duration")
_JOB_COLUMNS = (
    "id", "site_id", "code", "work_request_id", "operations_type", "operation", "sequence", "status", "priority",
    "equipment_id", "directive", "version", "created_at",
)  # fmt: skip
_OUTPUT_COLUMNS = (
    "id", "site_id", "job_order_id", "position", "resource_kind", "material_use", "definition_id", "quantity", "unit",
    "second_unit",
)  # fmt: skip
_RESPONSE_COLUMNS = (
    "id",
    "site_id",
    "op_uuid",
    *_STAMP,
    "job_order_id",
    "equipment_id",
    "work_kind",
    "is_rework",
    *_TIMES,
)
_LABOUR_COLUMNS = ("site_id", "op_uuid", *_STAMP, "person_id", "job_response_id", *_TIMES)
_QUANTITY_COLUMNS = (
    "site_id", "op_uuid", *_STAMP, "output_id", "job_response_id", "person_id", "kind", "quantity", "unit",
    "second_unit", "note", "occurred_at",
)  # fmt: skip


class ReportedJob(NamedTuple):
    """An operation of an order, as the reports imply it: where it mostly ran and when it first started."""

    order_id: int
    order_code: str
    operation: str
    equipment_id: int | None
    first_start: datetime


class ReportedOutput(NamedTuple):
    """What a job made: a material, in a unit, and how much the order wants of it (None: nobody said)."""

    job_order_id: int
    definition_id: int
    quantity: Decimal | None
    unit: str


class ReportedWork(NamedTuple):
    """One report: who worked on what, where, when, for how long, and what came out. Quantities are in `unit`."""

    op_uuid: uuid.UUID
    job_order_id: int
    equipment_id: int | None
    person_id: int | None
    output_id: int | None
    work_kind: str
    is_rework: bool
    started_at: datetime
    ended_at: datetime
    duration: timedelta
    unit: str
    good: Decimal
    scrap: Decimal
    rework: Decimal
    review: Decimal


def order_ids(site: Site, codes: Collection[str]) -> dict[str, int]:
    """Code to key for those of the site's orders that exist."""
    return dict(WorkRequest.objects.filter(site=site, code__in=list(codes)).values_list("code", "id"))


def add_orders(
    act: UseCase,
    site: Site,
    orders: Mapping[str, str],
    status: WorkRequestStatus,
    due_at: Mapping[str, datetime] | None = None,
) -> dict[str, int]:
    """Adds production orders (code to description) in `status`, due when `due_at` says so by code. Code to key."""
    due = due_at or {}
    missing = sorted(orders)
    ids = allocate_ids(WorkRequest, len(missing))
    columns = (
        *("id", "site_id", "code", "operations_type", "description", "status"),
        *("priority", "version", "created_at", "due_at"),
    )
    kind, state = OperationsType.PRODUCTION.value, status.value
    lines = (
        (pk, site.pk, code, kind, orders[code], state, 50, 1, act.now, due.get(code))
        for pk, code in zip(ids, missing, strict=True)
    )
    copy_rows(WorkRequest._meta.db_table, columns, lines)
    if missing:
        act.record(
            "work.work_request_added", subject=_many(WorkRequest, missing), site=site.code, after={"codes": missing}
        )
    return dict(zip(missing, ids, strict=True))


def job_order_ids(orders: Collection[int]) -> dict[tuple[int, str], int]:
    """(Order, operation) to key for every job of `orders`; the oldest where an operation has several."""
    rows = JobOrder.objects.filter(work_request__in=list(orders)).order_by("-id")
    return {(order, operation): pk for order, operation, pk in rows.values_list("work_request_id", "operation", "id")}


def add_job_orders(
    act: UseCase, site: Site, jobs: Collection[ReportedJob], status: JobOrderStatus
) -> dict[tuple[int, str], int]:
    """Adds jobs in `status`, in order of first start behind those their orders have. (Order, operation) to key."""
    wanted = sorted(jobs, key=lambda job: (job.order_id, job.first_start, job.operation))
    rows = (
        JobOrder.objects.filter(work_request__in={job.order_id for job in wanted}).order_by().values("work_request_id")
    )
    last: dict[int, int] = dict(rows.annotate(last=Max("sequence")).values_list("work_request_id", "last"))
    ids = allocate_ids(JobOrder, len(wanted))

    def lines() -> Iterator[tuple[Any, ...]]:
        for pk, job in zip(ids, wanted, strict=True):
            last[job.order_id] = sequence = last.get(job.order_id, 0) // 10 * 10 + 10
            code = f"{job.order_code}-{sequence}"
            domain = OperationsType.PRODUCTION.value
            place = (job.operation, sequence, status.value, 50, job.equipment_id)
            yield (pk, site.pk, code, job.order_id, domain, *place, {}, 1, act.now)

    copy_rows(JobOrder._meta.db_table, _JOB_COLUMNS, lines())
    if wanted:
        codes = sorted({job.order_code for job in wanted})
        act.record("work.job_order_added", subject=_many(JobOrder, wanted), site=site.code, after={"orders": codes})
    return {(job.order_id, job.operation): pk for pk, job in zip(ids, wanted, strict=True)}


def output_ids(_act: UseCase, site: Site, outputs: Iterable[ReportedOutput]) -> dict[tuple[int, int], int]:
    """(Job, material) to key for every output; one that a job lacks is added as produced, without a limit."""
    wanted = {(output.job_order_id, output.definition_id): output for output in outputs}
    rows = JobRequirement.objects.filter(
        job_order__in={job for job, _ in wanted}, material_use=MaterialUse.PRODUCED, definition__isnull=False
    ).order_by("-position", "-id")
    found = {(job, definition): pk for job, definition, pk in rows.values_list("job_order_id", "definition_id", "id")}
    missing = [key for key in sorted(wanted) if key not in found]
    ids = allocate_ids(JobRequirement, len(missing))
    kind, use = ResourceKind.MATERIAL.value, MaterialUse.PRODUCED.value
    copy_rows(
        JobRequirement._meta.db_table,
        _OUTPUT_COLUMNS,
        (
            (
                pk,
                site.pk,
                job,
                10,
                kind,
                use,
                definition,
                wanted[job, definition].quantity,
                wanted[job, definition].unit,
                "",
            )
            for pk, (job, definition) in zip(ids, missing, strict=True)
        ),
    )
    return found | dict(zip(missing, ids, strict=True))


def record_reported_work(act: UseCase, site: Site, rows: Sequence[ReportedWork]) -> list[int]:
    """Adds a job response for each report, the labour of its person and its quantities, and announces the days.

    The keys of the responses come back in the order of `rows`. A quantity of zero is no report. Labour has
    the report's key and quantities one made from it, so the same report twice is refused whole by the database.
    """
    if not rows:
        return []
    ids = allocate_ids(JobResponse, len(rows))
    stamp = (act.now.isoformat(), act.actor.label, "")
    _copy_responses(site, ids, rows, stamp)
    _copy_labour(site, ids, rows, stamp)
    _copy_quantities(site, ids, rows, stamp)
    instants = {instant for row in rows for instant in (row.started_at, row.ended_at)}
    days = tuple(sorted({local_day(instant, site.zone) for instant in instants}))
    machines = tuple(sorted({row.equipment_id for row in rows if row.equipment_id is not None}))
    event = WorkReported(site.code, days, machines, min(instants), max(instants))
    act.publish(event, key=f"site:{site.code}")
    return ids


def _copy_responses(site: Site, ids: Sequence[int], rows: Sequence[ReportedWork], stamp: tuple[str, str, str]) -> None:
    copy_rows(
        JobResponse._meta.db_table,
        _RESPONSE_COLUMNS,
        (
            (
                pk,
                site.pk,
                row.op_uuid,
                *stamp,
                row.job_order_id,
                row.equipment_id,
                row.work_kind,
                row.is_rework,
                *_times(row),
            )
            for pk, row in zip(ids, rows, strict=True)
        ),
    )


def _copy_labour(site: Site, ids: Sequence[int], rows: Sequence[ReportedWork], stamp: tuple[str, str, str]) -> None:
    copy_rows(
        LabourEntry._meta.db_table,
        _LABOUR_COLUMNS,
        (
            (site.pk, row.op_uuid, *stamp, row.person_id, pk, *_times(row))
            for pk, row in zip(ids, rows, strict=True)
            if row.person_id is not None
        ),
    )


def _copy_quantities(site: Site, ids: Sequence[int], rows: Sequence[ReportedWork], stamp: tuple[str, str, str]) -> None:
    kinds = (QuantityKind.GOOD.value, QuantityKind.SCRAP.value, QuantityKind.REWORK.value, QuantityKind.REVIEW.value)

    def lines() -> Iterator[tuple[Any, ...]]:
        for pk, row in zip(ids, rows, strict=True):
            for kind, quantity in zip(kinds, (row.good, row.scrap, row.rework, row.review), strict=True):
                if quantity:
                    key = uuid.uuid5(row.op_uuid, kind)
                    facts = (row.output_id, pk, row.person_id, kind, quantity, row.unit, "", "", row.ended_at)
                    yield (site.pk, key, *stamp, *facts)

    copy_rows(QuantityReport._meta.db_table, _QUANTITY_COLUMNS, lines())


def _times(row: ReportedWork) -> tuple[datetime, datetime, timedelta]:
    return row.started_at, row.ended_at, row.duration


def _many(model: type[WorkRequest] | type[JobOrder], rows: Collection[object]) -> Subject:
    return Subject(model._meta.label_lower, "", f"{len(rows)} {model._meta.verbose_name_plural}")
