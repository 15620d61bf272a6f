"""Maintenance jobs: made and taken, begun, waiting, repaired. One act, one use case; signing off is in its own file."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from maintenance import permissions
from maintenance.engine.terms import MaintenanceKind, RequestCommand, Urgency, WaitReason
from maintenance.models import JobPlanVersion, MaintenanceJob, MaintenanceRequest, MaintenanceStep, MaintenanceWait
from maintenance.models.labels import symptom_words
from maintenance.services import maintenance_request as requests
from mom.core import numbers
from mom.core.actor import Actor
from mom.core.errors import Conflict, InvalidInput, NotFound, Stale
from mom.core.live.change import tell
from mom.core.models import AuditEntry
from mom.core.use_case import UseCase, use_case
from mom.plant.models import Equipment, Person
from mom.plant.selectors.document import own_person
from mom.work.engine.terms import JobOrderCommand, JobOrderStatus, OperationsType, WorkRequestCommand
from mom.work.models import JobOrder
from mom.work.public import (
    Input,
    add_job_order,
    add_work_request,
    lock_job_order,
    lock_jobs,
    move_job_order,
    move_work_request,
)

NOUN = "maintenance_job"
PRIORITY = {Urgency.NOW: 90, Urgency.SHIFT: 60, Urgency.WEEK: 40}


@dataclass(frozen=True)
class NewMaintenanceJob:
    """What is done on which machine, why, and by which plan of work. `planned`: when it has the machine."""

    equipment: Equipment
    kind: MaintenanceKind
    operation: str
    version: JobPlanVersion | None = None
    takes_machine: bool = True
    due_at: datetime | None = None
    planned: tuple[datetime, datetime] | None = None
    priority: int = 50


def add(act: UseCase, new: NewMaintenanceJob, **stamps: Any) -> MaintenanceJob:
    """Make a job with its order, steps and parts, and release it. `stamps`: further columns of the job.

    Joins the caller's transaction; rights are the caller's to ask.
    """
    site, version = new.equipment.site, new.version
    code = numbers.next_number(act, site, NOUN)
    order = add_work_request(
        act, site=site, code=code, operations_type=OperationsType.MAINTENANCE, description=new.operation[:200],
        priority=new.priority, due_at=new.due_at, scope=new.equipment,
    )  # fmt: skip
    parts = [] if version is None else version.parts.select_related("definition")
    job_order = add_job_order(
        act, order=order, code=code, operation=new.operation[:200], outputs=[], equipment=new.equipment,
        planned=new.planned, directive=_directive(version),
        inputs=[Input(part.definition, part.quantity, part.definition.unit) for part in parts],
    )  # fmt: skip
    values: dict[str, Any] = {"reported_at": act.now, **stamps}
    job = MaintenanceJob.objects.create(
        site=site, job_order=job_order, code=code, equipment=new.equipment, kind=new.kind, job_plan_version=version,
        takes_machine=new.takes_machine, due_at=new.due_at, **values,
    )  # fmt: skip
    if version is not None:
        _copy_steps(job, version)
    held = lock_jobs(order.pk)
    move_work_request(act, order, held, WorkRequestCommand.RELEASE)
    job.job_order = held[0]
    after = {"machine": new.equipment.code, "kind": str(new.kind), "operation": new.operation}
    act.record("maintenance.job_added", subject=job, site=site.code, after=after)
    _tell(job)
    return job


def _directive(version: JobPlanVersion | None) -> dict[str, Any]:
    return {} if version is None else {"job_plan": version.job_plan.code, "version": version.number}


def _copy_steps(job: MaintenanceJob, version: JobPlanVersion) -> None:
    MaintenanceStep.objects.bulk_create(
        MaintenanceStep(
            site_id=job.site_id, job=job, position=step.position, text=step.text, kind=step.kind, unit=step.unit,
            low=step.low, high=step.high, is_required=step.is_required,
        )
        for step in version.steps.all()
    )  # fmt: skip


def plan_job(actor: Actor, new: NewMaintenanceJob) -> MaintenanceJob:
    """Make a job that nobody requested. Raises: NotAllowed; InvalidInput without words or of another site's plan."""
    with use_case(actor) as act:
        act.require(permissions.PLAN, new.equipment.site.code)
        if not new.operation.strip():
            raise InvalidInput({"operation": [_("Say what is to be done.")]})
        if new.version is not None and new.version.site_id != new.equipment.site_id:
            raise InvalidInput({"job_plan": [_("This job plan belongs to another site.")]})
        return add(act, new)


