"""The hour-by-hour board of a line, an area or a machine: plan, actual, scrap, main stop, cause and action."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import F, QuerySet, Sum

from analytics.engine.board import Amounts, Cell, HourSlot, added, clock_hour, planned, running, slots_of
from analytics.models import BoardEntry, HourBucket, LiveShift, LossBucket
from analytics.selectors.board_plan import planned_work
from analytics.selectors.board_shifts import ShownShift
from mom.accounts.models import Site
from mom.core.engine.interval import Interval
from mom.plant.engine.terms import WORK_UNIT_LEVELS, CapacityKind, TimeClass
from mom.plant.models import Equipment
from mom.plant.selectors.calendar import ShiftPlan

LOST = (TimeClass.DELAY, TimeClass.DOWN, TimeClass.SETUP)
ZERO = Decimal(0)


@dataclass(frozen=True)
class HourStop:
    """What an hour lost most time to. `reason` is empty where nobody said why."""

    reason: str
    state: str
    duration: timedelta
    machine: str


@dataclass(frozen=True)
class BoardRow:
    """One hour: what it should bring, what it brought, what stopped it, and what people say of it."""

    slot: HourSlot
    cell: Cell
    reached: Cell
    stop: HourStop | None
    entry: BoardEntry | None
    is_now: bool
    is_future: bool


@dataclass(frozen=True)
class Board:
    """A shift of an equipment, hour by hour."""

    equipment: Equipment
    shown: ShownShift
    machines: Sequence[Equipment]
    rows: Sequence[BoardRow]
    total: Cell
    expected: Cell  # plan up to now, beside what came out

    @property
    def has_plan(self) -> bool:
        """Whether anything was planned at all."""
        return bool(self.total.plan)


@dataclass
class _Slot:
    good: dict[str, Decimal] = field(default_factory=dict)
    scrap: dict[str, Decimal] = field(default_factory=dict)


def machines_below(site: Site, equipment: Equipment) -> list[Equipment]:
    """The machines of a line or area that have a state timeline; a machine's own is itself. One statement."""
    if equipment.level in WORK_UNIT_LEVELS:
        return [equipment]
    rows = list(Equipment.objects.filter(site=site, is_active=True).order_by("position", "code"))
    below: defaultdict[int | None, list[Equipment]] = defaultdict(list)
    for row in rows:
        below[row.parent_id].append(row)
    found, waiting = [], list(below[equipment.pk])
    while waiting:
        row = waiting.pop(0)
        if row.level in WORK_UNIT_LEVELS and row.capacity_kind == CapacityKind.EXCLUSIVE:
            found.append(row)
        waiting = below[row.pk] + waiting
    return found


def board(
    site: Site, equipment: Equipment, shown: ShownShift, machines: Sequence[Equipment], plans: Mapping[int, ShiftPlan]
) -> Board:
    """The board of a shift. The number of statements does not grow with machines or hours."""
    keys = [each.pk for each in machines]
    slots = slots_of(Interval(shown.start, shown.end), shown.zone)
    plan = _plan(site, keys, slots, shown, plans)
    made = _made(site, keys, slots, shown)
    stops = main_stops(site, keys, shown)
    entries = {each.hour: each for each in board_entries(site, shown).filter(equipment=equipment)}
    cells = [Cell(plan[index], each.good, each.scrap) for index, each in enumerate(made)]
    reached = [
        Cell(*parts)
        for parts in zip(
            running(cell.plan for cell in cells),
            running(cell.good for cell in cells),
            running(cell.scrap for cell in cells),
            strict=True,
        )
    ]
    rows = [
        BoardRow(
            slot,
            cells[index],
            reached[index],
            stops.get(slot.hour),
            entries.get(slot.hour),
            is_now=slot.start <= shown.now < slot.end,
            is_future=slot.start > shown.now,
        )
        for index, slot in enumerate(slots)
    ]
    total = reached[-1]
    return Board(equipment, shown, machines, rows, total, Cell(_due(rows, shown.now), total.good, total.scrap))


def board_entries(site: Site, shown: ShownShift) -> QuerySet[BoardEntry]:
    """Everything written about the hours of a shift that was not taken back, with where it was written."""
    first = clock_hour(shown.start, shown.zone)
    rows = BoardEntry.objects.filter(site=site, hour__gte=first, hour__lt=shown.end).select_related("equipment")
    return rows.exclude(cause="", action="")


