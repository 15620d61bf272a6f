"""Inspections come due by pieces, time, set-up, stop and first piece: once, whatever is told twice or late."""

import uuid
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mom.accounts.models import Site
from mom.core import clock
from mom.core.errors import Conflict, InvalidInput
from mom.core.testing import acting
from mom.plant.models import Equipment
from mom.work import gate
from mom.work.engine.terms import JobOrderCommand, WorkKind
from mom.work.models import JobOrder, JobResponse
from mom.work.services import job_order, stop
from quality.engine import due
from quality.models import Inspection
from quality.services import coming_due
from quality.services import inspection as inspections
from tests.factories.quality import BOSS, Floor, bore, burr

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def reported(floor: Floor, quantity: int) -> list[str]:
    floor.report(quantity)
    with acting() as act:
        return [each.occurrence for each in coming_due.after_pieces(act, floor.job.pk)]


def test_by_pieces_each_multiple_comes_due_once(site: Site) -> None:
    floor = Floor(site, bore(every_pieces=50), burr(every_pieces=20))

    assert reported(floor, 19) == []
    assert reported(floor, 1) == ["pieces:20:1"]
    assert reported(floor, 9) == []
    asked = Inspection.objects.get()
    floor.measure(code="2", inspection=asked)
    assert reported(floor, 31) == ["pieces:50:1", "pieces:20:3"]
    assert [each.characteristic.code for each in Inspection.objects.get(occurrence="pieces:50:1").items.all()] == ["1"]
    # The open one stands for the next multiple too, which is not asked a second time.
    assert reported(floor, 60) == []


def test_an_inspection_is_a_job_of_the_quality_type_on_the_dispatch_list_of_the_machine(site: Site) -> None:
    floor = Floor(site, bore(every_pieces=10, is_blocking=True))
    reported(floor, 10)
    asked = Inspection.objects.select_related("job_order__work_request").get()
    job = asked.job_order
    assert (job.operations_type, job.status, job.equipment) == ("quality", "ready", floor.machine)
    assert (job.code[:3], job.work_request.description) == ("IN-", "Inspect WO-1-10: So many pieces")
    assert job.directive == {"inspects": "WO-1-10", "cause": "pieces"}

    floor.measure("10", "10", "10.1", inspection=asked)

    asked.refresh_from_db()
    assert (asked.status, JobOrder.objects.get(pk=job.pk).status) == ("passed", "completed")
    assert asked.job_order.work_request.__class__.objects.get(pk=job.work_request_id).status == "completed"
    assert JobResponse.objects.get(job_order=job).work_kind == "inspection"


def test_a_blocking_inspection_forbids_the_next_start_and_one_that_does_not_block_does_not(site: Site) -> None:
    floor = Floor(site, bore(every_pieces=10, is_blocking=True), burr(every_pieces=15))
    other = floor.order("WO-2")
    reported(floor, 10)
    reported(floor, 5)
    assert Inspection.objects.count() == 2
    found = [each for each in gate.blockers(other, clock.now()) if each.source == "quality.inspection"]
    blocking = Inspection.objects.get(is_blocking=True)
    assert [(each.code, each.subject) for each in found] == [("inspection_due", blocking.job_order.code)]
    floor.measure("10", "10", "10.1", inspection=blocking)
    assert floor.give(other, "start").status == "running"


def test_the_first_piece_comes_due_once_however_often_the_job_starts(site: Site) -> None:
    floor = Floor(site, bore(is_first_off=True))
    for _told in range(2):
        with acting() as act:
            coming_due.after_start(act, floor.job.pk)
    assert Inspection.objects.get().occurrence == "first_off"


