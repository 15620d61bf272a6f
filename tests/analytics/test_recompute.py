"""Figures computed again on request: long work with progress, continued, cancelled, and the same as before."""

from datetime import date, timedelta

import pytest
from django.test import Client

from analytics.models import DirtyDay, WorkBucket
from analytics.services import recompute
from analytics.services.rebuild import mark_dirty
from analytics.tasks import recompute as recompute_task
from mom.accounts.models import Site, User
from mom.core import long_work
from mom.core.actor import Actor, system_actor
from mom.core.errors import InvalidInput, NotAllowed
from mom.core.models import TaskRun
from mom.core.use_case import use_case
from tests.analytics.reporting import Shop
from tests.analytics.test_kpi_golden import REPORTS
from tests.factories.accounts import make_site, make_user

FIRST, LAST = date(2026, 1, 1), date(2026, 4, 10)  # a hundred days, four pieces
BACKEND = "mom.accounts.backends.PasswordBackend"
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def shop() -> Shop:
    site = make_site()
    with use_case(system_actor("test")) as act:
        shop = Shop.make(site)
        shop.record(act, REPORTS)
    return shop


def ask(site: Site) -> TaskRun:
    return recompute.request(system_actor("test"), site, FIRST, LAST)


def test_recompute_makes_every_day_and_says_how_far_it_is(shop: Shop) -> None:
    run = ask(shop.site)
    assert (run.status, run.done, run.total) == ("queued", 0, 100)

    recompute_task(run.pk)

    run.refresh_from_db()
    assert (run.status, run.done, run.result) == ("succeeded", 100, {"days": 100})
    assert WorkBucket.objects.count() == 5


def test_recompute_goes_on_where_a_worker_stopped(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    run = ask(shop.site)
    pieces: list[date] = []
    rebuild = recompute.rebuild_days

    def dies_at_the_third(site: Site, days: list[date]) -> None:
        pieces.append(days[0])
        if len(pieces) == 3:
            raise SystemExit
        rebuild(site, days)

    monkeypatch.setattr(recompute, "rebuild_days", dies_at_the_third)
    with pytest.raises(SystemExit):
        recompute_task(run.pk)
    run.refresh_from_db()
    assert (run.status, run.done) == ("running", 62)

    TaskRun.objects.filter(pk=run.pk).update(lease_until=None)  # the lease of the dead worker runs out
    recompute_task(run.pk)

    run.refresh_from_db()
    assert (run.status, run.done) == ("succeeded", 100)
    assert pieces[2] == pieces[3] == FIRST + timedelta(days=62)


def test_recompute_cancelled_between_pieces_keeps_what_is_made(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    run = ask(shop.site)
    rebuild = recompute.rebuild_days

    def somebody_cancels(site: Site, days: list[date]) -> None:
        rebuild(site, days)
        TaskRun.objects.filter(pk=run.pk).update(cancel_requested_at=run.created_at)

    monkeypatch.setattr(recompute, "rebuild_days", somebody_cancels)
    recompute_task(run.pk)

    run.refresh_from_db()
    assert (run.status, run.done) == ("cancelled", 31)


def test_recompute_takes_over_marks_of_its_days(shop: Shop) -> None:
    with use_case(system_actor("test")) as act:
        mark_dirty(act, shop.site, [FIRST, date(2027, 1, 1)])

    recompute_task(ask(shop.site).pk)

    assert list(DirtyDay.objects.values_list("day", flat=True)) == [date(2027, 1, 1)]


def test_recompute_is_refused_without_the_right_and_for_wrong_days(shop: Shop) -> None:
    colleague = Actor("user", "2", "Colleague", {shop.site.code: frozenset({"analytics.view"})})

    with pytest.raises(NotAllowed):
        recompute.request(colleague, shop.site, FIRST, LAST)
    with pytest.raises(InvalidInput):
        recompute.request(system_actor("test"), shop.site, LAST, FIRST)
    with pytest.raises(InvalidInput):
        recompute.request(system_actor("test"), shop.site, date(2000, 1, 1), LAST)
    assert not TaskRun.objects.exists()


def test_recompute_by_page_leads_to_its_progress_and_can_be_cancelled_there(client: Client) -> None:
    site = make_site()
    names = ["analytics.view", "analytics.recompute", "core.view_task_run"]
    client.force_login(make_user("alice", site=site, permissions=names), backend=BACKEND)

    answer = client.post("/kpis/recompute/", {"first": "2026-01-01", "last": "2026-04-10"})
    run = TaskRun.objects.get()
    page = client.get(answer["Location"]).content.decode()

    assert answer["Location"] == f"/long-work/{run.pk}/"
    assert "0 of 100" in page
    client.post(f"/long-work/{run.pk}/cancel/")
    run.refresh_from_db()
    assert run.status == "cancelled"
    assert run.title in client.get("/long-work/").content.decode()


def test_long_work_of_another_site_is_not_found(client: Client, shop: Shop) -> None:
    run = ask(shop.site)
    other = make_site("P2")
    user: User = make_user("charlie", site=other, permissions=["core.view_task_run", "core.cancel_task_run"])
    client.force_login(user, backend=BACKEND)

    assert client.get(f"/long-work/{run.pk}/").status_code == 404
    assert client.post(f"/long-work/{run.pk}/cancel/").status_code == 404
    assert client.get(f"/api/v1/task-runs/{run.pk}/").status_code == 404
    assert long_work.claim(run.pk) is not None


def test_recompute_by_api_answers_with_long_work(client: Client) -> None:
    site = make_site()
    names = ["analytics.view", "analytics.recompute", "core.view_task_run"]
    client.force_login(make_user("alice", site=site, permissions=names), backend=BACKEND)
    body = {"site": site.code, "first": "2026-01-01", "last": "2026-04-10"}

    answer = client.post("/api/v1/kpis/recompute/", body, content_type="application/json", HTTP_IDEMPOTENCY_KEY="k1")

    assert answer.status_code == 202, answer.content
    run = client.get(f"/api/v1/task-runs/{answer.json()['id']}/").json()
    assert (run["kind"], run["status"], run["total"]) == ("analytics.recompute", "queued", 100)
