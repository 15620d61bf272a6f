"""Setup, stops and people on a running job; a report undone by who made it."""

import uuid
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db.models import Sum

from mom.core import clock
from mom.core.actor import Actor
from mom.core.errors import Conflict, InvalidInput, NotAllowed
from mom.core.testing import acting
from mom.plant.engine.terms import LossClass, ReasonKind, TimeClass
from mom.plant.models import Reason
from mom.plant.services.reason import classify
from mom.work.engine.terms import JobOrderCommand, JobOrigin, QuantityKind, WorkKind
from mom.work.models import JobOrder, JobResponse, LabourEntry, OutputTotal
from mom.work.services import quantity_report, running_job, stop
from mom.work.services.quantity_report import Reported
from tests.factories.plant import make_reason
from tests.factories.work import give, job_of, make_machine, make_order, make_person

pytestmark = pytest.mark.django_db


def kinds(job: Any) -> list[tuple[str, bool, bool]]:
    """The stretches of a job in order: kind, whether it is a stop, whether it goes on."""
    rows = JobResponse.objects.filter(job_order=job, reverses=None, reversal=None).order_by("started_at", "id")
    return [(row.work_kind, row.is_stop, row.ended_at is None) for row in rows]


def classified(site: Any, code: str, time_class: TimeClass) -> Reason:
    reason = make_reason(site, code)
    with acting() as act:
        classify(act, reason, time_class, LossClass.NONE)
    return reason


def test_job_setup_then_production_then_stop_is_one_after_the_other(site: Any, actor: Actor) -> None:
    machine, person = make_machine(site), make_person(site)
    job = job_of(make_order(site, machine=machine))
    tool = classified(site, "TOOL", TimeClass.DOWN)

    running_job.begin_setup(actor, job.pk, person=person)
    running_job.begin_production(actor, job.pk)
    standing = stop.begin(actor, machine, reason=tool, op_uuid=uuid.uuid4())
    assert (standing.job_order_id, standing.reason_id) == (job.pk, tool.pk)
    stop.end(actor, standing.pk)

    assert kinds(job) == [
        ("setup", False, False),
        ("production", False, False),
        ("breakdown", True, False),
        ("production", False, True),
    ]
    ends = JobResponse.objects.filter(job_order=job).order_by("id").values_list("started_at", "ended_at")
    assert all(end == start for (_s, end), (start, _e) in zip(list(ends)[:-1], list(ends)[1:], strict=True))
    assert LabourEntry.objects.filter(person=person).count() == 4  # who works on it stays on it
    assert LabourEntry.objects.filter(person=person, ended_at=None).count() == 1


@pytest.mark.parametrize(
    ("time_class", "kind"),
    [
        (TimeClass.DOWN, WorkKind.BREAKDOWN),
        (TimeClass.DELAY, WorkKind.WAITING),
        (TimeClass.SETUP, WorkKind.SETUP),
        (TimeClass.PLANNED_STOP, WorkKind.PLANNED_STOP),
        (TimeClass.PLANNED_MAINTENANCE, WorkKind.MAINTENANCE),
        (TimeClass.UNKNOWN, WorkKind.BREAKDOWN),
    ],
)
def test_stop_counts_as_its_reason_does(site: Any, actor: Actor, time_class: TimeClass, kind: WorkKind) -> None:
    machine = make_machine(site)
    found = stop.begin(actor, machine, reason=classified(site, "R", time_class), op_uuid=uuid.uuid4())
    assert (found.work_kind, found.job_order_id) == (kind, None)


def test_P01_stop_twice_is_one_stop(site: Any, actor: Actor) -> None:
    machine, key = make_machine(site), uuid.uuid4()
    first = stop.begin(actor, machine, op_uuid=key)
    assert stop.begin(actor, machine, op_uuid=key).pk == first.pk
    stop.end(actor, first.pk)
    stop.end(actor, first.pk)
    assert JobResponse.objects.count() == 1


def test_stop_explained_keeps_its_minutes_and_changes_their_kind(site: Any, actor: Actor) -> None:
    machine = make_machine(site)
    job = give(job_of(make_order(site, machine=machine)), JobOrderCommand.START)
    first = stop.begin(actor, machine, op_uuid=uuid.uuid4())
    stop.end(actor, first.pk)
    reason = classified(site, "MATERIAL", TimeClass.DELAY)

    again = stop.explain(actor, first.pk, reason, op_uuid=uuid.uuid4())

    first.refresh_from_db()
    assert (again.started_at, again.ended_at, again.work_kind) == (first.started_at, first.ended_at, "waiting")
    sums = JobResponse.objects.filter(job_order=job, is_stop=True).values("work_kind").annotate(all=Sum("duration"))
    assert {row["work_kind"]: row["all"] for row in sums} == {"breakdown": timedelta(0), "waiting": again.duration}
    with pytest.raises(Conflict, match="another reason"):
        stop.explain(actor, first.pk, reason, op_uuid=uuid.uuid4())


