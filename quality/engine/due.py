"""When an inspection comes due: which occurrence of its frequency a job has reached. Each has a name, and is once."""

from datetime import datetime, timedelta
from decimal import Decimal

FIRST_OFF = "first_off"


def first_off(undone: int) -> str:
    """The first piece of a job; that of each further start after so many that were undone is one of its own."""
    return f"{FIRST_OFF}:{undone}" if undone else FIRST_OFF


def by_pieces(every: int, made: Decimal) -> str | None:
    """The last multiple of `every` pieces that `made` has reached; None before the first.

    Where a machine reports many at once, the multiples passed over are gone: only what lies there can be measured.
    """
    reached = int(made // every)
    return f"pieces:{every}:{reached}" if reached > 0 else None


def by_time(minutes: int, started: datetime, now: datetime) -> str | None:
    """The last multiple of `minutes` since the job started that `now` has reached; None before the first."""
    reached = (now - started) // timedelta(minutes=minutes)
    return f"time:{minutes}:{reached}" if reached > 0 else None


def after_setup(at: datetime) -> str:
    """A set-up that ended: named by when it began, which a correction keeps."""
    return f"setup:{at.isoformat()}"


def after_stop(at: datetime) -> str:
    """A stop that ended: named by when it began, which a reason given later keeps."""
    return f"stop:{at.isoformat()}"
