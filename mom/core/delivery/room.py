"""Messages in the room: put in, taken by a worker, ended, and decided on by a person.

Claim = lease, head of line per key (reliability, section 2). The number of tries is counted before a try begins and is
the fence against a slower worker. Leases and pauses run on the database's clock. A message that was given up holds its
own key, not the others; a label holds nothing, because the next one does not depend on it.
"""

import json
import random
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from mom.core.bell import ring_after_commit
from mom.core.db.transactions import require_transaction
from mom.core.engine.delivery import MOST_ATTEMPTS, DeliveryChannel, DeliveryState, pause_after
from mom.core.errors import Conflict, InvalidInput, NotFound
from mom.core.live.change import tell
from mom.core.models import Delivery, Printer, WebhookEndpoint
from mom.core.permissions_declared import MANAGE_DELIVERY
from mom.core.use_case import Subject, UseCase

BELL_TASK = "mom.core.tasks.drain_deliveries"
SETTLED = (DeliveryState.SENT.value, DeliveryState.DISCARDED.value)
LEASE = 120  # seconds; the longest try takes a third of it

_FREE = """
    o.state IN ('waiting', 'sending') AND o.available_at <= now()
    AND NOT EXISTS (SELECT 1 FROM core_sendingpause s WHERE s.resumed_at IS NULL)
    AND NOT EXISTS (SELECT 1 FROM core_webhookendpoint e WHERE e.id = o.endpoint_id AND NOT e.is_active)
    AND NOT EXISTS (SELECT 1 FROM core_printer p WHERE p.id = o.printer_id AND NOT p.is_active)
    AND NOT EXISTS (SELECT 1 FROM core_delivery p WHERE p.key = o.key AND p.seq < o.seq
        AND (p.state IN ('waiting', 'sending') OR (p.state = 'dead' AND p.channel <> 'printer')))
"""
_CLAIM = f"""
UPDATE core_delivery SET state = 'sending', available_at = now() + make_interval(secs => %s), attempts = attempts + 1
WHERE id = (SELECT o.id FROM core_delivery o WHERE o.channel = ANY(%s) AND {_FREE}
    ORDER BY o.available_at, o.id LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING id, attempts
"""  # noqa: S608 - no value is formatted in


@dataclass(frozen=True)
class Message:
    """What goes out: to whom, about what, in which order, and the content, byte for byte."""

    channel: DeliveryChannel
    destination: str
    subject: str
    key: str
    content_type: str
    site: str = ""
    kind: str = ""
    endpoint: WebhookEndpoint | None = None
    printer: Printer | None = None


@dataclass(frozen=True)
class Place:
    """Where a new message stands: its id for receivers and its number within its key."""

    message_id: uuid.UUID
    seq: int


def place(key: str) -> Place:
    """The next number of a key, without gaps and in commit order. Joins the caller's transaction."""
    require_transaction()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO core_deliverysequence AS s (key, last) VALUES (%s, 1)"
            " ON CONFLICT (key) DO UPDATE SET last = s.last + 1 RETURNING last",
            [key],
        )
        return Place(uuid.uuid4(), int(cursor.fetchone()[0]))


def put(act: UseCase, message: Message, payload: str, at: Place | None = None) -> Delivery:
    """Store a message and ring for it after the commit. Joins the caller's transaction."""
    at = at or place(message.key)
    delivery = Delivery.objects.create(
        site=message.site,
        channel=message.channel.value,
        endpoint=message.endpoint,
        printer=message.printer,
        destination=message.destination[:500],
        subject=message.subject[:200],
        kind=message.kind,
        key=message.key,
        seq=at.seq,
        message_id=at.message_id,
        content_type=message.content_type,
        payload=payload,
        available_at=act.now,
        actor=act.actor.reference,
        request_id=act.request_id,
        created_at=act.now,
    )
    ring_after_commit(BELL_TASK, queue="outbox")
    _tell(delivery)
    return delivery


def claim(channels: list[str], lease: float = LEASE) -> Delivery | None:
    """Take the message that is the first of its key and has been due longest, if any. Commits at once."""
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [lease, channels])
        row = cursor.fetchone()
    if row is None:
        return None
    return Delivery.objects.select_related("endpoint", "printer", "print_job").get(pk=row[0])


