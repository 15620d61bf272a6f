"""How far a job or an order should be by now: a straight line from its start to its end. Pure."""

from datetime import datetime
from decimal import Decimal

LAGS = Decimal("0.1")
"""A job that is behind by more than this part of its quantity is marked."""


def expected_by_now(
    quantity: Decimal | None, start: datetime | None, end: datetime | None, now: datetime
) -> Decimal | None:
    """The quantity that a steady pace from `start` to `end` would have made; None where either is not known."""
    if quantity is None or start is None or end is None or end <= start:
        return None
    if now <= start:
        return Decimal(0)
    if now >= end:
        return quantity
    passed, whole = (now - start).total_seconds(), (end - start).total_seconds()
    return (quantity * Decimal(str(passed)) / Decimal(str(whole))).quantize(Decimal(1))


def pace(made: Decimal, quantity: Decimal | None, expected: Decimal | None, *, is_overdue: bool) -> str:
    """How a bar of progress is marked: "bad" past its due date, "warn" clearly behind, "" as it should be."""
    if quantity is not None and made >= quantity:
        return ""
    if is_overdue:
        return "bad"
    return "warn" if expected is not None and quantity and expected - made > quantity * LAGS else ""
