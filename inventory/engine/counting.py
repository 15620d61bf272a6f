"""The arithmetic of a count, and how exact the books were. Pure: no Django here."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction


@dataclass(frozen=True)
class Moved:
    """So much came (more than zero) or left at an instant, in any order that instants have."""

    at: int
    quantity: Decimal


def book_at(at: int, now: Decimal, moves: Iterable[Moved]) -> Decimal:
    """What the book says of the instant `at`, from what it says now: what came since is taken off again."""
    return now - sum((each.quantity for each in moves if each.at > at), Decimal(0))


def accuracy(right: int, counted: int) -> Fraction | None:
    """Lines that agreed with the book over lines counted; None where nothing was counted.

    Source: inventory record accuracy by line, APICS dictionary (hits over counts, tolerance zero).
    """
    return Fraction(right, counted) if counted else None
