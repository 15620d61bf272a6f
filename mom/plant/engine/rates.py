"""What time and quantities cost, with rates that hold from one instant until another. Pure and exact.

Rates stand in levels, nearest first (a machine, its classes, what it stands in, the site). At each instant the nearest
level with a rate prices; a stretch of time is cut wherever that changes. What no rate covers is said, never free.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from mom.core.engine.interval import Interval

_MICROSECOND = timedelta(microseconds=1)
_HOUR = timedelta(hours=1)


class RatesContradict(ValueError):
    """Two rates of one level differ at an instant (a machine in two classes), so none may be taken."""


class CurrenciesDiffer(ValueError):
    """A sum over two currencies, which nobody may add."""


@dataclass(frozen=True)
class RateLine:
    """One rate: so much for an hour (of time) or a unit (of a quantity), while it holds."""

    id: int
    amount: Decimal
    currency: str
    valid: Interval


@dataclass(frozen=True)
class Piece:
    """A stretch of time, or a quantity at an instant, with the rate that prices it; None: nothing does."""

    start: datetime
    end: datetime | None
    units: Fraction
    """Hours, or the quantity."""
    line: RateLine | None

    @property
    def cost(self) -> Fraction | None:
        """The exact price; None where no rate holds."""
        return None if self.line is None else self.units * Fraction(self.line.amount)


Levels = Sequence[Sequence[RateLine]]


def price_time(span: Interval, levels: Levels) -> list[Piece]:
    """The stretch cut wherever its rate changes, in order; neighbours under one rate are one piece.

    Raises: ValueError for an open stretch; RatesContradict.
    """
    if span.end is None:
        raise ValueError("An open stretch has no price yet; clip it to an instant first.")
    edges = {span.start, span.end}
    for line in (line for level in levels for line in level):
        edges |= {each for each in (line.valid.start, line.valid.end) if each is not None and span.contains(each)}
    ordered = sorted(edges)
    pieces: list[Piece] = []
    for edge, end in pairwise(ordered):
        rate = rate_at(edge, levels)
        start = pieces.pop().start if pieces and pieces[-1].line == rate else edge
        pieces.append(Piece(start, end, Fraction((end - start) // _MICROSECOND, _HOUR // _MICROSECOND), rate))
    return pieces


def price_quantity(quantity: Decimal | Fraction, at: datetime, levels: Levels) -> Piece:
    """A quantity, in the unit of its rates, at an instant. Raises: RatesContradict."""
    return Piece(at, None, Fraction(quantity), rate_at(at, levels))


def rate_at(at: datetime, levels: Levels) -> RateLine | None:
    """The rate of the nearest level that has one at an instant. Raises: RatesContradict."""
    for level in levels:
        found = [line for line in level if line.valid.contains(at)]
        if found:
            if len({(line.amount, line.currency) for line in found}) > 1:
                raise RatesContradict(", ".join(str(line.id) for line in found))
            return min(found, key=lambda line: line.id)
    return None


@dataclass(frozen=True)
class Total:
    """A sum of pieces: `currency` is empty where nothing was priced; `unpriced` holds hours or units without a rate."""

    cost: Fraction
    currency: str
    unpriced: Fraction

    def rounded(self, decimals: int = 2) -> Decimal:
        """The sum as printed: rounded once, half-even."""
        scaled = round(self.cost * 10**decimals)
        return Decimal(scaled).scaleb(-decimals)


def total(pieces: Iterable[Piece]) -> Total:
    """The sum of what was priced. Raises: CurrenciesDiffer."""
    cost, unpriced, currencies = Fraction(0), Fraction(0), set()
    for piece in pieces:
        if piece.line is None:
            unpriced += piece.units
            continue
        currencies.add(piece.line.currency)
        cost += piece.units * Fraction(piece.line.amount)
    if len(currencies) > 1:
        raise CurrenciesDiffer(", ".join(sorted(currencies)))
    return Total(cost, next(iter(currencies), ""), unpriced)
