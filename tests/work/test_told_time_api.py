"""A command in the API may say when it happened, within bounds; the stretch of work and its labour follow."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from mom.core import clock
from mom.work.models import JobOrder, JobResponse, LabourEntry
from tests.factories.work import job_of, make_machine, make_order, make_person

pytestmark = pytest.mark.django_db
JOBS = "/api/v1/work/job-orders/"


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
