"""Shifts and days in a plant's own zone, as UTC instants. Days of 23 and 25 hours come out with their true length.

Pure. Source: ISA-95 Part 4 work calendar; promise P19.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from mom.core.engine.interval import Interval

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class ShiftPattern:
    """One shift of a weekly pattern. `ends_at` not after `starts_at` means the next day; breaks are local times too.

    `weekdays` holds ISO numbers of the day the shift starts on, 1 = Monday.
    """

    code: str
    name: str
    starts_at: time
    ends_at: time
    weekdays: frozenset[int]
    breaks: tuple[tuple[time, time], ...] = ()
    valid_from: date | None = None
    valid_until: date | None = None  # the first day on which it no longer holds

    def holds_on(self, day: date) -> bool:
        """Whether the shift starts on `day`."""
        return (
            day.isoweekday() in self.weekdays
            and (self.valid_from is None or day >= self.valid_from)
            and (self.valid_until is None or day < self.valid_until)
        )


@dataclass(frozen=True)
class ShiftOccurrence:
    """A shift on one day. It belongs to the day it starts on, also where it ends on the next."""

    code: str
    name: str
    day: date
    interval: Interval
    breaks: tuple[Interval, ...]


@dataclass(frozen=True)
class CalendarException:
    """A stretch that overrides the pattern. Where two overlap the higher `priority` wins, then the later."""

    interval: Interval
    is_working: bool
    priority: int = 0


def instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    """The UTC instant of a local wall time.

    A time that the clock change skips becomes the first instant after the gap; one that comes twice is the first.
    """
    local = datetime.combine(day, at, tzinfo=zone)  # fold=0: the first of two
    as_utc = local.astimezone(UTC)
    back = as_utc.astimezone(zone)
    if back.replace(tzinfo=None) == local.replace(tzinfo=None):
        return as_utc
    # In the gap `zoneinfo` applies the old offset, which lands past the gap by as much as the time was inside it.
    before = local.utcoffset()
    after = back.utcoffset()
    if before is None or after is None:  # a ZoneInfo always knows its offset
        raise ValueError(f"{zone.key} gives no offset for {local}")
    return _gap_end(as_utc, zone, span=abs(after - before))


def _gap_end(near: datetime, zone: ZoneInfo, *, span: timedelta) -> datetime:
    """The instant at which the offset changes, within `span` before `near`, to the minute by halving."""
    low, high = near - span, near
    while high - low > timedelta(minutes=1):
        middle = low + (high - low) / 2
        if middle.astimezone(zone).utcoffset() == high.astimezone(zone).utcoffset():
            high = middle
        else:
            low = middle
    return high.replace(second=0, microsecond=0)


def local_day(at: datetime, zone: ZoneInfo) -> date:
    """The plant's calendar day of an instant."""
    return at.astimezone(zone).date()


def day_interval(day: date, zone: ZoneInfo) -> Interval:
    """The calendar day as UTC instants: 23, 24 or 25 hours long."""
    return Interval(instant(day, time(0), zone), instant(day + ONE_DAY, time(0), zone))


def days_of(window: Interval, zone: ZoneInfo) -> Iterator[date]:
    """Every calendar day that `window` touches, in order."""
    if window.end is None:
        raise ValueError("An open window has no last day.")
    day = local_day(window.start, zone)
    while instant(day, time(0), zone) < window.end:
        yield day
        day += ONE_DAY


def shift_on(pattern: ShiftPattern, day: date, zone: ZoneInfo) -> ShiftOccurrence:
    """The shift that starts on `day`, its breaks placed inside it."""
    end_day = day if pattern.ends_at > pattern.starts_at else day + ONE_DAY
    whole = Interval(instant(day, pattern.starts_at, zone), instant(end_day, pattern.ends_at, zone))
    breaks = []
    for begin, finish in pattern.breaks:
        begin_day = day if begin >= pattern.starts_at else day + ONE_DAY
        finish_day = begin_day if finish > begin else begin_day + ONE_DAY
        start, end = instant(begin_day, begin, zone), instant(finish_day, finish, zone)
        if start < end:  # a break that falls into the skipped hour has no length that night
            breaks.append(Interval(start, end))
    return ShiftOccurrence(pattern.code, pattern.name, day, whole, tuple(breaks))


def shifts_in(patterns: Iterable[ShiftPattern], window: Interval, zone: ZoneInfo) -> list[ShiftOccurrence]:
    """Every shift that overlaps `window`, by start, then code. Shifts are given whole, not cut at the window."""
    if window.end is None:
        raise ValueError("Shifts are listed for a window with an end.")
    wide = Interval(window.start - ONE_DAY, window.end)  # a night shift of the day before reaches into the window
    found = [
        occurrence
        for pattern in patterns
        for day in days_of(wide, zone)
        if pattern.holds_on(day)
        for occurrence in [shift_on(pattern, day, zone)]
        if occurrence.interval.overlaps(window)
    ]
    return sorted(found, key=lambda occurrence: (occurrence.interval.start, occurrence.code))


def working_intervals(
    patterns: Iterable[ShiftPattern],
    exceptions: Iterable[CalendarException],
    window: Interval,
    zone: ZoneInfo,
) -> list[Interval]:
    """Where `window` is worked: shifts less breaks, then exceptions by priority. Disjoint, sorted, merged."""
    working: list[Interval] = []
    for occurrence in shifts_in(patterns, window, zone):
        pieces = [occurrence.interval]
        for pause in occurrence.breaks:
            pieces = [left for piece in pieces for left in piece.subtract(pause)]
        working.extend(pieces)
    for exception in sorted(exceptions, key=lambda entry: entry.priority):
        working = [left for piece in working for left in piece.subtract(exception.interval)]
        if exception.is_working:
            working.append(exception.interval)
    clipped = [part for piece in working if (part := piece.intersection(window)) is not None]
    return merged(clipped)


def merged(intervals: Iterable[Interval]) -> list[Interval]:
    """The same time as disjoint intervals; touching ones become one."""
    result: list[Interval] = []
    for piece in sorted(intervals, key=lambda interval: interval.start):
        last = result[-1] if result else None
        if last is None or (last.end is not None and last.end < piece.start):
            result.append(piece)
        elif last.end is not None and (piece.end is None or piece.end > last.end):
            result[-1] = Interval(last.start, piece.end)
    return result
