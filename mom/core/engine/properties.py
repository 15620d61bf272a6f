"""Typed properties: which value holds for a thing at an instant, its own or its classes', and whether it meets a rule.

Pure. A value is stated on one holder (a machine, its class) from an instant until another. Holders stand in levels,
nearest first; the nearest level with a value wins. Where holders of that level differ, the value is in conflict: every
candidate is shown, and a rule is met only where it is met by all of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from mom.core.engine.interval import Interval
from mom.core.engine.units import UNITS

Value = Decimal | str | bool | date


class DataType(StrEnum):
    """What kind of value a property holds."""

    NUMBER = "number"
    TEXT = "text"
    BOOLEAN = "boolean"
    CHOICE = "choice"
    DATE = "date"


@dataclass(frozen=True)
class Content:
    """What is said: a value, and for a number its unit, its limits and its target, all in that unit.

    `value` None: only limits are known, as of a machine that takes parts from 20 to 600 mm.
    """

    value: Value | None = None
    unit: str = ""
    lower: Decimal | None = None
    upper: Decimal | None = None
    target: Decimal | None = None

    @property
    def is_outside(self) -> bool:
        """Whether a number lies beyond one of its limits."""
        if not isinstance(self.value, Decimal):
            return False
        below = self.lower is not None and self.value < self.lower
        return below or (self.upper is not None and self.value > self.upper)

    def says_same_as(self, other: "Content") -> bool:
        """Whether both mean the same: 1 kW is 1000 W."""
        return self._comparable == other._comparable

    @property
    def _comparable(self) -> tuple[object, ...]:
        numbers = (self.lower, self.upper, self.target)
        amounts = tuple(None if each is None else in_base(each, self.unit) for each in numbers)
        if isinstance(self.value, Decimal):
            return ("number", in_base(self.value, self.unit), *amounts)
        # The type stands in front, because True equals 1 and is no number here.
        return (type(self.value).__name__, self.value, *amounts)


@dataclass(frozen=True)
class Stated:
    """A value as it was stated: on which holder, and when it holds."""

    id: int
    holder: str
    subject_id: int
    valid: Interval
    content: Content


@dataclass(frozen=True)
class Resolved:
    """What holds for a thing at an instant. `candidates` are the values of the nearest level that has any, by id."""

    candidates: tuple[Stated, ...]
    level: int
    """0: its own; 1 and more: inherited from so many steps away."""

    @property
    def is_conflict(self) -> bool:
        """Whether the holders of the level differ, so that no value can be named."""
        first = self.candidates[0].content
        return any(not first.says_same_as(each.content) for each in self.candidates[1:])

    @property
    def stated(self) -> Stated | None:
        """The value that holds; None where classes contradict each other."""
        return None if self.is_conflict else self.candidates[0]

    @property
    def is_inherited(self) -> bool:
        return self.level > 0


def in_base(value: Decimal, unit: str) -> Fraction:
    """The exact amount in the base unit of its family; a number without unit is itself."""
    return Fraction(value) * (UNITS[unit].factor if unit else 1)


def resolve(levels: Sequence[Sequence[Stated]], at: datetime) -> Resolved | None:
    """What holds at `at`, given the values of each level, nearest first. None where nobody says anything."""
    for level, stated in enumerate(levels):
        valid = tuple(sorted((each for each in stated if each.valid.contains(at)), key=lambda each: each.id))
        if valid:
            return Resolved(valid, level)
    return None
