"""What the spine announces."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from mom.events.registry import event


@event("work.job_order_status_changed")
@dataclass(frozen=True)
class JobOrderStatusChanged:
    """A command moved a job: released, started, paused, held, resumed, finished, closed, aborted or cancelled."""

    site: str
    job_order_id: int
    job_order: str
    command: str
    before: str
    after: str
    at: datetime


@event("work.quantity_reported")
@dataclass(frozen=True)
class QuantityReported:
    """A quantity was added to the ledger of a job's output; negative where one was taken back."""

    site: str
    report_id: int
    job_order_id: int
    kind: str
    quantity: Decimal
    unit: str
    occurred_at: datetime


@event("work.work_reported")
@dataclass(frozen=True)
class WorkReported:
    """Work was recorded or taken back on these local days: figures of them have changed."""

    site: str
    days: tuple[date, ...]  # local dates of the plant, sorted
    machines: tuple[int, ...] = ()  # where the work was done, as far as it is known, sorted
    since: datetime | None = None  # the first and the last instant of that work
    until: datetime | None = None


@event("work.job_order_made_of")
@dataclass(frozen=True)
class JobOrderMadeOf:
    """A job was made of another one: split off, what it left, rework, or a replacement.

    `reference` names what asked for it, where something did.
    """

    site: str
    job_order_id: int
    job_order: str
    origin: str
    origin_job_id: int
    quantity: Decimal
    unit: str
    reference: str
    at: datetime
