"""Work instructions: typed steps, answers that are facts, and a job that isn't finished without them."""

import uuid
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from mom.accounts.models import Site
from mom.core.actor import Actor
from mom.core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from mom.core.models import OutboxEvent
from mom.core.testing import acting
from mom.work.engine.terms import GateLevel, JobOrderCommand
from mom.work.models import GateRule, JobOrder
from mom.work.services import job_order
from production.engine.instruction import AnswerError, AnswerProblem, Step, judged, open_steps, steps_of
from production.engine.job_changes import Rest
from production.engine.terms import OutOfLimit, StepKind
from production.models import InstructionStep, StepAnswer
from production.selectors.instruction import instruction_of
from production.services import batch, job_change, step_answer
from production.services.operations_definition import NewStep
from tests.factories.accounts import make_site, make_user
from tests.factories.work import give, make_person, make_routing

D = Decimal
STEPS = (
    NewStep(StepKind.TEXT, "Read the drawing", "Rev. C"),
    NewStep(StepKind.CHECK, "Clamp at 60 bar"),
    NewStep(StepKind.NUMBER, "Bore", unit="MMT", lower_limit=D("24.9"), upper_limit=D("25.1")),
    NewStep(StepKind.NUMBER, "Burr", upper_limit=D("0.2"), out_of_limit=OutOfLimit.FLAG, is_mandatory=False),
    NewStep(StepKind.CHOICE, "Colour", choices=("blue", "grey")),
    NewStep(StepKind.SCAN, "Tool", expected="T-07"),
)


@pytest.fixture
def job(site: Site, actor: Actor) -> JobOrder:
    """A running job with the steps."""
    make_routing(site, operations=2, steps=STEPS)
    request = batch.create(actor, site, "PUMP", batch.NewBatch("WO-1", quantity=D(10)))
    first = JobOrder.objects.filter(work_request=request.work_request_id).order_by("sequence")[0]
    return give(first, "start")


def answer(actor: Actor, job: JobOrder, position: int, value: str, **more: Any) -> StepAnswer:
    step = steps_of(job.directive)[position // 10 - 1]
    return step_answer.answer(actor, job.pk, step.id, value, **{"op_uuid": uuid.uuid4(), **more})


def answer_all(actor: Actor, job: JobOrder) -> None:
    for position, value in ((10, "done"), (20, "done"), (30, "25"), (50, "blue"), (60, "T-07")):
        answer(actor, job, position, value)


@pytest.mark.django_db
def test_a_job_carries_the_steps_of_its_version(job: JobOrder) -> None:
    steps = steps_of(job.directive)
    assert [(step.position, step.kind, step.title) for step in steps] == [
        (10, "text", "Read the drawing"), (20, "check", "Clamp at 60 bar"), (30, "number", "Bore"),
        (40, "number", "Burr"), (50, "choice", "Colour"), (60, "scan", "Tool"),
    ]  # fmt: skip
    assert (steps[2].lower_limit, steps[2].unit, steps[4].choices) == (D("24.9"), "MMT", ("blue", "grey"))
    assert steps_of(JobOrder.objects.get(code="WO-1-20").directive) == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("position", "value", "words"),
    [
        (10, " ", "Give an answer"),
        (30, "25.2", "25.2 is out of limits (24.9 – 25.1"),
        (30, "wide", "“wide” is not a number"),
        (30, "NaN", "is not a number"),
        (50, "red", "none of: blue, grey"),
        (60, "T-08", "not what belongs here"),
    ],
)
def test_an_answer_that_is_not_of_its_kind_is_refused(
    actor: Actor, job: JobOrder, position: int, value: str, words: str
) -> None:
    with pytest.raises(InvalidInput) as told:
        answer(actor, job, position, value)
    assert words in str(told.value.fields["value"][0])
    assert not StepAnswer.objects.exists()


@pytest.mark.django_db
def test_answers_are_facts_with_person_and_time_and_the_newest_counts(actor: Actor, site: Site, job: JobOrder) -> None:
    eva = make_person(site, "7")
    first = answer(actor, job, 30, "24,95", person=eva)
    answer(actor, job, 30, "25.05")
    found = instruction_of(job)
    assert found is not None
    bore = found.steps[2]
    assert (bore.shown, bore.many, bore.limits) == ("25.05\xa0mm", 2, "24.9 – 25.1 mm")
    assert (first.number, first.person, first.recorded_by) == (D("24.95"), eva, actor.label)
    assert [step.title for step in found.open] == ["Read the drawing", "Clamp at 60 bar", "Colour", "Tool"]


@pytest.mark.django_db
def test_a_value_out_of_limits_is_marked_where_the_step_says_so(actor: Actor, job: JobOrder) -> None:
    kept = answer(actor, job, 40, "0.3")
    assert kept.is_outside
    assert StepAnswer.objects.get().is_outside
    event = OutboxEvent.objects.get(topic="production.step_outside_limits")
    assert (event.payload["step"], event.payload["number"]) == ("Burr", "0.300000")
    assert not answer(actor, job, 40, "0.2").is_outside


