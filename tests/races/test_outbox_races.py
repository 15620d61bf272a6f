"""P26 under load: relays at once deliver each event once, in order; the control shows the double without the lock."""

import threading
import time
from collections import defaultdict
from dataclasses import dataclass

import pytest
from django.db import connection, transaction

from mom.core import invariants, outbox, relay
from mom.core.actor import system_actor
from mom.core.models import OutboxEvent
from mom.core.use_case import UseCase, use_case
from mom.events.registry import event
from tests.races.together import failures, together


@event("test.race_run")
@dataclass(frozen=True)
class RaceRun:
    lane: int
    number: int


pytestmark = pytest.mark.django_db(transaction=True)
LANES, EACH, RELAYS = 4, 12, 4


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> dict[int, list[int]]:
    """What one subscriber received, per lane; it fails now and then after its effect."""
    monkeypatch.setattr(outbox, "_subscribers", {})
    monkeypatch.setattr(relay, "PAUSES", (0.01,))
    received: dict[int, list[int]] = defaultdict(list)
    turn = iter(range(10_000))
    guard = threading.Lock()

    @outbox.subscribe(RaceRun, name="test.race")
    def take(act: UseCase, each: RaceRun) -> None:
        with guard:
            crash = next(turn) % 7 == 3
        time.sleep(0.002)
        if crash:
            raise ConnectionError("crashed")
        transaction.on_commit(lambda: received[each.lane].append(each.number))

    return received


def announce(lane: int) -> None:
    for number in range(EACH):
        with use_case(system_actor("test")) as act:
            act.publish(RaceRun(lane, number), key=f"lane:{lane}")


def drain_all() -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        relay.drain()
        if not OutboxEvent.objects.filter(topic="test.race_run", done_at=None).exists():
            return
        time.sleep(0.01)
    raise TimeoutError("events were left")


def test_P26_outbox_relays_and_writers_at_once_deliver_each_event_once_in_order(seen: dict[int, list[int]]) -> None:
    writers = [lambda lane=lane: announce(lane) for lane in range(LANES)]
    assert failures(together(*writers, *[relay.drain] * RELAYS)) == []

    assert failures(together(*[drain_all] * RELAYS)) == []

    assert dict(seen) == {lane: list(range(EACH)) for lane in range(LANES)}
    assert [violation.invariant.name for violation in invariants.violations()] == []


def test_P26_outbox_writers_of_one_key_number_it_without_gaps(seen: dict[int, list[int]]) -> None:
    assert failures(together(*[lambda: announce(0)] * 6)) == []

    numbers = OutboxEvent.objects.filter(key="lane:0").order_by("seq").values_list("seq", flat=True)
    assert list(numbers) == list(range(1, 6 * EACH + 1))


def test_P26_outbox_twins_with_one_event_give_one_effect(seen: dict[int, list[int]]) -> None:
    """A lease that ran out under a slow worker: both deliver, the receipt lets one through."""
    for _round in range(20):
        seen.clear()
        with use_case(system_actor("test")) as act:
            act.publish(RaceRun(0, _round), key=f"twin:{_round}")
        claimed = relay.claim()
        assert claimed is not None
        together(*[lambda claimed=claimed: relay.deliver(claimed)] * 4)
        drain_all()
        assert seen[0] == [_round]


def test_P26_control_read_then_mark_claims_the_same_event_twice() -> None:
    """What the claim would be without its lock."""
    announce(0)

    def naive_claim() -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT id FROM core_outboxevent WHERE attempts = 0 ORDER BY id LIMIT 1")
            (found,) = cursor.fetchone()
            time.sleep(0.05)
            cursor.execute("UPDATE core_outboxevent SET attempts = 1 WHERE id = %s", [found])
        return int(found)

    claimed = together(*[naive_claim] * 4)
    assert len(set(claimed)) < len(claimed), "the race doesn't show: this control proves nothing any more"

    OutboxEvent.objects.update(attempts=0)
    with_lock = [each.id for each in together(*[relay.claim] * 4) if isinstance(each, relay.Claimed)]
    assert len(set(with_lock)) == len(with_lock)
