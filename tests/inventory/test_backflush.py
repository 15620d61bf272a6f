"""A job's reports take its material and put what it made into stock, in their own transaction, and give it back."""

import uuid
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.engine.backflush import due
from inventory.models import StockBalance, StockMove
from inventory.selectors.genealogy import Direction, trace
from inventory.services import stock, stock_transfer
from mom.accounts.models import Site
from mom.core import invariants
from mom.core.actor import Actor, system_actor
from mom.core.errors import Conflict, Shortage
from mom.core.models import AuditEntry
from mom.core.testing import acting
from mom.plant.engine.terms import LotDisposition
from mom.plant.models import MaterialLot, MaterialSublot
from mom.work.engine.terms import GateLevel, MaterialUse, QuantityKind
from mom.work.models import GateRule, JobOrder, JobRequirement, OutputTotal, QuantityReport
from mom.work.services import quantity_report
from mom.work.services.quantity_report import Reported
from production.models import OperationsDefinition
from production.services import batch, operations_definition
from tests.bench.statements import counting
from tests.factories.counts import make_place
from tests.factories.stock import SOON, JobStore
from tests.factories.work import make_machine, make_material

pytestmark = pytest.mark.django_db


class ByReport(JobStore):
    """A pump of two bars and half a ring each, all of it booked by the report."""

    tracking = "lot"

    def job(self, quantity: int = 10, **more: Any) -> JobOrder:
        job = self.planned(quantity, **more)
        self.give(job, "start")
        return job

    def planned(self, quantity: int = 10, order: str = "WO-R", **more: Any) -> JobOrder:
        """The job as it is dispatched, not begun."""
        if not OperationsDefinition.objects.filter(site=self.site, code="R-BY-REPORT").exists():
            self._approve(**more)
        made = batch.create(self.actor, self.site, "R-BY-REPORT", batch.NewBatch(order, quantity=Decimal(quantity)))
        return JobOrder.objects.get(work_request=made.work_request)

    def _approve(self, **more: Any) -> None:
        product = make_material(self.site, "PUMP-R", tracking=self.tracking)
        self.product = product
        out = make_place(self.site, "OUT")
        stock_transfer.set_home(self.actor, product, out)
        materials = [
            operations_definition.NewMaterial(self.bar, Decimal(20), is_backflushed=True),
            operations_definition.NewMaterial(self.ring, Decimal(5), is_backflushed=True),
            operations_definition.NewMaterial(product, Decimal(10), MaterialUse.PRODUCED, is_backflushed=True),
        ]
        step = operations_definition.NewSegment("Assemble", materials, more.get("machine"))
        new = operations_definition.NewDefinition("R-BY-REPORT", product, Decimal(10), [step])
        actor = system_actor("test")
        operations_definition.approve(actor, operations_definition.create(actor, self.site, new).pk)

    def report(self, job: JobOrder, good: int = 0, scrap: int = 0, **more: Any) -> list[QuantityReport]:
        lines = [Reported(QuantityKind.GOOD, Decimal(good))] if good else []
        lines += [Reported(QuantityKind.SCRAP, Decimal(scrap))] if scrap else []
        return quantity_report.report(self.actor, job.pk, lines, **{"op_uuid": uuid.uuid4(), **more})


@pytest.fixture
def store(site: Site, actor: Actor) -> ByReport:
    return ByReport(site, actor)


def there() -> dict[str, int]:
    rows = StockBalance.objects.exclude(quantity=0).select_related("lot", "definition")
    return {row.lot.code if row.lot else row.definition.code: int(row.quantity) for row in rows}


def broken() -> list[str]:
    return [f.invariant.name for f in invariants.violations() if f.invariant.name.startswith("inventory.")]


def test_a_report_takes_its_material_fefo_and_puts_what_was_made_into_the_job_s_lot(store: ByReport) -> None:
    store.lot(store.bar, "B-LATE", 50)
    store.lot(store.bar, "B-SOON", 5, expires_at=SOON)
    store.lot(store.ring, "R-1", 10)
    job = store.job()

    store.report(job, good=3, scrap=1)

    made = MaterialLot.objects.get(definition=store.product)
    assert there() == {"B-LATE": 47, "R-1": 8, made.code: 3}  # four pumps took eight bars and two rings
    store.report(job, good=1)
    assert there() == {"B-LATE": 45, "R-1": 7, made.code: 4}  # the third ring was opened for the fifth pump
    assert MaterialLot.objects.filter(definition=store.product).count() == 1
    assert trace(made, Direction.BACKWARD).codes == {"B-LATE", "B-SOON", "R-1", made.code}
    assert broken() == []


def test_the_same_report_sent_twice_takes_once(store: ByReport) -> None:
    store.lot(store.bar, "B-1", 50)
    store.lot(store.ring, "R-1", 10)
    job, key = store.job(), uuid.uuid4()
    for _again in range(2):
        store.report(job, good=2, op_uuid=key)
    assert there()["B-1"] == 46


def test_what_the_job_was_promised_is_taken_first_and_what_others_were_stays(store: ByReport) -> None:
    own = store.lot(store.bar, "B-OWN", 20)
    store.lot(store.ring, "R-1", 10)
    job = store.job()
    store.reserve(job)
    store.lot(store.bar, "B-SOONER", 50, expires_at=SOON)
    store.report(job, good=2)
    assert store.balance(own) == (16, 16)


