"""P26, P27: what was committed reaches each subscriber once, in order per key; a bad event blocks its own key only."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import pytest
from django.db import connection

from mom.core import bell, clock, closing, invariants, outbox, relay
from mom.core.actor import Actor, system_actor
from mom.core.errors import Conflict, NotAllowed
from mom.core.models import AuditEntry, EventReceipt, OutboxEvent
from mom.core.request_id import bound_request_id, request_id
from mom.core.use_case import Subject, UseCase, use_case
from mom.events.registry import event


@event("test.thing_counted")
@dataclass(frozen=True)
class ThingCounted:
    thing: str
    number: int


THING = Subject("test.thing", "1", "THING")
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def subscribed(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Subscribe for this test only."""
    monkeypatch.setattr(outbox, "_subscribers", {})

    def add(handler: outbox.Handler, name: str = "test.counter") -> None:
        outbox.subscribe(ThingCounted, name=name)(handler)

    return add


def announce(*numbers: int, thing: str = "A") -> None:
    for number in numbers:
        with use_case(system_actor("test")) as act:
            act.publish(ThingCounted(thing, number), key=f"thing:{thing}")


def announce_and_fail(number: int) -> None:
    """An event of a use case that is undone."""
    with suppress(ZeroDivisionError), use_case(system_actor("test")) as act:
        act.publish(ThingCounted("A", number), key="thing:A")
        raise ZeroDivisionError


def due_now() -> None:
    OutboxEvent.objects.filter(done_at=None).update(available_at="2020-01-01T00:00:00Z")


def drain_until_quiet(rounds: int = 40) -> None:
    for _ in range(rounds):
        due_now()
        if relay.drain() == 0:
            return


def test_P27_outbox_event_is_stored_with_the_change_or_not_at_all(subscribed: Callable[..., None]) -> None:
    announce_and_fail(1)
    announce(2)

    stored = OutboxEvent.objects.get(topic="test.thing_counted")
    assert (stored.seq, stored.payload, stored.actor) == (1, {"thing": "A", "number": 2}, "system:test")


def test_P26_outbox_numbers_each_key_without_gaps(subscribed: Callable[..., None]) -> None:
    announce(1, 2)
    announce_and_fail(3)
    announce(4)
    announce(1, thing="B")

    assert list(OutboxEvent.objects.filter(key="thing:A").order_by("seq").values_list("seq", flat=True)) == [1, 2, 3]
    assert OutboxEvent.objects.get(key="thing:B").seq == 1


def test_P26_outbox_delivers_in_order_once_to_each_subscriber(subscribed: Callable[..., None]) -> None:
    seen: list[tuple[str, int]] = []
    subscribed(lambda _act, each: seen.append(("one", each.number)), name="test.one")
    subscribed(lambda _act, each: seen.append(("two", each.number)), name="test.two")
    announce(1, 2, 3)

    relay.drain()
    relay.drain()

    assert seen == [("one", 1), ("two", 1), ("one", 2), ("two", 2), ("one", 3), ("two", 3)]
    assert not OutboxEvent.objects.filter(topic="test.thing_counted", done_at=None).exists()
    assert list(invariants.violations()) == []


def test_P26_outbox_failing_subscriber_is_tried_again_and_the_others_are_not(subscribed: Callable[..., None]) -> None:
    calls: list[str] = []

    def fails_twice(act: UseCase, each: ThingCounted) -> None:
        calls.append("b")
        act.record("test.thing_seen", subject=THING)
        if calls.count("b") < 3:
            raise ConnectionError("not now")

    subscribed(lambda _act, _each: calls.append("a"), name="test.a")
    subscribed(fails_twice, name="test.b")
    announce(1)
    drain_until_quiet()

    assert calls == ["a", "b", "b", "b"]
    assert AuditEntry.objects.filter(action="test.thing_seen").count() == 1, "the failed tries left nothing"
    assert EventReceipt.objects.count() == 2


def test_P26_outbox_pause_grows_between_tries(subscribed: Callable[..., None]) -> None:
    def fails(act: UseCase, each: ThingCounted) -> None:
        raise ConnectionError("not now")

    subscribed(fails)
    announce(1)
    pauses = []
    for _ in range(4):
        due_now()
        relay.drain()
        with connection.cursor() as cursor:
            cursor.execute("SELECT extract(epoch FROM available_at - now())::float FROM core_outboxevent")
            pauses.append(cursor.fetchone()[0])

    for pause, expected in zip(pauses, relay.PAUSES, strict=False):
        assert 0.75 * expected < pause < 1.25 * expected
    assert "ConnectionError: not now" in OutboxEvent.objects.get().error


def test_P26_outbox_poison_dies_after_twelve_tries_and_holds_only_its_own_key(subscribed: Callable[..., None]) -> None:
    seen: list[tuple[str, int]] = []

    def chokes(act: UseCase, each: ThingCounted) -> None:
        seen.append((each.thing, each.number))
        if each.thing == "A" and each.number == 1:
            raise ValueError("bad data")

    subscribed(chokes)
    announce(1, 2, thing="A")
    announce(1, 2, thing="B")
    drain_until_quiet()

    assert seen.count(("A", 1)) == relay.MOST_ATTEMPTS
    assert [each for each in seen if each[0] == "B"] == [("B", 1), ("B", 2)]
    assert ("A", 2) not in seen
    state = relay.state()
    assert (state.dead, state.pending) == (1, 1)
    assert state.lag_seconds == 0, "what waits behind a dead one is no lag"


