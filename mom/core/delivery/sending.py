"""The worker's side: takes one message after the other, lets its channel send it, and writes down what came back.

One worker process sends at a time (`DELIVERY_WORKERS`), so that a receiver who hangs can't hold all workers, and the
others keep answering bells. A process that dies loses its session lock with its connection.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

import structlog
from django.conf import settings
from django.db import DatabaseError, connection
from django.utils.translation import gettext as _

from mom.core.db.locks import Lock
from mom.core.delivery import room
from mom.core.engine.delivery import MOST_ATTEMPTS, DeliveryChannel
from mom.core.models import Delivery
from mom.core.request_id import bound_request_id

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Outcome:
    """What came of one try. `is_final`: trying again is of no use. `is_down`: the target as a whole is away."""

    ok: bool
    answer: str
    status: int | None = None
    is_final: bool = False
    is_down: bool = False
    retry_after: float = 0.0


Sender = Callable[[Delivery], Outcome]
_senders: dict[DeliveryChannel, tuple[Sender, Callable[[], bool]]] = {}


def register(channel: DeliveryChannel, sender: Sender, *, is_ready: Callable[[], bool] = lambda: True) -> None:
    """How messages of a channel are sent; while it is not ready (no mail server is set), they wait without a try."""
    _senders[channel] = (sender, is_ready)


def ready_channels() -> list[str]:
    """The channels that can send now."""
    return [channel.value for channel, (_sender, is_ready) in _senders.items() if is_ready()]


def drain(seconds: float = 40.0) -> int:
    """Send what is due until nothing is or the time is up; say how many tries were made."""
    ends, tries = time.monotonic() + seconds, 0
    while time.monotonic() < ends:
        place = _free_place()
        if place is None:
            return tries
        try:
            tries += _drain_alone(ends)
        finally:
            _leave(place)
        if not room.is_due(ready_channels()):  # what came in while the place was being left
            return tries
    return tries


def _drain_alone(ends: float) -> int:
    tries = 0
    while time.monotonic() < ends:
        taken = room.claim(ready_channels())
        if taken is None:
            break
        deliver(taken)
        tries += 1
    return tries


def deliver(taken: Delivery) -> Outcome:
    """Try to send a message that this worker holds."""
    if taken.attempts > MOST_ATTEMPTS:
        outcome = Outcome(ok=False, answer=_("Its last try never ended: it may have killed its worker."), is_final=True)
    else:
        with bound_request_id(taken.request_id):
            outcome = _try(taken)
    if outcome.ok:
        room.arrived(taken, outcome.status, outcome.answer)
    elif outcome.is_final:
        room.give_up(taken, outcome.status, outcome.answer)
    else:
        room.try_later(taken, outcome.status, outcome.answer, asked=outcome.retry_after, is_down=outcome.is_down)
    if not outcome.ok:
        log.warning(
            "delivery_failed", id=taken.pk, channel=taken.channel, attempts=taken.attempts, status=outcome.status
        )
    return outcome


def _try(taken: Delivery) -> Outcome:
    sender, _is_ready = _senders[DeliveryChannel(taken.channel)]
    try:
        return sender(taken)
    except DatabaseError:
        raise  # ours, not the receiver's: the lease brings the message back
    except Exception as error:  # noqa: BLE001 - one message must not stop the others; it rests and comes again
        return Outcome(ok=False, answer=f"{type(error).__name__}: {error}"[:500])


def _free_place() -> int | None:
    """One of the places of sending workers, held by this session; None where all are taken."""
    with connection.cursor() as cursor:
        for place in range(settings.DELIVERY_WORKERS):
            cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [int(Lock.DELIVERY), place])
            if cursor.fetchone()[0]:
                return place
    return None


def _leave(place: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [int(Lock.DELIVERY), place])
