"""The store in a browser: no rule of accessibility broken, nothing wider than the screen, a place counted by hand."""

import uuid
from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from inventory.models import CycleCount
from inventory.services import lot_hold, stock, stock_transfer
from mom.accounts.models import User
from mom.core.actor import system_actor
from mom.plant.models import MaterialLot
from tests.bench.axe import broken_rules
from tests.factories.accounts import make_site, make_user
from tests.factories.counts import Counting, make_place
from tests.factories.stock import JobStore

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser]
Open = Callable[..., "Page"]
BOSS = system_actor("test")
RIGHTS = [
    *(f"inventory.{name}" for name in ("view", "count_stock", "adjust_stock", "move_stock", "reserve_stock")),
    "inventory.hold_lots", "inventory.release_lots", "plant.view", "work.view", "work.execute_job_order",
]  # fmt: skip


class Scene:
    """A store at work: a lot that went into a pump and is on hold, a count that differs, a move, a receiving place."""

    def __init__(self) -> None:
        site = make_site("P1")
        self.store = store = JobStore(site, BOSS)
        bar, ring = store.lot(store.bar, "B-1", 120), store.lot(store.ring, "R-1", 60)
        routing = store.routing()
        job, *_later = store.order(routing, "WO-1")
        store.order(routing, "WO-2", 50)
        store.give(job, "start")
        store.consume(job, bar, 20)
        store.consume(job, ring, 20)
        store.produce(job, "PU-1", 10)
        line = make_place(site, "LINE", count_class="A")
        self.move = stock_transfer.ask(BOSS, ring, store.shelf, line, Decimal(10))
        self.differs = Counting(store.shelf)
        for each in self.differs.count.lines.select_related("lot"):
            self.differs.say(each.lot, 9)  # type: ignore[arg-type]
        self.differs.finish()
        self.dock = make_place(site, "DOCK", is_inbound=True)
        self.hold = lot_hold.hold_affected(BOSS, [bar.pk], "Wrong alloy", also="downstream")
        self.person: User = make_user("dora", site=site, permissions=RIGHTS)


@pytest.fixture
def scene(open_page: Open) -> Scene:
    return Scene()


def test_store_pages_are_accessible_and_fit_each_screen(open_page: Open, scene: Scene) -> None:
    going_on = Counting(scene.dock)
    addresses = [
        "/places/", "/places/SHELF/", "/places/change/SHELF/", "/counts/?view=all",
        f"/counts/{scene.differs.count.code}/", f"/counts/{going_on.count.code}/", "/counts/ask/", "/shortages/",
        "/holds/", f"/holds/{scene.hold.code}/", f"/holds/release/{scene.hold.code}/", "/trace/B-1/", "/trace/PU-1/",
        "/holds/affected/R-1/", f"/jobs/{scene.move.code}/", "/stock/move/", "/lots/B-1/",
    ]  # fmt: skip
    wrong = []
    for width, dark in ((1440, False), (1180, True), (390, False)):
        page = open_page(scene.person, width=width, dark=dark, bypass_csp=True)  # axe is put into the page by eval
        for address in addresses:
            page.goto(address)
            if page.evaluate("document.documentElement.scrollWidth") > width:
                wrong.append(f"{address} is wider than {width}")
            wrong += [f"{address} at {width}: {rule}" for rule in broken_rules(page)]
    assert wrong == []


def test_a_place_is_counted_by_hand(open_page: Open, scene: Scene) -> None:
    lot = MaterialLot.objects.get(code="R-1")
    stock.transfer(BOSS, lot, scene.store.shelf, scene.dock, Decimal(8), op_uuid=uuid.uuid4())
    going_on = Counting(scene.dock)
    page = open_page(scene.person, width=390)
    page.goto(f"/counts/{going_on.count.code}/")
    page.get_by_label("R-1").fill("7")
    page.get_by_role("button", name="Save counts").click()
    page.get_by_role("button", name="Finish the count").click()
    page.get_by_role("heading", name="Against the book").wait_for()
    page.get_by_label("Why it differs").fill("One is broken")
    page.get_by_role("button", name="Post").click()
    page.get_by_role("heading", name="What was counted").wait_for()
    assert CycleCount.objects.get(pk=going_on.count.pk).status == "posted"
