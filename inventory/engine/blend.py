"""What is in a blend: the shares of the lots that were filled into a silo, as exact bounds over time.

The content is taken as well mixed. Where nothing flows in while something flows out, low and high are equal and exact.
Where a filling and a withdrawal overlap, nobody knows how much of the new lot the withdrawal got: the bounds are those
of the two extremes (all of it first, none of it first), which hold for every order in between.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from itertools import pairwise


@dataclass(frozen=True)
class Filling:
    """A quantity of one lot that flowed in during [start, end)."""

    lot: str
    quantity: Fraction
    start: datetime
    end: datetime


@dataclass(frozen=True)
class Withdrawal:
    """A quantity that flowed out during [start, end); `name` tells it apart."""

    name: str
    quantity: Fraction
    start: datetime
    end: datetime


@dataclass(frozen=True)
class Share:
    """A lot's part of a withdrawal: at least `low`, at most `high`, of one."""

    lot: str
    low: Fraction
    high: Fraction

    @property
    def is_exact(self) -> bool:
        """Whether the part is known, not only bounded."""
        return self.low == self.high


class MoreThanThere(ValueError):
    """A withdrawal takes more than the blend held, with all that may have flowed in by then."""


@dataclass(frozen=True)
class _Content:
    """Bounds of each lot's quantity, and the total, which is always known."""

    total: Fraction
    low: dict[str, Fraction]
    high: dict[str, Fraction]


def shares(fillings: Iterable[Filling], withdrawals: Iterable[Withdrawal]) -> dict[str, list[Share]]:
    """For each withdrawal the lots that may be in it, the largest first; "every lot that could be in it" is its keys.

    Order of arrival of the arguments doesn't matter. Withdrawals must not overlap each other. Raises: MoreThanThere,
    ValueError for withdrawals that overlap or a filling that overlaps two of them.
    """
    ins = sorted(fillings, key=lambda each: (each.start, each.end, each.lot))
    outs = sorted(withdrawals, key=lambda each: (each.start, each.end, each.name))
    _check(ins, outs)
    content = _Content(Fraction(0), {}, {})
    found: dict[str, list[Share]] = {}
    waiting = list(ins)
    for out in outs:
        before = [each for each in waiting if each.end <= out.start]
        during = [each for each in waiting if each.end > out.start and each.start < out.end]
        waiting = [each for each in waiting if each not in before and each not in during]
        for each in before:
            content = _filled(content, each)
        found[out.name], content = _withdrawn(content, out, during)
    return found


def _check(ins: Sequence[Filling], outs: Sequence[Withdrawal]) -> None:
    for first, second in pairwise(outs):
        if second.start < first.end:
            raise ValueError(f"The withdrawals {first.name} and {second.name} overlap.")
    for each in ins:
        if sum(each.start < out.end and out.start < each.end for out in outs) > 1:
            raise ValueError(f"The filling with {each.lot} goes on over two withdrawals: give it in parts.")


def _filled(content: _Content, filling: Filling) -> _Content:
    low, high = dict(content.low), dict(content.high)
    low[filling.lot] = low.get(filling.lot, Fraction(0)) + filling.quantity
    high[filling.lot] = high.get(filling.lot, Fraction(0)) + filling.quantity
    return _Content(content.total + filling.quantity, low, high)


def _withdrawn(content: _Content, out: Withdrawal, during: Sequence[Filling]) -> tuple[list[Share], _Content]:
    """The shares of one withdrawal and what is left after it and all that flowed in during it."""
    arriving: dict[str, Fraction] = {}
    for each in during:
        arriving[each.lot] = arriving.get(each.lot, Fraction(0)) + each.quantity
    coming = sum(arriving.values(), Fraction(0))
    if out.quantity > content.total + coming:
        raise MoreThanThere(f"{out.name} takes {out.quantity} of {content.total + coming}.")
    total_after = content.total + coming - out.quantity
    found: list[Share] = []
    low_after: dict[str, Fraction] = {}
    high_after: dict[str, Fraction] = {}
    for lot in sorted({*content.high, *arriving}):
        own = arriving.get(lot, Fraction(0))
        low, high = content.low.get(lot, Fraction(0)), content.high.get(lot, Fraction(0))
        # Least of it: all others flowed in first, its own did not. Most of it: the other way round. And never more
        # than there is of it, nor less than the others leave room for.
        others = content.total + coming - low - own
        least = max(_part(low, content.total + coming - own), (out.quantity - others) / out.quantity, Fraction(0))
        most = min(_part(high + own, content.total + own), (high + own) / out.quantity)
        if most:
            found.append(Share(lot, least, most))
        low_after[lot] = max(Fraction(0), low + own - out.quantity * most)
        high_after[lot] = min(total_after, high + own - out.quantity * least)
    found.sort(key=lambda share: (-share.high, share.lot))
    kept = {lot for lot, amount in high_after.items() if amount > 0}
    content = _Content(total_after, {lot: low_after[lot] for lot in kept}, {lot: high_after[lot] for lot in kept})
    return found, content


def _part(amount: Fraction, total: Fraction) -> Fraction:
    return min(Fraction(1), amount / total) if total else Fraction(0)
