"""The Andon wall on a screen that nobody touches: it moves by itself, counts, dims when it is old, breaks no rule."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings

from mom.accounts.models import Site
from mom.accounts.services.device import device_add, device_enrol
from mom.core.use_case import use_case
from mom.plant.models import Equipment
from mom.work.public import NewAlert, raise_alert
from tests.bench.axe import broken_rules
from tests.factories.alerts import make_team
from tests.factories.devices import SYSTEM
from tests.factories.plant import make_equipment

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.broker]
Open = Callable[..., "Page"]


@pytest.fixture
def screen(open_page: Open, site: Site, live_app: str) -> Callable[..., "Page"]:
    """The enrolled screen of an area with two machines, at its address."""
    area = make_equipment(site, "MACHINING", name="Machining", level="area")
    for code in ("CNC-03", "CNC-04"):
        make_equipment(site, code, parent=area)
    _device, code = device_add(SYSTEM, site=site, name="Wall", kind="wall", station="MACHINING", auto_lock_seconds=300)
    _device, secret = device_enrol(code, "127.0.0.1")

    def opened(**options: Any) -> "Page":
        page = open_page(None, width=1920, height=1080, **options)
        page.context.add_cookies([{"name": settings.DEVICE_COOKIE_NAME, "value": secret, "url": live_app}])
        page.goto("/wall/MACHINING/")
        return page

    return opened


def call(site: Site, code: str = "CNC-04") -> None:
    machine, team = Equipment.objects.get(site=site, code=code), make_team(site, "MAINT", icon="maint")
    with use_case(SYSTEM) as act:
        new = NewAlert("Maintenance", "help", "user:1", equipment=machine, team=team, impact="stopped")  # type: ignore[arg-type]
        raise_alert(act, site, new)


def test_call_comes_onto_the_wall_by_itself_and_counts(screen: Callable[..., "Page"], site: Site) -> None:
    page = screen()
    page.get_by_text("Nobody waits for help").wait_for()
    page.mouse.move(400, 500)  # a pointer that somebody left on it keeps nothing back
    call(site)
    page.get_by_role("heading", name="CNC-04 Maintenance").wait_for(timeout=15_000)
    timer = page.locator(".call time")
    first = timer.inner_text()
    page.wait_for_function("first => document.querySelector('.call time').innerText !== first", arg=first)


def test_wall_without_news_is_dimmed_and_says_since_when(
    screen: Callable[..., "Page"], site: Site, open_page: Open
) -> None:
    page = screen()
    page.get_by_text("Nobody waits for help").wait_for()
    page.context.route("**/wall/**", lambda route: route.abort())
    page.get_by_text("Last update").wait_for(timeout=40_000)
    assert page.locator(".wall-all[data-stale]").count() == 1
    page.context.unroute("**/wall/**")
    page.locator(".wall-all:not([data-stale])").wait_for(timeout=40_000)
    open_page.errors.clear()  # type: ignore[attr-defined]  # the browser notes each fetch that failed


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_wall_breaks_no_rule_and_fits_its_screen(screen: Callable[..., "Page"], site: Site, dark: bool) -> None:
    call(site)
    page = screen(dark=dark, bypass_csp=True)
    page.get_by_role("heading", name="CNC-04 Maintenance").wait_for()
    found = []
    for width, height in ((1920, 1080), (1280, 720), (390, 844)):
        page.set_viewport_size({"width": width, "height": height})
        found += [f"{width}: {rule}" for rule in broken_rules(page)]
        if page.evaluate("document.documentElement.scrollWidth") > width:
            found.append(f"{width}: wider than the screen")
    page.set_viewport_size({"width": 1920, "height": 1080})
    if page.evaluate("document.documentElement.scrollHeight") > 1080:
        found.append("1920 x 1080: scrolls")
    assert found == [], "\n".join(found)
