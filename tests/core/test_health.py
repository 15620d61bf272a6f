"""The health report says 503 for any part that is not well; readiness needs PostgreSQL only."""

import json

import pytest
from django.db import OperationalError, connection
from django.test import RequestFactory

from mom.core import clock, health, tasks
from mom.core.models import OutboxEvent, WorkerHeartbeat

pytestmark = pytest.mark.django_db


@pytest.fixture
def queues(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """All queues answer, and so does the broker."""
    from mom.celery import QUEUES

    monkeypatch.setattr(health, "_broker", lambda: {"ok": True})
    for queue in QUEUES:
        tasks.stamp_heartbeat(queue)
    return list(QUEUES)


def answer(view, method: str = "get"):  # type: ignore[no-untyped-def]
    response = view(getattr(RequestFactory(), method)("/"))
    return response.status_code, json.loads(response.content or b"{}")


def event(**values: object) -> None:
    at = clock.now()
    OutboxEvent.objects.create(topic="t", key="k", seq=1, payload={}, created_at=at, **{"available_at": at, **values})


def test_health_is_well_when_every_part_is(queues: list[str]) -> None:
    status, report = answer(health.healthz)

    assert status == 200, report
    assert set(report["workers"]["queues"]) == set(queues)
    assert report["version"]


def test_health_without_broker_is_503_and_readiness_is_not_touched(
    queues: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def dead() -> dict[str, object]:
        raise ConnectionRefusedError("redis://user:geheim@host")

    monkeypatch.setattr(health, "_broker", dead)
    status, report = answer(health.healthz)

    assert status == 503
    assert report["broker"]["error"] == "ConnectionRefusedError"
    assert "geheim" not in str(report)
    assert answer(health.readyz)[0] == 200


def test_health_with_a_silent_queue_is_503(queues: list[str]) -> None:
    WorkerHeartbeat.objects.filter(queue="kpi").update(stamped_at="2020-01-01T00:00:00Z")
    status, report = answer(health.healthz)

    assert status == 503
    assert [name for name, queue in report["workers"]["queues"].items() if not queue["ok"]] == ["kpi"]


def test_health_with_a_dead_letter_or_lag_is_503(queues: list[str]) -> None:
    event(dead_at=clock.now())
    assert answer(health.healthz)[1]["outbox"]["dead"] == 1
    OutboxEvent.objects.update(dead_at=None, available_at="2020-01-01T00:00:00Z")
    status, report = answer(health.healthz)

    assert status == 503
    assert report["outbox"]["lag_seconds"] > 60


def test_readiness_without_database_is_503_and_tells_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone() -> None:
        raise OperationalError("host=secret")

    monkeypatch.setattr(connection, "cursor", gone)
    monkeypatch.setattr(connection, "close", lambda: None)

    status, report = answer(health.readyz)
    assert (status, report) == (503, {"ok": False})
    status, report = answer(health.healthz)
    assert status == 503
    assert "secret" not in str(report)


def test_health_answers_reading_requests_only(queues: list[str]) -> None:
    assert health.healthz(RequestFactory().post("/")).status_code == 405
    assert health.readyz(RequestFactory().delete("/")).status_code == 405
