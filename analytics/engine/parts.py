"""The additive parts that every figure is made of. A roll-up is a sum of parts; the ratio is taken last.

Pure. Percentages are never added or averaged, here or anywhere.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from datetime import timedelta
from decimal import Decimal

ZERO_TIME = timedelta(0)
ZERO = Decimal(0)


@dataclass(frozen=True)
class Quantities:
    """Reported quantities in one unit, as sums of the ledger."""

    good: Decimal = ZERO
    scrap: Decimal = ZERO
    review: Decimal = ZERO
    rework: Decimal = ZERO  # reported as in need of rework
    reworked: Decimal = ZERO  # the part of `good` that rework made

    def __add__(self, other: "Quantities") -> "Quantities":
        return Quantities(*(getattr(self, each.name) + getattr(other, each.name) for each in fields(self)))

    @property
    def produced(self) -> Decimal:
        """Everything that came out, whatever became of it."""
        return self.good + self.scrap + self.review + self.rework


@dataclass(frozen=True)
class Times:
    """Reported durations by what the time was spent on."""

    setup: timedelta = ZERO_TIME
    production: timedelta = ZERO_TIME
    breakdown: timedelta = ZERO_TIME
    other: timedelta = ZERO_TIME

    def __add__(self, other: "Times") -> "Times":
        return Times(*(getattr(self, each.name) + getattr(other, each.name) for each in fields(self)))

    @property
    def total(self) -> timedelta:
        """The whole load."""
        return self.setup + self.production + self.breakdown + self.other


@dataclass(frozen=True)
class Counts:
    """How many reports the times came from, less those taken back."""

    setup: int = 0
    production: int = 0
    breakdown: int = 0
    other: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(*(getattr(self, each.name) + getattr(other, each.name) for each in fields(self)))

    @property
    def total(self) -> int:
        return self.setup + self.production + self.breakdown + self.other


@dataclass(frozen=True)
class Flow:
    """What finished orders add up to: how many, their lead and queue time, the orders still open."""

    finished: int = 0
    lead: timedelta = ZERO_TIME
    queue: timedelta = ZERO_TIME

    def __add__(self, other: "Flow") -> "Flow":
        return Flow(self.finished + other.finished, self.lead + other.lead, self.queue + other.queue)


@dataclass(frozen=True)
class Parts:
    """All parts of one slice of the plant (a machine, a week, an order ...). Quantities are kept apart by unit."""

    times: Times = field(default_factory=Times)
    counts: Counts = field(default_factory=Counts)
    flow: Flow = field(default_factory=Flow)
    by_unit: tuple[tuple[str, Quantities], ...] = ()  # sorted by unit

    def __add__(self, other: "Parts") -> "Parts":
        units = dict(self.by_unit)
        for unit, quantities in other.by_unit:
            units[unit] = units.get(unit, Quantities()) + quantities
        return Parts(
            self.times + other.times,
            self.counts + other.counts,
            self.flow + other.flow,
            tuple(sorted(units.items())),
        )

    @property
    def unit(self) -> str | None:
        """The one unit of the quantities; None where there are none or several."""
        return self.by_unit[0][0] if len(self.by_unit) == 1 else None

    @property
    def quantities(self) -> Quantities | None:
        """The quantities where they have one unit; nothing where none; None where pieces and kilos would be mixed."""
        if len(self.by_unit) > 1:
            return None
        return self.by_unit[0][1] if self.by_unit else Quantities()


def total(parts: Iterable[Parts]) -> Parts:
    """The roll-up: a sum, whatever the parts are slices of."""
    whole = Parts()
    for part in parts:
        whole = whole + part
    return whole
