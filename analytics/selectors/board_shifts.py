"""Which shift a page shows: the one asked for by day and code, else the running one, else the last that ended."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from mom.core.engine.interval import Interval
from mom.plant.engine.calendar import ShiftOccurrence, local_day
from mom.plant.selectors.calendar import ShiftPlan

REACH = timedelta(days=4)  # how far around a day its neighbours are looked for: over a weekend


@dataclass(frozen=True)
class ShownShift:
    """A shift with its neighbours. `until` is where its figures end: its end, or now while it runs."""

    shift: ShiftOccurrence
    zone: ZoneInfo
    now: datetime
    before: ShiftOccurrence | None = None
    after: ShiftOccurrence | None = None

    @property
    def start(self) -> datetime:
        """Its first instant."""
        return self.shift.interval.start

    @property
    def end(self) -> datetime:
        """Its last instant, the first of what follows."""
        return self.shift.interval.end or self.now

    @property
    def is_running(self) -> bool:
        """Whether it runs now."""
        return self.start <= self.now < self.end

    @property
    def until(self) -> datetime:
        """Where its figures end."""
        return max(self.start, min(self.end, self.now))


def reach_of(day: date | None, now: datetime, zone: ZoneInfo) -> Interval:
    """The window for which a plan must be read so that `shown_shift` finds a day's shifts and their neighbours."""
    at = now if day is None else datetime(day.year, day.month, day.day, 12, tzinfo=zone)
    return Interval(at - REACH, at + REACH)


def shown_shift(plan: ShiftPlan | None, day: date | None, code: str, now: datetime) -> ShownShift | None:
    """The shift asked for; of a day without a code its first that has begun. None where the plan has none there."""
    if plan is None:
        return None
    shifts = plan.shifts(reach_of(day, now, plan.zone))
    wanted = [each for each in shifts if day is None or each.day == day]
    if code:
        wanted = [each for each in wanted if each.code == code]
    begun = [each for each in wanted if each.interval.start <= now]
    chosen = begun[-1] if begun else None
    if day is not None and wanted:
        chosen = (begun or wanted)[0]
    if chosen is None:
        return None
    place = shifts.index(chosen)
    return ShownShift(
        chosen,
        plan.zone,
        now,
        shifts[place - 1] if place else None,
        shifts[place + 1] if place + 1 < len(shifts) else None,
    )


def shifts_on(plan: ShiftPlan, day: date, now: datetime) -> list[ShiftOccurrence]:
    """The shifts that belong to a day, in order."""
    return [each for each in plan.shifts(reach_of(day, now, plan.zone)) if each.day == day]


def today(plan: ShiftPlan | None, now: datetime, zone: ZoneInfo) -> date:
    """The plant's day of the running shift, else of the calendar: a night shift still belongs to yesterday."""
    found = shown_shift(plan, None, "", now)
    return found.shift.day if found is not None and found.is_running else local_day(now, zone)
