"""The machine's own count since an instant, from what its counters said."""

from collections.abc import Iterable
from decimal import Decimal

ADDED, READING = "total_added", "total"


def counted(messages: Iterable[tuple[str, Decimal]], before: Decimal | None = None) -> Decimal:
    """All pieces that were made: increments as they are, readings by their steps from `before` on, oldest first.

    A reading below the last one is a counter that began anew: it counts whole. The first reading of all counts nothing.
    """
    total, last = Decimal(0), before
    for name, value in messages:
        if name == ADDED:
            total += value
        elif name == READING:
            if last is not None:
                total += value - last if value >= last else value
            last = value
    return total
