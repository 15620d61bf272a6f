"""What alerts and help calls announce. `site` lets a webhook carry them on; `url` is the alert's page, where known."""

from dataclasses import dataclass
from datetime import datetime

from mom.events.registry import event


@event("work.alert_raised")
@dataclass(frozen=True)
class AlertRaised:
    """Something asks for attention: a person called, a rule held, a domain found something."""

    site: str
    alert_id: int
    kind: str
    title: str
    detail: str
    machine: str
    team: str
    severity: str
    impact: str
    source: str
    at: datetime
    is_muted: bool = False
    url: str = ""


@event("work.alert_moved")
@dataclass(frozen=True)
class AlertMoved:
    """A step was done: accepted, arrived, handed over, muted, mute ended, condition gone, solved, raised again."""

    site: str
    alert_id: int
    act: str
    status: str
    by: str
    at: datetime
    note: str = ""


@event("work.alert_escalated")
@dataclass(frozen=True)
class AlertEscalated:
    """Nobody accepted it in time, so somebody else was told; `minutes` is how long it had waited for that."""

    site: str
    alert_id: int
    title: str
    machine: str
    team: str
    minutes: int
    told: tuple[str, ...]
    at: datetime
    url: str = ""
