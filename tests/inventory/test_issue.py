"""A job is given material: first what it was promised, then what expires first; all of it or nothing."""

import uuid
from datetime import timedelta
from decimal import Decimal

import pytest

from inventory.models import StockMove
from inventory.selectors.made import lots_made_by, lots_made_on
from inventory.services.issue import Wanted, give_back, issue
from mom.accounts.models import Site
from mom.core import clock
from mom.core.actor import Actor
from mom.core.errors import Conflict, InvalidInput, Shortage
from mom.core.testing import acting
from mom.work.engine.terms import JobOrderCommand, OperationsType, WorkRequestCommand
from mom.work.models import JobOrder
from mom.work.services import job_order, work_request, work_request_command
from tests.factories.stock import SOON, JobStore
from tests.factories.work import give, make_machine

pytestmark = pytest.mark.django_db


@pytest.fixture
def store(site: Site, actor: Actor) -> JobStore:
    return JobStore(site, actor)


def repair(store: JobStore) -> JobOrder:
    """A maintenance job in work, that planned no material."""
    with acting() as act:
        order = work_request.add(act, site=store.site, code="MO-1", operations_type=OperationsType.MAINTENANCE)
        made = job_order.add(
            act, order=order, operation="Change bearing", outputs=[], equipment=make_machine(store.site)
        )
        jobs = work_request_command.locked_jobs(order.pk)
        work_request_command.move(act, work_request.locked(order.pk), jobs, WorkRequestCommand.RELEASE)
    return give(made, JobOrderCommand.START)


def taken(moves: list[StockMove]) -> dict[str, Decimal]:
    return {move.lot.code: -move.quantity for move in moves if move.lot}


def test_a_repair_takes_its_spare_part_without_a_production_job(store: JobStore) -> None:
    late, soon = store.lot(store.ring, "R-LATE", 5), store.lot(store.ring, "R-SOON", 3, expires_at=SOON)
    job, key = repair(store), uuid.uuid4()

    with acting() as act:
        moves = issue(act, job, [Wanted(store.ring, Decimal(4))], op_uuid=key)
        again = issue(act, job, [Wanted(store.ring, Decimal(4))], op_uuid=key)

    assert taken(moves) == {"R-SOON": 3, "R-LATE": 1}
    assert [move.pk for move in again] == [move.pk for move in moves]
    assert {move.job_response.job_order_id for move in moves if move.job_response} == {job.pk}
    assert (store.balance(late), store.balance(soon)) == ((4, 0), (0, 0))


def test_all_that_is_short_is_told_and_nothing_is_taken(store: JobStore) -> None:
    lot = store.lot(store.ring, "R-1", 5)
    store.lot(store.bar, "B-OLD", 9, expires_at=clock.now() - timedelta(days=1))
    wanted = [Wanted(store.ring, Decimal(6)), Wanted(store.bar, Decimal(1))]

    with pytest.raises(Shortage) as short, acting() as act:
        issue(act, repair(store), wanted, op_uuid=uuid.uuid4())

    assert [(item["material"], Decimal(item["missing"])) for item in short.value.items] == [("RING", 1), ("BAR", 1)]
    assert store.balance(lot) == (5, 0)


def test_what_others_were_promised_stays_and_ones_own_comes_first(store: JobStore) -> None:
    own, free = store.lot(store.bar, "B-OWN", 20, expires_at=SOON), store.lot(store.bar, "B-FREE", 10)
    routing = store.routing()
    first, second = store.order(routing, "WO-1")[0], store.order(routing, "WO-2")[0]
    store.lot(store.ring, "R-1", 100)
    store.reserve(first)
    store.give(first, "start")
    store.give(second, "start")
    need = first.requirements.get(definition=store.bar)

    with acting() as act, pytest.raises(Shortage):
        issue(act, second, [Wanted(store.bar, Decimal(11))], op_uuid=uuid.uuid4())
    with acting() as act:
        moves = issue(act, first, [Wanted(store.bar, Decimal(22), need)], op_uuid=uuid.uuid4())

    assert taken(moves) == {"B-OWN": 20, "B-FREE": 2}
    assert (store.balance(own), store.balance(free)) == ((0, 0), (8, 0))


def test_what_was_not_used_goes_back_and_not_more(store: JobStore) -> None:
    lot, job = store.lot(store.ring, "R-1", 5), repair(store)
    with acting() as act:
        issue(act, job, [Wanted(store.ring, Decimal(3))], op_uuid=uuid.uuid4())
        back = {"op_uuid": uuid.uuid4(), "lot": lot}
        give_back(act, job, store.shelf, store.ring, Decimal(2), **back)
        give_back(act, job, store.shelf, store.ring, Decimal(2), **back)

    assert store.balance(lot) == (4, 0)
    with pytest.raises(InvalidInput), acting() as act:
        give_back(act, job, store.shelf, store.ring, Decimal(2), op_uuid=uuid.uuid4(), lot=lot)


def test_a_job_that_was_never_started_is_given_nothing(store: JobStore) -> None:
    store.lot(store.bar, "B-1", 20)
    job, *_later = store.order(store.routing())
    with pytest.raises(Conflict, match="Start it first"), acting() as act:
        issue(act, job, [Wanted(store.bar, Decimal(1))], op_uuid=uuid.uuid4())


def test_which_lots_a_job_and_a_machine_made(store: JobStore) -> None:
    machine = make_machine(store.site, "CNC-09")
    job, *_later = store.order(store.routing())
    with acting():
        JobOrder.objects.filter(pk=job.pk).update(equipment=machine)
    before = clock.now()
    store.give(job, "start")
    lot = store.produce(job, "P-1", 4)

    assert [(each.lot, each.quantity, each.job) for each in lots_made_by([job.pk])] == [("P-1", 4, job.code)]
    found = lots_made_on(machine.pk, before)
    assert [(each.lot_id, each.machine) for each in found] == [(lot.pk, "CNC-09")]
    assert lots_made_on(machine.pk, before, found[0].made_at) == []
    assert lots_made_on(machine.pk, clock.now()) == []
