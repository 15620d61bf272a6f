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
from mom.core.models import AuditEntry
from mom.core.use_case import UseCase, use_case
from mom.plant.engine.terms import ReasonKind
from mom.plant.models import Equipment, Reason, ReasonClassification
from mom.work import permissions
from mom.work.engine.stops import kind_of_stop
from mom.work.engine.terms import JobOrderStatus, WorkKind
from mom.work.engine.told import CLOCKS_DIFFER_BY
from mom.work.models import JobOrder, JobResponse
from mom.work.selectors.running import running_jobs
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
        job_order = _job_at(equipment, job_order_id, at)
        if job_order is None:
            Equipment.objects.select_for_update(of=("self",), no_key=True).get(pk=equipment.pk)
        known = _known(equipment, op_uuid)  # who sent the same tap twice at once waited for the first one's lock
        if known is not None:
            return known
        _refuse_before_its_reason(act, equipment, job_order, at)
        stop = {"is_stop": True, "reason": reason, "note": note}
        if job_order is not None:
            since = told_time.moment(act, job_order, at)
            kind = _kind_of(reason, since, act.now)
            response = job_response.switch_for(act, job_order, kind, op_uuid=op_uuid, at=since, **stop)
        else:
            since = told_time.moment_at(act, equipment, at)
            _end_alone(act, equipment, since)
            response = _alone(act, equipment, _kind_of(reason, since, act.now), op_uuid, since, stop)
        _told(act, response, equipment, "work.stop_begun", since)
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
            over = act.now
            if response.job_order is not None:
                work = job_response.KIND_OF_WORK[response.job_order.operations_type]
                over = told_time.moment(act, response.job_order, at)
                job_response.switch_for(act, response.job_order, work, op_uuid=op_uuid, at=over)
            else:
                machine = response.equipment
                over = told_time.moment_at(act, machine, at) if machine is not None else act.now
                _close(act, response, over)
            response.refresh_from_db()
            _told(act, response, response.equipment, "work.stop_ended", over)
        return response


def explain(
    actor: Actor,
    stop_id: int,
    reason: Reason,
    *,
    op_uuid: uuid.UUID,
    note: str = "",
    at: datetime | None = None,
) -> JobResponse:
    """Give a stop its reason, or another one: the stop is taken back and recorded again with it, times unchanged.

    `at`: when it was said, where that is told later. Raises: NotAllowed, NotFound; InvalidInput for a reason of another
    site or kind, and a time that can't be; Conflict for a stop that was explained by somebody meanwhile, and for a time
    before it began or got the reason that it has.
    """
    with use_case(actor, reason.name or reason.code) as act:
        response = _locked(act, stop_id)
        known = JobResponse.objects.filter(op_uuid=op_uuid).first()
        if known is not None:
            return known
        _check_reason(response.site_id, reason)
        said_at = _said_at(act, response, at)
        was_open = response.ended_at is None
        if was_open:
            JobResponse.objects.filter(pk=response.pk).update(**job_response.ending(act.now))
            response.refresh_from_db()
        _take_back(act, response, _("Reason given: %(reason)s") % {"reason": reason.name or reason.code})
        kind = _kind_of(reason, response.started_at, said_at)
        said = {"work_kind": kind, "reason": reason, "note": note or response.note}
        again = _recorded_again(act, response, op_uuid, is_open=was_open, **said)
        _told(act, again, response.equipment, "work.stop_explained", said_at)
        return again


def _said_at(act: UseCase, response: JobResponse, told: datetime | None) -> datetime:
    """When the reason was said, not before the stop began or got the reason it has. Raises: InvalidInput, Conflict."""
    last, about = response.started_at, response.job_order or response.equipment
    is_doubtful = told is not None and response.reason_id is not None and response.recorded_at > told
    if is_doubtful and about is not None:  # was it said after this one, or only received after it?
        same = JobResponse.objects.filter(equipment=response.equipment, job_order=response.job_order, is_stop=True)
        pks = list(same.filter(started_at=response.started_at, reverses=None).values_list("pk", flat=True))
        rows = AuditEntry.objects.filter(subject_type=about._meta.label_lower, subject_id=str(about.pk))
        rows = rows.filter(action="work.stop_explained", after__stop__in=pks).order_by("-id")
        said = rows.values_list("after", "recorded_at").first()
        if said is not None:
            last = datetime.fromisoformat(said[0]["occurred_at"]) if "occurred_at" in said[0] else said[1]
    what = about.code if about is not None else ""
    return told_time.moment_after(act, told, last, what, response.site)


