"""What is made of a job after its order was planned: split, finished early, reworked, failed and replaced.

Each is one use case. The jobs of the order are locked by key, then the order, as a command to the whole order does.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal

from django.utils.translation import gettext as _

from mom.core.actor import Actor
from mom.core.engine.units import PIECES
from mom.core.errors import Conflict, InvalidInput, NotFound, Stale
from mom.core.use_case import UseCase, use_case
from mom.core.web import printing
from mom.plant.models import Equipment, Reason
from mom.work import permissions
from mom.work.engine.terms import (
    OPEN_JOB_ORDER_STATUSES,
    JobOrderCommand,
    JobOrderStatus,
    JobOrigin,
    OperationsType,
    QuantityKind,
)
from mom.work.models import JobDependency, JobOrder, WorkRequest
from mom.work.models.labels import JOB_ORDER_STATUS
from mom.work.public import (
    Offshoot,
    Parent,
    Reported,
    add_offshoot,
    add_reports,
    be_awaited_instead,
    be_awaited_like,
    follow_job_orders,
    lock_jobs,
    lock_work_request,
    move_job_order,
    parent_of,
    reopen_order,
    wait_like,
)
from production.engine.job_changes import ALLOWED, JobChange, Pieces, Rest
from production.selectors.job_change import pieces_of
from production.services.planned_times import plan_new


@dataclass(frozen=True)
class Opened:
    """A job with its order and all jobs of it, locked, and what stands about its pieces."""

    order: WorkRequest
    jobs: Sequence[JobOrder]
    parent: Parent
    pieces: Pieces
    codes: set[str] = field(default_factory=set)

    @property
    def job(self) -> JobOrder:
        """The job that something is made of."""
        return self.parent.job


def split(
    actor: Actor,
    job_order_id: int,
    quantity: Decimal,
    *,
    equipment: Equipment | None = None,
    reason: str = "",
    version: int | None = None,
) -> JobOrder:
    """Take `quantity` out of a job into a new one, which may run beside it, on another machine.

    Both wait for the same jobs, and what waits for the one waits for the other; together they make what was ordered.
    Raises: NotAllowed, NotFound, Stale; Conflict for a job that has ended; InvalidInput for more than is open, or all.
    """
    with use_case(actor, reason) as act:
        opened = _opened(act, job_order_id, JobChange.SPLIT, permissions.DISPATCH_JOB_ORDER, version)
        _check_machine(opened.job, equipment)
        _check_whole(opened, quantity)
        if not opened.pieces.may_split(quantity):
            most = _number(min(opened.pieces.unmade, opened.pieces.ordered))
            words = {"most": most, "job": opened.job.code}
            sentence = _("Take more than none of job %(job)s, and less than %(most)s: what is reported stays on it.")
            if opened.pieces.reported:
                sentence = _("Take at most %(most)s of job %(job)s: what is reported stays on it.")
            raise InvalidInput({"quantity": [sentence % words]})
        return _split_off(act, opened, JobOrigin.SPLIT, quantity, equipment)


def _split_off(
    act: UseCase, opened: Opened, origin: JobOrigin, quantity: Decimal, equipment: Equipment | None = None
) -> JobOrder:
    new = Offshoot(origin, quantity, takes=True, equipment=equipment)
    job = add_offshoot(act, opened.parent, new, opened.codes)
    wait_like(job, opened.job)
    be_awaited_like(job, opened.job)
    plan_new(act, opened.order, opened.jobs, [job])
    return job


@dataclass(frozen=True)
class Finished:
    """A job that was finished before it made all: the job for the rest, or how much it is short."""

    job: JobOrder
    rest_job: JobOrder | None
    short: Decimal


def finish_early(
    actor: Actor, job_order_id: int, rest: Rest, *, reason: str = "", version: int | None = None
) -> Finished:
    """Finish a job that made fewer than ordered: the rest goes to a new job, or the job is closed short.

    With nothing left it is simply finished. Raises: NotAllowed, NotFound, Stale, IllegalTransition; Conflict for a job
    that nobody began, or that made nothing and whose rest would be all of it.
    """
    with use_case(actor, reason) as act:
        opened = _opened(act, job_order_id, JobChange.FINISH_EARLY, permissions.EXECUTE_JOB_ORDER, version)
        left, rest_job = opened.pieces.unmade, None
        if left and rest == Rest.NEW_JOB:
            if left == opened.pieces.ordered:
                sentence = _("Nothing is reported on job %(job)s. Report what was made, or pause it.")
                raise Conflict(sentence % {"job": opened.job.code}, code="nothing_made")
            rest_job = _split_off(act, opened, JobOrigin.REMAINDER, left)
        elif left:
            after = {"short": str(left), "unit": opened.parent.main.unit}
            act.record("work.job_order_closed_short", subject=opened.job, site=opened.order.site.code, after=after)
        finished = move_job_order(act, opened.job, JobOrderCommand.FINISH, order=opened.order)
        return Finished(finished, rest_job, Decimal(0) if rest_job else left)


@dataclass(frozen=True)
class Rework:
    """So many pieces of a job to be worked on again: what is to be done, where, and in what time, if known."""

    quantity: Decimal
    operation: str = ""
    equipment: Equipment | None = None
    duration: timedelta | None = None
    reference: str = ""  # a nonconformance


def rework(actor: Actor, job_order_id: int, wish: Rework, *, reason: str, version: int | None = None) -> JobOrder:
    """Make a job for pieces that were reported as rework or review; what comes next waits for it.

    Raises: NotAllowed, NotFound, Stale; Conflict for a job that nobody began, or an order that has ended;
    InvalidInput without a reason, or for more than was reported so and is in no rework job yet.
    """
    _check_reason(reason)
    with use_case(actor, reason) as act:
        opened = _opened(act, job_order_id, JobChange.REWORK, permissions.DISPATCH_JOB_ORDER, version)
        return _rework(act, opened, wish)


def make_rework_job(act: UseCase, job_order_id: int, wish: Rework) -> JobOrder:
    """The same within the caller's transaction; rights are the caller's to ask. Raises: as `rework`."""
    return _rework(act, _opened(act, job_order_id, JobChange.REWORK), wish)


def _rework(act: UseCase, opened: Opened, wish: Rework) -> JobOrder:
    _check_machine(opened.job, wish.equipment)
    _check_whole(opened, wish.quantity)
    most = opened.pieces.most(JobChange.REWORK)
    if not 0 < wish.quantity <= most:
        words = {"most": _number(most), "job": opened.job.code}
        sentence = _(
            "Waiting for rework on job %(job)s: %(most)s. Report further pieces on it as rework or review first."
        )
        raise InvalidInput({"quantity": [sentence % words]}, code="more_than_reported")
    reopen_order(act, opened.order)
    new = Offshoot(
        JobOrigin.REWORK,
        wish.quantity,
        has_inputs=False,
        operation=wish.operation or _("Rework: %(operation)s") % {"operation": opened.job.operation},
        equipment=wish.equipment,
        duration=wish.duration,
        reference=wish.reference,
    )
    job = add_offshoot(act, opened.parent, new, opened.codes)
    be_awaited_like(job, opened.job)
    plan_new(act, opened.order, opened.jobs, [job])
    return job


@dataclass(frozen=True)
class Failure:
    """How a job failed: how many pieces are lost that nobody reported yet, why, and from which operation on anew.

    `quantity`: for how many a replacement is made, all that are missing unless it says fewer. `from_sequence`: the
    first operation that the new pieces go through; None: only that of the failed job.
    """

    scrap: Decimal = Decimal(0)
    scrap_reason: Reason | None = None
    quantity: Decimal | None = None
    from_sequence: int | None = None


def replace(
    actor: Actor, job_order_id: int, failure: Failure, *, reason: str, version: int | None = None
) -> list[JobOrder]:
    """A job failed: report what is lost, end it, and make jobs for the missing pieces; those, the replacement last.

    An open job is aborted, what it made stays; a finished one stays finished. What waits for it waits for the
    replacement. Raises: NotAllowed, NotFound, Stale; Conflict where nothing is missing or the order has ended;
    InvalidInput without a reason, or for more than is missing.
    """
    _check_reason(reason)
    with use_case(actor, reason) as act:
        opened = _opened(act, job_order_id, JobChange.REPLACE, permissions.DISPATCH_JOB_ORDER, version)
        if failure.scrap:
            _scrap(act, opened, failure)
            opened = _opened(act, job_order_id, JobChange.REPLACE)
        quantity = _missing(opened, failure)
        reopen_order(act, opened.order)
        made = _replacements(act, opened, quantity, failure.from_sequence)
        if opened.job.status != JobOrderStatus.COMPLETED:
            be_awaited_instead(made[-1], opened.job)
        if opened.job.status in OPEN_JOB_ORDER_STATUSES:
            move_job_order(act, opened.job, JobOrderCommand.ABORT, order=opened.order)
        elif opened.job.status == JobOrderStatus.COMPLETED:
            be_awaited_like(made[-1], opened.job)
        plan_new(act, opened.order, opened.jobs, made)
        return made


def _scrap(act: UseCase, opened: Opened, failure: Failure) -> None:
    _check_whole(opened, failure.scrap)
    if not 0 < failure.scrap <= opened.pieces.unmade:
        words = {"most": _number(opened.pieces.unmade), "job": opened.job.code}
        sentence = _("Not reported yet on job %(job)s: %(most)s. Scrap at most these.")
        raise InvalidInput({"scrap": [sentence % words]})
    lost = [Reported(QuantityKind.SCRAP, failure.scrap, reason=failure.scrap_reason)]
    add_reports(act, opened.job, lost, op_uuid=uuid.uuid4())


def _missing(opened: Opened, failure: Failure) -> Decimal:
    most = opened.pieces.most(JobChange.REPLACE)
    if not most:
        sentence = _("Nothing is missing of job %(job)s: no replacement is needed.") % {"job": opened.job.code}
        raise Conflict(sentence, code="nothing_missing")
    quantity = most if failure.quantity is None else failure.quantity
    _check_whole(opened, quantity)
    if not 0 < quantity <= most:
        words = {"most": _number(most), "job": opened.job.code}
        raise InvalidInput({"quantity": [_("Of job %(job)s %(most)s are missing. Replace at most these.") % words]})
    return quantity


def _replacements(act: UseCase, opened: Opened, quantity: Decimal, from_sequence: int | None) -> list[JobOrder]:
    """New jobs for the operations from `from_sequence` to that of the failed job, one after the other."""
    steps = [opened.job]
    if from_sequence is not None:
        steps = [*_before(opened, from_sequence), opened.job]
    made = []
    for step in steps:
        parent = opened.parent if step.pk == opened.job.pk else parent_of(opened.order, step)
        whole = min(quantity, parent.quantity) if step.pk != opened.job.pk else quantity
        made.append(add_offshoot(act, parent, Offshoot(JobOrigin.REPLACEMENT, whole), opened.codes))
    wait_like(made[0], steps[0])
    if len(made) > 1:
        follow_job_orders(act, made)
    return made


def _before(opened: Opened, from_sequence: int) -> list[JobOrder]:
    """One job of each operation that the failed one came after, from a sequence on, in order."""
    links = JobDependency.objects.filter(successor__work_request=opened.order)
    before: dict[int, list[int]] = {}
    for successor, predecessor in links.values_list("successor_id", "predecessor_id"):
        before.setdefault(successor, []).append(predecessor)
    seen: set[int] = set()
    left = [opened.job.pk]
    while left:
        found = [pk for pk in before.get(left.pop(), []) if pk not in seen]
        seen.update(found)
        left += found
    jobs = sorted((job for job in opened.jobs if job.pk in seen), key=lambda job: (job.sequence, job.pk))
    first: dict[int, JobOrder] = {}
    for job in jobs:
        if from_sequence <= job.sequence < opened.job.sequence and job.origin != JobOrigin.REWORK:
            first.setdefault(job.sequence, job)
    return list(first.values())


def _opened(act: UseCase, job_order_id: int, change: JobChange, right: str = "", version: int | None = None) -> Opened:
    """Lock the jobs of the job's order, then the order. Raises: NotFound, NotAllowed, Stale, Conflict."""
    known = JobOrder.objects.filter(pk=job_order_id, operations_type=OperationsType.PRODUCTION)
    order_id = known.values_list("work_request_id", flat=True).first()
    jobs = lock_jobs(order_id) if order_id is not None else []
    job = next((each for each in jobs if each.pk == job_order_id), None)
    if job is None or order_id is None:
        raise NotFound(_("There is no such job."))
    order = lock_work_request(order_id)
    job.work_request = order
    if right:
        act.require(right, order.site.code)
    if version is not None and version != job.version:
        raise Stale(_("Job %(job)s was changed meanwhile. Load it again.") % {"job": job.code})
    if job.status not in ALLOWED[change]:
        words = {"job": job.code, "status": JOB_ORDER_STATUS.label(job.status)}
        raise Conflict(
            _("Job %(job)s is in state %(status)s. This can't be done with it.") % words, code=f"no_{change}"
        )
    parent = parent_of(order, job)
    return Opened(order, jobs, parent, pieces_of(parent), {each.code for each in jobs})


def _check_reason(reason: str) -> None:
    if len(reason.strip()) < 2:
        raise InvalidInput({"reason": [_("Say why.")]})


def _check_machine(job: JobOrder, equipment: Equipment | None) -> None:
    if equipment is not None and equipment.site_id != job.site_id:
        raise InvalidInput({"machine": [_("This machine belongs to another site.")]})


def _check_whole(opened: Opened, quantity: Decimal) -> None:
    if opened.parent.main.unit in PIECES and quantity % 1:
        raise InvalidInput({"quantity": [_("Pieces are whole: give a number without a fraction.")]})


def _number(quantity: Decimal) -> str:
    return str(printing.number(quantity))
