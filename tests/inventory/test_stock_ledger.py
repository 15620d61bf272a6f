"""The stock ledger: what it refuses, whatever way a write comes, and balances that are its sums."""

import uuid
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inventory.models import StockBalance, StockMove, StorageLocation
from inventory.services import stock
from mom.accounts.models import Site
from mom.core import invariants
from mom.core.actor import Actor
from mom.core.errors import Conflict, InvalidInput, NotAllowed, Shortage
from mom.core.testing import acting
from mom.plant.engine.terms import LotDisposition
from mom.plant.models import Equipment, MaterialDefinition, MaterialLot

AT = datetime(2026, 4, 16, 8, tzinfo=UTC)


class Store:
    """Two places, a material and a lot of it."""

    def __init__(self, site: Site, actor: Actor) -> None:
        self.site, self.actor = site, actor
        self.shelf, self.line = self.place("SHELF"), self.place("LINE")
        with acting():
            self.material = MaterialDefinition.objects.create(site=site, code="BAR", unit="KGM", tracking="lot")
            self.lot = MaterialLot.objects.create(site=site, definition=self.material, code="B-1")

    def place(self, code: str, **fields: Any) -> StorageLocation:
        with acting():
            equipment = Equipment.objects.create(site=self.site, code=code, level="storage_unit")
            return StorageLocation.objects.create(site=self.site, equipment=equipment, **fields)

    def receive(self, quantity: str, place: StorageLocation | None = None, **more: Any) -> list[StockMove]:
        given: dict[str, Any] = {"op_uuid": uuid.uuid4(), "lot": self.lot, **more}
        return stock.receive(self.actor, place or self.shelf, self.material, Decimal(quantity), **given)

    def bring(self, quantity: str, **more: Any) -> list[StockMove]:
        given: dict[str, Any] = {"op_uuid": uuid.uuid4(), **more}
        return stock.transfer(self.actor, self.lot, self.shelf, self.line, Decimal(quantity), **given)

    def there(self, place: StorageLocation) -> Decimal:
        return sum(StockBalance.objects.filter(location=place).values_list("quantity", flat=True), Decimal(0))


@pytest.fixture
def store(site: Site, actor: Actor) -> Store:
    return Store(site, actor)


def test_transfer_takes_from_one_place_what_it_brings_to_the_other(store: Store) -> None:
    store.receive("10")

    moves = store.bring("4")

    assert [move.quantity for move in moves] == [Decimal(-4), Decimal(4)]
    assert (store.there(store.shelf), store.there(store.line)) == (Decimal(6), Decimal(4))


def test_p01_same_key_moves_once(store: Store) -> None:
    key = uuid.uuid4()
    store.receive("10", op_uuid=key)
    store.receive("10", op_uuid=key)

    assert store.there(store.shelf) == 10


def test_p08_more_than_there_is_refused_and_nothing_is_half_done(store: Store) -> None:
    store.receive("10")

    with pytest.raises(Shortage) as short:
        store.bring("10.000001")

    assert short.value.items == [
        {"material": "BAR", "lot": "B-1", "place": "SHELF", "asked": "10.000001", "unit": "KGM"}
    ]
    assert (store.there(store.shelf), store.there(store.line)) == (Decimal(10), Decimal(0))


