"""A lot put in place on a running job: what it reports from then on is of that lot; refusals say how to go on."""

import uuid
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, ProgrammingError, transaction

from inventory.models import LotInPlace, StockMove
from inventory.selectors.genealogy import Direction, trace
from inventory.selectors.lot_in_place import lots_in_place
from inventory.services.lot_in_place import place_lot
from mom.accounts.models import Site
from mom.core import clock
from mom.core.actor import Actor
from mom.core.db.constraints import constraint_name
from mom.core.errors import Conflict, MomError
from mom.core.models import AuditEntry
from mom.core.testing import acting
from mom.plant.engine.terms import LotDisposition
from mom.plant.models import MaterialLot
from mom.work.models import JobOrder
from mom.work.services import quantity_report
from tests.factories.stock import SOON
from tests.inventory.test_backflush import ByReport, broken, there

pytestmark = pytest.mark.django_db


@pytest.fixture
def store(site: Site, actor: Actor) -> ByReport:
    return ByReport(site, actor)


def placed(store: ByReport, job: JobOrder, label: str, **more: object) -> list[LotInPlace]:
    return place_lot(store.actor, job.pk, label, **{"op_uuid": uuid.uuid4(), **more})  # type: ignore[arg-type]


def two_lots(store: ByReport) -> JobOrder:
    """B-SOON would be taken first by its date; twenty bars of each, and rings enough."""
    store.lot(store.bar, "B-SOON", 20, expires_at=SOON)
    store.lot(store.bar, "B-LATE", 20)
    store.lot(store.ring, "R-1", 20)
    return store.job()


def taken(store: ByReport) -> dict[str, int]:
    found: dict[str, int] = {}
    for move in StockMove.objects.filter(definition=store.bar, quantity__lt=0, reversal=None).select_related("lot"):
        assert move.lot is not None
        found[move.lot.code] = found.get(move.lot.code, 0) - int(move.quantity)
    return found


def test_pieces_before_are_of_the_old_lot_and_pieces_after_of_the_new_one(store: ByReport) -> None:
    job = two_lots(store)
    placed(store, job, "B-LATE")
    store.report(job, good=3)
    assert taken(store) == {"B-LATE": 6}  # two bars a pump, not of the lot that expires first
    placed(store, job, "B-SOON")
    store.report(job, good=2)
    assert taken(store) == {"B-LATE": 6, "B-SOON": 4}
    made = MaterialLot.objects.get(definition=store.product)
    assert {"B-LATE", "B-SOON"} <= trace(made, Direction.BACKWARD).codes
    for code in ("B-LATE", "B-SOON"):
        assert made.code in trace(MaterialLot.objects.get(code=code), Direction.FORWARD).codes
    assert broken() == []


def test_report_of_an_earlier_moment_is_of_the_lot_that_was_in_place_then(store: ByReport) -> None:
    job = two_lots(store)
    now = clock.now()
    placed(store, job, "B-SOON", at=now - timedelta(minutes=30))
    placed(store, job, "B-LATE", at=now - timedelta(minutes=10))
    store.report(job, good=1, occurred_at=now - timedelta(minutes=20))  # kept on a tablet, sent late
    store.report(job, good=2)
    assert taken(store) == {"B-SOON": 2, "B-LATE": 4}


def test_a_report_taken_back_gives_back_to_the_lot_it_took(store: ByReport) -> None:
    job = two_lots(store)
    placed(store, job, "B-LATE")
    [report] = store.report(job, good=3)
    placed(store, job, "B-SOON")
    quantity_report.reverse(store.actor, report.pk, reason="Counted twice", op_uuid=uuid.uuid4())
    assert (there()["B-LATE"], there()["B-SOON"]) == (20, 20)


def test_what_the_book_lacks_of_the_lot_in_place_is_short_and_not_taken_of_another(store: ByReport) -> None:
    store.lot(store.bar, "B-FEW", 3)
    store.lot(store.bar, "B-MANY", 50)
    store.lot(store.ring, "R-1", 20)
    job = store.job()
    placed(store, job, "B-FEW")
    store.report(job, good=3)
    assert taken(store) == {"B-FEW": 3}  # six were due
    assert AuditEntry.objects.filter(action="inventory.backflush_short").count() == 1
    placed(store, job, "B-MANY")
    store.report(job, good=1)
    assert taken(store) == {"B-FEW": 3, "B-MANY": 5}  # eight are due by now


def test_the_same_scan_counts_once(store: ByReport) -> None:
    job, key = two_lots(store), uuid.uuid4()
    assert placed(store, job, "B-LATE", op_uuid=key) == placed(store, job, "B-LATE", op_uuid=key)
    with pytest.raises(Conflict, match="another lot"):
        placed(store, job, "B-SOON", op_uuid=key)
    assert LotInPlace.objects.count() == 1
    assert AuditEntry.objects.filter(action="inventory.lot_placed").count() == 1


