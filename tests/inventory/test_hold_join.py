"""What is made of material in a hold of everything affected joins the hold, and leaves it with the hold."""

import uuid
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError

from inventory.models import HeldLot, LotHold
from inventory.services import job_material, lot_hold, lots, stock
from inventory.services.lots import NewLot
from mom.accounts.models import Site
from mom.core.actor import Actor
from mom.core.errors import Conflict
from mom.core.models import AuditEntry
from mom.core.testing import acting
from mom.plant.models import MaterialLot, MaterialSublot
from mom.work.models import JobOrder
from mom.work.services import job_order
from tests.factories.stock import JobStore
from tests.inventory.test_backflush import ByReport

pytestmark = pytest.mark.django_db


@pytest.fixture
def store(site: Site, actor: Actor) -> ByReport:
    return ByReport(site, actor)


def kept(hold: LotHold) -> dict[str, bool]:
    """The lots that a hold keeps, and whether each joined it later."""
    rows = HeldLot.objects.filter(hold=hold, released_at=None).select_related("lot")
    return {row.lot.code: row.joined_at is not None for row in rows}


def state(lot: MaterialLot) -> str:
    return MaterialLot.objects.get(pk=lot.pk).disposition


def running(store: JobStore, *taken: MaterialLot, code: str = "WO-1") -> JobOrder:
    """A job in work that consumed two of each of these lots."""
    job = store.order(store.routing(), code)[0]
    store.give(job, "start")
    for lot in taken:
        store.consume(job, lot, 2)
    return job


def held(store: JobStore, lot: MaterialLot, also: str = "downstream") -> LotHold:
    return lot_hold.hold_affected(store.actor, [lot.pk], "Wrong alloy", also=also)


def test_what_a_running_job_makes_after_the_hold_of_its_material_joins_it_and_is_released_with_it(
    store: ByReport,
) -> None:
    bar = store.lot(store.bar, "B-1", 20)
    job = running(store, bar)
    before = store.produce(job, "P-1", 5)
    hold = held(store, bar)
    assert kept(hold) == {"B-1": False, "P-1": False}

    after = store.produce(job, "P-2", 5)

    assert kept(hold) == {"B-1": False, "P-1": False, "P-2": True}
    assert state(after) == "restricted"
    assert AuditEntry.objects.get(action="inventory.lots_joined_hold").after == {"lots": ["P-2"]}
    with pytest.raises(Conflict, match=f"P-2 is not released, it is in hold {hold.code}"):
        stock.ship(store.actor, after, store.shelf, Decimal(1), op_uuid=uuid.uuid4(), partner=None)  # type: ignore[arg-type]
    lot_hold.release(store.actor, hold.pk, "Right alloy")
    assert (state(before), state(after), state(bar)) == ("unrestricted",) * 3
    assert state(store.produce(job, "P-3", 1)) == "unrestricted"


def test_a_job_that_took_nothing_of_it_and_a_hold_of_these_lots_alone_are_left_as_they_are(store: ByReport) -> None:
    bad, good = store.lot(store.bar, "B-BAD", 20), store.lot(store.bar, "B-GOOD", 20)
    job, other = running(store, bad), running(store, good, code="WO-2")
    hold = held(store, bad)
    assert state(store.produce(other, "P-GOOD", 5)) == "unrestricted"
    lot_hold.release(store.actor, hold.pk, "Right alloy")

    alone = held(store, bad, also="")
    assert state(store.produce(job, "P-LATER", 5)) == "unrestricted"
    assert kept(alone) == {"B-BAD": False}


def test_a_later_job_of_the_order_makes_of_what_an_earlier_one_handed_on(store: ByReport) -> None:
    bar = store.lot(store.bar, "B-1", 20)
    first, last, *_later = store.order(store.routing())
    store.give(first, "start")
    store.consume(first, bar, 2)
    store.give(first, "finish")
    hold = held(store, bar)
    store.give(last, "start")
    made = lots.produce_lot(store.actor, last.pk, store.shelf, Decimal(2), NewLot("P-LAST"), op_uuid=uuid.uuid4())
    assert made[0].lot is not None
    assert kept(hold) == {"B-1": False, "P-LAST": True}


