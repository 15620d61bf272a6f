"""What maintenance announces."""

from dataclasses import dataclass
from datetime import datetime

from mom.events.registry import event


@event("maintenance.maintenance_requested")
@dataclass(frozen=True)
class MaintenanceRequested:
    """Somebody called maintenance to a machine. Said again, it is the same request and not announced again."""

    site: str
    request_id: int
    request: str
    machine_id: int
    machine: str
    symptom: str
    urgency: str
    stop_id: int | None
    at: datetime


@event("maintenance.machine_released")
@dataclass(frozen=True)
class MachineReleased:
    """A maintenance job was signed off: its machine is production's again."""

    site: str
    job_order_id: int
    job: str
    machine_id: int
    machine: str
    outcome: str
    at: datetime


@event("maintenance.plan_came_due")
@dataclass(frozen=True)
class PlanCameDue:
    """A plan came due and its job was made."""

    site: str
    plan_id: int
    plan: str
    number: int
    job_order_id: int
    due_at: datetime
