"""Alerts and help calls answered: accepted, arrived, handed over, solved, muted. Each step counts once.

Functions join their caller's transaction, so that a domain answers with what it did; `alert_call` has the use cases.
"""

import uuid
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from mom.core.bell import ring_after_commit
from mom.core.errors import InvalidInput, Stale
from mom.core.use_case import UseCase
from mom.plant.models import Person, Reason
from mom.work import permissions
from mom.work.engine.alert import ALERT, AlertAct, AlertCommand, AlertStatus
from mom.work.models import Alert, AlertTeam
from mom.work.services import alert_step as steps


def accept(
    act: UseCase,
    alert_id: int,
    *,
    op_uuid: uuid.UUID,
    person: Person | None = None,
    version: int | None = None,
    seen_holder: str | None = None,
) -> Alert:
    """Somebody takes it, or takes it over from who has it. `seen_holder` is whom the page showed, "" for nobody.

    Raises: NotAllowed, NotFound, IllegalTransition; Stale where somebody else has it meanwhile.
    """
    if seen_holder is not None:
        present = steps.locked(act, alert_id, permissions.ANSWER_ALERT)
        if present.holder != seen_holder and not steps.known(present, op_uuid):
            raise Stale(steps.faster(present))
    return _move(act, alert_id, AlertCommand.ACCEPT, op_uuid=op_uuid, person=person, version=version)


def arrive(
    act: UseCase, alert_id: int, *, op_uuid: uuid.UUID, person: Person | None = None, version: int | None = None
) -> Alert:
    """Somebody is there; who comes without having accepted has accepted now. Raises: as `accept`."""
    return _move(act, alert_id, AlertCommand.ARRIVE, op_uuid=op_uuid, person=person, version=version)


def solve(
    act: UseCase,
    alert_id: int,
    *,
    op_uuid: uuid.UUID,
    reason: Reason | None = None,
    cause: str = "",
    person: Person | None = None,
    version: int | None = None,
) -> Alert:
    """It is over, with its cause. Raises: as `accept`; InvalidInput without a cause, or one of another site."""
    if reason is None and not cause.strip():
        raise InvalidInput({"cause": [_("Say what it was: choose a cause or write it down.")]})
    more = {"reason": reason, "cause": cause.strip()[:300]}
    return _move(act, alert_id, AlertCommand.SOLVE, op_uuid=op_uuid, person=person, version=version, note=cause, **more)


def hand_over(
    act: UseCase,
    alert_id: int,
    *,
    op_uuid: uuid.UUID,
    to_person: Person | None = None,
    to_team: AlertTeam | None = None,
    note: str = "",
    person: Person | None = None,
    version: int | None = None,
) -> Alert:
    """Give it to a person, who has it then, or to a team, where it waits again and escalates from now.

    Raises: as `accept`; InvalidInput where not exactly one of them is named, or it is out of use.
    """
    if (to_person is None) == (to_team is None):
        raise InvalidInput({"to_person": [_("Name a person or a team, not both.")]})
    command = AlertCommand.HAND_ON if to_person is not None else AlertCommand.GIVE_BACK
    alert = _move(
        act, alert_id, command, op_uuid=op_uuid, person=person, version=version, note=note,
        to_person=to_person, to_team=to_team,
    )  # fmt: skip
    if command == AlertCommand.GIVE_BACK:
        ring_after_commit(steps.ESCALATE_TASK)
    return alert


def mute(
    act: UseCase,
    alert_id: int,
    *,
    op_uuid: uuid.UUID,
    until: datetime,
    reason: str,
    person: Person | None = None,
    version: int | None = None,
) -> Alert:
    """Keep it silent until then: nobody is told, and it stands last.

    Raises: NotAllowed, NotFound, InvalidInput, Conflict; Stale on an old version.
    """
    alert = steps.locked(act, alert_id, permissions.MUTE_ALERT)
    if steps.known(alert, op_uuid):
        return alert
    steps.refuse_outdated(alert, version)
    wrong: dict[str, list[Any]] = {}
    if until <= act.now:
        wrong["until"] = [_("Choose an end in the future.")]
    if not reason.strip():
        wrong["reason"] = [_("Say why it is muted.")]
    if wrong:
        raise InvalidInput(wrong)
    steps.refuse_solved(alert)
    by = steps.name_of(person) or act.actor.label
    values = {"muted_at": act.now, "muted_by": by[:200], "muted_until": until, "mute_reason": reason.strip()[:200]}
    steps.write(alert, values)
    steps.done(act, alert, AlertAct.MUTED, op_uuid, person=person, note=reason, until=until)
    return alert


