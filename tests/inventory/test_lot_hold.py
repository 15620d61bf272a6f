"""Lots are held together and let go together; a lot in two holds waits for both; jobs lose what they were promised."""

import uuid
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction

from inventory.models import HeldLot, LotHold, StockReservation, StorageLocation
from inventory.services import lot_hold, stock
from mom.accounts.models import Site
from mom.core import relay
from mom.core.actor import Actor
from mom.core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from mom.core.models import AuditEntry
from mom.core.testing import acting
from mom.plant.engine.terms import LotDisposition
from mom.plant.models import Equipment, MaterialLot
from mom.plant.services import master_data
from tests.bench.statements import counting
from tests.factories.stock import JobStore

pytestmark = pytest.mark.django_db


@pytest.fixture
def store(site: Site, actor: Actor) -> JobStore:
    return JobStore(site, actor)


def states(*lots: MaterialLot) -> list[str]:
    by_key = dict(MaterialLot.objects.values_list("pk", "disposition"))
    return [by_key[lot.pk] for lot in lots]


def test_a_hold_takes_its_lots_out_of_use_and_gives_them_back_as_they_were(store: JobStore) -> None:
    free = store.lot(store.bar, "B-1", 20)
    doing = store.lot(store.bar, "B-2", 20, disposition=LotDisposition.IN_PROCESS)
    gone = store.lot(store.bar, "B-3", 20, disposition=LotDisposition.CLOSED)

    made = lot_hold.hold(store.actor, [free.pk, doing.pk, gone.pk], "Drift on bore", origin=free.pk)

    assert states(free, doing, gone) == ["restricted", "restricted", "closed"]
    with pytest.raises(Conflict, match="is not released"):
        stock.transfer(store.actor, free, store.shelf, _silo(store), Decimal(1), op_uuid=uuid.uuid4())

    ended = lot_hold.release(store.actor, made.pk, "Measured again, all fine")
    assert states(free, doing, gone) == ["unrestricted", "in_process", "closed"]
    assert (ended.released_by, ended.release_reason) == (store.actor.label, "Measured again, all fine")
    with pytest.raises(Conflict, match="ended already"):
        lot_hold.release(store.actor, made.pk, "Twice")


def test_a_lot_in_two_holds_waits_for_both(store: JobStore) -> None:
    lot, other = store.lot(store.bar, "B-1", 20), store.lot(store.bar, "B-2", 20)
    first = lot_hold.hold(store.actor, [lot.pk, other.pk], "Drift")
    second = lot_hold.hold(store.actor, [lot.pk], "Wrong certificate")

    lot_hold.release(store.actor, first.pk, "No drift")
    assert states(lot, other) == ["restricted", "unrestricted"]
    lot_hold.release(store.actor, second.pk, "Right one found")
    assert states(lot) == ["unrestricted"]


def test_some_lots_leave_a_hold_and_the_last_one_ends_it(store: JobStore) -> None:
    lots = [store.lot(store.bar, f"B-{number}", 20) for number in range(3)]
    made = lot_hold.hold(store.actor, [lot.pk for lot in lots], "Drift")

    left = lot_hold.release(store.actor, made.pk, "Sorted", lots=[lots[0].pk])
    assert left.released_at is None
    assert states(*lots) == ["unrestricted", "restricted", "restricted"]
    with pytest.raises(InvalidInput):
        lot_hold.release(store.actor, made.pk, "Again", lots=[lots[0].pk])
    with acting() as act:
        found = lot_hold.release_lots(act, [lots[1].pk, lots[2].pk], "Sorted too")
    assert [each.usable for each in found] == [("B-1", "B-2")]
    assert LotHold.objects.get().released_at is not None
    with pytest.raises(Conflict), acting() as act:
        lot_hold.release_lots(act, [lots[1].pk], "Again")


def test_a_held_lot_is_not_released_on_its_own_page_whoever_writes(store: JobStore) -> None:
    lot = store.lot(store.bar, "B-1", 20)
    lot_hold.hold(store.actor, [lot.pk], "Drift")

    with pytest.raises(InvalidInput) as refused:
        master_data.change(store.actor, MaterialLot, lot.pk, disposition=LotDisposition.UNRESTRICTED)
    assert refused.value.code == "lot_held"
    with pytest.raises(DatabaseError), transaction.atomic(), acting():
        MaterialLot.objects.filter(pk=lot.pk).update(disposition=LotDisposition.UNRESTRICTED)
    master_data.change(store.actor, MaterialLot, lot.pk, disposition=LotDisposition.CLOSED)
    assert states(lot) == ["closed"]


def test_jobs_lose_what_they_were_promised_of_a_held_lot_and_their_log_says_so(store: JobStore) -> None:
    bar, ring = store.lot(store.bar, "B-1", 20), store.lot(store.ring, "R-1", 20)
    job, *_later = store.order(store.routing())
    store.reserve(job)

    lot_hold.hold(store.actor, [bar.pk], "Drift")

    assert (store.balance(bar), store.balance(ring)) == ((20, 0), (20, 20))
    said = AuditEntry.objects.get(action="inventory.lot_let_go")
    assert (said.subject_label, said.after) == (job.code, {"lots": ["B-1"]})
    store.lot(store.bar, "B-2", 20)
    assert store.reserve(job) == {"R-1": 20, "B-2": 20}


@pytest.mark.django_db(transaction=True)
def test_a_lot_held_on_its_page_keeps_no_promise_either(store: JobStore) -> None:
    lot = store.lot(store.bar, "B-1", 20)
    job, *_later = store.order(store.routing())
    store.reserve(job)

    master_data.change(store.actor, MaterialLot, lot.pk, disposition=LotDisposition.RESTRICTED)
    relay.drain()

    assert store.balance(lot) == (20, 0)
    assert StockReservation.objects.get(balance__lot=lot).released_at is not None


def test_who_may_hold_and_release(store: JobStore, make_actor: Callable[..., Actor]) -> None:
    lot = store.lot(store.bar, "B-1", 20)
    holder, looker = make_actor("inventory.hold_lots"), make_actor("inventory.view")
    with pytest.raises(NotAllowed):
        lot_hold.hold(looker, [lot.pk], "Drift")
    made = lot_hold.hold(holder, [lot.pk], "Drift")
    with pytest.raises(NotAllowed):
        lot_hold.release(holder, made.pk, "Mine")
    with pytest.raises(InvalidInput):
        lot_hold.hold(store.actor, [lot.pk], " ")
    with pytest.raises(NotFound):
        lot_hold.hold(store.actor, [lot.pk, lot.pk + 1000], "Drift")


def test_a_hold_costs_the_same_however_many_lots(store: JobStore) -> None:
    lots = [store.lot(store.bar, f"B-{number:02}", 20) for number in range(22)]
    lot_hold.hold(store.actor, [lots[0].pk], "The first one begins the range of numbers")
    costs = []
    for part in (lots[1:2], lots[2:]):
        with counting() as count:
            made = lot_hold.hold(store.actor, [lot.pk for lot in part], "Drift")
        with counting() as again:
            lot_hold.release(store.actor, made.pk, "Fine")
        costs.append((len(count), len(again)))
    assert costs[0] == costs[1], costs
    assert HeldLot.objects.filter(released_at=None).count() == 1


def _silo(store: JobStore) -> StorageLocation:
    with acting():
        equipment = Equipment.objects.create(site=store.site, code="SILO", level="storage_unit")
        return StorageLocation.objects.create(site=store.site, equipment=equipment, is_blending=True)
