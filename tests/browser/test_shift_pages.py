"""Losses, hour board and shift report: no rule of accessibility broken, nothing wider than the screen, live words."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from analytics.services.board import entry_write
from mom.accounts.models import Site, User
from mom.accounts.selectors import actor_for_user
from mom.core import clock
from tests.analytics.shift_floor import Floor, vorne
from tests.bench.axe import broken_rules

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.broker, pytest.mark.slow]
Open = Callable[..., "Page"]
SHIFT = "?day=2026-04-16&shift=early"
ADDRESSES = [
    "/losses/?first=2026-04-16&last=2026-04-16",
    "/losses/?first=2026-04-16&last=2026-04-16&rank=count&school=tpm&at=MACH",
    "/losses/stops/?first=2026-04-16&last=2026-04-16",
    f"/board/MACH/{SHIFT}",
    f"/shift-report/{SHIFT}",
]


@pytest.fixture
def floor(open_page: Open, site: Site) -> Floor:
    made = Floor.make(site)
    for machine in made.machines:
        made.shift(machine, **vorne())
        made.hour(machine, 0, good=30, scrap=2)
    made.lost(made.machines[0], 47, reason=made.reason)
    made.lost(made.machines[0], 9)
    made.stop(made.machines[0], 30, 12)
    return made


def test_shift_pages_break_no_rule_and_fit_in_every_width_and_theme(open_page: Open, owner: User, floor: Floor) -> None:
    found: list[str] = []
    for dark in (False, True):
        page = open_page(owner, dark=dark, bypass_csp=True)  # axe is put into the page by eval
        for address in ADDRESSES:
            answer = page.goto(address)
            assert answer is not None
            assert answer.status == 200
            for width in (390, 1180, 1440):
                page.set_viewport_size({"width": width, "height": 900})
                if page.evaluate("document.documentElement.scrollWidth") > width:
                    found.append(f"{address} at {width}: wider than the screen")
            found += [f"{address}: {rule}" for rule in broken_rules(page)]
        page.context.close()
    assert found == [], "\n".join(found)


def test_board_shows_what_somebody_else_writes_without_a_reload(open_page: Open, owner: User, floor: Floor) -> None:
    page = open_page(owner)
    page.goto("/board/MACH/")
    page.wait_for_timeout(1_000)  # the stream opens
    hour = clock.now().replace(minute=0, second=0, microsecond=0)

    entry_write(actor_for_user(owner), floor.site, "MACH", hour, cause="Coolant pump lost pressure")

    page.get_by_text("Coolant pump lost pressure").wait_for(timeout=10_000)
