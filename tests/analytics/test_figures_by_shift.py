"""First-pass yield, schedule adherence and PM compliance by shift: a case worked by hand, the same wherever it is read.

The sixteenth of April is a Thursday: early 6 to 14, late 14 to 22, night 22 to 6 of the seventeenth.
"""

import html
import io
import re
import uuid
from datetime import date, datetime, timedelta
from decimal import Decimal

import openpyxl
import pytest
import time_machine
from django.test import Client

from analytics.engine.book import BOOK
from analytics.selectors.kpis import kpi_table, kpi_values
from analytics.selectors.series import By, Scope
from analytics.selectors.series_shifts import shifts_of
from analytics.selectors.slices import Window
from maintenance.models import PlanOccurrence
from maintenance.services import plan_generation
from maintenance.services.job_plan import NewStep
from mom.accounts.models import Site, User
from mom.core.actor import system_actor
from mom.core.testing import acting
from mom.work.engine.terms import QuantityKind
from mom.work.models import JobOrder
from mom.work.public import set_planned_times
from mom.work.services import quantity_report
from mom.work.services.quantity_report import Reported
from tests.analytics.shift_floor import DAY, Floor
from tests.factories.maintenance import SYSTEM, make_job_plan, make_plan, repair, sign
from tests.factories.targets import make_target
from tests.factories.work import give, job_of, make_order

BACKEND = "mom.accounts.backends.PasswordBackend"
NEXT = DAY + timedelta(days=1)
REPORT = "/api/v1/analytics/shift-reports/"
HOUR = timedelta(hours=1)
D = Decimal


@pytest.fixture
def floor(site: Site) -> Floor:
    return Floor.make(site)


@pytest.fixture
def reader(client: Client, owner: User) -> Client:
    client.force_login(owner, backend=BACKEND)
    return client


def at(floor: Floor, hour: int, minute: int = 0, second: int = 0) -> datetime:
    """An instant by the plant's clock; hour 25 is one o'clock of the day after. Nothing changes its clock there."""
    return floor.start("early") + timedelta(hours=hour - 6, minutes=minute, seconds=second)


def reports(floor: Floor, job: JobOrder, when: datetime, good: int, scrap: int = 0) -> None:
    with time_machine.travel(when, tick=False):
        lines = [Reported(QuantityKind.GOOD, D(good))] + ([Reported(QuantityKind.SCRAP, D(scrap))] if scrap else [])
        quantity_report.report(system_actor("test"), job.pk, lines, op_uuid=uuid.uuid4())


def begun(floor: Floor, code: str, machine: int, when: datetime) -> JobOrder:
    with time_machine.travel(when, tick=False):
        return give(job_of(make_order(floor.site, code, material=floor.part, machine=floor.machines[machine])), "start")


def plans(floor: Floor, job: JobOrder, start: datetime, end: datetime, finished: datetime | None) -> None:
    with acting() as act:
        set_planned_times(act, job.work_request, [job], {job.pk: (start, end)})
    if finished is not None:
        with time_machine.travel(finished, tick=False):
            give(job, "finish")


def due(floor: Floor, machine: int, when: datetime, done: datetime | None) -> None:
    """A plan came due an hour before, its tolerance ends then, and it is done or not."""
    plan = make_plan(
        floor.machines[machine], rule="FREQ=YEARLY", starts_at=when - HOUR, tolerance=HOUR,
        job_plan=make_job_plan(floor.site, steps=(NewStep("Look", is_required=False),)),
    )  # fmt: skip
    with time_machine.travel(when - HOUR, tick=False):
        plan_generation.generate(SYSTEM, plan.pk)
    if done is not None:
        with time_machine.travel(done, tick=False):
            sign(repair(PlanOccurrence.objects.get(plan=plan).job))  # type: ignore[arg-type]