def test_by_the_clock_while_the_job_runs(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    floor = Floor(site, bore(every_minutes=30))
    began = JobResponse.objects.get().started_at

    assert coming_due.by_clock(BOSS, began + 29 * MINUTE) == 0
    assert coming_due.by_clock(BOSS, began + 30 * MINUTE) == 1
    assert coming_due.by_clock(BOSS, began + 31 * MINUTE) == 0
    assert coming_due.by_clock(BOSS, began + 95 * MINUTE) == 0, "nobody has measured the first one"
    floor.measure("10", "10", "10.1", inspection=Inspection.objects.get())
    assert coming_due.by_clock(BOSS, began + 95 * MINUTE) == 1
    floor.measure("10", "10", "10.1", inspection=Inspection.objects.get(status="due"))
    floor.give(floor.job, "pause")
    assert coming_due.by_clock(BOSS, began + 125 * MINUTE) == 0


def stretches(floor: Floor, machine: Equipment) -> list[Any]:
    now = clock.now()
    with acting() as act:
        return [each.cause for each in coming_due.after_stretches(act, [machine.pk], now - MINUTE, now + MINUTE)]


def test_after_a_stop_that_was_long_enough_once_also_when_its_reason_comes_later(site: Site) -> None:
    floor = Floor(site, bore(after_stop_minutes=0), burr(after_stop_minutes=10))
    begun = stop.begin(BOSS, floor.machine, op_uuid=uuid.uuid4())
    assert stretches(floor, floor.machine) == []
    stop.end(BOSS, begun.pk)

    assert stretches(floor, floor.machine) == ["stop"]
    assert [each.characteristic.code for each in Inspection.objects.get().items.all()] == ["1"]
    assert stretches(floor, floor.machine) == []


def test_after_a_set_up(site: Site) -> None:
    floor = Floor(site, bore(is_after_setup=True), is_begun=False)
    with acting() as act:
        job = job_order.locked(floor.job.pk, with_order=True)
        job_order.move(act, job, JobOrderCommand.START, work_kind=WorkKind.SETUP)
        job_response_switch(act, job)
    assert stretches(floor, floor.machine) == ["setup"]
    assert stretches(floor, floor.machine) == []


def job_response_switch(act: Any, job: JobOrder) -> None:
    from mom.work.services import job_response

    job_response.switch_for(act, job, WorkKind.PRODUCTION)


def test_a_plan_watches_its_operation_and_machine_only(site: Site) -> None:
    elsewhere = Floor(site, bore(every_pieces=1, operation="Deburr"), tag="A-")
    assert reported(elsewhere, 5) == []
    here = Floor(site, bore(every_pieces=1, operation="make part b-pump"), tag="B-")
    assert reported(here, 5) == ["pieces:1:5"]


def test_asked_for_by_hand(site: Site) -> None:
    floor = Floor(site)
    made = inspections.ask(BOSS, floor.job.pk, ["2"])
    assert ([each.characteristic.code for each in made.items.all()], made.cause) == (["2"], "manual")
    with pytest.raises(InvalidInput):
        inspections.ask(BOSS, floor.job.pk, ["9"])
    with pytest.raises(InvalidInput):
        floor.measure("10", "10", "10", inspection=made)
    inspections.cancel(BOSS, made.pk, "Wrong job")
    made.refresh_from_db()
    assert (made.status, JobOrder.objects.get(pk=made.pk).status) == ("cancelled", "cancelled")
    with pytest.raises(Conflict):
        floor.measure(code="2", inspection=made)


def test_a_job_that_no_plan_watches_has_no_inspection(site: Site) -> None:
    floor = Floor(site)
    with acting() as act:
        assert coming_due.after_pieces(act, floor.job.pk) == []
        assert coming_due.after_start(act, 0) == []


@given(st.integers(1, 60), st.lists(st.integers(1, 40), max_size=30))
def test_each_multiple_that_is_reached_has_one_name(every: int, reports: list[int]) -> None:
    made, names = 0, []
    for more in reports:
        made += more
        names.append(due.by_pieces(every, Decimal(made)))
    reached = [name for name in names if name]
    assert len(set(reached)) <= made // every
    assert all(int(name.rpartition(":")[2]) * every <= made for name in reached)
    assert (names[-1] is None) == (made < every) if names else True
