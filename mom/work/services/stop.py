"""Stops reported by people: begun with a tap on the reason, ended, and explained afterwards."""

import uuid
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from mom.core.actor import Actor
from mom.core.db.constraints import translating
from mom.core.db.rows import add
from mom.core.errors import Conflict, InvalidInput, NotFound
from mom.core.live.change import tell
from mom.core.use_case import UseCase, use_case
from mom.plant.engine.terms import ReasonKind
from mom.plant.models import Equipment, Reason, ReasonClassification
from mom.work import permissions
from mom.work.engine.stops import kind_of_stop
from mom.work.engine.terms import JobOrderStatus, WorkKind
from mom.work.models import JobOrder, JobResponse
from mom.work.services import job_order as job_orders
from mom.work.services import job_response, told_time


def begin(
    actor: Actor,
    equipment: Equipment,
    *,
    op_uuid: uuid.UUID,
    reason: Reason | None = None,
    note: str = "",
    job_order_id: int | None = None,
    at: datetime | None = None,
) -> JobResponse:
    """A machine stands still from now on, or since `at` where it is told later.

    It belongs to the job named, else to the one started last on the machine. Without a running job the stop is the
    machine's alone. While a stop is open, another one takes its place. The same `op_uuid` again changes nothing.

    Raises: NotAllowed; NotFound for a job that is not there; InvalidInput for a reason of another site or kind, and a
    time that can't be; Conflict for a job that does not run, a key that another fact has, a time before the last act.
    """
    with use_case(actor) as act:
        act.require(permissions.EXECUTE_JOB_ORDER, equipment.site.code)
        known = _known(equipment, op_uuid)
        if known is not None:
            return known
        _check_reason(equipment.site_id, reason)
        kind = _kind_of(act, reason)
        job_order = _job_at(equipment, job_order_id)
        if job_order is None:
            Equipment.objects.select_for_update(of=("self",), no_key=True).get(pk=equipment.pk)
        known = _known(equipment, op_uuid)  # who sent the same tap twice at once waited for the first one's lock
        if known is not None:
            return known
        stop = {"is_stop": True, "reason": reason, "note": note}
        if job_order is not None:
            since = told_time.moment(act, job_order, at)
            response = job_response.switch_for(act, job_order, kind, op_uuid=op_uuid, at=since, **stop)
        else:
            since = told_time.moment_at(act, equipment, at)
            _end_alone(act, equipment, since)
            response = _alone(act, equipment, kind, op_uuid, since, stop)
        _told(act, response, equipment, "work.stop_begun")
        return response


def _known(equipment: Equipment, op_uuid: uuid.UUID) -> JobResponse | None:
    """The stop that was begun under this key before. Raises: Conflict where another fact has it."""
    known = JobResponse.objects.filter(op_uuid=op_uuid).first()
    if known is not None and (known.equipment_id != equipment.pk or not known.is_stop):
        raise job_response.key_taken()
    return known


def end(actor: Actor, stop_id: int, *, op_uuid: uuid.UUID | None = None, at: datetime | None = None) -> JobResponse:
    """A stop is over, now or `at`: its job goes on producing. Over already, it stays as it is.

    Raises: NotAllowed, NotFound; InvalidInput or Conflict for a time that can't be.
    """
    with use_case(actor) as act:
        response = _locked(act, stop_id)
        if response.ended_at is None:
            if response.job_order is not None:
                work = job_response.KIND_OF_WORK[response.job_order.operations_type]
                over = told_time.moment(act, response.job_order, at)
                job_response.switch_for(act, response.job_order, work, op_uuid=op_uuid, at=over)
            else:
                machine = response.equipment
                _close(act, response, told_time.moment_at(act, machine, at) if machine is not None else act.now)
            response.refresh_from_db()
            _told(act, response, response.equipment, "work.stop_ended")
        return response


def explain(actor: Actor, stop_id: int, reason: Reason, *, op_uuid: uuid.UUID, note: str = "") -> JobResponse:
    """Give a stop its reason, or another one: the stop is taken back and recorded again with it, times unchanged.

    Raises: NotAllowed, NotFound; InvalidInput for a reason of another site or kind; Conflict for a stop that was
    explained by somebody meanwhile.
    """
    with use_case(actor, reason.name or reason.code) as act:
        response = _locked(act, stop_id)
        known = JobResponse.objects.filter(op_uuid=op_uuid).first()
        if known is not None:
            return known
        _check_reason(response.site_id, reason)
        was_open = response.ended_at is None
        if was_open:
            JobResponse.objects.filter(pk=response.pk).update(**job_response.ending(act.now))
            response.refresh_from_db()
        _take_back(act, response, reason)
        again = _recorded_again(act, response, reason, note, op_uuid, is_open=was_open)
        _told(act, again, response.equipment, "work.stop_explained")
        return again


