"""The first hour in a browser: pages that break no rule and fit every width, a tour by keyboard, holding to remove."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from django.conf import settings

from mom.accounts.models import Site, TourProgress, User
from mom.start.engine.code import start_code
from mom.start.services import company
from tests.bench.axe import broken_rules

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]
Open = Callable[..., "Page"]
BEFORE = ["/start/", "/start/company/"]
AFTER = [*(f"/first-steps/{step}/" for step in ("trade", "shifts", "machine", "person", "order")), "/log-work/"]


def check(page: "Page", address: str) -> list[str]:
    """What is wrong with a page at three widths."""
    found = []
    answer = page.goto(address)
    if answer is None or answer.status != 200:
        return [f"{address}: answered {answer and answer.status}"]
    for width in (390, 1180, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        if page.evaluate("document.documentElement.scrollWidth") > width:
            found.append(f"{address} at {width}: wider than the screen")
        found += [f"{address} at {width}: {rule}" for rule in broken_rules(page)]
    return found


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_first_pages_break_no_rule_and_fit(open_page: Open, dark: bool) -> None:
    stranger = open_page(dark=dark, bypass_csp=True)
    found = check(stranger, "/start/code/")
    stranger.goto(f"/start/code/?code={start_code(settings.SECRET_KEY)}")
    for address in BEFORE:
        found += check(stranger, address)
    stranger.get_by_label("Company or plant").fill("Berg")
    assert stranger.get_by_label("Time zone").input_value()  # guessed from the browser
    stranger.get_by_role("button", name="Continue").last.click()
    found += check(stranger, "/start/owner/")
    _site, anna = company.found(
        company.Company("BERG", "Berg", "Europe/Berlin", "EUR"),
        company.Owner("Anna Berg", "anna", "a sentence that is long"),
    )
    owner = open_page(anna, dark=dark, bypass_csp=True)
    for address in AFTER:
        found += check(owner, address)
    assert found == [], "\n".join(found)


@pytest.fixture
def anna(transactional_db: None) -> User:
    """The owner of a company that has nothing yet."""
    new = company.Company("BERG", "Berg", "Europe/Berlin", "EUR")
    return company.found(new, company.Owner("Anna Berg", "anna", "a sentence that is long"))[1]


def test_tour_is_walked_by_keyboard_left_and_taken_again(open_page: Open, anna: User) -> None:
    page = open_page(anna, width=1180, height=820)
    page.goto("/")
    tour = page.locator(".tour")
    tour.wait_for()
    page.keyboard.press("Enter")
    tour.get_by_text("2 of 6").wait_for()
    page.keyboard.press("Escape")
    tour.wait_for(state="detached")
    page.goto("/")
    tour.get_by_text("2 of 6").wait_for()  # resumed
    tour.get_by_role("button", name="Skip the tour").click()
    tour.wait_for(state="detached")
    page.wait_for_timeout(300)
    assert TourProgress.objects.get().ended_at is not None
    page.goto("/")
    page.wait_for_timeout(500)
    assert tour.count() == 0  # never by itself again
    page.keyboard.press("?")
    page.get_by_role("button", name="Take the tour").click()
    tour.get_by_text("1 of 6").wait_for()


def test_tour_leaves_the_page_usable_on_a_phone(open_page: Open, anna: User) -> None:
    page = open_page(anna, width=390, height=844)
    page.goto("/")
    box = page.locator(".tour").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    assert box["height"] < 844 / 2
    page.locator(".nav-item").nth(1).click()  # the navigation below it takes the finger
    page.wait_for_url("**/log-work/")


def test_demo_is_removed_by_holding_and_not_by_a_click(open_page: Open, anna: User) -> None:
    from mom.core.testing import acting

    with acting():
        Site.objects.create(code="NORRTAL", name="Norrtal", is_demo=True)
    page = open_page(anna, width=1180, height=820)
    page.goto("/demo-plant/")
    button = page.get_by_role("button", name="Hold to remove the demo plant")
    button.click()
    page.wait_for_timeout(400)
    assert Site.objects.filter(is_demo=True).exists()
    button.hover()
    page.mouse.down()
    page.get_by_text("There is no demo plant here").wait_for(timeout=15_000)
    page.mouse.up()
    assert list(Site.objects.values_list("code", flat=True)) == ["BERG"]
