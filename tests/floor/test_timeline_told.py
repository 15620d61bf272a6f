"""What open pages are told of a batch: each machine that moved, or, where these are very many, only that some did."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mom.accounts.models import Site
from tests.factories.plant import make_equipment
from tests.floor.timelines import at, lay, said

pytestmark = pytest.mark.django_db


def told(site: Site, start: int) -> list[str]:
    machines = [make_equipment(site, f"T-{start + number}") for number in range(2)]
    with CaptureQueriesContext(connection) as asked:
        lay(machines[0], [said(machine, 0, "run") for machine in machines], now=at(1))
    return [each["sql"] for each in asked if "pg_notify" in each["sql"] and "machine" in each["sql"]]


def test_each_machine_is_told_of_by_its_code(site: Site) -> None:
    (statement,) = told(site, 0)
    assert "plant_equipment" in statement


def test_very_many_machines_are_told_of_at_once(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mom.floor.services.timeline.MOST_TOLD", 1)
    (statement,) = told(site, 10)
    assert f"{site.code}|machine||" in statement
