"""A recipe made larger or smaller: exact until the last step, rounded once."""

from decimal import Decimal

from mom.plant.engine.potency import rounded


def scaled(quantity: Decimal, factor: Decimal) -> Decimal:
    """`quantity` times `factor`, rounded half-even to the stored place. Raises: ValueError for a factor not above 0."""
    if factor <= 0:
        raise ValueError("A batch is scaled by more than zero.")
    return rounded(quantity * factor)
