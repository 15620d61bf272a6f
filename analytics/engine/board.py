"""The hour-by-hour board: a shift cut at the hours of the plant's clock, and what was planned in each of them.

Pure. Times are UTC instants; quantities are exact, and rounded to what a board shows only by `shown`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from zoneinfo import ZoneInfo

from mom.core.engine.interval import Interval
from mom.core.engine.units import PIECES

ONE_HOUR = timedelta(hours=1)
MICROSECOND = timedelta(microseconds=1)
ZERO = Decimal(0)
Amounts = Mapping[str, Decimal]  # by unit; different units are never added


def clock_hour(at: datetime, zone: ZoneInfo) -> datetime:
    """The first instant of the hour of the plant's clock in which an instant lies."""
    local = at.astimezone(zone)
    return at - timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)


@dataclass(frozen=True)
class HourSlot:
    """One line of a board: an hour of the clock, cut where the shift begins or ends. `hour` is its key."""

    hour: datetime
    start: datetime
    end: datetime


def slots_of(shift: Interval, zone: ZoneInfo) -> list[HourSlot]:
    """The hours of a shift in order, without hole or overlap; a night of 25 hours has one slot more.

    Raises: ValueError for a shift without an end.
    """
    if shift.end is None:
        raise ValueError("A shift has an end.")
    slots, at = [], shift.start
    while at < shift.end:
        hour = clock_hour(at, zone)
        end = min(hour + ONE_HOUR, shift.end)
        slots.append(HourSlot(hour, at, end))
        at = end
    return slots


@dataclass(frozen=True)
class PlannedWork:
    """What a machine should make in a stretch of time.

    With `pace` (microseconds a unit) it is made at that pace until `quantity` is reached; without, `quantity` is spread
    evenly over the working time of the stretch. `quantity` None: no limit but the time.
    """

    equipment_id: int
    start: datetime
    end: datetime
    unit: str
    quantity: Decimal | None = None
    pace: Decimal | None = None


def microseconds(intervals: Iterable[Interval], start: datetime, end: datetime) -> int:
    """How much of [start, end) the intervals cover, where they are disjoint."""
    whole = 0
    for each in intervals:
        low, high = max(each.start, start), min(each.end or end, end)
        if low < high:
            whole += (high - low) // MICROSECOND
    return whole


def planned(
    works: Iterable[PlannedWork], slots: Sequence[HourSlot], working: Mapping[int, Sequence[Interval]]
) -> list[dict[str, Decimal]]:
    """What each slot should bring, by unit. A machine without a calendar (absent from `working`) works all the time.

    Work planned where nobody works is spread over the clock instead: it was planned, so it is expected.
    """
    plan: list[dict[str, Decimal]] = [{} for _slot in slots]
    for work in works:
        worked = working.get(work.equipment_id, (Interval(work.start, work.end),))
        if not microseconds(worked, work.start, work.end):
            worked = (Interval(work.start, work.end),)
        for index, amount in enumerate(_of_slots(work, slots, worked)):
            if amount:
                plan[index][work.unit] = plan[index].get(work.unit, ZERO) + amount
    return plan


def _of_slots(work: PlannedWork, slots: Sequence[HourSlot], worked: Sequence[Interval]) -> Iterator[Decimal]:
    whole = microseconds(worked, work.start, work.end)
    left = work.quantity
    for slot in slots:
        spent = microseconds(worked, max(slot.start, work.start), min(slot.end, work.end))
        if work.pace is None:
            yield (work.quantity or ZERO) * spent / whole if whole else ZERO
            continue
        amount = spent / work.pace if left is None else min(left, spent / work.pace)
        left = None if left is None else left - amount
        yield amount


def added(*amounts: Amounts) -> dict[str, Decimal]:
    """The sum, unit by unit."""
    whole: dict[str, Decimal] = {}
    for each in amounts:
        for unit, value in each.items():
            whole[unit] = whole.get(unit, ZERO) + value
    return whole


def running(rows: Iterable[Amounts]) -> list[dict[str, Decimal]]:
    """What was reached by the end of each row."""
    whole: dict[str, Decimal] = {}
    sums = []
    for row in rows:
        whole = added(whole, row)
        sums.append(whole)
    return sums


def shown(value: Decimal, unit: str) -> Decimal:
    """A planned amount as a board shows it: whole pieces, other units to a tenth."""
    step = Decimal(1) if unit in PIECES or not unit else Decimal("0.1")
    return value.quantize(step, rounding=ROUND_HALF_EVEN)


def shown_steps(sums: Sequence[Amounts]) -> list[dict[str, Decimal]]:
    """Rounded steps between running sums, so that what stands in the rows adds up to what stands below them."""
    steps: list[dict[str, Decimal]] = []
    before: Amounts = {}
    for reached in sums:
        steps.append(
            {unit: shown(value, unit) - shown(before.get(unit, ZERO), unit) for unit, value in reached.items()}
        )
        before = reached
    return steps


@dataclass(frozen=True)
class Cell:
    """Plan and result of one row or of everything up to it. `plan` is empty where nothing was planned."""

    plan: Amounts = field(default_factory=dict)
    good: Amounts = field(default_factory=dict)
    scrap: Amounts = field(default_factory=dict)

    @property
    def difference(self) -> dict[str, Decimal]:
        """Good less plan, for what was planned."""
        return {unit: self.good.get(unit, ZERO) - plan for unit, plan in self.plan.items()}

    @property
    def is_behind(self) -> bool:
        """Whether less came out than was planned."""
        return any(value < 0 for value in self.difference.values())
