"""Inspections: job orders of the quality type that come due once, take their samples, and end as these say."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from mom.core import numbers
from mom.core.actor import Actor
from mom.core.errors import Conflict, InvalidInput, NotFound
from mom.core.use_case import UseCase, use_case
from mom.events.quality import InspectionDue
from mom.work.engine.terms import JobOrderCommand, JobOrderStatus, OperationsType, WorkRequestCommand
from mom.work.models import JobOrder, JobResponse
from mom.work.public import (
    add_job_order,
    add_work_request,
    lock_job_order,
    lock_jobs,
    lock_work_request,
    move_job_order,
    move_work_request,
)
from quality import permissions
from quality.engine.terms import InspectionCause, InspectionCommand, InspectionStatus, NonconformanceStatus
from quality.engine.transitions import INSPECTION
from quality.models import Characteristic, Inspection, InspectionItem, Nonconformance, Sample
from quality.models.labels import INSPECTION_CAUSE
from quality.selectors.watched import main_output, watched


def ask(actor: Actor, job_order_id: int, characteristics: Sequence[str] = ()) -> Inspection:
    """Ask for an inspection of a job now, of everything that its plan has there, or of some by their code.

    Raises: NotAllowed, NotFound; Conflict for a job that no control plan watches; InvalidInput for a characteristic
    that it has not.
    """
    with use_case(actor) as act:
        job = lock_job_order(job_order_id)
        act.require(permissions.RECORD_SAMPLE, job.site.code)
        output = main_output(job)
        found = watched(job, output.definition_id) if output and output.definition_id else []
        if not found:
            sentence = _("No approved control plan watches job %(job)s.") % {"job": job.code}
            raise Conflict(sentence, code="no_control_plan")
        wanted = [each for each in found if not characteristics or each.code in characteristics]
        if len(wanted) < len(set(characteristics)) or not wanted:
            raise InvalidInput({"characteristics": [_("The control plan has no such characteristic here.")]})
        made = come_due(act, job, InspectionCause.MANUAL, f"manual:{act.now.isoformat()}", wanted)
        if made is None:
            raise Conflict(_("This was asked for just now."), code="asked_already")
        return made


def come_due(
    act: UseCase, job: JobOrder, cause: InspectionCause, occurrence: str, items: Sequence[Characteristic]
) -> Inspection | None:
    """An inspection of a job comes due, once for each occurrence; None where it did already.

    An open one of the same frequency stands for the next ones too: nobody measures twice what lies there once. Joins
    the caller's transaction; the caller holds the job's row, so two at once make one.
    """
    plan = items[0].control_plan
    same = Inspection.objects.filter(inspected_job=job, control_plan=plan)
    frequency = occurrence.rpartition(":")[0] if cause in {InspectionCause.PIECES, InspectionCause.TIME} else ""
    if same.filter(occurrence=occurrence).exists():
        return None
    if frequency and same.filter(status=InspectionStatus.DUE, occurrence__startswith=f"{frequency}:").exists():
        return None
    inspection_job = _job(act, job, cause)
    inspection = Inspection.objects.create(
        job_order=inspection_job,
        site=job.site,
        control_plan=plan,
        inspected_job=job,
        cause=cause,
        occurrence=occurrence,
        is_blocking=any(each.is_blocking for each in items),
        due_at=act.now,
    )
    InspectionItem.objects.bulk_create(
        InspectionItem(site=job.site, inspection=inspection, characteristic=each) for each in items
    )
    machine = job.equipment.code if job.equipment else ""
    after = {"inspected": job.code, "cause": cause, "characteristics": [each.code for each in items]}
    act.record("quality.inspection_due", subject=inspection_job, site=job.site.code, after=after)
    act.publish(
        InspectionDue(job.site.code, inspection_job.pk, inspection_job.code, job.code, machine, cause, act.now),
        key=f"job_order:{inspection_job.pk}",
    )
    return inspection


def _job(act: UseCase, job: JobOrder, cause: InspectionCause) -> JobOrder:
    """A released job of the quality type at the machine whose parts are inspected."""
    code = numbers.next_number(act, job.site, "inspection")
    words = {"job": job.code, "why": INSPECTION_CAUSE.label(cause)}
    order = add_work_request(
        act,
        site=job.site,
        code=code,
        operations_type=OperationsType.QUALITY,
        description=_("Inspect %(job)s: %(why)s") % words,
        priority=max(job.priority - 10, 0),
        due_at=act.now,
    )
    add_job_order(
        act, order=order, operation=order.description, outputs=[], equipment=job.equipment, code=code,
        directive={"inspects": job.code, "cause": str(cause)},
    )  # fmt: skip
    move_work_request(act, lock_work_request(order.pk), lock_jobs(order.pk), WorkRequestCommand.RELEASE)
    return lock_jobs(order.pk)[0]


def locked(inspection_id: int) -> Inspection:
    """The inspection behind the lock of its job. Raises: NotFound."""
    rows = Inspection.objects.select_for_update(of=("self",)).select_related("site", "control_plan")
    if not Inspection.objects.filter(pk=inspection_id).exists():
        raise NotFound(_("There is no such inspection."))
    lock_job_order(inspection_id, with_order=True)
    return rows.get(pk=inspection_id)


def check_takes(inspection: Inspection, characteristic: Characteristic) -> None:
    """Raises: Conflict for an inspection that ended; InvalidInput for what it doesn't ask for."""
    if inspection.status != InspectionStatus.DUE:
        raise Conflict(_("This inspection has ended. Ask for another one."), code="inspection_ended")
    if not inspection.items.filter(characteristic=characteristic).exists():
        raise InvalidInput({"characteristic": [_("This inspection doesn't ask for it.")]})


