"""The transactional outbox: an event is stored with the change it announces, then each subscriber takes it once.

Celery is only the bell: a lost bell is made good by the sweeper, a doubled one finds nothing to do.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import connection

from mom.core.actor import Actor
from mom.core.bell import ring_after_commit
from mom.core.canonical import to_json
from mom.core.db.transactions import require_transaction
from mom.core.request_id import request_id
from mom.events.registry import encode, event_name

if TYPE_CHECKING:
    from mom.core.use_case import UseCase

    Handler = Callable[[UseCase, Any], None]
else:
    Handler = Callable

BELL_TASK = "mom.core.tasks.drain_outbox"

EVERYTHING = "*"

_subscribers: dict[str, dict[str, Handler]] = {}
_wants: dict[str, Callable[[str], bool]] = {}


@dataclass(frozen=True)
class Announcement:
    """An event on its way into the outbox; events of one name and key keep their order."""

    event: Any
    key: str


def subscribe(event_class: type, *, name: str) -> Callable[[Handler], Handler]:
    """Let a function take every event of a class, once. `name` (`analytics.mark_dirty`) is stable: receipts carry it.

    The function gets an open use case of the actor `outbox` and the event; what it writes commits with its receipt.
    """
    topic = event_name(event_class)

    def register(handler: Handler) -> Handler:
        _subscribers.setdefault(topic, {})[name] = handler
        return handler

    return register


def subscribe_to_all(*, name: str, wants: Callable[[str], bool]) -> Callable[[Handler], Handler]:
    """Let a function take every event whose name it `wants`, once, whatever its class: for what carries events on."""

    def register(handler: Handler) -> Handler:
        _subscribers.setdefault(EVERYTHING, {})[name] = handler
        _wants[name] = wants
        return handler

    return register


def subscribers_of(topic: str) -> dict[str, Handler]:
    """The subscribers of an event's name, by their own name."""
    general = {name: handler for name, handler in _subscribers.get(EVERYTHING, {}).items() if _wants[name](topic)}
    return {**general, **_subscribers.get(topic, {})}


_ANNOUNCE = """
WITH numbered AS (
    INSERT INTO core_outboxsequence AS s (topic, key, last) VALUES (%(topic)s, %(key)s, 1)
    ON CONFLICT (topic, key) DO UPDATE SET last = s.last + 1 RETURNING last
)
INSERT INTO core_outboxevent (topic, key, seq, payload, actor, request_id, created_at, available_at, attempts, error)
SELECT %(topic)s, %(key)s, last, %(payload)s::jsonb, %(actor)s, %(request_id)s, %(now)s, now(), 0, '' FROM numbered
"""


def announce(announcements: Sequence[Announcement], *, actor: Actor, now: datetime) -> None:
    """Store events in the caller's transaction and ring after its commit. Use cases call it by `act.publish`."""
    require_transaction()
    if not announcements:
        return
    with connection.cursor() as cursor:
        for each in announcements:
            cursor.execute(
                _ANNOUNCE,
                {
                    "topic": event_name(each.event),
                    "key": each.key,
                    "payload": to_json(encode(each.event)),
                    "actor": actor.reference,
                    "request_id": request_id.get(),
                    "now": now,
                },
            )

    ring_after_commit(BELL_TASK, queue="outbox")
