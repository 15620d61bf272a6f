"""Alerts and help calls: what they are, how they go from raised to solved, and who is told when. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from mom.core.engine.transitions import TransitionTable


class AlertKind(StrEnum):
    """What an alert is about."""

    HELP = "help"  # somebody called
    STATE = "state"  # a machine stands too long
    READING = "reading"  # a signal left its limits
    FIGURE = "figure"  # a KPI is off its target
    STANDARD = "standard"  # faster than the ideal cycle says: the standard looks wrong
    OTHER = "other"  # raised by a domain


class AlertSeverity(StrEnum):
    """How much attention it asks for."""

    BAD = "bad"
    WARN = "warn"
    INFO = "info"


class AlertImpact(StrEnum):
    """What it costs while it is open; the order is that of the wall."""

    STOPPED = "stopped"  # the machine stands
    SLOWED = "slowed"  # it runs, and makes less or worse
    BLIND = "blind"  # nobody knows what it does
    NONE = "none"  # nothing is lost yet


IMPACT_RANK = {impact: rank for rank, impact in enumerate(AlertImpact)}
SEVERITY_RANK = {severity: rank for rank, severity in enumerate(AlertSeverity)}


class AlertStatus(StrEnum):
    """Where an alert stands."""

    OPEN = "open"  # nobody has it
    ACCEPTED = "accepted"  # somebody is on the way
    ARRIVED = "arrived"  # somebody is there
    SOLVED = "solved"


class AlertCommand(StrEnum):
    """What moves it."""

    ACCEPT = "accept"
    ARRIVE = "arrive"
    HAND_ON = "hand_on"  # to a person, who then has it
    GIVE_BACK = "give_back"  # to a team, where it waits again
    SOLVE = "solve"


class AlertAct(StrEnum):
    """One line of its history."""

    RAISED = "raised"
    AGAIN = "again"  # raised once more while it was open
    ACCEPTED = "accepted"
    ARRIVED = "arrived"
    HANDED_OVER = "handed_over"
    ESCALATED = "escalated"
    MUTED = "muted"
    UNMUTED = "unmuted"
    CLEARED = "cleared"  # the condition has gone while somebody has it
    SOLVED = "solved"


_S, _C = AlertStatus, AlertCommand
ALERT = TransitionTable(
    "alert",
    {
        (_S.OPEN, _C.ACCEPT): _S.ACCEPTED,
        (_S.OPEN, _C.ARRIVE): _S.ARRIVED,
        (_S.OPEN, _C.HAND_ON): _S.ACCEPTED,
        (_S.OPEN, _C.GIVE_BACK): _S.OPEN,
        (_S.OPEN, _C.SOLVE): _S.SOLVED,
        (_S.ACCEPTED, _C.ACCEPT): _S.ACCEPTED,
        (_S.ACCEPTED, _C.ARRIVE): _S.ARRIVED,
        (_S.ACCEPTED, _C.HAND_ON): _S.ACCEPTED,
        (_S.ACCEPTED, _C.GIVE_BACK): _S.OPEN,
        (_S.ACCEPTED, _C.SOLVE): _S.SOLVED,
        (_S.ARRIVED, _C.HAND_ON): _S.ACCEPTED,
        (_S.ARRIVED, _C.GIVE_BACK): _S.OPEN,
        (_S.ARRIVED, _C.SOLVE): _S.SOLVED,
    },
)
"""Accepting what another one has accepted takes it over from them."""


class EscalationTarget(StrEnum):
    """Who is told at a step."""

    ON_CALL = "on_call"  # whom the team's rota names; without one, the whole team
    TEAM = "team"  # everybody of a team
    PERSON = "person"
    ROLE = "role"  # everybody who has a role at the site


class TeamIcon(StrEnum):
    """The sign of a team, as in the sprite."""

    TOOL = "maint"
    MATERIAL = "truck"
    QUALITY = "qual"
    PERSON = "user"
    PRODUCTION = "prod"
    SYSTEMS = "connect"
    BELL = "bell"


@dataclass(frozen=True)
class Waiting:
    """An alert that nobody has accepted: for whom it waits, since when, and what was told already."""

    alert: int
    team: int | None
    waiting_since: datetime
    muted_until: datetime | None
    told: frozenset[int]  # keys of the steps that were told since it waits


@dataclass(frozen=True)
class Step:
    """A step of a team's escalation."""

    pk: int
    team: int
    after: timedelta


def is_muted(muted_until: datetime | None, now: datetime) -> bool:
    """Whether it is silent now; at the end of the mute it speaks again."""
    return muted_until is not None and now < muted_until


def due_steps(waiting: Iterable[Waiting], steps: Sequence[Step], now: datetime) -> list[tuple[int, int]]:
    """The pairs of alert and step that are due and not told yet, the earliest step first. Each is due once a wait.

    A muted alert tells nobody; what became due meanwhile is told when the mute ends.
    """
    found: list[tuple[timedelta, int, int]] = []
    for each in waiting:
        if is_muted(each.muted_until, now):
            continue
        found.extend(
            (step.after, each.alert, step.pk)
            for step in steps
            if step.team == each.team and step.pk not in each.told and each.waiting_since + step.after <= now
        )
    return [(alert, step) for _after, alert, step in sorted(found)]
