"""First-pass yield, schedule adherence and PM compliance: a case worked by hand, by machine, line, site and period.

Two lines: M1 and M2 stand in LINE-1, M3 in LINE-2. The second of March is a Monday, the ninth the next one.
"""

import re
import uuid
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import Client

from analytics.engine.book import BOOK
from analytics.engine.first_pass import against_good
from analytics.engine.kpi import Missing
from analytics.engine.kpi_evidence import Kept, PassPieces, PassTotals
from analytics.selectors.kpis import kpi_table, kpi_values
from analytics.selectors.series import By, Scope
from analytics.selectors.slices import Window
from analytics.selectors.why_orders import orders_behind
from maintenance.models import PlanOccurrence
from maintenance.services import plan_generation
from maintenance.services.job_plan import NewStep
from mom.accounts.models import Site, User
from mom.core.actor import system_actor
from mom.core.testing import acting
from mom.plant.engine.terms import EquipmentLevel
from mom.plant.models import Equipment
from mom.work.engine.terms import QuantityKind
from mom.work.models import JobOrder, WorkRequest
from mom.work.public import set_planned_times
from mom.work.services import quantity_report
from mom.work.services.quantity_report import Reported
from production.services import job_change
from production.services.job_change import Rework
from tests.factories.maintenance import SYSTEM, make_job_plan, make_plan, repair, sign
from tests.factories.plant import make_equipment
from tests.factories.quality import make_nonconformance
from tests.factories.targets import make_target
from tests.factories.work import give, job_of, make_order
from tests.quality.signing import decide, make_decider

BACKEND = "mom.accounts.backends.PasswordBackend"
MONDAY, NEXT_MONDAY = date(2026, 3, 2), date(2026, 3, 9)
WINDOW = Window(MONDAY, date(2026, 3, 15))
WHO = system_actor("test")
D = Decimal


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZoneInfo("Europe/Stockholm"))


def clock_shows(day: date, hour: int, minute: int = 0) -> Any:
    return time_machine.travel(at(day, hour, minute), tick=False)


class Plant:
    """The machines, and what happens on them in a few words."""

    def __init__(self, site: Site) -> None:
        self.site = site
        lines = [make_equipment(site, code, level=EquipmentLevel.PRODUCTION_LINE) for code in ("LINE-1", "LINE-2")]
        self.machines: dict[str, Equipment] = {
            code: make_equipment(site, code, parent=line)
            for code, line in (("M1", lines[0]), ("M2", lines[0]), ("M3", lines[1]))
        }
        self.line = lines[0]

    def job(self, code: str, machine: str, quantity: int = 200) -> JobOrder:
        return job_of(make_order(self.site, code, machine=self.machines[machine], quantity=quantity))

    def begun(self, code: str, machine: str) -> JobOrder:
        return give(self.job(code, machine), "start")

    def reports(self, job: JobOrder, **amounts: int) -> list[Any]:
        lines = [Reported(QuantityKind(kind), D(amount)) for kind, amount in amounts.items()]
        return quantity_report.report(WHO, job.pk, lines, op_uuid=uuid.uuid4())

    def finds(self, job: JobOrder, quantity: int) -> Any:
        """A person finds something wrong with so many parts of a job."""
        return make_nonconformance(
            self.site, material=job.requirements.get().definition, job_order=job, equipment=job.equipment,
            quantity=D(quantity),
        ).lines.get()  # fmt: skip

    def plans(self, job: JobOrder, day: date, start: int, end: int) -> JobOrder:
        with acting() as act:
            order = WorkRequest.objects.select_related("site").get(pk=job.work_request_id)
            set_planned_times(act, order, [job], {job.pk: (at(day, start), at(day, 0) + timedelta(hours=end))})
        return job

    def due(self, machine: str, day: date, hour: int, tolerance: int, done: datetime | None) -> None:
        """A plan comes due, so many hours are its tolerance, and it is done or not."""
        step = NewStep("Look", is_required=False)
        plan = make_plan(
            self.machines[machine], rule="FREQ=YEARLY", starts_at=at(day, hour), tolerance=timedelta(hours=tolerance),
            job_plan=make_job_plan(self.site, steps=(step,)),
        )  # fmt: skip
        with clock_shows(day, hour):
            plan_generation.generate(SYSTEM, plan.pk)
        if done is not None:
            with time_machine.travel(done, tick=False):
                sign(repair(PlanOccurrence.objects.get(plan=plan).job))  # type: ignore[arg-type]


@pytest.fixture
def plant(site: Site) -> Plant:
    return Plant(site)


