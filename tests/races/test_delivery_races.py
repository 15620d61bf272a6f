"""P26, P27 under load: senders and writers at once; each message once, in order per key, none lost, no gap.

The controls show what the claim would be without its lock and without its head of line.
"""

import threading
import time
from collections import defaultdict
from typing import Any

import pytest
from django.db import connection

from mom.core import invariants
from mom.core.actor import system_actor
from mom.core.delivery import deliver_email, room, sending
from mom.core.delivery.sending import Outcome
from mom.core.engine.delivery import DeliveryChannel
from mom.core.models import Delivery
from mom.core.use_case import use_case
from tests.races.together import failures, together

pytestmark = pytest.mark.django_db(transaction=True)
KEYS, EACH, SENDERS = 4, 10, 4


@pytest.fixture
def arrived(monkeypatch: pytest.MonkeyPatch, settings: Any) -> dict[str, list[int]]:
    """What the receiver got, per key; now and then the answer is lost after it got it."""
    settings.DELIVERY_WORKERS = SENDERS
    got: dict[str, list[int]] = defaultdict(list)
    turn, guard = iter(range(100_000)), threading.Lock()

    def send(taken: Delivery) -> Outcome:
        time.sleep(0.002)
        with guard:
            got[taken.key].append(taken.seq)
            is_lost = next(turn) % 7 == 3
        return Outcome(ok=not is_lost, answer="lost" if is_lost else "ok")

    monkeypatch.setattr(sending, "_senders", {DeliveryChannel.EMAIL: (send, lambda: True)})
    monkeypatch.setattr(room, "pause_after", lambda *_args: 0.01)
    return got


def write(key: int) -> None:
    for number in range(EACH):
        with use_case(system_actor("test")) as act:
            deliver_email(act, "ann@example.com", f"Message {number}", "Text", f"key:{key}")


def drain_all() -> None:
    deadline = time.monotonic() + 45
    while Delivery.objects.exclude(state="sent").exists():
        assert time.monotonic() < deadline, "messages were left"
        sending.drain()
        time.sleep(0.01)


def test_P26_senders_and_writers_at_once_lose_nothing_and_keep_each_key_in_order(arrived: dict[str, list[int]]) -> None:
    writers = [lambda key=key: write(key) for key in range(KEYS)]
    assert failures(together(*writers, *[sending.drain] * SENDERS)) == []
    assert failures(together(*[drain_all] * SENDERS)) == []

    for key in range(KEYS):
        numbers = arrived[f"email::key:{key}"]
        assert numbers == sorted(numbers), "a repeated one comes before the next"
        assert sorted(set(numbers)) == list(range(1, EACH + 1))
    assert [violation.invariant.name for violation in invariants.violations()] == []


def test_P26_senders_at_once_take_a_message_once() -> None:
    for round_number in range(20):
        with use_case(system_actor("test")) as act:
            deliver_email(act, "ann@example.com", "One", "Text", f"round:{round_number}")
        taken = together(*[lambda: room.claim(["email"])] * SENDERS)
        assert sum(isinstance(each, Delivery) for each in taken) == 1
        (mine,) = [each for each in taken if isinstance(each, Delivery)]
        ended = together(*[lambda mine=mine: room.arrived(mine, 250, "ok")] * SENDERS)
        assert sorted(ended, key=str) == [False] * (SENDERS - 1) + [True], "one end only"


def test_P26_control_without_lock_or_head_of_line_takes_twice_and_out_of_order() -> None:
    write(0)

    def naive() -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT id FROM core_delivery WHERE state = 'waiting' ORDER BY id LIMIT 1")
            (found,) = cursor.fetchone()
            time.sleep(0.05)
            cursor.execute("UPDATE core_delivery SET state = 'sending' WHERE id = %s", [found])
        return int(found)

    def headless() -> int:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE core_delivery SET state = 'sending' WHERE id = (SELECT id FROM core_delivery"
                " WHERE state = 'waiting' ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING seq"
            )
            return int(cursor.fetchone()[0])

    taken = together(*[naive] * SENDERS)
    assert len(set(taken)) < len(taken), "the race doesn't show: this control proves nothing any more"
    Delivery.objects.update(state="waiting")
    at_once = together(*[headless] * SENDERS)
    assert len(set(at_once)) == SENDERS, "several of one key are out at the same moment"
    Delivery.objects.update(state="waiting")
    ours = [each for each in together(*[lambda: room.claim(["email"])] * SENDERS) if isinstance(each, Delivery)]
    assert [each.seq for each in ours] == [1]


def test_P31_pause_that_is_committed_holds_every_sender(arrived: dict[str, list[int]]) -> None:
    from mom.core.delivery import pause, resume

    write(0)
    with use_case(system_actor("test")) as act:
        pause(act, "Restored")
    together(*[sending.drain] * SENDERS)
    assert dict(arrived) == {}
    with use_case(system_actor("test")) as act:
        resume(act)
    drain_all()
    assert set(arrived["email::key:0"]) == set(range(1, EACH + 1))
