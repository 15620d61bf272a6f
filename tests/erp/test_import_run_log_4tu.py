"""A real machining company's log, against the totals that stand beside it."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db.models import Count, Sum

from mom.core.models import TaskRunIssue
from mom.erp.models import SourceRow, StagedRow
from mom.plant.models import Equipment, MaterialDefinition, Person
from mom.work.models import JobOrder, JobResponse, LabourEntry, QuantityReport, WorkRequest
from production.models import ProductionRequest
from tests.erp.importing import MAPPINGS, BringIn, fingerprint
from tests.shared_data import shared_data

pytestmark = pytest.mark.django_db


@pytest.fixture
def log() -> bytes:
    return (shared_data("production_log_4tu") / "Production_Data.csv").read_bytes()


@pytest.fixture
def mapping() -> str:
    return (MAPPINGS / "execution_log_4tu.yml").read_text()


def hours(rows: dict[str, timedelta]) -> dict[str, str]:
    return {name: f"{span / timedelta(hours=1):.1f}" for name, span in rows.items()}


def test_import_run_equals_the_totals_of_the_log(bring_in: BringIn, log: bytes, mapping: str) -> None:
    run = bring_in(log, mapping)

    assert (run.status, run.rows_total, run.rows_applied, run.rows_refused, run.rows_known) == (
        "completed",
        4503,
        4503,
        0,
        0,
    )
    by_kind = JobResponse.objects.values("work_kind").annotate(n=Count("id"), span=Sum("duration"))
    assert {row["work_kind"]: row["n"] for row in by_kind} == {"setup": 705, "production": 3747, "breakdown": 51}
    assert hours({row["work_kind"]: row["span"] for row in by_kind}) == {
        "setup": "2393.4",
        "production": "10527.6",
        "breakdown": "214.7",
    }
    quantities = dict(QuantityReport.objects.values_list("kind").annotate(Sum("quantity")))
    assert quantities == {"good": Decimal(91664), "scrap": Decimal(593), "review": Decimal(105)}
    setups = QuantityReport.objects.filter(kind="good", job_response__work_kind="setup")
    assert setups.aggregate(total=Sum("quantity"))["total"] == Decimal(471)
    assert JobResponse.objects.filter(is_rework=True).count() == 32
    assert LabourEntry.objects.count() == 4503


def test_import_run_makes_the_plant_of_the_log(bring_in: BringIn, log: bytes, mapping: str) -> None:
    bring_in(log, mapping)

    assert WorkRequest.objects.filter(operations_type="production", status="completed").count() == 225
    assert ProductionRequest.objects.count() == 225
    wanted = sorted(ProductionRequest.objects.values_list("quantity", flat=True))
    assert (wanted[0], wanted[112], wanted[-1]) == (1, 36, 720)
    assert (Equipment.objects.count(), Person.objects.count(), MaterialDefinition.objects.count()) == (27, 46, 43)
    assert JobOrder.objects.filter(status="completed").count() == 1350
    spans = Equipment.objects.annotate(span=Sum("job_responses__duration")).order_by("-span")[:7]
    assert hours({item.name.split(" - ")[0]: item.span for item in spans}) == {
        "Quality Check 1": "1936.9",
        "Machine 4": "1532.7",
        "Machine 5": "1415.0",
        "Machine 6": "1314.7",
        "Machine 2": "1093.7",
        "Machine 3": "1036.6",
        "Machine 10": "995.1",
    }
    breakdowns = JobResponse.objects.filter(work_kind="breakdown").values_list("equipment__code").annotate(Count("id"))
    expected = {"MACHINE-8": 15, "MACHINE-5": 7, "MACHINE-6": 7, "MACHINE-9": 7, "MACHINE-4": 3, "MACHINE-3": 2}
    assert expected.items() <= dict(breakdowns).items()


def test_import_run_reports_what_it_changed(bring_in: BringIn, log: bytes, mapping: str) -> None:
    run = bring_in(log, mapping)

    damaged = TaskRunIssue.objects.get(run=run.check_task, code="damaged_dropped")
    assert (damaged.line, damaged.column, damaged.value) == (922, "Span", "1899/12/31 01:49:00")
    source = SourceRow.objects.select_related("job_response").get(run=run, line=922)
    assert source.raw[5] == "1899/12/31 01:49:00"
    assert source.job_response.duration == timedelta(0)


def test_import_run_again_changes_no_row(bring_in: BringIn, log: bytes, mapping: str) -> None:
    bring_in(log, mapping)
    before = fingerprint()

    run = bring_in(log, mapping)

    assert (run.status, run.rows_known, run.rows_new, run.rows_applied) == ("completed", 4503, 0, 0)
    assert fingerprint() == before
    assert before["work_jobresponse"][0] == before["erp_sourcerow"][0] == 4503
    assert StagedRow.objects.count() == 0


def test_import_run_of_overlapping_months_adds_only_what_is_new(bring_in: BringIn, log: bytes, mapping: str) -> None:
    header, *lines = log.splitlines(keepends=True)
    bring_in(header + b"".join(lines[:3000]), mapping)

    run = bring_in(header + b"".join(lines[2500:]), mapping)

    assert (run.rows_known, run.rows_applied) == (500, 1503)
    assert JobResponse.objects.count() == 4503
    assert QuantityReport.objects.filter(kind="good").aggregate(total=Sum("quantity"))["total"] == Decimal(91664)


def test_import_run_counts_exact_duplicates_each(bring_in: BringIn, log: bytes, mapping: str) -> None:
    bring_in(log, mapping)

    assert SourceRow.objects.filter(occurrence__gt=1).count() == 22
