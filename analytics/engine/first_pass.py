"""Which decisions of quality are about pieces that had been reported as good. Pure.

Pieces reported for review were not called good: what is decided of a job falls on those first, and only the rest
takes away from its good.
"""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Protocol, TypeVar

ZERO = Decimal(0)


class OfJob(Protocol):
    """A decision: so many pieces of a job."""

    @property
    def job(self) -> int:
        """The job that made them."""

    @property
    def quantity(self) -> Decimal:
        """How many."""


D = TypeVar("D", bound=OfJob)


def against_good(decisions: Iterable[D], for_review: Mapping[int, Decimal]) -> Iterator[tuple[D, Decimal]]:
    """Each decision with how much of it was reported as good; `for_review`: of each job. In the order of decision."""
    left = dict(for_review)
    for each in decisions:
        held = min(left.get(each.job, ZERO), each.quantity)
        left[each.job] = left.get(each.job, ZERO) - held
        yield each, each.quantity - held
