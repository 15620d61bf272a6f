"""What jobs add to the pages of machines."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from mom.core.actor import system_actor
from mom.plant.models import Equipment
from mom.work.selectors.job_order import jobs_at
from mom.work.views import panels
from tests.factories.work import give, job_of, make_machine, make_order

pytestmark = pytest.mark.django_db


def signed_in(user: Any) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(user, backend="mom.accounts.backends.PasswordBackend")
    return client


def test_column_names_the_jobs_in_work_and_links_the_only_one(site: Any) -> None:
    machine = make_machine(site)
    job = give(job_of(make_order(site, "WO-1", machine=machine)), "start")
    make_order(site, "WO-2", machine=machine)  # waits, so it is not in work
    row = panels.with_jobs(Equipment.objects.filter(pk=machine.pk)).get()
    assert (row.job_count, panels.codes_shown(row)) == (1, job.code)
    assert panels.job_address(row) == f"/jobs/{job.code}/"


def test_column_of_a_shared_station_counts_what_it_leaves_out() -> None:
    row = SimpleNamespace(job_codes=["A-10", "B-10", "C-10", "D-10"])
    assert panels.codes_shown(row) == "A-10, B-10 +2"
    assert panels.job_address(row) is None
    assert panels.codes_shown(SimpleNamespace(job_codes=None)) == ""


def test_jobs_at_a_machine_stand_begun_first(site: Any) -> None:
    machine = make_machine(site)
    make_order(site, "WO-1", machine=machine)
    job = give(job_of(make_order(site, "WO-2", machine=machine)), "start")
    assert [each.code for each in jobs_at(system_actor("test"), machine)] == [job.code, "WO-1-10"]


def test_machine_page_shows_its_jobs_and_says_when_there_are_none(owner: Any, site: Any) -> None:
    machine = make_machine(site)
    page = signed_in(owner)
    assert "No job is here or on its way." in page.get(f"/machines/{machine.code}/").content.decode()
    make_order(site, "WO-1", machine=machine)
    assert "/jobs/WO-1-10/" in page.get(f"/machines/{machine.code}/").content.decode()
