"""A job is split while others are at the same lots. Controls show what comes without the order and the lock."""

import threading
import uuid
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest

from inventory.models import LotHold, StockReservation, StorageLocation
from inventory.services import lot_hold, split_promise, stock, stock_reservation
from mom.core.actor import system_actor
from mom.core.db.statements import Statement
from mom.core.testing import acting
from mom.plant.models import Equipment, MaterialLot
from mom.work.models import JobOrder
from production.services import job_change
from tests.factories.stock import SOON, JobStore
from tests.races.test_stock_races import all_holds, owner_cursor  # noqa: F401 - fixtures
from tests.races.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)
BOSS = system_actor("test")
D = Decimal


def promised(job: Any) -> dict[str, Decimal]:
    rows = StockReservation.objects.filter(requirement__job_order=job, released_at=None)
    return {row.balance.lot.code: row.quantity - row.taken for row in rows.select_related("balance__lot")
            if row.quantity > row.taken}  # type: ignore[union-attr]  # fmt: skip


def promised_in_all(order: int) -> Decimal:
    jobs = JobOrder.objects.filter(work_request=order)
    return sum((sum(promised(job).values(), D(0)) for job in jobs), D(0))


@pytest.fixture
def slow_balances(owner_cursor: Any) -> Iterator[None]:  # noqa: F811 - the fixture
    """Each change of a balance takes a while, its row locked: who locks in another order is sure to meet others."""
    owner_cursor.execute(
        """
        CREATE FUNCTION wait_a_moment() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN PERFORM pg_sleep(0.4); RETURN NEW; END $$;
        CREATE TRIGGER wait_a_moment BEFORE UPDATE ON inventory_stockbalance
        FOR EACH ROW EXECUTE FUNCTION wait_a_moment();
        """
    )
    yield
    owner_cursor.execute("DROP TRIGGER wait_a_moment ON inventory_stockbalance; DROP FUNCTION wait_a_moment()")


def two_jobs_at_two_lots(site: Any) -> tuple[JobStore, JobOrder, JobOrder, list[MaterialLot]]:
    """A job with 16 + 4 bars reserved for it, and one in work that needs 20 of what is free of both lots."""
    store = JobStore(site, BOSS)
    lots = [store.lot(store.bar, "B-SOON", 16, expires_at=SOON), store.lot(store.bar, "B-EVER", 60)]
    routing = store.routing()
    first, second = (store.order(routing, f"WO-{number}")[0] for number in range(2))
    store.reserve(first)
    stock.receive(BOSS, store.shelf, store.bar, D(10), lot=lots[0], op_uuid=uuid.uuid4())
    store.give(second, "start")
    return store, first, second, lots


def test_a_split_beside_others_at_its_lots_never_waits_in_a_ring(site: Any, all_holds: None) -> None:  # noqa: F811
    store, first, second, lots = two_jobs_at_two_lots(site)
    parts = [first]
    for _round in range(6):
        whole = parts[0]
        found = at_once(
            [
                lambda pk=whole.pk: job_change.split(BOSS, pk, D(1)),
                lambda: stock_reservation.reserve(BOSS, [second.pk]),
                lambda: store.consume(second, lots[1], 1),
                lambda pk=whole.pk: stock_reservation.reserve(BOSS, [pk]),
            ]
        )
        assert not [each for each in found if isinstance(each, Exception)], found
        parts.append(found[0])
        # What was reserved for the whole is reserved for its parts, none twice and none lost.
        assert [sum(promised(each).values()) for each in parts] == [20 - 2 * (len(parts) - 1)] + [2] * (len(parts) - 1)
    assert promised_in_all(first.work_request_id) == 20


def split_beside_a_reserve(first: JobOrder, second: JobOrder) -> list[Any]:
    """9 of 10 pumps go: the first keeps 2 bars, of both lots something moves. The other job wants some of both."""
    return at_once(
        [lambda: job_change.split(BOSS, first.pk, D(9)), lambda: stock_reservation.reserve(BOSS, [second.pk])]
    )


def test_balances_are_locked_in_one_order(site: Any, slow_balances: None, all_holds: None) -> None:  # noqa: F811
    _store, first, second, _lots = two_jobs_at_two_lots(site)
    found = split_beside_a_reserve(first, second)
    assert not [each for each in found if isinstance(each, Exception)], found
    assert promised(first) == {"B-SOON": 2}
    assert promised(found[0]) == {"B-SOON": 14, "B-EVER": 4}
    assert promised(second) == {"B-SOON": 10, "B-EVER": 10}


