"""A place is counted blind; the book follows the count of the moment it was made at, and promises follow the book."""

import itertools
import uuid
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inventory.engine.counting import Moved, accuracy, book_at
from inventory.models import CountLine, StockBalance, StockMove, StorageLocation
from inventory.selectors.counting import accuracy_of, outcomes_of, sheet_of
from inventory.selectors.material_at_hand import material_missing
from inventory.services import count_plan, cycle_count, stock
from inventory.services.cycle_count import Counted
from mom.accounts.models import Site
from mom.core import clock, invariants, relay
from mom.core.actor import Actor, system_actor
from mom.core.errors import Conflict, IllegalTransition, InvalidInput, NotAllowed
from mom.core.models import AuditEntry
from mom.core.testing import acting
from mom.plant.engine.terms import LotDisposition
from mom.plant.models import MaterialLot
from mom.work.engine.terms import JobOrderCommand
from mom.work.models import JobOrder
from mom.work.services import job_order
from tests.bench.statements import counting
from tests.factories.counts import Counting, make_place
from tests.factories.stock import JobStore

pytestmark = pytest.mark.django_db
WEEK = timedelta(days=7)


@pytest.fixture
def store(site: Site, actor: Actor) -> JobStore:
    return JobStore(site, actor)


def broken() -> list[str]:
    names = [found.invariant.name for found in invariants.violations()]
    return [name for name in names if name.startswith("inventory.")]


def test_a_count_stands_on_the_dispatch_list_and_its_start_makes_the_sheet(store: JobStore) -> None:
    bar, ring = store.lot(store.bar, "B-1", 20), store.lot(store.ring, "R-1", 5)
    count = cycle_count.ask(store.actor, store.shelf)
    job = JobOrder.objects.get(pk=count.job_order_id)

    assert (job.status, job.operations_type, job.equipment) == ("ready", "inventory", store.shelf.equipment)
    assert not count.lines.exists()
    with pytest.raises(Conflict, match="is being counted"):
        cycle_count.ask(store.actor, store.shelf)
    store.give(job, "start")
    assert [line.lot for line in sheet_of(count)] == [bar, ring]
    assert all(line.book is None for line in sheet_of(count))


def test_where_all_agrees_the_count_is_done_with_its_job(store: JobStore) -> None:
    lot = store.lot(store.bar, "B-1", 20)
    counting_ = Counting(store.shelf)
    with pytest.raises(Conflict, match="not counted"):
        counting_.finish()

    counting_.say(lot, 20)
    count = counting_.finish()

    assert (count.status, count.posted_by) == ("posted", counting_.actor.label)
    line = CountLine.objects.get()
    assert (line.book, line.difference) == (20, 0)
    assert store.balance(lot) == (20, 0)


def test_a_difference_waits_for_a_reason_and_is_posted_with_it(store: JobStore) -> None:
    less, more, found = store.lot(store.bar, "B-1", 20), store.lot(store.bar, "B-2", 5), store.lot(store.ring, "R-9", 4)
    stock.scrap(store.actor, found, store.shelf, Decimal(4), op_uuid=uuid.uuid4(), reason="Lost")
    counting_ = Counting(store.shelf)
    counting_.say(less, 17)
    counting_.say(more, 6)
    counting_.say(found, 4)  # it stood on no line: nothing of it was there by the book

    assert counting_.finish().status == "counted"
    assert store.balance(less) == (20, 0), "nothing is posted yet"
    with pytest.raises(InvalidInput):
        counting_.post(" ")
    counting_.post("Pallet was miscounted")

    assert [store.balance(lot) for lot in (less, more, found)] == [(17, 0), (6, 0), (4, 0)]
    moves = StockMove.objects.filter(kind="adjusted").order_by("id")
    assert [(move.lot, move.quantity, move.note) for move in moves] == [
        (less, -3, "Pallet was miscounted"), (more, 1, "Pallet was miscounted"), (found, 4, "Pallet was miscounted"),
    ]  # fmt: skip
    assert {move.job_response.job_order_id for move in moves if move.job_response} == {counting_.count.job_order_id}
    assert CountLine.objects.get(lot=found).is_found
    with pytest.raises(IllegalTransition):
        counting_.post("Twice")
    assert broken() == []


