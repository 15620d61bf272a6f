"""Requests: reported at the machine, joined to its stop; declined with a reason. Accepting is the job's business."""

import uuid
from dataclasses import dataclass

from django.utils.translation import gettext as _

from maintenance import permissions
from maintenance.engine.failure_codes import MODES
from maintenance.engine.terms import OPEN_REQUEST_STATUSES, RequestCommand, RequestStatus, Urgency
from maintenance.engine.transitions import MAINTENANCE_REQUEST
from maintenance.models import MaintenanceJob, MaintenanceRequest
from mom.core import numbers
from mom.core.actor import Actor
from mom.core.db.constraints import translating
from mom.core.engine.attachment import AttachmentKind
from mom.core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from mom.core.files.intake import TakenIn, take_in
from mom.core.files.services import NewFile
from mom.core.files.services import add as add_file
from mom.core.files.subjects import Found
from mom.core.live.change import tell
from mom.core.use_case import Subject, UseCase, use_case
from mom.events.maintenance import MaintenanceRequested
from mom.floor.models import Stop
from mom.plant.models import Equipment

NOUN = "maintenance_request"


@dataclass(frozen=True)
class Photo:
    """A picture as it was sent."""

    name: str
    content: bytes


@dataclass(frozen=True)
class NewRequest:
    """What somebody says at a machine. `symptom`: a failure mode of ISO 14224."""

    symptom: str
    urgency: Urgency
    text: str = ""
    photo: Photo | None = None


def report(actor: Actor, equipment: Equipment, new: NewRequest, *, op_uuid: uuid.UUID) -> MaintenanceRequest:
    """Call maintenance to a machine. It joins the stop that is open; said again meanwhile, it is the same request.

    A photo of the second call is put on the first. The same `op_uuid` again changes nothing.

    Raises: NotAllowed; InvalidInput for a symptom that is none, or a photo that is not taken; TooLarge.
    """
    site = equipment.site
    if not actor.may(permissions.REQUEST, site.code):
        raise NotAllowed
    _check(new)
    taken = None if new.photo is None else take_in(new.photo.name, new.photo.content)  # takes its time: before it all
    with use_case(actor) as act:
        return add(act, equipment, new, op_uuid=op_uuid, taken=taken)


def _check(new: NewRequest) -> None:
    if new.symptom not in MODES:
        raise InvalidInput({"symptom": [_("Say what is seen.")]})
    if len(new.text) > 500 or "\0" in new.text:
        raise InvalidInput({"text": [_("At most 500 characters.")]})


def add(
    act: UseCase,
    equipment: Equipment,
    new: NewRequest,
    *,
    op_uuid: uuid.UUID,
    taken: TakenIn | None = None,
    follows: MaintenanceJob | None = None,
) -> MaintenanceRequest:
    """The same within the caller's transaction; rights are the caller's to ask."""
    # Two calls from one machine wait for each other here, so that the second finds the first.
    Equipment.objects.select_for_update(of=("self",), no_key=True).get(pk=equipment.pk)
    known = MaintenanceRequest.objects.filter(op_uuid=op_uuid).select_related("site", "equipment", "stop").first()
    if known is not None:
        return known
    stop = None if follows else open_stop(equipment)
    request = None if follows else _same_trouble(equipment, new.symptom, stop)
    if request is None:
        request = _created(act, equipment, new, stop, op_uuid, follows)
    else:
        _said_again(act, request, new, stop)
    if taken is not None:
        title = _("Photo of %(request)s") % {"request": request.code}
        about = Found(Subject.of(request), equipment.site.code, "")
        add_file(act, about, taken, NewFile(title=title, kind=AttachmentKind.PHOTO))
    tell(equipment.site.code, "maintenance_request", request.pk, request.version)
    return request


def open_stop(equipment: Equipment) -> Stop | None:
    """The stop that the machine is in now. One statement."""
    return Stop.objects.filter(equipment=equipment, ended_at=None, withdrawn_at=None).order_by("-started_at").first()


