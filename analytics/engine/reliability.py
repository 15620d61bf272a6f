"""Mean times between failures and to restoration, from sums: operating time over failures, never a mean of means. Pure.

Where nothing failed there is no mean, but a bound that holds with a stated confidence. The chi-square quantiles with an
even number of degrees of freedom that it needs are those of a Poisson sum, so that no library is asked.
Source: maintenance.md section 3; iso22400.md section 3.1.
"""

import math
from dataclasses import dataclass
from decimal import Decimal

from analytics.engine.kpi import MICROSECONDS_PER_HOUR
from analytics.engine.machine_parts import MachineTotals

CONFIDENCE = 0.9  # one-sided


@dataclass(frozen=True, slots=True)
class Interval:
    """Where the true mean lies. `high` is None where nothing failed: it can be any length."""

    low: float
    high: float | None


def operating_hours(totals: MachineTotals) -> Decimal:
    """APT + AUST: the time in which the machine was used."""
    return Decimal(totals.production + totals.setup) / MICROSECONDS_PER_HOUR


def up_hours(totals: MachineTotals) -> Decimal:
    """Planned time in which the machine was not broken down, used or not."""
    return Decimal(totals.planned_busy - totals.breakdown) / MICROSECONDS_PER_HOUR


def mean(total: Decimal, failures: int) -> Decimal | None:
    """Total over failures; None where there was none."""
    return total / failures if failures else None


def mean_iso(total: Decimal, failures: int) -> Decimal | None:
    """Total over failures + 1; None where there is nothing to divide. Source: ISO 22400-2, KPI 31-33."""
    return total / (failures + 1) if total else None


def lower_bound(total: Decimal, failures: int, confidence: float = CONFIDENCE) -> Decimal | None:
    """The mean is at least this with `confidence`, one-sided, for a window that ended by the clock."""
    if not total:
        return None
    return Decimal(repr(round(_lower(float(total), failures, confidence), 9)))


def interval(total: float, failures: int, confidence: float) -> Interval:
    """Two-sided, for a window that ended by the clock and not by a failure."""
    tail = (1 - confidence) / 2
    high = 2 * total / chi_square_quantile(tail, failures) if failures else None
    return Interval(_lower(total, failures, 1 - tail), high)


def _lower(total: float, failures: int, probability: float) -> float:
    return 2 * total / chi_square_quantile(probability, failures + 1)


def chi_square_quantile(probability: float, half_degrees: int) -> float:
    """The quantile with 2 x `half_degrees` degrees of freedom, by halving. Raises: ValueError."""
    if not 0 < probability < 1 or half_degrees < 1:
        raise ValueError("A quantile asks for a probability between 0 and 1 and at least 2 degrees of freedom.")
    low, high = 0.0, 1.0
    while _above(high, half_degrees) > 1 - probability:
        high *= 2
    for _ in range(200):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        if _above(middle, half_degrees) > 1 - probability:
            low = middle
        else:
            high = middle
    return 2 * high


def _above(rate: float, events: int) -> float:
    """The probability of fewer than `events` in a Poisson process of that mean: chi-square above 2 x rate."""
    if rate == 0:
        return 1.0
    logs = (k * math.log(rate) - rate - math.lgamma(k + 1) for k in range(events))
    return math.fsum(math.exp(each) for each in logs)
