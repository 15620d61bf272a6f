"""P27 with a real worker and a real broker: the bell may be lost, the row is not."""

from datetime import UTC, datetime

import pytest
import redis
from django.conf import settings

from mom.celery import QUEUES
from mom.celery import app as celery
from mom.core import bell, health, tasks
from mom.core.actor import system_actor
from mom.core.models import OutboxEvent, WorkerHeartbeat
from mom.core.use_case import use_case
from mom.events.work import JobOrderStatusChanged
from tests.bench.broker import wait_until
from tests.bench.processes import Process
from tests.factories.accounts import make_site

pytestmark = [pytest.mark.broker, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def site(transactional_db: None) -> None:
    """The plant of the events: subscribers read it."""
    make_site("TEST")


def announce(count: int) -> None:
    for number in range(count):
        with use_case(system_actor("test")) as act:
            moved = JobOrderStatusChanged("TEST", number, f"J{number}", "start", "ready", "running", datetime.now(UTC))
            act.publish(moved, key=f"job_order:{number % 3}")


def worker_rests() -> bool:
    """Whether no bell is on its way and no worker is at one, so that the next rows are found by nobody."""
    bell.wait_for_bells()
    asked = celery.control.inspect(timeout=2)
    held = [asked.active(), asked.reserved()]
    with redis.Redis.from_url(settings.REDIS_URL) as broker:
        is_waiting = any(broker.llen(queue) for queue in QUEUES)
    return not is_waiting and all(found and not any(found.values()) for found in held)


def undelivered() -> int:
    return OutboxEvent.objects.filter(topic="work.job_order_status_changed", done_at=None).count()


def test_P27_outbox_is_drained_by_the_bell_and_after_its_loss_by_the_sweeper(
    celery_worker_process: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bell, "_rests_until", 0.0)
    announce(5)
    wait_until(lambda: undelivered() == 0, what="delivery by the bell")
    wait_until(worker_rests, what="the worker's rest")

    with redis.Redis.from_url(settings.REDIS_URL) as broker:
        with monkeypatch.context() as deaf:
            deaf.setattr(bell, "ring", lambda *_args, **_options: False)
            announce(5)
            bell.wait_for_bells()
        broker.flushall()
    assert undelivered() == 5

    celery.send_task("mom.core.tasks.drain_outbox", queue="outbox", expires=15)  # what beat does every 15 s
    wait_until(lambda: undelivered() == 0, what="delivery by the sweeper")


def test_heartbeats_are_stamped_by_a_worker_of_each_queue(
    celery_worker_process: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bell, "_rests_until", 0.0)
    tasks.ring_heartbeats()

    wait_until(lambda: WorkerHeartbeat.objects.exclude(stamped_at=None).count() == len(QUEUES), what="the stamps")
    report = health.report()
    assert report["ok"], report


def test_use_case_commits_while_the_broker_is_down(monkeypatch: pytest.MonkeyPatch) -> None:
    """The settings point at a port where nothing listens unless a test asks for the broker."""
    monkeypatch.setattr(bell, "_rests_until", 0.0)
    monkeypatch.setattr(celery.conf, "broker_url", "redis://127.0.0.1:1/0")
    announce(3)

    assert undelivered() == 3
