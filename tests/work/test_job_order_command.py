"""Commands to a job: what each does, and that nothing else is possible (P04)."""

import uuid
from typing import Any

import pytest

from mom.core.actor import Actor
from mom.core.errors import Conflict, IllegalTransition, InvalidInput, NotAllowed, NotFound, Stale
from mom.core.models import AuditEntry, OutboxEvent
from mom.core.testing import acting
from mom.work import gate
from mom.work.engine.terms import JobOrderCommand, JobOrderStatus, WorkRequestCommand, WorkRequestStatus
from mom.work.engine.transitions import JOB_ORDER, WORK_REQUEST
from mom.work.models import JobDependency, JobOrder, JobResponse, LabourEntry, WorkRequest
from mom.work.permissions import PERMISSION_FOR
from mom.work.services import job_order
from tests.factories.work import give, job_of, make_chain, make_machine, make_order, make_person

pytestmark = pytest.mark.django_db
ALLOWED = {(status, command): to for status, command, to in JOB_ORDER}


def put(job: JobOrder, status: JobOrderStatus) -> JobOrder:
    """The job in any state, past all services: for the matrix."""
    with acting():
        JobOrder.objects.filter(pk=job.pk).update(status=status)
    return job


@pytest.mark.parametrize("command", list(JobOrderCommand))
@pytest.mark.parametrize("status", list(JobOrderStatus))
def test_P04_job_matrix(site: Any, actor: Actor, status: JobOrderStatus, command: JobOrderCommand) -> None:
    job = put(job_of(make_order(site)), status)
    to = ALLOWED.get((status, command))
    if to is None:
        with pytest.raises(IllegalTransition) as refused:
            job_order.command(actor, job.pk, command)
        assert (refused.value.current, refused.value.command) == (status, command)
    else:
        assert job_order.command(actor, job.pk, command).status == to
    job.refresh_from_db()
    assert job.status == (to or status)


def test_P04_order_matrix_names_every_way_out() -> None:
    ends = {WorkRequestStatus.CLOSED, WorkRequestStatus.ABORTED, WorkRequestStatus.CANCELLED}
    for status in WorkRequestStatus:
        assert bool(WORK_REQUEST.commands(status)) == (status not in ends)
    assert {command for _from, command, _to in WORK_REQUEST} == set(WorkRequestCommand)


def test_job_start_opens_work_and_labour(site: Any, actor: Actor) -> None:
    machine, person = make_machine(site), make_person(site)
    job = job_of(make_order(site, machine=machine))

    job_order.command(actor, job.pk, JobOrderCommand.START, person=person)

    response = JobResponse.objects.get()
    assert (response.job_order_id, response.equipment_id, response.work_kind) == (job.pk, machine.pk, "production")
    assert response.ended_at is None
    entry = LabourEntry.objects.get()
    assert (entry.person_id, entry.job_response_id, entry.ended_at) == (person.pk, response.pk, None)


def test_job_pause_and_resume_make_two_stretches(site: Any, actor: Actor) -> None:
    mira, tomasz = make_person(site, "A"), make_person(site, "B")
    job = job_of(make_order(site))

    job_order.command(actor, job.pk, JobOrderCommand.START, person=mira)
    job_order.command(actor, job.pk, JobOrderCommand.PAUSE)
    job_order.command(actor, job.pk, JobOrderCommand.RESUME, person=tomasz)
    job_order.command(actor, job.pk, JobOrderCommand.FINISH)

    stretches = list(JobResponse.objects.order_by("started_at"))
    assert len(stretches) == 2
    assert all(stretch.duration == stretch.ended_at - stretch.started_at for stretch in stretches)
    assert [entry.person_id for entry in LabourEntry.objects.order_by("started_at")] == [mira.pk, tomasz.pk]
    assert not LabourEntry.objects.filter(ended_at=None).exists()


def test_P01_job_start_sent_twice_is_one_start(site: Any, actor: Actor) -> None:
    job, key = job_of(make_order(site)), uuid.uuid4()
    first = job_order.command(actor, job.pk, JobOrderCommand.START, op_uuid=key)
    again = job_order.command(actor, job.pk, JobOrderCommand.START, op_uuid=key)
    assert (first.status, again.status, again.version) == ("running", "running", first.version)
    assert JobResponse.objects.count() == 1


def test_P01_key_of_another_job_is_refused(site: Any, actor: Actor) -> None:
    key = uuid.uuid4()
    job_order.command(actor, job_of(make_order(site, "A")).pk, JobOrderCommand.START, op_uuid=key)
    other = job_of(make_order(site, "B"))
    with pytest.raises(Conflict) as refused:
        job_order.command(actor, other.pk, JobOrderCommand.START, op_uuid=key)
    assert refused.value.code == "op_uuid_taken"


