"""P01, P26, P27: the relay is killed again and again in the middle; each effect is there once and in order."""

import random
import sys
import time
from pathlib import Path

import pytest

from mom.core import audit, invariants
from mom.core.actor import system_actor
from mom.core.models import AuditEntry, OutboxEvent
from mom.core.use_case import use_case
from mom.events.work import WorkReported
from tests.bench.broker import wait_until
from tests.bench.database import Bench
from tests.bench.processes import Process

EVENTS, KILLS = 120, 4


@pytest.mark.django_db(transaction=True)
def test_P26_outbox_effects_are_once_and_in_order_when_the_relay_is_killed(bench: Bench, tmp_path: Path) -> None:
    for number in range(EVENTS):
        with use_case(system_actor("test")) as act:
            act.publish(WorkReported(f"{number % 3}-{number:04d}", ()), key=f"lane:{number % 3}")
    chance = random.Random(26)

    def left() -> int:
        return OutboxEvent.objects.filter(done_at=None).count()

    for kill in range(KILLS + 1):
        relay = Process(
            [sys.executable, "-m", "tests.core.killed_relay"], {"DATABASE_URL": bench.url()}, tmp_path / f"{kill}.log"
        )
        try:
            wait_until(lambda relay=relay: relay.is_alive() and "ready" in relay.output(), what="the relay's start")
            if kill < KILLS:
                time.sleep(chance.uniform(0.1, 0.5))
                assert left() > 0, "the kills come too late to prove anything"
            else:
                wait_until(lambda: left() == 0, timeout=30, what="the end of the outbox")
        finally:
            relay.popen.kill()
            relay.popen.wait(10)

    effects = list(
        AuditEntry.objects.filter(action="test.effect").order_by("pk").values_list("subject_label", flat=True)
    )
    assert len(effects) == len(set(effects)) == EVENTS
    for lane in "012":
        in_lane = [effect for effect in effects if effect.startswith(lane)]
        assert in_lane == sorted(in_lane)
    assert audit.verify() == []
    assert list(invariants.violations()) == []
