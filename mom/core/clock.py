"""The only clock of the software: a use case reads it once and passes the instant on."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

_told: ContextVar[datetime | None] = ContextVar("told_instant", default=None)


def now() -> datetime:
    """This instant, aware, in UTC."""
    return _told.get() or datetime.now(UTC)


@contextmanager
def telling(instant: datetime) -> Iterator[None]:
    """Let the clock stand at an instant: for the demo's past, which goes through the same use cases as its present.

    Nobody else may call it; a test sees to that. Raises: ValueError for an instant without a zone or of the future.
    """
    if instant.tzinfo is None or instant > datetime.now(UTC):
        raise ValueError("The clock tells an aware instant of the past.")
    token = _told.set(instant.astimezone(UTC))
    try:
        yield
    finally:
        _told.reset(token)