def test_a_lot_is_in_every_hold_of_what_it_is_made_of_and_waits_for_all_of_them(store: ByReport) -> None:
    bar, ring = store.lot(store.bar, "B-1", 20), store.lot(store.ring, "R-1", 20)
    job = running(store, bar, ring)
    of_bar, of_ring = held(store, bar), held(store, ring, also="siblings")
    made = store.produce(job, "P-1", 5)

    lot_hold.release(store.actor, of_bar.pk, "Right alloy")
    assert state(made) == "restricted"
    lot_hold.release(store.actor, of_ring.pk, "Round enough")
    assert state(made) == "unrestricted"


def test_what_somebody_let_out_of_the_hold_passes_nothing_on_and_does_not_come_back(store: ByReport) -> None:
    bar = store.lot(store.bar, "B-1", 20)
    job = running(store, bar)
    good = store.produce(job, "P-1", 5)
    hold = held(store, bar)
    lot_hold.release(store.actor, hold.pk, "Sorted", lots=[good.pk])
    next_job = running(store, code="WO-2")
    store.consume(next_job, good, 2)
    assert state(store.produce(next_job, "P-OF-GOOD", 1)) == "unrestricted"
    assert kept(hold) == {"B-1": False}


def test_a_lot_that_was_there_joins_once_with_what_it_gets_and_nobody_may_use_it(store: ByReport) -> None:
    bar = store.lot(store.bar, "B-1", 20)
    job = running(store, bar)
    there = store.lot(store.pump, "P-OLD", 7)
    hold = held(store, bar)
    output = job.requirements.get(definition=store.pump)
    made = job_material.Made(output, there, store.shelf, Decimal(3))
    job_material.produce(store.actor, job.pk, [made], op_uuid=uuid.uuid4())
    assert kept(hold) == {"B-1": False, "P-OLD": True}
    assert MaterialLot.objects.get(pk=there.pk).disposition == "restricted"
    again = job_material.Made(output, there, store.shelf, Decimal(3))
    job_material.produce(store.actor, job.pk, [again], op_uuid=uuid.uuid4())
    assert HeldLot.objects.filter(lot=there).count() == 1


def test_a_lot_that_joins_keeps_no_promise_to_another_job(store: ByReport) -> None:
    bar = store.lot(store.bar, "B-1", 20)
    job = running(store, bar)
    there = store.lot(store.pump, "P-OLD", 7)
    other = store.order(store.routing(), "WO-2")[0]
    with acting() as act:
        job_order.add_inputs(act, other, [job_order.Input(store.pump, Decimal(4), store.pump.unit)])
    assert store.reserve(other) == {"B-1": 18, "P-OLD": 4}
    held(store, bar)
    assert store.balance(there) == (7, 4)

    output = job.requirements.get(definition=store.pump)
    job_material.produce(
        store.actor, job.pk, [job_material.Made(output, there, store.shelf, Decimal(3))], op_uuid=uuid.uuid4()
    )

    assert store.balance(there) == (10, 0)
    said = AuditEntry.objects.filter(action="inventory.lot_let_go", subject_label=other.code).order_by("pk")
    assert [each.after for each in said] == [{"lots": ["B-1"]}, {"lots": ["P-OLD"]}]


def test_a_hold_of_these_lots_alone_is_joined_by_none_whoever_writes(store: ByReport) -> None:
    bar, there = store.lot(store.bar, "B-1", 20), store.lot(store.pump, "P-OLD", 7)
    alone = lot_hold.hold(store.actor, [bar.pk], "Drift")
    row = HeldLot(site=store.site, hold=alone, lot=there, was="unrestricted", joined_at=alone.held_at)
    with pytest.raises(IntegrityError, match="joins only a hold of everything affected"), acting():
        row.save()


