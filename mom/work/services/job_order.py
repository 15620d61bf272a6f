"""Jobs: added to an order, and moved by commands. One command is one use case, whoever gives it."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext as _

from mom.core.actor import Actor
from mom.core.db.constraints import translating
from mom.core.errors import Conflict, InvalidInput, NotFound, Stale
from mom.core.live.change import tell
from mom.core.use_case import UseCase, use_case
from mom.events.work import JobOrderStatusChanged
from mom.plant.models import Equipment, MaterialDefinition, Person
from mom.work import gate
from mom.work.engine.terms import JobOrderCommand, JobOrderStatus, MaterialUse, ResourceKind, WorkKind
from mom.work.engine.transitions import JOB_ORDER
from mom.work.job_kinds import job_kind
from mom.work.models import JobDependency, JobOrder, JobRequirement, JobResponse, OutputTotal, WorkRequest
from mom.work.permissions import PERMISSION_FOR
from mom.work.services import job_response, work_request

BEGINS = frozenset({JobOrderCommand.START, JobOrderCommand.RESUME})
"""The commands that open a job response."""


@dataclass(frozen=True)
class Output:
    """What a job is to make: quantity in `unit`, and the most it may report (None: no limit)."""

    definition: MaterialDefinition
    quantity: Decimal
    unit: str
    use: MaterialUse = MaterialUse.PRODUCED
    limit: Decimal | None = None


@dataclass(frozen=True)
class Input:
    """What a job needs of a material. With an active quantity the nominal one follows from the potency of the lot."""

    definition: MaterialDefinition
    quantity: Decimal | None
    unit: str
    active_quantity: Decimal | None = None
    use: MaterialUse = MaterialUse.CONSUMED


def add(
    act: UseCase,
    *,
    order: WorkRequest,
    operation: str,
    outputs: list[Output],
    inputs: Sequence[Input] = (),
    directive: Mapping[str, Any] | None = None,
    sequence: int = 10,
    equipment: Equipment | None = None,
    code: str = "",
    planned: tuple[datetime, datetime] | None = None,
) -> JobOrder:
    """Add a job in state waiting, with its outputs, the main one first, and its inputs. Joins the caller's transaction.

    Without a `code` it is the order's number and the sequence. Raises: Conflict where the site has that job.
    """
    code = code or f"{order.code}-{sequence}"
    taken = _("Job %(code)s exists already. Choose another sequence.") % {"code": code}
    with translating({"work_joborder_code_unique_in_site": lambda: Conflict(taken, code="job_exists")}):
        job_order = JobOrder.objects.create(
            site=order.site,
            code=code,
            work_request=order,
            operations_type=order.operations_type,
            operation=operation,
            sequence=sequence,
            priority=order.priority,
            equipment=equipment,
            earliest_start=order.earliest_start,
            latest_end=order.due_at,
            planned_start=planned[0] if planned else None,
            planned_end=planned[1] if planned else None,
            directive=directive or {},
            created_at=act.now,
        )
    _add_outputs(job_order, outputs)
    _add_inputs(job_order, inputs, first_position=10 * (len(outputs) + 1))
    act.record(
        "work.job_order_added",
        subject=job_order,
        site=order.site.code,
        after={"operation": operation, "equipment": equipment.code if equipment else None},
    )
    return job_order


def _add_outputs(job_order: JobOrder, outputs: list[Output]) -> None:
    requirements = JobRequirement.objects.bulk_create(
        JobRequirement(
            site_id=job_order.site_id,
            job_order=job_order,
            position=10 * (index + 1),
            resource_kind=ResourceKind.MATERIAL,
            material_use=output.use,
            definition=output.definition,
            quantity=output.quantity,
            unit=output.unit,
        )
        for index, output in enumerate(outputs)
    )
    OutputTotal.objects.bulk_create(
        OutputTotal(output=requirement, site_id=job_order.site_id, limit=output.limit)
        for requirement, output in zip(requirements, outputs, strict=True)
    )


def _add_inputs(job_order: JobOrder, inputs: Sequence[Input], *, first_position: int) -> None:
    JobRequirement.objects.bulk_create(
        JobRequirement(
            site_id=job_order.site_id,
            job_order=job_order,
            position=first_position + 10 * index,
            resource_kind=ResourceKind.MATERIAL,
            material_use=item.use,
            definition=item.definition,
            quantity=item.quantity,
            unit=item.unit,
            active_quantity=item.active_quantity,
        )
        for index, item in enumerate(inputs)
    )


def follow(act: UseCase, jobs: Sequence[JobOrder]) -> None:
    """Let each of these jobs wait for the end of the one before it. Joins the caller's transaction."""
    JobDependency.objects.bulk_create(
        JobDependency(site_id=after.site_id, predecessor=before, successor=after) for before, after in pairwise(jobs)
    )
    if jobs:
        codes = [job_order.code for job_order in jobs]
        act.record("work.job_orders_linked", subject=jobs[0], site=jobs[0].site.code, after={"sequence": codes})


