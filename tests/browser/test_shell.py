"""The design system in a real browser: no rule of accessibility broken in any width and theme; the shell's scripts."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from tests.bench.axe import broken_rules

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.broker]
Open = Callable[..., "Page"]


@pytest.mark.parametrize("width", [1440, 1180, 390])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_gallery_breaks_no_rule_and_fits(open_page: Open, owner: Any, width: int, dark: bool) -> None:
    page = open_page(owner, width=width, dark=dark, bypass_csp=True)  # axe is put into the page by eval
    page.goto("/setup/components/")
    for menu in page.locator("details").all():
        menu.evaluate("each => each.open = true")
    assert broken_rules(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_slash_finds_and_escape_closes(open_page: Open, owner: Any) -> None:
    page = open_page(owner)
    page.goto("/setup/components/")
    page.keyboard.press("/")
    page.keyboard.type("zzzz")
    page.locator("#omni-hits").get_by_text("Nothing found for zzzz.").wait_for()
    page.keyboard.press("Escape")
    assert page.locator("#omni-hits > *").count() == 0


def test_theme_changes_at_once_and_stays(open_page: Open, owner: Any) -> None:
    page = open_page(owner)
    page.goto("/setup/components/")
    page.get_by_label("Light or dark").click()
    with page.expect_response("**/theme/"):
        page.get_by_role("button", name="Dark", exact=True).click()
    assert page.locator("html").get_attribute("data-theme") == "dark"
    page.reload()
    assert page.locator("html").get_attribute("data-theme") == "dark"


def test_shell_works_without_script(open_page: Open, owner: Any) -> None:
    page = open_page(owner, java_script_enabled=False)
    page.goto("/setup/components/")
    page.get_by_label("Light or dark").click()
    page.get_by_role("button", name="Dark", exact=True).click()
    assert page.locator("html").get_attribute("data-theme") == "dark"
    page.get_by_role("searchbox", name="Find or scan").fill("zzzz")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Nothing found for zzzz").wait_for()


def test_dialog_opens_keeps_focus_and_closes(open_page: Open, owner: Any) -> None:
    page = open_page(owner)
    page.goto("/setup/components/")
    page.get_by_role("button", name="Open the dialog").click()
    page.get_by_role("dialog", name="Close this order").wait_for()
    page.keyboard.press("Escape")
    page.get_by_role("dialog").wait_for(state="hidden")
