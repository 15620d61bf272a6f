"""The only clock of the software: a use case reads it once and passes the instant on."""

from datetime import UTC, datetime


def now() -> datetime:
    """This instant, aware, in UTC."""
    return datetime.now(UTC)
