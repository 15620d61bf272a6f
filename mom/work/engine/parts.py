"""How a job's quantities are parted when another job is made of it: nothing is lost and nothing is made up. Pure."""

from decimal import ROUND_HALF_EVEN, Decimal

PLACE = Decimal("0.000001")
"""Quantities are stored to six places."""


def part_of(quantity: Decimal, taken: Decimal, whole: Decimal) -> Decimal:
    """The part of `quantity` that goes with `taken` of `whole`; what stays is the difference, exactly.

    Raises: ValueError where not more than nothing is taken, or more than all.
    """
    if not 0 < taken <= whole:
        raise ValueError(f"{taken} can't be taken of {whole}.")
    return (quantity * taken / whole).quantize(PLACE, ROUND_HALF_EVEN)
