"""The shift report: its numbers are those of the buckets and stay; paper, workbook and API say the same."""

import io
import re
import uuid
from datetime import timedelta
from decimal import Decimal

import openpyxl
import pypdfium2
import pytest
import time_machine
from django.test import Client

from analytics.models import BoardEntry, KpiTarget, ShiftNote
from mom.accounts.models import Site, User
from mom.core import clock
from mom.core.actor import system_actor
from mom.core.testing import acting
from mom.work.engine.terms import QuantityKind
from mom.work.public import set_planned_times
from mom.work.services import quantity_report
from mom.work.services.quantity_report import Reported
from tests.analytics.shift_floor import DAY, Floor, vorne
from tests.factories.targets import make_target
from tests.factories.work import give, job_of, make_order

BACKEND = "mom.accounts.backends.PasswordBackend"
ADDRESS = "/shift-report/?day=2026-04-16&shift=early"


@pytest.fixture
def floor(site: Site) -> Floor:
    made = Floor.make(site)
    made.shift(made.machines[0], **vorne())
    made.shift(made.machines[2], production=480, ideal=480, ideal_good=480, good=480)
    made.lost(made.machines[0], 47, reason=made.reason)
    made.stop(made.machines[0], 30, 12)
    with acting():
        BoardEntry.objects.create(
            site=site, equipment=made.area, hour=made.start("early") + timedelta(hours=1), cause="Coolant low",
            action="Filter at 11:00", written_at=clock.now(), written_by="Erik",
        )  # fmt: skip
        ShiftNote.objects.create(
            site=site, day=DAY, shift="early", text="Watch CNC-01", written_at=clock.now(), written_by="Erik"
        )
        KpiTarget.objects.create(
            site=site, kpi="oee_index", value="0.85", valid_from=made.start("early") - timedelta(days=9)
        )
    return made


@pytest.fixture
def reader(client: Client, owner: User) -> Client:
    client.force_login(owner, backend=BACKEND)
    return client


