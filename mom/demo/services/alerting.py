"""Whom the demo plant calls: teams with their people, who is on call, what happens when nobody comes, and rules."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from analytics.services import alert_rule
from mom.accounts.models import Role, Site
from mom.core.use_case import UseCase
from mom.plant.models import Equipment, Person
from mom.work.engine.alert import EscalationTarget
from mom.work.models import AlertTeam
from mom.work.services import alert_team

TEAMS: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
    ("MAINT", "Maintenance", "maint", ("1005",)),
    ("LOGISTICS", "Material", "truck", ("1062", "1063")),
    ("QUALITY", "Quality", "qual", ("1004",)),
    ("LEADERS", "Team leader", "user", ("1002",)),
)
"""Code, name, sign, badges of its people."""

TURN = timedelta(days=30)
MINUTE = timedelta(minutes=1)


def add_alerting(act: UseCase, site: Site) -> None:
    """Add teams, turns, steps and rules. Joins the caller's transaction."""
    people = {person.code: person for person in Person.objects.filter(site=site)}
    supervisor = Role.objects.filter(code="supervisor").first()
    teams = {code: _team(act, site, code, name, icon, badges, people, supervisor)
             for code, name, icon, badges in TEAMS}  # fmt: skip
    _rules(act, site, teams)


def _team(
    act: UseCase,
    site: Site,
    code: str,
    name: str,
    icon: str,
    badges: tuple[str, ...],
    people: dict[str, Person],
    supervisor: Role | None,
) -> AlertTeam:
    members = [people[badge] for badge in badges if badge in people]
    position = 10 * (1 + [each[0] for each in TEAMS].index(code))
    team = alert_team.add_team(act, site, code=code, name=name, icon=icon, position=position, members=members)
    if members:
        alert_team.add_turn(act, team, members[0], started_at=act.now, ended_at=act.now + TURN)
    alert_team.add_step(act, team, after_minutes=0, target=EscalationTarget.ON_CALL)
    alert_team.add_step(act, team, after_minutes=5, target=EscalationTarget.TEAM)
    if supervisor is not None:
        alert_team.add_step(act, team, after_minutes=15, target=EscalationTarget.ROLE, role=supervisor)
    return team


def _rules(act: UseCase, site: Site, teams: dict[str, AlertTeam]) -> None:
    """What the plant wants to hear of."""
    state = {"subject": "state", "delay": 5 * MINUTE}
    found = (
        ("DOWN", "Down", {**state, "state": "down", "severity": "bad", "impact": "stopped"}, "MAINT"),
        ("WAITS", "Waits", {**state, "state": "idle", "delay": 8 * MINUTE, "impact": "stopped"}, "LOGISTICS"),
        ("SILENT", "No signal", {**state, "state": "off", "delay": 3 * MINUTE, "impact": "blind"}, "MAINT"),
        (
            "UNCODED",
            "Stops without a reason",
            {"subject": "figure", "figure": "uncoded", "threshold": Decimal("0.6"), "severity": "info"},
            "LEADERS",
        ),
        (
            "STANDARD",
            "Standard looks wrong",
            {"subject": "figure", "figure": "performance", "severity": "info", "threshold": Decimal("1.2")},
            "LEADERS",
        ),
    )
    for code, name, values, team in (*found, *_limits(site)):
        alert_rule.add(act, site, code=code, name=name, team=teams[team], **values)


def _limits(site: Site) -> list[tuple[str, str, dict[str, Any], str]]:
    """What the readings of the machining centres should keep to; the machine's page draws them."""
    reading = {"subject": "reading", "delay": 10 * MINUTE, "severity": "warn"}
    reading["equipment"] = Equipment.objects.get(site=site, code="MACHINING")
    found = (
        ("COOLANT", "Coolant pressure low", "coolant_pressure", "below", "3.2", "0.3"),
        ("LOAD", "Spindle load high", "spindle_load", "above", "95", "5"),
        ("VIBRATION", "Spindle vibration high", "spindle_vibration", "above", "4.5", "0.5"),
    )
    return [
        (code, name, {**reading, "signal": signal, "side": side, "threshold": Decimal(limit),
                      "dead_band": Decimal(band)}, "MAINT")
        for code, name, signal, side, limit, band in found
    ]  # fmt: skip
