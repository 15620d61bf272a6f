"""Alerts of the growing plant: more open ones, steps, people of the team, turns, steps of escalation, rules."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.test import Client

from analytics.models import RuleStanding
from analytics.services import alert_rule
from mom.accounts.models import Site
from mom.core import clock
from mom.core.testing import acting
from mom.plant.models import Equipment, Person
from mom.work.engine.alert import EscalationTarget
from mom.work.services import alert as alerts
from tests.accounts.matrix import Route
from tests.factories.alerts import make_alert, make_step, make_team, make_turn

Act = Callable[[Client], Any]
HOUR = timedelta(hours=1)


class GrownAlerts:
    """A team, an alert and a rule that are watched; `grow` adds one more of each and to each."""

    def __init__(self, site: Site, machine: Equipment) -> None:
        self.site, self.machine = site, machine
        self.team = make_team(site, "TEAM-0")
        self.alert = make_alert(site, "Watched", equipment=machine, team=self.team)
        self.starts = clock.now() + timedelta(days=1)
        with acting() as act:
            self.rule = alert_rule.add(act, site, code="RULE-0", subject="state", state="down", delay=12 * HOUR)

    def grow(self, number: int, person: Person, machine: Equipment) -> None:
        """One more of everything."""
        self.team.members.add(person)
        self.starts += HOUR
        self.turn = make_turn(self.team, person, self.starts, self.starts + HOUR)
        self.step = make_step(self.team, 100 + number, EscalationTarget.PERSON, person=person)
        team = make_team(self.site, members=[person])
        make_alert(self.site, f"Alert {number}", equipment=machine, team=team)
        make_alert(self.site, f"Alert {number} here", equipment=self.machine, team=team)
        with acting() as act:
            alerts.accept(act, self.alert.pk, op_uuid=uuid.uuid4(), person=person)
            alert_rule.add(
                act, self.site, code=f"RULE-{number}", subject="reading", signal="t", side="above", threshold=80
            )
        RuleStanding.objects.create(
            site=self.site, rule=self.rule, equipment=machine, phase="raised", since=clock.now(), seen_at=clock.now()
        )

    def rows(self) -> dict[str, Any]:
        """The first part of a resource's path -> the row that it is read at."""
        return {
            "work/alerts": self.alert, "work/alert-teams": self.team, "work/rota-entries": self.turn,
            "work/escalation-steps": self.step, "analytics/alert-rules": self.rule,
        }  # fmt: skip


def act_of(route: Route, held: GrownAlerts, address: str) -> Act | None:
    """The request for a route of ours; None for another's."""
    resource = route.path.removeprefix("/api/v1/").partition("/{")[0].strip("/")
    if resource not in held.rows():
        return None
    later = held.starts + timedelta(days=9)
    site, key = {"site": held.site.code}, {"op_uuid": str(uuid.uuid4())}
    turn = {"team": held.team.code, "person": held.turn.person.code}
    body: dict[str, Any] = {
        "work/alerts/create": {**site, **key, "kind": "help", "machine": held.machine.code, "team": held.team.code},
        "work/alerts/accept": key,
        "work/alerts/arrive": key,
        "work/alerts/hand_over": {**key, "to_team": held.team.code},
        "work/alerts/solve": {**key, "cause": "Hose tightened"},
        "work/alerts/mute": {**key, "until": later.isoformat(), "reason": "Known"},
        "work/alerts/unmute": key,
        "work/alert-teams/create": {**site, "code": "NEW-TEAM", "members": [held.turn.person.code]},
        "work/alert-teams/partial_update": {"name": "Changed"},
        "work/rota-entries/create": {
            **site, **turn, "started_at": later.isoformat(), "ended_at": (later + HOUR).isoformat(),
        },
        "work/rota-entries/withdraw": {"reason": "Ill"},
        "work/escalation-steps/create": {**site, "team": held.team.code, "after_minutes": 99, "target": "team"},
        "work/escalation-steps/withdraw": {"reason": "Too loud"},
        "analytics/alert-rules/create": {**site, "code": "NEW-RULE", "subject": "state", "state": "down"},
        "analytics/alert-rules/partial_update": {"name": "Changed"},
    }[f"{resource}/{route.action}"]  # fmt: skip
    headers = {"Idempotency-Key": str(uuid.uuid4())}
    if route.method == "patch":
        row = held.rows()[resource]
        row.refresh_from_db()
        headers["If-Match"] = f'"v{row.version}"'
    return lambda client: getattr(client, route.method)(address, body, content_type="application/json", headers=headers)
