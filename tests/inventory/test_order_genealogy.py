"""Lots are traced through an order: past a pause, and past operations that put nothing into the store."""

from datetime import timedelta

import pytest

from inventory.selectors.genealogy import Direction, trace
from mom.accounts.models import Site
from mom.core import clock
from mom.core.actor import Actor
from mom.plant.models import MaterialLot
from tests.factories.stock import JobStore

pytestmark = pytest.mark.django_db


@pytest.fixture
def store(site: Site, actor: Actor) -> JobStore:
    return JobStore(site, actor)


def parents(lot: MaterialLot) -> set[str]:
    return {step.parent.code for step in trace(lot, Direction.BACKWARD).steps}


def children(lot: MaterialLot) -> set[str]:
    return {step.child.code for step in trace(lot, Direction.FORWARD).steps}


def test_what_the_first_operation_took_is_in_what_the_last_one_makes(store: JobStore) -> None:
    bar, ring = store.lot(store.bar, "B-1", 40), store.lot(store.ring, "R-1", 40)
    first, second, third, last = store.order(store.routing())
    store.give(first, "start")
    store.consume(first, bar, 20)
    store.consume(first, ring, 20)
    store.give(first, "finish")
    for job in (second, third):
        store.give(job, "start", "finish")
    store.give(last, "start")
    pump = store.produce(last, "P-1", 10)

    assert parents(pump) == {"B-1", "R-1"}
    assert children(bar) == {"P-1"}


def test_a_pause_breaks_no_genealogy(store: JobStore) -> None:
    bar = store.lot(store.bar, "B-1", 40)
    job, *_later = store.order(store.routing())
    store.give(job, "start")
    store.consume(job, bar, 20)
    store.give(job, "pause", "resume")
    pump = store.produce(job, "P-1", 10)

    assert parents(pump) == {"B-1"}


def test_another_order_and_a_later_lot_are_no_parents(store: JobStore) -> None:
    bar, other, late = (store.lot(store.bar, code, 40) for code in ("B-1", "B-OTHER", "B-LATE"))
    routing = store.routing()
    job, elsewhere = store.order(routing, "WO-1")[0], store.order(routing, "WO-2")[0]
    for each in (job, elsewhere):
        store.give(each, "start")
    store.consume(job, bar, 20)
    store.consume(elsewhere, other, 20)
    pump = store.produce(job, "P-1", 10)
    store.give(job, "pause", "resume")
    store.consume(job, late, 5, at=clock.now() + timedelta(minutes=1))

    assert parents(pump) == {"B-1"}
    assert children(late) == set()


def test_an_operation_that_makes_a_lot_of_its_own_hands_on_by_that_lot_only(store: JobStore) -> None:
    bar, ring = store.lot(store.bar, "B-1", 40), store.lot(store.ring, "R-1", 40)
    first, second, *_later = store.order(store.routing())
    store.give(first, "start")
    store.consume(first, bar, 20)
    half = store.produce(first, "P-HALF", 10)
    store.give(first, "finish")
    store.give(second, "start")
    store.consume(second, ring, 20)
    pump = store.produce(second, "P-1", 10)

    assert parents(pump) == {"R-1"}, "the half-finished lot was not taken: the store says so"
    store.consume(second, half, 10)
    more = store.produce(second, "P-2", 10)
    assert parents(more) == {"R-1", "P-HALF", "B-1"}
