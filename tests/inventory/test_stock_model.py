"""Any sequence of acts on stock leaves the ledger, its balances and its promises where a plain model says they are."""

import uuid
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from inventory.models import StockBalance, StockReservation
from inventory.services import job_material, lot_hold, stock, stock_reservation
from inventory.services.job_material import Taken
from mom.core import invariants
from mom.core.actor import Actor, system_actor
from mom.core.errors import Conflict, InvalidInput, MomError, Shortage
from mom.core.testing import acting
from mom.plant.models import BusinessPartner, MaterialLot
from tests.factories.counts import Counting, make_place
from tests.factories.stock import SOON, JobStore

NEEDED = 20
SOME = st.integers(1, 15)
Key = tuple[int, int]  # which place, which lot


@dataclass
class Promise:
    """So much of a balance for a job: rows stand in the order in which they were made."""

    job: int
    key: Key
    open: int


class StockLife(RuleBasedStateMachine):
    """Two places, two lots, two jobs under any acts, next to what a page of paper would say about them."""

    site: Any = None
    customer: Any = None
    actor: Actor = system_actor("test")

    def __init__(self) -> None:
        super().__init__()
        self.store = JobStore(self.site, self.actor, f"{uuid.uuid4().hex[:8]}-")
        tag = self.store.tag
        self.places = [self.store.shelf, make_place(self.site, f"{tag}LINE")]
        with acting():
            self.lots = [
                MaterialLot.objects.create(site=self.site, definition=self.store.bar, code=f"{tag}{name}", **more)
                for name, more in (("SOON", {"expires_at": SOON}), ("EVER", {}))
            ]
        routing = self.store.routing()
        self.jobs = [self.store.order(routing, f"{tag}WO-{number}")[0] for number in range(2)]
        for job in self.jobs:
            self.store.give(job, "start")
        self.there: dict[Key, int] = {}  # in the order in which the balances were made
        self.taken = [0, 0]
        self.promises: list[Promise] = []
        self.holds: list[tuple[int, set[int]]] = []

    # What the page of paper says

    def reserved(self, key: Key) -> int:
        return sum(each.open for each in self.promises if each.key == key)

    def free(self, key: Key) -> int:
        return self.there.get(key, 0) - self.reserved(key)

    def is_held(self, lot: int) -> bool:
        return any(lot in lots for _pk, lots in self.holds)

    def came(self, key: Key, quantity: int) -> None:
        self.there[key] = self.there.get(key, 0) + quantity

    def tried(self, act: Any, is_possible: bool, *refusals: type[MomError]) -> bool:
        """Do it; it is refused exactly where the paper says so."""
        expected = refusals or (Shortage,)
        try:
            act()
        except expected:
            assert not is_possible
            return False
        assert is_possible
        return True

    # What people do

    @rule(place=st.integers(0, 1), lot=st.integers(0, 1), quantity=SOME)
    def receive(self, place: int, lot: int, quantity: int) -> None:
        """Always possible, of a held lot too."""
        stock.receive(
            self.actor, self.places[place], self.store.bar, Decimal(quantity), lot=self.lots[lot], op_uuid=uuid.uuid4()
        )
        self.came((place, lot), quantity)

    @rule(place=st.integers(0, 1), lot=st.integers(0, 1), quantity=SOME)
    def move(self, place: int, lot: int, quantity: int) -> None:
        """What is free goes to the other place; a held lot may go to quarantine."""
        ends = (self.places[place], self.places[1 - place])
        act = lambda: stock.transfer(self.actor, self.lots[lot], *ends, Decimal(quantity), op_uuid=uuid.uuid4())  # noqa: E731
        if self.tried(act, self.free((place, lot)) >= quantity):
            self.came((place, lot), -quantity)
            self.came((1 - place, lot), quantity)

    @rule(place=st.integers(0, 1), lot=st.integers(0, 1), quantity=SOME)
    def scrap(self, place: int, lot: int, quantity: int) -> None:
        """What is free is thrown away."""
        where, why = self.places[place], "Fell"
        act = lambda: stock.scrap(  # noqa: E731
            self.actor, self.lots[lot], where, Decimal(quantity), op_uuid=uuid.uuid4(), reason=why
        )
        if self.tried(act, self.free((place, lot)) >= quantity):
            self.came((place, lot), -quantity)

    @rule(place=st.integers(0, 1), lot=st.integers(0, 1), quantity=SOME)
    def ship(self, place: int, lot: int, quantity: int) -> None:
        """What is free and not held goes to a customer."""
        where = self.places[place]
        act = lambda: stock.ship(  # noqa: E731
            self.actor, self.lots[lot], where, Decimal(quantity), op_uuid=uuid.uuid4(), partner=self.customer
        )
        is_possible = self.free((place, lot)) >= quantity and not self.is_held(lot)
        if self.tried(act, is_possible, Shortage, Conflict):
            self.came((place, lot), -quantity)

    @rule(job=st.integers(0, 1))
    def reserve(self, job: int) -> None:
        """First what expires first; of one lot the balance that was made first."""
        stock_reservation.reserve(self.actor, [self.jobs[job].pk])
        wanted = NEEDED - self.taken[job] - sum(each.open for each in self.promises if each.job == job)
        for key in sorted(self.order_of_balances(), key=lambda key: key[1]):
            got = min(wanted, self.free(key))
            if got > 0 and not self.is_held(key[1]):
                self.promise(job, key, got)
                wanted -= got
        self.sort_new_promises(job)

    @rule(job=st.integers(0, 1))
    def let_go(self, job: int) -> None:
        """Others may have it."""
        stock_reservation.let_go(self.actor, self.jobs[job].pk)
        self.promises = [each for each in self.promises if each.job != job]

    @rule(job=st.integers(0, 1), place=st.integers(0, 1), lot=st.integers(0, 1), quantity=SOME)
    def consume(self, job: int, place: int, lot: int, quantity: int) -> None:
        """One's own promise first, then what is free."""
        key = (place, lot)
        own = next((each for each in self.promises if each.job == job and each.key == key), None)
        from_own = min(quantity, own.open if own else 0)
        is_possible = self.free(key) >= quantity - from_own and not self.is_held(lot)
        taken = [Taken(self.lots[lot], self.places[place], Decimal(quantity))]
        act = lambda: job_material.consume(self.actor, self.jobs[job].pk, taken, op_uuid=uuid.uuid4())  # noqa: E731
        if self.tried(act, is_possible, Shortage, Conflict):
            if own:
                own.open -= from_own
            self.came(key, -quantity)
            self.taken[job] += quantity

    @rule(job=st.integers(0, 1))
    def consume_what_is_reserved(self, job: int) -> None:
        """All of it, or nothing."""
        mine = [each for each in self.promises if each.job == job and each.open > 0]
        act = lambda: job_material.consume(self.actor, self.jobs[job].pk, None, op_uuid=uuid.uuid4())  # noqa: E731
        if self.tried(act, bool(mine), InvalidInput):
            for each in mine:
                self.came(each.key, -each.open)
                self.taken[job] += each.open
                each.open = 0

    @rule(place=st.integers(0, 1), counted=st.tuples(st.integers(0, 30), st.integers(0, 30)))
    def count(self, place: int, counted: tuple[int, int]) -> None:
        """The book follows the count; promises shrink to it, the newest first."""
        begun = Counting(self.places[place], self.actor)
        for line in begun.count.lines.select_related("lot"):
            begun.say(line.lot, counted[self.lots.index(line.lot)])  # type: ignore[arg-type]
        if begun.finish().status == "counted":
            begun.post()
        for lot, found in enumerate(counted):
            if self.there.get((place, lot), 0):
                self.there[place, lot] = found
                self.shrink((place, lot), found)

    @rule(lots=st.sets(st.integers(0, 1), min_size=1))
    def hold(self, lots: set[int]) -> None:
        """Jobs lose what they were promised of it."""
        made = lot_hold.hold(self.actor, [self.lots[lot].pk for lot in lots], "Drift")
        self.holds.append((made.pk, set(lots)))
        self.promises = [each for each in self.promises if each.key[1] not in lots]

    @precondition(lambda self: self.holds)
    @rule(data=st.data())
    def release(self, data: st.DataObject) -> None:
        """A lot in another hold stays held."""
        ended = data.draw(st.sampled_from(self.holds))
        lot_hold.release(self.actor, ended[0], "Measured again")
        self.holds.remove(ended)

    # How promises stand on the paper

    def order_of_balances(self) -> list[Key]:
        return list(self.there)

    def promise(self, job: int, key: Key, quantity: int) -> None:
        row = next((each for each in self.promises if each.job == job and each.key == key), None)
        if row is None:
            self.promises.append(Promise(job, key, quantity))
        else:
            row.open += quantity

    def sort_new_promises(self, job: int) -> None:
        """The rows that were made at once stand in the order of their balances, as the database makes them."""
        known = {
            (row.balance.location_id, row.balance.lot_id): row.pk
            for row in StockReservation.objects.filter(
                requirement__job_order=self.jobs[job], released_at=None
            ).select_related("balance")
        }
        place_of = {(self.places[key[0]].pk, self.lots[key[1]].pk): key for key in self.there}
        order = {place_of[where]: pk for where, pk in known.items()}
        rows = iter(sorted((each for each in self.promises if each.job == job), key=lambda each: order[each.key]))
        self.promises = [next(rows) if each.job == job else each for each in self.promises]

    def shrink(self, key: Key, left: int) -> None:
        over = self.reserved(key) - left
        for each in reversed([row for row in self.promises if row.key == key and row.open]):
            less = min(each.open, max(over, 0))
            over -= less
            if less and less == each.open:
                self.promises.remove(each)
            else:
                each.open -= less

    @invariant()
    def database_agrees(self) -> None:
        rows = StockBalance.objects.filter(definition=self.store.bar)
        found = {(row.location_id, row.lot_id): (int(row.quantity), int(row.reserved)) for row in rows}
        expected = {
            (self.places[key[0]].pk, self.lots[key[1]].pk): (quantity, self.reserved(key))
            for key, quantity in self.there.items()
        }
        assert found == expected
        held = dict(MaterialLot.objects.filter(definition=self.store.bar).values_list("pk", "disposition"))
        assert {lot.pk: "restricted" if self.is_held(number) else "unrestricted"
                for number, lot in enumerate(self.lots)} == held  # fmt: skip

    def teardown(self) -> None:
        names = [found.invariant.name for found in invariants.violations()]
        assert [name for name in names if name.startswith("inventory.")] == []


@pytest.mark.django_db
def test_stock_life_agrees_with_a_plain_model(site: Any) -> None:
    StockLife.site = site
    with acting():
        StockLife.customer = BusinessPartner.objects.create(site=site, code="C-1", is_customer=True)
    run_state_machine_as_test(
        StockLife,
        settings=settings(
            max_examples=20, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
