"""What a start set going in the domains: withdrawn with it where nobody touched it, else the start stays."""

import uuid
from decimal import Decimal
from typing import Any

import pytest

from inventory.models import CycleCount
from inventory.public import place_lot
from inventory.services import cycle_count
from inventory.services.cycle_count import Counted
from maintenance.models import MaintenanceJob
from maintenance.services import maintenance_job
from mom.core import clock, invariants
from mom.core.actor import Actor, system_actor
from mom.core.errors import Conflict
from mom.core.testing import acting
from mom.work import gate
from mom.work.engine.terms import JobOrderCommand
from mom.work.models import JobOrder, WorkRequest
from mom.work.services import act_undo, job_order
from quality.models import Inspection
from quality.services import coming_due, inspection
from tests.factories.maintenance import make_job
from tests.factories.quality import Floor, bore
from tests.factories.stock import JobStore
from tests.factories.work import job_of, make_machine, make_order
from tests.inventory.test_backflush import ByReport

pytestmark = pytest.mark.django_db
ME = system_actor("test")


def begin(job: JobOrder) -> None:
    job_order.command(ME, job.pk, JobOrderCommand.START)


def undo(job: JobOrder, actor: Actor = ME) -> str:
    return act_undo.undo(actor, job.pk, op_uuid=uuid.uuid4()).status


def broken() -> list[str]:
    names = [found.invariant.name for found in invariants.violations()]
    return [name for name in names if not name.startswith("core.")]  # seals come with the commit


class FirstPiece:
    """A job whose first piece is inspected, started as its people do."""

    def __init__(self, site: Any) -> None:
        self.floor = Floor(site, bore(is_first_off=True, is_blocking=True))
        self.job = self.floor.order("WO-2")
        self.start()

    def start(self) -> None:
        begin(self.job)
        self.told()

    def told(self) -> None:
        """The start is told to quality; twice is once."""
        for _told in range(2):
            with acting() as act:
                coming_due.after_start(act, self.job.pk)

    def inspections(self) -> list[tuple[str, str]]:
        rows = Inspection.objects.filter(inspected_job=self.job).order_by("pk")
        return list(rows.values_list("occurrence", "status"))


def test_first_piece_that_nobody_measured_is_called_off_and_comes_due_with_the_next_start(site: Any) -> None:
    first = FirstPiece(site)
    assert first.inspections() == [("first_off", "due")]
    assert undo(first.job) == "ready"
    assert first.inspections() == [("first_off", "cancelled")]
    called_off = Inspection.objects.get(inspected_job=first.job).job_order
    assert (called_off.status, WorkRequest.objects.get(pk=called_off.work_request_id).status) == (
        "cancelled", "cancelled",
    )  # fmt: skip
    assert gate.blockers(first.job, clock.now()) == []
    first.told()  # the start told late, after its undo: nothing comes due
    assert first.inspections() == [("first_off", "cancelled")]
    first.start()
    assert first.inspections() == [("first_off", "cancelled"), ("first_off:1", "due")]
    assert broken() == []


def test_start_whose_first_piece_was_measured_stays(site: Any) -> None:
    first = FirstPiece(site)
    asked = Inspection.objects.get(inspected_job=first.job)
    first.floor.measure("10", "10", "10.1", inspection=asked)
    with pytest.raises(Conflict, match=f"Inspection {asked.job_order.code} of this job was begun since. Pause the job"):
        undo(first.job)
    assert JobOrder.objects.get(pk=first.job.pk).status == "running"


def test_start_for_which_somebody_asked_an_inspection_stays(site: Any) -> None:
    first = FirstPiece(site)
    inspection.ask(ME, first.job.pk)
    with pytest.raises(Conflict) as refusal:
        undo(first.job)
    assert refusal.value.code == "inspection_begun"
    assert first.inspections()[0] == ("first_off", "due"), "what was called off before the refusal is not"


def test_count_that_nobody_counted_waits_with_its_sheet_and_the_next_start_adds_what_came(
    site: Any, actor: Actor
) -> None:
    store = JobStore(site, actor)
    store.lot(store.bar, "B-1", 20)
    count = cycle_count.ask(ME, store.shelf)
    begin(count.job_order)
    assert undo(count.job_order) == "ready"
    line = count.lines.get()
    said = Counted(Decimal(20), uuid.uuid4(), line_id=line.pk)
    with pytest.raises(Conflict, match="Start job"):
        cycle_count.enter(ME, count.pk, [said])
    store.lot(store.ring, "R-1", 5)
    begin(count.job_order)
    assert sorted(line.lot.code for line in count.lines.all() if line.lot) == ["B-1", "R-1"]
    cycle_count.enter(ME, count.pk, [said])
    with pytest.raises(Conflict) as refusal:
        undo(count.job_order)
    assert refusal.value.code == "count_begun"
    assert CycleCount.objects.get().status == "open"
    assert broken() == []


def test_maintenance_that_only_arrived_has_not_and_frees_the_machine(site: Any) -> None:
    machine = make_machine(site)
    job = make_job(machine)
    waits = job_of(make_order(site, machine=machine))
    accepted_at = job.accepted_at
    maintenance_job.arrive(ME, job.pk)
    assert any(each.forbids for each in gate.blockers(waits, clock.now()))
    assert undo(job.job_order) == "ready"
    job = MaintenanceJob.objects.get(pk=job.pk)
    assert (job.arrived_at, job.accepted_at) == (None, accepted_at)
    assert not any(each.source == "maintenance.machine" for each in gate.blockers(waits, clock.now()))
    assert broken() == []
    assert maintenance_job.arrive(ME, job.pk).arrived_at is not None


def test_maintenance_that_was_worked_on_stays(site: Any) -> None:
    job = make_job(make_machine(site))
    maintenance_job.arrive(ME, job.pk)
    maintenance_job.assign(ME, job.pk, None)
    with pytest.raises(Conflict) as refusal:
        undo(job.job_order)
    assert refusal.value.code == "maintenance_begun"
    assert MaintenanceJob.objects.get(pk=job.pk).arrived_at is not None


def test_start_on_which_a_lot_was_changed_stays(site: Any, actor: Actor) -> None:
    store = ByReport(site, actor)
    store.lot(store.bar, "B-1", 40)
    store.lot(store.ring, "R-1", 40)
    job = store.job()
    place_lot(actor, job.pk, "B-1", op_uuid=uuid.uuid4())
    with pytest.raises(Conflict) as refusal:
        undo(job, actor)
    assert refusal.value.code == "lot_changed"
    assert refusal.value.sentence == f"A lot was changed on job {job.code} since. Pause or finish it instead."


def test_start_on_which_material_was_issued_stays(site: Any, actor: Actor) -> None:
    store = JobStore(site, actor)
    bar = store.lot(store.bar, "B-1", 40)
    store.lot(store.ring, "R-1", 40)
    job, *_others = store.order(store.routing())
    store.give(job, "start")
    store.consume(job, bar, 2)
    with pytest.raises(Conflict) as refusal:
        undo(job, actor)
    assert refusal.value.code == "material_moved"
    assert refusal.value.sentence == f"Material was moved for job {job.code} since. Pause or finish it instead."