def test_counted_again_the_latest_counts_and_the_first_stays_as_it_was_said(store: JobStore) -> None:
    lot = store.lot(store.bar, "B-1", 20)
    counting_ = Counting(store.shelf)
    counting_.say(lot, 2)
    counting_.finish()
    seen = counting_.count.version
    counting_.say(lot, 19)

    with pytest.raises(Conflict, match="counted again meanwhile"):
        cycle_count.post_count(store.actor, counting_.count.pk, "Bin was hidden", version=seen)
    counting_.post("Bin was hidden")

    assert store.balance(lot) == (19, 0)
    assert list(CountLine.objects.get().entries.values_list("quantity", flat=True)) == [2, 19]


def test_the_same_entry_sent_twice_is_one(store: JobStore) -> None:
    lot, key = store.lot(store.bar, "B-1", 20), uuid.uuid4()
    counting_ = Counting(store.shelf)
    assert counting_.say(lot, 19, op_uuid=key).pk == counting_.say(lot, 18, op_uuid=key).pk
    assert CountLine.objects.get().entries.count() == 1


def test_what_moved_between_counting_and_posting_stays_moved(store: JobStore) -> None:
    lot, line = store.lot(store.bar, "B-1", 20), make_place(store.site, "LINE")
    counting_ = Counting(store.shelf)
    counting_.say(lot, 18)
    stock.transfer(store.actor, lot, store.shelf, line, Decimal(5), op_uuid=uuid.uuid4())
    counting_.finish()

    counting_.post("Two were never put there")

    there = {row.location.equipment.code: int(row.quantity) for row in StockBalance.objects.filter(lot=lot)}
    assert there == {"SHELF": 13, "LINE": 5}
    assert CountLine.objects.get().difference == -2


def test_a_withdrawal_from_before_the_count_that_was_booked_late_is_in_the_book_of_that_moment(store: JobStore) -> None:
    lot, line = store.lot(store.bar, "B-1", 20), make_place(store.site, "LINE")
    before = clock.now()
    counting_ = Counting(store.shelf)
    counting_.say(lot, 15)  # five were taken, and nobody had typed it in yet
    stock.transfer(store.actor, lot, store.shelf, line, Decimal(5), op_uuid=uuid.uuid4(), at=before)

    assert counting_.finish().status == "posted"
    assert CountLine.objects.get().difference == 0
    assert store.balance_at(store.shelf, lot) == 15


def test_promises_shrink_newest_first_and_the_job_s_gate_says_short(store: JobStore) -> None:
    lot = store.lot(store.bar, "B-1", 50)
    store.lot(store.ring, "R-1", 100)
    routing = store.routing()
    first, second = store.order(routing, "WO-1")[0], store.order(routing, "WO-2")[0]
    store.reserve(first)
    store.reserve(second)
    counting_ = Counting(store.shelf)
    counting_.say(lot, 28)
    counting_.say(MaterialLot.objects.get(code="R-1"), 100)
    counting_.finish()

    counting_.post("Wrong lot on the pallet")

    assert store.balance(lot) == (28, 28)
    assert store.reserve(first)["B-1"] == 20
    assert [each.code for each in material_missing(first, clock.now())] == []
    assert [each.code for each in material_missing(second, clock.now())] == ["material_reserved"]
    said = AuditEntry.objects.filter(action="inventory.reservation_shrunk")
    assert [entry.subject_label for entry in said] == [second.code]
    assert broken() == []


def test_a_promise_that_nothing_is_left_of_is_let_go(store: JobStore) -> None:
    lot = store.lot(store.bar, "B-1", 20)
    job = store.order(store.routing())[0]
    store.reserve(job)
    counting_ = Counting(store.shelf)
    counting_.say(lot, 0)
    counting_.finish()
    counting_.post("All gone")

    assert store.balance(lot) == (0, 0)
    assert [each.code for each in material_missing(job, clock.now())] == ["material_short"]


def test_more_taken_since_than_was_counted_is_refused_and_counted_again(store: JobStore) -> None:
    lot, line = store.lot(store.bar, "B-1", 20), make_place(store.site, "LINE")
    counting_ = Counting(store.shelf)
    counting_.say(lot, 3)
    stock.transfer(store.actor, lot, store.shelf, line, Decimal(10), op_uuid=uuid.uuid4())
    counting_.finish()

    with pytest.raises(Conflict, match="Count it again"):
        counting_.post("Unbelievable")
    counting_.say(lot, 9)
    counting_.post("One less")
    assert store.balance_at(store.shelf, lot) == 9


