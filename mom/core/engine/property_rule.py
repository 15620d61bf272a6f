"""What is asked of a property: `spindle_power__gte:10 KWT`. One grammar for lists, the API and rules. Pure.

    rule := code "__" operator ":" operand
    operator := eq | ne | lt | lte | gt | gte | in | between

`in` takes operands separated by `|`, `between` two separated by `..`, both ends included. A number may carry a unit by
its UN/ECE code or its symbol; without one it is in the unit of the property.
"""

import re
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from mom.core.engine.properties import Content, DataType, Resolved, in_base
from mom.core.engine.units import UNITS

CODE = r"[a-z0-9]+(?:_[a-z0-9]+)*"
_RULE = re.compile(rf"({CODE})__(eq|ne|lt|lte|gt|gte|in|between):(.{{1,400}})", re.ASCII)
_NUMBER = re.compile(r"([-\N{MINUS SIGN}]?\d{1,12}(?:[.,]\d{1,6})?)\s*(\S{1,8})?")
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_SYMBOLS = {unit.symbol: code for code, unit in UNITS.items() if not unit.symbol.isdigit()}
MOST_OPERANDS = 20


class Operator(StrEnum):
    """How a value is compared."""

    EQ = "eq"
    NE = "ne"
    LT = "lt"
    LTE = "lte"
    GT = "gt"
    GTE = "gte"
    IN = "in"
    BETWEEN = "between"


ORDERED = frozenset({Operator.LT, Operator.LTE, Operator.GT, Operator.GTE, Operator.BETWEEN})
SIGN = {
    Operator.EQ: "=",
    Operator.NE: "≠",
    Operator.LT: "<",
    Operator.LTE: "≤",
    Operator.GT: ">",
    Operator.GTE: "≥",
    Operator.IN: "∈",
    Operator.BETWEEN: "↔",
}


class NoRule(ValueError):
    """A text that is no rule."""


class DoesNotFit(ValueError):
    """A rule that can't be asked of a property of this type; `kind` is type, unit, number, day or boolean."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        super().__init__(kind)


@dataclass(frozen=True)
class PropertyRule:
    """A rule as it was written, not yet held against a property's type."""

    code: str
    operator: Operator
    operands: tuple[str, ...]

    def __str__(self) -> str:
        separator = ".." if self.operator is Operator.BETWEEN else "|"
        return f"{self.code}__{self.operator}:{separator.join(self.operands)}"

    @classmethod
    def parse(cls, text: str) -> "PropertyRule":
        """The rule in `text`. Raises: NoRule."""
        found = _RULE.fullmatch(text.strip())
        if found is None:
            raise NoRule(text[:100])
        return cls.of(found[1], Operator(found[2]), found[3])

    @classmethod
    def of(cls, code: str, operator: Operator, operand: str) -> "PropertyRule":
        """The rule of three parts. Raises: NoRule."""
        if not re.fullmatch(CODE, code, re.ASCII):
            raise NoRule(code[:100])
        operands: tuple[str, ...] = (operand,)
        if operator is Operator.IN:
            operands = tuple(operand.split("|"))
        elif operator is Operator.BETWEEN:
            operands = tuple(operand.split(".."))
        operands = tuple(each.strip() for each in operands)
        wanted = 2 if operator is Operator.BETWEEN else len(operands)
        if not all(operands) or len(operands) != wanted or len(operands) > MOST_OPERANDS:
            raise NoRule(operand[:100])
        return cls(code, operator, operands)

    def bound(self, data_type: DataType, unit: str) -> "BoundRule":
        """The rule with its operands read as values of that type. Raises: DoesNotFit."""
        if self.operator in ORDERED and data_type not in {DataType.NUMBER, DataType.DATE}:
            raise DoesNotFit("type")
        if data_type is not DataType.NUMBER:
            return BoundRule(data_type, self.operator, tuple(read_operand(each, data_type) for each in self.operands))
        read = [read_number(each) for each in self.operands]
        if self.operator is Operator.BETWEEN and not read[0][1]:
            read[0] = (read[0][0], read[1][1])  # 5..10 kW
        return BoundRule(data_type, self.operator, tuple(_amount(number, given, unit) for number, given in read))


@dataclass(frozen=True)
class BoundRule:
    """A rule whose operands are values: numbers as exact amounts in their family's base unit."""

    data_type: DataType
    operator: Operator
    operands: tuple[Fraction | str | bool | date, ...]

    def holds_for(self, content: Content) -> bool:
        """Whether a content meets it; one without a value meets none."""
        value: object = content.value
        if isinstance(value, Decimal):
            value = in_base(value, content.unit)
        if value is None or not isinstance(value, type(self.operands[0])):
            return False
        return self._compares(value)

    def _compares(self, value: object) -> bool:
        first, last = self.operands[0], self.operands[-1]
        if self.operator in {Operator.EQ, Operator.IN}:
            return value in self.operands
        if self.operator is Operator.NE:
            return value != first
        return {
            Operator.LT: lambda: value < first,  # type: ignore[operator]
            Operator.LTE: lambda: value <= first,  # type: ignore[operator]
            Operator.GT: lambda: value > first,  # type: ignore[operator]
            Operator.GTE: lambda: value >= first,  # type: ignore[operator]
            Operator.BETWEEN: lambda: first <= value <= last,  # type: ignore[operator]
        }[self.operator]()


def matches(resolved: Resolved | None, rule: BoundRule) -> bool:
    """Whether what holds for a thing meets the rule: in a conflict every candidate must; nothing stated meets none."""
    return resolved is not None and all(rule.holds_for(each.content) for each in resolved.candidates)


def read_number(text: str) -> tuple[Decimal, str]:
    """A number and its unit's code, "" where none is given: "10 kW", "10 KWT", "10,5". Raises: DoesNotFit."""
    found = _NUMBER.fullmatch(text.strip())
    if found is None:
        raise DoesNotFit("number")
    number = Decimal(found[1].replace(",", ".").replace("\N{MINUS SIGN}", "-"))
    if not found[2]:
        return number, ""
    code = found[2] if found[2] in UNITS else _SYMBOLS.get(found[2])
    if code is None:
        raise DoesNotFit("unit")
    return number, code


def read_operand(text: str, data_type: DataType) -> str | bool | date:
    """A text as a value of a type other than number. Raises: DoesNotFit."""
    if data_type is DataType.BOOLEAN:
        if text.casefold() not in {"true", "false", "yes", "no", "1", "0"}:
            raise DoesNotFit("boolean")
        return text.casefold() in {"true", "yes", "1"}
    if data_type is DataType.DATE:
        try:
            if not _DAY.fullmatch(text):
                raise ValueError(text)
            return date.fromisoformat(text)
        except ValueError:
            raise DoesNotFit("day") from None
    return text


def content_of(text: str, data_type: DataType, unit: str, base: Content | None = None) -> Content:
    """The content that a text means, with the limits of `base`. Raises: DoesNotFit."""
    kept = base or Content()
    if data_type is not DataType.NUMBER:
        return replace(kept, value=read_operand(text, data_type), unit="")
    number, given = read_number(text)
    if not is_same_kind(given or unit, unit):
        raise DoesNotFit("unit")
    return replace(kept, value=number, unit=given or unit)


def is_same_kind(code: str, other: str) -> bool:
    """Whether two units ("" is none) are of one family."""
    if not code or not other:
        return code == other
    return code in UNITS and other in UNITS and UNITS[code].family == UNITS[other].family


def _amount(number: Decimal, given: str, unit: str) -> Fraction:
    if not is_same_kind(given or unit, unit):
        raise DoesNotFit("unit")
    return in_base(number, given or unit)