def shares(kpi: str, site: Site, by: By, scope: Scope | None = None) -> dict[str, Fraction | None]:
    rows = kpi_table(BOOK[kpi], site, WINDOW, by, scope).rows
    assert [row.slice.key for row in rows] == sorted(row.slice.key for row in rows)
    return {
        row.slice.key: None if row.value.value is None else Fraction(row.value.value).limit_denominator(10_000)
        for row in rows
    }


def whole(kpi: str, site: Site, scope: Scope | None = None) -> Fraction:
    value = kpi_values((BOOK[kpi],), site, WINDOW, scope)[kpi].value
    assert value is not None
    return Fraction(value).limit_denominator(10_000)


@pytest.fixture
def passed(plant: Plant) -> Plant:
    """Monday: A on M1, B on M2, C on M3; a week later A2 on M1."""
    eva = make_decider(plant.site)
    with clock_shows(MONDAY, 8):
        a, b, c = (plant.begun(code, machine) for code, machine in (("A", "M1"), ("B", "M2"), ("C", "M3")))
        plant.reports(a, good=90, scrap=6, rework=4)
        again = give(job_change.rework(WHO, a.pk, Rework(D(4)), reason="Bore again"), "start")
        plant.reports(again, good=4)  # a second pass
        plant.reports(b, good=50)
        doubt = plant.finds(b, 10)
        ordered = decide(eva, doubt, "rework", 5).rework_job
        decide(eva, doubt, "scrap", 3)
        decide(eva, doubt, "use_as_is", 2)
        assert ordered is not None
        plant.reports(give(JobOrder.objects.get(pk=ordered.pk), "start"), good=5)  # a second pass too
        plant.reports(c, good=20, review=10)
        (mistake,) = plant.reports(c, scrap=5)
        quantity_report.reverse(WHO, mistake.pk, reason="Of another job", op_uuid=uuid.uuid4())
    with clock_shows(MONDAY, 10):
        decide(eva, plant.finds(c, 12), "scrap")  # the 10 for review, and 2 that were called good
    with clock_shows(NEXT_MONDAY, 8):
        plant.reports(plant.begun("A2", "M1"), good=10)
    return plant


def test_first_pass_yield_equals_the_case_worked_by_hand(passed: Plant) -> None:
    """A: 90 of 100. B: 50 less 5 reworked, 3 scrapped = 42 of 50. C: 20 less 2 = 18 of 30. A2: 10 of 10.

    M1 is 100 of 110; LINE-1 142 of 160; the site 160 of 190. The mean of the machines would be 78 %, not 84 %.
    """
    site = passed.site
    assert shares("first_pass_yield", site, By.MACHINE) == {
        "M1": Fraction(100, 110), "M2": Fraction(42, 50), "M3": Fraction(18, 30),
    }  # fmt: skip
    assert shares("first_pass_yield", site, By.LINE) == {"LINE-1": Fraction(142, 160), "LINE-2": Fraction(18, 30)}
    assert whole("first_pass_yield", site) == Fraction(160, 190)
    assert shares("first_pass_yield", site, By.SITE) == {"": Fraction(160, 190)}
    assert shares("first_pass_yield", site, By.DAY) == {
        "2026-03-02": Fraction(150, 180), "2026-03-09": Fraction(1),
    }  # fmt: skip
    assert shares("first_pass_yield", site, By.WEEK) == shares("first_pass_yield", site, By.DAY)  # both are Mondays
    assert shares("first_pass_yield", site, By.MONTH) == {"2026-03-01": Fraction(160, 190)}
    assert shares("first_pass_yield", site, By.ORDER) == {
        "A": Fraction(90, 100), "A2": Fraction(1), "B": Fraction(42, 50), "C": Fraction(18, 30),
    }  # fmt: skip


def test_first_pass_yield_may_be_narrowed(passed: Plant) -> None:
    site, machines = passed.site, passed.machines
    assert whole("first_pass_yield", site, Scope(equipment=passed.line.pk)) == Fraction(142, 160)
    assert shares("first_pass_yield", site, By.DAY, Scope(equipment=machines["M2"].pk)) == {
        "2026-03-02": Fraction(42, 50)
    }
    assert whole("first_pass_yield", site, Scope(work_request=WorkRequest.objects.get(code="C").pk)) == Fraction(3, 5)
    assert kpi_table(BOOK["first_pass_yield"], site, WINDOW, By.DAY, Scope(shift="early")).rows == []


def test_first_pass_of_several_units_does_not_add_up() -> None:
    both = PassTotals((("C62", PassPieces(D(3), D(3))),)) + PassTotals((("KGM", PassPieces(D(1), D(1))),))
    assert BOOK["first_pass_yield"].of(both).missing == Missing.MIXED_UNITS
    assert BOOK["first_pass_yield"].of(PassTotals()).missing == Missing.NO_DATA