@pytest.mark.parametrize("is_over", [True, False])
def test_stop_of_a_rework_job_stays_rework_when_it_is_explained(site: Any, actor: Actor, is_over: bool) -> None:
    machine = make_machine(site)
    first, job = (job_of(make_order(site, code, machine=machine)) for code in ("WO-1", "WO-2"))
    with acting():
        JobOrder.objects.filter(pk=job.pk).update(origin=JobOrigin.REWORK, origin_job=first)
    give(JobOrder.objects.get(pk=job.pk), JobOrderCommand.START)
    stood = stop.begin(actor, machine, op_uuid=uuid.uuid4())
    if is_over:
        stop.end(actor, stood.pk)
    again = stop.explain(actor, stood.pk, classified(site, "MATERIAL", TimeClass.DELAY), op_uuid=uuid.uuid4())
    rows = JobResponse.objects.filter(job_order=job)
    assert again.is_rework
    assert set(rows.values_list("is_rework", flat=True)) == {True}
    assert rows.filter(reverses=stood).exists()


def test_stop_explained_while_open_goes_on(site: Any, actor: Actor) -> None:
    machine = make_machine(site)
    first = stop.begin(actor, machine, op_uuid=uuid.uuid4())
    again = stop.explain(actor, first.pk, classified(site, "X", TimeClass.DOWN), op_uuid=uuid.uuid4())
    assert (again.started_at, again.ended_at) == (first.started_at, None)


def test_stop_refuses_a_reason_that_is_none(site: Any, actor: Actor) -> None:
    with pytest.raises(InvalidInput):
        stop.begin(actor, make_machine(site), reason=make_reason(site, kind=ReasonKind.SCRAP), op_uuid=uuid.uuid4())


def test_two_open_stretches_of_a_job_are_refused_by_the_database(site: Any) -> None:
    job = give(job_of(make_order(site, machine=make_machine(site))), JobOrderCommand.START)
    now = clock.now()
    fact = {"op_uuid": uuid.uuid4(), "recorded_at": now, "recorded_by": "x"}
    with pytest.raises(IntegrityError, match="one_open_per_job"), acting(), transaction.atomic():
        JobResponse.objects.create(site=site, job_order=job, work_kind="setup", started_at=now, **fact)


def test_people_join_and_leave_a_running_job(site: Any, actor: Actor) -> None:
    job = job_of(make_order(site, machine=make_machine(site)))
    first, second = make_person(site, "A"), make_person(site, "B")
    with pytest.raises(Conflict, match="does not run"):
        running_job.join(actor, job.pk, first, op_uuid=uuid.uuid4())
    give(job, JobOrderCommand.START, person=first)

    entry = running_job.join(actor, job.pk, second, op_uuid=uuid.uuid4())
    assert running_job.join(actor, job.pk, second, op_uuid=uuid.uuid4()).pk == entry.pk
    running_job.leave(actor, job.pk, first)
    running_job.leave(actor, job.pk, first)

    open_now = LabourEntry.objects.filter(ended_at=None).values_list("person__code", flat=True)
    assert list(open_now) == ["B"]


def test_report_undone_by_who_made_it_within_ten_minutes(site: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    rights = {site.code: frozenset({"work.execute_job_order", "work.view"})}
    anna, ben = Actor("user", "1", "Anna", rights), Actor("user", "2", "Anna", rights)  # one name, two people
    job = give(job_of(make_order(site, machine=make_machine(site))), JobOrderCommand.START)
    (first,) = quantity_report.report(anna, job.pk, [Reported(QuantityKind.GOOD, Decimal(12))], op_uuid=uuid.uuid4())

    with pytest.raises(NotAllowed):
        quantity_report.undo(ben, first.pk, op_uuid=uuid.uuid4())
    quantity_report.undo(anna, first.pk, op_uuid=uuid.uuid4())
    assert OutputTotal.objects.get().good == 0

    (later,) = quantity_report.report(anna, job.pk, [Reported(QuantityKind.GOOD, Decimal(3))], op_uuid=uuid.uuid4())
    late = clock.now() + timedelta(minutes=11)
    monkeypatch.setattr("mom.core.clock.now", lambda: late)
    with pytest.raises(Conflict, match="ten minutes"):
        quantity_report.undo(anna, later.pk, op_uuid=uuid.uuid4())
