"""Is the system well? `/readyz` answers proxies and containers, `/healthz` people and alarms."""

import importlib.metadata
import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from mom.core import clock, relay
from mom.core.models import WorkerHeartbeat

OLDEST_HEARTBEAT = 120  # seconds
LONGEST_LAG = 60  # seconds


def report() -> dict[str, Any]:
    """How each part is: `ok` for the whole, then version, database, broker, workers and outbox, each with its `ok`."""
    parts: dict[str, dict[str, Any]] = {"database": _checked(_database), "broker": _checked(_broker)}
    if parts["database"]["ok"]:
        parts |= {"workers": _checked(_workers), "outbox": _checked(_outbox)}
    return {"ok": all(part["ok"] for part in parts.values()), "version": version(), "at": clock.now(), **parts}


def part(name: str) -> dict[str, Any]:
    """How one part is: broker, workers or outbox."""
    return _checked({"broker": _broker, "workers": _workers, "outbox": _outbox}[name])


def version() -> str:
    """The version of this software."""
    try:
        return importlib.metadata.version("mom")
    except importlib.metadata.PackageNotFoundError:
        return str(getattr(settings, "VERSION", "development"))


@never_cache
@require_safe
def healthz(_request: HttpRequest) -> JsonResponse:
    """The report; 503 when any part is not well."""
    found = report()
    return JsonResponse(found, status=200 if found["ok"] else 503)


@never_cache
@require_safe
def readyz(_request: HttpRequest) -> JsonResponse:
    """Whether this process can answer requests, which needs PostgreSQL only."""
    found = _checked(_database)
    return JsonResponse({"ok": found["ok"]}, status=200 if found["ok"] else 503)


_PUBLIC = "Supervisors and proxies ask it without signing in; it reads no business data."
healthz.public_because = readyz.public_because = _PUBLIC  # type: ignore[attr-defined]


def _checked(check: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    started = time.monotonic()
    try:
        found = check()
    except Exception as error:  # noqa: BLE001 - whatever goes wrong, that part is not well; no detail leaves the house
        found = {"ok": False, "error": type(error).__name__}
    return {**found, "milliseconds": round((time.monotonic() - started) * 1000, 1)}


def _database() -> dict[str, Any]:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        connection.close()
        raise
    return {"ok": True}


def _broker() -> dict[str, Any]:
    import redis  # only this check needs the client

    client = redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=1, socket_timeout=1)
    try:
        client.ping()
    finally:
        client.close()
    return {"ok": True}


def _workers() -> dict[str, Any]:
    from celery import current_app  # the queues stand in the Celery app

    now = clock.now()
    stamps = dict(WorkerHeartbeat.objects.values_list("queue", "stamped_at"))
    names = [queue.name for queue in current_app.conf.task_queues or ()]
    ages = {name: (now - at).total_seconds() if (at := stamps.get(name)) else None for name in names}
    queues = {
        name: {"ok": age is not None and age <= OLDEST_HEARTBEAT, "seconds_ago": age if age is None else round(age, 1)}
        for name, age in ages.items()
    }
    return {"ok": all(queue["ok"] for queue in queues.values()), "queues": queues}


def _outbox() -> dict[str, Any]:
    found = relay.state()
    return {
        "ok": found.dead == 0 and found.lag_seconds <= LONGEST_LAG,
        "lag_seconds": round(found.lag_seconds, 1),
        "pending": found.pending,
        "dead": found.dead,
        "often_tried": found.often_tried,
    }
