"""Whatever is split, finished early, reworked and replaced: the database agrees with a plain model, piece by piece."""

import uuid
from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from mom.core.actor import Actor, system_actor
from mom.core.errors import Conflict, MomError
from mom.work.engine.parts import part_of
from mom.work.engine.terms import OUTPUT_USES, QuantityKind
from mom.work.models import JobOrder, JobRequirement, OutputTotal
from mom.work.services import quantity_report
from mom.work.services.quantity_report import Reported
from production.engine.job_changes import ALLOWED, JobChange, Rest
from production.services import job_change
from production.services.job_change import Failure, Rework
from tests.factories.work import give, job_of, make_material, make_order

ORDERED = 12


@dataclass
class Paper:
    """What a sheet of paper says about a job."""

    ordered: int
    status: str = "ready"
    origin: str = ""
    made: Counter[str] = field(default_factory=Counter)
    in_rework: int = 0
    replaced: int = 0

    @property
    def unmade(self) -> int:
        return self.ordered - sum(self.made.values())

    @property
    def to_rework(self) -> int:
        return self.made["rework"] + self.made["review"] - self.in_rework

    @property
    def missing(self) -> int:
        """None where what was replaced turned up and was reported afterwards: a fact is not refused."""
        return max(0, self.ordered - self.made["good"] - self.made["rework"] - self.made["review"] - self.replaced)

    def may(self, change: JobChange) -> bool:
        return self.status in ALLOWED[change]


class JobParts(RuleBasedStateMachine):
    """An order of twelve, and everything that becomes of its one job."""

    site: Any = None
    actor: Actor = system_actor("test")

    def __init__(self) -> None:
        super().__init__()
        job = job_of(make_order(self.site, uuid.uuid4().hex[:12], quantity=ORDERED, limit=Decimal(ORDERED)))
        self.order = job.work_request_id
        self.jobs: dict[int, Paper] = {job.pk: Paper(ORDERED)}

    def pick(self, data: st.DataObject) -> tuple[int, Paper]:
        key = data.draw(st.sampled_from(sorted(self.jobs)))
        return key, self.jobs[key]

    @rule(data=st.data())
    def start(self, data: st.DataObject) -> None:
        key, paper = self.pick(data)
        if paper.status == "ready":
            give(JobOrder.objects.get(pk=key), "start")
            paper.status = "running"

    @rule(data=st.data(), kind=st.sampled_from(list(QuantityKind)), many=st.integers(1, 4))
    def report(self, data: st.DataObject, kind: QuantityKind, many: int) -> None:
        key, paper = self.pick(data)
        is_possible = paper.status in {"running", "completed"} and many <= paper.unmade
        try:
            quantity_report.report(self.actor, key, [Reported(kind, Decimal(many))], op_uuid=uuid.uuid4())
        except MomError:
            assert not is_possible
        else:
            assert is_possible
            paper.made[str(kind)] += many

    @rule(data=st.data(), many=st.integers(0, 13))
    def split(self, data: st.DataObject, many: int) -> None:
        key, paper = self.pick(data)
        is_possible = paper.may(JobChange.SPLIT) and 0 < many <= paper.unmade and many < paper.ordered
        try:
            made = job_change.split(self.actor, key, Decimal(many))
        except MomError:
            assert not is_possible
        else:
            assert is_possible
            paper.ordered -= many
            self.jobs[made.pk] = Paper(many, origin="split")

    @rule(data=st.data(), rest=st.sampled_from(list(Rest)))
    def finish_early(self, data: st.DataObject, rest: Rest) -> None:
        key, paper = self.pick(data)
        nothing = rest == Rest.NEW_JOB and paper.unmade == paper.ordered
        try:
            done = job_change.finish_early(self.actor, key, rest)
        except MomError:
            assert not paper.may(JobChange.FINISH_EARLY) or nothing
            return
        assert paper.may(JobChange.FINISH_EARLY)
        assert not nothing
        left, paper.status = paper.unmade, "completed"
        if left and rest == Rest.NEW_JOB:
            assert done.rest_job is not None
            paper.ordered -= left
            self.jobs[done.rest_job.pk] = Paper(left, origin="remainder")
        else:
            assert (done.rest_job, done.short) == (None, left)

    @rule(data=st.data(), many=st.integers(0, 6))
    def rework(self, data: st.DataObject, many: int) -> None:
        key, paper = self.pick(data)
        is_possible = paper.may(JobChange.REWORK) and 0 < many <= paper.to_rework
        try:
            made = job_change.rework(self.actor, key, Rework(Decimal(many)), reason="Burr")
        except MomError:
            assert not is_possible
        else:
            assert is_possible
            paper.in_rework += many
            self.jobs[made.pk] = Paper(many, origin="rework")

    @rule(data=st.data(), lost=st.integers(0, 4))
    def replace(self, data: st.DataObject, lost: int) -> None:
        key, paper = self.pick(data)
        is_possible = paper.may(JobChange.REPLACE) and paper.missing > 0
        if lost:
            is_possible = is_possible and lost <= paper.unmade and paper.status in {"running", "completed"}
        try:
            made = job_change.replace(self.actor, key, Failure(scrap=Decimal(lost)), reason="Clamp broke")
        except MomError:
            assert not is_possible
            return
        assert is_possible
        paper.made["scrap"] += lost
        (new,) = made
        self.jobs[new.pk] = Paper(paper.missing, origin="replacement")
        paper.replaced += paper.missing
        if paper.status != "completed":
            paper.status = "aborted"

    @invariant()
    def database_agrees(self) -> None:
        rows = JobOrder.objects.filter(work_request=self.order)
        assert {job.pk: (job.status, job.origin) for job in rows} == {
            key: (paper.status, paper.origin) for key, paper in self.jobs.items()
        }
        outputs = JobRequirement.objects.filter(job_order__work_request=self.order, material_use__in=OUTPUT_USES)
        assert dict(outputs.values_list("job_order_id", "quantity")) == {
            key: paper.ordered for key, paper in self.jobs.items()
        }
        for total in OutputTotal.objects.filter(output__job_order__work_request=self.order).select_related("output"):
            paper = self.jobs[total.output.job_order_id]
            assert {kind: getattr(total, kind) for kind in map(str, QuantityKind)} == {
                kind: paper.made[kind] for kind in map(str, QuantityKind)
            }
            assert total.limit == paper.ordered  # the most it may report went with its part

    @invariant()
    def no_piece_is_lost_or_made_up(self) -> None:
        kept = [paper for paper in self.jobs.values() if paper.origin in {"", "split", "remainder"}]
        of_replaced = [paper for paper in self.jobs.values() if paper.origin in {"rework", "replacement"}]
        asked_for = sum(paper.in_rework + paper.replaced for paper in self.jobs.values())
        # What was ordered, and what was asked for again, is spread over jobs without rest.
        assert sum(paper.ordered for paper in [*kept, *of_replaced]) == ORDERED + asked_for
        assert all(min(paper.unmade, paper.to_rework) >= 0 for paper in self.jobs.values())


