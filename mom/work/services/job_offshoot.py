"""Jobs made of another job after its order was planned: a part of it, its rest, rework, a replacement.

All functions join the caller's transaction, for an order whose jobs are locked, then itself; rights are the caller's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from django.utils.translation import gettext as _

from mom.core.db.constraints import translating
from mom.core.errors import Conflict
from mom.core.live.change import tell
from mom.core.use_case import UseCase
from mom.events.work import JobOrderMadeOf
from mom.plant.models import Equipment
from mom.work.engine.parts import part_of
from mom.work.engine.terms import (
    OUTPUT_USES,
    JobOrderStatus,
    JobOrigin,
    WorkRequestCommand,
    WorkRequestStatus,
)
from mom.work.engine.transitions import WORK_REQUEST
from mom.work.job_kinds import PartedJob, follow_part
from mom.work.models import JobDependency, JobOrder, JobRequirement, OutputTotal, WorkRequest
from mom.work.services import work_request

MATERIAL_AMOUNTS = ("quantity", "active_quantity", "second_quantity")
NOT_BEGUN = frozenset({JobOrderStatus.WAITING, JobOrderStatus.READY})
UNRELEASED = frozenset({WorkRequestStatus.FORECAST, WorkRequestStatus.WAITING})


@dataclass(frozen=True)
class Parent:
    """A job of a locked order with what it needs and makes, and the sums of its main output."""

    order: WorkRequest
    job: JobOrder
    requirements: Sequence[JobRequirement]
    main: JobRequirement
    total: OutputTotal | None

    @property
    def quantity(self) -> Decimal:
        """How much it is to make. Raises: Conflict where nobody said."""
        if not self.main.quantity:
            sentence = _("Nobody said how much job %(job)s is to make.") % {"job": self.job.code}
            raise Conflict(sentence, code="no_quantity")
        quantity: Decimal = self.main.quantity
        return quantity

    def reported(self, *kinds: str) -> Decimal:
        """The sum of these kinds in its ledger; of all four where none is named."""
        names = kinds or ("good", "scrap", "rework", "review")
        if self.total is None:
            return Decimal(0)
        return sum((getattr(self.total, name) for name in names), Decimal(0))

    @property
    def unmade(self) -> Decimal:
        """What of its quantity was not reported as anything yet."""
        return max(Decimal(0), self.quantity - self.reported())


def parent_of(order: WorkRequest, job: JobOrder) -> Parent:
    """A locked job with its parts. One statement. Raises: Conflict where it makes nothing."""
    rows = JobRequirement.objects.filter(job_order=job).select_related("definition", "total")
    requirements = list(rows.order_by("position", "id"))
    main = next((row for row in requirements if row.material_use in OUTPUT_USES), None)
    if main is None:
        raise Conflict(_("Job %(job)s makes nothing.") % {"job": job.code}, code="makes_nothing")
    return Parent(order, job, requirements, main, getattr(main, "total", None))


@dataclass(frozen=True)
class Offshoot:
    """A job to be made of another one: why, how much of the main output, and where it differs.

    `takes`: the parent gives it up. `has_inputs`: it needs the materials that its part of the parent needs.
    """

    origin: JobOrigin
    quantity: Decimal
    takes: bool = False
    has_inputs: bool = True
    operation: str = ""
    equipment: Equipment | None = None
    duration: timedelta | None = None  # in place of the part of the parent's run time
    reference: str = ""  # what asked for it: a nonconformance


def add(act: UseCase, parent: Parent, new: Offshoot, codes: set[str]) -> JobOrder:
    """Add the job; `codes` are those of all jobs of the order, its own is added. Links are the caller's.

    Raises: Conflict where the parent would keep less than was reported.
    """
    job = _job(act, parent, new, _next_code(parent.job, codes))
    codes.add(job.code)
    sources, rows, limits = _requirements(parent, new, job)
    made = JobRequirement.objects.bulk_create(rows)
    OutputTotal.objects.bulk_create(
        OutputTotal(output=row, site_id=job.site_id, limit=limit)
        for row, limit in zip(made, limits, strict=True)
        if row.material_use in OUTPUT_USES
    )
    if new.takes:
        less = _give_up(parent, new)
        lines = [(source, row) for source, row in zip(sources, made, strict=True) if source.pk in less]
        follow_part(act, PartedJob(parent.job, job, lines))
    _say(act, parent, new, job)
    return job


def _job(act: UseCase, parent: Parent, new: Offshoot, code: str) -> JobOrder:
    of = parent.job
    run = new.duration
    if run is None and new.origin != JobOrigin.REWORK and of.run_duration is not None:
        run = _part_of_time(of.run_duration, new.quantity, parent.quantity)
    setup = None if new.origin == JobOrigin.REWORK else of.setup_duration
    status = JobOrderStatus.WAITING if parent.order.status in UNRELEASED else JobOrderStatus.READY
    return JobOrder.objects.create(
        site=of.site,
        code=code,
        work_request=parent.order,
        operations_type=of.operations_type,
        operation=(new.operation or of.operation)[:200],
        sequence=of.sequence,
        status=status,
        priority=of.priority,
        equipment=new.equipment or of.equipment,
        earliest_start=of.earliest_start,
        latest_end=of.latest_end,
        setup_duration=setup,
        run_duration=run,
        directive=of.directive,
        origin=new.origin,
        origin_job=of,
        replaces=of if new.origin == JobOrigin.REPLACEMENT else None,
        created_at=act.now,
    )


def _part_of_time(time: timedelta, part: Decimal, whole: Decimal) -> timedelta:
    micro = timedelta(microseconds=1)
    return micro * int(Decimal(time // micro) * part / whole)


def _next_code(of: JobOrder, codes: set[str]) -> str:
    """The operation's number with the next free one behind it: WO-1-20.1, WO-1-20.2."""
    base = of.code
    if of.origin and of.code.rpartition(".")[2].isdigit():
        base = of.code.rpartition(".")[0]
    number = 1
    while f"{base}.{number}" in codes:
        number += 1
    return f"{base}.{number}"


