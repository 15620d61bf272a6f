"""Several at the same stock and the same lot. Controls show each race without its guard."""

import os
import threading
import uuid
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import psycopg2
import pytest
from django.db import connection

from inventory.models import StockBalance, StockReservation, StorageLocation
from inventory.services import posting, stock, stock_reservation
from mom.core import clock, invariants
from mom.core.actor import system_actor
from mom.core.errors import Conflict, Shortage
from mom.core.testing import acting
from mom.plant.engine.terms import LotDisposition
from mom.plant.models import BusinessPartner, Equipment, MaterialDefinition, MaterialLot
from mom.plant.services import master_data
from mom.work.models import JobOrder
from tests.factories.stock import JobStore
from tests.races.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)
BOSS = system_actor("test")


class Shelf:
    """One place with one lot."""

    def __init__(self, site: Any, quantity: int) -> None:
        with acting():
            equipment = Equipment.objects.create(site=site, code="SHELF", level="storage_unit")
            self.place = StorageLocation.objects.create(site=site, equipment=equipment)
            self.material = MaterialDefinition.objects.create(site=site, code="BAR")
            self.lot = MaterialLot.objects.create(site=site, definition=self.material, code="B-1")
            self.customer = BusinessPartner.objects.create(site=site, code="C-1", is_customer=True)
        stock.receive(BOSS, self.place, self.material, Decimal(quantity), lot=self.lot, op_uuid=uuid.uuid4())

    def ship(self, quantity: int = 1) -> Any:
        return stock.ship(BOSS, self.lot, self.place, Decimal(quantity), op_uuid=uuid.uuid4(), partner=self.customer)

    def hold(self) -> Any:
        return master_data.change(BOSS, MaterialLot, self.lot.pk, disposition=LotDisposition.RESTRICTED)

    def left(self) -> Decimal:
        return StockBalance.objects.get(location=self.place).quantity


@pytest.fixture
def owner_cursor(transactional_db: None) -> Iterator[Any]:
    """The owner of the tables, who can take a guard away for a control."""
    address = os.environ.get("DATABASE_OWNER_URL") or os.environ["DATABASE_URL"]
    owning = psycopg2.connect(address, dbname=connection.settings_dict["NAME"])
    owning.autocommit = True
    with owning.cursor() as cursor:
        yield cursor
    owning.close()


@pytest.fixture
def all_holds() -> Iterator[None]:
    """After the race every invariant holds, the audit chain too."""
    yield
    assert list(invariants.violations()) == []


def test_p08_eight_take_the_last_pieces_and_none_is_taken_twice(site: Any, all_holds: None) -> None:
    shelf = Shelf(site, 50)

    def take_ten_times() -> list[Any]:
        found = []
        for _turn in range(10):
            try:
                found.append(shelf.ship())
            except Shortage as short:
                found.append(short)
        return found

    outcomes = [each for taken in at_once([take_ten_times] * 8) for each in taken]
    assert len(outcomes) == 80
    assert sum(isinstance(each, list) for each in outcomes) == 50
    assert shelf.left() == 0


def test_p08_control_without_the_check_takes_more_than_there_is(site: Any, owner_cursor: Any) -> None:
    shelf = Shelf(site, 1)
    owner_cursor.execute("ALTER TABLE inventory_stockbalance DROP CONSTRAINT inventory_stockbalance_not_negative")

    at_once([shelf.ship] * 4)

    assert shelf.left() == -3


def test_p13_lot_held_at_the_same_moment_is_never_shipped_after_the_hold(site: Any, all_holds: None) -> None:
    shelf = Shelf(site, 40)
    for _round in range(6):
        master_data.change(BOSS, MaterialLot, shelf.lot.pk, disposition=LotDisposition.UNRESTRICTED)
        found = at_once([shelf.hold, shelf.ship, shelf.ship])
        assert MaterialLot.objects.get(pk=shelf.lot.pk).disposition == LotDisposition.RESTRICTED
        assert all(isinstance(each, list | Conflict | MaterialLot) for each in found), found
        with pytest.raises(Conflict):
            shelf.ship()


