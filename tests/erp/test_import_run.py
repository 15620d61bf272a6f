"""An import through its services: what goes in, what stays out, and that nothing goes in twice or by halves."""

import io
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db.models import Sum
from openpyxl import Workbook

from mom.accounts.models import Site
from mom.core import long_work
from mom.core.actor import Actor
from mom.core.errors import Conflict, InvalidInput, NotAllowed, TooLarge
from mom.core.models import AuditEntry, OutboxEvent, TaskRunIssue
from mom.core.testing import acting
from mom.erp.models import ImportRun, SourceRow, StagedRow
from mom.erp.services import import_run as imports
from mom.erp.services import running
from mom.erp.services.import_run import HowToRun, NamedMapping
from mom.plant.models import Equipment, MaterialDefinition, Person
from mom.work.models import JobOrder, JobResponse, LabourEntry, OutputTotal, QuantityReport, WorkRequest
from mom.work.services import work_request
from production.models import ProductionRequest
from tests.erp import twin
from tests.erp.importing import MAPPINGS, BringIn, fingerprint, golden, reread

pytestmark = pytest.mark.django_db
MAPPING = (MAPPINGS / "execution_log_4tu.yml").read_text()


def issues(run: ImportRun) -> set[tuple[int | None, str, str]]:
    return set(TaskRunIssue.objects.filter(run=run.check_task).values_list("line", "column", "code"))


def test_import_run_brings_a_log_with_its_quirks_in(bring_in: BringIn) -> None:
    run = bring_in(twin.LOG, MAPPING)

    assert (run.status, run.rows_total, run.rows_applied, run.rows_changed) == ("completed", 8, 8, 1)
    assert issues(run) == {(3, "Span", "damaged_dropped")}
    spans = dict(JobResponse.objects.order_by().values_list("work_kind").annotate(Sum("duration")))
    assert spans == {"setup": timedelta(hours=1.5), "production": timedelta(hours=9), "breakdown": timedelta(hours=2)}
    quantities = dict(QuantityReport.objects.order_by().values_list("kind").annotate(Sum("quantity")))
    assert quantities == {"good": 1 + 30 + 7 + 37 + 37 + 5, "scrap": 2, "review": 1}
    assert JobResponse.objects.filter(is_rework=True).count() == 1
    assert LabourEntry.objects.count() == 8
    assert not StagedRow.objects.exists()


def test_import_run_makes_orders_and_jobs(bring_in: BringIn, site: Site) -> None:
    bring_in(twin.LOG, MAPPING)

    assert list(WorkRequest.objects.order_by("code").values_list("code", "status")) == [
        ("CASE-1", "completed"),
        ("CASE-2", "completed"),
    ]
    request = ProductionRequest.objects.get(work_request__code="CASE-1")
    assert (request.definition.code, request.quantity, request.unit) == ("SPUR-GEAR", 40, "C62")
    jobs = JobOrder.objects.filter(work_request__code="CASE-1").order_by("sequence")
    assert list(jobs.values_list("code", "operation", "status", "equipment__code")) == [
        ("CASE-1-10", "Setup - Turning & Milling - Machine 5", "completed", "MACHINE-5"),
        ("CASE-1-20", "Turning & Milling - Machine 5", "completed", "MACHINE-5"),
        ("CASE-1-30", "Round Grinding - Q.C.", "completed", "QUALITY-CHECK-1"),
    ]
    total = OutputTotal.objects.get(output__job_order__code="CASE-1-20")
    assert (total.good, total.scrap, total.review, total.limit) == (37, 2, 1, None)
    assert Equipment.objects.get(code="QUALITY-CHECK-1").capacity_places == 7
    assert Equipment.objects.get(code="MACHINE-7").name == "Machine 7 - Laser Marking"
    first = JobResponse.objects.earliest("started_at")
    assert first.started_at == datetime(2012, 1, 29, 5, tzinfo=UTC)  # 06:00 in the site's zone
    assert site.zone.key == "Europe/Stockholm"


def test_import_run_takes_another_companys_log_with_only_a_new_mapping(bring_in: BringIn) -> None:
    run = bring_in(*golden("import_german_erp"))

    assert (run.rows_applied, run.rows_refused) == (5, 2)
    assert issues(run) == {(7, "Dauer (h)", "number_bad"), (7, "Gut", "number_bad"), (8, "Einheit", "value_unknown")}
    mixing = QuantityReport.objects.filter(unit="KGM").order_by().values_list("kind").annotate(Sum("quantity"))
    assert dict(mixing) == {"good": Decimal("36.125"), "scrap": Decimal("1.375")}
    assert MaterialDefinition.objects.get(code="R-90").unit == "KGM"
    assert Equipment.objects.get(code="M-07").name == "Drehmaschine Süd"
    assert Person.objects.count() == 3


