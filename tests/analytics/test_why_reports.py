"""Figures of reports, orders and due dates open to every report and order; what is listed adds up to the figure."""

import re
import uuid
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db.models import Q
from django.test import Client, RequestFactory

from analytics.engine.book import BOOK
from analytics.engine.kpi import Basis, Kpi, microseconds
from analytics.engine.kpi_evidence import DueTotals, OrderTotals
from analytics.engine.parts import Counts, Flow, Parts, Quantities, Times
from analytics.selectors.kpis import kpi_table
from analytics.selectors.series import By
from analytics.selectors.slices import Window
from analytics.selectors.why_orders import counted_of, orders_behind
from analytics.selectors.why_reports import (
    ORDERS_OF,
    QUANTITIES_OF,
    TIMES_OF,
    Narrowed,
    quantity_reports,
    time_reports,
)
from analytics.services.rebuild import rebuild_days
from analytics.views import why_reports as page
from mom.accounts.models import Site, User
from mom.core import clock
from mom.core.actor import Actor, system_actor
from mom.core.testing import acting
from mom.plant.models import Equipment
from mom.work.models import JobResponse, QuantityReport, WorkRequest
from mom.work.services import quantity_report
from production.models import ProductionRequest
from tests.analytics.reporting import Shop
from tests.analytics.test_kpi_golden import DAYS, REPORTS, WINDOW

BACKEND = "mom.accounts.backends.PasswordBackend"
REPORTED = [kpi for kpi in BOOK.values() if kpi.basis == Basis.REPORTS]
OF_ORDERS = [kpi for kpi in BOOK.values() if kpi.basis in {Basis.ORDERS, Basis.DUE}]
QUERY = f"first={WINDOW.first}&last={WINDOW.last}"


@pytest.fixture
def shop(site: Site) -> Shop:
    """The golden case, with two reports taken back, one of which leaves its kind empty, and an order due early."""
    with acting() as act:
        shop = Shop.make(site)
        shop.record(act, REPORTS)
        for name, at in (
            ("WO-1", datetime(2026, 3, 2, 10, tzinfo=UTC)),
            ("WO-2", datetime(2026, 3, 4, 10, tzinfo=UTC)),
        ):
            WorkRequest.objects.filter(code=name).update(due_at=at)
            ProductionRequest.objects.filter(work_request__code=name).update(quantity=40)
    for kind in ("review", "scrap"):
        report = QuantityReport.objects.filter(kind=kind).order_by("pk")[0]
        quantity_report.reverse(system_actor("test"), report.pk, reason="miscounted", op_uuid=uuid.uuid4())
    with acting():
        rebuild_days(site, DAYS)
    return shop


def listed(kpi: Kpi, shop: Shop, only: Narrowed) -> list[Any]:
    """All rows that the pages of a figure show, read page by page."""
    reader = page.Reader(Actor("user", "1", "x", {}), shop.site, RequestFactory().get("/"))
    (found,), _parts = page.reports_behind(reader, kpi, WINDOW, only)
    paginator = found.page.paginator
    rows = [row for number in paginator.page_range for row in paginator.page(number)]
    assert len(rows) == found.total
    return rows


def parts_of(rows: Iterable[Any]) -> Parts:
    """The parts that these rows give, row by row."""
    whole = Parts()
    for row in rows:
        if isinstance(row, QuantityReport):
            is_reworked = row.kind == "good" and row.job_response is not None and row.job_response.is_rework
            made = Quantities(**{row.kind: row.quantity}, **({"reworked": row.quantity} if is_reworked else {}))
            whole += Parts(by_unit=((row.unit, made),))
            continue
        assert isinstance(row, JobResponse)
        name = row.work_kind if row.work_kind in {"setup", "production", "breakdown"} else "other"
        sign = -1 if row.reverses_id else 1
        whole += Parts(times=Times(**{name: row.duration or timedelta()}), counts=Counts(**{name: sign}))
    return whole


def test_every_figure_of_reports_says_what_it_is_made_of() -> None:
    assert {kpi.id for kpi in REPORTED} == {*QUANTITIES_OF, *TIMES_OF, *ORDERS_OF}
    assert not set(QUANTITIES_OF) & set(TIMES_OF)


@pytest.mark.parametrize("kpi", [kpi for kpi in REPORTED if kpi.id not in ORDERS_OF], ids=lambda kpi: kpi.id)
def test_reports_listed_add_up_to_the_figure(shop: Shop, kpi: Kpi, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, "PER_PAGE", 2)
    table = kpi_table(kpi, shop.site, WINDOW, By.MACHINE)
    assert kpi.of(parts_of(listed(kpi, shop, Narrowed()))) == table.whole
    machines = {row.slice.pk: row.value for row in table.rows}
    assert len(machines) > 1
    for machine, value in machines.items():
        only = Narrowed(equipment=machine) if machine is not None else Narrowed(is_placeless=True)
        assert kpi.of(parts_of(listed(kpi, shop, only))).value == value.value


