"""Holds, counts and backflush beside other people's acts. Controls show each race without its guard."""

import threading
import uuid
from collections.abc import Iterator
from contextlib import nullcontext
from decimal import Decimal
from typing import Any

import pytest

from inventory.models import HeldLot, StockBalance
from inventory.selectors import counting as counting_selector
from inventory.services import cycle_count, job_material, lot_hold, lots, posting, stock
from mom.core import invariants
from mom.core.actor import system_actor
from mom.core.errors import Conflict, InvalidInput
from mom.core.use_case import enclosing_transaction
from mom.plant.engine.terms import LotDisposition
from mom.plant.models import MaterialLot
from mom.plant.services import rows as plant_rows
from tests.factories.counts import Counting, make_place
from tests.factories.stock import JobStore
from tests.races.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)
BOSS = system_actor("test")
ROUNDS = 6


@pytest.fixture
def all_holds() -> Iterator[None]:
    """After the race every invariant holds, the audit chain too."""
    yield
    assert list(invariants.violations()) == []


def test_p13_a_lot_that_is_held_while_it_is_consumed_is_not_consumed_after_the_hold(site: Any, all_holds: None) -> None:
    store = JobStore(site, BOSS)
    lot, job = store.lot(store.bar, "B-1", 200), store.order(store.routing())[0]
    store.give(job, "start")
    for _round in range(ROUNDS):
        found = at_once([lambda: lot_hold.hold(BOSS, [lot.pk], "Drift"), *[lambda: store.consume(job, lot, 1)] * 2])
        hold = next(each for each in found if not isinstance(each, list | Conflict))
        assert MaterialLot.objects.get(pk=lot.pk).disposition == LotDisposition.RESTRICTED
        with pytest.raises(Conflict):
            store.consume(job, lot, 1)
        lot_hold.release(BOSS, hold.pk, "No drift")


