"""Several at the same job, the same limit, the same machine. Controls show each race without its guard."""

import os
import threading
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import psycopg2
import pytest
from django.db import connection

from mom.core.actor import Actor, system_actor
from mom.core.errors import Conflict
from mom.core.testing import acting
from mom.work import gate
from mom.work.engine.terms import GateLevel, JobOrderCommand, QuantityKind, WorkRequestCommand
from mom.work.models import (
    EquipmentReservation,
    GateRule,
    JobDependency,
    JobOrder,
    JobResponse,
    OutputTotal,
    QuantityReport,
    WorkRequest,
)
from mom.work.services import (
    equipment_reservation,
    gate_rule,
    job_order,
    quantity_report,
    work_request,
    work_request_command,
)
from mom.work.services.quantity_report import Reported
from tests.factories.work import give, job_of, make_chain, make_machine, make_order
from tests.races.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)
SIX = datetime(2026, 4, 16, 6, tzinfo=UTC)
BOSS: Actor = system_actor("test")


@pytest.fixture
def owner_cursor(transactional_db: None) -> Iterator[Any]:
    """The owner of the tables, who can take a guard away for a control."""
    address = os.environ.get("DATABASE_OWNER_URL") or os.environ["DATABASE_URL"]
    owning = psycopg2.connect(address, dbname=connection.settings_dict["NAME"])
    owning.autocommit = True
    with owning.cursor() as cursor:
        yield cursor
    owning.close()


def test_two_starts_of_one_job_are_one(site: Any) -> None:
    job = job_of(make_order(site))
    found = at_once([lambda: job_order.command(BOSS, job.pk, JobOrderCommand.START)] * 2)
    assert sorted(type(each).__name__ for each in found) == ["IllegalTransition", "JobOrder"]
    assert JobResponse.objects.filter(job_order=job).count() == 1