def words_of(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(io.BytesIO(pdf))
    return "\n".join(page.get_textpage().get_text_range() for page in document)


def test_shift_report_has_figures_targets_stops_words_and_choices(reader: Client, floor: Floor) -> None:
    shown = reader.get(ADDRESS).content.decode()

    for part in (
        "Early shift, 16 Apr 2026, 06:00\N{EN DASH}14:00", "74.8\xa0%", "85\xa0%", "Coolant 47\xa0min", "Coolant low",
        "Filter at 11:00", "Watch CNC-01", "ISO 22400", "version", "Reports", "planned stop",
        "2026-04-16 14:00 (Europe/Stockholm)",
    ):  # fmt: skip
        assert part in shown, part
    assert 'class="num is-bad"' in shown  # below its target


def test_shift_report_has_what_the_shift_made_right_at_once_and_kept_of_its_plan(reader: Client, floor: Floor) -> None:
    """47 of 50 bodies right; of two jobs planned to end in the shift one did, the other at its very end did not."""
    start, end = floor.start("early"), floor.start("late")
    jobs = [job_of(make_order(floor.site, code, material=floor.part, machine=floor.machines[0]))
            for code in ("WO-1", "WO-2")]  # fmt: skip
    with acting() as act:
        for job, until in zip(jobs, (start + timedelta(hours=4), end), strict=True):
            set_planned_times(act, job.work_request, [job], {job.pk: (start, until)})
    with time_machine.travel(start + timedelta(hours=2), tick=False):
        give(jobs[0], "start")
        lines = [Reported(QuantityKind.GOOD, Decimal(47)), Reported(QuantityKind.SCRAP, Decimal(3))]
        quantity_report.report(system_actor("test"), jobs[0].pk, lines, op_uuid=uuid.uuid4())
        give(jobs[0], "finish")
    make_target(floor.site, kpi="first_pass_yield", value=Decimal("0.97"), equipment=None)

    shown = reader.get(ADDRESS).content.decode()
    figures = shown[shown.index('id="report-figures"') : shown.index('id="report-machines"')]
    words = re.sub(r"<[^>]+>|\s", " ", figures)
    assert re.search(r"First pass yield +94.0 +% +target 97.0 +%", words), words
    assert re.search(r"Schedule adherence +50.0 +%", words), words
    assert "PM compliance" not in words  # nothing was due
    assert "First pass yield" in words_of(reader.get(f"{ADDRESS}&export=pdf").content)
    late = reader.get("/shift-report/?day=2026-04-16&shift=late").content.decode()
    assert "Schedule adherence" not in late
    elsewhere = reader.get(f"{ADDRESS}&at=ASSY").content.decode()
    assert "First pass yield" not in elsewhere


def test_shift_report_on_paper_and_in_the_workbook_says_the_same(reader: Client, floor: Floor) -> None:
    paper = reader.get(f"{ADDRESS}&export=pdf")
    book = openpyxl.load_workbook(io.BytesIO(reader.get(f"{ADDRESS}&export=xlsx").content))

    assert paper["Content-Type"] == "application/pdf"
    printed = words_of(paper.content).replace("\xa0", " ")
    for part in ("Early shift, 16 Apr 2026", "74.8 %", "Coolant low", "Watch CNC-01", "ISO 22400", "Page 1 of"):
        assert part in printed, part
    machines = book["Machines"]
    heads = [cell.value for cell in machines[1]]
    oee = {row[0].value: row[heads.index("OEE")].value for row in machines.iter_rows(min_row=2)}
    assert oee["CNC-01"] == pytest.approx(0.7479365, abs=1e-6)
    assert book["Notes"]["B2"].value == "Watch CNC-01"


def test_P17_shift_report_of_a_shift_that_is_over_gives_the_same_numbers_again(reader: Client, floor: Floor) -> None:
    address = "/api/v1/analytics/shift-reports/?site=P1&day=2026-04-16&shift=early"
    first = reader.get(address)
    floor.shift(floor.machines[0], "late", **vorne())  # another shift's facts
    floor.shift(floor.machines[0], "early", DAY - timedelta(days=1), production=9)

    assert reader.get(address).content == first.content
    assert first.json()["machines"][1]["oee"] == "0.747936507937"
    assert first.json()["as_of"] == "2026-04-16T12:00:00Z"


def test_shift_report_of_a_part_of_the_site_and_of_the_other_school(reader: Client, floor: Floor) -> None:
    shown = reader.get(f"{ADDRESS}&at=ASSY&school=tpm").content.decode()

    assert "ASM-01" in shown
    assert "CNC-01" not in shown.partition('id="report-machines"')[2].partition("</section>")[0]
    assert "<dd>TPM</dd>" in shown


@pytest.mark.parametrize(("school", "status"), [("iso22400", 200), ("tpm", 200), ("", 200), ("tmp", 400), ("TPM", 400)])
def test_shift_report_in_the_api_of_a_school_that_there_is_not_is_refused(
    reader: Client, floor: Floor, school: str, status: int
) -> None:
    asked = {"site": "P1", "day": "2026-04-16", "shift": "early", "school": school}
    answer = reader.get("/api/v1/analytics/shift-reports/", asked)

    assert answer.status_code == status
    if status == 400:
        assert "school" in answer.json()["fields"]
    else:
        assert answer.json()["school"] == (school or "iso22400")


@pytest.mark.parametrize("query", ["?day=2026-04-16&shift=never", "?day=2026-02-31", "?day=9999-01-01"])
def test_shift_report_of_no_shift_says_so(reader: Client, floor: Floor, query: str) -> None:
    assert reader.get(f"/shift-report/{query}").status_code == 200
    assert reader.get("/shift-report/?day=2026-04-16&shift=never&export=pdf").status_code == 404


def test_shift_report_without_calendar_or_data_is_an_empty_page(client: Client, owner: User) -> None:
    client.force_login(owner, backend=BACKEND)

    assert "No shifts yet" in client.get("/shift-report/").content.decode()


def test_shift_note_is_added_on_its_page(reader: Client, floor: Floor) -> None:
    day = clock.now().date().isoformat()  # of a day long ago none is taken
    sent = reader.post(f"/shift-report/{day}/early/note/", {"text": "Tool T14 is worn"})

    assert sent.status_code == 302
    assert "Tool T14 is worn" in reader.get(sent["Location"]).content.decode()
    assert reader.get("/shift-report/16-4/early/note/").status_code == 404


def test_shift_report_statements_do_not_grow_with_machines(
    reader: Client, floor: Floor, django_assert_max_num_queries: object
) -> None:
    floor.shift(floor.machines[1], **vorne())
    for minute in range(0, 300, 30):
        floor.stop(floor.machines[1], minute, 9)

    with django_assert_max_num_queries(26):  # type: ignore[operator]
        reader.get(ADDRESS)
