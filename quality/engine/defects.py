"""Defects ranked for a Pareto: pieces that were not right by what was wrong, or by where they were made. Pure.

Pieces of different units are never added: each unit is ranked for itself.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Defect:
    """So many pieces in so many events: reports, or nonconformances that were decided. `key` "": nobody said which."""

    key: str
    unit: str
    quantity: Decimal
    events: int


@dataclass(frozen=True, slots=True)
class Ranked:
    """The defects of one unit, most pieces first, what nobody named last; `others` holds those of other units."""

    unit: str
    bars: tuple[Defect, ...]
    others: tuple[Defect, ...] = ()


def ranked(found: Iterable[Defect]) -> Ranked:
    """The unit with the most events (of equals the first by code), its keys summed and ranked; the rest by unit.

    What was taken back as a whole is gone. Of equals the first by key goes before.
    """
    sums: dict[str, dict[str, tuple[Decimal, int]]] = defaultdict(dict)
    for each in found:
        quantity, events = sums[each.unit].get(each.key, (Decimal(0), 0))
        sums[each.unit][each.key] = (quantity + each.quantity, events + each.events)
    kept = {
        unit: [Defect(key, unit, quantity, events) for key, (quantity, events) in keys.items() if quantity > 0]
        for unit, keys in sums.items()
    }
    totals = [_total(unit, bars) for unit, bars in kept.items() if bars]
    totals.sort(key=lambda total: (-total.events, total.unit))
    if not totals:
        return Ranked("", ())
    first, *rest = totals
    bars = sorted(kept[first.unit], key=lambda bar: (not bar.key, -bar.quantity, bar.key))
    return Ranked(first.unit, tuple(bars), tuple(rest))


def _total(unit: str, bars: list[Defect]) -> Defect:
    return Defect("", unit, sum((bar.quantity for bar in bars), Decimal(0)), sum(bar.events for bar in bars))
