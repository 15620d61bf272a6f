"""Capability in the KPI book: the worst characteristic with its name, the same numbers as on its chart."""

import uuid
from copy import copy
from datetime import date, datetime, timedelta
from decimal import Decimal
from statistics import fmean, stdev
from typing import Any

import pytest
import time_machine
from django.test import Client

from analytics.engine.book import BOOK
from analytics.engine.kpi import Missing
from analytics.selectors.kpis import kpi_table, kpi_values
from analytics.selectors.series import By, Scope
from analytics.selectors.slices import Window
from mom.accounts.models import Site, User
from mom.core import clock
from mom.core.testing import acting
from mom.plant.engine.calendar import local_day
from quality.engine.capability import capability, estimates, machine_capability
from quality.models import ControlChart
from quality.public import capabilities
from quality.selectors.chart import chart_view
from tests.factories.quality import Floor, bore

pytestmark = pytest.mark.django_db
BACKEND = "mom.accounts.backends.PasswordBackend"
DEPTH = bore(code="2", name="Depth")
D = Decimal


@pytest.fixture
def floor(site: Site) -> Floor:
    """Bore: four steady samples, limits frozen, sixteen more (60 values). Depth: two samples, no limits."""
    floor = Floor(site, bore(), DEPTH)
    floor.steady()
    for number in range(16):
        wobble = D("0.02") * (number % 3 - 1)
        floor.measure(*(str(D(value) + wobble) for value in ("9.9", "10.0", "10.1")))
    for _each in range(2):
        floor.measure("9.9", "10.0", "10.1", code="2")
    return floor


def window(site: Site) -> Window:
    today = local_day(clock.now(), site.zone)
    return Window(today - timedelta(days=1), today)


def test_book_says_what_the_chart_says(floor: Floor) -> None:
    site = floor.site
    chart = chart_view(floor.chart()).capability
    assert chart is not None
    assert chart.cp is not None
    found = kpi_values(tuple(BOOK[name] for name in ("cp", "cpk")), site, window(site))
    assert found["cp"].value == D(repr(chart.cp.value))
    assert found["cpk"].value == D(repr(chart.cpk.value))
    assert found["cp"].of == "Bore (CP-1 1 CNC-03)"


def test_machine_capability_is_of_the_last_job_with_fifty_values(floor: Floor) -> None:
    """Worked out again from the values: (10.5 - 9.5) / 6 s of the job's 60, and the nearer limit over 3 s."""
    site, about = floor.site, floor.about()
    values = [float(each) for sample in floor.about().samples.order_by("number") for each in sample.values]
    assert len(values) == 60
    spread, mean = stdev(values), fmean(values)
    lower, upper = float(about.lower_limit or 0), float(about.upper_limit or 0)
    found = kpi_values((BOOK["cm"], BOOK["cmk"]), site, window(site))
    assert float(found["cm"].value or 0) == pytest.approx((upper - lower) / (6 * spread), rel=1e-12)
    nearer = min(upper - mean, mean - lower) / (3 * spread)
    assert float(found["cmk"].value or 0) == pytest.approx(nearer, rel=1e-12)
    floor.job = floor.order("WO-2")
    for _each in range(3):
        floor.measure("9.7", "10.0", "10.3")  # nine values of another job: too few, the sixty still stand
    assert kpi_values((BOOK["cm"],), site, window(site))["cm"].value == found["cm"].value


def test_fewer_than_fifty_values_of_a_job_give_no_machine_capability() -> None:
    values = [10.0, 10.2] * 25
    assert machine_capability(values[:49], 9.0, 11.0) is None
    made = machine_capability(values, 9.0, 11.0)
    assert made is not None
    assert made[0] == pytest.approx(2 / (6 * stdev(values)))
    one_sided = machine_capability(values, None, 11.0)
    assert one_sided is not None
    assert one_sided[0] is None


def test_worst_of_a_place_and_each_by_itself(floor: Floor) -> None:
    """Depth has no frozen limits: no process capability, and no word about it in the whole."""
    site = floor.site
    table = kpi_table(BOOK["cpk"], site, window(site), By.CHARACTERISTIC)
    assert [(row.slice.key, row.value.value is None) for row in table.rows] == [
        ("CP-1 1 CNC-03", False), ("CP-1 2 CNC-03", True),
    ]  # fmt: skip
    worst = min(row.value.value for row in table.rows if row.value.value is not None)
    for by in (By.SITE, By.MACHINE, By.AREA, By.MATERIAL):
        assert [row.value.value for row in kpi_table(BOOK["cpk"], site, window(site), by).rows] == [worst], by
    assert table.whole.value == worst
    other = Floor(site, tag="X-", is_begun=False)
    assert kpi_table(BOOK["cpk"], site, window(site), By.SITE, Scope(equipment=other.machine.pk)).rows == []
    with pytest.raises(LookupError):
        kpi_table(BOOK["cpk"], site, window(site), By.DAY)


