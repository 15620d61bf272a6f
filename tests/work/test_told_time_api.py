"""A command in the API may say when it happened, within bounds; the stretch of work and its labour follow."""

import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest

from mom.core import clock
from mom.work.models import Alert, JobOrder, JobResponse, LabourEntry
from tests.factories.alerts import make_team
from tests.factories.plant import make_reason
from tests.factories.work import job_of, make_machine, make_order, make_person

pytestmark = pytest.mark.django_db
JOBS = "/api/v1/work/job-orders/"
STOPS = "/api/v1/work/stops/"
ALERTS = "/api/v1/work/alerts/"


@pytest.fixture
def api(owner: Any, client_of: Any) -> Any:
    return client_of(owner)


@pytest.fixture
def job(site: Any) -> JobOrder:
    make_person(site, "ID7")
    return job_of(make_order(site, machine=make_machine(site)))


def say(api: Any, job: JobOrder, command: str, at: datetime, **body: Any) -> Any:
    return api.send("post", f"{JOBS}{job.pk}/{command}/", {"occurred_at": at.isoformat(), **body})


def test_told_times_are_those_of_work_and_labour(api: Any, job: JobOrder) -> None:
    """By hand: started 60 and finished 15 minutes ago: 45 minutes of work, whenever the answer comes."""
    now = clock.now()
    begun, over = now - timedelta(minutes=60), now - timedelta(minutes=15)
    assert say(api, job, "start", begun, person="ID7").status_code == 200
    assert say(api, job, "finish", over).json()["status"] == "completed"
    for row in (JobResponse.objects.get(), LabourEntry.objects.get()):
        assert (row.started_at, row.ended_at, row.duration) == (begun, over, timedelta(minutes=45))
        assert row.recorded_at >= now


def test_setup_and_production_have_told_times_too(api: Any, job: JobOrder) -> None:
    now = clock.now()
    assert say(api, job, "begin-setup", now - timedelta(minutes=30)).status_code == 200
    assert say(api, job, "begin-production", now - timedelta(minutes=10)).status_code == 200
    assert say(api, job, "join", now - timedelta(minutes=5), person="ID7").status_code == 200
    assert say(api, job, "leave", now - timedelta(minutes=4), person="ID7").status_code == 200
    first, second = JobResponse.objects.order_by("started_at")
    assert (first.duration, second.started_at) == (timedelta(minutes=20), now - timedelta(minutes=10))
    assert LabourEntry.objects.get().duration == timedelta(minutes=1)


@pytest.mark.parametrize("minutes", [3, -31 * 24 * 60], ids=["future", "too long ago"])
def test_time_out_of_reach_is_refused(api: Any, job: JobOrder, minutes: int) -> None:
    answer = say(api, job, "start", clock.now() + timedelta(minutes=minutes))
    assert (answer.status_code, list(answer.json()["fields"])) == (422, ["occurred_at"])
    assert not JobResponse.objects.exists()


def test_clock_a_little_ahead_is_now(api: Any, job: JobOrder) -> None:
    assert say(api, job, "start", clock.now() + timedelta(minutes=1)).status_code == 200
    assert JobResponse.objects.get().started_at <= clock.now()


def test_time_before_the_last_act_is_refused(api: Any, job: JobOrder) -> None:
    now = clock.now()
    say(api, job, "start", now - timedelta(minutes=10))
    answer = say(api, job, "pause", now - timedelta(minutes=20))
    assert (answer.status_code, answer.json()["code"]) == (409, "told_too_late")
    assert JobResponse.objects.get().ended_at is None


def test_stop_its_end_and_its_reason_have_told_times(api: Any, job: JobOrder, site: Any) -> None:
    """By hand: it stood from 40 to 25 minutes ago, and 30 minutes ago somebody said why."""
    now = clock.now()
    make_reason(site, "JAM")
    say(api, job, "start", now - timedelta(minutes=60))
    machine = job.equipment
    assert machine is not None
    body = {"site": site.code, "machine": machine.code, "op_uuid": str(uuid.uuid4())}
    stands = api.send("post", STOPS, {**body, "occurred_at": (now - timedelta(minutes=40)).isoformat()})
    assert stands.status_code == 201, stands.content
    address = f"{STOPS}{stands.json()['id']}/"
    early = {"op_uuid": str(uuid.uuid4()), "reason": "JAM", "occurred_at": (now - timedelta(minutes=45)).isoformat()}
    refused = api.send("post", f"{address}explain/", early)
    assert (refused.status_code, refused.json()["code"]) == (409, "told_too_late")
    said = api.send("post", f"{address}explain/", {**early, "occurred_at": (now - timedelta(minutes=30)).isoformat()})
    assert said.status_code == 200, said.content
    over = {"occurred_at": (now - timedelta(minutes=25)).isoformat()}
    ended = api.send("post", f"{STOPS}{said.json()['id']}/end/", over)
    assert (ended.status_code, ended.json()["reason"]) == (200, "JAM")
    stood = JobResponse.objects.get(is_stop=True, reverses=None, reversal=None)
    assert (stood.started_at, stood.duration) == (now - timedelta(minutes=40), timedelta(minutes=15))


@pytest.mark.parametrize("kind", ["help", "state"])
def test_alert_has_the_told_time_and_waits_from_its_receipt(api: Any, site: Any, kind: str) -> None:
    now = clock.now()
    make_machine(site, "CNC-09")
    make_team(site, "MAINT")
    body = {"op_uuid": str(uuid.uuid4()), "site": site.code, "kind": kind, "machine": "CNC-09", "team": "MAINT",
            "title": "Coolant"}  # fmt: skip
    for wrong in (now + timedelta(minutes=3), now - timedelta(days=31)):
        refused = api.send("post", ALERTS, {**body, "occurred_at": wrong.isoformat()})
        assert (refused.status_code, list(refused.json()["fields"])) == (422, ["occurred_at"])
    told = {**body, "occurred_at": (now - timedelta(minutes=10)).isoformat()}
    for _again in range(2):
        assert api.send("post", ALERTS, told).status_code == 201
    alert = Alert.objects.get()
    assert (alert.raised_at, alert.raise_count) == (now - timedelta(minutes=10), 1)
    assert alert.waiting_since >= now
