"""What the potency of a lot does to a quantity: nominal is what the scale shows, active is the substance in it."""

from decimal import ROUND_HALF_EVEN, Decimal, localcontext

STEP = Decimal("0.000001")
"""Quantities are stored to six places."""


def nominal_for_active(active: Decimal, potency: Decimal) -> Decimal:
    """How much to weigh of a lot of that potency (0 to 1) to have `active` in it. Raises: ValueError.

    7 kg active at 92 % are 7.608696 kg as weighed.
    """
    with localcontext() as context:
        context.prec = 40
        return rounded(active / _share(potency))


def active_in(nominal: Decimal, potency: Decimal) -> Decimal:
    """The active substance in a weighed quantity of a lot of that potency. Raises: ValueError."""
    return rounded(nominal * _share(potency))


def _share(potency: Decimal) -> Decimal:
    if not 0 < potency <= 1:
        raise ValueError("Potency is a share above 0 and up to 1.")
    return potency


def rounded(quantity: Decimal) -> Decimal:
    """The quantity at the stored place, half-even."""
    with localcontext() as context:
        context.prec = 40
        return quantity.quantize(STEP, rounding=ROUND_HALF_EVEN)
