"""Days that changed are marked, taken by one worker, and made again."""

from datetime import date
from typing import Any

import pytest
from django.core.management import call_command

from analytics.models import DirtyDay, WorkBucket
from analytics.services import recompute
from analytics.services.rebuild import DAYS_PER_PIECE, mark_dirty, mark_range, rebuild_next
from analytics.subscribers import work_reported
from analytics.tasks import rebuild_dirty_days
from mom.accounts.models import Site
from mom.core.actor import Actor, system_actor
from mom.core.errors import InvalidInput, NotAllowed
from mom.core.testing import acting
from mom.core.use_case import use_case
from mom.events.work import WorkReported
from tests.analytics.reporting import Shop
from tests.analytics.test_kpi_golden import DAYS, REPORTS
from tests.factories.accounts import make_site

WORKER = system_actor("analytics")


def test_day_marked_twice_waits_once(site: Site) -> None:
    with acting() as act:
        mark_dirty(act, site, [DAYS[0], DAYS[0]])
        mark_dirty(act, site, [DAYS[0], DAYS[1]])

    assert list(DirtyDay.objects.order_by("day").values_list("day", flat=True)) == DAYS[:2]


def test_event_of_reported_work_marks_its_days(site: Site) -> None:
    with acting() as act:
        work_reported(act, WorkReported(site=site.code, days=(DAYS[0], DAYS[2])))

    assert set(DirtyDay.objects.values_list("day", flat=True)) == {DAYS[0], DAYS[2]}


@pytest.mark.django_db(transaction=True)
def test_worker_makes_what_waits_and_leaves_nothing() -> None:
    site = make_site()
    with use_case(WORKER) as act:
        Shop.make(site).record(act, REPORTS)
        mark_dirty(act, site, DAYS)

    assert rebuild_next(WORKER) == len(DAYS)
    assert not DirtyDay.objects.exists()
    assert WorkBucket.objects.count() == 5
    assert rebuild_next(WORKER) == 0


@pytest.mark.django_db(transaction=True)
def test_worker_takes_a_month_at_a_time_and_the_task_goes_on_until_done() -> None:
    site = make_site()
    actor = Actor("user", "1", "Planner", {site.code: frozenset({"analytics.recompute"})})

    assert mark_range(actor, site, date(2026, 1, 1), date(2026, 3, 31)) == 90
    assert rebuild_next(WORKER) == DAYS_PER_PIECE
    assert rebuild_dirty_days() == 90 - DAYS_PER_PIECE
    assert not DirtyDay.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_recompute_command_gives_the_same_buckets(capsys: pytest.CaptureFixture[str]) -> None:
    site = make_site()
    with use_case(WORKER) as act:
        Shop.make(site).record(act, REPORTS)
    call_command("recompute_figures", site.code, "2026-03-01", "2026-03-04")
    first = sorted(WorkBucket.objects.values_list("day", "equipment__code", "good", "production"))
    call_command("recompute_figures", site.code, "2026-03-01", "2026-03-04")

    assert len(first) == 5
    assert sorted(WorkBucket.objects.values_list("day", "equipment__code", "good", "production")) == first
    assert "4 days made" in capsys.readouterr().out


@pytest.mark.django_db(transaction=True)
def test_recompute_is_refused_without_the_right_and_for_days_the_wrong_way_round() -> None:
    site = make_site()
    colleague = Actor("user", "2", "Colleague", {site.code: frozenset({"analytics.view"})})

    with pytest.raises(NotAllowed):
        mark_range(colleague, site, DAYS[0], DAYS[1])
    with pytest.raises(InvalidInput):
        mark_range(WORKER, site, DAYS[1], DAYS[0])
    assert not DirtyDay.objects.exists()


@pytest.mark.parametrize(("first", "last"), [(date.min, date(2026, 1, 1)), (date(2026, 1, 1), date.max)])
@pytest.mark.parametrize("ask", [mark_range, recompute.request])
def test_days_that_no_fact_has_are_refused_and_stop_nobody(site: Site, ask: Any, first: date, last: date) -> None:
    actor = Actor("user", "1", "Planner", {site.code: frozenset({"analytics.recompute"})})
    with pytest.raises(InvalidInput) as refused:
        ask(actor, site, first, last)
    assert len(refused.value.fields) == 1
    assert "1970" in str(refused.value.fields)
    assert not DirtyDay.objects.exists()
