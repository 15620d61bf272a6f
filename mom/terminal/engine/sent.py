"""What a device sends, read: an entry with its key, or what is wrong with it."""

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from mom.terminal.engine.terms import EntryKind

MOST = 50
"""Entries in one message; a device sends the rest after the answer."""
LONGEST_AGO = timedelta(days=30)


@dataclass(frozen=True)
class Read:
    """An entry as its device wrote it, with `user` by number and `made_at` by the device's clock."""

    key: uuid.UUID
    kind: EntryKind
    payload: dict[str, Any]
    number: int
    made_at: datetime
    user: int
    station: str


def key_of(sent: Any) -> str:
    """The key as it came, for the answer."""
    return str(sent.get("key", ""))[:64] if isinstance(sent, dict) else ""


def read_entry(sent: Any) -> Read | None:
    """The entry, or None where it can't be one: no key, no kind that there is, no content, no time."""
    if not isinstance(sent, dict) or not isinstance(sent.get("payload"), dict):
        return None
    made_at = instant_of(sent.get("made_at"))
    number, user = sent.get("number", 0), sent.get("person")
    if made_at is None or not _is_number(number) or not _is_number(user) or user is None:
        return None
    try:
        key, kind = uuid.UUID(str(sent.get("key", ""))), EntryKind(str(sent.get("kind", "")))
    except ValueError:
        return None
    return Read(key, kind, sent["payload"], number, made_at, user, str(sent.get("station", ""))[:64])


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**63


def instant_of(text: Any) -> datetime | None:
    """An instant as ISO 8601 with its offset."""
    try:
        found = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return found.astimezone(UTC) if found.tzinfo is not None else None


def by_our_clock(made_at: datetime, sent_at: datetime | None, received_at: datetime) -> datetime:
    """When it happened: the device's time, put right by how far its clock was off when it sent.

    Never after it was received, and at most thirty days before: an older time is a clock that was reset.
    """
    off = received_at - sent_at if sent_at is not None else timedelta(0)
    return min(max(made_at + off, received_at - LONGEST_AGO), received_at)


def amount_of(value: Any) -> Decimal | None:
    """A quantity as text or number, with a point or a comma; None for what is none or below zero."""
    try:
        found = Decimal(str(0 if value is None or value == "" else value).replace(",", "."))
    except (InvalidOperation, TypeError):
        return None
    return found if found.is_finite() and 0 <= found < 10**9 else None