def _requirements(
    parent: Parent, new: Offshoot, job: JobOrder
) -> tuple[list[JobRequirement], list[JobRequirement], list[Decimal | None]]:
    """Lines of the parent, those of the job that are made of them, one for one, and the limits of these."""
    sources: list[JobRequirement] = []
    rows: list[JobRequirement] = []
    limits: list[Decimal | None] = []
    for each in parent.requirements:
        is_output = each.material_use in OUTPUT_USES
        if not new.has_inputs and each.pk != parent.main.pk:
            continue
        amounts = {name: _part(parent, new, each, getattr(each, name)) for name in MATERIAL_AMOUNTS}
        row = JobRequirement(job_order=job, **_copied(each), **amounts)
        limit = each.total.limit if is_output and hasattr(each, "total") else None
        sources.append(each)
        rows.append(row)
        # Its part and no more: what may be made beyond stays with the parent, whose limit follows its quantity.
        limits.append(None if limit is None else row.quantity)
    return sources, rows, limits


def _copied(row: JobRequirement) -> dict[str, object]:
    parted = {*MATERIAL_AMOUNTS, "id", "job_order"}
    return {field.attname: getattr(row, field.attname) for field in row._meta.fields if field.name not in parted}


def _part(parent: Parent, new: Offshoot, row: JobRequirement, amount: Decimal | None) -> Decimal | None:
    """Its part; what is needed once, whatever the quantity (a filter, a sample), is needed by each."""
    if amount is None or _is_needed_once(parent.job, row):
        return amount
    if row.pk == parent.main.pk and amount == parent.quantity:
        return new.quantity
    return part_of(amount, new.quantity, parent.quantity)