def is_due(channels: list[str]) -> bool:
    """Whether some message could go now."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT EXISTS (SELECT 1 FROM core_delivery o WHERE o.channel = ANY(%s) AND {_FREE})",  # noqa: S608
            [channels],
        )
        return bool(cursor.fetchone()[0])


def arrived(taken: Delivery, status: int | None, answer: str) -> bool:
    """The receiver said that it has it. False where a later worker took the message over meanwhile."""
    return _end(taken, DeliveryState.SENT, status, answer)


def give_up(taken: Delivery, status: int | None, answer: str) -> bool:
    """Nothing more is tried until a person decides."""
    return _end(taken, DeliveryState.DEAD, status, answer)


def try_later(taken: Delivery, status: int | None, answer: str, *, asked: float = 0.0, is_down: bool = False) -> None:
    """Rest and try again; after the last try give up. `is_down`: others to the same target rest as well."""
    if taken.attempts >= MOST_ATTEMPTS:
        give_up(taken, status, answer)
        return
    pause = pause_after(taken.attempts, asked) * random.uniform(0.9, 1.1)  # noqa: S311 - jitter, no secret
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE core_delivery SET state = 'waiting', available_at = now() + make_interval(secs => %s),"
            " last_status = %s, last_answer = %s WHERE id = %s AND attempts = %s AND state = 'sending'",
            [pause, status, answer, taken.pk, taken.attempts],
        )
        if is_down:
            cursor.execute(
                "UPDATE core_delivery SET available_at = now() + make_interval(secs => %s)"
                " WHERE state = 'waiting' AND (endpoint_id = %s OR printer_id = %s)"
                " AND available_at < now() + make_interval(secs => %s)",
                [pause, taken.endpoint_id, taken.printer_id, pause],
            )
    _tell(taken)


def _end(taken: Delivery, state: DeliveryState, status: int | None, answer: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE core_delivery SET state = %s, ended_at = now(), last_status = %s, last_answer = %s"
            " WHERE id = %s AND attempts = %s AND state = 'sending'",
            [state.value, status, answer, taken.pk, taken.attempts],
        )
        is_ours = bool(cursor.rowcount == 1)
    if is_ours:
        _tell(taken)
    return is_ours


def _tell(delivery: Delivery) -> None:
    """Pages of the site that are open look again."""
    if delivery.site:
        tell(delivery.site, "delivery", delivery.pk)


def send_again(act: UseCase, delivery_id: int, site: str) -> Delivery:
    """Give a message that was given up a fresh row of tries, under its old message id. Joins the caller's transaction.

    Raises: NotAllowed, NotFound, Conflict.
    """
    changes = {"state": DeliveryState.WAITING.value, "attempts": 0, "available_at": act.now, "ended_at": None}
    found = _decide(act, delivery_id, site, "core.delivery_sent_again", changes)
    ring_after_commit(BELL_TASK, queue="outbox")
    return found


def discard(act: UseCase, delivery_id: int, site: str) -> Delivery:
    """Let a message go undelivered, for the reason of the use case, so that those behind it move on.

    Joins the caller's transaction. Raises: NotAllowed, NotFound, Conflict, InvalidInput without a reason.
    """
    if len(act.reason.strip()) < 2:
        raise InvalidInput({"reason": [_("Say why it is not needed any more.")]})
    changes = {"state": DeliveryState.DISCARDED.value, "ended_at": act.now}
    found = _decide(act, delivery_id, site, "core.delivery_discarded", changes)
    ring_after_commit(BELL_TASK, queue="outbox")
    return found


def send_all_again(act: UseCase, site: str) -> int:
    """Give every message of the site that was given up a fresh row of tries; they go in their order. Says how many.

    Joins the caller's transaction. Raises: NotAllowed.
    """
    act.require(MANAGE_DELIVERY, site)
    dead = Delivery.objects.select_for_update().filter(site=site, state=DeliveryState.DEAD).order_by("pk")
    keys = list(dead.values_list("pk", flat=True))
    for each in keys:
        send_again(act, each, site)
    return len(keys)


def _decide(act: UseCase, delivery_id: int, site: str, action: str, changes: Mapping[str, Any]) -> Delivery:
    act.require(MANAGE_DELIVERY, site)
    found = Delivery.objects.select_for_update(of=("self",)).filter(pk=delivery_id, site=site).first()
    if found is None:
        raise NotFound
    if found.state != DeliveryState.DEAD:
        raise Conflict(_("This message needs nobody: it was sent, discarded, or is tried again by itself."))
    before = {"state": found.state, "attempts": found.attempts, "last_answer": found.last_answer}
    Delivery.objects.filter(pk=found.pk).update(**changes)
    for name, value in changes.items():
        setattr(found, name, value)
    subject = Subject("core.delivery", str(found.pk), found.subject)
    act.record(action, subject=subject, site=site, before=before, after={"state": found.state})
    _tell(found)
    return found


def forget(before: datetime) -> None:
    """Let go of messages that were sent or discarded before an instant; those of print jobs stay with them."""
    ended = Delivery.objects.filter(state__in=SETTLED, ended_at__lt=before, print_job=None)
    while keys := list(ended.values_list("pk", flat=True)[:5_000]):
        Delivery.objects.filter(pk__in=keys).delete()


def readable(delivery: Delivery) -> str:
    """The content as people read it: JSON with indents, all else as it is."""
    if delivery.content_type.startswith("application/json"):
        try:
            return json.dumps(json.loads(delivery.payload), indent=2, ensure_ascii=False)
        except ValueError:
            return delivery.payload
    return delivery.payload
