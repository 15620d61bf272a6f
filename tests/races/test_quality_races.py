"""Several measure, report and decide at the same moment. Controls show each race without its guard."""

import os
import threading
import uuid
from collections.abc import Iterator
from typing import Any

import psycopg2
import pytest
from django.db import connection

from mom.core import invariants
from mom.core.testing import acting
from quality.models import ControlChart, Inspection, Nonconformance, Sample
from quality.services import coming_due
from quality.services import nonconformance as nonconformances
from quality.services import sample as samples
from tests.factories.quality import Floor, bore
from tests.races.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def all_holds() -> Iterator[None]:
    """After the race every invariant holds, the audit chain too."""
    yield
    assert list(invariants.violations()) == []


@pytest.fixture
def owner_cursor(transactional_db: None) -> Iterator[Any]:
    """The owner of the tables, who can take a guard away for a control."""
    address = os.environ.get("DATABASE_OWNER_URL") or os.environ["DATABASE_URL"]
    owning = psycopg2.connect(address, dbname=connection.settings_dict["NAME"])
    owning.autocommit = True
    with owning.cursor() as cursor:
        yield cursor
    owning.close()


def test_two_signals_at_once_open_one_nonconformance(site: Any, all_holds: None) -> None:
    floor = Floor(site)
    floor.steady()
    for code in ("L-1", "L-2", "L-3"):
        floor.produce(code)

    found = at_once([lambda: floor.measure("10.4", "10.4", "10.4")] * 4)

    assert all(isinstance(each, Sample) for each in found), found
    ncr = Nonconformance.objects.get()
    assert {each.nonconformance_id for each in found} == {ncr.pk}
    assert sorted(each.number for each in found) == [5, 6, 7, 8]
    assert sorted(line.lot.code for line in ncr.lines.all() if line.lot) == ["L-1", "L-2", "L-3"]


def test_two_signals_control_without_the_chart_s_lock_open_two(
    site: Any, owner_cursor: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    floor = Floor(site)
    floor.steady()
    owner_cursor.execute("DROP INDEX quality_nonconformance_one_open_a_chart")
    owner_cursor.execute("ALTER TABLE quality_sample DROP CONSTRAINT quality_sample_number_unique_on_chart")
    both = threading.Barrier(2)

    def chart_without_lock(new: Any) -> ControlChart:
        about = new.characteristic
        rows = ControlChart.objects.select_related("site", "material")
        return rows.get(plan_code=about.control_plan.code, characteristic_code=about.code)

    def look_together(chart: ControlChart) -> Nonconformance | None:
        present = Nonconformance.objects.filter(chart=chart).first()
        both.wait(10)
        return present

    monkeypatch.setattr(samples, "_chart", chart_without_lock)
    monkeypatch.setattr(nonconformances, "open_of_chart", look_together)
    found = at_once([lambda: floor.measure("10.4", "10.4", "10.4")] * 2)

    assert all(isinstance(each, Sample) for each in found), found
    assert Nonconformance.objects.count() == 2


def test_the_same_tap_twice_at_once_is_one_sample(site: Any, all_holds: None) -> None:
    floor, key = Floor(site), uuid.uuid4()
    found = at_once([lambda: floor.measure("10", "10", "10.1", op_uuid=key)] * 4)
    assert {getattr(each, "pk", each) for each in found} == {Sample.objects.get().pk}


def test_an_inspection_comes_due_once_however_many_hear_of_it(site: Any, all_holds: None) -> None:
    floor = Floor(site, bore(every_pieces=10))
    floor.report(10)

    def heard() -> list[Inspection]:
        with acting() as act:
            return coming_due.after_pieces(act, floor.job.pk)

    found = at_once([heard] * 4)

    assert sorted(len(each) for each in found) == [0, 0, 0, 1], found
    assert Inspection.objects.get().occurrence == "pieces:10:1"


def test_two_enter_the_two_halves_of_an_inspection_and_it_ends_once(site: Any, all_holds: None) -> None:
    from quality.services import inspection

    floor = Floor(site)
    asked = inspection.ask(floor.actor, floor.job.pk)
    found = at_once([
        lambda: floor.measure("10", "10", "10.1", inspection=asked),
        lambda: floor.measure(code="2", inspection=asked),
    ])  # fmt: skip
    assert all(isinstance(each, Sample) for each in found), found
    asked.refresh_from_db()
    assert asked.status == "passed"
