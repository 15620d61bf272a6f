"""A start, pause or resume is undone by who gave it: the job stands as before, with history; and when it is refused."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db.models import Sum

from mom.core import clock, invariants
from mom.core.actor import Actor, system_actor
from mom.core.errors import Conflict, NotAllowed
from mom.core.models import AuditEntry, OutboxEvent
from mom.core.testing import acting
from mom.work.engine.terms import DependencyKind, JobOrderCommand, QuantityKind
from mom.work.models import JobDependency, JobOrder, JobResponse, LabourEntry, WorkRequest
from mom.work.services import act_undo, job_order, quantity_report, running_job, stop
from tests.factories.plant import make_reason
from tests.factories.work import job_of, make_chain, make_machine, make_order, make_person

pytestmark = pytest.mark.django_db
ME, OTHER = system_actor("me"), system_actor("other")


class Work:
    """A job at a machine, the commands to it, and what of it counts."""

    def __init__(self, site: Any) -> None:
        self.site, self.machine, self.person = site, make_machine(site), make_person(site)
        self.job = job_of(make_order(site, machine=self.machine))
        self.begun_at = clock.now() - timedelta(minutes=60)

    def give(self, command: str, minute: float, actor: Actor = ME, **more: Any) -> uuid.UUID:
        key = uuid.uuid4()
        at = self.begun_at + timedelta(minutes=minute)
        job_order.command(actor, self.job.pk, JobOrderCommand(command), op_uuid=key, at=at, **more)
        return key

    def undo(self, key: uuid.UUID | None = None, actor: Actor = ME, **more: Any) -> str:
        told = {"op_uuid": uuid.uuid4(), "act_key": key, **more}
        return act_undo.undo(actor, self.job.pk, **told).status

    def stretches(self) -> list[tuple[int, int | None]]:
        rows = JobResponse.objects.filter(job_order=self.job, reverses=None, reversal=None).order_by("started_at", "id")
        return [(self.minute(row.started_at), self.minute(row.ended_at) if row.ended_at else None) for row in rows]

    def minute(self, at: Any) -> int:
        return round((at - self.begun_at).total_seconds() / 60)

    def refused(self, key: uuid.UUID | None = None, **more: Any) -> Conflict:
        """The refusal of an undo; nothing may have changed by it."""
        before = (JobOrder.objects.values().get(pk=self.job.pk), JobResponse.objects.count())
        with pytest.raises(Conflict) as refusal:
            self.undo(key, **more)
        assert (JobOrder.objects.values().get(pk=self.job.pk), JobResponse.objects.count()) == before
        return refusal.value


@pytest.fixture
def work(site: Any) -> Work:
    return Work(site)


def broken() -> list[str]:
    return [found.invariant.name for found in invariants.violations() if found.invariant.name.startswith("work.")]


def test_start_undone_withdraws_its_stretch_and_labour_and_job_and_order_stand_as_before(work: Work) -> None:
    """By hand: started at 0, undone at 10: ten minutes and their negative stay in the ledger, together nothing."""
    before = WorkRequest.objects.get(pk=work.job.work_request_id).status
    key = work.give("start", 0, person=work.person)
    assert WorkRequest.objects.get(pk=work.job.work_request_id).status == "running"

    assert work.undo(key, at=work.begun_at + timedelta(minutes=10)) == "ready"

    assert (work.stretches(), WorkRequest.objects.get(pk=work.job.work_request_id).status) == ([], before)
    first, back = JobResponse.objects.order_by("id")
    assert (first.duration, back.duration, back.reverses) == (timedelta(minutes=10), timedelta(minutes=-10), first)
    assert (back.reversal_reason, back.started_at, back.ended_at) == ("Start undone", first.started_at, first.ended_at)
    labour = LabourEntry.objects.order_by("id")
    assert [row.reverses_id for row in labour] == [None, labour[0].pk]
    assert labour.aggregate(sum=Sum("duration"))["sum"] == timedelta(0)
    told = AuditEntry.objects.get(action="work.job_order_start_undone")
    assert (told.before, told.after, told.reason) == (
        {"status": "running"},
        {"status": "ready"},
        "Undone by who did it",
    )
    event = OutboxEvent.objects.get(topic="work.job_order_status_changed", payload__command="undo_start")
    assert (event.payload["before"], event.payload["after"]) == ("running", "ready")
    assert broken() == []
    work.give("start", 20)
    assert work.stretches() == [(20, None)]


def test_pause_undone_the_work_goes_on_as_if_it_had_not_been(work: Work) -> None:
    """By hand: 0 to 30, paused at 30 and undone: the next stretch begins at 30, so no minute is lost or doubled."""
    work.give("start", 0, person=work.person)
    key = work.give("pause", 30)
    assert work.undo(key) == "running"
    assert work.stretches() == [(0, 30), (30, None)]
    assert [(row.person_id, row.ended_at is None) for row in LabourEntry.objects.order_by("id")] == [
        (work.person.pk, False), (work.person.pk, True),
    ]  # fmt: skip
    work.give("finish", 50)
    minutes = JobResponse.objects.filter(job_order=work.job).aggregate(sum=Sum("duration"))["sum"]
    assert minutes == timedelta(minutes=50)
    assert broken() == []


def test_pause_of_a_stop_undone_is_that_one_stop_again(work: Work, site: Any) -> None:
    """By hand: it stood from 5 on, and the mistake of 30 leaves no mark on it; who worked goes on from 30."""
    jam = make_reason(site, "JAM")
    work.give("start", 0, person=work.person)
    at = work.begun_at + timedelta(minutes=5)
    stop.begin(ME, work.machine, op_uuid=uuid.uuid4(), reason=jam, note="Chips", at=at)
    work.give("pause", 30)
    work.undo()
    open_one = JobResponse.objects.get(ended_at=None)
    assert (open_one.is_stop, open_one.reason, open_one.note, work.minute(open_one.started_at)) == (
        True, jam, "Chips", 5,
    )  # fmt: skip
    assert work.stretches() == [(0, 5), (5, None)]
    worked = LabourEntry.objects.filter(reverses=None, reversal=None).order_by("id")
    spans = [(work.minute(row.started_at), row.ended_at and work.minute(row.ended_at)) for row in worked]
    assert spans == [(0, 5), (5, 30), (30, None)]
    work.give("finish", 50)
    sums = JobResponse.objects.filter(is_stop=True).aggregate(sum=Sum("duration"))
    assert sums["sum"] == timedelta(minutes=45)
    assert broken() == []


def test_pause_of_an_explained_stop_undone_keeps_who_was_there(work: Work, site: Any) -> None:
    """What was explained is another row than the one that people stood at; they are there all the same."""
    work.give("start", 0, person=work.person)
    stands = stop.begin(ME, work.machine, op_uuid=uuid.uuid4(), at=work.begun_at + timedelta(minutes=5))
    stop.explain(ME, stands.pk, make_reason(site, "JAM"), op_uuid=uuid.uuid4())
    work.give("pause", 30)
    work.undo()
    assert LabourEntry.objects.filter(ended_at=None, person=work.person).count() == 1
    assert work.stretches() == [(0, 5), (5, None)]


def test_resume_undone_the_job_is_paused_again(work: Work) -> None:
    work.give("start", 0)
    work.give("pause", 10)
    work.give("resume", 20)
    assert work.undo() == "suspended"
    assert work.stretches() == [(0, 10)]
    assert WorkRequest.objects.get(pk=work.job.work_request_id).status == "running"
    assert broken() == []


def test_resume_of_a_held_job_undone_is_held_again(work: Work) -> None:
    work.give("start", 0)
    work.give("hold", 10)
    work.give("resume", 20)
    assert work.undo() == "held"


def test_same_undo_twice_is_once_and_another_one_is_told_so(work: Work) -> None:
    start, undo = work.give("start", 0), uuid.uuid4()
    assert [work.undo(start, op_uuid=undo) for _sent in range(2)] == ["ready", "ready"]
    assert JobResponse.objects.count() == 2
    refusal = work.refused(start)
    assert (refusal.code, refusal.sentence) == ("undone_already", f"This was undone already on job {work.job.code}.")


def test_start_with_pieces_reported_stays_also_where_they_were_taken_back(work: Work) -> None:
    key = work.give("start", 0)
    lines = [quantity_report.Reported(QuantityKind.GOOD, quantity=3)]  # type: ignore[arg-type]
    (report,) = quantity_report.report(ME, work.job.pk, lines, op_uuid=uuid.uuid4())
    refusal = work.refused(key)
    assert refusal.code == "pieces_reported"
    assert refusal.sentence == f"Pieces of job {work.job.code} were reported since. Pause or finish it instead."
    quantity_report.undo(ME, report.pk, op_uuid=uuid.uuid4())
    assert work.refused(key).code == "pieces_reported"


def test_later_act_on_the_job_stands_against_it_and_is_named(work: Work, site: Any) -> None:
    key = work.give("start", 0)
    running_job.join(OTHER, work.job.pk, make_person(site, "ID2"), op_uuid=uuid.uuid4())
    refusal = work.refused(key)
    assert refusal.code == "acted_since"
    assert refusal.sentence == (
        f"On job {work.job.code} something was done after it: Somebody joined. Give the next command instead."
    )


def test_start_cannot_be_undone_under_a_pause_and_is_again_when_that_was_undone_not(work: Work) -> None:
    start = work.give("start", 0)
    pause = work.give("pause", 10)
    assert work.refused(start).code == "acted_since"
    work.undo(pause)
    assert work.refused(start).code == "acted_since"


def test_others_do_not_undo_it_nor_anybody_after_ten_minutes(work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    key = work.give("start", 0)
    with pytest.raises(NotAllowed, match="Somebody else did this"):
        work.undo(key, actor=OTHER)
    later = clock.now() + timedelta(minutes=10, seconds=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert work.refused(key).code == "too_late_to_undo"


def test_job_that_was_not_started_has_nothing_to_undo(work: Work) -> None:
    assert work.refused().code == "nothing_to_undo"
    work.give("start", 0)
    assert work.refused(uuid.uuid4()).code == "nothing_to_undo"


def test_start_that_another_job_followed_stays(site: Any) -> None:
    first, second = make_chain(site, "Turn", "Wash")
    with acting():
        JobDependency.objects.create(site=site, predecessor=first, successor=second, kind=DependencyKind.AFTER_START)
    job_order.command(ME, first.pk, JobOrderCommand.START)
    job_order.command(ME, second.pk, JobOrderCommand.START)
    with pytest.raises(Conflict, match=f"Job {second.code} began because {first.code} had begun"):
        act_undo.undo(ME, first.pk, op_uuid=uuid.uuid4())


def test_order_that_another_job_of_it_keeps_running_goes_on(site: Any) -> None:
    first, second = make_chain(site, "Turn", "Wash")
    for each in (first, second):
        job_order.command(ME, each.pk, JobOrderCommand.START)
    status = WorkRequest.objects.filter(pk=first.work_request_id).values_list("status", flat=True)
    act_undo.undo(ME, first.pk, op_uuid=uuid.uuid4())
    assert status.get() == "running"
    act_undo.undo(ME, second.pk, op_uuid=uuid.uuid4())
    assert status.get() == "released"


def test_pause_cannot_be_undone_where_the_order_was_held_meanwhile(work: Work) -> None:
    from mom.work.engine.terms import WorkRequestCommand
    from mom.work.services import work_request_command

    work.give("start", 0)
    key = work.give("pause", 10)
    work_request_command.command(ME, work.job.work_request_id, WorkRequestCommand.HOLD)
    refusal = work.refused(key)
    assert (refusal.code, JobOrder.objects.get(pk=work.job.pk).status) == ("start_blocked", "suspended")


@pytest.fixture
def api(owner: Any, client_of: Any) -> Any:
    return client_of(owner)


def test_api_undoes_the_last_act_of_who_asks_once(work: Work, api: Any) -> None:
    address = f"/api/v1/work/job-orders/{work.job.pk}/"
    key = str(uuid.uuid4())
    assert api.send("post", f"{address}start/", {"op_uuid": key}).json()["status"] == "running"
    body = {"op_uuid": str(uuid.uuid4()), "act": key}
    assert api.send("post", f"{address}undo/", {}).status_code == 400
    for _sent in range(2):
        answer = api.send("post", f"{address}undo/", body)
        assert (answer.status_code, answer.json()["status"]) == (200, "ready")
    again = api.send("post", f"{address}undo/", {"op_uuid": str(uuid.uuid4())})
    assert (again.status_code, again.json()["code"]) == (409, "undone_already")
    assert JobResponse.objects.count() == 2
