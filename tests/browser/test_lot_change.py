"""The lot of a running job changed under a finger and by the scanner, also while the network is away."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from inventory.models import LotInPlace, StockMove
from mom.accounts.models import Site
from mom.core.actor import system_actor
from mom.plant.models import Equipment
from mom.terminal.models import TerminalEntry
from tests.bench.axe import broken_rules
from tests.browser.test_operator import entered, log, pictured, saved
from tests.browser.test_station import opened, scan
from tests.factories.devices import make_device, make_operator
from tests.factories.stock import SOON
from tests.inventory.test_backflush import ByReport

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.broker]
Open = Callable[..., "Page"]


@pytest.fixture
def secret(open_page: Open, site: Site) -> str:
    """The credential of a tablet whose machine runs a job that takes bars."""
    _device, secret = make_device(site)
    make_operator(site)
    store = ByReport(site, system_actor("test"))
    store.lot(store.bar, "B-SOON", 40, expires_at=SOON)
    store.lot(store.bar, "B-LATE", 40)
    store.lot(store.ring, "R-1", 40)
    store.job(machine=Equipment.objects.get(site=site, code="CNC-04"))
    return secret


def test_lot_is_changed_by_tile_and_by_scan_without_network(open_page: Open, secret: str, live_app: str) -> None:
    page = opened(open_page, secret, live_app, bypass_csp=True)
    entered(page)
    in_place: Any = page.locator("[data-lot=BAR]:visible")
    assert in_place.inner_text() == "No lot scanned"
    page.locator("[data-open=sheet-lot]:visible").first.tap()
    small = page.locator("#sheet-lot :is(button, input):visible").evaluate_all(
        "all => all.filter(each => each.offsetHeight < 56).map(each => each.outerHTML.slice(0, 80))"
    )
    assert small == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    pictured(page, "lot-sheet")
    assert broken_rules(page) == []
    page.locator("#sheet-lot [data-label='B-LATE']").tap()
    saved(page)
    log(page, "2")
    saved(page)
    page.context.set_offline(True)
    scan(page, "B-SOON")
    page.locator("[data-lot=BAR]:visible", has_text="B-SOON").wait_for()
    log(page, "1")
    page.get_by_text("Offline, kept here: 2").wait_for()
    pictured(page, "lot-offline")
    page.context.set_offline(False)
    saved(page)
    open_page.errors.clear()  # type: ignore[attr-defined]  # the browser notes each request that found no network
    assert in_place.inner_text() == "B-SOON"
    rows = LotInPlace.objects.order_by("id").values_list("lot__code", flat=True)
    assert list(rows) == ["B-LATE", "B-SOON"]
    moves = StockMove.objects.filter(definition__code="BAR", quantity__lt=0).order_by("id")
    assert [(move.lot.code if move.lot else "", int(move.quantity)) for move in moves] == [
        ("B-LATE", -4),
        ("B-SOON", -2),
    ]
    assert not TerminalEntry.objects.filter(outcome="refused").exists()
