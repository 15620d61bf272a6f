"""What people read for the closed vocabularies of alerts, and the shape that goes with each."""

from django.utils.translation import gettext_lazy as _

from mom.core.choices import Labelled
from mom.work.engine.alert import (
    AlertAct,
    AlertImpact,
    AlertKind,
    AlertSeverity,
    AlertStatus,
    EscalationTarget,
    TeamIcon,
)

ALERT_KIND = Labelled(
    AlertKind,
    {
        AlertKind.HELP: (_("Help call"), ""),
        AlertKind.STATE: (_("Machine state"), ""),
        AlertKind.READING: (_("Reading"), ""),
        AlertKind.FIGURE: (_("Figure"), ""),
        AlertKind.STANDARD: (_("Standard looks wrong"), ""),
        AlertKind.OTHER: (_("Other"), ""),
    },
)
ALERT_SEVERITY = Labelled(
    AlertSeverity,
    {
        AlertSeverity.BAD: (_("Urgent"), "down"),
        AlertSeverity.WARN: (_("Warning"), "warn"),
        AlertSeverity.INFO: (_("Note"), "info"),
    },
)
ALERT_IMPACT = Labelled(
    AlertImpact,
    {
        AlertImpact.STOPPED: (_("Machine stands"), "down"),
        AlertImpact.SLOWED: (_("Makes less"), "idle"),
        AlertImpact.BLIND: (_("Not seen"), "off"),
        AlertImpact.NONE: (_("Nothing lost yet"), "run"),
    },
)
ALERT_STATUS = Labelled(
    AlertStatus,
    {
        AlertStatus.OPEN: (_("Not accepted yet"), "down"),
        AlertStatus.ACCEPTED: (_("Accepted"), "idle"),
        AlertStatus.ARRIVED: (_("Somebody is there"), "setup"),
        AlertStatus.SOLVED: (_("Solved"), "ok"),
    },
)
ALERT_ACT = Labelled(
    AlertAct,
    {
        AlertAct.RAISED: (_("Raised"), ""),
        AlertAct.AGAIN: (_("Raised again"), ""),
        AlertAct.ACCEPTED: (_("Accepted"), ""),
        AlertAct.ARRIVED: (_("Arrived"), ""),
        AlertAct.HANDED_OVER: (_("Handed over"), ""),
        AlertAct.ESCALATED: (_("Told"), ""),
        AlertAct.MUTED: (_("Muted"), ""),
        AlertAct.UNMUTED: (_("Mute ended"), ""),
        AlertAct.CLEARED: (_("Condition gone"), ""),
        AlertAct.SOLVED: (_("Solved"), ""),
    },
)
ESCALATION_TARGET = Labelled(
    EscalationTarget,
    {
        EscalationTarget.ON_CALL: (_("Who is on call"), ""),
        EscalationTarget.TEAM: (_("A whole team"), ""),
        EscalationTarget.PERSON: (_("A person"), ""),
        EscalationTarget.ROLE: (_("Everybody with a role"), ""),
    },
)
TEAM_ICON = Labelled(
    TeamIcon,
    {
        TeamIcon.TOOL: (_("Wrench"), ""),
        TeamIcon.MATERIAL: (_("Truck"), ""),
        TeamIcon.QUALITY: (_("Shield"), ""),
        TeamIcon.PERSON: (_("Person"), ""),
        TeamIcon.PRODUCTION: (_("Machine"), ""),
        TeamIcon.SYSTEMS: (_("Plug"), ""),
        TeamIcon.BELL: (_("Bell"), ""),
    },
)
