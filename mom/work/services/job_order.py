"""Jobs: added to an order, and moved by commands. One command is one use case, whoever gives it."""

import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from mom.core.actor import Actor
from mom.core.db import rows
from mom.core.db.constraints import translating
from mom.core.db.prepared import Prepared
from mom.core.db.statements import Statement
from mom.core.errors import Conflict, InvalidInput, NotFound, Stale
from mom.core.live.change import tell
from mom.core.use_case import UseCase, use_case
from mom.events.work import JobOrderStatusChanged
from mom.plant.models import Equipment, MaterialDefinition, Person
from mom.work import gate
from mom.work.engine.terms import OUTPUT_USES, JobOrderCommand, JobOrderStatus, MaterialUse, ResourceKind, WorkKind
from mom.work.engine.transitions import JOB_ORDER, UNDOABLE
from mom.work.job_kinds import job_kind
from mom.work.models import JobDependency, JobOrder, JobRequirement, JobResponse, OutputTotal, WorkRequest
from mom.work.permissions import PERMISSION_FOR
from mom.work.services import job_response, job_state, told_time, work_request

BEGINS = frozenset({JobOrderCommand.START, JobOrderCommand.RESUME})
"""The commands that open a job response."""
MOVES_ORDER = BEGINS | work_request.FOLLOWED
"""The commands that look at the order or may move it on: it is locked with the job."""


@dataclass(frozen=True)
class Output:
    """What a job is to make: quantity in `unit`, and the most it may report (None: no limit)."""

    definition: MaterialDefinition
    quantity: Decimal
    unit: str
    use: MaterialUse = MaterialUse.PRODUCED
    limit: Decimal | None = None
    is_backflushed: bool = False


@dataclass(frozen=True)
class Input:
    """What a job needs of a material. With an active quantity the nominal one follows from the potency of the lot."""

    definition: MaterialDefinition
    quantity: Decimal | None
    unit: str
    active_quantity: Decimal | None = None
    use: MaterialUse = MaterialUse.CONSUMED
    is_backflushed: bool = False


@dataclass(frozen=True)
class NewJob:
    """A job of an order: what is done where, what comes of it (the main output first) and what goes in.

    Without a `code` it is the order's number and the sequence.
    """

    operation: str
    outputs: Sequence[Output]
    inputs: Sequence[Input] = ()
    directive: Mapping[str, Any] = field(default_factory=dict)
    sequence: int = 10
    equipment: Equipment | None = None
    code: str = ""
    planned: tuple[datetime, datetime] | None = None
    setup_duration: timedelta | None = None
    run_duration: timedelta | None = None


def add(act: UseCase, *, order: WorkRequest, **new: Any) -> JobOrder:
    """Add a job in state waiting; `new` are the fields of `NewJob`. Joins the caller's transaction.

    Raises: Conflict where the site has that job.
    """
    return add_all(act, order, [NewJob(**new)])[0]


def add_all(act: UseCase, order: WorkRequest, new: Sequence[NewJob]) -> list[JobOrder]:
    """Add the jobs of an order. Joins the caller's transaction; three statements for however many."""
    jobs = _created(act, order, new)
    requirements = rows.add_all(
        requirement
        for job_order, each in zip(jobs, new, strict=True)
        for requirement in (*_outputs(job_order, each.outputs), *_inputs(job_order, each.inputs, len(each.outputs)))
    )
    limits = [limit for each in new for limit in (*(o.limit for o in each.outputs), *(None for _ in each.inputs))]
    rows.add_all(
        OutputTotal(output=requirement, site_id=order.site_id, limit=limit)
        for requirement, limit in zip(requirements, limits, strict=True)
        if requirement.material_use in OUTPUT_USES
    )
    for job_order in jobs:
        machine = job_order.equipment.code if job_order.equipment else None
        after = {"operation": job_order.operation, "equipment": machine}
        act.record("work.job_order_added", subject=job_order, site=order.site.code, after=after)
    return jobs


def _created(act: UseCase, order: WorkRequest, new: Sequence[NewJob]) -> list[JobOrder]:
    codes = [each.code or f"{order.code}-{each.sequence}" for each in new]
    taken = _("Job %(code)s exists already. Choose another sequence.") % {"code": ", ".join(codes)}
    refusals = {"work_joborder_code_unique_in_site": lambda: Conflict(taken, code="job_exists")}
    with translating(refusals, ends_act=True):
        return rows.add_all(
            JobOrder(
                site=order.site,
                code=code,
                work_request=order,
                operations_type=order.operations_type,
                operation=each.operation,
                sequence=each.sequence,
                priority=order.priority,
                equipment=each.equipment,
                earliest_start=order.earliest_start,
                latest_end=order.due_at,
                planned_start=each.planned[0] if each.planned else None,
                planned_end=each.planned[1] if each.planned else None,
                setup_duration=each.setup_duration,
                run_duration=each.run_duration,
                directive=each.directive,
                created_at=act.now,
            )
            for each, code in zip(new, codes, strict=True)
        )


