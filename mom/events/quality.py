"""What quality announces."""

from dataclasses import dataclass
from datetime import datetime

from mom.events.registry import event


@event("quality.inspection_due")
@dataclass(frozen=True)
class InspectionDue:
    """An inspection came due: it stands on the dispatch list."""

    site: str
    job_order_id: int
    job_order: str
    inspected_job: str
    machine: str
    cause: str
    at: datetime


@event("quality.sample_recorded")
@dataclass(frozen=True)
class SampleRecorded:
    """A sample was measured or counted, and judged."""

    site: str
    sample_id: int
    control_plan: str
    characteristic: str
    machine: str
    out_of_limits: int
    rules: tuple[int, ...]
    nonconformance: str
    at: datetime


@event("quality.nonconformance_opened")
@dataclass(frozen=True)
class NonconformanceOpened:
    """Parts are not right, or in doubt."""

    site: str
    nonconformance_id: int
    nonconformance: str
    title: str
    origin: str
    machine: str
    material: str
    lots: tuple[str, ...]
    at: datetime


@event("quality.disposition_decided")
@dataclass(frozen=True)
class DispositionDecided:
    """Somebody signed what becomes of parts in doubt."""

    site: str
    nonconformance: str
    kind: str
    lot: str
    quantity: str
    unit: str
    rework_job: str
    at: datetime


@event("quality.nonconformance_closed")
@dataclass(frozen=True)
class NonconformanceClosed:
    """Everything that was decided about a nonconformance is done."""

    site: str
    nonconformance_id: int
    nonconformance: str
    at: datetime
