"""Stock is brought by jobs on the dispatch list: what was received to its home, and what people ask for."""

import uuid
from collections.abc import Callable
from decimal import Decimal

import pytest

from inventory.models import StockBalance, StockMove, StockTransfer, StorageLocation
from inventory.services import lots, stock, stock_transfer
from inventory.services.lots import NewLot
from mom.accounts.models import Site
from mom.core.actor import Actor
from mom.core.errors import Conflict, InvalidInput, NotAllowed, Shortage
from mom.core.testing import acting
from mom.plant.models import MaterialLot
from mom.work.job_kinds import job_kind
from mom.work.models import JobOrder
from tests.factories.counts import make_place
from tests.factories.stock import JobStore
from tests.factories.work import make_material

pytestmark = pytest.mark.django_db


@pytest.fixture
def store(site: Site, actor: Actor) -> JobStore:
    return JobStore(site, actor)


def there(store: JobStore) -> dict[str, int]:
    rows = StockBalance.objects.exclude(quantity=0).select_related("location__equipment")
    return {row.location.equipment.code: int(row.quantity) for row in rows}


def job_of(move: StockTransfer) -> JobOrder:
    return JobOrder.objects.get(pk=move.job_order_id)


def receive(store: JobStore, place: StorageLocation, quantity: int = 12) -> MaterialLot:
    moves = lots.receive_lot(store.actor, place, store.bar, Decimal(quantity), NewLot("B-1"), op_uuid=uuid.uuid4())
    assert moves[0].lot is not None
    return moves[0].lot


def test_what_is_received_on_an_inbound_place_is_put_away_by_a_job(store: JobStore) -> None:
    dock = make_place(store.site, "DOCK", is_inbound=True)
    stock_transfer.set_home(store.actor, store.bar, store.shelf)

    lot = receive(store, dock)

    move = StockTransfer.objects.get()
    job = job_of(move)
    assert (move.lot, move.quantity, move.source, move.target) == (lot, 12, dock, store.shelf)
    assert (job.status, job.operations_type, job.operation) == ("ready", "inventory", "Put B-1 away: DOCK to SHELF")
    assert there(store) == {"DOCK": 12}
    store.give(job, "start")
    assert there(store) == {"DOCK": 12}, "the ledger moves with the end"
    store.give(job, "finish")
    assert there(store) == {"SHELF": 12}
    legs = StockMove.objects.filter(kind="transferred")
    assert {leg.job_response.job_order_id for leg in legs if leg.job_response} == {job.pk}


def test_no_job_without_a_home_or_elsewhere(store: JobStore) -> None:
    dock = make_place(store.site, "DOCK", is_inbound=True)
    receive(store, dock)
    stock_transfer.set_home(store.actor, store.bar, store.shelf)
    receive(store, store.shelf)
    stock_transfer.set_home(store.actor, store.bar, None)
    receive(store, dock)
    assert not StockTransfer.objects.exists()


def test_what_has_no_lots_is_put_away_too(store: JobStore) -> None:
    glue, dock = make_material(store.site, "GLUE", unit="KGM"), make_place(store.site, "DOCK", is_inbound=True)
    stock_transfer.set_home(store.actor, glue, store.shelf)
    stock.receive(store.actor, dock, glue, Decimal("2.5"), op_uuid=uuid.uuid4())
    store.give(job_of(StockTransfer.objects.get()), "start", "finish")
    assert [(row.location, row.quantity) for row in StockBalance.objects.exclude(quantity=0)] == [
        (store.shelf, Decimal("2.5"))
    ]


def test_less_or_elsewhere_is_said_before_the_end(store: JobStore) -> None:
    lot, line, far = store.lot(store.bar, "B-1", 20), make_place(store.site, "LINE"), make_place(store.site, "FAR")
    move = stock_transfer.ask(store.actor, lot, store.shelf, line, Decimal(10))
    store.give(job_of(move), "start")
    stock_transfer.say_moved(store.actor, move.code, store.site.code, Decimal(7), target=far)
    store.give(job_of(move), "finish")
    assert there(store) == {"SHELF": 13, "FAR": 7}
    with pytest.raises(Conflict):
        stock_transfer.say_moved(store.actor, move.code, store.site.code, Decimal(8))


def test_what_is_not_there_any_more_keeps_the_job_open(store: JobStore) -> None:
    lot, line = store.lot(store.bar, "B-1", 5), make_place(store.site, "LINE")
    move = stock_transfer.ask(store.actor, lot, store.shelf, line, Decimal(10))
    store.give(job_of(move), "start")
    with pytest.raises(Shortage):
        store.give(job_of(move), "finish")
    assert job_of(move).status == "running"
    assert there(store) == {"SHELF": 5}


def test_what_may_not_be_asked_and_by_whom(store: JobStore, make_actor: Callable[..., Actor]) -> None:
    lot, line = store.lot(store.bar, "B-1", 5), make_place(store.site, "LINE")
    for quantity, target in ((Decimal(0), line), (Decimal(1), store.shelf)):
        with pytest.raises(InvalidInput):
            stock_transfer.ask(store.actor, lot, store.shelf, target, quantity)
    with pytest.raises(InvalidInput) as refused:
        stock_transfer.ask(store.actor, store.bar, store.shelf, line, Decimal(1))
    assert "lot" in refused.value.fields
    with pytest.raises(NotAllowed):
        stock_transfer.ask(make_actor("inventory.view"), lot, store.shelf, line, Decimal(1))
    with pytest.raises(NotAllowed):
        stock_transfer.set_home(make_actor("inventory.move_stock"), store.bar, line)


def test_another_domain_asks_for_a_count_or_a_move_by_the_spine(store: JobStore) -> None:
    kind = job_kind("inventory")
    assert kind is not None
    lot, line = store.lot(store.bar, "B-1", 5), make_place(store.site, "LINE")
    with acting() as act:
        count = kind.request(act, store.site.pk, {"place": store.shelf})
        wish = {"place": store.shelf, "to": line, "what": lot, "quantity": Decimal(2)}
        move = kind.request(act, store.site.pk, wish)
    assert (count.operation, move.operation) == ("Count SHELF", "Move B-1: SHELF to LINE")
    with pytest.raises(InvalidInput), acting() as act:
        kind.request(act, store.site.pk + 1, {"place": store.shelf})