def test_reports_of_a_running_job_go_on_with_one_lot_that_joined(store: ByReport) -> None:
    bar = store.lot(store.bar, "B-1", 50)
    store.lot(store.bar, "B-2", 50)
    store.lot(store.ring, "R-1", 10)
    job = store.job()
    store.report(job, good=3)
    hold = held(store, bar)
    for _each in range(3):
        store.report(job, good=1)
    made = list(MaterialLot.objects.filter(definition=store.product).order_by("pk"))
    assert [(lot.code in kept(hold), kept(hold)[lot.code]) for lot in made] == [(True, False), (True, True)]
    assert store.balance(made[1]) == (3, 0)

    lot_hold.release(store.actor, hold.pk, "Sorted", lots=[made[1].pk])
    store.report(job, good=1)
    newest = MaterialLot.objects.filter(definition=store.product).latest("pk")
    assert newest.pk not in {lot.pk for lot in made}, "what was sorted out is not mixed with what comes"
    assert kept(hold)[newest.code]


def test_numbered_pieces_that_are_reported_join_by_their_lot(site: Site, actor: Actor) -> None:
    store = ByReport(site, actor)
    store.tracking = "serial"
    bar = store.lot(store.bar, "B-1", 50)
    store.lot(store.bar, "B-2", 50)
    store.lot(store.ring, "R-1", 10)
    job = store.job()
    store.report(job, good=2)
    hold = held(store, bar)
    store.report(job, good=2)
    lots_of = set(MaterialSublot.objects.values_list("lot__code", flat=True))
    assert len(lots_of) == 2
    assert lots_of <= set(kept(hold))


def test_a_piece_without_a_lot_passes_on_what_it_is_of(store: ByReport) -> None:
    bar, blank = store.lot(store.bar, "B-1", 20), store.ring
    job = running(store, bar)
    piece = job_material.give_number(
        store.actor, job.pk, lot=bar, location=store.shelf, definition=blank, serial="S-1", op_uuid=uuid.uuid4()
    )
    assert piece.lot is None
    other = running(store, code="WO-2")
    taken = job_material.Taken(None, store.shelf, Decimal(1), sublot=piece, definition=blank)
    job_material.consume(store.actor, other.pk, [taken], op_uuid=uuid.uuid4())
    hold = held(store, bar)
    store.produce(other, "P-OF-PIECE", 1)
    assert kept(hold) == {"B-1": False, "P-OF-PIECE": True}


def test_the_same_key_again_makes_and_joins_nothing(store: ByReport) -> None:
    bar = store.lot(store.bar, "B-1", 20)
    job = running(store, bar)
    hold, key = held(store, bar), uuid.uuid4()
    made = [
        lots.produce_lot(store.actor, job.pk, store.shelf, Decimal(2), NewLot(), op_uuid=key)[0].lot for _each in "12"
    ]
    assert made[0] == made[1]
    assert HeldLot.objects.filter(hold=hold).count() == 2


def test_the_page_says_which_lots_joined_and_the_api_when(store: ByReport, owner: Any, client_of: Any) -> None:
    api = client_of(owner)
    bar = store.lot(store.bar, "B-1", 20)
    job = running(store, bar)
    hold = held(store, bar)
    store.produce(job, "P-1", 5)
    address = f"/api/v1/inventory/holds/{hold.pk}/"
    assert api.get(address).json()["is_everything_affected"] is True
    joined = {row["lot"]: row["joined_at"] is not None for row in api.get(f"{address}lots/").json()}
    assert joined == {"B-1": False, "P-1": True}


def test_when_a_lot_joined_is_not_rewritten(store: ByReport) -> None:
    bar = store.lot(store.bar, "B-1", 20)
    job = running(store, bar)
    hold = held(store, bar)
    store.produce(job, "P-1", 5)
    row = HeldLot.objects.get(hold=hold, joined_at__isnull=False)
    with pytest.raises(DatabaseError, match="joined_at"), acting():
        HeldLot.objects.filter(pk=row.pk).update(joined_at=None)
