"""The board of nonconformances: columns and figures worked by hand, and its page."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from mom.accounts.models import Site
from mom.core import clock
from mom.core.actor import system_actor
from mom.core.testing import acting
from mom.work.models import JobOrder
from quality.engine.terms import NonconformanceCommand, Severity
from quality.models import Disposition, Nonconformance
from quality.selectors import nonconformance_board as board
from quality.selectors.nonconformance_board import InDoubt, Lane
from quality.services import nonconformance
from tests.bench.statements import costs_the_same
from tests.factories.accounts import make_user
from tests.factories.quality import BOSS, Floor, bore, burr, make_nonconformance
from tests.factories.signatures import make_signature
from tests.factories.work import job_of, make_order
from tests.quality.test_pages import signed_in, words

pytestmark = pytest.mark.django_db
NOW = datetime.fromisoformat("2026-04-16T10:42:00+02:00")
BOARD = "/nonconformances/board/"
Days = Callable[[float], None]


@pytest.fixture
def days_ago(monkeypatch: pytest.MonkeyPatch) -> Days:
    """The clock stands at an instant before `NOW`."""
    held = {"now": NOW}
    monkeypatch.setattr(clock, "now", lambda: held["now"])

    def stand(days: float) -> None:
        held["now"] = NOW - timedelta(days=days)

    return stand


def decided(ncr: Nonconformance, kind: str = "use_as_is", quantity: int | None = None, job: Any = None) -> None:
    """A part of its only line; the whole decides it."""
    line = ncr.lines.get()
    with acting() as act:
        Disposition.objects.create(
            site=ncr.site, nonconformance=ncr, line=line, kind=kind, quantity=quantity or line.quantity,
            unit=line.unit, reason="Seen", signature=make_signature(ncr.site), decided_by="Eva",
            decided_at=act.now, rework_job=job,
        )  # fmt: skip
        if quantity is None:
            nonconformance.move(act, ncr, NonconformanceCommand.DISPOSE)


@pytest.fixture
def many(site: Site, days_ago: Days) -> dict[str, Nonconformance]:
    """Six of them, each its own way: `a` is long closed, `b` closed ten days ago, `f` counted by nobody yet."""
    made = {}
    for name, days, quantity in (("a", 40, 5), ("b", 35, 5), ("c", 10, 5), ("d", 5, 5), ("e", 2, 5), ("f", 0.1, 0)):
        days_ago(days)
        made[name] = make_nonconformance(site, title=f"Fault {name}", quantity=Decimal(quantity))
    days_ago(5)
    job: JobOrder = job_of(make_order(site, "WO-RW"))
    for name, days, more in (("a", 38, None), ("b", 20, None), ("c", 6, None), ("d", 4, job)):
        days_ago(days)
        decided(made[name], "rework" if more else "use_as_is", job=more)
    days_ago(1)
    decided(made["e"], "scrap", 1)
    decided(made["e"], "use_as_is", 1)
    for name, days in (("a", 35), ("b", 10)):
        days_ago(days)
        nonconformance.close(BOSS, made[name].pk, "All done")
    days_ago(0)
    return made


def test_board_puts_each_into_its_column(site: Site, many: dict[str, Nonconformance]) -> None:
    shown = board.board(BOSS, site, NOW)

    titles = {lane: [ncr.title for ncr in cards] for lane, cards in shown.cards.items()}
    assert titles == {
        Lane.NEW: [],
        Lane.CONTAINED: ["Fault f", "Fault e"],
        Lane.REWORK: ["Fault d"],
        Lane.TO_CLOSE: ["Fault c"],
        Lane.CLOSED: ["Fault b"],
    }
    assert shown.counts == {Lane.NEW: 0, Lane.CONTAINED: 2, Lane.REWORK: 1, Lane.TO_CLOSE: 1, Lane.CLOSED: 1}
    assert shown.in_doubt[many["e"].pk] == [InDoubt("C62", Decimal(5), 0)]
    # 30, 25, 20 and 15 days ago b alone; c was found as b was closed; d came five days ago, e and f after.
    assert shown.open_then == [1, 1, 1, 1, 1, 2, 4]


def test_figures_of_the_board_are_what_was_worked_by_hand(site: Site, many: dict[str, Nonconformance]) -> None:
    # b took 15 days, c 4, d 1; a took 2 and was decided 38 days ago.
    assert board.times(BOSS, site, NOW) == board.Times(timedelta(days=4), 3, timedelta(days=2))
    assert board.still_in_doubt(BOSS, site) == [InDoubt("C62", Decimal(3), 0)]


def test_median_of_an_even_number_lies_between_the_two_in_the_middle(
    site: Site, many: dict[str, Nonconformance]
) -> None:
    decided(many["f"])  # after 0.1 days, beside 1, 4 and 15
    assert board.times(BOSS, site, NOW).median == timedelta(days=2.5)


def test_figures_without_anything_are_no_zeros(site: Site) -> None:
    assert board.times(BOSS, site, NOW) == board.Times(None, 0, None)
    assert board.still_in_doubt(BOSS, site) == []
    assert board.found_again(BOSS, site, NOW) == (0, 0)


def test_lots_in_doubt_are_counted_until_they_are_decided(site: Site) -> None:
    floor = Floor(site)
    floor.steady()
    floor.produce("L-1", 10)
    floor.produce("L-2", 4)
    floor.measure("10.4", "10.4", "10.4")
    ncr = Nonconformance.objects.get()

    shown = board.board(BOSS, site, clock.now())

    assert shown.in_doubt[ncr.pk] == [InDoubt("C62", Decimal(14), 2, "L-1")]
    assert board.still_in_doubt(BOSS, site) == [InDoubt("C62", Decimal(14), 2)]


def test_found_again_counts_characteristics_and_not_nonconformances(site: Site, days_ago: Days) -> None:
    floor = Floor(site, bore(), burr())
    at_machine = {"material": floor.product, "equipment": floor.machine}
    for days, code in ((170, "1"), (120, "1"), (80, "2"), (40, "1"), (30, "1"), (20, "1"), (10, "2")):
        days_ago(days)
        make_nonconformance(site, characteristic=floor.about(code), **at_machine)
    make_nonconformance(site, characteristic=floor.about("1"), material=floor.product)  # at no machine: another one
    make_nonconformance(site, **at_machine)

    assert board.found_again(BOSS, site, NOW) == (2, 1)


def test_board_is_of_those_who_may_see_it_at_their_site(site: Site, other_site: Site) -> None:
    make_nonconformance(site)
    assert board.board(BOSS, other_site, clock.now()).counts[Lane.CONTAINED] == 0
    nobody = system_actor("test").__class__("user", "7", "Nobody")
    assert board.board(nobody, site, clock.now()).counts[Lane.CONTAINED] == 0


def test_page_shows_cards_and_leads_to_the_list(
    site: Site, many: dict[str, Nonconformance], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(board, "MOST", 1)
    make_nonconformance(site, title="Cracked", severity=Severity.CRITICAL, quantity=Decimal(8))
    rita = signed_in(make_user("rita", site=site, permissions=("quality.view",)))

    page = rita.get(BOARD)
    said = words(page)
    html = page.content.decode()

    for part in ("Contained 3", "2 more", "In rework 1", "waits for WO-RW", "To close 1", "Closed, 30 days 1",
                 "Open nonconformances 5", "30 days ago: 1", "30 days before: 2.0 d", "4.0 d", "11 pcs",
                 "Cracked", "Critical"):  # fmt: skip
        assert part in said, (part, said)
    assert "New 0" not in said
    assert "New NCR" not in said
    assert 'href="/nonconformances/?view=open"' in html
    assert html.count('data-sev="bad"') == 1
    assert words(rita.get("/nonconformances/?view=rework")).count("Fault") == 1
    assert words(rita.get("/nonconformances/?view=to_close")).count("Fault c") == 1
    assert words(rita.get("/nonconformances/?view=closed")).count("Fault") == 2
    live = rita.get(BOARD, headers={"X-Requested-With": "live"}).content.decode()
    assert 'id="ncr-columns"' in live
    assert "<html" not in live
    assert "Defects" not in live


def test_page_is_empty_at_first_and_closed_to_others(site: Site) -> None:
    eva = signed_in(make_user("eva", site=site, permissions=("quality.view", "quality.record_nonconformance")))
    said = words(eva.get(BOARD))
    assert "Nothing is in doubt" in said
    assert "No piece was reported as scrap or rework" in said
    assert "New NCR" in said
    assert words(eva.get("/nonconformances/")).count("Board") == 1
    stranger: Client = signed_in(make_user("bo", site=site, permissions=("work.view",)))
    assert stranger.get(BOARD).status_code == 403


def test_page_costs_the_same_however_many(site: Site) -> None:
    rita = signed_in(make_user("rita", site=site, permissions=("quality.view",)))

    def grow(count: int) -> None:
        for _each in range(count):
            make_nonconformance(site)

    grow(1)
    costs_the_same(grow, lambda: rita.get(BOARD), many=4)
