"""What KPIs are computed from besides reported work: machines' parts, finished orders, orders due. Sums only. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from decimal import Decimal
from typing import Generic, TypeVar

from analytics.engine.machine_parts import MachineTotals

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Machines:
    """Machines' parts with the units that their pieces are counted in; several units do not add up."""

    totals: MachineTotals = field(default_factory=MachineTotals)
    units: frozenset[str] = frozenset()

    def __add__(self, other: "Machines") -> "Machines":
        return Machines(self.totals + other.totals, self.units | other.units)

    @property
    def unit(self) -> str | None:
        """The one unit; None where there are several. Nothing was made: no unit, and no conflict either."""
        return None if len(self.units) > 1 else next(iter(self.units), "")


@dataclass(frozen=True, slots=True)
class OrderPieces:
    """Pieces of finished orders in one unit: out of the last operation, into the chain, and lost on the way."""

    produced: Decimal = ZERO  # PQ of the last operation
    first_produced: Decimal = ZERO  # PQ of the first operation
    scrapped: Decimal = ZERO  # SQ of all operations

    def __add__(self, other: "OrderPieces") -> "OrderPieces":
        return OrderPieces(*(getattr(self, each.name) + getattr(other, each.name) for each in fields(self)))


@dataclass(frozen=True, slots=True)
class DuePieces:
    """Pieces of orders due, in one unit. `attained`: of each order what was good in time, at most what was ordered.

    `coming` was ordered for a time that is not there yet: it is asked for, and nobody can say yet that it was missed.
    """

    ordered: Decimal = ZERO
    attained: Decimal = ZERO
    coming: Decimal = ZERO

    def __add__(self, other: "DuePieces") -> "DuePieces":
        return DuePieces(self.ordered + other.ordered, self.attained + other.attained, self.coming + other.coming)


@dataclass(frozen=True, slots=True)
class OutPieces:
    """Pieces that left their orders, in one unit: what was good at the last operation."""

    good: Decimal = ZERO

    def __add__(self, other: "OutPieces") -> "OutPieces":
        return OutPieces(self.good + other.good)


@dataclass(frozen=True, slots=True)
class PassPieces:
    """Pieces made for the first time, in one unit, and those of them that were right without rework."""

    made: Decimal = ZERO
    right: Decimal = ZERO

    def __add__(self, other: "PassPieces") -> "PassPieces":
        return PassPieces(self.made + other.made, self.right + other.right)


@dataclass(frozen=True, slots=True)
class UsedPieces:
    """Material that production jobs took and made, in one unit of mass or volume; and what counting found missing."""

    consumed: Decimal = ZERO  # CM, less what was given back
    produced: Decimal = ZERO  # GQ
    co_produced: Decimal = ZERO
    by_produced: Decimal = ZERO
    missing: Decimal = ZERO  # less what counting found more than the book

    def __add__(self, other: "UsedPieces") -> "UsedPieces":
        return UsedPieces(*(getattr(self, each.name) + getattr(other, each.name) for each in fields(self)))

    @property
    def came_out(self) -> Decimal:
        """All that jobs made of it."""
        return self.produced + self.co_produced + self.by_produced


@dataclass(frozen=True, slots=True)
class StockPieces:
    """Stock in one unit: what was used of it, and the sum of what lay there times how long, in microseconds."""

    used: Decimal = ZERO
    held: Decimal = ZERO

    def __add__(self, other: "StockPieces") -> "StockPieces":
        return StockPieces(self.used + other.used, self.held + other.held)


P = TypeVar("P", OrderPieces, DuePieces, OutPieces, PassPieces, UsedPieces, StockPieces)


@dataclass(frozen=True)
class ByUnit(Generic[P]):
    """Pieces kept apart by unit."""

    by_unit: tuple[tuple[str, P], ...] = ()  # sorted by unit

    def plus(self, other: "ByUnit[P]") -> tuple[tuple[str, P], ...]:
        """Both together, unit by unit."""
        units = dict(self.by_unit)
        for unit, pieces in other.by_unit:
            units[unit] = units[unit] + pieces if unit in units else pieces
        return tuple(sorted(units.items(), key=lambda pair: pair[0]))

    @property
    def unit(self) -> str | None:
        """The one unit; None where there are several."""
        return None if len(self.by_unit) > 1 else self.by_unit[0][0] if self.by_unit else ""


@dataclass(frozen=True)
class OrderTotals(ByUnit[OrderPieces]):
    """Finished orders: how long they took (AOET), and the reported time of their operations. Whole microseconds."""

    finished: int = 0
    execution: int = 0
    busy: int = 0  # AUBT: all reported time of the operations
    production: int = 0  # APT

    def __add__(self, other: "OrderTotals") -> "OrderTotals":
        return OrderTotals(
            self.plus(other),
            self.finished + other.finished,
            self.execution + other.execution,
            self.busy + other.busy,
            self.production + other.production,
        )

    @property
    def pieces(self) -> OrderPieces | None:
        """The pieces where they have one unit."""
        return None if len(self.by_unit) > 1 else self.by_unit[0][1] if self.by_unit else OrderPieces()