def locked(pk: int) -> JobOrder:
    """The job, locked for the rest of the transaction. Raises: NotFound."""
    rows = JobOrder.objects.select_for_update(of=("self",)).select_related("site", "equipment")
    job_order = rows.filter(pk=pk).first()
    if job_order is None:
        raise NotFound(_("There is no such job."))
    return job_order


def command(
    actor: Actor,
    job_order_id: int,
    asked: JobOrderCommand,
    *,
    reason: str = "",
    person: Person | None = None,
    version: int | None = None,
    op_uuid: uuid.UUID | None = None,
) -> JobOrder:
    """Give a command to a job: release, start, pause, finish ... `version` refuses an outdated view of it.

    Starting and resuming open a job response and, with a `person`, a labour entry; what ends a run closes them. The
    response takes `op_uuid` as its key, so that the same start sent twice is one start (P01).

    Raises: NotAllowed, NotFound, IllegalTransition, Stale; InvalidInput for a person of another site; Conflict with
    all blockers where the gate says no.
    """
    with use_case(actor, reason) as act:
        job_order = locked(job_order_id)
        act.require(PERMISSION_FOR[asked], job_order.site.code)
        if person is not None and person.site_id != job_order.site_id:
            raise InvalidInput({"person": [_("This person belongs to another site.")]})
        is_keyed = op_uuid is not None and asked in BEGINS
        if is_keyed and JobResponse.objects.filter(job_order=job_order, op_uuid=str(op_uuid)).exists():
            return job_order
        return move(act, job_order, asked, person=person, version=version, op_uuid=op_uuid)


def move(
    act: UseCase,
    job_order: JobOrder,
    asked: JobOrderCommand,
    *,
    person: Person | None = None,
    version: int | None = None,
    op_uuid: uuid.UUID | None = None,
    share: job_response.RunShare | None = None,
    work_kind: WorkKind | None = None,
) -> JobOrder:
    """The same for a job that is locked already; `work_kind` begins with something else than the work itself.

    Joins the caller's transaction; rights are the caller's to ask.
    """
    if version is not None and version != job_order.version:
        raise Stale(_("Job %(job)s was changed meanwhile. Load it again.") % {"job": job_order.code})
    before = JobOrderStatus(job_order.status)
    after = JOB_ORDER.apply(before, asked)
    if asked in BEGINS:
        # Locked and so read anew: the order may have been held, or a job that must not run beside this one been
        # started, while we waited.
        job_order.work_request = work_request.locked(job_order.work_request_id)
    if asked == JobOrderCommand.START:
        _refuse_if(job_order, gate.blockers(job_order, act.now, person))
    elif asked == JobOrderCommand.RESUME:
        _refuse_if(job_order, gate.order_stopped(job_order, act.now))
    job_order.status = after
    job_order.version += 1
    job_order.save(update_fields=["status", "version"])
    if after == JobOrderStatus.RUNNING:
        job_response.open_for(act, job_order, person=person, op_uuid=op_uuid, share=share, work_kind=work_kind)
    elif before == JobOrderStatus.RUNNING:
        job_response.close_for(act, job_order)
    _tell_the_kind(act, job_order, asked)
    work_request.follow_jobs(act, job_order.work_request_id, asked)
    act.record(
        f"work.job_order_{asked}",
        subject=job_order,
        site=job_order.site.code,
        before={"status": before},
        after={"status": after},
    )
    act.publish(
        JobOrderStatusChanged(
            site=job_order.site.code,
            job_order_id=job_order.pk,
            job_order=job_order.code,
            command=asked,
            before=before,
            after=after,
            at=act.now,
        ),
        key=f"job_order:{job_order.pk}",
    )
    tell(job_order.site.code, "job_order", job_order.pk, job_order.version)
    return job_order


def _refuse_if(job_order: JobOrder, found: list[gate.Blocker]) -> None:
    if found:
        reasons = " ".join(blocker.sentence for blocker in found)
        raise Conflict(
            _("Job %(job)s cannot start. %(reasons)s") % {"job": job_order.code, "reasons": reasons},
            code="start_blocked",
        )


def _tell_the_kind(act: UseCase, job_order: JobOrder, asked: JobOrderCommand) -> None:
    kind = job_kind(job_order.operations_type)
    if kind is None:
        return
    if asked == JobOrderCommand.START:
        kind.started(act, job_order)
    elif asked == JobOrderCommand.FINISH:
        kind.finished(act, job_order)
