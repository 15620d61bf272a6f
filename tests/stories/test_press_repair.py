"""A press stops, is called for with a photo, taken, repaired with a part from stock, signed and released; all agree."""

import uuid
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine

from analytics.engine.book import BOOK
from analytics.selectors.kpis import kpi_values
from analytics.selectors.series import Scope
from analytics.selectors.slices import Window
from analytics.services.machine_rebuild import rebuild_next as rebuild_machine
from inventory.models import StockBalance, StockMove
from maintenance.engine.terms import RepairOutcome
from maintenance.models import MaintenanceJob, MaintenanceRequest
from maintenance.selectors.maintenance_job import split_of
from maintenance.services import handing_back, maintenance_job, maintenance_part
from maintenance.services.handing_back import Repair
from mom.accounts.models import Site
from mom.core import clock, invariants, relay
from mom.core.errors import Conflict
from mom.core.models import Attachment
from mom.core.testing import acting
from mom.floor.models import Stop
from mom.plant.engine.calendar import local_day
from mom.plant.engine.terms import LossClass, TimeClass
from mom.plant.models import ReasonClassification
from mom.work.engine.terms import JobOrderCommand, JobOrderStatus
from mom.work.services import job_order
from tests.factories.files import PICTURE
from tests.factories.floor import LONG_AGO, make_listening
from tests.factories.machines import make_area, send, work_round_the_clock
from tests.factories.maintenance import SYSTEM, PartStore, make_request, sign
from tests.factories.plant import make_equipment, make_reason
from tests.factories.work import job_of, make_order

pytestmark = pytest.mark.django_db(transaction=True)
MINUTE = timedelta(minutes=1)
MORNING = datetime(2026, 4, 16, 8, tzinfo=UTC)


def test_a_press_stops_and_is_released(site: Site) -> None:
    with time_machine.travel(MORNING, tick=True):
        job, stop, store = _a_morning_at_the_press(site)
    with time_machine.travel(MORNING + timedelta(days=1), tick=True):
        relay.drain(50)
        while rebuild_machine(SYSTEM):
            pass
        _all_agree(site, job, stop, store)


def _a_morning_at_the_press(site: Site) -> tuple[MaintenanceJob, Stop, PartStore]:
    area = make_area(site)
    work_round_the_clock(site, area)
    press, store = make_equipment(site, "PRESS-1", parent=area), PartStore(site, 3)
    make_listening(press)
    leak = make_reason(site, "LEAK")
    with acting():
        ReasonClassification.objects.create(
            site=site, reason=leak, time_class=TimeClass.DOWN, loss_class=LossClass.BREAKDOWN, valid_from=LONG_AGO
        )
    running = job_of(make_order(site, "WO-1", machine=press))
    production = job_of(make_order(site, "WO-2", machine=press))
    with time_machine.travel(MORNING - 70 * MINUTE, tick=True):
        job_order.command(SYSTEM, running.pk, JobOrderCommand.START)

    # The press is down for six minutes when its operator calls, with a photo.
    send(press, ("run", 60), ("down", 6, "LEAK"))
    stop = Stop.objects.get(equipment=press, ended_at=None)
    photo = maintenance_job.requests.Photo("leak.png", PICTURE)
    call = make_request(press, text="Oil below the pump", photo=photo)
    assert (call.stop_id, Attachment.objects.get().subject_id) == (stop.pk, str(call.pk))
    assert make_request(press).pk == call.pk  # a colleague sees it too

    # Somebody takes it, comes, and sees which part it needs.
    job = maintenance_job.accept(SYSTEM, call.pk)
    maintenance_job.arrive(SYSTEM, job.pk)
    assert maintenance_part.ask_for(SYSTEM, job.pk, store.part, Decimal(1)) == []
    maintenance_part.issue(SYSTEM, job.pk, op_uuid=uuid.uuid4())
    repair = Repair(RepairOutcome.FULL, "Pump renewed", "ELU", "2.4", "3.4")
    handing_back.repaired(SYSTEM, job.pk, repair)

    # The press could run, but nobody starts on it before the signature.
    send(press, ("run", 0))
    with pytest.raises(Conflict, match="not signed off"):
        job_order.command(SYSTEM, production.pk, JobOrderCommand.START)
    sign(job)
    job_order.command(SYSTEM, production.pk, JobOrderCommand.START)
    relay.drain(50)
    return job, stop, store


def _all_agree(site: Site, job: MaintenanceJob, stop: Stop, store: PartStore) -> None:
    # Stop, job and stock tell the same story.
    done = MaintenanceJob.objects.select_related("job_order", "stop").get(pk=job.pk)
    stop.refresh_from_db()
    assert (done.stop, done.occurred_at) == (stop, stop.started_at)
    assert done.job_order.status == JobOrderStatus.CLOSED
    assert MaintenanceRequest.objects.get().status == "done"
    times = split_of(done, done.handed_back_at or clock.now())
    assert timedelta(0) <= times.undetected - 6 * MINUTE < MINUTE
    assert done.handed_back_at is not None
    assert times.total == done.handed_back_at - stop.started_at
    assert StockMove.objects.get(kind="consumed").job_response.job_order_id == job.pk  # type: ignore[union-attr]
    assert StockBalance.objects.get(lot=store.lot).quantity == 2
    assert [found.invariant.name for found in invariants.violations()] == []
    assert stop.ended_at is not None
    window = Window(local_day(MORNING, site.zone), local_day(MORNING, site.zone))
    figures = kpi_values((BOOK["mttr"], BOOK["failure_count"]), site, window, Scope(stop.equipment_id), now=clock.now())
    assert figures["failure_count"].value == 1
    stood = stop.ended_at - stop.started_at
    assert figures["mttr"].value == Decimal(stood // timedelta(microseconds=1)) / 3_600_000_000