def test_balances_in_another_order_control_wait_in_a_ring(
    site: Any, slow_balances: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    _store, first, second, _lots = two_jobs_at_two_lots(site)
    backwards = split_promise._SHARE.sql.replace("ORDER BY u.place", "ORDER BY r.balance_id DESC, u.place")
    monkeypatch.setattr(split_promise, "_SHARE", Statement(backwards, "share_backwards"))
    found = split_beside_a_reserve(first, second)
    assert [type(each).__name__ for each in found if isinstance(each, Exception)] == ["OperationalError"], found
    assert "deadlock" in str(next(each for each in found if isinstance(each, Exception)))


def split_and(monkeypatch: pytest.MonkeyPatch, job: JobOrder, act: Callable[[], Any], patience: float = 2) -> list[Any]:
    """A split, and an act that begins at the moment at which the split has read what is reserved; what came of both."""
    has_read, is_done = threading.Event(), threading.Event()
    real = split_promise._promised

    def read_and_wait(parted: Any) -> Any:
        found = real(parted)
        has_read.set()
        is_done.wait(patience)  # with the locks it can't be: the act waits for the split
        return found

    def in_between() -> Any:
        has_read.wait(10)
        try:
            return act()
        finally:
            is_done.set()

    monkeypatch.setattr(split_promise, "_promised", read_and_wait)
    return at_once([lambda: job_change.split(BOSS, job.pk, D(4)), in_between])


def without(monkeypatch: pytest.MonkeyPatch, lock: str) -> None:
    """Read what is reserved without one of its locks."""
    assert lock in split_promise._PROMISED.sql
    monkeypatch.setattr(
        split_promise, "_PROMISED", Statement(split_promise._PROMISED.sql.replace(lock, ""), "unlocked")
    )


def test_a_lot_that_is_held_during_a_split_is_promised_to_no_part(
    site: Any,
    monkeypatch: pytest.MonkeyPatch,
    all_holds: None,  # noqa: F811
) -> None:
    _store, first, _second, lots = two_jobs_at_two_lots(site)
    part, held = split_and(monkeypatch, first, lambda: lot_hold.hold(BOSS, [lots[0].pk], "Drift"))
    assert isinstance(held, LotHold), held
    assert promised(first) == {}  # of 12 of B-SOON
    assert promised(part) == {"B-EVER": 4}


def test_a_hold_during_a_split_control_without_the_lock_on_lots_waits_in_a_ring(
    site: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    _store, first, _second, lots = two_jobs_at_two_lots(site)
    without(monkeypatch, "ORDER BY l.id FOR UPDATE")
    found = split_and(monkeypatch, first, lambda: lot_hold.hold(BOSS, [lots[0].pk], "Drift"))
    assert "OperationalError" in {type(each).__name__ for each in found}, found


def let_go_of(lot: MaterialLot) -> int:
    """As the subscriber to a lot's new disposition does: without a lock on the lot."""
    with acting() as act:
        return stock_reservation.let_go_of_lots(act, [lot.pk])


def test_what_is_let_go_during_a_split_is_let_go(
    site: Any,
    monkeypatch: pytest.MonkeyPatch,
    all_holds: None,  # noqa: F811
) -> None:
    _store, first, _second, lots = two_jobs_at_two_lots(site)
    part, many = split_and(monkeypatch, first, lambda: let_go_of(lots[0]))
    assert many == 1, many
    assert promised(first) == {}
    assert promised(part) == {"B-SOON": 4, "B-EVER": 4}  # made meanwhile: nobody had seen it


def test_what_is_let_go_during_a_split_control_without_the_lock_comes_back(
    site: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    _store, first, _second, lots = two_jobs_at_two_lots(site)
    without(monkeypatch, "FOR UPDATE OF s")
    _part, many = split_and(monkeypatch, first, lambda: let_go_of(lots[0]))
    assert many == 1, many
    assert promised(first) == {"B-SOON": 12}


def filling_of_a_promised_silo(site: Any) -> tuple[JobOrder, Callable[[], Any]]:
    """A job whose bars are reserved of what lies in a silo, and the act that fills the silo up."""
    store = JobStore(site, BOSS)
    with acting():
        equipment = Equipment.objects.create(site=site, code="SILO", level="storage_unit")
        silo = StorageLocation.objects.create(site=site, equipment=equipment, is_blending=True)
    for_silo = store.lot(store.bar, "B-1", 20)
    stock.transfer(BOSS, for_silo, store.shelf, silo, D(20), op_uuid=uuid.uuid4())
    job, *_later = store.order(store.routing())
    assert list(store.reserve(job)) == ["SILO-0001"]
    more = store.lot(store.bar, "B-2", 10)
    return job, lambda: stock.transfer(BOSS, more, store.shelf, silo, D(5), op_uuid=uuid.uuid4())


def test_a_split_while_a_promised_silo_is_filled(
    site: Any,
    slow_balances: None,
    monkeypatch: pytest.MonkeyPatch,
    all_holds: None,  # noqa: F811
) -> None:
    job, fill = filling_of_a_promised_silo(site)
    found = split_and(monkeypatch, job, fill, patience=0)
    assert not [each for each in found if isinstance(each, Exception)], found
    assert (promised(job), promised(found[0])) == ({"SILO-0001": 12}, {"SILO-0001": 8})


def test_a_split_while_a_silo_is_filled_control_without_the_lock_on_places_waits_in_a_ring(
    site: Any, slow_balances: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    job, fill = filling_of_a_promised_silo(site)
    without(monkeypatch, "ORDER BY p.id FOR KEY SHARE")
    found = split_and(monkeypatch, job, fill, patience=0)
    assert "OperationalError" in {type(each).__name__ for each in found}, found
