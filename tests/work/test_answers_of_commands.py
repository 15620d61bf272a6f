"""What a command answers is what is read afterwards, field by field: it is read along with the command's own write."""

import uuid
from decimal import Decimal
from typing import Any

import pytest

from inventory.services import stock
from mom.core.actor import system_actor
from mom.core.testing import acting
from mom.work.engine.terms import JobOrderCommand, MaterialUse
from mom.work.models import JobOrder, JobRequirement, OutputTotal
from mom.work.services import job_order, quantity_report
from mom.work.services.quantity_report import Reported
from tests.bench.statements import counting
from tests.factories.counts import make_count, make_move_job
from tests.factories.work import give, job_of, make_material, make_order

pytestmark = pytest.mark.django_db
JOBS = "/api/v1/work/job-orders/"
BOSS = system_actor("test")


@pytest.fixture
def api(owner: Any, client_of: Any) -> Any:
    return client_of(owner)


def job_of_many_outputs(site: Any, code: str) -> JobOrder:
    """A job that makes two things in quantities, and one of which nobody said how much and nothing was summed yet."""
    job = job_of(make_order(site, code, limit=Decimal(500)))
    for number, (quantity, unit) in enumerate([(Decimal("0.125"), "KGM"), (None, "C62")]):
        output = JobRequirement(
            site=site, job_order=job, position=5 * (1 - number), resource_kind="material",
            material_use=MaterialUse.BY_PRODUCT if number else MaterialUse.CO_PRODUCT, quantity=quantity, unit=unit,
            definition=make_material(site, f"{code}-{number}", unit),
        )  # fmt: skip
        with acting():
            output.save()
            if quantity:
                OutputTotal.objects.create(output=output, site=site)
    return job


def report(job: JobOrder, kind: str, quantity: str, output: int | None = None) -> None:
    lines = [Reported(kind, Decimal(quantity))]  # type: ignore[arg-type]
    quantity_report.report(BOSS, job.pk, lines, op_uuid=uuid.uuid4(), output_id=output)


def commanded(api: Any, job: JobOrder, command: str) -> Any:
    """What the command answered, which is what is read after it."""
    answer = api.send("post", f"{JOBS}{job.pk}/{command}/", {"reason": "Not wanted"})
    assert answer.status_code == 200, (command, answer.content)
    read = api.get(f"{JOBS}{job.pk}/")
    assert (answer.json(), answer.headers["ETag"]) == (read.json(), read.headers["ETag"]), command
    return answer.json()


WALKS = [
    ("release", "revoke", "release", "start", "pause", "resume", "hold", "resume", "finish", "close"),
    ("release", "start", "abort"),
    ("release", "cancel"),
]


@pytest.mark.parametrize("walk", WALKS, ids=[walk[-1] for walk in WALKS])
def test_answer_of_each_command_is_what_is_read_after_it(api: Any, site: Any, walk: tuple[str, ...]) -> None:
    job = job_of_many_outputs(site, "WO-7")
    give(job, "revoke")
    outputs = [each["id"] for each in api.get(f"{JOBS}{job.pk}/").json()["outputs"]]
    assert len(outputs) == 3
    for command in walk:
        answer = commanded(api, job, command)
        if answer["status"] == "running":
            report(job, "good", "3", outputs[0])
            report(job, "scrap", "0.0625", outputs[1])
            report(job, "rework", "2")
            report(job, "review", "1")
    assert [each["id"] for each in answer["outputs"]] == outputs
    if "pause" in walk:
        sums = [(each["quantity"], each["good"], each["scrap"], each["rework"]) for each in answer["outputs"]]
        assert sums == [
            (None, "9.000000", "0.000000", "6.000000"),
            ("0.125000", "0.000000", "0.187500", "0.000000"),
            ("100.000000", "0.000000", "0.000000", "0.000000"),
        ]


def test_every_command_is_asked() -> None:
    assert {command for walk in WALKS for command in walk} == set(map(str, JobOrderCommand))


@pytest.mark.parametrize("make", [make_count, make_move_job])
def test_jobs_of_the_store_answer_as_they_are_read(api: Any, site: Any, make: Any) -> None:
    work = make(site)
    if make is make_move_job:
        stock.receive(BOSS, work.source, work.definition, Decimal(20), op_uuid=uuid.uuid4())
    for command in ("start", "pause", "resume", "finish"):
        commanded(api, work.job_order, command)


def test_start_whose_key_is_known_answers_as_it_is_read(api: Any, site: Any) -> None:
    job, key = job_of_many_outputs(site, "WO-8"), {"op_uuid": str(uuid.uuid4())}
    api.send("post", f"{JOBS}{job.pk}/start/", key)
    report(job, "good", "3")
    again = api.send("post", f"{JOBS}{job.pk}/start/", key)
    assert again.json() == api.get(f"{JOBS}{job.pk}/").json()
    assert again.json()["outputs"][0]["good"] == "3.000000"


def test_command_reads_no_outputs_by_a_statement_of_its_own(api: Any, site: Any) -> None:
    job = job_of(make_order(site))
    with counting() as count:
        job_order.command(BOSS, job.pk, JobOrderCommand.START)
        assert job_order.command(BOSS, job.pk, JobOrderCommand.FINISH).told_outputs is not None
    assert not [sql for sql in count.statements if "mom_work_jobrequirement" in sql]
    assert JobOrder.objects.get(pk=job.pk).told_outputs is None