def test_decisions_fall_on_what_was_held_for_review_first() -> None:
    class Decision:
        def __init__(self, job: int, quantity: int) -> None:
            self.job, self.quantity = job, D(quantity)

    decisions = [Decision(1, 6), Decision(1, 6), Decision(2, 3)]
    assert [amount for _each, amount in against_good(decisions, {1: D(10)})] == [0, 2, 3]


@pytest.fixture
def planned(plant: Plant) -> Plant:
    """Ten jobs with planned times and one without; it is the twentieth when the figures are read."""
    with clock_shows(MONDAY, 5):
        for code, machine, start, end in (
            ("A", "M1", 6, 10), ("B", "M2", 6, 10), ("C", "M3", 6, 10), ("D", "M1", 12, 14), ("E", "M2", 12, 14),
            ("F", "M2", 6, 10), ("H", "M3", 12, 14), ("L", "M2", 22, 24),
        ):  # fmt: skip
            plant.plans(plant.job(code, machine), MONDAY, start, end)
        plant.plans(plant.job("G", "M1"), date(2026, 3, 25), 6, 10)
        plant.plans(plant.job("K", "M1"), NEXT_MONDAY, 6, 10)
        plant.job("I", "M1")
    jobs = {job.work_request.code: job for job in JobOrder.objects.select_related("work_request", "site")}
    for code, day, end in (
        ("A", MONDAY, (9, 30)), ("B", MONDAY, (10, 0)), ("C", MONDAY, (10, 1)), ("D", MONDAY, (11, 30)),
        ("I", MONDAY, (11, 0)), ("L", MONDAY, (23, 0)), ("K", NEXT_MONDAY, (7, 0)),
    ):  # fmt: skip
        with clock_shows(day, 6):
            give(jobs[code], "start")
        with clock_shows(day, *end):
            give(jobs[code], "finish")
    with clock_shows(MONDAY, 11):
        give(jobs["E"], "start")
        give(jobs["F"], "cancel")
        give(jobs["H"], "start", "abort")
    return plant


def test_schedule_adherence_equals_the_case_worked_by_hand(planned: Plant) -> None:
    """Kept: A at 9:30, B at its last minute, K, and L, whose end was midnight.

    Not: C a minute late, D before its start, E open, H given up.

    F was cancelled, G is not due yet, I has no plan: none of them counts.
    M1: A, D, K = 2 of 3; M2: B, E, L = 2 of 3; M3: C, H = 0 of 2. LINE-1 4 of 6; the site 4 of 8.
    """
    site = planned.site
    with clock_shows(date(2026, 3, 20), 12):
        wide = Window(MONDAY, date(2026, 3, 31))
        assert shares("schedule_adherence", site, By.MACHINE) == {
            "M1": Fraction(2, 3), "M2": Fraction(2, 3), "M3": Fraction(0),
        }  # fmt: skip
        assert shares("schedule_adherence", site, By.LINE) == {"LINE-1": Fraction(4, 6), "LINE-2": Fraction(0)}
        assert whole("schedule_adherence", site) == Fraction(4, 8)
        assert kpi_table(BOOK["schedule_adherence"], site, wide, By.SITE).evidence == Kept(8, 4)
        assert shares("schedule_adherence", site, By.DAY) == {"2026-03-02": Fraction(3, 7), "2026-03-09": Fraction(1)}
        assert whole("schedule_adherence", site, Scope(equipment=planned.line.pk)) == Fraction(4, 6)
        assert kpi_table(BOOK["schedule_adherence"], site, Window(MONDAY, MONDAY), By.SITE).evidence == Kept(7, 3)
        tuesday = Window(date(2026, 3, 3), date(2026, 3, 3))
        assert kpi_table(BOOK["schedule_adherence"], site, tuesday, By.SITE).rows == []
    with clock_shows(MONDAY, 11):  # the jobs until 14:00 are not over yet: A, B, C and nothing else
        assert whole("schedule_adherence", site) == Fraction(2, 3)


@pytest.fixture
def served(plant: Plant) -> Plant:
    """Five due dates; it is the tenth when the figures are read."""
    plant.due("M1", MONDAY, 8, 4, at(MONDAY, 10))
    plant.due("M1", MONDAY, 8, 2, at(MONDAY, 11))
    plant.due("M2", MONDAY, 8, 4, at(MONDAY, 12))
    plant.due("M3", MONDAY, 20, 8, None)
    plant.due("M3", NEXT_MONDAY, 8, 72, None)
    return plant


