"""Good, scrap, rework and review: counted once, within the limit, and taken back once."""

import uuid
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from mom.core.actor import Actor
from mom.core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from mom.core.testing import acting
from mom.plant.models import MaterialLot, Reason
from mom.work.engine.terms import MaterialUse, OperationsType, QuantityKind, WorkRequestCommand
from mom.work.models import JobOrder, OutputTotal, QuantityReport
from mom.work.services import job_order, quantity_report, work_request, work_request_command
from mom.work.services.job_order import Output
from mom.work.services.quantity_report import Reported
from tests.factories.work import give, job_of, make_material, make_order, make_person

pytestmark = pytest.mark.django_db


def started(site: Any, **order: Any) -> JobOrder:
    return give(job_of(make_order(site, **order)), "start")


def good(quantity: Any, kind: QuantityKind = QuantityKind.GOOD) -> list[Reported]:
    return [Reported(kind, Decimal(quantity))]


def total(job: JobOrder) -> OutputTotal:
    return OutputTotal.objects.get(output__job_order=job)


def test_report_adds_to_the_ledger_and_its_total(site: Any, actor: Actor) -> None:
    job, person = started(site), make_person(site)
    lines = [Reported(kind, Decimal(number)) for number, kind in enumerate(QuantityKind, start=1)]

    reports = quantity_report.report(actor, job.pk, lines, op_uuid=uuid.uuid4(), person=person)

    assert [(report.kind, report.quantity, report.unit) for report in reports] == [
        ("good", 1, "C62"), ("scrap", 2, "C62"), ("rework", 3, "C62"), ("review", 4, "C62"),
    ]  # fmt: skip
    sums = total(job)
    assert (sums.good, sums.scrap, sums.rework, sums.review) == (1, 2, 3, 4)
    assert {report.job_response_id for report in reports} == {job.responses.get().pk}
    assert {report.person_id for report in reports} == {person.pk}


def test_P01_same_report_twice_counts_once(site: Any, actor: Actor) -> None:
    job, key = started(site), uuid.uuid4()
    first = quantity_report.report(actor, job.pk, good(12), op_uuid=key)
    again = quantity_report.report(actor, job.pk, good(12), op_uuid=key)
    assert [report.pk for report in first] == [report.pk for report in again]
    assert total(job).good == 12


def test_part_of_a_piece_is_refused(site: Any, actor: Actor) -> None:
    job = started(site)
    with pytest.raises(InvalidInput) as refused:
        quantity_report.report(
            actor, job.pk, [quantity_report.Reported(QuantityKind.GOOD, Decimal("1.5"))], op_uuid=uuid.uuid4()
        )
    assert list(refused.value.fields) == ["quantity"]
    assert not QuantityReport.objects.exists()


def test_P01_key_of_another_job_is_refused(site: Any, actor: Actor) -> None:
    first, second, key = started(site, code="A"), started(site, code="B"), uuid.uuid4()
    quantity_report.report(actor, first.pk, good(12), op_uuid=key)
    with pytest.raises(Conflict) as refused:
        quantity_report.report(actor, second.pk, good(12), op_uuid=key)
    assert refused.value.code == "op_uuid_taken"


def test_P03_report_beyond_the_limit_is_refused_whole(site: Any, actor: Actor) -> None:
    job = started(site, limit=Decimal(10))
    quantity_report.report(actor, job.pk, good(8), op_uuid=uuid.uuid4())
    lines = [*good(2), *good(1, QuantityKind.SCRAP)]
    with pytest.raises(Conflict) as refused:
        quantity_report.report(actor, job.pk, lines, op_uuid=uuid.uuid4())
    assert refused.value.code == "more_than_allowed"
    assert (total(job).good, total(job).scrap) == (8, 0)
    quantity_report.report(actor, job.pk, good(2), op_uuid=uuid.uuid4())
    assert total(job).good == 10


def test_P03_control_without_a_limit_everything_counts(site: Any, actor: Actor) -> None:
    job = started(site)
    quantity_report.report(actor, job.pk, good(10**6), op_uuid=uuid.uuid4())
    assert total(job).good == 10**6


@pytest.mark.parametrize("lines", [[], [Reported(QuantityKind.GOOD, Decimal(0))], good(-1)])
def test_report_of_nothing_or_less_is_refused(site: Any, actor: Actor, lines: list[Reported]) -> None:
    with pytest.raises(InvalidInput):
        quantity_report.report(actor, started(site).pk, lines, op_uuid=uuid.uuid4())


@pytest.mark.parametrize(
    ("commands", "is_possible"),
    [
        ((), False),
        (("start",), True),
        (("start", "pause"), True),
        (("start", "hold"), True),
        (("start", "finish"), True),
        (("start", "finish", "close"), False),
        (("start", "abort"), False),
    ],
)
def test_report_needs_a_job_that_has_begun(
    site: Any, actor: Actor, commands: tuple[str, ...], is_possible: bool
) -> None:
    job = give(job_of(make_order(site)), *commands)
    if is_possible:
        assert quantity_report.report(actor, job.pk, good(1), op_uuid=uuid.uuid4())
    else:
        with pytest.raises(Conflict) as refused:
            quantity_report.report(actor, job.pk, good(1), op_uuid=uuid.uuid4())
        assert refused.value.code == "job_not_in_work"