def test_place_of_a_new_shop_may_go_below_zero_until_that_is_switched_off(store: Store) -> None:
    free = store.place("FREE", allows_negative=True)
    stock.scrap(store.actor, store.lot, free, Decimal(3), op_uuid=uuid.uuid4(), reason="found bent")
    assert store.there(free) == -3

    free.allows_negative = False
    with pytest.raises(DatabaseError, match="not_negative"), transaction.atomic(), acting():
        free.save()
    store.receive("3", free)
    with acting():
        free.save()
    with pytest.raises(Shortage):
        stock.scrap(store.actor, store.lot, free, Decimal(1), op_uuid=uuid.uuid4(), reason="found bent")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE inventory_stockmove SET quantity = 99",
        "DELETE FROM inventory_stockmove",
        "TRUNCATE inventory_stockmove",
        "UPDATE inventory_stockbalance SET quantity = 99",
        "DELETE FROM inventory_stockbalance",
    ],
)
def test_p25_ledger_and_balances_refuse_change_by_sql(store: Store, statement: str) -> None:
    store.receive("10")

    with pytest.raises(DatabaseError), transaction.atomic(), acting(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert store.there(store.shelf) == 10


def test_balance_is_not_made_with_a_quantity(store: Store) -> None:
    with pytest.raises(DatabaseError, match="kept by the database"), transaction.atomic(), acting():
        StockBalance.objects.create(
            site=store.site, location=store.shelf, definition=store.material, quantity=Decimal(5)
        )


def test_move_in_another_unit_or_of_another_material_s_lot_is_refused(store: Store) -> None:
    with acting():
        other = MaterialDefinition.objects.create(site=store.site, code="TUBE", unit="KGM")
    with pytest.raises(InvalidInput) as refused:
        stock.receive(store.actor, store.shelf, other, Decimal(1), lot=store.lot, op_uuid=uuid.uuid4())
    assert "lot" in refused.value.fields

    [move] = store.receive("1")
    move.pk, move.op_uuid, move.unit = None, uuid.uuid4(), "GRM"
    with pytest.raises(DatabaseError, match="material's unit"), transaction.atomic(), acting():
        move.save(force_insert=True)


@pytest.mark.parametrize("quantity", ["0", "-1"])
def test_nothing_or_less_is_refused(store: Store, quantity: str) -> None:
    with pytest.raises(InvalidInput):
        store.receive(quantity)


def test_p13_held_and_expired_lots_are_not_shipped_but_may_be_set_aside(store: Store) -> None:
    from mom.plant.models import BusinessPartner

    store.receive("10")
    with acting():
        customer = BusinessPartner.objects.create(site=store.site, code="C-1", is_customer=True)
        MaterialLot.objects.filter(pk=store.lot.pk).update(disposition=LotDisposition.RESTRICTED)

    def ship() -> None:
        stock.ship(store.actor, store.lot, store.shelf, Decimal(1), op_uuid=uuid.uuid4(), partner=customer, at=AT)

    with pytest.raises(Conflict, match="not released"):
        ship()
    store.bring("10")
    with acting():
        MaterialLot.objects.filter(pk=store.lot.pk).update(
            disposition=LotDisposition.UNRESTRICTED, expires_at=AT - timedelta(seconds=1)
        )
    with pytest.raises(Conflict, match="expired"):
        ship()


def test_p33_another_site_s_place_is_refused_and_an_outsider_moves_nothing(
    store: Store, other_site: Site, make_actor: Any
) -> None:
    with acting():
        equipment = Equipment.objects.create(site=other_site, code="FAR", level="storage_unit")
        far = StorageLocation.objects.create(site=other_site, equipment=equipment)
    everywhere = Actor(kind="system", id="t", label="t", permissions={"*": frozenset(["inventory.move_stock"])})
    store.receive("1")

    with pytest.raises(InvalidInput):
        stock.transfer(everywhere, store.lot, store.shelf, far, Decimal(1), op_uuid=uuid.uuid4())
    store.actor = make_actor("inventory.view")
    with pytest.raises(NotAllowed):
        store.receive("1")


moves = st.lists(st.tuples(st.sampled_from(["receive", "bring", "scrap"]), st.integers(1, 40)), min_size=1, max_size=15)


@given(asked=moves)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_p09_balances_follow_a_plain_model(store: Store, asked: list[tuple[str, int]]) -> None:
    before = {place: store.there(place) for place in (store.shelf, store.line)}
    shelf, line = before[store.shelf], before[store.line]
    for act, amount in asked:
        quantity = Decimal(amount)
        if act == "receive":
            store.receive(str(quantity))
            shelf += quantity
        elif act == "bring" and quantity <= shelf:
            store.bring(str(quantity))
            shelf, line = shelf - quantity, line + quantity
        elif act == "scrap" and quantity <= line:
            stock.scrap(store.actor, store.lot, store.line, quantity, op_uuid=uuid.uuid4(), reason="bent")
            line -= quantity
        else:
            place = store.shelf if act == "bring" else store.line
            with pytest.raises(Shortage):
                stock.scrap(store.actor, store.lot, place, quantity, op_uuid=uuid.uuid4(), reason="bent")
    assert (store.there(store.shelf), store.there(store.line)) == (shelf, line)
    mine = [found for found in invariants.violations() if found.invariant.name.startswith("inventory.")]
    assert mine == []


def test_lot_page_shows_where_it_lies(store: Store, client: Any, owner: Any) -> None:
    store.receive("10")
    store.bring("4")
    client.force_login(owner, backend="mom.accounts.backends.PasswordBackend")

    page = client.get("/lots/B-1/").content.decode()

    assert "SHELF" in page
    assert "LINE" in page
    assert ">6" in page.replace("\N{NO-BREAK SPACE}", " ")