def test_command_that_begins_no_work_is_done_whatever_its_key(site: Any, actor: Actor) -> None:
    job, key = job_of(make_order(site)), uuid.uuid4()
    job_order.command(actor, job.pk, JobOrderCommand.START, op_uuid=key)
    assert job_order.command(actor, job.pk, JobOrderCommand.FINISH, op_uuid=key).status == JobOrderStatus.COMPLETED


def test_order_follows_its_jobs(site: Any) -> None:
    first, second = make_chain(site, "Turn", "Wash")
    order = first.work_request
    seen = []
    for job, command in ((first, "start"), (first, "finish"), (second, "start"), (second, "finish")):
        give(job, command)
        order.refresh_from_db()
        seen.append(order.status)
    assert seen == ["running", "running", "running", "completed"]


def test_job_start_is_blocked_by_its_predecessor(site: Any, actor: Actor) -> None:
    first, second = make_chain(site, "Turn", "Wash")
    with acting():
        JobDependency.objects.create(site=site, predecessor=first, successor=second)

    with pytest.raises(Conflict) as refused:
        job_order.command(actor, second.pk, JobOrderCommand.START)

    assert refused.value.code == "start_blocked"
    assert first.code in refused.value.sentence
    give(first, "start", "finish")
    assert job_order.command(actor, second.pk, JobOrderCommand.START).status == "running"


@pytest.mark.parametrize(
    ("kind", "before", "is_blocked"),
    [
        ("after_end", (), True),
        ("after_end", ("start",), True),
        ("after_end", ("start", "finish"), False),
        ("after_start", (), True),
        ("after_start", ("start",), False),
        ("at_start", (), True),
        ("not_in_parallel", (), False),
        ("not_in_parallel", ("start",), True),
        ("not_in_parallel", ("start", "pause"), False),
    ],
)
def test_gate_reads_each_kind_of_dependency(site: Any, kind: str, before: tuple[str, ...], is_blocked: bool) -> None:
    first, second = make_chain(site, "Turn", "Wash")
    with acting() as act:
        JobDependency.objects.create(site=site, predecessor=first, successor=second, kind=kind)
    give(first, *before)
    assert bool(gate.blockers(second, act.now)) is is_blocked


def test_gate_tells_everything_at_once(site: Any) -> None:
    first, second, third = make_chain(site, "Turn", "Mill", "Wash")
    with acting() as act:
        for job in (first, second):
            JobDependency.objects.create(site=site, predecessor=job, successor=third)
        WorkRequest.objects.filter(pk=third.work_request_id).update(status="held")
    third = JobOrder.objects.select_related("work_request").get(pk=third.pk)
    found = gate.blockers(third, act.now)
    assert [blocker.code for blocker in found] == ["order_stopped", "previous_job_open", "previous_job_open"]


def test_P06_job_command_on_an_outdated_view_is_stale(site: Any, actor: Actor) -> None:
    job = job_of(make_order(site))
    job_order.command(actor, job.pk, JobOrderCommand.START, version=job.version)
    with pytest.raises(Stale):
        job_order.command(actor, job.pk, JobOrderCommand.PAUSE, version=job.version)


def test_job_command_of_nothing_is_not_found(site: Any, actor: Actor) -> None:
    with pytest.raises(NotFound):
        job_order.command(actor, 10**9, JobOrderCommand.START)


def test_P33_person_of_another_site_does_not_start(site: Any, other_site: Any, actor: Actor) -> None:
    job, stranger = job_of(make_order(site)), make_person(other_site)
    with pytest.raises(InvalidInput) as refused:
        job_order.command(actor, job.pk, JobOrderCommand.START, person=stranger)
    assert "person" in refused.value.fields


@pytest.mark.parametrize("command", list(JobOrderCommand))
def test_P33_job_command_needs_its_right(site: Any, make_actor: Any, command: JobOrderCommand) -> None:
    others = set(PERMISSION_FOR.values()) | {"work.view"}
    job = job_of(make_order(site))
    with pytest.raises(NotAllowed):
        job_order.command(make_actor(*(others - {PERMISSION_FOR[command]})), job.pk, command)
    with pytest.raises(NotAllowed):
        job_order.command(make_actor(PERMISSION_FOR[command], at="P9"), job.pk, command)


def test_job_command_is_on_record(site: Any, actor: Actor) -> None:
    job = job_of(make_order(site))
    job_order.command(actor, job.pk, JobOrderCommand.START)
    job_order.command(actor, job.pk, JobOrderCommand.HOLD, reason="Coolant low")

    entry = AuditEntry.objects.filter(action="work.job_order_hold").get()
    assert (entry.before, entry.after, entry.reason) == ({"status": "running"}, {"status": "held"}, "Coolant low")
    events = OutboxEvent.objects.filter(topic="work.job_order_status_changed", key=f"job_order:{job.pk}")
    assert [event.payload["after"] for event in events.order_by("seq")][-2:] == ["running", "held"]