def _same_trouble(equipment: Equipment, symptom: str, stop: Stop | None) -> MaintenanceRequest | None:
    """The open request of this machine and symptom: of the open stop, or one that came before any stop was seen."""
    rows = MaintenanceRequest.objects.filter(
        equipment=equipment, symptom=symptom, status__in=sorted(OPEN_REQUEST_STATUSES), follows=None
    )
    rows = rows.select_for_update(of=("self",)).select_related("site", "equipment", "stop").order_by("pk")
    wanted = {None, None if stop is None else stop.pk}
    return next((each for each in rows if each.stop_id in wanted), None)


def _created(
    act: UseCase,
    equipment: Equipment,
    new: NewRequest,
    stop: Stop | None,
    op_uuid: uuid.UUID,
    follows: MaintenanceJob | None,
) -> MaintenanceRequest:
    twice = Conflict(_("Maintenance was called for this just now."), code="request_exists")
    with translating({"maintenance_maintenancerequest_same_trouble_once": lambda: twice}):
        request = MaintenanceRequest.objects.create(
            site=equipment.site,
            code=numbers.next_number(act, equipment.site, NOUN),
            equipment=equipment,
            symptom=new.symptom,
            urgency=Urgency(new.urgency),
            text=new.text.strip(),
            stop=stop,
            reported_at=act.now,
            reported_by=act.actor.label,
            op_uuid=op_uuid,
            follows=follows,
        )
    after = {"machine": equipment.code, "symptom": new.symptom, "urgency": str(new.urgency)}
    act.record("maintenance.requested", subject=request, site=equipment.site.code, after=after)
    act.publish(
        MaintenanceRequested(
            site=equipment.site.code,
            request_id=request.pk,
            request=request.code,
            machine_id=equipment.pk,
            machine=equipment.code,
            symptom=request.symptom,
            urgency=request.urgency,
            stop_id=request.stop_id,
            at=act.now,
        ),
        key=f"maintenance_request:{request.pk}",
    )
    return request


def _said_again(act: UseCase, request: MaintenanceRequest, new: NewRequest, stop: Stop | None) -> None:
    before = {"urgency": request.urgency, "times_reported": request.times_reported}
    order = list(Urgency)
    request.urgency = min(Urgency(request.urgency), Urgency(new.urgency), key=order.index)
    if request.stop_id is None:
        request.stop = stop
    if not request.text:
        request.text = new.text.strip()
    request.times_reported += 1
    request.version += 1
    request.save(update_fields=["urgency", "stop", "text", "times_reported", "version"])
    after = {"urgency": request.urgency, "times_reported": request.times_reported, "text": new.text.strip()}
    act.record("maintenance.requested_again", subject=request, site=request.site.code, before=before, after=after)


def decline(actor: Actor, request_id: int, *, reason: str) -> MaintenanceRequest:
    """Say that nobody will come, and why. Raises: NotAllowed, NotFound, IllegalTransition, InvalidInput."""
    if len(reason.strip()) < 2:
        raise InvalidInput({"reason": [_("Say why; who called reads it.")]})
    with use_case(actor, reason) as act:
        request = locked(request_id)
        act.require(permissions.PLAN, request.site.code)
        if request.status == RequestStatus.ACCEPTED:
            raise Conflict(_("A job is open for it. Cancel the job first."), code="request_has_job")
        request.declined_reason = reason.strip()[:200]
        move(act, request, RequestCommand.DECLINE)
        return request


def locked(pk: int) -> MaintenanceRequest:
    """The request, locked for the rest of the transaction. Raises: NotFound."""
    rows = MaintenanceRequest.objects.select_for_update(of=("self",)).select_related("site", "equipment__site", "stop")
    request = rows.filter(pk=pk).order_by("pk").first()
    if request is None:
        raise NotFound(_("There is no such request."))
    return request


def move(act: UseCase, request: MaintenanceRequest, asked: RequestCommand) -> None:
    """Move a locked request. Joins the caller's transaction. Raises: IllegalTransition."""
    before = RequestStatus(request.status)
    request.status = MAINTENANCE_REQUEST.apply(before, asked)
    request.version += 1
    request.save(update_fields=["status", "declined_reason", "version", "stop"])
    act.record(
        f"maintenance.request_{asked}",
        subject=request,
        site=request.site.code,
        before={"status": before},
        after={"status": request.status},
    )
    tell(request.site.code, "maintenance_request", request.pk, request.version)