@pytest.fixture
def worked(floor: Floor) -> Floor:
    """Three jobs: A and C on CNC-01 (MACH), B on ASM-01 (ASSY)."""
    a, b = begun(floor, "A", 0, at(floor, 5)), begun(floor, "B", 2, at(floor, 6))
    reports(floor, a, at(floor, 5, 59, 59), 7)  # still the night of the fifteenth
    reports(floor, a, at(floor, 6), 40, 10)  # early: its first instant
    reports(floor, b, at(floor, 13, 59, 59), 30)  # early: its last second
    reports(floor, a, at(floor, 14), 10)  # late
    c = begun(floor, "C", 0, at(floor, 21))
    reports(floor, c, at(floor, 22), 3, 1)  # night
    reports(floor, c, at(floor, 29, 59), 5, 1)  # night, on the seventeenth by the calendar
    reports(floor, c, at(floor, 30), 2)  # early of the seventeenth
    plans(floor, a, at(floor, 6), at(floor, 14), at(floor, 14, 30))  # ends with the early shift, finished late
    plans(floor, b, at(floor, 6), at(floor, 14), at(floor, 13, 59, 59))  # the same, in its plan
    plans(floor, c, at(floor, 22), at(floor, 28), None)  # of the night, never finished
    due(floor, 0, at(floor, 14), None)  # over at the first instant of the late shift
    due(floor, 2, at(floor, 15), at(floor, 14, 45))  # late, done in time
    return floor


def by_shift(floor: Floor, kpi: str, scope: Scope | None = None) -> dict[str, Decimal | None]:
    with time_machine.travel(at(floor, 24 * 3), tick=False):
        return {row.slice.key: row.value.value
                for row in kpi_table(BOOK[kpi], floor.site, Window(DAY, DAY), By.SHIFT, scope).rows}  # fmt: skip


def test_figures_by_shift_equal_the_case_worked_by_hand(worked: Floor) -> None:
    """First pass: early 70 of 80, late 10 of 10, night 8 of 10, as C's 3+1 and 5+1 lie on both sides of midnight.

    Adherence: early 1 of 2, night 0 of 1. PM: late 1 of 2.
    """
    assert by_shift(worked, "first_pass_yield") == {"early": D(70) / 80, "late": D(1), "night": D(8) / 10}
    assert by_shift(worked, "schedule_adherence") == {"early": D(1) / 2, "night": D(0)}
    assert by_shift(worked, "pm_compliance") == {"late": D(1) / 2}
    mach = Scope(equipment=worked.area.pk)
    assert by_shift(worked, "first_pass_yield", mach) == {"early": D(40) / 50, "late": D(1), "night": D(8) / 10}
    assert by_shift(worked, "schedule_adherence", mach) == {"early": D(0), "night": D(0)}


def test_one_shift_by_machine_day_and_order(worked: Floor) -> None:
    kpi, window, night = BOOK["first_pass_yield"], Window(DAY, NEXT), Scope(shift="night")

    def keys(by: By) -> dict[str, Decimal | None]:
        return {row.slice.key: row.value.value for row in kpi_table(kpi, worked.site, window, by, night).rows}

    with time_machine.travel(at(worked, 24 * 3), tick=False):
        assert keys(By.DAY) == {"2026-04-16": D(8) / 10}  # the day on which the night began
        assert keys(By.MACHINE) == {"CNC-01": D(8) / 10}
        assert keys(By.ORDER) == {"C": D(8) / 10}
        assert kpi_values((kpi,), worked.site, window, night)[kpi.id].value == D(8) / 10
        whole = kpi_table(kpi, worked.site, window, By.SHIFT)
    assert whole.evidence.pieces.made == D(102)  # 80 + 10 + 10 and 2 of the seventeenth; not the 7 of the fifteenth


def test_time_without_a_shift_has_no_name_and_two_at_once_are_of_the_one_that_began_last(floor: Floor) -> None:
    with acting():
        floor.calendar.shifts.filter(code="night").delete()
        late = floor.calendar.shifts.get(code="late")
        late.starts_at = floor.start("early").time().replace(hour=13)
        late.save()
    shifts = shifts_of(floor.site, Window(DAY, DAY))

    assert shifts.of(at(floor, 12)) == (DAY, "early")
    assert shifts.of(at(floor, 13, 30)) == (DAY, "late")
    assert shifts.of(at(floor, 23)) == (DAY, "")
    assert shifts.of(at(floor, 24)) is None  # the calendar's next day