def _is_needed_once(job: JobOrder, row: JobRequirement) -> bool:
    lines = job.directive.get("materials", []) if isinstance(job.directive, dict) else []
    code = row.definition.code if row.definition else ""
    return any(
        line.get("material") == code and line.get("use") == row.material_use and line.get("is_scaled") is False
        for line in lines
    )


def _give_up(parent: Parent, new: Offshoot) -> set[int]:
    """Take the part out of the parent, in what it makes, needs and may report, and out of its time.

    Gives the keys of the lines that became less; what is needed once stays whole.
    """
    job, whole = parent.job, parent.quantity
    kept: list[tuple[JobRequirement, str, Decimal]] = []
    for row in parent.requirements:
        for name in MATERIAL_AMOUNTS:
            amount, part = getattr(row, name), _part(parent, new, row, getattr(row, name))
            if amount is not None and part is not None and not _is_needed_once(job, row):
                kept.append((row, name, amount - part))
    for row, name, amount in kept:
        setattr(row, name, amount)
    sentence = _("Job %(job)s would keep less than was reported on it. Take less of it.") % {"job": job.code}
    with translating({"work_outputtotal_within_limit": lambda: Conflict(sentence, code="more_than_allowed")}):
        JobRequirement.objects.bulk_update(parent.requirements, MATERIAL_AMOUNTS)
    if job.run_duration is not None:
        job.run_duration -= _part_of_time(job.run_duration, new.quantity, whole)
    job.version += 1
    job.save(update_fields=["run_duration", "version"])
    return {row.pk for row, _name, _amount in kept}


def _say(act: UseCase, parent: Parent, new: Offshoot, job: JobOrder) -> None:
    site, of = job.site.code, parent.job
    after = {"origin": new.origin, "of": of.code, "quantity": str(new.quantity), "unit": parent.main.unit}
    if new.reference:
        after["reference"] = new.reference
    act.record("work.job_order_made_of", subject=job, site=site, after=after)
    event = JobOrderMadeOf(
        site, job.pk, job.code, new.origin, of.pk, new.quantity, parent.main.unit, new.reference, act.now
    )
    act.publish(event, key=f"job_order:{job.pk}")
    tell(site, "job_order", of.pk, of.version)


def wait_like(job: JobOrder, of: JobOrder) -> None:
    """Let a new job wait for what another one waits for. Two statements."""
    links = JobDependency.objects.filter(successor=of)
    JobDependency.objects.bulk_create(
        JobDependency(
            site_id=job.site_id,
            predecessor_id=link.predecessor_id,
            successor=job,
            kind=link.kind,
            minimum_lag=link.minimum_lag,
            maximum_lag=link.maximum_lag,
        )
        for link in links
    )


def be_awaited_like(job: JobOrder, of: JobOrder) -> None:
    """Let what waits for a job and has not begun wait for a new one too. Two statements."""
    links = JobDependency.objects.filter(predecessor=of, successor__status__in=NOT_BEGUN)
    JobDependency.objects.bulk_create(
        JobDependency(
            site_id=job.site_id,
            predecessor=job,
            successor_id=link.successor_id,
            kind=link.kind,
            minimum_lag=link.minimum_lag,
            maximum_lag=link.maximum_lag,
        )
        for link in links
    )


def be_awaited_instead(job: JobOrder, of: JobOrder) -> None:
    """Let what waits for a job wait for its replacement. One statement."""
    JobDependency.objects.filter(predecessor=of).update(predecessor=job)


def reopen(act: UseCase, order: WorkRequest) -> None:
    """An order that was complete goes on where it gets another job. Raises: Conflict where it has ended for good."""
    status = WorkRequestStatus(order.status)
    if WorkRequestCommand.REOPEN in WORK_REQUEST.commands(status):
        work_request.move(act, order, WorkRequestCommand.REOPEN)
    elif status in {WorkRequestStatus.CLOSED, WorkRequestStatus.ABORTED, WorkRequestStatus.CANCELLED}:
        sentence = _("Order %(order)s has ended. Add another order.") % {"order": order.code}
        raise Conflict(sentence, code="order_ended")
