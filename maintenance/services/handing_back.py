"""The end of a maintenance job: repaired with its cause, then signed off, which gives the machine back."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from maintenance import permissions
from maintenance.engine.failure_codes import CAUSES, MECHANISMS, MODES
from maintenance.engine.terms import MaintenanceKind, RepairOutcome, RequestCommand, Urgency
from maintenance.models import MaintenanceJob
from maintenance.services import maintenance_request as requests
from maintenance.services import plan_occurrence
from maintenance.services.maintenance_job import end_wait, keep, locked, unanswered
from mom.accounts.engine.signing import Meaning
from mom.accounts.public import SignerCredentials, sign
from mom.core.actor import Actor
from mom.core.errors import Conflict, InvalidInput
from mom.core.use_case import UseCase, use_case
from mom.events.maintenance import MachineReleased
from mom.work.engine.terms import JobOrderCommand, JobOrderStatus, WorkRequestCommand, WorkRequestStatus
from mom.work.public import move_job_order, move_work_request

RECORD_CLASS = "maintenance.job"


@dataclass(frozen=True)
class Repair:
    """What was wrong, why, and in which state the machine is now. Codes of ISO 14224."""

    outcome: RepairOutcome
    finding: str = ""
    mode: str = ""
    mechanism: str = ""
    cause: str = ""
    left: str = ""
    """What is left to do after a repair for now."""


def repaired(actor: Actor, job_order_id: int, repair: Repair, *, version: int | None = None) -> MaintenanceJob:
    """The work is done; the machine stays maintenance's until somebody signs. A repair for now opens what is left.

    Raises: NotAllowed, NotFound, IllegalTransition, Stale; InvalidInput for codes that are none, a repair without mode,
    or for now without what is left; Conflict with the steps that are not answered.
    """
    with use_case(actor) as act:
        job, job_order = locked(act, job_order_id, permissions.EXECUTE_JOB, version)
        _check(job, repair)
        missing = unanswered(job)
        if missing:
            words = "; ".join(step.text for step in missing[:3])
            raise Conflict(_("Answer these steps first: %(steps)s.") % {"steps": words}, code="steps_open")
        end_wait(act, job)
        keep(
            act, job, "job_repaired", repaired_at=max(act.now, job.arrived_at or act.now), outcome=repair.outcome,
            finding=repair.finding.strip(), mode=repair.mode or job.mode, mechanism=repair.mechanism,
            cause=repair.cause,
        )  # fmt: skip
        move_job_order(act, job_order, JobOrderCommand.FINISH, order=job_order.work_request)
        if repair.outcome == RepairOutcome.TEMPORARY:
            _open_what_is_left(act, job, repair)
        return job


def _check(job: MaintenanceJob, repair: Repair) -> None:
    wrong: dict[str, list[str]] = {}
    for field, code, known in (
        ("mode", repair.mode, MODES),
        ("mechanism", repair.mechanism, MECHANISMS),
        ("cause", repair.cause, CAUSES),
    ):
        if code and code not in known:
            wrong[field] = [_("There is no such code.")]
    if job.kind == MaintenanceKind.CORRECTIVE and not (repair.mode or job.mode):
        wrong["mode"] = [_("Say what failed.")]
    if repair.outcome == RepairOutcome.TEMPORARY and len(repair.left.strip()) < 2:
        wrong["left"] = [_("Say what is left to do.")]
    if len(repair.finding) > 1000:
        wrong["finding"] = [_("At most 1000 characters.")]
    if wrong:
        raise InvalidInput(wrong)


def _open_what_is_left(act: UseCase, job: MaintenanceJob, repair: Repair) -> None:
    new = requests.NewRequest(repair.mode or job.mode or "OTH", Urgency.WEEK, repair.left[:500])
    key = uuid.uuid5(uuid.NAMESPACE_URL, f"maintenance-left:{job.pk}")
    requests.add(act, job.equipment, new, op_uuid=key, follows=job)


def signed_content(job: MaintenanceJob) -> Mapping[str, Any]:
    """What the signature covers, in words that don't change with the language."""
    steps = job.steps.order_by("position")
    return {
        "job": job.code,
        "machine": job.equipment.code,
        "outcome": job.outcome,
        "finding": job.finding,
        "mode": job.mode,
        "mechanism": job.mechanism,
        "cause": job.cause,
        "repaired_at": job.repaired_at,
        "steps": [[step.position, step.text, step.is_ok, step.number, step.answer] for step in steps],
    }


def signed_version(job: MaintenanceJob) -> str:
    """What of the job is signed."""
    return str(job.version)


def sign_off(actor: Actor, job_order_id: int, *, credentials: SignerCredentials, reason: str) -> MaintenanceJob:
    """Sign that the machine may produce again: it is production's, the job closed, its request done.

    Raises: NotAllowed, NotFound, SigningError, Stale, InvalidInput without a reason; Conflict for a job that is not
    repaired, or is signed already.
    """
    with use_case(actor, reason) as act:
        job, job_order = locked(act, job_order_id, permissions.RELEASE_MACHINE)
        if job.handed_back_at is not None:
            raise Conflict(_("Job %(job)s is signed off already.") % {"job": job.code}, code="signed_already")
        if job.repaired_at is None:
            raise Conflict(_("Finish the work first, then sign."), code="job_not_repaired")
        signature = sign(
            act, site=job.site, record_class=RECORD_CLASS, credentials=credentials, meaning=Meaning.APPROVED,
            subject=job, content=signed_content(job), authors=[], reason=reason, version=signed_version(job),
        )  # fmt: skip
        keep(act, job, "machine_released", handed_back_at=max(act.now, job.repaired_at), signature=signature)
        if job_order.status == JobOrderStatus.COMPLETED:
            move_job_order(act, job_order, JobOrderCommand.CLOSE, order=job_order.work_request)
        if job_order.work_request.status == WorkRequestStatus.COMPLETED:
            move_work_request(act, job_order.work_request, [], WorkRequestCommand.CLOSE)
        job_order.reservations.filter(ended_at__gt=act.now).delete()
        plan_occurrence.completed(act, job)
        if job.request_id is not None:
            requests.move(act, requests.locked(job.request_id), RequestCommand.FINISH)
        _announce(act, job)
        return job


def _announce(act: UseCase, job: MaintenanceJob) -> None:
    act.publish(
        MachineReleased(
            site=job.site.code,
            job_order_id=job.pk,
            job=job.code,
            machine_id=job.equipment_id,
            machine=job.equipment.code,
            outcome=job.outcome,
            at=act.now,
        ),
        key=f"job_order:{job.pk}",
    )
