"""Jobs made of jobs: split, finished early, reworked, failed and replaced. No piece is lost on the way."""

import uuid
from decimal import Decimal
from typing import Any

import pytest

from mom.accounts.models import Site
from mom.core.actor import Actor
from mom.core.errors import Conflict, InvalidInput, MomError, NotAllowed, NotFound, Stale
from mom.core.models import AuditEntry, OutboxEvent
from mom.core.testing import acting
from mom.work import gate
from mom.work.engine.terms import JobOrderCommand, OperationsType, QuantityKind
from mom.work.job_kinds import job_kind
from mom.work.models import JobDependency, JobOrder, JobRequirement, OutputTotal
from mom.work.selectors.job_origin import is_rework
from mom.work.services import job_order, quantity_report
from mom.work.services.quantity_report import Reported
from production.engine.job_changes import ALLOWED, JobChange, Rest
from production.selectors.order import order_get
from production.services import batch, job_change
from production.services.job_change import Failure, Rework
from tests.bench.statements import counting
from tests.factories.work import give, job_of, make_machine, make_material, make_order, make_routing

pytestmark = pytest.mark.django_db
D = Decimal


def report(actor: Actor, job: JobOrder, **amounts: int) -> None:
    lines = [Reported(QuantityKind(kind), D(amount)) for kind, amount in amounts.items()]
    quantity_report.report(actor, job.pk, lines, op_uuid=uuid.uuid4())


def quantities(*jobs: JobOrder) -> list[Decimal | None]:
    return [job.requirements.order_by("position").values_list("quantity", flat=True)[0] for job in jobs]


def links() -> set[tuple[str, str]]:
    return set(JobDependency.objects.values_list("predecessor__code", "successor__code"))


def statuses(order: int) -> dict[str, str]:
    return dict(JobOrder.objects.filter(work_request=order).values_list("code", "status"))


@pytest.fixture
def jobs(site: Site, actor: Actor) -> list[JobOrder]:
    """An order of 10 in three operations; 2 bars a piece go into the first."""
    make_routing(site, operations=3, inputs=[make_material(site, "BAR")])
    request = batch.create(actor, site, "PUMP", batch.NewBatch("WO-1", quantity=D(10)))
    return list(JobOrder.objects.filter(work_request=request.work_request_id).order_by("sequence"))


def test_split_shares_what_is_made_needed_and_awaited(actor: Actor, site: Site, jobs: list[JobOrder]) -> None:
    second = make_machine(site, "M-2")
    new = job_change.split(actor, jobs[0].pk, D(4), equipment=second)

    assert (new.code, new.status, new.origin, new.origin_job_id) == ("WO-1-10.1", "ready", "split", jobs[0].pk)
    assert (new.equipment_id, quantities(jobs[0], new)) == (second.pk, [6, 4])
    bars = JobRequirement.objects.filter(definition__code="BAR").order_by("job_order_id")
    assert [each.quantity for each in bars] == [12, 8]
    assert links() == {("WO-1-10", "WO-1-20"), ("WO-1-10.1", "WO-1-20"), ("WO-1-20", "WO-1-30")}
    give(jobs[0], "start", "finish")
    assert [each.subject for each in gate.previous_jobs_open(jobs[1], new.created_at)] == ["WO-1-10.1"]
    entry = AuditEntry.objects.get(action="work.job_order_made_of")
    assert entry.after == {"origin": "split", "of": "WO-1-10", "quantity": "4", "unit": "C62"}


def test_a_part_is_split_again_and_numbered_on(actor: Actor, jobs: list[JobOrder]) -> None:
    first = job_change.split(actor, jobs[0].pk, D(5))
    again = job_change.split(actor, first.pk, D(2))
    third = job_change.split(actor, jobs[0].pk, D(1))
    assert [again.code, third.code] == ["WO-1-10.2", "WO-1-10.3"]
    assert quantities(jobs[0], first, again, third) == [4, 3, 2, 1]


def test_split_of_a_running_job_leaves_what_is_reported(actor: Actor, jobs: list[JobOrder]) -> None:
    give(jobs[0], "start")
    report(actor, jobs[0], good=3, scrap=1)
    with pytest.raises(InvalidInput) as told:
        job_change.split(actor, jobs[0].pk, D(7))
    assert "at most 6" in told.value.fields["quantity"][0]
    new = job_change.split(actor, jobs[0].pk, D(6))
    assert quantities(jobs[0], new) == [4, 6]


