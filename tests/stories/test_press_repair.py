"""A press stops, is called for with a photo, taken, repaired with a part from stock, signed and released; all agree."""

import uuid
from datetime import timedelta
from decimal import Decimal

import pytest

from analytics.engine import reliability
from analytics.engine.book import BOOK
from analytics.engine.machine_parts import MachineTotals
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
from mom.work.engine.terms import JobOrderCommand, JobOrderStatus
from mom.work.services import job_order
from tests.factories.files import PICTURE
from tests.factories.floor import make_stop
from tests.factories.maintenance import SYSTEM, PartStore, make_request, sign
from tests.factories.work import job_of, make_machine, make_order

pytestmark = pytest.mark.django_db(transaction=True)
MINUTE = timedelta(minutes=1)


def test_a_press_stops_and_is_released(site: Site) -> None:
    press, store = make_machine(site, "PRESS-1"), PartStore(site, 3)
    production = job_of(make_order(site, machine=press))
    now = clock.now()

    # The press is down for six minutes when its operator calls, with a photo.
    stop = make_stop(site, press, started_at=now - 6 * MINUTE, ended_at=None)
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
    with acting():
        Stop.objects.filter(pk=stop.pk).update(ended_at=clock.now())
    with pytest.raises(Conflict, match="not signed off"):
        job_order.command(SYSTEM, production.pk, JobOrderCommand.START)
    sign(job)
    job_order.command(SYSTEM, production.pk, JobOrderCommand.START)
    relay.drain()

    # Stop, job and stock tell the same story.
    done = MaintenanceJob.objects.select_related("job_order", "stop").get(pk=job.pk)
    stop.refresh_from_db()
    assert (done.stop, done.occurred_at) == (stop, stop.started_at)
    assert done.job_order.status == JobOrderStatus.CLOSED
    assert MaintenanceRequest.objects.get().status == "done"
    times = split_of(done, clock.now())
    assert timedelta(0) <= times.undetected - 6 * MINUTE < MINUTE
    assert done.handed_back_at is not None and times.total == done.handed_back_at - stop.started_at
    assert StockMove.objects.get(kind="consumed").job_response.job_order_id == job.pk  # type: ignore[union-attr]
    assert StockBalance.objects.get(lot=store.lot).quantity == 2
    assert [found.invariant.name for found in invariants.violations()] == []
    assert stop.ended_at is not None
    assert BOOK["mttr"].unit == "HUR"
    totals = MachineTotals()
    assert reliability.mean(reliability.operating_hours(totals), 0) is None
