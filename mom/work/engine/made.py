"""What a job is to make and made so far, as the database tells it beside a command. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True)
class Named:
    """A material, by its code."""

    code: str


@dataclass(frozen=True, slots=True)
class Sums:
    """The sums of an output's ledger, in its unit; None where nothing keeps them."""

    good: Decimal | None
    scrap: Decimal | None
    rework: Decimal | None
    review: Decimal | None


@dataclass(frozen=True, slots=True)
class Made:
    """An output of a job, under the names that its row has; `quantity` in `unit`, None where nobody said how much."""

    id: int
    definition: Named | None
    material_use: str
    quantity: Decimal | None
    unit: str
    total: Sums

    @classmethod
    def of(cls, told: Iterable[Any]) -> "Made":
        """Of the values in this order: key, material, use, quantity, unit, good, scrap, rework, review."""
        key, code, use, quantity, unit, *sums = told
        return cls(key, None if code is None else Named(code), use, quantity, unit, Sums(*sums))
