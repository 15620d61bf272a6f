"""What a KPI is: one definition that pages, API and exports all use. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum

from analytics.engine.parts import Parts

MICROSECONDS_PER_HOUR = Decimal(3_600_000_000)
MICROSECONDS_PER_DAY = Decimal(86_400_000_000)


class Trend(StrEnum):
    """Which way is better."""

    HIGHER = "higher"
    LOWER = "lower"
    NEITHER = "neither"


class Missing(StrEnum):
    """Why a figure has no value."""

    NO_DATA = "no_data"  # the denominator is empty: no value, never 0
    MIXED_UNITS = "mixed_units"  # pieces and kilos do not add up


@dataclass(frozen=True)
class KpiValue:
    """A value with its unit, or the reason why there is none. `unit` is a UN/ECE code, P1 for percent."""

    value: Decimal | None
    unit: str
    missing: Missing | None = None


@dataclass(frozen=True)
class Kpi:
    """A figure's definition. `version` goes up whenever the formula changes; old values say which they used."""

    id: str
    name: str  # message id for gettext
    formula: str  # in words and the parts' names
    unit: str  # UN/ECE code; "" = the unit of the quantities
    trend: Trend
    source: str
    version: int
    compute: Callable[[Parts], Decimal | None]
    note: str = ""
    needs_quantities: bool = False

    def of(self, parts: Parts) -> KpiValue:
        """The figure of a slice."""
        if self.needs_quantities and parts.quantities is None:
            return KpiValue(None, self.unit, Missing.MIXED_UNITS)
        unit = self.unit or parts.unit or ""
        value = self.compute(parts)
        return KpiValue(value, unit, None if value is not None else Missing.NO_DATA)


def microseconds(span: timedelta) -> int:
    """A duration as a whole number, exactly."""
    return (span.days * 86_400 + span.seconds) * 1_000_000 + span.microseconds


def hours(span: timedelta) -> Decimal:
    """A duration in hours."""
    return Decimal(microseconds(span)) / MICROSECONDS_PER_HOUR


def ratio(part: timedelta | Decimal | int, whole: timedelta | Decimal | int) -> Decimal | None:
    """Part over whole as a fraction of one; None where the whole is empty."""
    above = Decimal(microseconds(part)) if isinstance(part, timedelta) else Decimal(part)
    below = Decimal(microseconds(whole)) if isinstance(whole, timedelta) else Decimal(whole)
    return above / below if below else None