def test_report_on_one_of_several_outputs(site: Any, actor: Actor) -> None:
    left, right = make_material(site, "LEFT"), make_material(site, "SPRUE", unit="KGM")
    with acting() as act:
        order = work_request.add(act, site=site, code="MOULD", operations_type=OperationsType.PRODUCTION)
        outputs = [
            Output(left, Decimal(100), "C62"),
            Output(right, Decimal(3), "KGM", use=MaterialUse.BY_PRODUCT, limit=Decimal(5)),
        ]
        job = job_order.add(act, order=order, operation="Mould", outputs=outputs)
        jobs = work_request_command.locked_jobs(order.pk)
        work_request_command.move(act, work_request.locked(order.pk), jobs, WorkRequestCommand.RELEASE)
    give(job, "start")
    first, second = job.requirements.order_by("position")

    quantity_report.report(actor, job.pk, good(40), op_uuid=uuid.uuid4())
    (weighed,) = quantity_report.report(actor, job.pk, good("1.25"), op_uuid=uuid.uuid4(), output_id=second.pk)

    assert (weighed.unit, weighed.output_id) == ("KGM", second.pk)
    assert (OutputTotal.objects.get(output=first).good, OutputTotal.objects.get(output=second).good) == (
        Decimal(40),
        Decimal("1.25"),
    )
    other = job_of(make_order(site, "OTHER", material=left)).requirements.get()
    with pytest.raises(NotFound):
        quantity_report.report(actor, job.pk, good(1), op_uuid=uuid.uuid4(), output_id=other.pk)


def test_P05_reversal_is_the_negative_with_a_reason(site: Any, actor: Actor) -> None:
    job = started(site)
    (first,) = quantity_report.report(actor, job.pk, good(12), op_uuid=uuid.uuid4())

    back = quantity_report.reverse(actor, first.pk, reason="Typed twice", op_uuid=uuid.uuid4())

    assert (back.quantity, back.reverses_id, back.reversal_reason) == (-12, first.pk, "Typed twice")
    assert total(job).good == 0
    first.refresh_from_db()
    assert first.quantity == 12


def test_P05_report_is_taken_back_once(site: Any, actor: Actor) -> None:
    job, key = started(site), uuid.uuid4()
    (first,) = quantity_report.report(actor, job.pk, good(12), op_uuid=uuid.uuid4())
    back = quantity_report.reverse(actor, first.pk, reason="Wrong", op_uuid=key)

    assert quantity_report.reverse(actor, first.pk, reason="Wrong", op_uuid=key).pk == back.pk
    for report, code in ((first, "reversed_already"), (back, "is_a_reversal")):
        with pytest.raises(Conflict) as refused:
            quantity_report.reverse(actor, report.pk, reason="Wrong", op_uuid=uuid.uuid4())
        assert refused.value.code == code
    assert total(job).good == 0
    assert QuantityReport.objects.count() == 2


def test_P05_reversal_needs_a_reason(site: Any, actor: Actor) -> None:
    (first,) = quantity_report.report(actor, started(site).pk, good(1), op_uuid=uuid.uuid4())
    with pytest.raises(InvalidInput):
        quantity_report.reverse(actor, first.pk, reason=" ", op_uuid=uuid.uuid4())


def test_P33_report_and_reversal_need_their_rights(site: Any, actor: Actor, make_actor: Any) -> None:
    job = started(site)
    (first,) = quantity_report.report(actor, job.pk, good(1), op_uuid=uuid.uuid4())
    with pytest.raises(NotAllowed):
        quantity_report.report(make_actor("work.view"), job.pk, good(1), op_uuid=uuid.uuid4())
    with pytest.raises(NotAllowed):
        quantity_report.reverse(make_actor("work.execute_job_order"), first.pk, reason="Wrong", op_uuid=uuid.uuid4())


def test_ledger_is_never_edited(site: Any, actor: Actor) -> None:
    (first,) = quantity_report.report(actor, started(site).pk, good(1), op_uuid=uuid.uuid4())
    with pytest.raises(DatabaseError), transaction.atomic():  # the right is missing, or the trigger refuses
        QuantityReport.objects.filter(pk=first.pk).update(quantity=2)


@pytest.mark.parametrize("foreign", ["person", "reason", "lot"])
def test_P33_report_refuses_what_lies_at_another_site(site: Any, other_site: Any, actor: Actor, foreign: str) -> None:
    job = started(site)
    with acting():
        definition = make_material(other_site, "P-9")
        there: dict[str, Any] = {
            "person": make_person(other_site),
            "reason": Reason.objects.create(site=other_site, code="R", kind="scrap"),
            "lot": MaterialLot.objects.create(site=other_site, code="L", definition=definition),
        }
    line = Reported(QuantityKind.SCRAP, Decimal(1), **{} if foreign == "person" else {foreign: there[foreign]})
    person = there["person"] if foreign == "person" else None
    with pytest.raises(InvalidInput) as caught:
        quantity_report.report(actor, job.pk, [line], op_uuid=uuid.uuid4(), person=person)
    assert set(caught.value.fields) == {foreign}
    assert not QuantityReport.objects.exists()
