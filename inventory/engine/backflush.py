"""How much of a material a job should have taken by now. Pure: no Django here."""

from decimal import ROUND_CEILING, ROUND_HALF_EVEN, Decimal

PLACE = Decimal("0.000001")


def due(needed: Decimal, planned: Decimal, reported: Decimal, *, is_whole: bool) -> Decimal:
    """The part of what the whole job needs that `reported` of `planned` pieces took, all reports together.

    Reckoned on the sum of all reports and rounded once, so that many small reports take what one large one takes.
    Whole pieces are opened when the first part of one is needed. Raises: ValueError for a job that plans nothing.
    """
    if planned <= 0:
        raise ValueError("A job that plans nothing has no share of it.")
    exact = needed * reported / planned
    if is_whole:
        return exact.quantize(Decimal(1), rounding=ROUND_CEILING)
    return exact.quantize(PLACE, rounding=ROUND_HALF_EVEN)
