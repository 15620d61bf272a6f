"""What people do with alerts, one use case each: call, accept, arrive, hand over, solve, mute."""

import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from mom.accounts.models import Site
from mom.core.actor import Actor
from mom.core.errors import InvalidInput
from mom.core.use_case import UseCase, use_case
from mom.plant.models import Equipment, Person
from mom.work import permissions
from mom.work.engine.alert import AlertImpact, AlertKind, AlertSeverity
from mom.work.models import Alert, AlertTeam, JobOrder
from mom.work.selectors.running import job_at, running_jobs
from mom.work.services import alert as alerts
from mom.work.services.alert_raise import NewAlert, raise_alert, raised_before


def call(
    actor: Actor,
    equipment: Equipment,
    team: AlertTeam,
    *,
    op_uuid: uuid.UUID,
    is_standing: bool = False,
    note: str = "",
    person: Person | None = None,
    at: datetime | None = None,
) -> Alert:
    """Call a team to a machine; a call that is open already counts once more. `at`: when, where that is told later.

    Raises: NotAllowed; InvalidInput, also for a time that can't be; Conflict for a call from before the last one of
    this team to this machine was solved.
    """
    with use_case(actor, note) as act:
        act.require(permissions.RAISE_ALERT, equipment.site.code)
        if team.site_id != equipment.site_id:
            raise InvalidInput({"team": [_("This team is not called at this site.")]})
        _refuse_unused(equipment.site, team, op_uuid)
        new = NewAlert(
            title=team.name or team.code,
            kind=AlertKind.HELP,
            source=actor.reference,
            equipment=equipment,
            team=team,
            job_order=_job_of(act, equipment, at),
            severity=AlertSeverity.BAD if is_standing else AlertSeverity.WARN,
            impact=AlertImpact.STOPPED if is_standing else AlertImpact.SLOWED,
            detail=note.strip(),
            repeat_key=f"help:{equipment.pk}:{team.pk}",
            person=person,
        )
        return raise_alert(act, equipment.site, new, op_uuid=op_uuid, at=at)


def _job_of(act: UseCase, equipment: Equipment, at: datetime | None) -> JobOrder | None:
    """The job that ran there: now, or when the call was made, also where another runs by now."""
    is_past = at is not None and at < act.now
    return job_at(equipment, at) if is_past and at is not None else running_jobs(equipment).first()


def _as_use_case(joined: Callable[..., Alert]) -> Callable[..., Alert]:
    def run(actor: Actor, alert_id: int, **given: Any) -> Alert:
        with use_case(actor, str(given.get("note") or given.get("cause") or "")) as act:
            return joined(act, alert_id, **given)

    run.__doc__ = joined.__doc__
    run.__name__ = joined.__name__
    return run


accept = _as_use_case(alerts.accept)
arrive = _as_use_case(alerts.arrive)
solve = _as_use_case(alerts.solve)
hand_over = _as_use_case(alerts.hand_over)
unmute = _as_use_case(alerts.unmute)


def mute(actor: Actor, alert_id: int, *, reason: str, **given: Any) -> Alert:
    """Keep it silent until then, with the reason. Raises: NotAllowed, NotFound, InvalidInput, Conflict, Stale."""
    with use_case(actor, reason) as act:
        return alerts.mute(act, alert_id, reason=reason, **given)


OWN = "own:"  # before the conditions of other systems, so that none is that of a rule


def own_condition(key: str) -> str:
    """A condition that another system names, as it is kept."""
    return f"{OWN}{key}" if key else ""


def report(actor: Actor, site: Site, *, op_uuid: uuid.UUID, at: datetime | None = None, **values: Any) -> Alert:
    """Raise an alert from outside: another system found something. Its condition is its own, never that of a rule.

    `at`: when, where that is told later. Raises: NotAllowed, InvalidInput, Conflict, as `call`.
    """
    with use_case(actor) as act:
        act.require(permissions.RAISE_ALERT, site.code)
        if not str(values.get("title", "")).strip():
            raise InvalidInput({"title": [_("Say what it is.")]})
        _refuse_unused(site, values.get("team"), op_uuid)
        key = values.pop("repeat_key", "")
        values = {**values, "kind": AlertKind(values["kind"]), "severity": AlertSeverity(values["severity"])}
        values["impact"] = AlertImpact(values["impact"])
        new = NewAlert(source=actor.reference[:100], repeat_key=own_condition(key), **values)
        return raise_alert(act, site, new, op_uuid=op_uuid, at=at)


def _refuse_unused(site: Site, team: AlertTeam | None, op_uuid: uuid.UUID) -> None:
    """A team out of use is called no more; what was raised under this key while it was stays raised."""
    if team is not None and not team.is_active and raised_before(site, op_uuid) is None:
        raise InvalidInput({"team": [_("This team is not called at this site.")]})
