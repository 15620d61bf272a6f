"""Stock is promised to a job once: first what expires first, never more than lies there, and nobody else takes it."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction

from inventory.models import StockReservation
from inventory.selectors.material_at_hand import material_missing
from inventory.services import stock, stock_reservation
from mom.accounts.models import Site
from mom.core import clock, invariants, relay
from mom.core.actor import Actor
from mom.core.errors import NotAllowed, NotFound, Shortage
from mom.core.testing import acting
from mom.plant.engine.terms import LotDisposition
from tests.bench.statements import counting
from tests.factories.stock import SOON, JobStore

pytestmark = pytest.mark.django_db


def broken() -> list[str]:
    names = [found.invariant.name for found in invariants.violations()]
    return [name for name in names if name.startswith("inventory.")]


@pytest.fixture
def store(site: Site, actor: Actor) -> JobStore:
    return JobStore(site, actor)


def test_first_what_expires_first_and_lots_without_expiry_last(store: JobStore) -> None:
    for_ever = store.lot(store.bar, "B-EVER", 100)
    late = store.lot(store.bar, "B-LATE", 12, expires_at=SOON + timedelta(days=5))
    soon = store.lot(store.bar, "B-SOON", 5, expires_at=SOON)
    store.lot(store.bar, "B-GONE", 50, expires_at=clock.now() - timedelta(days=1))
    store.lot(store.bar, "B-HELD", 50, expires_at=SOON, disposition=LotDisposition.RESTRICTED)
    store.lot(store.ring, "R-1", 20)
    job, *_later = store.order(store.routing())

    assert store.reserve(job) == {"B-SOON": 5, "B-LATE": 12, "B-EVER": 3, "R-1": 20}
    assert [store.balance(lot) for lot in (soon, late, for_ever)] == [(5, 5), (12, 12), (100, 3)]


def test_reserving_again_reserves_only_what_is_missing(store: JobStore) -> None:
    store.lot(store.bar, "B-1", 15)
    store.lot(store.ring, "R-1", 20)
    job, *_later = store.order(store.routing())
    assert store.short(job) == {"BAR": (Decimal(20), Decimal(15))}

    store.lot(store.bar, "B-2", 15)

    assert store.reserve(job) == {"B-1": 15, "B-2": 5, "R-1": 20}
    assert store.short(job) == {}
    assert StockReservation.objects.count() == 3


def test_two_jobs_share_a_lot_and_no_piece_of_it(store: JobStore) -> None:
    lot = store.lot(store.bar, "B-1", 30)
    store.lot(store.ring, "R-1", 100)
    routing = store.routing()
    first, second = store.order(routing, "WO-1")[0], store.order(routing, "WO-2")[0]

    assert store.reserve(first)["B-1"] == 20
    assert store.reserve(second)["B-1"] == 10
    assert store.balance(lot) == (30, 30)
    assert [each.code for each in material_missing(second, clock.now())] == ["material_reserved"]
    assert material_missing(first, clock.now()) == []


def test_what_is_reserved_is_taken_from_its_reservation_and_by_nobody_else(store: JobStore) -> None:
    lot = store.lot(store.bar, "B-1", 25)
    store.lot(store.ring, "R-1", 40)
    routing = store.routing()
    first, second = store.order(routing, "WO-1")[0], store.order(routing, "WO-2")[0]
    store.reserve(first)
    store.give(first, "start")
    store.give(second, "start")

    with pytest.raises(Shortage, match="reserved for other jobs"):
        store.consume(second, lot, 6)
    store.consume(second, lot, 5)
    store.consume(first, lot, 8)
    assert store.balance(lot) == (12, 12)
    store.consume(first)  # the rest of what is reserved, of both materials

    assert store.balance(lot) == (0, 0)
    assert sorted(StockReservation.objects.values_list("taken", flat=True)) == [20, 20]
    assert broken() == []


def test_a_lot_that_is_held_after_it_was_reserved_is_not_consumed(store: JobStore) -> None:
    lot = store.lot(store.bar, "B-1", 25)
    store.lot(store.ring, "R-1", 40)
    job, *_later = store.order(store.routing())
    store.reserve(job)
    store.give(job, "start")
    with acting():
        lot.disposition = LotDisposition.RESTRICTED
        lot.save()

    with pytest.raises(Exception, match="is not released"):
        store.consume(job)
    assert store.balance(lot) == (25, 20)
    assert [each.code for each in material_missing(job, clock.now())] == ["material_on_hold"]


def test_reserved_stock_is_not_scrapped_nor_shipped_until_it_is_let_go(store: JobStore) -> None:
    lot = store.lot(store.bar, "B-1", 20)
    store.lot(store.ring, "R-1", 20)
    job, *_later = store.order(store.routing())
    store.reserve(job)

    with pytest.raises(Shortage, match="reserved for other jobs"):
        stock.scrap(store.actor, lot, store.shelf, Decimal(1), op_uuid=uuid.uuid4(), reason="Dropped")
    assert stock_reservation.let_go(store.actor, job.pk) == 2
    assert stock_reservation.let_go(store.actor, job.pk) == 0
    stock.scrap(store.actor, lot, store.shelf, Decimal(1), op_uuid=uuid.uuid4(), reason="Dropped")
    assert store.balance(lot) == (19, 0)


@pytest.mark.django_db(transaction=True)
def test_a_job_that_ends_keeps_nothing(store: JobStore) -> None:
    lot = store.lot(store.bar, "B-1", 30)
    store.lot(store.ring, "R-1", 30)
    job, *_later = store.order(store.routing())
    store.reserve(job)
    store.give(job, "start")
    store.consume(job, lot, 7)

    store.give(job, "finish")
    relay.drain()

    assert store.balance(lot) == (23, 0)
    assert broken() == []


def test_the_database_refuses_more_than_lies_there_whoever_writes(store: JobStore) -> None:
    lot = store.lot(store.bar, "B-1", 20)
    ring = store.lot(store.ring, "R-1", 20)
    job, *_later = store.order(store.routing())
    need, row = job.requirements.get(definition=store.bar), lot.stock_balances.get()
    given = {"site": store.site, "requirement": need, "reserved_at": clock.now(), "reserved_by": "x"}

    for balance, quantity in ((row, 21), (ring.stock_balances.get(), 1)):
        with pytest.raises(DatabaseError), transaction.atomic(), acting():
            StockReservation.objects.create(balance=balance, quantity=quantity, **given)
    row.reserved = Decimal(3)
    with pytest.raises(DatabaseError), transaction.atomic():
        row.save()
    assert store.balance(lot) == (20, 0)


def test_who_may_reserve(store: JobStore, make_actor: Callable[..., Actor]) -> None:
    job, *_later = store.order(store.routing())
    with pytest.raises(NotAllowed):
        stock_reservation.reserve(make_actor("inventory.view"), [job.pk])
    with pytest.raises(NotAllowed):
        stock_reservation.let_go(make_actor("inventory.view"), job.pk)
    with pytest.raises(NotFound):
        stock_reservation.reserve(store.actor, [job.pk + 1000])


def test_reserving_costs_the_same_however_many_lots(store: JobStore) -> None:
    routing = store.routing()
    costs = []
    for round_, lots in enumerate((1, 6)):
        for number in range(lots):
            store.lot(store.bar, f"B-{round_}-{number}", 20)
            store.lot(store.ring, f"R-{round_}-{number}", 20)
        job, *_later = store.order(routing, f"WO-{round_}")
        with counting() as count:
            store.reserve(job)
        costs.append(len(count))
    assert costs[0] == costs[1], costs


def test_a_place_that_may_go_below_zero_promises_no_more_than_lies_there(store: JobStore) -> None:
    with acting():
        store.shelf.allows_negative = True
        store.shelf.save()
    lot = store.lot(store.bar, "B-1", 30)
    store.lot(store.ring, "R-1", 100)
    routing = store.routing()
    first, second, third = (store.order(routing, f"WO-{number}")[0] for number in range(3))
    for job in (first, second, third):
        store.reserve(job)
    assert store.balance(lot) == (30, 30)
    store.give(third, "start")
    with pytest.raises(Shortage, match="reserved for other jobs"):
        store.consume(third, lot, 1)
    need = third.requirements.get(definition=store.bar)
    given = {"site": store.site, "requirement": need, "reserved_at": clock.now(), "reserved_by": "x"}
    with pytest.raises(DatabaseError), transaction.atomic(), acting():
        StockReservation.objects.create(balance=lot.stock_balances.get(), quantity=1, **given)
    for job in (first, second):
        stock_reservation.let_go(store.actor, job.pk)
    store.consume(third, lot, 35)
    assert store.balance(lot) == (-5, 0)
    assert broken() == []
