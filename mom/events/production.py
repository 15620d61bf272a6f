"""What production announces."""

from dataclasses import dataclass
from datetime import datetime

from mom.events.registry import event


@event("production.ideal_cycle_changed")
@dataclass(frozen=True)
class IdealCycleChanged:
    """From an instant on (until another, where that is set) a product has another ideal cycle on a machine, or none."""

    site: str
    equipment_id: int
    definition_id: int
    since: datetime
    until: datetime | None = None


@event("production.rework_refused")
@dataclass(frozen=True)
class ReworkRefused:
    """A rework job that a nonconformance asked for was not made; the sentence says why and how to mend it."""

    site: str
    nonconformance: str
    job_order: int
    sentence: str
