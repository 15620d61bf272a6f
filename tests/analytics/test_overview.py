"""The overview: figures with a yardstick, machines with their job, what needs somebody; all of it in few statements."""

import uuid
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from analytics.engine.book import BOOK
from analytics.engine.kpi import KpiValue
from analytics.engine.parts import Times
from analytics.models import DirtyDay
from analytics.selectors import overview
from analytics.selectors.flow import work_in_progress
from analytics.selectors.slices import Window
from analytics.services.rebuild import mark_dirty, rebuild_days
from analytics.subscribers import job_order_moved
from analytics.views.overview_reported import day_spans
from mom.core import clock, long_work
from mom.core.actor import Actor, system_actor
from mom.core.models import OutboxEvent, TaskRun
from mom.core.testing import acting
from mom.events.registry import decode
from mom.plant.engine.calendar import local_day
from mom.work.engine.terms import QuantityKind
from mom.work.services import quantity_report
from tests.bench.statements import costs_the_same
from tests.factories.accounts import make_user
from tests.factories.work import give, job_of, make_machine, make_order

pytestmark = pytest.mark.django_db
BOSS: Actor = system_actor("test")


def signed_in(user: Any) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(user, backend="mom.accounts.backends.PasswordBackend")
    return client


def report_good(job: Any, quantity: int) -> None:
    lines = [quantity_report.Reported(QuantityKind.GOOD, Decimal(quantity))]
    quantity_report.report(BOSS, job.pk, lines, op_uuid=uuid.uuid4())


def test_overview_of_nothing_says_how_to_begin(owner: Any) -> None:
    shown = signed_in(owner).get("/").content.decode()
    assert "No machines yet" in shown
    assert "Add your first machine" in shown
    assert "Add your first order" not in shown  # one step at a time
    assert "Quality ratio" not in shown  # no tiles of nothing


def test_overview_of_a_machine_without_orders_leads_to_the_first_order(owner: Any, site: Any) -> None:
    make_machine(site)
    shown = signed_in(owner).get("/").content.decode()
    assert "Add your first machine" not in shown
    assert "Add your first order" in shown
    assert "Nothing needs you" in shown


def test_overview_shows_figures_of_today_and_that_they_wait(owner: Any, site: Any) -> None:
    page = signed_in(owner)
    job = give(job_of(make_order(site, machine=make_machine(site))), "start")
    report_good(job, 24)
    today = local_day(clock.now(), site.zone)
    with acting() as act:
        mark_dirty(act, site, [today])
    shown = page.get("/").content.decode()
    assert "Computing: 1 day" in shown
    assert "24 <span" in shown  # good of the job, read from the ledger: true at once
    with acting():
        overview.DirtyDay.objects.all().delete()
        rebuild_days(site, [today])
    shown = page.get("/").content.decode()
    assert "Computing" not in shown
    assert "24<small>pcs</small>" in shown


def test_tile_is_marked_only_where_it_got_worse() -> None:
    def tile(kpi: str, now: str, before: str) -> overview.Tile:
        return overview.Tile(BOOK[kpi], KpiValue(Decimal(now), "P1"), KpiValue(Decimal(before), "P1"), ())

    assert tile("reported_quality_ratio", "0.97", "0.98").is_worse
    assert not tile("reported_quality_ratio", "0.98", "0.97").is_worse
    assert tile("reported_setup_ratio", "0.3", "0.2").is_worse
    assert not tile("reported_setup_ratio", "0.2", "0.2").is_worse
    assert tile("reported_setup_ratio", "0.3", "0.2").change == Decimal("0.1")


def test_stretches_cover_the_window_once() -> None:
    today = local_day(clock.now(), ZoneInfo("UTC"))
    for days in (1, 5, 8, 30, 31, 365):
        window = Window(today - timedelta(days=days - 1), today)
        stretches = overview._stretches(window)
        assert len(stretches) == min(8, days)
        assert (stretches[0][0], stretches[-1][1]) == (window.first, window.last)
        assert all(after[0] - before[1] == timedelta(days=1) for before, after in pairwise(stretches))


