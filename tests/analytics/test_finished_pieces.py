"""Pieces leave an order at its last operation: the hand-worked case `tests/golden/three_operations`, in every place."""

import csv
import io
import json
import uuid
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from analytics.engine.book import BOOK
from analytics.engine.kpi import Missing
from analytics.engine.kpi_evidence import OutPieces, OutTotals
from analytics.selectors import overview
from analytics.selectors.kpis import kpi_table, kpi_values
from analytics.selectors.series import By, Scope
from analytics.selectors.series_output import OutputOnly, reports_out
from analytics.selectors.slices import Window
from analytics.selectors.why_orders import orders_behind
from analytics.services.rebuild import rebuild_days
from mom.accounts.models import Site, User
from mom.core.actor import system_actor
from mom.core.testing import acting
from mom.work.engine.terms import QuantityKind
from mom.work.models import JobOrder, WorkRequest
from mom.work.services import quantity_report
from tests.factories.work import give, make_chain

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "three_operations"
CASE = json.loads((GOLDEN / "input.json").read_text())
EXPECTED = json.loads((GOLDEN / "expected.json").read_text())
WINDOW = Window(date(2026, 3, 2), date(2026, 3, 3))
KPI = BOOK["finished_pieces"]
BACKEND = "mom.accounts.backends.PasswordBackend"


@pytest.fixture
def shop(site: Site) -> Site:
    jobs: dict[tuple[str, str], JobOrder] = {}
    for code in CASE["orders"]:
        chain = make_chain(site, *CASE["operations"], code=code)
        jobs |= {(code, name): job for name, job in zip(CASE["operations"], chain, strict=True)}
    for place, job in jobs.items():
        give(job, "cancel" if list(place) in CASE["cancelled"] else "start")
    who = system_actor("test")
    for row in CASE["reports"]:
        line = quantity_report.Reported(QuantityKind(row["kind"]), Decimal(row["quantity"]))
        job, at = jobs[row["order"], row["operation"]], datetime.fromisoformat(row["at"])
        (report,) = quantity_report.report(who, job.pk, [line], op_uuid=uuid.uuid4(), occurred_at=at)
        if row.get("taken_back"):
            quantity_report.reverse(who, report.pk, reason="miscounted", op_uuid=uuid.uuid4())
    with acting():
        rebuild_days(site, [WINDOW.first, WINDOW.last])
    return site


def test_finished_pieces_equal_the_hand_worked_case(shop: Site) -> None:
    found = kpi_values((KPI, BOOK["completed_quantity"]), shop, WINDOW)
    assert found["finished_pieces"].value == Decimal(EXPECTED["finished_pieces"])
    assert found["completed_quantity"].value == Decimal(EXPECTED["completed_quantity"])
    assert found["finished_pieces"].unit == found["completed_quantity"].unit


@pytest.mark.parametrize(("by", "name"), [(By.ORDER, "by_order"), (By.DAY, "by_day"), (By.MONTH, "by_month")])
def test_finished_pieces_by_slice_equal_the_hand_worked_case(shop: Site, by: By, name: str) -> None:
    table = kpi_table(KPI, shop, WINDOW, by)
    assert {row.slice.key: row.value.value for row in table.rows} == {
        key: Decimal(value) for key, value in EXPECTED[name].items()
    }
    assert table.whole.value == Decimal(EXPECTED["finished_pieces"])


def test_finished_pieces_may_be_narrowed_to_an_order(shop: Site) -> None:
    for code in CASE["orders"]:
        only = Scope(work_request=WorkRequest.objects.get(code=code).pk)
        found = kpi_table(KPI, shop, WINDOW, By.SITE, only).whole.value
        assert found == Decimal(EXPECTED["by_order"].get(code, "0"))
    assert kpi_table(KPI, shop, WINDOW, By.SITE, Scope(shift="early")).whole.value == 0


def test_finished_pieces_open_to_orders_and_reports_that_add_up(shop: Site) -> None:
    rows = orders_behind(KPI, shop, WINDOW)
    assert {row.code: row.evidence.pieces.good for row in rows} == {
        code: Decimal(value) for code, value in EXPECTED["by_order"].items()
    }
    reports = reports_out(shop, WINDOW, OutputOnly())
    assert sum(report.quantity for report in reports) == Decimal(EXPECTED["finished_pieces"])


def test_tile_api_and_export_give_one_value(shop: Site, owner: User) -> None:
    tile = next(each for each in overview.tiles(shop, WINDOW) if each.kpi == KPI)
    assert tile.now.value == Decimal(EXPECTED["finished_pieces"])
    assert [value for value in tile.series if value] == [Decimal(each) for each in EXPECTED["by_day"].values()]
    client = Client()
    client.force_login(owner, backend=BACKEND)
    asked = {"site": "P1", "first": WINDOW.first.isoformat(), "last": WINDOW.last.isoformat()}
    body: Any = client.get("/api/v1/kpis/finished_pieces/values/", {**asked, "by": "order"}).json()
    assert Decimal(body["total"]["value"]) == tile.now.value
    answer: Any = client.get("/api/v1/kpis/finished_pieces/csv/", {**asked, "by": "day"})
    lines = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert {line["key"]: Decimal(line["value"]) for line in lines} == {
        **{key: Decimal(value) for key, value in EXPECTED["by_day"].items()}, "total": tile.now.value,
    }  # fmt: skip
    page = client.get(f"/figures/finished_pieces/why/?first={WINDOW.first}&last={WINDOW.last}").content.decode()
    assert "/orders/WO-C/" in page
    assert "/orders/WO-B/" not in page


def test_statements_do_not_depend_on_the_orders(shop: Site, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        kpi_table(KPI, shop, WINDOW, By.DAY)
    with django_assert_num_queries(2):
        kpi_table(KPI, shop, Window(date(2024, 1, 1), date(2026, 12, 31)), By.ORDER)


def test_finished_pieces_of_several_units_do_not_add_up() -> None:
    both = OutTotals((("C62", OutPieces(Decimal(3))),)) + OutTotals((("KGM", OutPieces(Decimal(1))),))
    assert KPI.of(both).missing == Missing.MIXED_UNITS
    assert KPI.of(OutTotals()).value == 0