def test_figure_stands_at_the_end_of_the_period_and_only_where_something_was_measured(floor: Floor) -> None:
    site = floor.site
    tomorrow = clock.now() + timedelta(days=2)
    before = kpi_values((BOOK["cpk"],), site, window(site))["cpk"].value
    with time_machine.travel(tomorrow, tick=False):
        floor.measure("9.6", "10.0", "10.4")
    with time_machine.travel(tomorrow + timedelta(seconds=1), tick=False):
        after = kpi_values((BOOK["cpk"],), site, window(site))["cpk"].value
        then = Window(window(site).first - timedelta(days=2), window(site).last - timedelta(days=2))
        assert kpi_values((BOOK["cpk"],), site, then)["cpk"].value == before
        assert after is not None
        assert before is not None
        assert after != before
    empty = kpi_values((BOOK["cpk"],), site, Window(date(2020, 1, 1), date(2020, 1, 2)))["cpk"]
    assert (empty.value, empty.missing) == (None, Missing.NO_DATA)


def test_sample_taken_back_is_in_no_index(floor: Floor) -> None:
    site = floor.site
    before = kpi_values((BOOK["cpk"],), site, window(site))["cpk"].value
    wrong = floor.measure("9.6", "10.0", "10.4")
    assert kpi_values((BOOK["cpk"],), site, window(site))["cpk"].value != before
    with acting():
        back = copy(wrong)
        back.pk, back.number, back.reverses, back.reversal_reason, back.op_uuid = (
            None,
            None,
            wrong,
            "Gauge",
            uuid.uuid4(),
        )
        back.save()
    assert kpi_values((BOOK["cpk"],), site, window(site))["cpk"].value == before


def test_estimates_are_the_values_of_the_intervals() -> None:
    values = [9.8, 10.0, 10.1, 10.3, 9.9, 10.2]
    plain, whole = estimates(values, 0.12, 9.5, 10.5), capability(values, 0.12, 9.5, 10.5)
    assert plain is not None
    assert whole is not None
    assert whole.cp is not None
    assert whole.pp is not None
    assert (plain.cp, plain.cpk, plain.pp, plain.ppk) == (
        whole.cp.value, whole.cpk.value, whole.pp.value, whole.ppk.value,
    )  # fmt: skip


def test_statements_do_not_depend_on_how_many_characteristics(floor: Floor, django_assert_max_num_queries: Any) -> None:
    assert ControlChart.objects.count() == 2
    with django_assert_max_num_queries(6):
        kpi_table(BOOK["cpk"], floor.site, window(floor.site), By.MACHINE)
    with django_assert_max_num_queries(1):
        assert capabilities(floor.site, datetime(2020, 1, 1).astimezone(), datetime(2020, 1, 2).astimezone()) == []


def test_api_page_and_why_name_the_worst_and_list_all(floor: Floor, client: Client, owner: User) -> None:
    client.force_login(owner, backend=BACKEND)
    days = window(floor.site)
    body: Any = client.get("/api/v1/kpis/cpk/values/", {"site": floor.site.code}).json()
    assert (body["by"], body["total"]["of"]) == ("site", "Bore (CP-1 1 CNC-03)")
    asked = f"first={days.first}&last={days.last}"
    assert "worst: Bore (CP-1 1 CNC-03)" in client.get(f"/kpis/?{asked}").content.decode()
    page = client.get(f"/kpis/cpk/?{asked}&by=characteristic").content.decode()
    assert "worst: Bore" in page
    chart = floor.chart()
    assert f"/charts/{chart.pk}/" in page
    why = client.get(f"/figures/cpk/why/?{asked}").content.decode()
    assert f"/charts/{chart.pk}/" in why
    assert "CP-1 2 CNC-03" in why
    export: Any = client.get(f"/kpis/cpk/export/?{asked}&as=csv")
    assert "Bore (CP-1 1 CNC-03)" in b"".join(export.streaming_content).decode()
