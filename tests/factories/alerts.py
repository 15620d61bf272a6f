"""Teams, turns on call, steps of escalation, and alerts."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from mom.accounts.models import Site
from mom.core.testing import acting
from mom.plant.models import Equipment, Person
from mom.work.engine.alert import AlertKind, EscalationTarget
from mom.work.models import Alert, AlertTeam, EscalationStep, RotaEntry
from mom.work.services import alert_team
from mom.work.services.alert_raise import NewAlert, raise_alert
from tests.factories.plant import next_code


def make_team(site: Site, code: str = "", *, members: Sequence[Person] = (), **fields: Any) -> AlertTeam:
    """People who are called together; without a step of escalation."""
    code = code or next_code("TEAM")
    with acting() as act:
        return alert_team.add_team(act, site, members=members, **{"code": code, "name": f"Team {code}", **fields})


def make_turn(team: AlertTeam, person: Person, started_at: datetime, ended_at: datetime, **fields: Any) -> RotaEntry:
    """A person is on call."""
    with acting() as act:
        return alert_team.add_turn(act, team, person, started_at=started_at, ended_at=ended_at, **fields)


def make_step(
    team: AlertTeam, after_minutes: int = 0, target: EscalationTarget = EscalationTarget.ON_CALL, **fields: Any
) -> EscalationStep:
    """A step of a team's escalation."""
    with acting() as act:
        return alert_team.add_step(act, team, after_minutes=after_minutes, target=target, **fields)


def make_alert(site: Site, title: str = "Coolant pressure low", **fields: Any) -> Alert:
    """An open alert, as a rule would raise it."""
    key = fields.pop("op_uuid", None) or uuid.uuid4()
    equipment: Equipment | None = fields.get("equipment")
    values = {"kind": AlertKind.STATE, "source": "rule:1", "repeat_key": f"rule:{title}:{equipment and equipment.pk}"}
    with acting() as act:
        return raise_alert(act, site, NewAlert(title=title, **{**values, **fields}), op_uuid=key)