def test_a_night_in_which_the_clock_is_set_back_is_nine_hours_long(floor: Floor) -> None:
    """25 October 2026: the night of the 24th runs from 20:00 to 05:00 UTC."""
    day = date(2026, 10, 24)
    start, end = shifts_of(floor.site, Window(day, day)).interval
    assert end - start == timedelta(hours=31)  # midnight to six of the next day, and an hour twice


def test_report_its_api_and_workbook_say_what_the_book_says_by_shift(reader: Client, worked: Floor) -> None:
    make_target(worked.site, kpi="first_pass_yield", value=D("0.9"), equipment=None)
    with time_machine.travel(at(worked, 24 * 3), tick=False):
        for shift in ("early", "late", "night"):
            asked = {"site": "P1", "day": DAY.isoformat(), "shift": shift}
            figures = {each["kpi"]: each for each in reader.get(REPORT, asked).json()["figures"]}
            sheet = openpyxl.load_workbook(io.BytesIO(reader.get("/shift-report/", asked | {"export": "xlsx"}).content))
            cells = {row[0].value: row[1].value for row in sheet["Figures"].iter_rows(min_row=2)}
            assert list(figures) == ["first_pass_yield", "schedule_adherence", "pm_compliance"]
            for kpi, figure in figures.items():
                values = reader.get(f"/api/v1/kpis/{kpi}/values/", {
                    "site": "P1", "by": "shift", "first": DAY.isoformat(), "last": DAY.isoformat(),
                }).json()["results"]  # fmt: skip
                book = next((row["value"] for row in values if row["key"] == shift), None)
                assert figure["value"] == book, (shift, kpi)
                assert figure["missing"] == (None if book is not None else "no_data")
                cell = cells[BOOK[kpi].name]
                assert cell == (pytest.approx(float(book)) if book is not None else None), (shift, kpi)
    early = reader.get(REPORT, {"site": "P1", "day": DAY.isoformat(), "shift": "early"}).json()["figures"][0]
    assert early == {
        "kpi": "first_pass_yield", "version": 2, "value": "0.875000000000", "missing": None, "target": "0.900000000000",
    }  # fmt: skip


def test_why_is_narrowed_to_a_shift_and_the_shifts_tab_opens_to_it(reader: Client, worked: Floor) -> None:
    """Adherence of the early shift: B kept, A not. Of the night: C not. PM: both due dates are of the late shift."""
    days = f"first={DAY}&last={DAY}"

    def why(kpi: str, shift: str) -> str:
        return reader.get(f"/figures/{kpi}/why/?{days}&shift={shift}").content.decode()

    def orders(page: str) -> set[str]:
        return set(re.findall(r"/orders/([^/]+)/", page))

    with time_machine.travel(at(worked, 24 * 3), tick=False):
        assert orders(why("schedule_adherence", "early")) == {"A", "B"}
        assert orders(why("schedule_adherence", "night")) == {"C"}
        assert orders(why("first_pass_yield", "night")) == {"C"}
        assert orders(why("first_pass_yield", "late")) == {"A"}
        assert "80" in why("first_pass_yield", "night")  # 8 of 10
        late, early = why("pm_compliance", "late"), why("pm_compliance", "early")
        assert [len(re.findall(r"/maintenance/plans/", page)) for page in (late, early)] == [2, 0]
        assert "shift late" in late
        tab = reader.get(f"/kpis/first_pass_yield/?{days}&by=shift").content.decode()
    links = [html.unescape(each) for each in re.findall(r'href="([^"]*figures/first_pass_yield/why/[^"]*)"', tab)]
    assert f"/figures/first_pass_yield/why/?shift=night&{days}" in links


def test_shifts_have_their_names_beside_their_codes_in_every_record(worked: Floor) -> None:
    worked.shift(worked.machines[0], "late")
    with time_machine.travel(at(worked, 24 * 3), tick=False):
        for kpi in ("first_pass_yield", "schedule_adherence", "pm_compliance", "availability"):
            rows = kpi_table(BOOK[kpi], worked.site, Window(DAY, DAY), By.SHIFT).rows
            assert rows
            assert {row.slice.label for row in rows} <= {"Early shift", "Late shift", "Night shift"}, kpi