def test_import_run_reads_a_workbook_as_it_reads_text(bring_in: BringIn) -> None:
    book, file = Workbook(), io.BytesIO()
    book.active.append(["Order", "Step", "From", "Until", "Span", "Good"])
    start = datetime(2025, 5, 5, 6)  # noqa: DTZ001 - a spreadsheet knows no zone
    book.active.append(["W1", "Turning", start, start + timedelta(hours=2), timedelta(hours=1, minutes=30), 12.5])
    book.save(file)
    mapping = """
        mapping: 1
        source: sheet
        file: {format: xlsx, decimal: ','}
        fields: {order: Order, operation: Step, started_at: From, completed_at: Until, duration: Span, good: Good}
    """
    assert bring_in(file.getvalue(), mapping).rows_applied == 1
    response = JobResponse.objects.get()
    assert (response.started_at, response.duration) == (datetime(2025, 5, 5, 4, tzinfo=UTC), timedelta(hours=1.5))
    assert QuantityReport.objects.get().quantity == Decimal("12.5")
    assert (response.equipment, WorkRequest.objects.get().code) == (None, "W1")


def test_import_run_again_changes_no_row(bring_in: BringIn) -> None:
    bring_in(twin.LOG, MAPPING)
    before = fingerprint()

    again = bring_in(twin.LOG, MAPPING)

    assert (again.status, again.rows_known, again.rows_applied) == ("completed", 8, 0)
    assert fingerprint() == before


def test_import_run_adds_only_what_an_overlapping_file_has_new(bring_in: BringIn) -> None:
    bring_in(twin.long_log(60), MAPPING, size=25)
    run = bring_in(twin.long_log(60, first=45), MAPPING, size=25)

    assert (run.rows_known, run.rows_applied) == (15, 45)
    assert JobResponse.objects.count() == SourceRow.objects.count() == 105
    assert JobOrder.objects.filter(work_request__code="CASE-6").count() == 5
    assert JobOrder.objects.values("work_request", "operation").distinct().count() == JobOrder.objects.count()


def test_import_run_counts_equal_rows_by_their_occurrence(bring_in: BringIn) -> None:
    header, *lines = twin.LOG.splitlines(keepends=True)
    bring_in(header + lines[4], MAPPING)
    bring_in(twin.LOG, MAPPING)
    assert SourceRow.objects.filter(line__in=[6, 7]).count() == 1  # the second of the pair; the first came with line 2
    assert QuantityReport.objects.filter(quantity=37).count() == 2


def test_import_run_keeps_two_sites_apart(bring_in: BringIn, other_site: Site) -> None:
    bring_in(twin.LOG, MAPPING)
    run = bring_in(twin.LOG, MAPPING, at=other_site)
    assert run.rows_applied == 8
    assert Equipment.objects.filter(code="MACHINE-5").count() == 2


def test_import_run_dry_leaves_nothing(bring_in: BringIn) -> None:
    before = fingerprint()
    run = bring_in(twin.LOG, MAPPING, how=HowToRun(is_dry_run=True))
    assert (run.status, run.rows_new, run.rows_applied, run.apply_task) == ("completed", 8, 0, None)
    assert issues(run) == {(3, "Span", "damaged_dropped")}
    assert fingerprint() == before


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (twin.LOG.replace(b"Worker ID", b"Worker"), "no column “Worker ID”"),
        (twin.LOG + b"\xff\n", "is not utf-8"),
        (twin.LOG + b'Case 9,"open\n', "cannot be read as CSV from line 10"),
        (b"\n\n", "no header"),
    ],
)
def test_import_run_refuses_a_broken_file_whole(bring_in: BringIn, content: bytes, says: str) -> None:
    before = fingerprint()
    run = bring_in(content, MAPPING)
    assert run.status == "failed"
    assert says in run.task.error
    assert fingerprint() == before
    assert issues(run) == set()


def test_import_run_refuses_rows_in_another_unit(bring_in: BringIn) -> None:
    content, mapping = golden("import_german_erp")
    bring_in(content, mapping)
    odd = content.replace(b";37,5;Sack;", b";37,5;Stk;")
    run = bring_in(odd, mapping)
    assert (8, "unit", "unit_differs") in issues(run)
    assert run.rows_applied == 0