def main_stops(site: Site, machines: Collection[int], shown: ShownShift) -> dict[datetime, HourStop]:
    """The longest loss of each hour by machine and reason; setup counts, planned stops don't. One statement."""
    rows: Any = LossBucket.objects.filter(
        site=site, equipment__in=machines, day=shown.shift.day, shift=shown.shift.code, time_class__in=LOST
    ).order_by()
    sums = rows.values("hour", "state", machine=F("equipment__code"), why=F("reason__name"), code=F("reason__code"))
    found: dict[datetime, HourStop] = {}
    for row in sums.annotate(lost=Sum("duration")):
        hour = clock_hour(row["hour"], shown.zone)
        stop = HourStop(
            row["why"] or row["code"] or "", row["state"], timedelta(microseconds=row["lost"]), row["machine"]
        )
        if hour not in found or (stop.duration, stop.machine) > (found[hour].duration, found[hour].machine):
            found[hour] = stop
    return found


def _plan(
    site: Site, machines: Collection[int], slots: Sequence[HourSlot], shown: ShownShift, plans: Mapping[int, ShiftPlan]
) -> list[dict[str, Decimal]]:
    works = planned_work(site, machines, shown.start, shown.end)
    if not works:
        return [{} for _slot in slots]
    window = Interval(min(each.start for each in works), max(each.end for each in works))
    working: dict[int, Sequence[Interval]] = {}
    of_calendar: dict[int, list[Interval]] = {}
    for machine in {each.equipment_id for each in works}:
        plan = plans.get(machine)
        if plan is not None and window.duration <= LONGEST_JOB:
            if plan.calendar.pk not in of_calendar:
                of_calendar[plan.calendar.pk] = plan.working(window)
            working[machine] = of_calendar[plan.calendar.pk]
    return planned(works, slots, working)


LONGEST_JOB = timedelta(days=62)  # jobs planned over a longer time are spread over the clock


def _made(site: Site, machines: Collection[int], slots: Sequence[HourSlot], shown: ShownShift) -> list[_Slot]:
    """Pieces by hour, as the buckets have them; what the running shift has more than them came since, so now."""
    index = {slot.hour: number for number, slot in enumerate(slots)}
    made = [_Slot() for _slot in slots]
    rows: Any = HourBucket.objects.filter(
        site=site, equipment__in=machines, day=shown.shift.day, shift=shown.shift.code
    ).order_by()
    told: defaultdict[int, list[Decimal]] = defaultdict(lambda: [ZERO, ZERO])
    for row in rows.values("equipment", "hour", "unit").annotate(good_sum=Sum("good"), scrap_sum=Sum("scrap")):
        told[row["equipment"]][0] += row["good_sum"]
        told[row["equipment"]][1] += row["scrap_sum"]
        place = index.get(clock_hour(row["hour"], shown.zone))
        if place is not None and (row["good_sum"] or row["scrap_sum"]):
            _put(made[place], row["unit"], row["good_sum"], row["scrap_sum"])
    if shown.is_running:
        here = next(number for number, slot in enumerate(slots) if slot.start <= shown.now < slot.end)
        live = LiveShift.objects.filter(equipment__in=machines, day=shown.shift.day, shift=shown.shift.code)
        for each in live:
            good, scrap = each.good - told[each.equipment_id][0], each.scrap - told[each.equipment_id][1]
            if each.unit and (good > 0 or scrap > 0):
                _put(made[here], each.unit, max(good, ZERO), max(scrap, ZERO))
    return made


def _put(slot: _Slot, unit: str, good: Decimal, scrap: Decimal) -> None:
    slot.good = added(slot.good, {unit: good})
    slot.scrap = added(slot.scrap, {unit: scrap})


def _due(rows: Sequence[BoardRow], now: datetime) -> Amounts:
    """The plan up to now: of the running hour the part that is over."""
    due: dict[str, Decimal] = {}
    for row in rows:
        if row.is_future:
            break
        share = Decimal(1)
        if row.is_now:
            share = Decimal((now - row.slot.start) // timedelta(microseconds=1)) / Decimal(
                (row.slot.end - row.slot.start) // timedelta(microseconds=1)
            )
        due = added(due, {unit: value * share for unit, value in row.cell.plan.items()})
    return due