def test_short_material_is_taken_as_far_as_it_goes_and_the_job_s_log_says_so(store: ByReport) -> None:
    store.lot(store.bar, "B-1", 3)
    job = store.job()
    store.report(job, good=2)
    assert "B-1" not in there()
    said = AuditEntry.objects.get(action="inventory.backflush_short")
    missing = {item["material"]: Decimal(item["missing"]) for item in said.after["missing"]}
    assert missing == {"BAR": 1, "RING": 1}
    store.lot(store.bar, "B-2", 50)
    store.lot(store.ring, "R-2", 50)
    store.report(job, good=1)  # the next report makes good what was not in the book
    assert there()["B-2"] == 47


def test_where_the_area_forbids_it_a_report_without_material_is_refused_whole(store: ByReport) -> None:
    store.lot(store.bar, "B-1", 3)
    with acting():
        GateRule.objects.create(site=store.site, source="inventory.backflush", level=GateLevel.BLOCK)
    job = store.job()
    with pytest.raises(Shortage) as refused:
        store.report(job, good=2)
    assert refused.value.code == "backflush_short"
    assert {item["material"] for item in refused.value.items} == {"BAR", "RING"}
    assert there() == {"B-1": 3}
    assert not QuantityReport.objects.exists()
    assert OutputTotal.objects.get(output__job_order=job).good == 0


def test_a_report_that_is_taken_back_gives_back_what_it_took_and_made(store: ByReport) -> None:
    store.lot(store.bar, "B-1", 50)
    store.lot(store.ring, "R-1", 10)
    job = store.job()
    store.report(job, good=2)
    [second] = store.report(job, good=4)

    quantity_report.reverse(store.actor, second.pk, reason="Typed twice", op_uuid=uuid.uuid4())

    made = MaterialLot.objects.get(definition=store.product)
    assert there() == {"B-1": 46, "R-1": 9, made.code: 2}
    assert StockMove.objects.exclude(reverses=None).count() == 3
    assert {move.reversal_reason for move in StockMove.objects.exclude(reverses=None)} == {"Typed twice"}
    assert broken() == []


def test_what_was_made_and_is_gone_is_not_taken_back(store: ByReport) -> None:
    store.lot(store.bar, "B-1", 50)
    store.lot(store.ring, "R-1", 10)
    job = store.job()
    [report] = store.report(job, good=2)
    made = MaterialLot.objects.get(definition=store.product)
    place = StockBalance.objects.get(lot=made).location
    stock.scrap(store.actor, made, place, Decimal(2), op_uuid=uuid.uuid4(), reason="Fell")
    with pytest.raises(Shortage):
        quantity_report.reverse(store.actor, report.pk, reason="Typed twice", op_uuid=uuid.uuid4())


def test_a_held_lot_does_not_grow_the_job_goes_on_with_a_new_one(store: ByReport) -> None:
    store.lot(store.bar, "B-1", 50)
    store.lot(store.ring, "R-1", 10)
    job = store.job()
    store.report(job, good=2)
    first = MaterialLot.objects.get(definition=store.product)
    with acting():
        MaterialLot.objects.filter(pk=first.pk).update(disposition=LotDisposition.RESTRICTED)
    store.report(job, good=2)
    assert sorted(there()[lot.code] for lot in MaterialLot.objects.filter(definition=store.product)) == [2, 2]


def test_a_numbered_product_gets_its_numbers(store: ByReport) -> None:
    store.tracking = "serial"
    store.lot(store.bar, "B-1", 50)
    store.lot(store.ring, "R-1", 10)
    job = store.job()
    store.report(job, good=2)
    store.report(job, good=1)
    pieces = MaterialSublot.objects.order_by("code")
    assert [piece.code for piece in pieces] == [f"{job.code}-0001", f"{job.code}-0002", f"{job.code}-0003"]
    assert "B-1" in trace(pieces[2], Direction.BACKWARD).codes
    assert broken() == []


def test_nobody_said_where_it_lies(store: ByReport) -> None:
    store.lot(store.bar, "B-1", 50)
    job = store.job(machine=make_machine(store.site, "AS-10"))
    stock_transfer.set_home(store.actor, store.product, None)
    with pytest.raises(Conflict, match="Nobody said where"):
        store.report(job, good=1)


def test_a_report_without_backflush_costs_one_statement_for_it(store: ByReport) -> None:
    job, *_later = store.order(store.routing())
    store.give(job, "start")
    store.report(job, good=1)
    with counting() as count:
        store.report(job, good=1)
    asked = [each for each in count.statements if "is_backflushed AND" in each or "inventory_" in each]
    assert len(asked) == 1, asked
    assert not JobRequirement.objects.filter(is_backflushed=True).exists()


@given(st.lists(st.integers(1, 9), min_size=1, max_size=8), st.integers(1, 40), st.integers(1, 40))
def test_many_small_reports_take_what_one_large_one_takes(parts: list[int], needed: int, planned: int) -> None:
    for is_whole in (True, False):
        taken, reported = Decimal(0), Decimal(0)
        for part in parts:
            reported += part
            more = due(Decimal(needed), Decimal(planned), reported, is_whole=is_whole) - taken
            assert more >= 0
            taken += more
        assert taken == due(Decimal(needed), Decimal(planned), Decimal(sum(parts)), is_whole=is_whole)
        assert abs(taken - Decimal(needed) * sum(parts) / Decimal(planned)) < 1


def test_a_job_that_plans_nothing_has_no_share() -> None:
    with pytest.raises(ValueError, match="plans nothing"):
        due(Decimal(1), Decimal(0), Decimal(1), is_whole=True)
