"""Half-open stretches of time in UTC: the end belongs to the next one, an open stretch has no end yet."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta


@dataclass(frozen=True, order=False)
class Interval:
    """The time from `start` up to, but not including, `end`; `end` None means still open.

    Raises: ValueError for naive instants and for an end that is not after the start. Instants are turned into UTC.
    """

    start: datetime
    end: datetime | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "start", _utc(self.start))
        if self.end is not None:
            object.__setattr__(self, "end", _utc(self.end))
            if self.end <= self.start:
                raise ValueError(f"An interval ends after it starts: {self.start} to {self.end}.")

    @property
    def is_open(self) -> bool:
        return self.end is None

    @property
    def duration(self) -> timedelta:
        """The length. Raises: ValueError where it is still open; clip it first."""
        if self.end is None:
            raise ValueError("An open interval has no length yet; clip it to an instant first.")
        return self.end - self.start

    def contains(self, instant: datetime) -> bool:
        """Whether `instant` lies in it: the start does, the end doesn't."""
        return self.start <= instant and (self.end is None or instant < self.end)

    def overlaps(self, other: "Interval") -> bool:
        """Whether both share time; touching ends share none."""
        return (other.end is None or self.start < other.end) and (self.end is None or other.start < self.end)

    def intersection(self, other: "Interval") -> "Interval | None":
        """The time that both share."""
        if not self.overlaps(other):
            return None
        ends = [end for end in (self.end, other.end) if end is not None]
        return Interval(max(self.start, other.start), min(ends) if ends else None)

    def clip(self, until: datetime) -> "Interval | None":
        """What of it lies before `until`; None where nothing does."""
        if until <= self.start:
            return None
        return Interval(self.start, until if self.end is None else min(self.end, until))

    def subtract(self, other: "Interval") -> list["Interval"]:
        """What of it is left without `other`: no, one or two pieces, in order."""
        if not self.overlaps(other):
            return [self]
        left = []
        if self.start < other.start:
            left.append(Interval(self.start, other.start))
        if other.end is not None and (self.end is None or other.end < self.end):
            left.append(Interval(other.end, self.end))
        return left


def merge(intervals: Iterable[Interval]) -> list[Interval]:
    """The time that at least one of them covers, as disjoint intervals in order; touching ones become one."""
    merged: list[Interval] = []
    for interval in sorted(intervals, key=lambda each: each.start):
        last = merged[-1] if merged else None
        if last is None or (last.end is not None and last.end < interval.start):
            merged.append(interval)
        elif last.end is not None:
            end = None if interval.end is None else max(last.end, interval.end)
            merged[-1] = Interval(last.start, end)
    return merged


def total(intervals: Iterable[Interval]) -> timedelta:
    """The sum of the lengths, time that several cover counted as often. Raises: ValueError for an open one."""
    return sum((interval.duration for interval in intervals), timedelta())


def _utc(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise ValueError(f"{instant} has no time zone.")
    return instant.astimezone(UTC)