def _take_back(act: UseCase, response: JobResponse, reason: Reason) -> None:
    twice = Conflict(_("This stop got another reason meanwhile. Load the page again."), code="explained_already")
    names = ("work_jobresponse_reverses_id_key", "work_jobresponse_op_uuid_key")
    why = _("Reason given: %(reason)s") % {"reason": reason.name or reason.code}
    with translating({name: lambda: twice for name in names}):
        add(job_response.negative_of(act, response, uuid.uuid5(response.op_uuid, "taken back"), why))


def _recorded_again(
    act: UseCase, response: JobResponse, reason: Reason, note: str, op_uuid: uuid.UUID, *, is_open: bool
) -> JobResponse:
    return JobResponse.objects.create(
        site_id=response.site_id,
        job_order_id=response.job_order_id,
        equipment_id=response.equipment_id,
        work_kind=_kind_of(act, reason),
        started_at=response.started_at,
        ended_at=None if is_open else response.ended_at,
        duration=None if is_open else response.duration,
        is_stop=True,
        reason=reason,
        note=note or response.note,
        op_uuid=op_uuid,
        recorded_at=act.now,
        recorded_by=act.actor.label,
    )


def _job_at(equipment: Equipment, job_order_id: int | None) -> JobOrder | None:
    """The running job that stands still, locked. Raises: NotFound, Conflict."""
    if job_order_id is None:
        running = JobOrder.objects.filter(equipment=equipment, status=JobOrderStatus.RUNNING)
        last = running.order_by("-responses__started_at", "-id").values_list("id", flat=True).first()
        if last is None:
            return None
        job_order_id = last
    job_order = job_orders.locked(job_order_id)
    if job_order.equipment_id != equipment.pk:
        raise NotFound(_("There is no such job on this machine."))
    if job_order.status != JobOrderStatus.RUNNING:
        raise Conflict(_("Job %(job)s does not run. Start it first.") % {"job": job_order.code}, code="job_not_running")
    return job_order


def _alone(
    act: UseCase, equipment: Equipment, kind: WorkKind, op_uuid: uuid.UUID, since: datetime, stop: dict[str, Any]
) -> JobResponse:
    at_once = Conflict(_("Somebody reported a stop of this machine just now."), code="stop_reported")
    with translating({"work_jobresponse_one_open_without_job": lambda: at_once}):
        return JobResponse.objects.create(
            site_id=equipment.site_id,
            equipment=equipment,
            work_kind=kind,
            started_at=since,
            op_uuid=op_uuid,
            recorded_at=act.now,
            recorded_by=act.actor.label,
            **stop,
        )


def _end_alone(act: UseCase, equipment: Equipment, at: datetime) -> None:
    for response in JobResponse.objects.select_for_update().filter(equipment=equipment, job_order=None, ended_at=None):
        _close(act, response, at)


def _close(act: UseCase, response: JobResponse, at: datetime) -> None:
    JobResponse.objects.filter(pk=response.pk).update(**job_response.ending(at))
    job_response.announce(act, response, [response.started_at])


def _locked(act: UseCase, stop_id: int) -> JobResponse:
    """The stop, behind the lock of its job. Raises: NotAllowed, NotFound."""
    found = JobResponse.objects.filter(Q(pk=stop_id), is_stop=True, reverses=None).first()
    if found is None:
        raise NotFound(_("There is no such stop."))
    if found.job_order_id is not None:
        job_orders.locked(found.job_order_id)
    rows = JobResponse.objects.select_for_update(of=("self",)).select_related("site", "equipment", "job_order__site")
    response = rows.get(pk=stop_id)
    act.require(permissions.EXECUTE_JOB_ORDER, response.site.code)
    return response


def _kind_of(act: UseCase, reason: Reason | None) -> WorkKind:
    """By what the reason counts as now, or what the reason above it does."""
    if reason is None:
        return kind_of_stop(None)
    rows = ReasonClassification.objects.filter(reason__in=[reason.pk, reason.parent_id], valid_from__lte=act.now)
    held = dict(rows.filter(Q(valid_until=None) | Q(valid_until__gt=act.now)).values_list("reason_id", "time_class"))
    above = held.get(reason.parent_id) if reason.parent_id else None
    return kind_of_stop(held.get(reason.pk) or above)


def _check_reason(site_id: int, reason: Reason | None) -> None:
    if reason is not None and (reason.site_id != site_id or reason.kind != ReasonKind.STOP):
        raise InvalidInput({"reason": [_("This is no stop reason of this site.")]})


def _told(act: UseCase, response: JobResponse, equipment: Equipment | None, action: str) -> None:
    site = response.site.code
    act.record(
        action,
        subject=response.job_order or equipment or response,
        site=site,
        after={"stop": response.pk, "reason": response.reason.code if response.reason else None},
    )
    job_response.announce(act, response, [response.started_at])
    if response.job_order is not None:
        tell(site, "job_order", response.job_order.pk, response.job_order.version)