def accept(
    actor: Actor, request_id: int, *, technician: Person | None = None, version: JobPlanVersion | None = None
) -> MaintenanceJob:
    """Take a request: its job is open, in the hands of `technician` (else of who accepts). Accepted already: that job.

    Raises: NotAllowed, NotFound, IllegalTransition; InvalidInput for a person or a plan of another site.
    """
    with use_case(actor) as act:
        request = requests.locked(request_id)
        act.require(permissions.EXECUTE_JOB, request.site.code)
        open_one = request.jobs.filter(given_up_at=None).select_related(*RELATED).first()
        if open_one is not None:
            return open_one
        person = technician or own_person(act.actor, request.site)
        for field, row in (("technician", person), ("job_plan", version)):
            if row is not None and row.site_id != request.site_id:
                raise InvalidInput({field: [_("This belongs to another site.")]})
        if request.stop_id is None:
            request.stop = requests.open_stop(request.equipment)
        requests.move(act, request, RequestCommand.ACCEPT)
        new = NewMaintenanceJob(
            request.equipment, MaintenanceKind.CORRECTIVE, _operation(request), version,
            priority=PRIORITY[Urgency(request.urgency)],
        )  # fmt: skip
        began = request.stop.started_at if request.stop else None
        return add(
            act, new, request=request, stop=request.stop, technician=person, mode=request.symptom,
            occurred_at=began if began is None else min(began, request.reported_at),
            reported_at=request.reported_at, accepted_at=max(act.now, request.reported_at),
        )  # fmt: skip


def _operation(request: MaintenanceRequest) -> str:
    return request.text or symptom_words(request.symptom)


RELATED = ("site", "equipment__site", "job_order__work_request", "request", "stop", "technician", "job_plan_version")


def locked(act: UseCase, job_order_id: int, right: str, version: int | None = None) -> tuple[MaintenanceJob, JobOrder]:
    """The job and its job order, locked. Raises: NotAllowed, NotFound, Stale; Conflict for one that was given up."""
    job_order = lock_job_order(job_order_id, with_order=True)
    rows = MaintenanceJob.objects.select_for_update(of=("self",)).select_related(*RELATED)
    job = rows.filter(pk=job_order_id).order_by("pk").first()
    if job is None:
        raise NotFound(_("There is no such maintenance job."))
    act.require(right, job.site.code)
    if job.given_up_at is not None:
        raise Conflict(_("Job %(job)s was cancelled.") % {"job": job.code}, code="job_given_up")
    if version is not None and version != job.version:
        raise Stale(_("Job %(job)s was changed meanwhile. Load it again.") % {"job": job.code})
    job.job_order = job_order
    return job, job_order


def keep(act: UseCase, job: MaintenanceJob, action: str, **values: Any) -> None:
    """Write columns of a locked job, with their audit entry. Joins the caller's transaction."""
    before = {name: getattr(job, name) for name in values}
    for name, value in values.items():
        setattr(job, name, value)
    job.version += 1
    job.save(update_fields=[*values, "version"])
    plain = {name: value if isinstance(value, str | datetime | bool) else str(value) for name, value in values.items()}
    told = {name: value if isinstance(value, str | datetime | bool) else str(value) for name, value in before.items()}
    act.record(f"maintenance.{action}", subject=job, site=job.site.code, before=told, after=plain)
    _tell(job)


def _tell(job: MaintenanceJob) -> None:
    tell(job.site.code, "maintenance_job", job.pk, job.version)


def assign(actor: Actor, job_order_id: int, technician: Person | None) -> MaintenanceJob:
    """Put a job into somebody's hands, or back. Raises: NotAllowed, NotFound, InvalidInput, Conflict."""
    with use_case(actor) as act:
        job, _order = locked(act, job_order_id, permissions.EXECUTE_JOB)
        if technician is not None and technician.site_id != job.site_id:
            raise InvalidInput({"technician": [_("This person belongs to another site.")]})
        keep(act, job, "job_assigned", technician=technician)
        return job


def arrive(actor: Actor, job_order_id: int, *, version: int | None = None) -> MaintenanceJob:
    """Begin at the machine: the job runs, who came works on it, and the machine is maintenance's until it is signed.

    Raises: NotAllowed, NotFound, IllegalTransition, Stale; Conflict with what the gate forbids.
    """
    with use_case(actor) as act:
        job, job_order = locked(act, job_order_id, permissions.EXECUTE_JOB, version)
        person = own_person(act.actor, job.site) or job.technician
        move_job_order(act, job_order, JobOrderCommand.START, person=person, order=job_order.work_request)
        at = max(act.now, job.accepted_at or job.reported_at)
        keep(
            act, job, "job_arrived", accepted_at=job.accepted_at or at, arrived_at=at,
            technician=job.technician or person,
        )  # fmt: skip
        return job


