"""P26, P27 with a real worker and a real broker: killed with kill -9, the broker wiped under load, nothing is lost."""

import json
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import redis
from django.conf import settings as django_settings

from mom.celery import QUEUES
from mom.celery import app as celery
from mom.core import bell, invariants
from mom.core.actor import system_actor
from mom.core.delivery import endpoints
from mom.core.models import Delivery
from mom.core.use_case import use_case
from mom.events.work import WorkReported
from tests.bench.broker import wait_until
from tests.bench.database import Bench
from tests.bench.processes import Process, environment_of
from tests.core.delivery.receiver import Receiver

EVENTS, KILLS = 60, 2
pytestmark = [pytest.mark.broker, pytest.mark.django_db(transaction=True)]


def start_worker(bench: Bench, broker: str, log: Path) -> Process:
    arguments = [sys.executable, "-m", "celery", "-A", "mom.celery", "worker", "-P", "prefork", "-c", "1"]
    arguments += ["--without-gossip", "--without-mingle", "-l", "WARNING", "-Q", ",".join(QUEUES)]
    worker = Process(["setsid", *arguments], environment_of(bench, broker), log)
    wait_until(lambda: worker.is_alive() and celery.control.ping(timeout=1), timeout=90, what="the worker's answering")
    return worker


def kill(worker: Process) -> None:
    """kill -9 of the worker and of its children, which share a session of their own."""
    os.killpg(worker.popen.pid, signal.SIGKILL)
    worker.popen.wait(10)


def sweep() -> None:
    """What beat does every 15 s."""
    bell._rests_until = 0.0
    celery.send_task("mom.core.tasks.drain_outbox", queue="outbox", expires=15)
    celery.send_task("mom.core.tasks.drain_deliveries", queue="outbox", expires=15)


def test_P27_deliveries_survive_kills_and_flushall_under_load(
    plant: None, receiver: Receiver, bench: Bench, broker: str, tmp_path: Path, monkeypatch: Any
) -> None:
    monkeypatch.setattr(bell, "_rests_until", 0.0)
    endpoints.create(system_actor("test"), "P1", name="ERP", url=receiver.url, events=["work.work_reported"])
    for round_number in range(KILLS + 1):
        worker = start_worker(bench, broker, tmp_path / f"{round_number}.log")
        try:
            for number in range(round_number * EVENTS, (round_number + 1) * EVENTS):
                with use_case(system_actor("test")) as act:
                    act.publish(WorkReported("P1", ()), key=f"lane:{number % 3}")
                if number % 20 == 10:
                    with redis.Redis.from_url(django_settings.REDIS_URL) as client:
                        client.flushall()
            sweep()
            if round_number < KILLS:
                before = len(receiver.got)
                wait_until(lambda before=before: len(receiver.got) > before + 5, what="the first messages")
            else:
                until_quiet()
        finally:
            kill(worker)

    by_key: dict[str, list[int]] = {}
    seen: set[str] = set()
    for got in receiver.got:
        body = json.loads(got.body)
        if body["id"] not in seen:
            seen.add(body["id"])
            by_key.setdefault(body["key"], []).append(body["sequence"])
    total = (KILLS + 1) * EVENTS
    assert len(seen) == total, "none lost, and a doubled one has the same id"
    assert {key: numbers == list(range(1, total // 3 + 1)) for key, numbers in by_key.items()} == dict.fromkeys(
        ["lane:0", "lane:1", "lane:2"], True
    )
    assert list(invariants.violations()) == []


def until_quiet() -> None:
    """Leases of the killed end at once here; then everything goes."""
    deadline = time.monotonic() + 60
    while Delivery.objects.exclude(state="sent").exists() or Delivery.objects.count() < (KILLS + 1) * EVENTS:
        assert time.monotonic() < deadline, Delivery.objects.exclude(state="sent").count()
        from mom.core.models import OutboxEvent

        Delivery.objects.filter(state="sending").update(available_at="2020-01-01T00:00:00Z")
        OutboxEvent.objects.filter(done_at=None).update(available_at="2020-01-01T00:00:00Z")
        sweep()
        time.sleep(1)
