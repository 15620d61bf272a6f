"""The additive parts of machines: every minute in one class, every piece once. A roll-up is a sum; ratios come last.

Pure. Times are whole microseconds, quantities exact decimals, energy kWh. Field by field as in `MachineParts`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from decimal import Decimal
from operator import attrgetter
from typing import Any

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class MachineTotals:
    """Parts of one slice of machines (a machine, a line, a shift, a month ...)."""

    production: int = 0
    setup: int = 0
    delay: int = 0
    down: int = 0
    planned_maintenance: int = 0
    planned_stop: int = 0
    off_shift: int = 0
    unknown: int = 0
    minor_stop: int = 0
    unplanned: int = 0
    uncoded: int = 0
    breakdown: int = 0
    stop_count: int = 0
    minor_stop_count: int = 0
    failure_count: int = 0
    good: Decimal = ZERO
    scrap: Decimal = ZERO
    rework: Decimal = ZERO
    review: Decimal = ZERO
    startup_scrap: Decimal = ZERO
    unjudged: Decimal = ZERO
    ideal: int = 0
    ideal_good: int = 0
    energy_production: Decimal = ZERO
    energy_setup: Decimal = ZERO
    energy_stopped: Decimal = ZERO
    energy_other: Decimal = ZERO

    def __add__(self, other: "MachineTotals") -> "MachineTotals":
        return MachineTotals(*(getattr(self, each.name) + getattr(other, each.name) for each in fields(self)))

    @property
    def calendar(self) -> int:
        """The whole length of the slice: the eight classes together."""
        return self.planned_operation + self.off_shift

    @property
    def planned_operation(self) -> int:
        """Time in shifts, or worked outside them (POT). Source: ISO 22400-2 time model."""
        return self.planned_busy + self.planned_maintenance + self.planned_stop + self.unknown

    @property
    def planned_busy(self) -> int:
        """Known time that was planned for use (PBT), without what is unknown: APT + AUST + ADET + ADOT."""
        return self.production + self.setup + self.delay + self.down

    @property
    def produced(self) -> Decimal:
        """Everything that came out (PQ)."""
        return self.good + self.scrap + self.rework + self.review


def total(parts: Iterable[MachineTotals]) -> MachineTotals:
    """The roll-up: a sum, whatever the parts are slices of."""
    columns: Iterable[Iterable[Any]] = zip(*map(_values, parts), strict=True)
    return MachineTotals(*(sum(column) for column in columns))


_values = attrgetter(*(each.name for each in fields(MachineTotals)))