@dataclass(frozen=True)
class DueTotals(ByUnit[DuePieces]):
    """Orders due in a window, and how many of them were good in full in time."""

    due: int = 0
    on_time: int = 0

    def __add__(self, other: "DueTotals") -> "DueTotals":
        return DueTotals(self.plus(other), self.due + other.due, self.on_time + other.on_time)

    @property
    def pieces(self) -> DuePieces | None:
        """The pieces where they have one unit."""
        return None if len(self.by_unit) > 1 else self.by_unit[0][1] if self.by_unit else DuePieces()


@dataclass(frozen=True)
class OutTotals(ByUnit[OutPieces]):
    """Pieces that left their orders, each counted once whatever it passed on its way."""

    def __add__(self, other: "OutTotals") -> "OutTotals":
        return OutTotals(self.plus(other))

    @property
    def pieces(self) -> OutPieces | None:
        """The pieces where they have one unit."""
        return None if len(self.by_unit) > 1 else self.by_unit[0][1] if self.by_unit else OutPieces()


@dataclass(frozen=True)
class PassTotals(ByUnit[PassPieces]):
    """First passes through operations: a piece that passes three operations counts three times."""

    def __add__(self, other: "PassTotals") -> "PassTotals":
        return PassTotals(self.plus(other))

    @property
    def pieces(self) -> PassPieces | None:
        """The pieces where they have one unit."""
        return None if len(self.by_unit) > 1 else self.by_unit[0][1] if self.by_unit else PassPieces()


@dataclass(frozen=True)
class UsedTotals(ByUnit[UsedPieces]):
    """What went into jobs and what came out, by mass or volume."""

    def __add__(self, other: "UsedTotals") -> "UsedTotals":
        return UsedTotals(self.plus(other))

    @property
    def pieces(self) -> UsedPieces | None:
        """The amounts where they have one unit."""
        return None if len(self.by_unit) > 1 else self.by_unit[0][1] if self.by_unit else UsedPieces()


@dataclass(frozen=True)
class StockTotals(ByUnit[StockPieces]):
    """Stock from an instant to another, in whole microseconds: of one material or many, of days in a row or one."""

    since: int | None = None
    until: int | None = None

    def __add__(self, other: "StockTotals") -> "StockTotals":
        begins = [each for each in (self.since, other.since) if each is not None]
        ends = [each for each in (self.until, other.until) if each is not None]
        return StockTotals(self.plus(other), min(begins, default=None), max(ends, default=None))

    @property
    def length(self) -> int:
        """Its microseconds."""
        return 0 if self.since is None or self.until is None else self.until - self.since

    @property
    def pieces(self) -> StockPieces | None:
        """The amounts where they have one unit."""
        return None if len(self.by_unit) > 1 else self.by_unit[0][1] if self.by_unit else StockPieces()


@dataclass(frozen=True, slots=True)
class Capable:
    """A measured characteristic at a machine, and its indices; None where they can't be told."""

    name: str
    cm: Decimal | None = None
    cmk: Decimal | None = None
    cp: Decimal | None = None
    cpk: Decimal | None = None


@dataclass(frozen=True)
class Capabilities:
    """Characteristics side by side. Their indices are never added or averaged: the worst stands for them."""

    each: tuple[Capable, ...] = ()

    def __add__(self, other: "Capabilities") -> "Capabilities":
        return Capabilities(self.each + other.each)

    def worst(self, index: str) -> Capable | None:
        """The one with the least index, the first by name of equals; None where none has it."""
        known = [each for each in self.each if getattr(each, index) is not None]
        return min(known, key=lambda each: (getattr(each, index), each.name), default=None)


@dataclass(frozen=True, slots=True)
class Kept:
    """What had a time by which it was to be done (jobs, due dates of plans), and how much of it kept that time."""

    due: int = 0
    kept: int = 0

    def __add__(self, other: "Kept") -> "Kept":
        return Kept(self.due + other.due, self.kept + other.kept)


@dataclass(frozen=True, slots=True)
class Counted:
    """Counted lines of stock, and those at which the books were right."""

    right: int = 0
    counted: int = 0

    def __add__(self, other: "Counted") -> "Counted":
        return Counted(self.right + other.right, self.counted + other.counted)


@dataclass(frozen=True)
class Demand:
    """Machines' time beside what was asked of them."""

    machines: Machines
    due: DueTotals

    def __add__(self, other: "Demand") -> "Demand":
        return Demand(self.machines + other.machines, self.due + other.due)

    @property
    def unit(self) -> str | None:
        """The unit of what was ordered."""
        return self.due.unit


Evidence = TypeVar(
    "Evidence",
    Machines,
    OrderTotals,
    DueTotals,
    OutTotals,
    PassTotals,
    UsedTotals,
    StockTotals,
    Capabilities,
    Kept,
    Counted,
    Demand,
)


def summed(rows: Iterable[Evidence], nothing: Evidence) -> Evidence:
    """The roll-up: a sum, whatever the rows are slices of."""
    whole = nothing
    for row in rows:
        whole = whole + row
    return whole