def not_arrived(act: UseCase, job_order: JobOrder) -> None:
    """The start of a locked job is undone, so nobody came, and the machine is free. Joins the caller's transaction.

    Who accepted it with that start has not; who took it as technician keeps it. Raises: Conflict where something was
    done on it since.
    """
    rows = MaintenanceJob.objects.select_for_update(of=("self",)).select_related("site").order_by("pk")
    job = rows.filter(job_order=job_order).first()
    if job is None:
        return
    about = {"subject_type": MaintenanceJob._meta.label_lower, "subject_id": str(job.pk)}
    acts = list(AuditEntry.objects.filter(**about).order_by("-id")[:2])
    begun = next((each for each in acts if each.action == "maintenance.job_begun"), None)
    if begun is None or acts[0].action not in {"maintenance.job_begun", "maintenance.job_arrived"}:
        sentence = _("Maintenance job %(job)s was worked on since its start. Let it wait, or repair it.")
        raise Conflict(sentence % {"job": job.code}, code="maintenance_begun")
    was_accepted = begun.before["accepted_at"] != str(None)
    keep(act, job, "job_begun_undone", arrived_at=None, accepted_at=job.accepted_at if was_accepted else None)


def wait(actor: Actor, job_order_id: int, reason: WaitReason, *, note: str = "") -> MaintenanceJob:
    """The work can't go on: it waits for parts, a permit, people. Labour ends meanwhile; the machine stays taken.

    Raises: NotAllowed, NotFound, IllegalTransition, Conflict.
    """
    with use_case(actor, note) as act:
        job, job_order = locked(act, job_order_id, permissions.EXECUTE_JOB)
        move_job_order(act, job_order, JobOrderCommand.HOLD)
        MaintenanceWait.objects.create(
            site=job.site, job=job, reason=WaitReason(reason), note=note.strip()[:200], started_at=act.now
        )
        keep(act, job, "job_waits")
        return job


def resume(actor: Actor, job_order_id: int) -> MaintenanceJob:
    """The work goes on. Raises: NotAllowed, NotFound, IllegalTransition, Conflict."""
    with use_case(actor) as act:
        job, job_order = locked(act, job_order_id, permissions.EXECUTE_JOB)
        person = own_person(act.actor, job.site) or job.technician
        move_job_order(act, job_order, JobOrderCommand.RESUME, person=person, order=job_order.work_request)
        end_wait(act, job)
        keep(act, job, "job_resumed")
        return job


def end_wait(act: UseCase, job: MaintenanceJob) -> None:
    """Whatever the job waited for is there. Joins the caller's transaction."""
    for waiting in MaintenanceWait.objects.select_for_update().filter(job=job, ended_at=None):
        waiting.ended_at = max(act.now, waiting.started_at)
        waiting.save(update_fields=["ended_at"])


def unanswered(job: MaintenanceJob) -> Sequence[MaintenanceStep]:
    """Steps that must be answered and are not. One statement."""
    return list(job.steps.filter(is_required=True, answered_at=None).order_by("position"))


def cancel(actor: Actor, job_order_id: int, *, reason: str) -> MaintenanceJob:
    """Give a job up: its request is open again, its machine and parts are free, its due date is cancelled.

    Raises: NotAllowed, NotFound, InvalidInput without a reason; Conflict for one that is repaired already.
    """
    if len(reason.strip()) < 2:
        raise InvalidInput({"reason": [_("Say why.")]})
    with use_case(actor, reason) as act:
        job, job_order = locked(act, job_order_id, permissions.PLAN)
        if job.repaired_at is not None:
            raise Conflict(_("The work is done. Sign it off instead."), code="job_repaired")
        is_begun = job_order.status not in {JobOrderStatus.WAITING, JobOrderStatus.READY}
        command = JobOrderCommand.ABORT if is_begun else JobOrderCommand.CANCEL
        move_job_order(act, job_order, command, order=job_order.work_request)
        given_up(act, job)
        whole = WorkRequestCommand.ABORT if is_begun else WorkRequestCommand.CANCEL
        move_work_request(act, job_order.work_request, [], whole)
        return job


def given_up(act: UseCase, job: MaintenanceJob) -> None:
    """What follows from a job that ended without being done. Joins the caller's transaction."""
    from maintenance.services.plan_occurrence import cancelled

    end_wait(act, job)
    keep(act, job, "job_given_up", given_up_at=act.now)
    job.job_order.reservations.all().delete()
    cancelled(act, job)
    if job.request_id is not None:
        requests.move(act, requests.locked(job.request_id), RequestCommand.REOPEN)


def span(version: JobPlanVersion) -> timedelta:
    """How long a job of this version has the machine."""
    return version.duration
