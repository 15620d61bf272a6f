"""P26, P27: what was committed is sent, in order per key, under one message id; a bad one holds its own key only."""

import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from django.db import connection

from mom.core import delivery, outbox, relay
from mom.core.actor import Actor, system_actor
from mom.core.delivery import endpoints, room, sending
from mom.core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from mom.core.models import AuditEntry, Delivery
from mom.core.use_case import use_case
from tests.core.delivery.conftest import due_now
from tests.core.delivery.receiver import DRIP, HANG, LOST, Receiver

Announce = Callable[..., None]
SYSTEM = system_actor("test")
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def only_webhooks_listen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "_subscribers", {outbox.EVERYTHING: outbox._subscribers[outbox.EVERYTHING]})


def states() -> list[str]:
    return list(Delivery.objects.order_by("key", "seq").values_list("state", flat=True))


def numbers(receiver: Receiver) -> list[int]:
    return [json.loads(got.body)["data"]["job_order_id"] for got in receiver.got]


def go() -> None:
    relay.drain()
    sending.drain()


def test_P27_delivery_is_stored_with_the_change_or_not_at_all(endpoint: Any) -> None:
    with suppress(ZeroDivisionError), use_case(SYSTEM) as act:
        delivery.deliver_email(act, "ann@example.com", "Late", "Order 1 is late.", "order:1", site="P1")
        raise ZeroDivisionError
    assert Delivery.objects.count() == 0

    with use_case(SYSTEM) as act:
        delivery.deliver_email(act, "ann@example.com", "Late", "Order 1 is late.", "order:1", site="P1")
    assert Delivery.objects.get().seq == 1, "what was undone left no gap"


def test_P26_webhook_carries_an_event_in_a_versioned_envelope(
    endpoint: Any, receiver: Receiver, announce: Announce
) -> None:
    announce(7)
    go()

    (got,) = receiver.got
    body = json.loads(got.body)
    sent = Delivery.objects.get()
    assert sent.state == "sent"
    assert (body["version"], body["type"], body["site"], body["key"], body["sequence"]) == (
        1, "work.job_order_status_changed", "P1", "job:1", 1,
    )  # fmt: skip
    assert body["id"] == got.headers["mom-message-id"] == str(sent.message_id)
    assert body["data"]["job_order"] == "J7"
    endpoint.refresh_from_db()
    assert (endpoint.last_status, endpoint.last_answer) == (200, "ok")


def test_webhook_gets_only_what_it_asked_for_at_its_own_site(
    endpoint: Any, receiver: Receiver, announce: Announce
) -> None:
    from mom.events.work import WorkReported

    with use_case(SYSTEM) as act:
        act.publish(WorkReported("P1", ()), key="day")
    endpoints.create(SYSTEM, "P2", name="Other", url=receiver.url, events=["work.job_order_status_changed"])
    announce(1)
    go()

    assert len(receiver.got) == 1
    assert Delivery.objects.get().site == "P1"


def test_P26_delivery_keeps_its_order_through_failures(endpoint: Any, receiver: Receiver, announce: Announce) -> None:
    receiver.script.clear()
    receiver.script.extend([500, 503, LOST, HANG, 200])
    announce(1, 2, 3)
    for _ in range(8):
        go()
        due_now()

    assert numbers(receiver) == [1, 1, 1, 1, 1, 2, 3]
    assert states() == ["sent"] * 3


def test_P26_delivery_whose_answer_was_lost_comes_again_under_the_same_id(
    endpoint: Any, receiver: Receiver, announce: Announce
) -> None:
    receiver.script.clear()
    receiver.script.extend([LOST, 200])
    announce(1)
    go()
    due_now()
    go()

    first, second = receiver.got
    assert first.headers["mom-message-id"] == second.headers["mom-message-id"]
    assert first.body == second.body
    assert [got.headers["mom-attempt"] for got in receiver.got] == ["1", "2"]