def test_P26_outbox_event_that_kills_its_worker_is_given_up(subscribed: Callable[..., None]) -> None:
    """The try is counted before it begins, so that a kill counts too."""
    subscribed(lambda _act, _each: None)
    announce(1)
    for _ in range(relay.MOST_ATTEMPTS):
        due_now()
        assert relay.claim() is not None  # and then the worker is killed
    due_now()
    relay.drain()

    stuck = OutboxEvent.objects.get()
    assert stuck.dead_at is not None
    assert "killed its worker" in stuck.error


def test_P26_outbox_undeliverable_event_is_given_up_at_once(subscribed: Callable[..., None]) -> None:
    def refuses(act: UseCase, each: ThingCounted) -> None:
        raise relay.Undeliverable("no such partner")

    subscribed(refuses)
    announce(1)
    relay.drain()

    assert OutboxEvent.objects.get().dead_at is not None


def test_P26_outbox_lease_hides_an_event_and_its_followers_until_it_ends(subscribed: Callable[..., None]) -> None:
    seen: list[int] = []
    subscribed(lambda _act, each: seen.append(each.number))
    announce(1, 2)
    held = relay.claim(lease=60)

    relay.drain()
    assert held is not None
    assert seen == []

    due_now()
    relay.drain()
    assert seen == [1, 2]
    assert relay.deliver(held) is True, "the slow worker comes back: the receipt says it is done"
    assert seen == [1, 2]


def test_P26_outbox_slow_worker_cannot_undo_what_a_later_one_decided(subscribed: Callable[..., None]) -> None:
    def fails(act: UseCase, each: ThingCounted) -> None:
        raise ConnectionError("not now")

    subscribed(fails)
    announce(1)
    slow = relay.claim()
    due_now()
    later = relay.claim()
    assert slow is not None
    assert later is not None

    relay.deliver(slow)

    assert OutboxEvent.objects.get().error == "", "the fence is the number of tries"


def test_outbox_dead_event_is_sent_again_or_discarded_by_a_person_only(subscribed: Callable[..., None]) -> None:
    seen: list[int] = []
    bad = {1, 2}

    def chokes(act: UseCase, each: ThingCounted) -> None:
        if each.number in bad:
            raise relay.Undeliverable("no")
        seen.append(each.number)

    subscribed(chokes)
    announce(1, 2, 3)
    relay.drain()
    first, second, _third = OutboxEvent.objects.order_by("seq")
    with pytest.raises(NotAllowed), use_case(Actor("user", "1", "Anna")) as act:
        relay.send_again(act, first.pk)
    with pytest.raises(Conflict), use_case(system_actor("test")) as act:
        relay.discard(act, second.pk)

    bad.remove(1)
    with use_case(system_actor("test"), "partner mended") as act:
        relay.send_again(act, first.pk)
    relay.drain()
    with use_case(system_actor("test"), "no longer needed") as act:
        relay.discard(act, second.pk)
    relay.drain()

    assert seen == [1, 3]
    assert (
        AuditEntry.objects.filter(
            action__startswith="core.outbox_event", reason__in=["partner mended", "no longer needed"]
        ).count()
        == 2
    )


def test_outbox_subscriber_runs_under_the_request_that_announced(subscribed: Callable[..., None]) -> None:
    seen: list[tuple[str, str]] = []
    subscribed(lambda act, _each: seen.append((act.actor.reference, request_id.get())))
    with bound_request_id("request-12345"):
        announce(1)
    relay.drain()

    assert seen == [("system:outbox", "request-12345")]
    assert request_id.get() == ""


def test_outbox_event_unknown_to_this_version_waits_for_the_next(subscribed: Callable[..., None]) -> None:
    announce(1)
    OutboxEvent.objects.update(topic="test.from_the_future")
    relay.drain()

    waiting = OutboxEvent.objects.get()
    assert waiting.done_at is None
    assert "test.from_the_future" in waiting.error


def test_bell_is_rung_once_per_commit_and_never_for_a_rollback(monkeypatch: pytest.MonkeyPatch) -> None:
    rung: list[str] = []
    monkeypatch.setattr(bell, "ring", lambda task, *_args, **_options: rung.append(task))

    with use_case(system_actor("test")) as act:
        for number in range(3):
            act.publish(ThingCounted("A", number), key="thing:A")
        assert rung == []
    announce_and_fail(4)
    bell.wait_for_bells()

    assert rung == [closing.DRAIN_TASK]


def test_bell_that_fails_never_reaches_the_use_case(monkeypatch: pytest.MonkeyPatch) -> None:
    from celery import current_app

    def broken(*args: object, **kwargs: object) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr(current_app, "send_task", broken)
    monkeypatch.setattr(bell, "_rests_until", 0.0)
    announce(1)
    bell.wait_for_bells()

    assert OutboxEvent.objects.count() == 1
    assert bell._rests_until > 0, "it rests before it tries again"


def test_outbox_refuses_events_outside_a_transaction() -> None:
    with pytest.raises(RuntimeError, match="open a use case"):
        closing.Closing("").add(closing.Announced("test.x", "1", "{}", "system:test", clock.now()))
