"""What a KPI is: one definition that pages, API and exports all use. Pure.

The fields are those of KPI-ML (ISO 22400-1): id, name, description, scope, formula, unit, range, trend, timing,
audience, production methodology, notes.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

from analytics.engine.oee import Bounds, NoValue, Ratio

MICROSECONDS_PER_HOUR = Decimal(3_600_000_000)
MICROSECONDS_PER_DAY = Decimal(86_400_000_000)


class Trend(StrEnum):
    """Which way is better."""

    HIGHER = "higher"
    LOWER = "lower"
    NEITHER = "neither"


class Missing(StrEnum):
    """Why a figure has no value. What an empty denominator is made of stands in `NoValue`."""

    NO_DATA = "no_data"  # the denominator is empty: no value, never 0
    MIXED_UNITS = "mixed_units"  # pieces and kilos do not add up
    NO_FAILURE = "no_failure"  # nothing failed: no mean, but a bound
    NO_RECORD = "no_record"  # what the formula asks for is not recorded
    NOT_BY_THIS = "not_by_this"  # the figure can't be told apart by what was asked


class Basis(StrEnum):
    """Which record a figure is computed from."""

    REPORTS = "reports"  # what people and machines reported on jobs
    MACHINES = "machines"  # machines' timelines and pieces
    ORDERS = "orders"  # finished orders
    DUE = "due"  # orders due
    OUTPUT = "output"  # pieces that leave orders at their last operation
    DEMAND = "demand"  # machines' time and orders due
    PASSES = "passes"  # first passes: pieces reported, less what quality decided of them
    PLANNED = "planned"  # jobs planned to end
    MAINTENANCE = "maintenance"  # due dates of maintenance plans
    COUNTS = "counts"  # lines of posted counts of stock
    USED = "used"  # what production jobs took out of the stores, and what they put into them
    MISSING = "missing"  # what counting found missing, beside what production jobs took
    STOCK = "stock"  # what was used of the stock, and what lay there
    CAPABILITY = "capability"  # measured characteristics, each as it stands at the end of the period
    NONE = "none"  # no record yet: `no_record` says which is missing


class Timing(StrEnum):
    """When it is read. Source: KPI-ML Timing."""

    REAL_TIME = "real_time"
    PERIODICALLY = "periodically"
    ON_DEMAND = "on_demand"


class Audience(StrEnum):
    """Whom it is for. Source: KPI-ML AudienceGroup."""

    OPERATOR = "operator"
    SUPERVISOR = "supervisor"
    MANAGEMENT = "management"


class Methodology(StrEnum):
    """For which kind of production. Source: KPI-ML ProductionMethodology."""

    DISCRETE = "discrete"
    BATCH = "batch"
    CONTINUOUS = "continuous"


Outcome = Decimal | Ratio | Missing | NoValue | None
Compute = Callable[[Any], Outcome]  # of the evidence of the KPI's basis


@dataclass(frozen=True)
class KpiValue:
    """A value with its unit, or the reason why there is none. `unit` is a UN/ECE code, P1 for percent.

    `per`: the unit below the line of a rate (h of pieces per hour). `low` and `high`: what it could be, whatever the
    unknown time was. `variant`: the formula used where there are several.
    """

    value: Decimal | None
    unit: str
    missing: Missing | NoValue | None = None
    per: str = ""
    low: Decimal | None = None
    high: Decimal | None = None
    variant: str = ""
    of: str = ""  # whose it is, where the figure is the worst of several


@dataclass(frozen=True)
class Variant:
    """Another formula for the same figure, chosen by name and printed with the value."""

    formula: str
    compute: Compute
    bounds: Callable[[Any], Bounds] | None = None


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
    compute: Compute
    note: str = ""
    needs_quantities: bool = False
    basis: Basis = Basis.REPORTS
    bounds: Callable[[Any], Bounds] | None = None
    per: str | None = None  # unit below the line; "" = the unit of the quantities; None = no rate
    variant: str = ""  # the name of `formula` where there are several
    variants: Mapping[str, Variant] = field(default_factory=dict)
    number: int | None = None  # in ISO 22400-2
    scope: str = "work unit"
    lower: Decimal | None = Decimal(0)
    upper: Decimal | None = None
    range_note: str = ""
    timing: tuple[Timing, ...] = (Timing.PERIODICALLY, Timing.ON_DEMAND)
    audience: tuple[Audience, ...] = (Audience.SUPERVISOR, Audience.MANAGEMENT)
    methodology: tuple[Methodology, ...] = tuple(Methodology)
    whose: Callable[[Any], str] | None = None  # of which of several the value is, where it is the worst of them
    no_record: str = ""  # which record is missing, where basis is NONE

    @property
    def variant_names(self) -> tuple[str, ...]:
        """What may be chosen, the usual one first; empty where there is one formula only."""
        return (self.variant, *self.variants) if self.variants else ()

    def of(self, parts: Any, variant: str = "") -> KpiValue:
        """The figure of a slice. `parts`: the evidence of its basis. Raises: LookupError for an unknown variant."""
        chosen = self._variant(variant)
        name = variant or self.variant
        if self.basis == Basis.NONE:
            return KpiValue(None, self.unit, Missing.NO_RECORD, self.per or "", variant=name)
        if self.needs_quantities and _has_several_units(parts):
            return KpiValue(None, self.unit, Missing.MIXED_UNITS, self.per or "", variant=name)
        counted = (getattr(parts, "unit", None) or "") if not self.unit or self.per == "" else ""
        low = high = None
        if chosen.bounds is not None:
            ends = chosen.bounds(parts)
            low, high = ends.low, ends.high
        value, missing = _read(chosen.compute(parts))
        whose = self.whose(parts) if self.whose is not None else ""
        return KpiValue(value, self.unit or counted, missing, self.per or (counted if self.per == "" else ""),
                        low, high, name, whose)  # fmt: skip

    def _variant(self, name: str) -> Variant:
        if name in ("", self.variant):
            return Variant(self.formula, self.compute, self.bounds)
        if name not in self.variants:
            raise LookupError(f"{self.id} has no variant {name!r}")
        return self.variants[name]


def _has_several_units(parts: Any) -> bool:
    by_unit = getattr(parts, "by_unit", None)
    return len(by_unit) > 1 if by_unit is not None else getattr(parts, "unit", "") is None


def _read(outcome: Outcome) -> tuple[Decimal | None, Missing | NoValue | None]:
    if isinstance(outcome, Ratio):
        return outcome.value, None if outcome.value is not None else outcome.why or Missing.NO_DATA
    if isinstance(outcome, Missing | NoValue):
        return None, outcome
    return outcome, None if outcome is not None else Missing.NO_DATA


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