@pytest.mark.parametrize("quantity", [D(0), D(-1), D(10), D(11), D("2.5")])
def test_a_split_of_nothing_of_all_or_of_half_a_piece_is_refused(
    actor: Actor, jobs: list[JobOrder], quantity: Decimal
) -> None:
    with pytest.raises(InvalidInput):
        job_change.split(actor, jobs[0].pk, quantity)
    assert JobOrder.objects.count() == 3


def test_a_limit_is_shared_too(actor: Actor, site: Site) -> None:
    job = job_of(make_order(site, "WO-L", quantity=100, limit=D(110)))
    new = job_change.split(actor, job.pk, D(40))
    assert list(OutputTotal.objects.order_by("output_id").values_list("limit", flat=True)) == [70, 40]
    give(new, "start")
    with pytest.raises(Conflict):
        report(actor, new, good=41)


def test_an_outdated_view_splits_nothing(actor: Actor, jobs: list[JobOrder]) -> None:
    job_change.split(actor, jobs[0].pk, D(4), version=jobs[0].version)
    with pytest.raises(Stale):
        job_change.split(actor, jobs[0].pk, D(4), version=jobs[0].version)


def test_finished_early_the_rest_goes_to_a_new_job(actor: Actor, jobs: list[JobOrder]) -> None:
    give(jobs[0], "start")
    report(actor, jobs[0], good=6, scrap=1)
    done = job_change.finish_early(actor, jobs[0].pk, Rest.NEW_JOB)
    assert done.rest_job is not None
    assert (done.job.status, done.rest_job.code, done.rest_job.origin) == ("completed", "WO-1-10.1", "remainder")
    assert quantities(jobs[0], done.rest_job) == [7, 3]
    assert ("WO-1-10.1", "WO-1-20") in links()


def test_finished_short_says_how_much_is_short(actor: Actor, jobs: list[JobOrder]) -> None:
    give(jobs[0], "start")
    report(actor, jobs[0], good=6)
    done = job_change.finish_early(actor, jobs[0].pk, Rest.SHORT, reason="Bar is used up")
    assert (done.job.status, done.rest_job, done.short) == ("completed", None, 4)
    entry = AuditEntry.objects.get(action="work.job_order_closed_short")
    assert (entry.after["short"], entry.reason) == ("4.000000", "Bar is used up")


def test_with_nothing_made_there_is_no_rest(actor: Actor, jobs: list[JobOrder]) -> None:
    give(jobs[0], "start")
    with pytest.raises(Conflict) as told:
        job_change.finish_early(actor, jobs[0].pk, Rest.NEW_JOB)
    assert told.value.code == "nothing_made"


def test_the_order_ends_with_its_rest_and_its_good_is_the_sum(actor: Actor, site: Site) -> None:
    job = job_of(make_order(site, "WO-2", quantity=10))
    give(job, "start")
    report(actor, job, good=6, rework=1)
    rest = job_change.finish_early(actor, job.pk, Rest.NEW_JOB).rest_job
    assert rest is not None
    assert order_get(actor, site, "WO-2").status == "running"
    give(rest, "start")
    report(actor, rest, good=3)
    give(rest, "finish")
    assert (order_get(actor, site, "WO-2").status, order_get(actor, site, "WO-2").good) == ("completed", 9)

    again = job_change.rework(actor, job.pk, Rework(D(1)), reason="Burr")
    assert order_get(actor, site, "WO-2").status == "running"
    give(again, "start")
    report(actor, again, good=1)
    give(again, "finish")
    assert (order_get(actor, site, "WO-2").status, order_get(actor, site, "WO-2").good) == ("completed", 10)
    assert again.responses.get().is_rework


def test_what_is_taken_out_of_a_rework_job_is_rework_however_often(actor: Actor, jobs: list[JobOrder]) -> None:
    """10 made, 6 of them to be reworked; the rework is split 4 + 2, the 2 again 1 + 1, and of the 4 a rest is left."""
    give(jobs[0], "start")
    report(actor, jobs[0], good=4, rework=6)
    again = job_change.rework(actor, jobs[0].pk, Rework(D(6)), reason="Burr")
    part = job_change.split(actor, again.pk, D(2))
    part_of_part = job_change.split(actor, part.pk, D(1))
    give(again, "start")
    report(actor, again, good=3)
    rest = job_change.finish_early(actor, again.pk, Rest.NEW_JOB).rest_job
    assert rest is not None
    assert quantities(again, part, part_of_part, rest) == [3, 1, 1, 1]
    for job in (part, part_of_part, rest):
        give(job, "start", "finish")
    assert [job.responses.get().is_rework for job in (again, part, part_of_part, rest)] == [True] * 4


