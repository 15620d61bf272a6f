"""A request that loses a deadlock runs again, and takes effect once. The control shows what it would be without."""

import os
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import psycopg2
import pytest
from django.db import connection, connections
from django.test import Client

from mom.accounts.models import User
from mom.core.db import retry
from mom.work.models import JobOrder, JobResponse
from tests.factories.work import job_of, make_order

pytestmark = pytest.mark.django_db(transaction=True)
Send = Callable[[Client, JobOrder], Any]


def by_api(client: Client, job: JobOrder) -> Any:
    path = f"/api/v1/work/job-orders/{job.pk}/start/"
    return client.post(path, {}, content_type="application/json", headers={"Idempotency-Key": str(uuid.uuid4())})


def by_page(client: Client, job: JobOrder) -> Any:
    return client.post(f"/jobs/{job.code}/start/", {"version": job.version, "op_uuid": str(uuid.uuid4())})


@pytest.fixture
def rival(transactional_db: None) -> Iterator[Any]:
    """Another transaction, which takes the rows of a start in the wrong order: the order first, then its job."""
    address = os.environ.get("DATABASE_OWNER_URL") or os.environ["DATABASE_URL"]
    other = psycopg2.connect(address, dbname=connection.settings_dict["NAME"])
    with other.cursor() as cursor:
        cursor.execute("SET deadlock_timeout = '30s'")  # the request is the one that looks for the ring, however slow
        yield cursor
    other.close()


def wait_until_somebody_waits(cursor: Any) -> None:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event_type = 'Lock' AND pid <> pg_backend_pid()"
        )
        if cursor.fetchone()[0]:
            return
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        time.sleep(0.02)
    raise AssertionError("The request never came to wait.")


def deadlocked(rival: Any, owner: User, job: JobOrder, send: Send) -> Any:
    """The answer to a start that holds the job while the rival holds its order, each waiting for the other's.

    The rival doesn't look for the ring, so the request is the one that yields.
    """
    client, found = Client(raise_request_exception=False), []
    client.force_login(owner, backend="mom.accounts.backends.PasswordBackend")

    def ask() -> None:
        try:
            found.append(send(client, job))
        finally:
            connections.close_all()

    rival.execute("SELECT 1 FROM work_workrequest WHERE id = %s FOR UPDATE", [job.work_request_id])
    request = threading.Thread(target=ask)
    request.start()
    wait_until_somebody_waits(rival)
    rival.execute("SELECT 1 FROM work_joborder WHERE id = %s FOR UPDATE", [job.pk])
    rival.connection.rollback()
    request.join(30)
    return found[0]


@pytest.mark.parametrize(("send", "status"), [(by_api, 200), (by_page, 302)], ids=["api", "page"])
def test_P30_request_that_lost_a_deadlock_takes_effect_once(
    rival: Any, owner: User, site: Any, send: Send, status: int
) -> None:
    job = job_of(make_order(site))
    assert deadlocked(rival, owner, job, send).status_code == status
    assert JobOrder.objects.get(pk=job.pk).status == "running"
    assert JobResponse.objects.filter(job_order=job).count() == 1


@pytest.mark.parametrize(("send", "status"), [(by_api, 503), (by_page, 500)], ids=["api", "page"])
def test_P30_request_that_lost_a_deadlock_control_without_the_retry(
    rival: Any, owner: User, site: Any, monkeypatch: pytest.MonkeyPatch, send: Send, status: int
) -> None:
    monkeypatch.setattr(retry, "_YIELDED", frozenset())
    job = job_of(make_order(site))
    assert deadlocked(rival, owner, job, send).status_code == status
    assert not JobResponse.objects.filter(job_order=job).exists()