def test_what_may_not_be_entered(store: JobStore) -> None:
    lot, other = store.lot(store.bar, "B-1", 20), store.lot(store.ring, "R-1", 5)
    count = cycle_count.ask(store.actor, store.shelf)
    with pytest.raises(Conflict, match="Start job"):
        cycle_count.enter(store.actor, count.pk, [Counted(Decimal(1), uuid.uuid4(), found=(store.bar, lot, None))])
    store.give(JobOrder.objects.get(pk=count.job_order_id), "start")
    line = count.lines.get(lot=lot)
    wrong = [
        {"quantity": Decimal(-1), "line_id": line.pk},
        {"quantity": Decimal("1.5"), "line_id": line.pk},
        {"quantity": Decimal(1), "found": (store.bar, other, None)},
        {"quantity": Decimal(1)},
        {"quantity": Decimal(1), "found": (store.bar, None, None)},
        {"quantity": Decimal(1), "line_id": line.pk, "at": clock.now() + timedelta(hours=1)},
        {"quantity": Decimal(1), "line_id": line.pk, "at": clock.now() - timedelta(days=1)},
    ]
    for each in wrong:
        quantity = each.pop("quantity")
        with pytest.raises(InvalidInput):
            cycle_count.enter(store.actor, count.pk, [Counted(quantity, uuid.uuid4(), **each)])  # type: ignore[arg-type]


def test_a_held_lot_is_counted_like_any_other(store: JobStore) -> None:
    lot = store.lot(store.bar, "B-1", 20, disposition=LotDisposition.RESTRICTED)
    counting_ = Counting(store.shelf)
    counting_.say(lot, 19)
    counting_.finish()
    counting_.post("One broken")
    assert store.balance(lot) == (19, 0)


def test_who_may_count_and_who_may_post(store: JobStore, make_actor: Callable[..., Actor]) -> None:
    lot = store.lot(store.bar, "B-1", 20)
    looker, counter = make_actor("inventory.view"), make_actor("inventory.count_stock", "work.execute_job_order")
    with pytest.raises(NotAllowed):
        cycle_count.ask(looker, store.shelf)
    counting_ = Counting(store.shelf, counter)
    counting_.say(lot, 19)
    counting_.finish()
    with pytest.raises(NotAllowed):
        counting_.post("I say so")
    with pytest.raises(NotAllowed):
        cycle_count.enter(looker, counting_.count.pk, [Counted(Decimal(1), uuid.uuid4(), line_id=1)])


@pytest.mark.django_db(transaction=True)
def test_a_count_whose_job_was_called_off_makes_room_for_the_next(store: JobStore) -> None:
    count = cycle_count.ask(store.actor, store.shelf)
    job_order.command(store.actor, count.job_order_id, JobOrderCommand.CANCEL, reason="Wrong shelf")
    relay.drain()
    count.refresh_from_db()
    assert count.status == "cancelled"
    assert cycle_count.ask(store.actor, store.shelf).status == "open"


def test_a_count_that_is_not_believed_is_discarded(store: JobStore) -> None:
    lot = store.lot(store.bar, "B-1", 20)
    counting_ = Counting(store.shelf)
    counting_.say(lot, 1)
    counting_.finish()
    assert cycle_count.discard(store.actor, counting_.count.pk, "Counted the wrong shelf").status == "cancelled"
    assert store.balance(lot) == (20, 0)


def test_accuracy_is_lines_right_over_lines_counted(store: JobStore) -> None:
    lots = [store.lot(store.bar, f"B-{number}", 20) for number in range(4)]
    counting_ = Counting(store.shelf)
    for lot, found in zip(lots, (20, 20, 19, 20), strict=True):
        counting_.say(lot, found)
    counting_.finish()
    counting_.post("One broken")

    now = clock.now()
    found = accuracy_of(store.site, now - WEEK, now + WEEK)
    assert (found.right, found.counted, found.ratio) == (3, 4, Decimal("0.75"))
    assert accuracy_of(store.site, now + WEEK, now + 2 * WEEK).ratio is None
    assert accuracy(0, 0) is None


def test_the_plan_makes_jobs_for_places_that_are_due_and_once(store: JobStore) -> None:
    rarely = make_place(store.site, "C-RACK", count_class="C")
    own = make_place(store.site, "OWN", count_interval_days=30)
    count_plan.class_set(store.actor, store.site, "A", 7)  # type: ignore[arg-type]
    store.shelf.count_class = "A"
    with acting():
        store.shelf.save()
    planner = system_actor("count plan")

    assert count_plan.plan(planner) == 2  # the class C has no interval: never due
    assert count_plan.plan(planner) == 0
    assert {count.location for count in type(store.shelf).objects.get(pk=own.pk).counts.all()} == {own}
    assert not rarely.counts.exists()
    job = store.shelf.counts.get().job_order
    store.give(job, "start", "finish")
    assert count_plan.plan(planner) == 0, "counted today, due in a week"
    assert [place.pk for place in count_plan.due_places(clock.now() + WEEK)] == [store.shelf.pk]


