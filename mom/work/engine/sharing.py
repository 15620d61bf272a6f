"""What several jobs used together, shared out so that the shares add up to the whole, to the last microsecond."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

MICROSECOND = timedelta(microseconds=1)


def apportion(total: int, weights: Sequence[Decimal]) -> list[int]:
    """Whole parts of `total` in the proportion of the weights; what is left goes to the largest remainders, first come.

    The parts add up to `total` exactly. Raises: ValueError without a weight or for one that is not more than zero.
    Source: the method of largest remainders (Hamilton).
    """
    if not weights or any(weight <= 0 for weight in weights):
        raise ValueError("Shares need weights of more than zero.")
    exact = [Fraction(weight) for weight in weights]
    ideal = [total * weight / sum(exact) for weight in exact]
    parts = [int(share // 1) for share in ideal]
    left = total - sum(parts)
    by_remainder = sorted(range(len(parts)), key=lambda index: (parts[index] - ideal[index], index))
    for index in by_remainder[:left]:
        parts[index] += 1
    return parts


def share_duration(total: timedelta, weights: Sequence[Decimal]) -> list[timedelta]:
    """The same for a stretch of time, in whole microseconds."""
    return [part * MICROSECOND for part in apportion(total // MICROSECOND, weights)]


def share_quantity(total: Decimal, weights: Sequence[Decimal], places: int = 6) -> list[Decimal]:
    """The same for an exact quantity, in steps of its last decimal place. Raises: ValueError for more places."""
    scaled = total.scaleb(places)
    if scaled % 1:
        raise ValueError(f"{total} has more than {places} decimal places.")
    return [Decimal(part).scaleb(-places) for part in apportion(int(scaled), weights)]