def test_p13_control_without_the_row_lock_a_held_lot_is_consumed(site: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    store = JobStore(site, BOSS)
    lot, job = store.lot(store.bar, "B-1", 20), store.order(store.routing())[0]
    store.give(job, "start")
    has_read, is_held = threading.Event(), threading.Event()

    def read_without_lock(keys: Any, at: Any) -> dict[int, MaterialLot]:
        read = {row.pk: row for row in MaterialLot.objects.select_related("definition", "site").filter(pk__in=keys)}
        has_read.set()
        is_held.wait(10)
        return read

    def hold_in_between() -> Any:
        has_read.wait(10)
        made = lot_hold.hold(BOSS, [lot.pk], "Drift")
        is_held.set()
        return made

    monkeypatch.setattr(job_material, "usable_lots", read_without_lock)
    taken, _held = at_once([lambda: store.consume(job, lot, 1), hold_in_between])

    assert isinstance(taken, list), "without the lock the hold came in between and the lot was consumed"
    assert posting.usable_lots is not read_without_lock


def test_everything_affected_is_held_with_what_is_made_of_it_at_that_moment(site: Any, all_holds: None) -> None:
    store = JobStore(site, BOSS)
    root = store.lot(store.bar, "B-0", 500)
    routing = store.routing()
    for number in range(ROUNDS):
        job = store.order(routing, f"WO-{number}")[0]
        store.give(job, "start")
        made_at = store.produce(job, f"PU-{number}", 5).stock_moves.get().occurred_at
        found = at_once(
            [
                lambda: lot_hold.hold_affected(BOSS, [root.pk], "Alloy", also="downstream"),
                lambda job=job, at=made_at: store.consume(job, root, 2, at=at),
            ]
        )
        was_consumed = isinstance(found[1], list)
        held = set(HeldLot.objects.filter(hold=found[0].pk).values_list("lot__code", flat=True))
        assert (f"PU-{number}" in held) == was_consumed, found
        lot_hold.release(BOSS, found[0].pk, "Right alloy")


def test_two_hold_and_release_the_same_lots_and_none_stays_held(site: Any, all_holds: None) -> None:
    store = JobStore(site, BOSS)
    lots = [store.lot(store.bar, f"B-{number}", 5).pk for number in range(5)]

    def hold_and_release(backwards: bool) -> Any:
        for _turn in range(4):
            made = lot_hold.hold(BOSS, lots[::-1] if backwards else lots, "Drift")
            lot_hold.release(BOSS, made.pk, "No drift")

    found = at_once([lambda: hold_and_release(False), lambda: hold_and_release(True)])
    assert found == [None, None]
    assert set(MaterialLot.objects.values_list("disposition", flat=True)) == {"unrestricted"}


def test_what_moves_while_a_count_is_posted_stays_moved(site: Any, all_holds: None) -> None:
    store = JobStore(site, BOSS)
    lot, line = store.lot(store.bar, "B-1", 100), make_place(site, "LINE")
    for number in range(ROUNDS):
        begun = Counting(store.shelf)
        before = store.balance_at(store.shelf, lot)
        begun.say(lot, before - 1)
        begun.finish()
        found = at_once(
            [
                lambda begun=begun: begun.post("One less"),
                lambda: stock.transfer(BOSS, lot, store.shelf, line, Decimal(2), op_uuid=uuid.uuid4()),
            ]
        )
        assert not any(isinstance(each, Exception) for each in found), found
        assert store.balance_at(store.shelf, lot) == before - 3
        assert store.balance_at(line, lot) == 2 * (number + 1)


def test_control_a_count_against_the_book_of_the_posting_takes_what_moved_twice(
    site: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = JobStore(site, BOSS)
    lot, line = store.lot(store.bar, "B-1", 100), make_place(site, "LINE")
    begun = Counting(store.shelf)
    begun.say(lot, 99)
    begun.finish()
    stock.transfer(BOSS, lot, store.shelf, line, Decimal(10), op_uuid=uuid.uuid4())
    now = counting_selector._OUTCOMES.replace("m.occurred_at > entry.counted_at", "false")
    monkeypatch.setattr(counting_selector, "_OUTCOMES", now)
    begun.post("One less")
    assert store.balance_at(store.shelf, lot) == 99, "ten that lie on the line are in the book of the shelf again"


def test_two_post_the_same_count_and_it_is_posted_once(site: Any, all_holds: None) -> None:
    store = JobStore(site, BOSS)
    lot = store.lot(store.bar, "B-1", 20)
    begun = Counting(store.shelf)
    begun.say(lot, 15)
    count = begun.finish()
    found = at_once([lambda: cycle_count.post_count(BOSS, count.pk, "Five less")] * 3)
    assert sum(isinstance(each, Conflict) for each in found) == 2, found
    assert store.balance_at(store.shelf, lot) == 15


def test_a_place_is_counted_once_however_many_ask(site: Any, all_holds: None) -> None:
    place = make_place(site, "SHELF")
    found = at_once([lambda: cycle_count.ask(BOSS, place)] * 4)
    assert sum(isinstance(each, Conflict) for each in found) == 3, found


def test_promises_and_a_count_that_finds_less_leave_no_promise_without_stock(site: Any, all_holds: None) -> None:
    store = JobStore(site, BOSS)
    lot, job = store.lot(store.bar, "B-1", 20), store.order(store.routing())[0]
    begun = Counting(store.shelf)
    begun.say(lot, 8)
    begun.finish()
    found = at_once([lambda: begun.post("Twelve less"), lambda: store.reserve(job)])
    assert not any(isinstance(each, Exception) for each in found), found
    row = StockBalance.objects.get(lot=lot)
    assert row.quantity == 8
    assert row.reserved == 8


@pytest.mark.parametrize("is_request", [True, False], ids=["in a request", "alone"])
def test_a_lot_that_two_make_under_one_new_number_is_made_by_one(
    site: Any, all_holds: None, monkeypatch: pytest.MonkeyPatch, *, is_request: bool
) -> None:
    store = JobStore(site, BOSS)
    routing = store.routing()
    jobs = [store.order(routing, f"WO-{number}")[0] for number in range(2)]
    for job in jobs:
        store.give(job, "start")
    both_have_looked, looked = threading.Barrier(2), plant_rows.check

    def look_together(row: Any, links: Any) -> None:
        looked(row, links)
        both_have_looked.wait(10)

    monkeypatch.setattr(plant_rows, "check", look_together)

    def make(job: Any) -> Any:
        with enclosing_transaction() if is_request else nullcontext():
            return lots.produce_lot(BOSS, job.pk, store.shelf, Decimal(3), lots.NewLot("NEW-1"), op_uuid=uuid.uuid4())

    found = at_once([lambda job=job: make(job) for job in jobs])
    refused = [each for each in found if isinstance(each, Exception)]
    assert [(type(each), each.code) for each in refused] == [(InvalidInput, "code_taken")], found
    assert StockBalance.objects.get(lot__code="NEW-1").quantity == 3