def test_P26_delivery_is_not_done_before_the_answer(endpoint: Any, receiver: Receiver, announce: Announce) -> None:
    """healthchecks #212: the worker dies while it sends; the message must not count as sent."""
    announce(1)
    relay.drain()
    taken = room.claim(["webhook"], lease=60)  # and then the worker is killed

    assert taken is not None
    assert states() == ["sending"]
    sending.drain()
    assert receiver.got == [], "the lease hides it"
    due_now()
    sending.drain()
    assert states() == ["sent"]
    assert room.arrived(taken, 200, "late") is False, "the number of tries is the fence"


@pytest.mark.parametrize(("asked", "least"), [("120", 107), ("7200", 3239), ("soon", 53)])
def test_P26_delivery_rests_as_long_as_the_receiver_asks(
    endpoint: Any, receiver: Receiver, announce: Announce, asked: str, least: int
) -> None:
    receiver.script[0] = (429, {"Retry-After": asked})
    announce(1)
    announce(2, key="job:2")
    go()

    assert len(receiver.got) == 1, "the other key rests too: the receiver as a whole asked"
    assert states() == ["waiting", "waiting"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT min(extract(epoch FROM available_at - now()))::float FROM core_delivery")
        assert cursor.fetchone()[0] > least


def test_P26_delivery_poison_waits_for_a_person_and_holds_its_own_key_only(
    endpoint: Any, receiver: Receiver, announce: Announce
) -> None:
    receiver.script.clear()
    receiver.script.extend([(422, {}, b"lot H-1 is not known"), 200])
    announce(1, 2, key="job:1")
    announce(3, 4, key="job:2")
    go()

    assert numbers(receiver) == [1, 3, 4]
    assert states() == ["dead", "waiting", "sent", "sent"]
    assert Delivery.objects.get(state="dead").last_answer == "lot H-1 is not known"


def test_P26_delivery_is_given_up_after_ten_tries(endpoint: Any, receiver: Receiver, announce: Announce) -> None:
    receiver.script[0] = 500
    announce(1)
    for _ in range(12):
        go()
        due_now()

    assert len(receiver.got) == 10
    assert states() == ["dead"]


def test_delivery_that_kills_its_worker_is_given_up(endpoint: Any, receiver: Receiver, announce: Announce) -> None:
    announce(1)
    relay.drain()
    for _ in range(10):
        due_now()
        assert room.claim(["webhook"]) is not None  # and then the worker is killed
    due_now()
    sending.drain()

    assert receiver.got == []
    assert "killed its worker" in Delivery.objects.get().last_answer


def test_delivery_is_sent_again_or_discarded_by_a_person_with_a_reason(
    endpoint: Any, receiver: Receiver, announce: Announce
) -> None:
    receiver.script.clear()
    receiver.script.extend([422, 422, 200])
    announce(1, 2, 3)
    go()
    dead = Delivery.objects.get(state="dead")
    with pytest.raises(NotAllowed), use_case(Actor("user", "1", "Anna")) as act:
        room.send_again(act, dead.pk, "P1")
    with pytest.raises(NotFound), use_case(SYSTEM) as act:
        room.send_again(act, dead.pk, "P2")
    with pytest.raises(Conflict), use_case(SYSTEM, "why not") as act:
        room.discard(act, Delivery.objects.get(seq=2).pk, "P1")

    with use_case(SYSTEM, "mended there") as act:
        room.send_again(act, dead.pk, "P1")
    go()
    assert numbers(receiver) == [1, 1]
    with pytest.raises(InvalidInput), use_case(SYSTEM) as act:
        room.discard(act, dead.pk, "P1")
    with use_case(SYSTEM, "typed in by hand") as act:
        room.discard(act, dead.pk, "P1")
    go()

    assert numbers(receiver) == [1, 1, 2, 3]
    assert states() == ["discarded", "sent", "sent"]
    kept = AuditEntry.objects.filter(action__startswith="core.delivery_").values_list("action", "reason")
    assert list(kept) == [
        ("core.delivery_sent_again", "mended there"),
        ("core.delivery_discarded", "typed in by hand"),
    ]


def test_delivery_is_held_back_while_sending_is_paused(endpoint: Any, receiver: Receiver, announce: Announce) -> None:
    with use_case(SYSTEM) as act:
        delivery.pause(act, "Restored from last night's backup")
        delivery.pause(act, "Again")
    announce(1)
    go()
    assert delivery.is_paused()
    assert receiver.got == []

    with pytest.raises(NotAllowed), use_case(Actor("user", "1", "Anna")) as act:
        delivery.resume(act)
    with use_case(SYSTEM) as act:
        delivery.resume(act)
    with pytest.raises(Conflict), use_case(SYSTEM) as act:
        delivery.resume(act)
    go()
    assert not delivery.is_paused()
    assert numbers(receiver) == [1]
    assert AuditEntry.objects.filter(action="core.sending_paused").count() == 1


def test_delivery_waits_for_an_address_that_is_switched_off(
    endpoint: Any, receiver: Receiver, announce: Announce
) -> None:
    announce(1)
    relay.drain()
    endpoints.change(SYSTEM, "P1", endpoint.pk, 1, is_active=False)
    announce(2)
    go()
    assert receiver.got == []

    endpoints.change(SYSTEM, "P1", endpoint.pk, 2, is_active=True)
    go()
    assert numbers(receiver) == [1], "what happened while it was off was not asked for"


def test_delivery_content_can_not_be_changed(endpoint: Any, announce: Announce) -> None:
    from django.db import DatabaseError

    announce(1)
    relay.drain()
    with pytest.raises(DatabaseError, match="payload"):
        Delivery.objects.update(payload="{}")


def test_webhook_ends_a_receiver_that_drips(endpoint: Any, receiver: Receiver, announce: Announce) -> None:
    receiver.script[0] = DRIP
    announce(1)
    go()

    assert Delivery.objects.get().last_answer == "The answer was not complete in time."


def test_webhook_follows_no_redirect(endpoint: Any, receiver: Receiver, announce: Announce) -> None:
    receiver.script[0] = (302, {"Location": "http://127.0.0.1/"})
    announce(1)
    go()

    assert len(receiver.got) == 1
    assert states() == ["dead"]


def test_webhook_reads_only_the_beginning_of_an_answer(endpoint: Any, receiver: Receiver, announce: Announce) -> None:
    receiver.script[0] = (500, {}, b"\x1b[31m" + b"x" * 1_000_000)
    announce(1)
    go()

    answer = Delivery.objects.get().last_answer
    assert len(answer) == 500
    assert "\x1b" not in answer


def test_webhook_secret_is_told_once_sealed_and_changed_with_an_overlap(
    endpoint: Any, receiver: Receiver, announce: Announce
) -> None:
    from mom.core.engine.signing import verify

    assert endpoint.told not in endpoint.secret
    _row, new = endpoints.rotate_secret(SYSTEM, "P1", endpoint.pk)
    with pytest.raises(Conflict):
        endpoints.rotate_secret(SYSTEM, "P1", endpoint.pk)
    announce(1)
    go()

    (got,) = receiver.got
    header = got.headers["mom-signature"]
    at = int(header.split(",")[0][2:])
    assert verify(header, got.body, endpoint.told, at)
    assert verify(header, got.body, new, at)
    assert not verify(header, got.body, "whsec_other", at)
    assert not AuditEntry.objects.filter(after__icontains="whsec_").exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM core_rowversion WHERE strpos(new::text, %s) > 0", [endpoint.secret])
        assert cursor.fetchone()[0] == 0


def test_webhook_test_message_shows_that_it_arrives(endpoint: Any, receiver: Receiver) -> None:
    endpoints.send_test(SYSTEM, "P1", endpoint.pk)
    sending.drain()

    assert receiver.got[0].headers["mom-event"] == "core.webhook_test"


def test_delivery_rows_of_ended_sends_keep_their_end_in_step() -> None:
    from django.db import IntegrityError

    with use_case(SYSTEM) as act:
        sent = delivery.deliver_email(act, "ann@example.com", "A", "B", "k")
    with pytest.raises(IntegrityError, match="core_delivery_ended"):
        Delivery.objects.filter(pk=sent.pk).update(state="sent")
