"""Carries events from the outbox to their subscribers: leased, in order per key, each subscriber once, none lost.

An event that fails comes again after a growing pause and is given up after `MOST_ATTEMPTS`; then it holds its own key,
not the others, until a person sends it again or discards it. Leases and pauses run on the database's clock.
"""

import random
import time
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import structlog
from django.db import connection
from django.utils.translation import gettext as _

from mom.core import clock
from mom.core.actor import system_actor
from mom.core.db.transactions import require_transaction
from mom.core.errors import Conflict, NotFound
from mom.core.models import OutboxEvent
from mom.core.outbox import subscribers_of
from mom.core.permissions_declared import MANAGE_OUTBOX
from mom.core.request_id import bound_request_id
from mom.core.use_case import Subject, UseCase, use_case
from mom.events.registry import decode

log = structlog.get_logger(__name__)

MOST_ATTEMPTS = 12
LEASE = 120  # seconds; longer than any statement may run
PAUSES = (5, 30, 120, 300, 600, 1800, 3600)  # seconds before the next try, the last one for all that follow

_HEAD_OF_LINE = """
    o.done_at IS NULL AND o.dead_at IS NULL AND o.available_at <= now() AND NOT EXISTS (
        SELECT 1 FROM core_outboxevent p
        WHERE p.topic = o.topic AND p.key = o.key AND p.seq < o.seq AND p.done_at IS NULL)
"""

# One at a time: a batch would make the others wait for the lease of a worker that one event has killed.
_CLAIM = f"""
UPDATE core_outboxevent SET available_at = now() + make_interval(secs => %s), attempts = attempts + 1 WHERE id = (
    SELECT o.id FROM core_outboxevent o WHERE {_HEAD_OF_LINE}
    ORDER BY o.available_at, o.id LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING id, topic, key, seq, payload::text, attempts, request_id
"""  # noqa: S608 - no value is formatted in


class Undeliverable(Exception):
    """A subscriber's word that trying again is of no use: the event is given up at once."""


@dataclass(frozen=True)
class Claimed:
    """An event that this worker holds until its lease ends; `attempts` is also the fence against a slower worker."""

    id: int
    topic: str
    key: str
    seq: int
    payload: dict[str, Any]
    attempts: int
    request_id: str


in_hand: ContextVar["Claimed | None"] = ContextVar("in_hand", default=None)
"""The event that is being handed to its subscribers, for those that carry it on under its own key."""


def claim(lease: float = LEASE) -> Claimed | None:
    """Take the event that is the first of its key and has been due longest, if any. Commits at once."""
    from json import loads  # psycopg2 hands jsonb over as text here, so that no cast is registered for one query

    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [lease])
        row = cursor.fetchone()
    return Claimed(row[0], row[1], row[2], row[3], loads(row[4]), row[5], row[6]) if row else None


def drain(seconds: float = 50.0) -> int:
    """Deliver what is due until nothing is or the time is up; say how many events were handled."""
    ends = time.monotonic() + seconds
    handled = 0
    while time.monotonic() < ends:
        claimed = claim()
        if claimed is None:
            break
        deliver(claimed)
        handled += 1
    return handled


def deliver(claimed: Claimed) -> bool:
    """Hand one event to each subscriber that has no receipt for it yet; say whether all have one now."""
    if claimed.attempts > MOST_ATTEMPTS:
        _give_up(claimed, claimed_error="its last try never ended: it may have killed its worker")
        return False
    subscriber = ""
    token = in_hand.set(claimed)
    try:
        with bound_request_id(claimed.request_id):
            event = decode(claimed.topic, claimed.payload)
            for subscriber, handler in sorted(subscribers_of(claimed.topic).items()):
                with use_case(system_actor("outbox"), reason=claimed.topic) as act:
                    if _receive(claimed.id, subscriber):
                        handler(act, event)
    except Exception as error:  # noqa: BLE001 - a subscriber's failure is kept with the event and tried again
        _failed(claimed, subscriber, error)
        return False
    finally:
        in_hand.reset(token)
    OutboxEvent.objects.filter(pk=claimed.id, attempts=claimed.attempts).update(done_at=clock.now(), error="")
    return True