def test_sums_said_above_the_rows_are_those_of_the_rows(shop: Shop) -> None:
    for kpi, which in QUANTITIES_OF.items():
        found = quantity_reports(shop.site, WINDOW, Narrowed(), which)
        assert sum(each.reports for each in found.sums) == len(found.rows), kpi
        assert sum(each.amount for each in found.sums) == sum(row.quantity for row in found.rows), kpi
        assert BOOK[kpi].of(found.parts) == kpi_table(BOOK[kpi], shop.site, WINDOW, By.MACHINE).whole
    for kpi, which in TIMES_OF.items():
        found = time_reports(shop.site, WINDOW, Narrowed(), which)
        assert sum(each.reports for each in found.sums) == len(found.rows), kpi
        assert sum((each.amount for each in found.sums), timedelta()) == sum(
            (row.duration for row in found.rows), timedelta()
        )
        assert BOOK[kpi].of(found.parts) == kpi_table(BOOK[kpi], shop.site, WINDOW, By.MACHINE).whole


@pytest.mark.parametrize("kpi", [*OF_ORDERS, *(BOOK[name] for name in sorted(ORDERS_OF))], ids=lambda kpi: kpi.id)
def test_orders_listed_add_up_to_the_figure(shop: Shop, kpi: Kpi) -> None:
    empty: Any = {Basis.REPORTS: Parts(), Basis.ORDERS: OrderTotals(), Basis.DUE: DueTotals()}[kpi.basis]
    rows = orders_behind(kpi, shop.site, WINDOW)
    whole = empty
    for row in rows:
        whole = whole + row.evidence
    assert len(rows) == 2
    assert kpi.of(whole) == kpi_table(kpi, shop.site, WINDOW, By.SITE).whole
    if kpi.basis == Basis.REPORTS:
        assert whole.flow != Flow()


def test_reports_of_an_order_add_up_to_what_the_order_counts(shop: Shop) -> None:
    for row in orders_behind(BOOK["throughput_rate"], shop.site, WINDOW):
        only = Narrowed(work_request=row.pk)
        times = time_reports(shop.site, None, only, Q())
        pieces = list(quantity_reports(shop.site, None, only, Q()).rows)
        assert row.evidence.busy == microseconds(times.parts.times.total)
        assert row.evidence.production == microseconds(times.parts.times.production)
        last = max(piece.output.job_order_id for piece in pieces if piece.output is not None)
        out = sum(piece.quantity for piece in pieces if piece.output is not None and piece.output.job_order_id == last)
        assert row.evidence.pieces.produced == out
        assert row.evidence.pieces.scrapped == sum(piece.quantity for piece in pieces if piece.kind == "scrap")


def test_good_in_time_of_a_due_order_is_in_its_reports(shop: Shop) -> None:
    rows = {row.code: row for row in orders_behind(BOOK["schedule_attainment"], shop.site, WINDOW)}
    for code, row in rows.items():
        order = WorkRequest.objects.get(code=code)
        pieces = quantity_reports(shop.site, None, Narrowed(work_request=row.pk), Q(kind="good")).rows
        last = max(piece.output.job_order_id for piece in pieces)
        in_time = sum(
            (each.quantity for each in pieces if each.output.job_order_id == last and each.occurred_at <= order.due_at),
            Decimal(0),
        )
        assert row.evidence.pieces.attained == min(Decimal(40), in_time)
    assert rows["WO-1"].evidence.pieces.attained == 0, "its last operation ran after it was due"


def test_order_due_tomorrow_is_not_missed_today(shop: Shop) -> None:
    later = clock.now() + timedelta(days=1)
    WorkRequest.objects.filter(code="WO-2").update(due_at=later)
    window = Window(WINDOW.first, (later + timedelta(days=1)).date())
    judged = [row.code for row in orders_behind(BOOK["orders_on_time"], shop.site, window)]
    asked_for = [row.code for row in orders_behind(BOOK["takt_time"], shop.site, window)]
    assert judged == ["WO-1"]
    assert asked_for == ["WO-1", "WO-2"]


