"""A recipe made larger or smaller: exact until the last step, rounded once."""

from datetime import timedelta
from decimal import ROUND_HALF_EVEN, Decimal

from mom.plant.engine.potency import rounded


def scaled(quantity: Decimal, factor: Decimal) -> Decimal:
    """`quantity` times `factor`, rounded half-even to the stored place. Raises: ValueError for a factor not above 0."""
    if factor <= 0:
        raise ValueError("A batch is scaled by more than zero.")
    return rounded(quantity * factor)


def times(each: timedelta, quantity: Decimal) -> timedelta:
    """The time for `quantity` units at `each` a unit, to the whole microsecond, half-even."""
    exact = Decimal(each // timedelta(microseconds=1)) * quantity
    return timedelta(microseconds=int(exact.quantize(Decimal(1), ROUND_HALF_EVEN)))