def test_two_starts_control_without_the_row_lock(site: Any, owner_cursor: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    # Behind the lock stands the index: both are taken away.
    owner_cursor.execute("DROP INDEX work_jobresponse_one_open_per_job")
    job = job_of(make_order(site))
    both_have_read = threading.Barrier(2)

    def unlocked(pk: int, *, with_order: bool = False) -> JobOrder:
        read = JobOrder.objects.select_related("site", "equipment", "work_request").get(pk=pk)
        both_have_read.wait(10)
        return read

    monkeypatch.setattr(job_order, "locked", unlocked)
    found = at_once([lambda: job_order.command(BOSS, job.pk, JobOrderCommand.START)] * 2)
    assert [type(each) for each in found] == [JobOrder, JobOrder]
    assert JobResponse.objects.filter(job_order=job).count() == 2


def test_start_and_hold_of_the_whole_order_never_wait_in_a_ring(site: Any) -> None:
    for number in range(5):
        jobs = make_chain(site, "Turn", "Mill", "Wash", code=f"WO-{number}")
        give(jobs[0], "start")
        order = jobs[0].work_request_id
        acts = [
            lambda: work_request_command.command(BOSS, order, WorkRequestCommand.HOLD),  # noqa: B023 - run within the turn
            *(lambda pk=job.pk: job_order.command(BOSS, pk, JobOrderCommand.START) for job in jobs[1:]),
        ]
        found = at_once(acts)
        assert all(isinstance(each, Conflict) or not isinstance(each, Exception) for each in found), found
        assert not JobOrder.objects.filter(work_request=order, status="running").exists()


def jobs_that_exclude_each_other(site: Any) -> list[JobOrder]:
    jobs = make_chain(site, "Left spindle", "Right spindle")
    with acting():
        for before, after in (jobs, jobs[::-1]):
            JobDependency.objects.create(site=site, predecessor=before, successor=after, kind="not_in_parallel")
    return jobs


def test_jobs_that_must_not_run_together_start_one_at_a_time(site: Any) -> None:
    jobs = jobs_that_exclude_each_other(site)
    found = at_once([lambda pk=job.pk: job_order.command(BOSS, pk, JobOrderCommand.START) for job in jobs])
    assert sorted(type(each).__name__ for each in found) == ["Conflict", "JobOrder"]


def test_jobs_that_must_not_run_together_control_without_the_order_s_lock(
    site: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs, both_have_asked = jobs_that_exclude_each_other(site), threading.Barrier(2)

    def asked_together(job: JobOrder, at: datetime, _person: object = None) -> list[gate.Blocker]:
        found = gate.previous_jobs_open(job, at)
        both_have_asked.wait(10)
        return found

    job_alone = job_order.locked
    monkeypatch.setattr(job_order, "locked", lambda pk, **_asked: job_alone(pk))
    monkeypatch.setattr(work_request, "locked", lambda pk: WorkRequest.objects.select_related("site").get(pk=pk))
    monkeypatch.setattr(gate, "blockers", asked_together)
    found = at_once([lambda pk=job.pk: job_order.command(BOSS, pk, JobOrderCommand.START) for job in jobs])
    assert [type(each) for each in found] == [JobOrder, JobOrder]


def test_rule_of_the_gate_set_by_many_at_once_is_there_once(site: Any) -> None:
    levels = [GateLevel.OFF, GateLevel.BLOCK] * 4
    found = at_once([lambda level=level: gate_rule.set_level(BOSS, site, "floor.machine", level) for level in levels])
    assert {type(each).__name__ for each in found} <= {"GateRule", "Conflict"}
    assert GateRule.objects.count() == 1


def report_one(job: JobOrder) -> list[QuantityReport]:
    return quantity_report.report(BOSS, job.pk, [Reported(QuantityKind.GOOD, Decimal(1))], op_uuid=uuid.uuid4())


def test_P03_last_piece_goes_to_one_of_eight(site: Any) -> None:
    job = give(job_of(make_order(site, limit=Decimal(1))), "start")
    found = at_once([lambda: report_one(job)] * 8)
    refused = [each for each in found if isinstance(each, Conflict)]
    assert (len(refused), {each.code for each in refused}) == (7, {"more_than_allowed"})
    assert OutputTotal.objects.get(output__job_order=job).good == 1


def test_P03_last_piece_control_without_the_limit_s_constraint(site: Any, owner_cursor: Any) -> None:
    job = give(job_of(make_order(site, limit=Decimal(1))), "start")
    owner_cursor.execute("ALTER TABLE work_outputtotal DROP CONSTRAINT work_outputtotal_within_limit")
    found = at_once([lambda: report_one(job)] * 8)
    assert not [each for each in found if isinstance(each, Exception)]
    assert OutputTotal.objects.get(output__job_order=job).good == 8


def test_P01_same_report_by_eight_counts_once(site: Any) -> None:
    job, key = give(job_of(make_order(site)), "start"), uuid.uuid4()
    lines = [Reported(QuantityKind.GOOD, Decimal(5))]
    found = at_once([lambda: quantity_report.report(BOSS, job.pk, lines, op_uuid=key)] * 8)
    assert len({report.pk for each in found for report in each}) == 1
    assert OutputTotal.objects.get(output__job_order=job).good == 5


def test_P05_report_is_taken_back_by_one_of_four(site: Any) -> None:
    job = give(job_of(make_order(site)), "start")
    (first,) = report_one(job)

    def back() -> QuantityReport:
        return quantity_report.reverse(BOSS, first.pk, reason="Wrong", op_uuid=uuid.uuid4())

    found = at_once([back] * 4)
    assert sum(isinstance(each, QuantityReport) for each in found) == 1
    assert {each.code for each in found if isinstance(each, Conflict)} == {"reversed_already"}
    assert OutputTotal.objects.get(output__job_order=job).good == 0


def reservations(site: Any, number: int, **capacity: Any) -> list[Any]:
    machine = make_machine(site, **capacity)
    jobs = [job_of(make_order(site, f"WO-{index}", machine=machine)) for index in range(number)]

    def reserve(job: JobOrder) -> EquipmentReservation:
        return equipment_reservation.reserve(BOSS, job.pk, start=SIX, end=SIX + timedelta(hours=4))

    return at_once([lambda job=job: reserve(job) for job in jobs])


def test_exclusive_machine_goes_to_one_of_five(site: Any) -> None:
    found = reservations(site, 5)
    assert {each.code for each in found if isinstance(each, Conflict)} == {"equipment_reserved"}
    assert EquipmentReservation.objects.count() == 1


def test_exclusive_machine_control_without_the_exclusion(site: Any, owner_cursor: Any) -> None:
    name = "work_equipmentreservation_exclusive_no_overlap"
    owner_cursor.execute(f"ALTER TABLE work_equipmentreservation DROP CONSTRAINT {name}")
    reservations(site, 5)
    assert EquipmentReservation.objects.count() == 5


def test_three_places_go_to_three_of_six(site: Any) -> None:
    found = reservations(site, 6, capacity_kind="places", capacity_places=3)
    assert {each.code for each in found if isinstance(each, Conflict)} == {"capacity_exceeded"}
    assert EquipmentReservation.objects.count() == 3


def test_three_places_control_without_the_lock_on_the_equipment(site: Any, owner_cursor: Any) -> None:
    """The same trigger, its row lock taken out and a pause put between its look and its answer."""
    owner_cursor.execute(
        "SELECT pg_get_functiondef(p.oid) FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid"
        " WHERE t.tgrelid = 'work_equipmentreservation'::regclass AND t.tgname LIKE '%within_capacity%'"
    )
    ((source,),) = owner_cursor.fetchall()
    assert "FOR NO KEY UPDATE" in source
    unlocked = source.replace("FOR NO KEY UPDATE", "").replace(
        "IF peak + NEW.amount", "PERFORM pg_sleep(0.3); IF peak + NEW.amount"
    )
    owner_cursor.execute(unlocked)
    reservations(site, 6, capacity_kind="places", capacity_places=3)
    assert EquipmentReservation.objects.count() > 3
