"""Batches as a gateway sends them, and what the record then holds."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from mom.core.actor import Actor
from mom.floor.models import FloorMessage, MessageGap
from mom.floor.services.ingest import Receipt, take_in

NOW = datetime(2026, 4, 16, 10, 0, tzinfo=UTC)


def reading(number: int, **fields: Any) -> dict[str, Any]:
    """The reading of a spindle, a second after the one before it."""
    at = NOW - timedelta(hours=1) + timedelta(seconds=number)
    return {
        "sequence": number, "machine": "CNC-01", "kind": "reading", "at": at.isoformat(), "name": "spindle",
        "value": number, **fields,
    }  # fmt: skip


def named(name: str, **fields: Any) -> dict[str, Any]:
    """A reading that is known by an id."""
    found = reading(1, id=name, **fields)
    del found["sequence"]
    return found


def sent(actor: Actor, site: Any, batch: Sequence[Any], *, session: str = "s1", source: str = "gw-1") -> Receipt:
    """The batch taken in at `NOW`."""
    return take_in(actor, site, source, batch, session=session, now=NOW)


def stored() -> list[tuple[Any, ...]]:
    """What the record holds, in an order that doesn't show how it came."""
    rows = FloorMessage.objects.order_by().values_list("key", "sequence", "occurred_at", "equipment__code", "value")
    return sorted(rows, key=str)


def gaps() -> list[tuple[int, int]]:
    """The numbers that are missing."""
    return list(MessageGap.objects.order_by("first_sequence").values_list("first_sequence", "last_sequence"))
