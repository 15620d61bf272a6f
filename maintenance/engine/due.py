"""Whether a plan is due, by what comes first, and whether what was done was done in time. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from maintenance.engine.terms import DueCause


@dataclass(frozen=True)
class Standing:
    """Where a plan stands: its next date and lead time, what its meter counted of how much. None: no such part."""

    due_at: datetime | None
    lead: timedelta
    counted: Decimal | None
    interval: Decimal | None


@dataclass(frozen=True)
class Due:
    """A plan that is due: at which instant, and because of what."""

    at: datetime
    cause: DueCause


def due(standing: Standing, now: datetime) -> Due | None:
    """What makes the plan due now, whichever comes first; None where nothing does.

    A date is due its lead time ahead. A meter is due when it has counted the interval, at the instant this is seen; a
    date that lies before that instant came first.
    """
    date, counted, interval = standing.due_at, standing.counted, standing.interval
    is_used_up = counted is not None and interval is not None and counted >= interval
    if date is not None and date - standing.lead <= now and (date <= now or not is_used_up):
        return Due(date, DueCause.CALENDAR)
    return Due(now, DueCause.METER) if is_used_up else None


def forecast(counted: Decimal, interval: Decimal, per_day: Decimal, now: datetime) -> datetime | None:
    """When a meter will be used up at its present daily use; None where it stands still.

    Source: reference maintenance.md section 2, due date = now + remaining / average daily use.
    """
    if per_day <= 0:
        return None
    days = max(interval - counted, Decimal(0)) / per_day
    return now + timedelta(days=float(days)) if days < Decimal(36_500) else None


def is_in_time(completed: datetime, due_at: datetime, tolerance: timedelta) -> bool:
    """Whether it was done before its window ended: due date plus tolerance, the end included.

    Early is in time: a plan is generated its lead time ahead so that it may be done early.
    """
    return completed <= due_at + tolerance


@dataclass(frozen=True)
class Compliance:
    """Due dates of a period whose window is over, and how many of them were done within it. They add up."""

    due: int
    in_time: int

    def __add__(self, other: "Compliance") -> "Compliance":
        return Compliance(self.due + other.due, self.in_time + other.in_time)