def test_what_is_taken_out_of_any_other_job_is_none(actor: Actor, jobs: list[JobOrder]) -> None:
    """The parts of an ordinary job and of a replacement; of a replacement for a rework job they are made anew."""
    part = job_change.split(actor, jobs[0].pk, D(4))
    give(jobs[0], "start")
    report(actor, jobs[0], good=2, scrap=3, rework=1)
    again = job_change.rework(actor, jobs[0].pk, Rework(D(1)), reason="Burr")
    (anew,) = job_change.replace(actor, jobs[0].pk, Failure(quantity=D(2)), reason="Cracked")
    part_anew = job_change.split(actor, anew.pk, D(1))
    give(again, "start", "hold")
    (in_place,) = job_change.replace(actor, again.pk, Failure(scrap=D(1)), reason="Lost")
    for job in (part, part_anew, in_place):
        give(job, "start")
    assert [job.responses.get().is_rework for job in (jobs[0], part, part_anew, again, in_place)] == [
        False, False, False, True, False,
    ]  # fmt: skip


def test_only_what_was_taken_out_of_a_job_is_asked_what_it_was_for(actor: Actor, jobs: list[JobOrder]) -> None:
    give(jobs[0], "start")
    report(actor, jobs[0], good=4, rework=4)
    again = job_change.rework(actor, jobs[0].pk, Rework(D(4)), reason="Burr")
    part = job_change.split(actor, again.pk, D(2))
    costs = []
    for job in (jobs[1], again, part):
        with counting() as count:
            is_rework(job)
        costs.append(len(count))
    assert costs == [0, 0, 1]


def test_rework_comes_before_the_next_operation_and_takes_no_material(actor: Actor, jobs: list[JobOrder]) -> None:
    give(jobs[0], "start")
    report(actor, jobs[0], good=7, rework=2, review=1)
    job = job_change.rework(actor, jobs[0].pk, Rework(D(2)), reason="Burr on the bore")
    assert (job.code, job.origin, job.operation) == ("WO-1-10.1", "rework", "Rework: Operation 1")
    assert [each.definition.code for each in job.requirements.all() if each.definition] == ["PUMP-P"]
    give(jobs[0], "finish")
    assert [each.subject for each in gate.previous_jobs_open(jobs[1], job.created_at)] == ["WO-1-10.1"]
    with pytest.raises(InvalidInput) as told:
        job_change.rework(actor, jobs[0].pk, Rework(D(2)), reason="Again")
    assert "job WO-1-10: 1." in told.value.fields["quantity"][0]
    job_order.command(actor, job.pk, JobOrderCommand.CANCEL, reason="Not needed")
    assert job_change.rework(actor, jobs[0].pk, Rework(D(3)), reason="Again").code == "WO-1-10.2"


def test_a_failed_job_is_replaced_from_the_operation_that_is_asked_for(actor: Actor, jobs: list[JobOrder]) -> None:
    """Ten turned; in milling two get good and four are lost with the clamp: eight are missing, from turning on."""
    for name in ("start", "finish"):
        give(jobs[0], name)
    give(jobs[1], "start")
    report(actor, jobs[1], good=2)

    made = job_change.replace(actor, jobs[1].pk, Failure(scrap=D(4), from_sequence=10), reason="Clamp broke")

    assert [job.code for job in made] == ["WO-1-10.1", "WO-1-20.1"]
    assert [(job.origin, job.replaces_id) for job in made] == [("replacement", jobs[0].pk), ("replacement", jobs[1].pk)]
    assert quantities(*made) == [8, 8]
    assert JobRequirement.objects.get(job_order=made[0], definition__code="BAR").quantity == 16
    assert statuses(jobs[0].work_request_id)["WO-1-20"] == "aborted"
    assert links() == {("WO-1-10", "WO-1-20"), ("WO-1-10.1", "WO-1-20.1"), ("WO-1-20.1", "WO-1-30")}
    assert OutputTotal.objects.get(output__job_order=jobs[1]).scrap == 4
    with pytest.raises(Conflict) as told:
        job_change.replace(actor, jobs[1].pk, Failure(), reason="Again")
    assert told.value.code == "nothing_missing"
    for job in (*made, jobs[2]):
        give(job, "start", "finish")
    jobs[0].work_request.refresh_from_db()
    assert jobs[0].work_request.status == "completed"


def test_scrap_of_a_finished_job_is_made_again_and_the_order_goes_on(actor: Actor, site: Site) -> None:
    job = job_of(make_order(site, "WO-2", quantity=10))
    give(job, "start")
    report(actor, job, good=8, scrap=2)
    give(job, "finish")
    (new,) = job_change.replace(actor, job.pk, Failure(), reason="Customer wants ten")
    assert (new.status, quantities(new), statuses(job.work_request_id)["WO-2-10"]) == ("ready", [2], "completed")
    assert order_get(actor, site, "WO-2").status == "running"


