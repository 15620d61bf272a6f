"""What people say about a machine's stops: give the reason, split, call it something else. Every word is kept."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from mom.accounts.models import Site
from mom.core.actor import Actor
from mom.core.db.constraints import translating
from mom.core.errors import Conflict, InvalidInput, NotFound
from mom.core.models import AuditEntry
from mom.core.use_case import UseCase, use_case
from mom.floor import permissions
from mom.floor.engine.terms import MachineState
from mom.floor.models import MachineSignal, Stop, StopAnnotation
from mom.floor.selectors.timeline_stop import words_about
from mom.floor.services import timeline
from mom.floor.services.machine_signals import lock_signals
from mom.plant.engine.terms import ReasonKind
from mom.plant.models import Reason
from mom.work.public import moment_after, occurred

SAYABLE = (MachineState.IDLE, MachineState.SETUP, MachineState.PLAN, MachineState.DOWN)
"""What a person may call stopped time. That a machine ran is told by machines alone."""


@dataclass(frozen=True)
class Said:
    """What is said: a reason, a state, a note; none of them may be missing altogether."""

    reason: Reason | None = None
    state: str = ""
    note: str = ""


def annotate(
    actor: Actor,
    stop_id: int,
    *,
    op_uuid: uuid.UUID,
    reason: Reason,
    note: str = "",
    at: datetime | None = None,
) -> Stop:
    """Give a stop its reason. The first one needs the right to give reasons, another one the right to reclassify.

    The same `op_uuid` again changes nothing. `at`: when it was said, where that is told later. Raises: NotAllowed,
    NotFound; InvalidInput for a reason of another site or kind, and a time that can't be; Conflict for a key that
    another word has, and for a time before the stop began or got the reason that it has.
    """
    with use_case(actor, reason.name or reason.code) as act:
        stop = _locked(stop_id)
        if _is_repeat(stop, op_uuid):
            return stop
        said_at = act.now
        if at is not None:
            act.require(permissions.GIVE_REASON, stop.site.code)
            said_at = _said_at(act, stop, at)
        first = permissions.GIVE_REASON if stop.reason_id is None else permissions.RECLASSIFY_STOP
        act.require(first, stop.site.code)
        said = Said(reason, _said_state(stop), note)
        return _say(act, stop, said, op_uuid, "floor.stop_explained", at=said_at)


def _said_at(act: UseCase, stop: Stop, told: datetime) -> datetime:
    """When the reason was said, not before the stop began or got the reason it has. Raises: InvalidInput, Conflict."""
    last = stop.started_at
    if stop.reason_id is not None:
        word = words_about(stop).order_by("-id").values("recorded_at", "op_uuid").first()
        if word is not None and word["recorded_at"] > told:  # was it said after this one, or only received after it?
            rows = AuditEntry.objects.filter(subject_type=stop.equipment._meta.label_lower)
            rows = rows.filter(subject_id=str(stop.equipment_id), recorded_at=word["recorded_at"])
            said = rows.filter(after__key=str(word["op_uuid"])).values_list("after", flat=True).first() or {}
            last = datetime.fromisoformat(said["occurred_at"]) if "occurred_at" in said else word["recorded_at"]
    return moment_after(act, told, last, stop.equipment.code, stop.site)


def reclassify(
    actor: Actor, stop_id: int, *, op_uuid: uuid.UUID, reason: Reason | None = None, state: str = "", note: str = ""
) -> Stop:
    """Say of a stop that it was something else: another reason, another state, or both. What is not said stays.

    Raises: as `annotate`; InvalidInput where nothing is said, or that the machine ran.
    """
    with use_case(actor, note) as act:
        stop = _locked(stop_id)
        act.require(permissions.RECLASSIFY_STOP, stop.site.code)
        if _is_repeat(stop, op_uuid):
            return stop
        said = Said(reason or stop.reason, state or _said_state(stop), note or stop.note)
        return _say(act, stop, said, op_uuid, "floor.stop_reclassified")


def split(
    actor: Actor,
    stop_id: int,
    *,
    at: datetime,
    op_uuid: uuid.UUID,
    reason: Reason | None = None,
    state: str = "",
    note: str = "",
) -> Stop:
    """From `at` on a stop was something else: that part becomes a stop of its own, which is given back. What is not
    said of it stays as it was.

    Raises: as `reclassify`; InvalidInput for an instant outside the stop, or where both parts would say the same.
    """
    with use_case(actor, note) as act:
        stop = _locked(stop_id)
        act.require(permissions.RECLASSIFY_STOP, stop.site.code)
        if _is_repeat(stop, op_uuid):
            return _covering(stop.equipment_id, at)
        if at <= stop.started_at or at >= (stop.ended_at or act.now):
            raise InvalidInput({"at": [_("Split between the start and the end of the stop.")]})
        if (reason is None or reason.pk == stop.reason_id) and state in ("", stop.state):
            raise InvalidInput({"reason": [_("Say what was different from then on: a reason or a state.")]})
        said = Said(reason or stop.reason, state or _said_state(stop), note)
        return _say(act, stop, said, op_uuid, "floor.stop_split", part=(at, stop.ended_at))


def add_word(
    act: UseCase,
    site: Site,
    equipment_id: int,
    part: tuple[datetime, datetime | None],
    said: Said,
    *,
    op_uuid: uuid.UUID,
    reporter: str = "",
    is_whole: bool = False,
) -> None:
    """Keep a word about a machine's stopped time and fold the timeline around it. Joins the caller's transaction.

    Raises: Conflict for a key that was used before.
    """
    lock_signals(site.pk, [equipment_id])
    start, end = part
    taken = Conflict(_("This key was used for another report. Make a new key for each act."), code="op_uuid_taken")
    with translating({"floor_stopannotation_op_uuid_key": lambda: taken}):
        StopAnnotation.objects.create(
            site=site,
            equipment_id=equipment_id,
            started_at=start,
            ended_at=end,
            is_whole=is_whole,
            state=said.state,
            reason=said.reason,
            note=said.note,
            op_uuid=op_uuid,
            recorded_at=act.now,
            recorded_by=reporter or act.actor.label,
        )
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE floor_machinesignal SET words_until = greatest(words_until, %s) WHERE equipment_id = %s",
            [end or start, equipment_id],
        )
    timeline.refold_and_run(act, site, {equipment_id: (start, end or start)})


def stretch_of(stop: Stop, now: datetime) -> tuple[tuple[datetime, datetime | None], bool]:
    """The time that a word about a stop is about, and whether it means the whole stop.

    A whole stop is meant by an instant in its middle, so that late messages may move its ends. A part that touches
    another stop is meant by its own ends.
    """
    others = Stop.objects.filter(equipment_id=stop.equipment_id, withdrawn_at=None).exclude(pk=stop.pk)
    touches = others.filter(ended_at=stop.started_at).exists()
    touches = touches or (stop.ended_at is not None and others.filter(started_at=stop.ended_at).exists())
    if touches:
        return (stop.started_at, stop.ended_at), False
    end = stop.ended_at if stop.ended_at is not None else max(_heard_until(stop, now), stop.started_at)
    return (stop.started_at + (end - stop.started_at) / 2, None), True


def _heard_until(stop: Stop, now: datetime) -> datetime:
    """Until when an open stop is sure: it may turn out that the machine fell silent after its last sign of life."""
    heard = MachineSignal.objects.filter(equipment_id=stop.equipment_id).values_list("last_seen_at", flat=True).first()
    return min(now, heard) if heard is not None else now


def _say(
    act: UseCase,
    stop: Stop,
    said: Said,
    op_uuid: uuid.UUID,
    action: str,
    part: tuple[datetime, datetime | None] | None = None,
    at: datetime | None = None,
) -> Stop:
    """`at`: when it was said, where not now."""
    _check(stop.site_id, said)
    before = {"reason": stop.reason.code if stop.reason else None, "state": stop.state}
    about, is_whole = (part, False) if part is not None else stretch_of(stop, act.now)
    add_word(act, stop.site, stop.equipment_id, about, said, op_uuid=op_uuid, is_whole=is_whole)
    after: dict[str, Any] = {"reason": said.reason.code if said.reason else None, "state": said.state}
    after |= {"note": said.note, "key": str(op_uuid), **occurred(act, at or act.now)}
    if part is not None:
        after["from"] = part[0].isoformat()
    act.record(action, subject=stop.equipment, site=stop.site.code, before={**before, "stop": stop.pk}, after=after)
    return _covering(stop.equipment_id, about[0])


def _found(stop_id: int) -> Stop:
    stop = Stop.objects.select_related("site", "equipment", "reason").filter(pk=stop_id, withdrawn_at=None).first()
    if stop is None:
        raise NotFound(_("There is no such stop."))
    return stop


def _locked(stop_id: int) -> Stop:
    """The stop as it is behind its machine's lock: a message or another person may be changing it just now."""
    stop = _found(stop_id)
    lock_signals(stop.site_id, [stop.equipment_id])
    return _found(stop_id)