def _outputs(job_order: JobOrder, outputs: Sequence[Output]) -> list[JobRequirement]:
    return [
        JobRequirement(
            site_id=job_order.site_id,
            job_order=job_order,
            position=10 * (index + 1),
            resource_kind=ResourceKind.MATERIAL,
            material_use=output.use,
            definition=output.definition,
            quantity=output.quantity,
            unit=output.unit,
            is_backflushed=output.is_backflushed,
        )
        for index, output in enumerate(outputs)
    ]


def _inputs(job_order: JobOrder, inputs: Sequence[Input], outputs: int) -> list[JobRequirement]:
    return [
        JobRequirement(
            site_id=job_order.site_id,
            job_order=job_order,
            position=10 * (outputs + index + 1),
            resource_kind=ResourceKind.MATERIAL,
            material_use=item.use,
            definition=item.definition,
            quantity=item.quantity,
            unit=item.unit,
            active_quantity=item.active_quantity,
            is_backflushed=item.is_backflushed,
        )
        for index, item in enumerate(inputs)
    ]


def add_inputs(act: UseCase, job_order: JobOrder, inputs: Sequence[Input]) -> list[JobRequirement]:
    """What a locked job needs beside what it was made with: a spare part found on the way. Joins the transaction."""
    found = rows.add_all(_inputs(job_order, inputs, job_order.requirements.count()))
    for item in inputs:
        after = {"material": item.definition.code, "quantity": str(item.quantity), "unit": item.unit}
        act.record("work.job_input_added", subject=job_order, site=job_order.site.code, after=after)
    return found


def follow(act: UseCase, jobs: Sequence[JobOrder]) -> None:
    """Let each of these jobs wait for the end of the one before it. Joins the caller's transaction."""
    rows.add_all(
        JobDependency(site_id=after.site_id, predecessor=before, successor=after) for before, after in pairwise(jobs)
    )
    if len(jobs) > 1:
        codes = [job_order.code for job_order in jobs]
        act.record("work.job_orders_linked", subject=jobs[0], site=jobs[0].site.code, after={"sequence": codes})


def _locking(*held: str) -> Prepared[JobOrder]:
    jobs = JobOrder.objects.select_related("site", "equipment", "work_request").order_by("pk")
    return Prepared(lambda pk: jobs.select_for_update(of=held).filter(pk=pk))


_ALONE, _WITH_ORDER = _locking("self"), _locking("self", "work_request")


def locked(pk: int, *, with_order: bool = False) -> JobOrder:
    """The job, locked for the rest of the transaction; `with_order` its order too, after it. Raises: NotFound."""
    job_order = (_WITH_ORDER if with_order else _ALONE).first(pk=pk)
    if job_order is None:
        raise NotFound(_("There is no such job."))
    job_order.work_request.site = job_order.site
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
    seen_by: str = "",
    at: datetime | None = None,
) -> JobOrder:
    """Give a command to a job: release, start, pause, finish ... `version` refuses an outdated view of it.

    Starting and resuming open a job response and, with a `person`, a labour entry; what ends a run closes them. The
    response takes `op_uuid` as its key, so that the same start sent twice is one start (P01). Who has not the right
    `seen_by` at its site is told what is true of a job that is not there. `at`: when it happened, where that is told
    later (`told_time.moment` bounds it).

    Raises: NotAllowed, NotFound, IllegalTransition, Stale; InvalidInput for a person of another site or a time that
    can't be; Conflict with all blockers where the gate says no, or for a time before the job's last act.
    """
    with use_case(actor, reason, is_all=True) as act:
        job_order = locked(job_order_id, with_order=asked in MOVES_ORDER)
        if seen_by and not actor.may(seen_by, job_order.site.code):
            raise NotFound(_("There is no such job."))
        act.require(PERMISSION_FOR[asked], job_order.site.code)
        if person is not None and person.site_id != job_order.site_id:
            raise InvalidInput({"person": [_("This person belongs to another site.")]})
        is_keyed = op_uuid is not None and asked in BEGINS
        if is_keyed and JobResponse.objects.filter(job_order=job_order, op_uuid=str(op_uuid)).exists():
            return job_order
        order = job_order.work_request if asked in MOVES_ORDER else None
        return move(act, job_order, asked, person=person, version=version, op_uuid=op_uuid, order=order, at=at)


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
    order: WorkRequest | None = None,
    at: datetime | None = None,
) -> JobOrder:
    """The same for a job that is locked already; `work_kind` begins with something else than the work itself.

    `order`: its order, where that is locked too. The job comes back with its `told_outputs`. Joins the caller's
    transaction; rights are the caller's to ask.
    """
    if version is not None and version != job_order.version:
        raise Stale(_("Job %(job)s was changed meanwhile. Load it again.") % {"job": job_order.code})
    before = JobOrderStatus(job_order.status)
    after = JOB_ORDER.apply(before, asked)
    at = told_time.moment(act, job_order, at)
    op_uuid = op_uuid or uuid.uuid4()
    if order is None and asked in MOVES_ORDER:
        # Locked and so read anew: the order may have been held, or a job that must not run beside this one been
        # started, while we waited.
        order = work_request.locked(job_order.work_request_id)
    if order is not None:
        job_order.work_request = order
    if asked == JobOrderCommand.START:
        refuse_if(job_order, gate.blockers(job_order, at, person))
    elif asked == JobOrderCommand.RESUME:
        found = [each for each in gate.resume_in_the_way(job_order, at) if each.forbids]
        refuse_if(job_order, gate.order_stopped(job_order, at) + found)
    job_order.status = after
    job_order.version += 1
    values = {"status": after, "version": job_order.version, "job": job_order.pk}
    if after == JobOrderStatus.RUNNING:
        moving = job_state.moving(values)
        job_response.open_for(
            act, job_order, person=person, op_uuid=op_uuid, share=share, work_kind=work_kind, at=at, along=moving
        )
        around = job_state.Around.of(moving.given)
    elif before == JobOrderStatus.RUNNING:
        begun, is_in_run, around = job_state.moved_and_ended({**values, "at": at})
        job_response.closed(act, job_order, begun, is_in_run=is_in_run)
    else:
        around = job_state.moved(values)
    job_order.told_outputs = around.made
    _tell_the_kind(act, job_order, asked, at)
    if order is not None:
        work_request.follow_jobs(act, order, asked, {after, *around.others})
    _say(act, job_order, asked, before, at, key=op_uuid)
    return job_order