def test_counted_reports_of_an_order_are_what_it_brings_to_the_figure(shop: Shop) -> None:
    found = 0
    for kpi in (BOOK["schedule_attainment"], BOOK["finished_pieces"]):
        for row in orders_behind(kpi, shop.site, WINDOW):
            which = counted_of(kpi, shop.site, WINDOW, row.pk)
            assert which is not None
            counted = quantity_reports(shop.site, None, Narrowed(work_request=row.pk), which)
            sums = sum((report.quantity for report in counted.rows), Decimal(0))
            assert sums == sum(each.amount for each in counted.sums)
            pieces = row.evidence.pieces
            assert sums == pieces.good if kpi.basis == Basis.OUTPUT else min(sums, Decimal(40)) == pieces.attained
            found += len(counted.rows)
    assert found
    assert counted_of(BOOK["throughput_rate"], shop.site, WINDOW, 1) is None


@pytest.fixture
def reader(owner: User, shop: Shop) -> Client:
    client = Client()
    client.force_login(owner, backend=BACKEND)
    return client


def test_page_lists_the_reports_with_who_when_and_what_undid_them(reader: Client, shop: Shop) -> None:
    text = reader.get(f"/figures/scrap_quantity/why/?{QUERY}").content.decode()
    assert "/orders/WO-1/" in text
    assert "machine=M1" in text
    assert "taken back" in text
    assert "takes back" in text
    assert "miscounted" in text
    assert "ANN" in text
    at_m2 = reader.get(f"/figures/scrap_quantity/why/?{QUERY}&machine=M2").content.decode()
    assert "miscounted" not in at_m2
    assert "Show all" in at_m2


def test_page_says_how_many_there_are_and_turns(reader: Client, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, "PER_PAGE", 2)
    count = JobResponse.objects.filter(duration__isnull=False).count()
    first = reader.get(f"/figures/load/why/?{QUERY}").content.decode()
    assert f"1 to 2 of {count}" in first
    assert re.search(r'href="\?[^"]*page=2', first) or re.search(r'href="\?[^"]*times=2', first)
    second = reader.get(f"/figures/load/why/?{QUERY}&times=2").content.decode()
    assert f"3 to 4 of {count}" in second


def test_page_of_orders_opens_each_to_its_reports(reader: Client, shop: Shop) -> None:
    for kpi in (*(each.id for each in OF_ORDERS), "finished_pieces", "orders_finished", "takt_time"):
        text = reader.get(f"/figures/{kpi}/why/?{QUERY}").content.decode()
        assert "/orders/WO-2/" in text, kpi
        assert "order=WO-2" in text, kpi
        opened = reader.get(f"/figures/{kpi}/why/?{QUERY}&order=WO-2").content.decode()
        assert "Quantities reported" in opened
        assert "Time reported" in opened
        assert ("Counted:" in opened) == (BOOK[kpi].basis in {Basis.DUE, Basis.OUTPUT})
        assert "/orders/WO-1/" not in opened
    assert reader.get(f"/figures/takt_time/why/?{QUERY}&order=NONE").status_code == 404


def test_page_of_a_figure_that_waits_for_new_facts_says_so(reader: Client, shop: Shop) -> None:
    assert "new facts" not in reader.get(f"/figures/completed_quantity/why/?{QUERY}").content.decode()
    report = QuantityReport.objects.filter(kind="good").order_by("pk")[0]
    quantity_report.reverse(system_actor("test"), report.pk, reason="twice", op_uuid=uuid.uuid4())
    assert "new facts" in reader.get(f"/figures/completed_quantity/why/?{QUERY}").content.decode()


def test_orders_of_another_site_do_not_exist(reader: Client, shop: Shop, other_site: Site) -> None:
    with acting() as act:
        far = Shop.make(other_site)
        far.record(act, [{**REPORTS[1], "order": "FAR-1"}])
    assert reader.get(f"/figures/load/why/?{QUERY}&order=FAR-1").status_code == 200  # reports are not told by order
    assert reader.get(f"/figures/orders_on_time/why/?{QUERY}&order=FAR-1").status_code == 404
    assert "FAR-1" not in reader.get(f"/figures/completed_quantity/why/?{QUERY}").content.decode()
    assert Equipment.objects.filter(site=other_site).exists()


@pytest.mark.parametrize("kpi", ["completed_quantity", "load", "schedule_attainment", "orders_finished", "takt_time"])
def test_statements_of_the_page_do_not_depend_on_the_rows(
    reader: Client, shop: Shop, kpi: str, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(29):
        assert reader.get(f"/figures/{kpi}/why/?{QUERY}").status_code == 200
    with acting() as act:
        shop.record(act, [{**row, "order": f"WO-{n}"} for n in range(3, 9) for row in REPORTS[:4]])
        rebuild_days(shop.site, DAYS)
    with django_assert_max_num_queries(29):
        assert reader.get(f"/figures/{kpi}/why/?{QUERY}").status_code == 200
