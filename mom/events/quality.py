"""What quality announces."""

from dataclasses import dataclass
from decimal import Decimal

from mom.events.registry import event


@event("quality.rework_asked")
@dataclass(frozen=True)
class ReworkAsked:
    """A nonconformance is to be reworked: so many pieces of what a job made. Production answers with a job.

    The answer is `work.job_order_made_of` with the nonconformance as its reference, or `production.rework_refused`.
    """

    site: str
    nonconformance: str  # its code
    job_order: int  # the key of the job that made the pieces
    quantity: Decimal
    reason: str