def test_p13_control_without_the_row_lock_ships_a_held_lot(site: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf = Shelf(site, 5)
    has_read, is_held = threading.Event(), threading.Event()

    def read_without_lock(lot: MaterialLot, at: Any) -> MaterialLot:
        read = MaterialLot.objects.select_related("definition", "site").get(pk=lot.pk)
        has_read.set()
        is_held.wait(10)
        assert read.disposition == LotDisposition.UNRESTRICTED
        return read

    def hold_in_between() -> Any:
        has_read.wait(10)
        held = shelf.hold()
        is_held.set()
        return held

    monkeypatch.setattr(stock, "usable", read_without_lock)
    shipped, _held = at_once([shelf.ship, hold_in_between])

    assert isinstance(shipped, list), "without the lock the hold came in between and the lot went out"
    assert posting.usable is not read_without_lock


def test_p11_two_ways_at_once_never_wait_in_a_ring(site: Any, all_holds: None) -> None:
    shelf = Shelf(site, 40)
    with acting():
        equipment = Equipment.objects.create(site=site, code="LINE", level="storage_unit")
        line = StorageLocation.objects.create(site=site, equipment=equipment)
    stock.transfer(BOSS, shelf.lot, shelf.place, line, Decimal(20), op_uuid=uuid.uuid4())

    def bring(source: StorageLocation, target: StorageLocation) -> Any:
        return [
            stock.transfer(BOSS, shelf.lot, source, target, Decimal(1), op_uuid=uuid.uuid4()) for _turn in range(10)
        ]

    found = at_once([lambda: bring(shelf.place, line), lambda: bring(line, shelf.place)] * 2)
    assert all(isinstance(each, list) for each in found), found
    assert sum(StockBalance.objects.values_list("quantity", flat=True)) == 40


def test_two_fillings_of_an_empty_silo_are_one_blend(site: Any, all_holds: None) -> None:
    shelf = Shelf(site, 40)
    with acting():
        equipment = Equipment.objects.create(site=site, code="SILO", level="storage_unit")
        silo = StorageLocation.objects.create(site=site, equipment=equipment, is_blending=True)

    def fill() -> Any:
        return stock.transfer(BOSS, shelf.lot, shelf.place, silo, Decimal(5), op_uuid=uuid.uuid4())

    found = at_once([fill] * 4)
    assert all(isinstance(each, list) for each in found), found
    assert StockBalance.objects.get(location=silo).quantity == 20


def orders_of(store: JobStore, many: int) -> list[JobOrder]:
    """The first jobs of orders that need twenty bars each."""
    routing = store.routing()
    return [store.order(routing, f"WO-{number}")[0] for number in range(many)]


def reserved(jobs: list[JobOrder]) -> list[Any]:
    return at_once([lambda pk=job.pk: stock_reservation.reserve(BOSS, [pk]) for job in jobs])


def test_p10_eight_jobs_reserve_the_same_lots_and_get_no_more_than_lies_there(site: Any, all_holds: None) -> None:
    store = JobStore(site, BOSS)
    lots = [store.lot(store.bar, f"B-{number}", 35) for number in range(2)]

    found = reserved(orders_of(store, 8))

    assert all(isinstance(each, tuple) for each in found), found
    assert [store.balance(lot) for lot in lots] == [(35, 35), (35, 35)]
    assert sum(row.quantity for rows, _short in found for row in rows) == 70


def test_p10_control_without_the_check_promises_more_than_lies_there(site: Any, owner_cursor: Any) -> None:
    store = JobStore(site, BOSS)
    lot, jobs = store.lot(store.bar, "B-1", 30), orders_of(store, 2)
    owner_cursor.execute("ALTER TABLE inventory_stockbalance DROP CONSTRAINT inventory_stockbalance_reserved_is_there")
    needs, balance = [job.requirements.get(definition=store.bar) for job in jobs], lot.stock_balances.get()

    def promise(need: Any) -> None:
        with acting():
            StockReservation.objects.create(
                site=site, requirement=need, balance=balance, quantity=20, reserved_at=clock.now(), reserved_by="x"
            )

    at_once([lambda need=need: promise(need) for need in needs])

    assert store.balance(lot) == (30, 40)


def test_p10_one_job_reserved_by_four_at_once_is_reserved_once(site: Any, all_holds: None) -> None:
    store = JobStore(site, BOSS)
    lot, [job] = store.lot(store.bar, "B-1", 100), orders_of(store, 1)

    reserved([job] * 4)

    assert store.balance(lot) == (100, 20)


def test_p10_reserve_and_consume_at_once_leave_what_is_promised_there(site: Any, all_holds: None) -> None:
    store = JobStore(site, BOSS)
    lot = store.lot(store.bar, "B-1", 30)
    first, second = orders_of(store, 2)
    store.give(second, "start")

    found = at_once([lambda: stock_reservation.reserve(BOSS, [first.pk]), lambda: store.consume(second, lot, 20)])

    is_refused = isinstance(found[1], Shortage)
    assert store.balance(lot) == ((30, 20) if is_refused else (10, 10)), found
