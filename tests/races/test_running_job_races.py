"""Two people at one machine at the same instant: one stop, one open stretch, whoever was first."""

import threading
import uuid
from typing import Any

import pytest
from django.db import connection

from mom.core.actor import system_actor
from mom.core.errors import MomError
from mom.work.models import JobResponse
from mom.work.services import running_job, stop
from tests.factories.accounts import make_site
from tests.factories.work import give, job_of, make_machine, make_order

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*acts: Any) -> list[str]:
    """What became of acts begun at the same instant, each on a connection of its own."""
    barrier, outcomes = threading.Barrier(len(acts)), []

    def run(act: Any) -> None:
        try:
            barrier.wait(10)
            act()
            outcomes.append("done")
        except MomError as error:
            outcomes.append(error.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return sorted(outcomes)


def test_two_stops_of_a_running_job_leave_one_open() -> None:
    site, actor = make_site("P1"), system_actor("test")
    machine = make_machine(site)
    job = give(job_of(make_order(site, machine=machine)), "start")
    for _round in range(5):
        at_once(*(lambda: stop.begin(actor, machine, op_uuid=uuid.uuid4()) for _person in range(2)))
        assert JobResponse.objects.filter(job_order=job, ended_at=None).count() == 1
        running_job.begin_production(actor, job.pk)


def test_two_stops_of_a_machine_without_a_job_leave_one_open() -> None:
    site, actor = make_site("P1"), system_actor("test")
    machine = make_machine(site)
    for _round in range(5):
        found = at_once(*(lambda: stop.begin(actor, machine, op_uuid=uuid.uuid4()) for _person in range(2)))
        assert set(found) <= {"done", "stop_reported"}
        (open_one,) = JobResponse.objects.filter(equipment=machine, ended_at=None)
        stop.end(actor, open_one.pk)


@pytest.mark.parametrize("has_job", [True, False], ids=["with a job", "without"])
def test_P01_one_tap_sent_twice_at_once_is_one_stop(has_job: bool) -> None:
    site, actor = make_site("P1"), system_actor("test")
    machine = make_machine(site)
    if has_job:
        give(job_of(make_order(site, machine=machine)), "start")
    for _round in range(5):
        key = uuid.uuid4()
        assert at_once(*(lambda key=key: stop.begin(actor, machine, op_uuid=key) for _time in range(2))) == ["done"] * 2
        assert JobResponse.objects.filter(op_uuid=key).count() == 1