def test_a_count_costs_the_same_however_many_lines(store: JobStore) -> None:
    numbers = itertools.count()
    cycle_count.ask(store.actor, make_place(store.site, "FIRST"))  # the range of numbers begins with it
    costs = []
    for many in (2, 15):
        place = make_place(store.site, f"P-{many}")
        for _each in range(many):
            lot = store.lot(store.bar, f"B-{next(numbers)}", 20)
            stock.transfer(store.actor, lot, store.shelf, place, Decimal(20), op_uuid=uuid.uuid4())
        with counting() as begun:
            counting_ = Counting(place)
        for line in counting_.count.lines.select_related("lot"):
            counting_.say(line.lot, 19)  # type: ignore[arg-type]
        with counting() as finished:
            counting_.finish()
        with counting() as posted:
            counting_.post("One less each")
        costs.append((len(begun), len(finished), len(posted)))
    assert costs[0] == costs[1], costs


STEPS = st.lists(st.tuples(st.integers(-9, 9).filter(bool), st.integers(0, 5), st.booleans()), min_size=0, max_size=8)


@given(STEPS, st.integers(0, 30), st.integers(0, 5))
def test_the_book_of_a_moment_doesn_t_ask_when_moves_were_typed_in(
    steps: list[tuple[int, int, bool]], start: int, at: int
) -> None:
    moves = [Moved(each[1], Decimal(each[0])) for each in steps]
    now = start + sum((move.quantity for move in moves), Decimal(0))
    until = start + sum((move.quantity for move in moves if move.at <= at), Decimal(0))
    assert book_at(at, now, moves) == book_at(at, now, list(reversed(moves))) == until


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(steps=STEPS, counted=st.integers(0, 60), at=st.integers(0, 5))
def test_after_posting_the_ledger_of_the_counting_moment_is_what_was_counted(
    store: JobStore, steps: list[tuple[int, int, bool]], counted: int, at: int
) -> None:
    """Whatever moved before and after that moment, booked before or after the counting."""
    place = make_place(store.site, f"P-{uuid.uuid4().hex[:8]}", allows_negative=True)
    with acting():
        lot = MaterialLot.objects.create(site=store.site, definition=store.bar, code=f"L-{uuid.uuid4().hex[:8]}")
    stock.receive(store.actor, place, store.bar, Decimal(30), op_uuid=uuid.uuid4(), lot=lot)
    counting_ = Counting(place)
    start = clock.now()
    moment = [start + timedelta(microseconds=number - 6) for number in range(6)]
    with acting():
        job = JobOrder.objects.get(pk=counting_.count.job_order_id)
        first = job.responses.get()
    moments = [max(each, first.started_at) for each in moment]

    def book(number: int, when: int) -> None:
        far = make_far(store)
        ends = (place, far) if number < 0 else (far, place)
        stock.transfer(store.actor, lot, *ends, Decimal(abs(number)), op_uuid=uuid.uuid4(), at=moments[when])

    for number, when, is_late in steps:
        if not is_late:
            book(number, when)
    counting_.say(lot, counted, at=moments[at])
    for number, when, is_late in steps:
        if is_late:
            book(number, when)
    expected = {each.line_id: each for each in outcomes_of(counting_.count)}
    counting_.finish()
    counting_.count.refresh_from_db()
    later = sum(number for number, when, _late in steps if moments[when] > moments[at])
    if counting_.count.status == "counted":
        if counted + later < 0:
            if all(each.difference < 0 for each in expected.values()):
                with pytest.raises(Conflict):
                    counting_.post("Impossible")
            return
        counting_.post("As counted")
    until = StockMove.objects.filter(location=place, lot=lot, occurred_at__lte=moments[at])
    assert sum(until.values_list("quantity", flat=True)) == counted
    assert StockBalance.objects.get(location=place, lot=lot).quantity == counted + later


def make_far(store: JobStore) -> StorageLocation:
    """Another place, that may go below zero."""
    found = StorageLocation.objects.filter(site=store.site, equipment__code="FAR").first()
    return found or make_place(store.site, "FAR", allows_negative=True)
