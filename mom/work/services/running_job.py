"""What happens on a job while it runs: setup gives way to production, people join and leave."""

import uuid
from datetime import datetime

from django.utils.translation import gettext as _

from mom.core.actor import Actor
from mom.core.errors import Conflict, InvalidInput, NotFound
from mom.core.live.change import tell
from mom.core.use_case import UseCase, use_case
from mom.plant.models import Person
from mom.work import permissions
from mom.work.engine.terms import JobOrderCommand, JobOrderStatus, WorkKind
from mom.work.models import JobOrder, JobResponse, LabourEntry
from mom.work.services import job_order as job_orders
from mom.work.services import job_response, told_time


def begin_setup(
    actor: Actor,
    job_order_id: int,
    *,
    person: Person | None = None,
    op_uuid: uuid.UUID | None = None,
    at: datetime | None = None,
) -> JobOrder:
    """Set up for a job: a ready one starts with it, a running one goes back to it. The same key counts once.

    Raises: NotAllowed, NotFound, IllegalTransition, InvalidInput, Conflict with all blockers.
    """
    return _begin(actor, job_order_id, WorkKind.SETUP, person, op_uuid, at)


def begin_production(
    actor: Actor,
    job_order_id: int,
    *,
    person: Person | None = None,
    op_uuid: uuid.UUID | None = None,
    at: datetime | None = None,
) -> JobOrder:
    """Produce: ends setup or a stop of a running job. The same key counts once.

    Raises: NotAllowed, NotFound, IllegalTransition, InvalidInput, Conflict with all blockers.
    """
    return _begin(actor, job_order_id, WorkKind.PRODUCTION, person, op_uuid, at)


def join(
    actor: Actor, job_order_id: int, person: Person, *, op_uuid: uuid.UUID, at: datetime | None = None
) -> LabourEntry:
    """A person begins to work on a job that runs; who is on it already stays so.

    Raises: NotAllowed, NotFound, InvalidInput, Conflict where the job does not run.
    """
    with use_case(actor) as act:
        job_order = _running(act, job_order_id)
        _check_site(job_order, person)
        response = _open_stretch(job_order)
        present = LabourEntry.objects.filter(job_response=response, person=person, ended_at=None).first()
        if present is not None:
            return present
        begun = told_time.moment(act, job_order, at)
        entry = job_response.add_labour(act, response, person.pk, op_uuid, begun)
        _told(act, job_order, "joined", person)
        return entry


def leave(actor: Actor, job_order_id: int, person: Person, *, at: datetime | None = None) -> None:
    """A person stops working on a job; the job goes on. Twice is once. Raises: NotAllowed, NotFound, Conflict."""
    with use_case(actor) as act:
        job_order = _running(act, job_order_id)
        entries = LabourEntry.objects.filter(job_response__job_order=job_order, person=person, ended_at=None)
        starts = list(entries.values_list("started_at", flat=True))
        if starts:
            entries.update(**job_response.ending(told_time.moment(act, job_order, at)))
            job_response.announce(act, job_order, starts)
            _told(act, job_order, "left", person)


def _begin(
    actor: Actor,
    job_order_id: int,
    kind: WorkKind,
    person: Person | None,
    op_uuid: uuid.UUID | None,
    at: datetime | None,
) -> JobOrder:
    with use_case(actor) as act:
        job_order = job_orders.locked(job_order_id)
        act.require(permissions.EXECUTE_JOB_ORDER, job_order.site.code)
        _check_site(job_order, person)
        if op_uuid is not None and JobResponse.objects.filter(job_order=job_order, op_uuid=op_uuid).exists():
            return job_order
        if job_order.status == JobOrderStatus.READY:
            return job_orders.move(
                act, job_order, JobOrderCommand.START, person=person, op_uuid=op_uuid, work_kind=kind, at=at
            )
        if job_order.status in {JobOrderStatus.SUSPENDED, JobOrderStatus.HELD}:
            return job_orders.move(
                act, job_order, JobOrderCommand.RESUME, person=person, op_uuid=op_uuid, work_kind=kind, at=at
            )
        _require_running(job_order)
        before = _open_stretch(job_order)
        if before.work_kind != kind or before.is_stop:
            begun = told_time.moment(act, job_order, at)
            job_response.switch_for(act, job_order, kind, op_uuid=op_uuid, at=begun)
            _told(act, job_order, f"{kind}_begun", before.work_kind)
        return job_order


def _running(act: UseCase, job_order_id: int) -> JobOrder:
    job_order = job_orders.locked(job_order_id)
    act.require(permissions.EXECUTE_JOB_ORDER, job_order.site.code)
    _require_running(job_order)
    return job_order


def _require_running(job_order: JobOrder) -> None:
    if job_order.status != JobOrderStatus.RUNNING:
        sentence = _("Job %(job)s does not run. Start it first.") % {"job": job_order.code}
        raise Conflict(sentence, code="job_not_running")


def _open_stretch(job_order: JobOrder) -> JobResponse:
    """Raises: NotFound for a running job without work: an import left it so."""
    found = JobResponse.objects.filter(job_order=job_order, ended_at=None).first()
    if found is None:
        raise NotFound(_("Nothing is open on job %(job)s.") % {"job": job_order.code})
    return found


def _check_site(job_order: JobOrder, person: Person | None) -> None:
    if person is not None and person.site_id != job_order.site_id:
        raise InvalidInput({"person": [_("This person belongs to another site.")]})


def _told(act: UseCase, job_order: JobOrder, what: str, about: object) -> None:
    act.record(
        f"work.job_order_{what}", subject=job_order, site=job_order.site.code, after={"what": what, "about": str(about)}
    )
    tell(job_order.site.code, "job_order", job_order.pk, job_order.version)