def unmute(
    act: UseCase, alert_id: int, *, op_uuid: uuid.UUID, person: Person | None = None, version: int | None = None
) -> Alert:
    """Let it speak again; not muted, it stays as it is. Raises: NotAllowed, NotFound; Stale on an old version."""
    alert = steps.locked(act, alert_id, permissions.MUTE_ALERT)
    if steps.known(alert, op_uuid):
        return alert
    steps.refuse_outdated(alert, version)
    if alert.muted_at is None or alert.status == AlertStatus.SOLVED:
        return alert
    steps.write(alert, {"muted_at": None, "muted_by": "", "muted_until": None, "mute_reason": ""})
    steps.done(act, alert, AlertAct.UNMUTED, op_uuid, person=person)
    ring_after_commit(steps.ESCALATE_TASK)
    return alert


_MOVED = {
    AlertCommand.ACCEPT: AlertAct.ACCEPTED,
    AlertCommand.ARRIVE: AlertAct.ARRIVED,
    AlertCommand.HAND_ON: AlertAct.HANDED_OVER,
    AlertCommand.GIVE_BACK: AlertAct.HANDED_OVER,
    AlertCommand.SOLVE: AlertAct.SOLVED,
}


def _move(
    act: UseCase,
    alert_id: int,
    command: AlertCommand,
    *,
    op_uuid: uuid.UUID,
    person: Person | None,
    version: int | None,
    note: str = "",
    **more: Any,
) -> Alert:
    alert = steps.locked(act, alert_id, permissions.ANSWER_ALERT)
    if steps.known(alert, op_uuid):
        return alert
    steps.refuse_outdated(alert, version)
    steps.check_sites(
        alert.site, person=person, **{name: more.get(name) for name in ("to_person", "to_team", "reason")}
    )
    steps.check_in_use(**{name: more.get(name) for name in ("to_person", "to_team")})
    status = ALERT.apply(AlertStatus(alert.status), command)
    by = (steps.name_of(person) or act.actor.label)[:200]
    steps.write(alert, {"status": status, **_values(act.now, alert, command, by, person, more)})
    ends = {name: more[name] for name in ("to_person", "to_team") if more.get(name) is not None}
    steps.done(act, alert, _MOVED[command], op_uuid, person=person, note=note, **ends)
    return alert


def _values(
    now: datetime, alert: Alert, command: AlertCommand, by: str, person: Person | None, more: dict[str, Any]
) -> dict[str, Any]:
    """What the command writes besides the status."""
    accepted = {"accepted_at": now, "accepted_by": by}
    gone = {"arrived_at": None, "arrived_by": ""}
    if command == AlertCommand.ACCEPT:
        return {**accepted, "holder": by, "holder_person": person}
    if command == AlertCommand.ARRIVE:
        values = {"arrived_at": now, "arrived_by": by, "holder": by, "holder_person": person}
        return values if alert.accepted_at else {**accepted, **values}
    if command == AlertCommand.HAND_ON:
        to: Person = more["to_person"]
        return {
            "accepted_at": now,
            "accepted_by": steps.name_of(to),
            **gone,
            "holder": steps.name_of(to),
            "holder_person": to,
        }
    if command == AlertCommand.GIVE_BACK:
        return {
            "accepted_at": None, "accepted_by": "", **gone, "holder": "", "holder_person": None,
            "team": more["to_team"], "waiting_since": now,
        }  # fmt: skip
    return {"solved_at": now, "solved_by": by, "reason": more["reason"], "cause": more["cause"]}
