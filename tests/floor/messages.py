"""Messages put straight into the table, as the ingest would leave them there."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from uuid import UUID, uuid4

from django.db import connection

from mom.floor.models import FloorMessage, Source
from mom.plant.models import Equipment

DAY = datetime(2026, 3, 2, tzinfo=UTC)
_numbers = count(1)


def make_source(machine: Equipment, code: str = "gateway") -> Source:
    """A sender of the machine's site."""
    source, _made = Source.objects.get_or_create(
        site_id=machine.site_id, code=code, defaults={"first_seen_at": DAY, "last_seen_at": DAY}
    )
    return source


def message(
    machine: Equipment, at: datetime, kind: str = "state", key: UUID | None = None, **fields: object
) -> FloorMessage:
    """A message that is not stored yet."""
    return FloorMessage(
        site_id=machine.site_id,
        source=make_source(machine),
        equipment=machine,
        kind=kind,
        occurred_at=at,
        key=key or uuid4(),
        **{"received_at": at + timedelta(seconds=1), **fields},
    )


def store(messages: Iterable[FloorMessage]) -> list[FloorMessage]:
    """Put messages into the table, opening their days."""
    given = list(messages)
    with connection.cursor() as cursor:
        for day in sorted({each.occurred_at.astimezone(UTC).date() for each in given}):
            cursor.execute("SELECT floor_open_day(%s)", [day])
    return FloorMessage.objects.bulk_create(given)


def day_of(machine: Equipment, day: datetime = DAY, *, every: timedelta = timedelta(hours=1)) -> list[FloorMessage]:
    """A day of states that change and of a counter that runs."""
    steps = range(int(timedelta(days=1) / every))
    states = [
        message(machine, day + n * every, code=("run", "down", "idle")[n % 3], reason="R1" if n % 3 == 1 else "")
        for n in steps
    ]
    counts = [
        message(machine, day + n * every, "count", name="total", value=Decimal(n * 7) / 2, unit="H87") for n in steps
    ]
    return [*states, *counts]