def _receive(event_id: int, subscriber: str) -> bool:
    """Write the receipt; False where there is one. A twin waits here until the first one's transaction ends."""
    require_transaction()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO core_eventreceipt (event_id, subscriber, received_at) VALUES (%s, %s, now())"
            " ON CONFLICT (event_id, subscriber) DO NOTHING",
            [event_id, subscriber],
        )
        return bool(cursor.rowcount == 1)


def _failed(claimed: Claimed, subscriber: str, error: Exception) -> None:
    text = f"{subscriber}: {type(error).__name__}: {error}"[:1000]
    if isinstance(error, Undeliverable) or claimed.attempts >= MOST_ATTEMPTS:
        _give_up(claimed, text)
        return
    pause = PAUSES[min(claimed.attempts, len(PAUSES)) - 1] * random.uniform(0.8, 1.2)  # noqa: S311 - jitter
    log.warning("event_failed", id=claimed.id, topic=claimed.topic, attempts=claimed.attempts, error=text)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE core_outboxevent SET available_at = now() + make_interval(secs => %s), error = %s"
            " WHERE id = %s AND attempts = %s",
            [pause, text, claimed.id, claimed.attempts],
        )


def _give_up(claimed: Claimed, claimed_error: str) -> None:
    log.error("event_given_up", id=claimed.id, topic=claimed.topic, key=claimed.key, error=claimed_error)
    OutboxEvent.objects.filter(pk=claimed.id, attempts=claimed.attempts).update(
        dead_at=clock.now(), error=claimed_error
    )


@dataclass(frozen=True)
class OutboxState:
    """How the relay is doing."""

    pending: int
    dead: int
    lag_seconds: float
    """Since when the oldest event that could go has been due; what waits behind a dead one is not counted."""
    often_tried: int
    """Pending events that failed more than three times."""


def state() -> OutboxState:
    """The outbox at this moment."""
    with connection.cursor() as cursor:
        cursor.execute(f"""
            SELECT count(*) FILTER (WHERE dead_at IS NULL), count(*) FILTER (WHERE dead_at IS NOT NULL),
                   count(*) FILTER (WHERE dead_at IS NULL AND attempts > 3),
                   (SELECT coalesce(extract(epoch FROM now() - min(o.available_at)), 0)::float
                    FROM core_outboxevent o WHERE {_HEAD_OF_LINE})
            FROM core_outboxevent WHERE done_at IS NULL""")  # noqa: S608 - no value is formatted in
        pending, dead, often, lag = cursor.fetchone()
    return OutboxState(pending=pending, dead=dead, lag_seconds=lag, often_tried=often)


def send_again(act: UseCase, event_id: int) -> None:
    """Give a dead event a fresh row of tries. Joins the caller's transaction.

    Raises: NotAllowed, NotFound, Conflict.
    """
    _decide(act, event_id, "core.outbox_event_sent_again", attempts=0, dead_at=None, available_at=act.now)


def discard(act: UseCase, event_id: int) -> None:
    """Let a dead event go undelivered, for the reason of the use case, so that those behind it move on.

    Joins the caller's transaction. Raises: NotAllowed, NotFound, Conflict.
    """
    _decide(act, event_id, "core.outbox_event_discarded", dead_at=None, done_at=act.now)


def _decide(act: UseCase, event_id: int, action: str, **changes: Any) -> None:
    act.require(MANAGE_OUTBOX, "*")
    event = OutboxEvent.objects.select_for_update().filter(pk=event_id).first()
    if event is None:
        raise NotFound
    if event.dead_at is None:
        raise Conflict(_("This event is not stuck: it was delivered or will be tried again by itself."))
    OutboxEvent.objects.filter(pk=event_id).update(**changes)
    subject = Subject("core.outboxevent", str(event_id), str(event))
    act.record(action, subject=subject, before={"dead_at": event.dead_at, "error": event.error})