def _refuse_before_its_reason(
    act: UseCase, equipment: Equipment, job_order: JobOrder | None, told: datetime | None
) -> None:
    """A stop that takes the place of an open one was not told before that one got its reason. Raises: Conflict."""
    if told is None or act.now - told <= CLOCKS_DIFFER_BY:
        return
    open_ones = JobResponse.objects.filter(is_stop=True, ended_at=None, reverses=None, reason__isnull=False)
    stands = open_ones.filter(equipment=equipment, job_order=job_order).select_related("site", "equipment").first()
    if stands is not None:
        stands.job_order = job_order
        _said_at(act, stands, told)


def _take_back(act: UseCase, response: JobResponse, why: str) -> None:
    twice = Conflict(_("This stop got another reason meanwhile. Load the page again."), code="explained_already")
    names = ("work_jobresponse_reverses_id_key", "work_jobresponse_op_uuid_key")
    with translating({name: lambda: twice for name in names}):
        add(job_response.negative_of(act, response, uuid.uuid5(response.op_uuid, "taken back"), why))


def _recorded_again(
    act: UseCase, response: JobResponse, op_uuid: uuid.UUID, *, is_open: bool, **other: Any
) -> JobResponse:
    """The same stop with what is `other` about it: its kind, reason and note."""
    same = {name: getattr(response, name) for name in ("work_kind", "reason", "note") if name not in other}
    with translating({"work_jobresponse_op_uuid_key": job_response.key_taken}, ends_act=True):
        return JobResponse.objects.create(
            site_id=response.site_id,
            job_order_id=response.job_order_id,
            equipment_id=response.equipment_id,
            is_rework=response.is_rework,
            started_at=response.started_at,
            ended_at=None if is_open else response.ended_at,
            duration=None if is_open else response.duration,
            is_stop=True,
            op_uuid=op_uuid,
            recorded_at=act.now,
            recorded_by=act.actor.label,
            **{**same, **other},
        )


def go_on(act: UseCase, job_order: JobOrder, stop: JobResponse, op_uuid: uuid.UUID) -> JobResponse:
    """A stop that a pause had ended stands on as one: taken back and recorded again, open, with whoever was there.

    Joins the caller's transaction; the job is locked.
    """
    people = job_response.there_at_the_end(job_order, stop)
    _take_back(act, stop, _("The pause was undone"))
    again = _recorded_again(act, stop, op_uuid, is_open=True)
    for person in people:
        job_response.add_labour(act, again, person, op_uuid, stop.ended_at)
    job_response.announce(act, job_order, [stop.started_at])
    return again


def _job_at(equipment: Equipment, job_order_id: int | None, at: datetime | None) -> JobOrder | None:
    """The running job that stands still, locked. Raises: NotFound, Conflict."""
    if job_order_id is None:
        last = running_jobs(equipment, at).values_list("id", flat=True).first()
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


def _kind_of(reason: Reason | None, stood_at: datetime, said_at: datetime) -> WorkKind:
    """By what the reason counted as when the machine stood, or what the reason above it did.

    One that was not classified yet then counts as it did when it was said.
    """
    if reason is None:
        return kind_of_stop(None)
    rows = list(
        ReasonClassification.objects.filter(reason__in=[reason.pk, reason.parent_id]).values_list(
            "reason_id", "time_class", "valid_from", "valid_until"
        )
    )
    for at in (stood_at, said_at):
        held = {pk: counted for pk, counted, since, until in rows if since <= at and (until is None or until > at)}
        above = held.get(reason.parent_id) if reason.parent_id else None
        found = held.get(reason.pk) or above
        if found is not None:
            return kind_of_stop(found)
    return kind_of_stop(None)


def _check_reason(site_id: int, reason: Reason | None) -> None:
    if reason is not None and (reason.site_id != site_id or reason.kind != ReasonKind.STOP):
        raise InvalidInput({"reason": [_("This is no stop reason of this site.")]})


def _told(act: UseCase, response: JobResponse, equipment: Equipment | None, action: str, at: datetime) -> None:
    """`at`: when it happened."""
    site = response.site.code
    act.record(
        action,
        subject=response.job_order or equipment or response,
        site=site,
        after={
            "stop": response.pk,
            "reason": response.reason.code if response.reason else None,
            **told_time.occurred(act, at),
        },
    )
    job_response.announce(act, response, [response.started_at])
    if response.job_order is not None:
        tell(site, "job_order", response.job_order.pk, response.job_order.version)