@pytest.mark.parametrize("label", ["B-LATE", " B-LATE ", "(10)B-LATE", "]C110B-LATE", "HEAT-77"])
def test_label_is_ours_or_the_suppliers_or_gs1(store: ByReport, label: str) -> None:
    job = two_lots(store)
    with acting():
        MaterialLot.objects.filter(code="B-LATE").update(supplier_lot="HEAT-77")
    assert [row.lot.code for row in placed(store, job, label)] == ["B-LATE"]


def test_every_refusal_says_what_and_how_to_go_on(store: ByReport) -> None:
    job = two_lots(store)
    store.lot(store.bar, "B-HELD", 5)
    store.lot(store.bar, "B-OLD", 5, expires_at=clock.now() - timedelta(days=1))
    store.lot(store.pump, "P-1", 5)
    with acting():
        MaterialLot.objects.filter(code="B-HELD").update(disposition=LotDisposition.RESTRICTED)
        MaterialLot.objects.create(site=store.site, definition=store.bar, code="B-NONE")
    said = {
        "B-NOWHERE": "No lot B-NOWHERE is known here. Scan its label again, or have it received first.",
        " ": "No lot can be read there. Scan the lot's label again, or type its number.",
        "P-1": "Lot P-1 is PUMP. This job takes BAR, RING: scan a lot of that.",
        "B-HELD": "Lot B-HELD is not released. Take another lot.",
        "B-OLD": "Lot B-OLD has expired. Take another lot.",
        "B-NONE": "The book has nothing free of lot B-NONE. Take another lot, or have this one counted.",
    }
    for label, sentence in said.items():
        with pytest.raises(MomError) as refused:
            placed(store, job, label)
        fields = getattr(refused.value, "fields", {}).get("lot", [])
        assert (str(fields[0]) if fields else refused.value.sentence) == sentence
    assert LotInPlace.objects.count() == 0
    store.give(job, "finish")
    with pytest.raises(MomError, match="not in work"):
        placed(store, job, "B-LATE")


def test_lot_promised_whole_to_another_job_is_refused_and_one_promised_to_this_job_is_taken(store: ByReport) -> None:
    store.lot(store.bar, "B-MINE", 20)
    store.lot(store.ring, "R-1", 5)
    job = store.job()
    assert store.reserve(job) == {"B-MINE": Decimal(20), "R-1": Decimal(5)}
    placed(store, job, "B-MINE")
    store.report(job, good=10)
    assert taken(store) == {"B-MINE": 20}
    assert broken() == []


def test_the_database_holds_it_too(store: ByReport) -> None:
    job = two_lots(store)
    [row] = placed(store, job, "B-LATE")
    held, now = MaterialLot.objects.get(code="B-SOON"), clock.now()
    line = row.requirement

    def refused(constraint: str, **fields: object) -> None:
        values = {"site": store.site, "requirement": line, "lot": row.lot, "placed_at": now, "op_uuid": uuid.uuid4(),
                  "recorded_at": now, "recorded_by": "x", **fields}  # fmt: skip
        with pytest.raises(IntegrityError) as violation, transaction.atomic(), acting():
            LotInPlace.objects.create(**values)
        assert constraint_name(violation.value) == constraint

    refused("inventory_lotinplace_fits", lot=MaterialLot.objects.get(code="R-1"))
    refused("inventory_lotinplace_said_once", op_uuid=row.op_uuid)
    refused("inventory_lotinplace_not_in_future", placed_at=now + timedelta(seconds=1))
    refused("inventory_lotinplace_usable", lot=held, placed_at=SOON, recorded_at=SOON)
    with acting():
        MaterialLot.objects.filter(pk=held.pk).update(disposition=LotDisposition.RESTRICTED)
    refused("inventory_lotinplace_usable", lot=held)
    with pytest.raises(ProgrammingError), transaction.atomic(), acting():
        LotInPlace.objects.update(placed_at=now)


def test_station_is_offered_what_may_be_taken(store: ByReport) -> None:
    job = two_lots(store)
    placed(store, job, "B-LATE")
    bar, ring = lots_in_place([job.pk], clock.now())[job.pk]
    assert (bar.material, bar.lot, [(each.code, each.free) for each in bar.offered]) == (
        "BAR", "B-LATE", [("B-SOON", Decimal(20)), ("B-LATE", Decimal(20))]
    )  # fmt: skip
    assert (ring.material, ring.lot) == ("RING", "")
    assert lots_in_place([], clock.now()) == {}