def test_what_has_ended_is_not_changed(actor: Actor, site: Site) -> None:
    job = job_of(make_order(site, "WO-2", quantity=10))
    give(job, "start")
    report(actor, job, good=9, rework=1)
    give(job, "finish")
    from mom.work.engine.terms import WorkRequestCommand
    from mom.work.services import work_request_command

    work_request_command.command(actor, job.work_request_id, WorkRequestCommand.CLOSE)
    for act in (
        lambda: job_change.split(actor, job.pk, D(1)),
        lambda: job_change.finish_early(actor, job.pk, Rest.SHORT),
        lambda: job_change.rework(actor, job.pk, Rework(D(1)), reason="Burr"),
        lambda: job_change.replace(actor, job.pk, Failure(), reason="Burr"),
    ):
        with pytest.raises(Conflict):
            act()


@pytest.mark.parametrize("change", list(JobChange))
def test_every_state_takes_what_the_table_says(actor: Actor, site: Site, change: JobChange) -> None:
    """The full matrix: a change that the table does not list is refused and changes nothing."""
    paths = {
        "waiting": (), "ready": ("release",), "running": ("release", "start"),
        "suspended": ("release", "start", "pause"), "held": ("release", "start", "hold"),
        "completed": ("release", "start", "finish"), "closed": ("release", "start", "finish", "close"),
        "aborted": ("release", "start", "abort"), "cancelled": ("cancel",),
    }  # fmt: skip
    acts = {
        JobChange.SPLIT: lambda pk: job_change.split(actor, pk, D(1)),
        JobChange.FINISH_EARLY: lambda pk: job_change.finish_early(actor, pk, Rest.SHORT),
        JobChange.REWORK: lambda pk: job_change.rework(actor, pk, Rework(D(1)), reason="Burr"),
        JobChange.REPLACE: lambda pk: job_change.replace(actor, pk, Failure(), reason="Lost"),
    }
    for status, path in paths.items():
        first = job_change_bench(site, actor, f"WO-{status}")
        job = JobOrder.objects.get(pk=first)
        for command in path:
            give(job, command)
            if command == "start":
                report(actor, job, good=2, rework=1)
        before = JobOrder.objects.count()
        try:
            acts[change](job.pk)
        except MomError:
            assert status not in ALLOWED[change], status
            assert JobOrder.objects.count() == before
        else:
            assert status in ALLOWED[change], status


def job_change_bench(site: Site, actor: Actor, code: str) -> int:
    """A waiting job of ten in a released order that has another job, so that it doesn't end."""
    job = job_of(make_order(site, code, quantity=10))
    job_change.split(actor, job.pk, D(1))
    give(job, "revoke")
    return job.pk


def test_quality_asks_for_rework_within_its_act(actor: Actor, site: Site, jobs: list[JobOrder]) -> None:
    give(jobs[0], "start")
    report(actor, jobs[0], good=7, review=3)
    kind = job_kind(OperationsType.PRODUCTION)
    assert kind is not None
    with acting() as act:
        asked = {"job_order": jobs[0].pk, "quantity": D(1), "reference": "NC-1"}
        assert kind.request(act, site.pk, asked).origin == "rework"
        with pytest.raises(NotFound):
            kind.request(act, site.pk + 1, asked)
    made = OutboxEvent.objects.filter(topic="work.job_order_made_of").order_by("id")
    assert [event.payload["reference"] for event in made] == ["NC-1"]


def test_P33_rights_are_asked(make_actor: Any, jobs: list[JobOrder]) -> None:
    give(jobs[0], "start")
    operator = make_actor("work.view", "work.execute_job_order")
    stranger = make_actor("work.dispatch_job_order", "work.execute_job_order", at="P2")
    for act in (
        lambda who: job_change.split(who, jobs[0].pk, D(1)),
        lambda who: job_change.rework(who, jobs[0].pk, Rework(D(1)), reason="Burr"),
        lambda who: job_change.replace(who, jobs[0].pk, Failure(), reason="Lost"),
    ):
        for who in (operator, stranger):
            with pytest.raises(NotAllowed):
                act(who)
    with pytest.raises(NotAllowed):
        job_change.finish_early(stranger, jobs[0].pk, Rest.SHORT)
    assert job_change.finish_early(operator, jobs[0].pk, Rest.SHORT).job.status == "completed"
