"""What production announces."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

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


@event("production.step_outside_limits")
@dataclass(frozen=True)
class StepOutsideLimits:
    """A value was answered to a step of a work instruction that lies out of its limits, and was taken."""

    site: str
    job_order_id: int
    job_order: str
    answer_id: int
    step: str
    number: Decimal
    unit: str
    at: datetime