def test_import_run_refuses_rows_of_another_domains_order(bring_in: BringIn, site: Site) -> None:
    with acting() as act:
        work_request.add(act, site=site, code="CASE-2", operations_type="maintenance")
    run = bring_in(twin.LOG, MAPPING)
    assert (run.rows_applied, run.rows_refused) == (6, 2)
    assert {code for _, _, code in issues(run)} == {"damaged_dropped", "order_of_other_domain"}


def test_import_run_reports_orders_that_disagree(bring_in: BringIn) -> None:
    run = bring_in(twin.LOG.replace(b"001:30,40,", b"001:30,44,"), MAPPING)
    found = TaskRunIssue.objects.get(run=run.check_task, code="order_differs")
    assert (found.line, found.value) == (2, "44")
    assert ProductionRequest.objects.get(work_request__code="CASE-1").quantity == 40


def test_import_run_leaves_orders_open_where_the_mapping_says_so(bring_in: BringIn) -> None:
    bring_in(twin.LOG, MAPPING.replace("orders: completed", "orders: open"))
    assert set(WorkRequest.objects.values_list("status", flat=True)) == {"running"}


def test_import_run_announces_its_days_piece_by_piece(bring_in: BringIn, site: Site) -> None:
    bring_in(twin.LOG, MAPPING, size=4)
    days = [event.payload["days"] for event in OutboxEvent.objects.filter(topic="work.work_reported").order_by("seq")]
    assert days == [["2012-01-29"], ["2012-01-30"]]
    assert OutboxEvent.objects.filter(topic="erp.import_completed").count() == 1
    actions = AuditEntry.objects.filter(action__startswith="erp.").order_by("id").values_list("action", "actor_label")
    assert list(actions) == [
        ("erp.import_requested", "Test"),
        ("erp.import_checked", "Test"),
        ("erp.import_started", "Test"),
        ("erp.import_piece_applied", "Test"),
        ("erp.import_piece_applied", "Test"),
        ("erp.import_completed", "Test"),
    ]


def test_import_run_cancelled_says_what_is_in_and_is_completed_by_another(bring_in: BringIn, actor: Actor) -> None:
    waiting = bring_in(twin.long_log(50), MAPPING, how=HowToRun(waits_for_start=True))
    assert waiting.status == "checked"
    imports.start(actor, waiting.pk)
    task_id = reread(waiting).apply_task_id
    assert task_id is not None

    def cancel_after_two(progress: long_work.Progress) -> object:
        def tell(done: int, total: int | None) -> None:
            if done == 20:
                imports.cancel(actor, waiting.pk)

        return running.apply(progress, size=10, tell=tell, lanes=1)

    long_work.work(task_id, cancel_after_two)
    stopped = reread(waiting)
    assert (stopped.status, stopped.rows_applied) == ("cancelled", 20)
    assert running.cancelled_sentence(stopped) == "20 of 50 new rows are in. Import the file again to complete it."
    assert not StagedRow.objects.exists()

    again = bring_in(twin.long_log(50), MAPPING)
    assert (again.rows_known, again.rows_applied) == (20, 30)
    assert JobResponse.objects.count() == 50


def test_import_run_cancelled_while_it_is_checked_leaves_nothing(bring_in: BringIn, actor: Actor, site: Site) -> None:
    run = imports.request(actor, site, file_name="a.csv", content=twin.LOG, mapping=NamedMapping("m", MAPPING))
    imports.cancel(actor, run.pk)
    long_work.work(run.check_task_id, running.check)
    assert reread(run).status == "cancelled"
    with pytest.raises(Conflict):
        imports.cancel(actor, run.pk)


def test_import_request_refuses_without_right_or_too_much(
    make_actor: object, actor: Actor, site: Site, other_site: Site
) -> None:
    mapping = NamedMapping("m", MAPPING)
    with pytest.raises(NotAllowed):
        imports.request(actor, other_site, file_name="a.csv", content=twin.LOG, mapping=mapping)
    with pytest.raises(TooLarge):
        imports.request(actor, site, file_name="a.csv", content=b"x" * (imports.MOST_BYTES + 1), mapping=mapping)
    with pytest.raises(InvalidInput):
        imports.request(actor, site, file_name="a.csv", content=b"", mapping=mapping)
    assert ImportRun.objects.count() == 0
