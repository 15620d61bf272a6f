"""Two schedulers, and two who call at once. Controls show each race without its guard."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from maintenance.models import MaintenanceJob, MaintenancePlan, MaintenanceRequest, PlanOccurrence
from maintenance.services import maintenance_request, plan_generation, plan_occurrence
from maintenance.services.maintenance_request import NewRequest
from mom.core import clock, invariants, relay
from mom.core.errors import Conflict
from mom.core.testing import acting
from mom.plant.models import Equipment
from mom.work.models import EquipmentReservation
from tests.factories.floor import make_stop
from tests.factories.maintenance import SYSTEM, make_meter_plan, make_plan, tell_cycles
from tests.factories.work import make_machine
from tests.races.test_stock_races import owner_cursor
from tests.races.threads import at_once

__all__ = ["owner_cursor"]
pytestmark = pytest.mark.django_db(transaction=True)
GUARDS = ("once", "one_open", "date_once")


@pytest.fixture
def all_holds() -> Iterator[None]:
    """After the race every invariant holds."""
    yield
    relay.drain()
    names = [found.invariant.name for found in invariants.violations()]
    assert [name for name in names if name != "floor.stops_are_their_intervals"] == []  # a stop of the factory has none


@pytest.fixture
def press(site: Any) -> Equipment:
    return make_machine(site, "PRESS-1")


@contextmanager
def without_the_lock(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Plans are read and not locked."""

    def unlocked(pk: int) -> MaintenancePlan | None:
        return MaintenancePlan.objects.select_related("site", "equipment__site", "job_plan").filter(pk=pk).first()

    with monkeypatch.context() as patched:
        patched.setattr(plan_generation, "locked_plan", unlocked)
        patched.setattr(plan_occurrence, "locked_plan", unlocked)
        yield


def test_p02_four_schedulers_make_the_job_of_a_meter_plan_once(press: Equipment, all_holds: None) -> None:
    make_meter_plan(press, 100)
    tell_cycles(press, 100)

    found = at_once([lambda: plan_generation.generate_due(SYSTEM)] * 4)

    assert sorted(found) == [0, 0, 0, 1]
    assert (MaintenanceJob.objects.count(), PlanOccurrence.objects.count()) == (1, 1)
    assert EquipmentReservation.objects.count() == 1
    tell_cycles(press, 400)
    assert at_once([lambda: plan_generation.generate_due(SYSTEM)] * 4) == [0, 0, 0, 0]


def test_p02_without_the_lock_the_database_still_lets_one_through(
    press: Equipment, all_holds: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = make_plan(press, rule="FREQ=DAILY", starts_at=clock.now())
    with without_the_lock(monkeypatch):
        found = at_once([lambda: plan_generation.generate(SYSTEM, plan.pk)] * 4)
    assert sum(each is True for each in found) == 1
    assert all(each in (True, False) or isinstance(each, Conflict) for each in found)
    assert MaintenanceJob.objects.count() == 1


def test_p02_control_without_lock_and_guards_a_plan_comes_due_more_than_once(
    press: Equipment,
    monkeypatch: pytest.MonkeyPatch,
    owner_cursor: Any,
) -> None:
    plan = make_plan(press, rule="FREQ=DAILY", starts_at=clock.now())
    for index in ("maintenance_planoccurrence_one_open", "maintenance_planoccurrence_date_once"):
        owner_cursor.execute(f"DROP INDEX {index}")
    owner_cursor.execute("ALTER TABLE maintenance_planoccurrence DROP CONSTRAINT maintenance_planoccurrence_once")
    with without_the_lock(monkeypatch):
        found = at_once([lambda: plan_generation.generate(SYSTEM, plan.pk)] * 6)
    assert sum(each is True for each in found) > 1, found


def test_p03_two_calls_for_one_trouble_are_one_request(press: Equipment, all_holds: None) -> None:
    make_stop(press.site, press, started_at=clock.now(), ended_at=None)

    def call() -> int:
        machine = Equipment.objects.select_related("site").get(pk=press.pk)
        return maintenance_request.report(SYSTEM, machine, NewRequest("ELU", "now"), op_uuid=uuid.uuid4()).pk  # type: ignore[arg-type]

    found = at_once([call] * 5)

    assert len(set(found)) == 1
    assert MaintenanceRequest.objects.get().times_reported == 5


def test_p03_control_without_guard_two_calls_are_two_requests(
    press: Equipment,
    owner_cursor: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    owner_cursor.execute("DROP INDEX maintenance_maintenancerequest_same_trouble_once")
    with acting():
        assert MaintenanceRequest.objects.count() == 0
    monkeypatch.setattr(maintenance_request, "_same_trouble", lambda *_args: None)

    def call() -> int:
        machine = Equipment.objects.select_related("site").get(pk=press.pk)
        return maintenance_request.report(SYSTEM, machine, NewRequest("ELU", "now"), op_uuid=uuid.uuid4()).pk  # type: ignore[arg-type]

    assert len(set(at_once([call] * 3))) > 1
