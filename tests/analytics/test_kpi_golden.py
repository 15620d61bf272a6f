"""The KPI book against a case worked by hand: `tests/golden/kpi_two_machines`."""

import json
import random
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from analytics.engine.book import BOOK
from analytics.engine.book_reported import REPORTED
from analytics.models import LabourBucket, OrderFlow, WorkBucket
from analytics.selectors.flow import breakdown_pareto, work_in_progress
from analytics.selectors.kpis import kpi_table
from analytics.selectors.slices import By, Window, parts_total
from analytics.services.rebuild import rebuild_days
from mom.accounts.models import Site
from mom.core.testing import acting
from mom.work.models import WorkRequest
from tests.analytics.reporting import Shop

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "kpi_two_machines"
REPORTS = json.loads((GOLDEN / "input.json").read_text())["reports"]
EXPECTED = json.loads((GOLDEN / "expected.json").read_text())
WINDOW = Window(date(2026, 3, 1), date(2026, 3, 4))
DAYS = [date(2026, 3, day) for day in (1, 2, 3, 4)]


def exact(expected: str | list[str]) -> Decimal:
    """A number, or a fraction given as numerator and denominator."""
    return Decimal(expected) if isinstance(expected, str) else Decimal(expected[0]) / Decimal(expected[1])


@pytest.fixture
def shop(site: Site) -> Shop:
    with acting() as act:
        shop = Shop.make(site)
        shop.record(act, REPORTS)
        rebuild_days(site, DAYS)
    return shop


def test_kpi_total_equals_hand_worked_case(shop: Shop) -> None:
    parts = parts_total(shop.site, WINDOW)

    assert {name: BOOK[name].of(parts).value for name in EXPECTED["total"]} == {
        name: exact(value) for name, value in EXPECTED["total"].items()
    }
    assert set(EXPECTED["total"]) == {kpi.id for kpi in REPORTED}, "a KPI of reported work is not in the golden case"


@pytest.mark.parametrize(("by", "name"), [(By.MACHINE, "by_machine"), (By.PERSON, "by_person"), (By.DAY, "by_day")])
def test_kpi_by_slice_equals_hand_worked_case(shop: Shop, by: By, name: str) -> None:
    for key, figures in EXPECTED[name].items():
        for figure, value in figures.items():
            rows = {row.slice.key: row.value.value for row in kpi_table(BOOK[figure], shop.site, WINDOW, by).rows}
            assert rows[key] == exact(value), (key, figure)


def test_kpi_whole_is_computed_from_the_sum_not_from_the_rows(shop: Shop) -> None:
    table = kpi_table(BOOK["reported_quality_ratio"], shop.site, WINDOW, By.MACHINE)

    mean_of_rows = sum((row.value.value or Decimal(0) for row in table.rows), Decimal(0)) / len(table.rows)
    assert table.whole.value == Decimal(65) / Decimal(69)
    assert table.whole.value != mean_of_rows


def test_orders_in_work_equal_hand_worked_case(shop: Shop) -> None:
    rows = work_in_progress(shop.site, WINDOW)

    assert {row.day.isoformat(): row.in_work for row in rows} == EXPECTED["in_work"]
    assert sum(row.finished for row in rows) == 2


def test_pareto_ranks_machines_and_adds_up_to_one(shop: Shop) -> None:
    (row,) = breakdown_pareto(shop.site, WINDOW)

    assert (row.slice.key, row.count, row.share, row.cumulative) == ("M1", 1, 1, 1)


def snapshot() -> list[Any]:
    """Every bucket and flow, without its key."""
    tables = []
    for model in (WorkBucket, LabourBucket, OrderFlow):
        names = [field.attname for field in model._meta.fields if field.name != "id"]
        tables.append(sorted(map(str, model.objects.values_list(*names))))
    return tables


def test_rebuild_twice_or_in_any_order_gives_the_same_buckets(shop: Shop) -> None:
    before = snapshot()

    for seed in range(5):
        days = [*DAYS, *DAYS]
        random.Random(seed).shuffle(days)
        with acting():
            for day in days:
                rebuild_days(shop.site, [day])

        assert snapshot() == before
    assert all(before), "an empty table proves nothing"


def test_reports_in_any_order_of_arrival_give_the_same_figures(site: Site) -> None:
    shuffled = list(REPORTS)
    random.Random(7).shuffle(shuffled)
    with acting() as act:
        shop = Shop.make(site)
        for row in shuffled:
            shop.record(act, [row])
            rebuild_days(site, DAYS)

    parts = parts_total(site, WINDOW)
    assert {name: BOOK[name].of(parts).value for name in EXPECTED["total"]} == {
        name: exact(value) for name, value in EXPECTED["total"].items()
    }


def test_kpi_without_data_has_no_value_and_says_so(site: Site) -> None:
    parts = parts_total(site, WINDOW)

    assert BOOK["reported_quality_ratio"].of(parts).missing == "no_data"
    assert BOOK["reported_quality_ratio"].of(parts).value is None
    assert BOOK["order_lead_time"].of(parts).value is None
    assert BOOK["load"].of(parts).value == 0


def test_quantities_of_several_units_are_not_added(site: Site) -> None:
    with acting() as act:
        Shop.make(site).record(act, REPORTS[:2])
        Shop.make(site, "KGM").record(act, [{**REPORTS[3], "order": "WO-9"}])
        rebuild_days(site, DAYS)

    parts = parts_total(site, WINDOW)
    assert BOOK["completed_quantity"].of(parts).missing == "mixed_units"
    assert BOOK["load"].of(parts).value == Decimal(8)


@pytest.mark.parametrize("status", ["aborted", "cancelled"])
def test_order_given_up_is_not_in_work_for_ever_nor_finished(shop: Shop, status: str) -> None:
    before = work_in_progress(shop.site, WINDOW)
    with acting():
        WorkRequest.objects.filter(site=shop.site).update(status=status)
    rows = work_in_progress(shop.site, WINDOW)
    assert [row.in_work for row in rows] == [row.in_work for row in before]
    assert sum(row.finished for row in before) > 0
    assert sum(row.finished for row in rows) == 0
