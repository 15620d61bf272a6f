"""Find, scan, columns, views and acts on many rows with keyboard and finger, in a real browser."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from tests.bench.axe import broken_rules
from tests.factories.work import make_machine, make_material, make_order

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.broker]
Open = Callable[..., "Page"]
BURST = """text => {
  const field = document.activeElement ?? document.body;
  for (const key of [...text, "Enter"]) {
    const event = new KeyboardEvent("keydown", {key, bubbles: true, cancelable: true});
    if (field.dispatchEvent(event) && key !== "Enter" && "value" in field) field.value += key;
  }
}"""


@pytest.fixture
def orders(site: Any) -> None:
    machine, material = make_machine(site, "CNC-04"), make_material(site)
    for number in range(3):
        make_order(site, code=f"WO-2411{number}", material=material, machine=machine)


@pytest.mark.usefixtures("orders")
def test_search_box_is_walked_by_keyboard_and_enter_goes_to_the_exact_hit(open_page: Open, owner: Any) -> None:
    page = open_page(owner)
    page.goto("/orders/")
    page.keyboard.press("/")
    page.keyboard.type("wo-2411", delay=50)
    page.locator("#omni-hits").get_by_text("WO-24112").first.wait_for()
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.dataset.hit") == "WO-24110"
    page.keyboard.press("/")
    page.keyboard.type("wo-24111", delay=50)
    page.keyboard.press("Enter")
    page.wait_for_url("**/orders/WO-24111/")


@pytest.mark.usefixtures("orders")
def test_scan_is_recognised_anywhere_and_never_left_in_a_field(open_page: Open, owner: Any) -> None:
    page = open_page(owner)
    page.goto("/orders/")
    field = page.locator("#list-q")
    field.fill("abc")
    page.evaluate(BURST, "WO-40400")
    page.get_by_text("Nothing here is called WO-40400").wait_for()
    assert field.input_value() == "abc"
    assert page.url.partition("?")[0].endswith("/orders/")  # the list may have been filtered by what was typed
    page.evaluate("document.activeElement.blur()")
    page.evaluate(BURST, "WO-24110")
    page.wait_for_url("**/orders/WO-24110/")


@pytest.mark.usefixtures("orders")
def test_typing_by_hand_is_no_scan(open_page: Open, owner: Any) -> None:
    page = open_page(owner)
    page.goto("/search/")
    page.locator(".omni--page input").type("WO-24110", delay=60)
    assert page.locator(".omni--page input").input_value() == "WO-24110"
    page.keyboard.press("Enter")
    page.wait_for_url("**/orders/WO-24110/")


@pytest.mark.usefixtures("orders")
def test_scan_leaves_no_unsent_form_behind(open_page: Open, owner: Any) -> None:
    page = open_page(owner)
    page.goto("/orders/new/")
    page.locator("input[name=code]").fill("WO-9")
    page.evaluate(BURST, "WO-24110")
    page.get_by_role("link", name="Open it").wait_for()
    assert page.url.endswith("/orders/new/")
    assert page.locator("input[name=code]").input_value() == "WO-9"


@pytest.mark.usefixtures("orders")
def test_columns_are_moved_by_keyboard_and_kept_in_a_view(open_page: Open, owner: Any) -> None:
    page = open_page(owner)
    page.goto("/orders/")
    heads = page.locator("thead th")
    assert heads.nth(1).inner_text().startswith("Order")
    page.get_by_text("Columns", exact=True).click()
    page.locator("[data-reorder] input").first.focus()
    page.keyboard.press("Alt+ArrowDown")
    page.get_by_role("button", name="Show columns").click()
    page.wait_for_url("**col=**")
    assert not heads.nth(1).inner_text().startswith("Order")
    page.get_by_text("Save view", exact=True).first.click()
    page.get_by_label("Name of this view").fill("Mine")
    page.keyboard.press("Enter")
    page.wait_for_url("**kept=**")
    page.goto("/orders/?view=late")
    page.get_by_role("link", name="Mine").click()
    page.wait_for_url("**kept=**")
    assert not heads.nth(1).inner_text().startswith("Order")


@pytest.mark.usefixtures("orders")
def test_rows_are_chosen_and_held_on_a_phone(open_page: Open, owner: Any) -> None:
    page = open_page(owner, width=390, height=844)
    page.goto("/orders/")
    hold = page.get_by_role("button", name="Hold", exact=True)
    assert hold.is_disabled()
    page.get_by_label("Choose WO-24110").check()
    page.get_by_text("1 chosen").wait_for()
    page.get_by_label("Choose all on this page").check()
    page.get_by_text("3 chosen").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    hold.click()
    page.get_by_label("Reason").fill("No bar stock")
    page.get_by_role("button", name="Hold 3 orders").click()
    page.get_by_text("3 done, 0 refused").wait_for()


@pytest.mark.usefixtures("orders")
@pytest.mark.parametrize("width", [1440, 1180, 390])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_lists_scan_and_search_break_no_rule(open_page: Open, owner: Any, width: int, dark: bool) -> None:
    page = open_page(owner, width=width, dark=dark, bypass_csp=True)
    for address in ("/orders/", "/jobs/", "/search/?q=wo-2411", "/scan/?text=(10)X(17)271231"):
        page.goto(address)
        for menu in page.locator("main details").all():
            menu.evaluate("each => each.open = true")
            # what lies half under an open menu is out of reach only while it is open
            assert [rule for rule in broken_rules(page) if not rule.startswith("target-size")] == [], address
            menu.evaluate("each => each.open = false")
        assert broken_rules(page) == [], address
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address