def put_back(job_order: JobOrder, to: JobOrderStatus) -> None:
    """Write the state that a locked job had before an act that is undone. Joins the caller's transaction."""
    job_order.status = to
    job_order.version += 1
    job_state.moved({"status": to, "version": job_order.version, "job": job_order.pk})


def move_all(act: UseCase, order: WorkRequest, jobs: Sequence[JobOrder], asked: JobOrderCommand) -> None:
    """Move jobs of a locked order, locked too, that can all take the command. Joins the caller's transaction.

    Those that nobody works on cost one statement, however many they are.
    """
    resting: dict[JobOrderStatus, list[tuple[JobOrder, JobOrderStatus]]] = defaultdict(list)
    for job_order in jobs:
        before = JobOrderStatus(job_order.status)
        after = JOB_ORDER.apply(before, asked)
        if JobOrderStatus.RUNNING in {before, after}:
            move(act, job_order, asked, order=order)
        else:
            job_order.status, job_order.work_request = after, order
            job_order.version += 1
            resting[after].append((job_order, before))
    for after, moved in resting.items():
        with connection.cursor() as cursor:
            _MOVED_TOGETHER.execute(cursor, {"status": after, "jobs": [job_order.pk for job_order, _before in moved]})
        for job_order, before in moved:
            _tell_the_kind(act, job_order, asked, act.now)
            _say(act, job_order, asked, before, act.now)


_MOVED_TOGETHER = Statement(
    "UPDATE work_joborder SET status = %(status)s, version = version + 1 WHERE id = ANY(%(jobs)s::bigint[])",
    "move_jobs",
)


def _say(
    act: UseCase,
    job_order: JobOrder,
    asked: JobOrderCommand,
    before: JobOrderStatus,
    at: datetime,
    key: uuid.UUID | None = None,
) -> None:
    """`key`: by which an undo names the act."""
    site, after = job_order.site.code, JobOrderStatus(job_order.status)
    told: dict[str, Any] = {"status": after} if at == act.now else {"status": after, "occurred_at": at}
    if key is not None and asked in UNDOABLE:
        told["key"] = key
    act.record(f"work.job_order_{asked}", subject=job_order, site=site, before={"status": before}, after=told)
    act.publish(
        JobOrderStatusChanged(
            site=site,
            job_order_id=job_order.pk,
            job_order=job_order.code,
            command=asked,
            before=before,
            after=after,
            at=at,
        ),
        key=f"job_order:{job_order.pk}",
    )
    tell(site, "job_order", job_order.pk, job_order.version)


def refuse_if(job_order: JobOrder, found: list[gate.Blocker]) -> None:
    """Raises: Conflict with what forbids the job to run."""
    if found:
        reasons = " ".join(blocker.sentence for blocker in found)
        raise Conflict(
            _("Job %(job)s cannot start. %(reasons)s") % {"job": job_order.code, "reasons": reasons},
            code="start_blocked",
        )


def _tell_the_kind(act: UseCase, job_order: JobOrder, asked: JobOrderCommand, at: datetime) -> None:
    kind = job_kind(job_order.operations_type)
    if kind is None:
        return
    if asked == JobOrderCommand.START:
        kind.started(act, job_order, at)
    elif asked == JobOrderCommand.FINISH:
        kind.finished(act, job_order)
