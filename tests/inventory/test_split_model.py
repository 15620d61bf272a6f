"""Whatever is reserved, issued, let go and parted: what each part of a job is promised is what a plain model says."""

import uuid
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from inventory.models import StockReservation
from inventory.services import stock, stock_reservation
from mom.core import invariants
from mom.core.actor import Actor, system_actor
from mom.core.errors import InvalidInput, Shortage
from mom.core.testing import acting
from mom.plant.models import MaterialLot
from mom.work.engine.terms import QuantityKind
from mom.work.models import JobOrder
from mom.work.services import quantity_report
from mom.work.services.quantity_report import Reported
from production.engine.job_changes import Rest
from production.services import job_change
from tests.factories.stock import SOON, JobStore

LOTS = 3  # numbered in the order in which they expire


@dataclass
class Paper:
    """What a sheet of paper says about a job: pumps ordered and made, bars taken and, one by one by lot, promised."""

    job: JobOrder
    pumps: int
    made: int = 0
    taken: int = 0
    promised: Counter[int] = field(default_factory=Counter)
    is_open: bool = True

    @property
    def wants(self) -> int:
        return max(0, 2 * self.pumps - self.taken)

    def give(self, pumps: int, job: JobOrder) -> "Paper":
        """Deal the promised bars out as they lie in a row by expiry: so many to this one, so many to the other."""
        self.pumps -= pumps
        other = Paper(job, pumps)
        row = sorted(self.promised.elements())
        self.promised, row = Counter(row[: self.wants]), row[self.wants :]
        other.promised = Counter(row[: other.wants])
        return other


class Parts(RuleBasedStateMachine):
    """Two orders of ten pumps that need two bars each, promised of three lots, and whatever becomes of their jobs."""

    site: Any = None
    actor: Actor = system_actor("test")

    def __init__(self) -> None:
        super().__init__()
        self.store = JobStore(self.site, self.actor, f"{uuid.uuid4().hex[:8]}-")
        expiries = [{"expires_at": SOON}, {"expires_at": SOON + timedelta(days=1)}, {}]
        with acting():
            self.lots = [
                MaterialLot.objects.create(
                    site=self.site, definition=self.store.bar, code=f"{self.store.tag}{number}", **more
                )
                for number, more in enumerate(expiries)
            ]
        self.there = [0] * LOTS
        routing = self.store.routing()
        self.papers: list[Paper] = []
        for number in range(2):
            job = self.store.order(routing, f"{self.store.tag}WO-{number}")[0]
            self.store.give(job, "start")
            self.papers.append(Paper(job, 10))
        for lot in range(LOTS):  # most is there, so that most runs are about parts and not about receiving
            self.receive(lot, 12)
        for paper in self.papers:
            self.reserve_for(paper)

    def free(self, lot: int) -> int:
        return self.there[lot] - sum(paper.promised[lot] for paper in self.papers)

    def pick(self, data: st.DataObject) -> Paper:
        return data.draw(st.sampled_from([paper for paper in self.papers if paper.is_open] or self.papers))

    @rule(lot=st.integers(0, LOTS - 1), quantity=st.integers(1, 20))
    def receive(self, lot: int, quantity: int) -> None:
        stock.receive(self.actor, self.store.shelf, self.store.bar, Decimal(quantity), lot=self.lots[lot],
                      op_uuid=uuid.uuid4())  # fmt: skip
        self.there[lot] += quantity

    @rule(data=st.data())
    def reserve(self, data: st.DataObject) -> None:
        self.reserve_for(self.pick(data))

    def reserve_for(self, paper: Paper) -> None:
        stock_reservation.reserve(self.actor, [paper.job.pk])
        for lot in range(LOTS):
            more = min(self.free(lot), paper.wants - paper.promised.total()) if paper.is_open else 0
            paper.promised[lot] += max(0, more)

    @rule(data=st.data())
    def let_go(self, data: st.DataObject) -> None:
        paper = self.pick(data)
        stock_reservation.let_go(self.actor, paper.job.pk)
        paper.promised.clear()

    @rule(data=st.data(), lot=st.integers(0, LOTS - 1), quantity=st.integers(1, 8))
    def issue(self, data: st.DataObject, lot: int, quantity: int) -> None:
        """One's own promise first, then what is free."""
        paper = self.pick(data)
        own = min(quantity, paper.promised[lot])
        is_possible = quantity - own <= self.free(lot)
        try:
            self.store.consume(paper.job, self.lots[lot], quantity)
        except Shortage:
            assert not is_possible
            return
        assert is_possible
        self.there[lot] -= quantity
        paper.promised[lot] -= own
        paper.taken += quantity

    @rule(data=st.data(), pumps=st.integers(0, 10))
    def split(self, data: st.DataObject, pumps: int) -> None:
        paper = self.pick(data)
        if not paper.is_open:
            return
        is_possible = 0 < pumps <= paper.pumps - paper.made and pumps < paper.pumps
        try:
            made = job_change.split(self.actor, paper.job.pk, Decimal(pumps))
        except InvalidInput:
            assert not is_possible
            return
        assert is_possible
        self.papers.append(paper.give(pumps, made))
        self.store.give(made, "start")

    @rule(data=st.data(), pumps=st.integers(1, 3))
    def finish_early(self, data: st.DataObject, pumps: int) -> None:
        """Some are made and the rest goes on in a new job; the first lets go, as it does once its end is announced."""
        paper = self.pick(data)
        if not paper.is_open or pumps >= paper.pumps - paper.made:
            return
        good = [Reported(QuantityKind.GOOD, Decimal(pumps))]
        quantity_report.report(self.actor, paper.job.pk, good, op_uuid=uuid.uuid4())
        paper.made += pumps
        rest = job_change.finish_early(self.actor, paper.job.pk, Rest.NEW_JOB).rest_job
        assert rest is not None
        self.papers.append(paper.give(paper.pumps - paper.made, rest))
        self.store.give(rest, "start")
        stock_reservation.let_go(self.actor, paper.job.pk)
        paper.promised.clear()
        paper.is_open = False

    @invariant()
    def database_agrees(self) -> None:
        numbers = {lot.pk: number for number, lot in enumerate(self.lots)}
        rows = StockReservation.objects.filter(balance__definition=self.store.bar, released_at=None)
        found: dict[int, Counter[int]] = {paper.job.pk: Counter() for paper in self.papers}
        for row in rows.select_related("requirement", "balance"):
            if row.taken < row.quantity and row.balance.lot_id is not None:
                found[row.requirement.job_order_id][numbers[row.balance.lot_id]] += int(row.quantity - row.taken)
        assert found == {paper.job.pk: +paper.promised for paper in self.papers}
        balances = self.store.bar.stock_balances.values_list("lot_id", "quantity", "reserved")
        assert {numbers[lot]: (int(quantity), int(reserved)) for lot, quantity, reserved in balances if lot} == {
            lot: (self.there[lot], self.there[lot] - self.free(lot))
            for lot in range(LOTS)
            if any(row[0] == self.lots[lot].pk for row in balances)
        }

    def teardown(self) -> None:
        names = [found.invariant.name for found in invariants.violations()]
        assert [name for name in names if name.startswith("inventory.")] == []


@pytest.mark.django_db
def test_promises_of_parts_agree_with_a_plain_model(site: Any) -> None:
    Parts.site = site
    run_state_machine_as_test(
        Parts,
        settings=settings(
            max_examples=40, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
