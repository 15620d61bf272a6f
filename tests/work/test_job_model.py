"""Any sequence of commands and reports leaves the database where a plain model says it is."""

import uuid
from collections import Counter
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from mom.core.actor import Actor, system_actor
from mom.core.errors import Conflict
from mom.work.engine.terms import JobOrderCommand, QuantityKind
from mom.work.engine.transitions import JOB_ORDER
from mom.work.models import JobOrder, JobResponse, LabourEntry, OutputTotal, QuantityReport
from mom.work.services import job_order, quantity_report
from mom.work.services.quantity_report import Reported
from tests.factories.work import job_of, make_material, make_order, make_person

MOVES = {(str(status), str(command)): str(to) for status, command, to in JOB_ORDER}
LIMIT = Decimal(30)
IN_WORK = {"running", "suspended", "held", "completed"}


class JobLife(RuleBasedStateMachine):
    """One job of one order under any commands, next to what a page of paper would say about it."""

    site: Any = None
    actor: Actor = system_actor("test")

    def __init__(self) -> None:
        super().__init__()
        self.job = job_of(make_order(self.site, uuid.uuid4().hex[:12], limit=LIMIT))
        self.person = make_person(self.site, uuid.uuid4().hex[:12])
        self.status, self.stretches = "ready", 0
        self.sums: Counter[str] = Counter()
        self.standing: list[tuple[int, str, Decimal]] = []

    @rule(command=st.sampled_from(list(JobOrderCommand)))
    def command(self, command: JobOrderCommand) -> None:
        """A command: as the diagram says, or refused and nothing changed."""
        to = MOVES.get((self.status, str(command)))
        if command == JobOrderCommand.START and to and self.order_status() not in {"released", "running"}:
            to = None
        try:
            job_order.command(self.actor, self.job.pk, command, person=self.person)
        except Conflict:
            assert to is None
            return
        assert to is not None
        self.stretches += to == "running"
        self.status = to

    @rule(kind=st.sampled_from(list(QuantityKind)), quantity=st.integers(1, 12))
    def report(self, kind: QuantityKind, quantity: int) -> None:
        """A report: within the limit and while the job is begun, else refused."""
        amount = Decimal(quantity)
        is_possible = self.status in IN_WORK and sum(self.sums.values()) + amount <= LIMIT
        try:
            (made,) = quantity_report.report(self.actor, self.job.pk, [Reported(kind, amount)], op_uuid=uuid.uuid4())
        except Conflict:
            assert not is_possible
            return
        assert is_possible
        self.sums[str(kind)] += amount  # type: ignore[assignment]
        self.standing.append((made.pk, str(kind), amount))

    @precondition(lambda self: self.standing)
    @rule(data=st.data())
    def take_back(self, data: st.DataObject) -> None:
        """A standing report taken back."""
        taken = data.draw(st.sampled_from(self.standing))
        quantity_report.reverse(self.actor, taken[0], reason="Wrong", op_uuid=uuid.uuid4())
        self.standing.remove(taken)
        self.sums[taken[1]] -= taken[2]  # type: ignore[assignment]

    def order_status(self) -> str:
        self.job.work_request.refresh_from_db()
        return self.job.work_request.status

    @invariant()
    def database_agrees(self) -> None:
        job = JobOrder.objects.get(pk=self.job.pk)
        assert job.status == self.status
        stretches = JobResponse.objects.filter(job_order=job)
        assert (stretches.count(), stretches.filter(ended_at=None).count()) == (
            self.stretches,
            int(self.status == "running"),
        )
        labour = LabourEntry.objects.filter(job_response__job_order=job)
        assert labour.filter(ended_at=None).count() == int(self.status == "running")
        total = OutputTotal.objects.get(output__job_order=job)
        assert {kind: getattr(total, kind) for kind in map(str, QuantityKind)} == {
            kind: self.sums[kind] for kind in map(str, QuantityKind)
        }
        ledger = QuantityReport.objects.filter(output__job_order=job)
        assert sum(report.quantity for report in ledger) == sum(self.sums.values())


@pytest.mark.django_db
def test_job_life_agrees_with_a_plain_model(site: Any) -> None:
    make_material(site)
    JobLife.site = site
    run_state_machine_as_test(
        JobLife,
        settings=settings(
            max_examples=25,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