@pytest.mark.django_db
def test_job_parts_agree_with_a_plain_model(site: Any) -> None:
    make_material(site)
    JobParts.site = site
    run_state_machine_as_test(
        JobParts,
        settings=settings(
            max_examples=25, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )


@pytest.mark.django_db
def test_pieces_replaced_by_a_job_that_was_split_are_not_replaced_again(site: Any) -> None:
    make_material(site)
    actor, broke = system_actor("test"), "Clamp broke"
    job = job_of(make_order(site, "WO-1", quantity=ORDERED, limit=Decimal(ORDERED)))
    (instead,) = job_change.replace(actor, job.pk, Failure(scrap=Decimal(0)), reason=broke)
    taken_out = job_change.split(actor, instead.pk, Decimal(5))
    with pytest.raises(Conflict) as refused:
        job_change.replace(actor, job.pk, Failure(scrap=Decimal(0)), reason=broke)
    assert refused.value.code == "nothing_missing"

    # Cancelled, its five are missing again, and no more than they.
    give(taken_out, "cancel")
    (again,) = job_change.replace(actor, job.pk, Failure(scrap=Decimal(0)), reason=broke)
    assert JobRequirement.objects.get(job_order=again, material_use__in=OUTPUT_USES).quantity == 5


def test_a_part_is_never_more_than_the_whole_and_what_stays_is_the_difference() -> None:
    third = part_of(Decimal(10), Decimal(1), Decimal(3))
    assert (third, Decimal(10) - third) == (Decimal("3.333333"), Decimal("6.666667"))
    for taken in (0, -1, 4):
        with pytest.raises(ValueError, match="can't be taken"):
            part_of(Decimal(10), Decimal(taken), Decimal(3))
