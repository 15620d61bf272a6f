"""How the time to repair splits: the time stamps of a job become spans that add up to it. Pure.

Source: EN 13306, down time = undetected fault + administrative + logistic delay + repair + check-out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

ZERO = timedelta(0)


@dataclass(frozen=True)
class RepairTimes:
    """The time stamps of a job; None: not yet, or never. `waits`: half-open stretches in which the work waited."""

    occurred_at: datetime | None
    reported_at: datetime
    accepted_at: datetime | None
    arrived_at: datetime | None
    repaired_at: datetime | None
    handed_back_at: datetime | None
    waits: Sequence[tuple[datetime, datetime | None]] = ()


@dataclass(frozen=True)
class RepairSplit:
    """Where the time went, from the failure (or the report, where nothing stopped) to `total`'s end."""

    undetected: timedelta
    to_accept: timedelta
    to_arrive: timedelta
    waiting: timedelta
    repair: timedelta
    check_out: timedelta

    @property
    def total(self) -> timedelta:
        """Time to restoration."""
        return self.undetected + self.to_accept + self.to_arrive + self.waiting + self.repair + self.check_out


def split(times: RepairTimes, now: datetime) -> RepairSplit:
    """The spans so far; the one that is open counts until now."""
    start = min(times.occurred_at or times.reported_at, times.reported_at)
    end = times.handed_back_at or now
    marks = [start, times.reported_at]
    for each in (times.accepted_at, times.arrived_at, times.repaired_at):
        marks.append(max(marks[-1], min(each or end, end)))
    marks.append(max(marks[-1], end))
    undetected, to_accept, to_arrive, work, check_out = (b - a for a, b in pairwise(marks))
    waiting = sum((_within(wait, marks[3], marks[4], now) for wait in times.waits), ZERO)
    return RepairSplit(undetected, to_accept, to_arrive, waiting, work - waiting, check_out)


def _within(wait: tuple[datetime, datetime | None], start: datetime, end: datetime, now: datetime) -> timedelta:
    return max(min(wait[1] or now, end) - max(wait[0], start), ZERO)