def test_day_of_a_shared_station_with_more_than_24_hours_fits_its_slot() -> None:
    day = clock.now().date()
    spans = day_spans(Times(production=timedelta(hours=40), setup=timedelta(hours=8)), day, 2, 7)
    assert [span.state for span in spans] == ["setup", "run"]
    assert spans[0].start == 2 / 7
    assert spans[-1].end == pytest.approx(3 / 7)
    assert day_spans(None, day, 0, 7) == []


def test_attention_names_what_is_late_and_held(owner: Any, site: Any) -> None:
    now = clock.now()
    make_order(site, "WO-LATE", due_at=now - timedelta(hours=2))
    give(job_of(make_order(site, "WO-HELD")), "start", "hold")
    make_order(site, "WO-FINE", due_at=now + timedelta(hours=2))
    shown = signed_in(owner).get("/").content.decode()
    assert "Job WO-HELD-10 is held" in shown
    assert 'href="/orders/WO-LATE/"' in shown
    assert "WO-FINE" not in shown


def test_P33_overview_is_the_site_s_own(outsider: Any, site: Any) -> None:
    give(job_of(make_order(site, "WO-SECRET", machine=make_machine(site))), "start")
    assert "WO-SECRET" not in signed_in(outsider).get("/").content.decode()
    nobody = make_user("nils", site=site, permissions=["work.view"])
    assert signed_in(nobody).get("/").status_code == 403


def test_P33_overview_shows_no_jobs_and_imports_to_who_may_not_see_them(site: Any) -> None:
    job = give(job_of(make_order(site, "WO-SECRET", machine=make_machine(site))), "start", "hold")
    with acting() as act:
        run = long_work.start(act, "erp.check_import", site.code, "Check of wages.csv")
    TaskRun.objects.filter(pk=run.pk).update(status="failed", finished_at=clock.now())
    seen = {
        name: signed_in(make_user(name, site=site, permissions=rights)).get("/").content.decode()
        for name, rights in (
            ("lena", ["analytics.view", "plant.view"]),
            ("olof", ["analytics.view", "plant.view", "work.view", "erp.view_import"]),
        )
    }
    assert job.code in seen["olof"]
    assert "wages.csv" in seen["olof"]
    assert "WO-SECRET" not in seen["lena"]
    assert "wages.csv" not in seen["lena"]


def test_order_is_in_work_from_its_first_start_though_the_job_still_runs(site: Any) -> None:
    order = make_order(site)
    job = give(job_of(order), "start")
    today = local_day(clock.now(), site.zone)
    with acting() as act:
        for event in OutboxEvent.objects.filter(topic="work.job_order_status_changed"):
            job_order_moved(act, decode(event.topic, event.payload))
        assert list(DirtyDay.objects.values_list("day", flat=True)) == [today]
        rebuild_days(site, [today])
    window = Window(today, today)
    assert [row.in_work for row in work_in_progress(site, window)] == [1]

    give(job, "finish")
    with acting():
        rebuild_days(site, [today])
    assert [(row.in_work, row.finished) for row in work_in_progress(site, window)] == [(0, 1)]


def test_overview_refreshes_without_its_frame(owner: Any) -> None:
    answer = signed_in(owner).get("/", headers={"X-Requested-With": "live"})
    assert answer.status_code == 200
    assert b"<html" not in answer.content
    same = signed_in(owner).get("/", headers={"X-Requested-With": "live", "If-None-Match": answer["ETag"]})
    assert same.status_code == 304


def test_overview_statements_do_not_grow(owner: Any, site: Any) -> None:
    page, numbers = signed_in(owner), iter(range(1000))

    def make(number: int) -> None:
        for _ in range(number):
            code = f"{next(numbers)}"
            due = clock.now() + timedelta(hours=1)
            give(job_of(make_order(site, f"WO-{code}", machine=make_machine(site, f"M-{code}"), due_at=due)), "start")

    costs_the_same(make, lambda: page.get("/"))