def follow(act: UseCase, inspection: Inspection) -> None:
    """After a sample: its job runs from the first, and ends with the last. Joins the caller's transaction.

    It passes where nothing is out of limits, else it fails (P24). Raises: Conflict where the gate forbids the job.
    """
    job = lock_job_order(inspection.pk, with_order=True)
    if job.status == JobOrderStatus.READY:
        move_job_order(act, job, JobOrderCommand.START, order=job.work_request)
    taken = Sample.objects.filter(inspection=inspection, reverses=None)
    missing = inspection.items.exclude(characteristic__in=taken.values("characteristic"))
    if missing.exists():
        return
    is_bad = taken.filter(out_of_limits__gt=0).exists()
    move(act, inspection, InspectionCommand.FAIL if is_bad else InspectionCommand.PASS)
    move_job_order(act, job, JobOrderCommand.FINISH, order=job.work_request)


def move(act: UseCase, inspection: Inspection, asked: InspectionCommand) -> None:
    """Give a locked inspection a command. Joins the caller's transaction. Raises: IllegalTransition."""
    before = InspectionStatus(inspection.status)
    inspection.status = INSPECTION.apply(before, asked)
    inspection.ended_at = inspection.ended_at or act.now
    inspection.save(update_fields=["status", "ended_at"])
    act.record(
        f"quality.inspection_{inspection.status}", subject=inspection.job_order, site=inspection.site.code,
        before={"status": before}, after={"status": inspection.status},
    )  # fmt: skip


def cancel(actor: Actor, inspection_id: int, reason: str) -> Inspection:
    """Call off an inspection that nobody has begun. Raises: NotAllowed, NotFound, IllegalTransition; Conflict."""
    if len(reason.strip()) < 2:
        raise InvalidInput({"reason": [_("Say why.")]})
    with use_case(actor, reason) as act:
        inspection = locked(inspection_id)
        act.require(permissions.CLOSE_NONCONFORMANCE, inspection.site.code)
        if inspection.samples.exists():
            raise Conflict(_("This inspection has begun. Enter what is missing."), code="inspection_begun")
        move(act, inspection, InspectionCommand.CANCEL)
        orders = lock_jobs(inspection.job_order.work_request_id)
        move_work_request(
            act, lock_work_request(inspection.job_order.work_request_id), orders, WorkRequestCommand.CANCEL
        )
        return inspection


def withdraw_begun(act: UseCase, response: JobResponse, asked: JobOrderCommand) -> None:
    """The start of a job is undone: what came due since is called off where nobody has touched it.

    Joins the caller's transaction, which holds the job. Raises: Conflict for an inspection that was begun, or asked
    for by a person.
    """
    if asked != JobOrderCommand.START:
        return
    since = Inspection.objects.filter(inspected_job=response.job_order_id, due_at__gte=response.recorded_at)
    for pk in since.exclude(status=InspectionStatus.CANCELLED).order_by("pk").values_list("pk", flat=True):
        inspection = locked(pk)
        job = inspection.job_order
        is_touched = inspection.status != InspectionStatus.DUE or inspection.samples.exists()
        if is_touched or job.status != JobOrderStatus.READY or inspection.cause == InspectionCause.MANUAL:
            words = {"inspection": job.code}
            sentence = _("Inspection %(inspection)s of this job was begun since. Pause the job instead.") % words
            raise Conflict(sentence, code="inspection_begun")
        move(act, inspection, InspectionCommand.CANCEL)
        order = lock_work_request(job.work_request_id)
        move_work_request(act, order, lock_jobs(order.pk), WorkRequestCommand.CANCEL)


def accept_decided(act: UseCase, ncr: Nonconformance) -> None:
    """Failed inspections whose findings are all decided now are accepted by that. Joins the caller's transaction."""
    rows = Inspection.objects.select_for_update(of=("self",)).select_related("site", "job_order")
    failed = rows.filter(status=InspectionStatus.FAILED, samples__nonconformance=ncr).order_by("pk")
    open_still = Nonconformance.objects.exclude(status__in=[NonconformanceStatus.DISPOSED, NonconformanceStatus.CLOSED])
    for inspection in {each.pk: each for each in failed}.values():
        if not Sample.objects.filter(inspection=inspection, nonconformance__in=open_still).exists():
            move(act, inspection, InspectionCommand.ACCEPT)