@pytest.mark.django_db
def test_the_same_key_is_one_answer_and_no_other_steps(actor: Actor, job: JobOrder) -> None:
    key = uuid.uuid4()
    once, again = (answer(actor, job, 20, "done", op_uuid=key) for _twice in range(2))
    assert (once.pk, StepAnswer.objects.count()) == (again.pk, 1)
    with pytest.raises(Conflict):
        answer(actor, job, 10, "done", op_uuid=key)


@pytest.mark.django_db
def test_the_database_holds_limits_kind_and_that_answers_stay(actor: Actor, job: JobOrder, site: Site) -> None:
    bore = InstructionStep.objects.get(title="Bore")
    given_: dict[str, Any] = {
        "site": site,
        "job_order": job,
        "answered_at": job.created_at,
        "recorded_at": job.created_at,
        "recorded_by": "x",
    }
    for more in ({"step": bore, "number": D(26)}, {"step": bore, "text": "fits"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            StepAnswer.objects.create(op_uuid=uuid.uuid4(), **given_, **more)
    kept = answer(actor, job, 30, "25")
    for change in (lambda: StepAnswer.objects.filter(pk=kept.pk).update(number=D(24)), kept.delete):
        with pytest.raises(Exception, match="permission denied"), transaction.atomic():
            change()
    with pytest.raises(IntegrityError, match="not changed"), transaction.atomic(), acting():
        InstructionStep.objects.filter(pk=bore.pk).update(upper_limit=D(99))


@pytest.mark.django_db
def test_a_job_is_not_finished_while_mandatory_steps_are_open(actor: Actor, job: JobOrder) -> None:
    answer(actor, job, 10, "done")
    for finish in (
        lambda: job_order.command(actor, job.pk, JobOrderCommand.FINISH),
        lambda: job_change.finish_early(actor, job.pk, Rest.SHORT),
    ):
        with pytest.raises(Conflict) as told:
            finish()
        assert told.value.code == "steps_open"
        assert "4 steps to answer before it is finished: 20 Clamp at 60 bar, 30 Bore, 50 Colour" in told.value.sentence
    assert JobOrder.objects.get(pk=job.pk).status == "running"
    answer_all(actor, job)
    assert job_order.command(actor, job.pk, JobOrderCommand.FINISH).status == "completed"


@pytest.mark.django_db
@pytest.mark.parametrize("level", [GateLevel.WARN, GateLevel.OFF])
def test_an_area_may_only_be_warned_or_not_ask_at_all(
    actor: Actor, site: Site, job: JobOrder, level: GateLevel
) -> None:
    with acting():
        GateRule.objects.create(site=site, source=step_answer.GATE, level=level)
    assert job_order.command(actor, job.pk, JobOrderCommand.FINISH).status == "completed"


@pytest.mark.django_db
def test_answers_need_a_job_in_work_its_own_step_and_the_right(
    actor: Actor, make_actor: Any, site: Site, job: JobOrder
) -> None:
    with pytest.raises(NotFound):
        step_answer.answer(actor, job.pk, 10**9, "done", op_uuid=uuid.uuid4())
    for who in (make_actor("work.view"), make_actor("work.execute_job_order", at="P2")):
        with pytest.raises(NotAllowed):
            answer(who, job, 20, "done")
    answer_all(actor, job)
    job_order.command(actor, job.pk, JobOrderCommand.FINISH)
    with pytest.raises(Conflict) as told:
        answer(actor, job, 20, "done")
    assert told.value.code == "job_not_in_work"


@pytest.mark.django_db
def test_the_api_answers_lists_and_says_what_is_wrong(client_of: Any, owner: Any, site: Site, job: JobOrder) -> None:
    api, address = client_of(owner), "/api/v1/production/step-answers/"
    step = steps_of(job.directive)[2].id
    body = {"op_uuid": str(uuid.uuid4()), "job_order": job.pk, "step": step, "value": "25.02"}
    made = api.send("post", address, body)
    assert (made.status_code, made.json()["number"], made.json()["title"]) == (201, "25.020000", "Bore")
    wrong = api.send("post", address, body | {"op_uuid": str(uuid.uuid4()), "value": "26"})
    assert (wrong.status_code, wrong.json()["code"], list(wrong.json()["fields"])) == (
        422, "answer_out_of_limits", ["value"],
    )  # fmt: skip
    assert [row["id"] for row in api.get(f"{address}?job_order={job.pk}").json()["results"]] == [made.json()["id"]]
    reader = client_of(make_user("rolf", site=site, permissions=["work.view"]))
    stranger = client_of(make_user("olaf", site=make_site("P2"), permissions=["*"]))
    fresh = body | {"op_uuid": str(uuid.uuid4())}
    assert [each.send("post", address, fresh).status_code for each in (reader, stranger)] == [403, 422]
    assert stranger.get(address).json()["results"] == []


BORE = Step(1, 10, StepKind.NUMBER, "Bore", lower_limit=D(-5), upper_limit=D(5))


@given(st.decimals(-20, 20, places=6))
def test_a_number_is_taken_exactly_within_its_limits(value: Decimal) -> None:
    flagging = Step(**{**BORE.__dict__, "out_of_limit": OutOfLimit.FLAG})
    assert judged(flagging, str(value)).is_outside == (not -5 <= value <= 5)
    if -5 <= value <= 5:
        assert judged(BORE, str(value)).number == value
    else:
        with pytest.raises(AnswerError) as told:
            judged(BORE, str(value))
        assert told.value.problem == AnswerProblem.OUT_OF_LIMITS


@given(st.text(max_size=300))
def test_whatever_is_typed_is_taken_or_refused_with_a_reason(value: str) -> None:
    for kind in StepKind:
        step = Step(1, 10, kind, "x", choices=("a", "b") if kind == StepKind.CHOICE else ())
        try:
            found = judged(step, value)
        except AnswerError:
            continue
        assert bool(found.text) != (found.number is not None)


@given(
    st.lists(st.tuples(st.integers(1, 9), st.booleans()), unique_by=lambda each: each[0]), st.sets(st.integers(1, 9))
)
def test_open_is_what_is_mandatory_and_not_answered(asked: list[tuple[int, bool]], answered: set[int]) -> None:
    steps = [Step(key, key, StepKind.CHECK, "x", is_mandatory=must) for key, must in asked]
    assert {step.id for step in open_steps(steps, answered)} == {key for key, must in asked if must} - answered
    assert [Step(**each.__dict__) for each in steps_of({"steps": [step.as_json() for step in steps]})] == sorted(
        steps, key=lambda step: step.position
    )


@pytest.fixture
def page(owner: Any) -> Client:
    client = Client()
    client.force_login(owner, backend="mom.accounts.backends.PasswordBackend")
    return client


@pytest.mark.django_db
def test_the_job_page_leads_through_the_steps(page: Client, actor: Actor, job: JobOrder) -> None:
    shown = page.get("/jobs/WO-1-10/").content.decode()
    assert "5 steps to answer before it is finished" in shown
    assert "/work-instruction/WO-1-10/" in shown
    at = "/work-instruction/WO-1-10/"
    first = page.get(at).content.decode()
    assert "Read the drawing" in first
    assert "I have read it" in first

    def tap(step: int, value: str) -> Any:
        return page.post(f"{at}?step={step}", {"value": value, "op_uuid": str(uuid.uuid4())})

    assert tap(10, "done").headers["Location"] == f"{at}?step=20"
    assert "24.9 – 25.1" in page.get(f"{at}?step=30").content.decode()
    refused = tap(30, "26")
    assert (refused.status_code, "26 is out of limits" in refused.content.decode()) == (422, True)
    assert 'value="blue"' in page.get(f"{at}?step=50").content.decode()
    for step, value in ((20, "done"), (30, "25"), (50, "grey"), (60, "T-07")):
        tap(step, value)
    assert tap(40, "0.3").headers["Location"] == "/jobs/WO-1-10/"
    shown = page.get("/jobs/WO-1-10/").content.decode()
    assert "to answer before" not in shown
    assert "out of limits" in shown
    assert page.post("/jobs/WO-1-10/finish/", {"op_uuid": str(uuid.uuid4())}).status_code == 302
    assert tap(40, "0.1").status_code == 409


@pytest.mark.django_db
def test_finishing_with_open_steps_is_refused_on_the_page_in_words(page: Client, job: JobOrder) -> None:
    answered = page.post("/jobs/WO-1-10/finish/", {"op_uuid": str(uuid.uuid4())})
    assert answered.status_code == 409
    assert "5 steps to answer before it is finished" in answered.content.decode()


@pytest.mark.django_db
def test_P33_who_may_only_look_sees_the_steps_and_answers_none(page: Client, site: Site, job: JobOrder) -> None:
    reader, stranger = Client(), Client()
    people = [make_user("rolf", site=site, permissions=["work.view"]),
              make_user("olaf", site=make_site("P2"), permissions=["*"])]  # fmt: skip
    for client, user in zip((reader, stranger), people, strict=True):
        client.force_login(user, backend="mom.accounts.backends.PasswordBackend")
    shown = reader.get("/work-instruction/WO-1-10/").content.decode()
    assert "Read the drawing" in shown
    assert "I have read it" not in shown
    sent = {"value": "done", "op_uuid": str(uuid.uuid4())}
    assert reader.post("/work-instruction/WO-1-10/?step=10", sent).status_code == 403
    assert stranger.get("/work-instruction/WO-1-10/").status_code == 404
    assert page.get("/work-instruction/WO-1-20/").status_code == 404
