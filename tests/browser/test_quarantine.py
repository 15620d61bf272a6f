"""Quarantine in a browser: no rule of accessibility broken, nothing wider than the screen, corrected and released."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from mom.accounts.models import User
from mom.core import clock
from mom.core.actor import system_actor
from mom.floor.models import FloorMessage, QuarantinedMessage
from mom.floor.services.ingest import take_in
from tests.bench.axe import broken_rules
from tests.factories.accounts import make_site, make_user
from tests.factories.work import make_machine

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser]
Open = Callable[..., "Page"]


@pytest.fixture
def person(open_page: Open) -> User:
    """Somebody who may settle what waits; a gateway has sent messages of an unknown machine and broken ones."""
    site = make_site("P1")
    make_machine(site)
    now = clock.now().isoformat()
    batch = [
        *({"sequence": number, "machine": "CNC-O1", "kind": "count", "name": "total", "value": 4700 + number, "at": now}
          for number in range(6)),
        {"sequence": 6, "machine": "CNC-01", "kind": "state", "state": "run", "at": "2026-01-01T08:00:00"},
        {"sequence": 7, "machine": "CNC-01", "kind": "reading", "name": "spindle", "value": "many", "at": now},
        '{"machine": "CNC-01", "kin',
    ]  # fmt: skip
    take_in(system_actor("test"), site, "gateway-1", batch, session="2026-11-25T06:00:00Z")
    return make_user("dora", site=site, permissions=["floor.view", "floor.settle_quarantine", "plant.view"])


def test_quarantine_pages_are_accessible_and_fit_each_screen(open_page: Open, person: User) -> None:
    first = QuarantinedMessage.objects.earliest("pk").pk
    wrong = []
    for width, dark in ((1440, False), (1180, True), (390, False)):
        page = open_page(person, width=width, dark=dark, bypass_csp=True)  # axe is put into the page by eval
        for address in ("/quarantine/", f"/quarantine/{first}/", f"/quarantine/{first}/release/"):
            page.goto(address)
            if page.evaluate("document.documentElement.scrollWidth") > width:
                wrong.append(f"{address} is wider than {width}")
            wrong += [f"{address} at {width}: {rule}" for rule in broken_rules(page)]
    assert wrong == []


def test_quarantine_message_is_corrected_and_released(open_page: Open, person: User) -> None:
    page = open_page(person)
    page.goto("/quarantine/")
    page.get_by_role("link", name="There is no machine CNC-O1, and no alias of one.").first.click()
    page.get_by_role("link", name="Correct and release").click()
    page.get_by_label("Machine", exact=True).fill("CNC-01")
    page.get_by_role("button", name="Release message").click()
    page.get_by_text("The message is in the record.").wait_for()
    assert FloorMessage.objects.count() == 1
