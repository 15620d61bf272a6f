"""What may be made of a job when, and for how much: split, finished early, reworked, replaced. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from mom.work.engine.terms import BEGUN_JOB_ORDER_STATUSES, OPEN_JOB_ORDER_STATUSES, JobOrderStatus


class JobChange(StrEnum):
    """What somebody asks for beside the commands of the spine."""

    SPLIT = "split"
    FINISH_EARLY = "finish_early"
    REWORK = "rework"
    REPLACE = "replace"


class Rest(StrEnum):
    """What becomes of the pieces that a job finished early did not make."""

    NEW_JOB = "new_job"
    SHORT = "short"


ALLOWED: Mapping[JobChange, frozenset[JobOrderStatus]] = {
    JobChange.SPLIT: OPEN_JOB_ORDER_STATUSES,
    JobChange.FINISH_EARLY: BEGUN_JOB_ORDER_STATUSES,
    JobChange.REWORK: BEGUN_JOB_ORDER_STATUSES | {JobOrderStatus.COMPLETED},
    JobChange.REPLACE: OPEN_JOB_ORDER_STATUSES | {JobOrderStatus.COMPLETED, JobOrderStatus.ABORTED},
}
"""The states in which a job takes a change. Everything not listed is refused."""


@dataclass(frozen=True)
class Pieces:
    """What stands about a job's main output: ordered, and reported as good, scrap, rework, review.

    `in_rework` and `replaced` are what other jobs were made for already, those that were cancelled left
    out. One that failed counts: it is replaced itself.
    """

    ordered: Decimal
    good: Decimal = Decimal(0)
    scrap: Decimal = Decimal(0)
    rework: Decimal = Decimal(0)
    review: Decimal = Decimal(0)
    in_rework: Decimal = Decimal(0)
    replaced: Decimal = Decimal(0)

    @property
    def reported(self) -> Decimal:
        """Every piece that something was said of."""
        return self.good + self.scrap + self.rework + self.review

    @property
    def unmade(self) -> Decimal:
        """Ordered, and nothing said of them yet."""
        return max(Decimal(0), self.ordered - self.reported)

    def most(self, change: JobChange) -> Decimal:
        """How many the change may be for at most; splitting leaves at least something to a job nobody began."""
        if change == JobChange.REWORK:
            return max(Decimal(0), self.rework + self.review - self.in_rework)
        if change == JobChange.REPLACE:
            return max(Decimal(0), self.ordered - self.good - self.rework - self.review - self.replaced)
        return self.unmade

    def may_split(self, quantity: Decimal) -> bool:
        """Whether so many can be taken out: more than none, not reported yet, and not all that it has."""
        return 0 < quantity <= self.unmade and quantity < self.ordered