def _covering(equipment_id: int, instant: datetime) -> Stop:
    rows = Stop.objects.select_related("site", "equipment", "reason")
    rows = rows.filter(equipment_id=equipment_id, withdrawn_at=None, started_at__lte=instant)
    stop = rows.order_by("-started_at").first()
    if stop is None:
        raise NotFound(_("There is no such stop."))
    return stop


def _is_repeat(stop: Stop, op_uuid: uuid.UUID) -> bool:
    """Whether this word was kept already. Raises: Conflict where the key belongs to another machine's."""
    known = StopAnnotation.objects.filter(op_uuid=op_uuid).first()
    if known is not None and known.equipment_id != stop.equipment_id:
        raise Conflict(_("This key was used for another report. Make a new key for each act."), code="op_uuid_taken")
    return known is not None


def _said_state(stop: Stop) -> str:
    """The state that a person gave the stop before; empty: the machine's own word holds."""
    last = words_about(stop).order_by("-id").values_list("state", flat=True).first()
    return last or ""


def _check(site_id: int, said: Said) -> None:
    if said.reason is not None and (said.reason.site_id != site_id or said.reason.kind != ReasonKind.STOP):
        raise InvalidInput({"reason": [_("This is no stop reason of this site.")]})
    if said.state and said.state not in SAYABLE:
        raise InvalidInput({"state": [_("A person can call stopped time waiting, setup, planned or down.")]})
    if said.reason is None and not said.state and not said.note:
        raise InvalidInput({"reason": [_("Say a reason, a state or a note.")]})