def test_pm_compliance_equals_the_case_worked_by_hand(served: Plant) -> None:
    """M1: in time and an hour late; M2: at the very end of its tolerance; M3: never, by the third of March.

    What M3 may still do until the twelfth does not count. LINE-1 2 of 3, LINE-2 0 of 1, the site 2 of 4.
    """
    site = served.site
    with clock_shows(date(2026, 3, 10), 12):
        assert shares("pm_compliance", site, By.MACHINE) == {"M1": Fraction(1, 2), "M2": Fraction(1), "M3": Fraction(0)}
        assert shares("pm_compliance", site, By.LINE) == {"LINE-1": Fraction(2, 3), "LINE-2": Fraction(0)}
        assert whole("pm_compliance", site) == Fraction(1, 2)
        assert shares("pm_compliance", site, By.SITE) == {"": Fraction(1, 2)}
        assert shares("pm_compliance", site, By.DAY) == {"2026-03-02": Fraction(2, 3), "2026-03-03": Fraction(0)}
        assert whole("pm_compliance", site, Scope(equipment=served.line.pk)) == Fraction(2, 3)
        assert kpi_table(BOOK["pm_compliance"], site, WINDOW, By.DAY, Scope(definition=1)).rows == []


def test_nothing_planned_or_due_is_no_figure_and_not_a_hundred_percent(plant: Plant) -> None:
    for name in ("first_pass_yield", "schedule_adherence", "pm_compliance"):
        found = kpi_values((BOOK[name],), plant.site, WINDOW)[name]
        assert (found.value, found.missing) == (None, Missing.NO_DATA)


def test_figures_of_another_site_do_not_come_in(passed: Plant, other_site: Site) -> None:
    assert shares("first_pass_yield", other_site, By.MACHINE) == {}


@pytest.fixture
def api(owner: User) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(owner, backend=BACKEND)
    return client


def test_api_export_and_pages_give_one_value_with_its_target(passed: Plant, api: Client) -> None:
    make_target(passed.site, kpi="first_pass_yield", value=D("0.95"), equipment=passed.line)
    asked = {"site": "P1", "first": WINDOW.first, "last": WINDOW.last, "by": "line"}
    body: Any = api.get("/api/v1/kpis/first_pass_yield/values/", asked).json()
    assert (body["version"], body["total"]["value"]) == (2, str(round(D(160) / D(190), 12)))
    assert [(row["key"], row["value"], row["target"]) for row in body["results"]] == [
        ("LINE-1", "0.887500000000", "0.950000000000"), ("LINE-2", "0.600000000000", None),
    ]  # fmt: skip
    assert api.get("/api/v1/kpis/pm_compliance/values/", {**asked, "by": "order"}).status_code == 400
    lines = b"".join(api.get("/api/v1/kpis/first_pass_yield/csv/", asked).streaming_content).decode()  # type: ignore[attr-defined]
    assert "0.8875" in lines
    days = f"first={WINDOW.first}&last={WINDOW.last}"
    book = api.get(f"/kpis/?{days}").content.decode()
    assert "84.2" in book
    page = api.get(f"/kpis/first_pass_yield/?{days}&by=line").content.decode()
    assert "LINE-1" in page
    assert "88.8" in page
    why = api.get(f"/figures/first_pass_yield/why/?{days}").content.decode()
    assert "/orders/A2/" in why
    assert "Quantities reported" in api.get(f"/figures/first_pass_yield/why/?{days}&order=B").content.decode()


def test_orders_and_due_dates_behind_the_figures_open(planned: Plant, served: Plant, api: Client) -> None:
    days = f"first={WINDOW.first}&last={WINDOW.last}"
    rows = orders_behind(BOOK["schedule_adherence"], planned.site, WINDOW)
    assert sum((row.evidence for row in rows), Kept()) == Kept(8, 4)
    assert "/orders/D/" in api.get(f"/figures/schedule_adherence/why/?{days}").content.decode()
    page = api.get(f"/figures/pm_compliance/why/?{days}").content.decode()
    assert "1 of 2" in page
    assert "/machines/M1/" in page
    words = [re.sub(r"<[^>]+>", "", cell) for cell in re.findall(r"<td>(.*?)</td>", page)]
    assert [words.count(each) for each in ("in time", "late", "not done")] == [2, 1, 2]
    of_machine = api.get(f"/figures/pm_compliance/why/?{days}&machine=M1").content.decode()
    assert "1 of 2" in of_machine
    assert "not done" not in of_machine


@pytest.mark.parametrize(("kpi", "most"), [("first_pass_yield", 7), ("schedule_adherence", 2), ("pm_compliance", 2)])
def test_statements_do_not_depend_on_the_window_or_the_slices(
    passed: Plant, kpi: str, most: int, django_assert_max_num_queries: Any
) -> None:
    for window in (WINDOW, Window(date(2025, 1, 1), date(2026, 12, 31))):
        with django_assert_max_num_queries(most):
            kpi_table(BOOK[kpi], passed.site, window, By.MACHINE)
