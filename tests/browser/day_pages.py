"""The pages of a day as a person meets them: signed in, led by the menu, signing, at the tablet of a station.

Nothing here looks into the database, so the same acts play in a test and in a running demo.
"""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from mom.demo.engine import norrtal

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

SLOWEST = 20_000  # ms: a page waits for no more than that
TABLET = {"width": 1180, "height": 820, "has_touch": True}


class Desk:
    """One person of the demo in a browser of their own."""

    def __init__(self, page: "Page", name: str, look: Callable[["Page", str], None]) -> None:
        self.page, self.name, self._look = page, name, look
        page.set_default_timeout(SLOWEST)
        page.goto("/sign-in/")
        page.locator("[name=username]").fill(name)
        page.locator("[name=password]").fill(norrtal.PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.locator(".topbar").wait_for()
        tour = page.get_by_role("button", name="Skip the tour")
        if tour.count():
            tour.click()

    def by_menu(self, group: str, entry: str) -> None:
        """By the menu at the left: the group, then its entry."""
        menu = self.page.get_by_role("navigation", name="Main")
        menu.get_by_role("link", name=group, exact=True).first.click()
        if entry != group:
            self.page.locator(".nav-sub").get_by_role("link", name=entry, exact=True).click()
            self.page.locator(".nav-sub [aria-current]").get_by_text(entry, exact=True).wait_for()

    def find(self, code: str) -> None:
        """By the search box, as a scanner would; a code that is known leads straight there."""
        box = self.page.get_by_role("searchbox", name="Find or scan")
        box.fill(code)
        box.press("Enter")
        self.page.get_by_role("heading", level=1).filter(has_text=code).wait_for()

    def follow(self, name: str) -> None:
        """A link by its words."""
        self._click(self.main.get_by_role("link", name=name, exact=True), name)

    def press(self, name: str) -> None:
        """A button by its words."""
        self._click(self.main.get_by_role("button", name=name, exact=True), name)

    def _click(self, found: "Locator", name: str) -> None:
        try:
            found.first.click()
        except Exception as error:
            raise AssertionError(f"{self.name} finds no {name!r} at {self.page.url}:\n{self.said}") from error

    def type(self, **fields: str) -> None:
        """Fill fields by their names; a choice by its words."""
        for name, value in fields.items():
            field = self.page.locator(f"main [name={name}]")
            if field.evaluate("each => each.tagName") == "SELECT":
                field.select_option(label=value)
            else:
                field.fill(value)

    def choose(self, name: str, has: str) -> None:
        """The first choice that has these words."""
        field = self.page.locator(f"main [name={name}]")
        field.select_option(field.locator("option", has_text=has).first.get_attribute("value"))

    def find_in_list(self, text: str) -> None:
        """By the search box of the list, which answers by itself."""
        box = self.main.get_by_role("searchbox")
        box.fill(text)
        box.press("Enter")

    def sign(self, reason: str = "") -> None:
        """Reason, name and password: the name only where it is the first signature of the session."""
        form = self.page.locator("main form").filter(has=self.page.locator("[name=secret]"))
        if reason:
            form.locator("[name=reason]").fill(reason)
        name = form.get_by_label("Sign-in name or badge")
        if name.count():
            name.fill(self.name)
        form.get_by_label("PIN or password").fill(norrtal.PASSWORD)
        form.get_by_role("button", name=re.compile("^Sign")).click()

    def measures(self, *values: str) -> None:
        """Values of the pieces of a sample, one after the other."""
        for place, value in enumerate(values):
            self.page.locator(".input--big").nth(place).fill(value)  # waits for its box, where .all() sees none yet
        self.press("Save")

    def sees(self, *words: str) -> None:
        """All of this stands on the page, sooner or later. Raises: AssertionError with what stands there instead."""
        for each in words:
            try:
                self.main.get_by_text(each).first.wait_for()
            except Exception as error:
                raise AssertionError(f"{self.name} does not see {each!r} at {self.page.url}:\n{self.said}") from error

    def sees_not(self, words: str) -> None:
        """This stands there no more. Raises: AssertionError."""
        assert self.main.get_by_text(words).count() == 0, f"{self.name} sees {words!r} at {self.page.url}"

    def row(self, *words: str) -> "Locator":
        """The row of a table that has these words."""
        found = self.main.get_by_role("row")
        for each in words:
            found = found.filter(has_text=each)
        return found.first

    def look(self, name: str) -> None:
        """Stay here for a moment, for whoever looks at pictures."""
        self._look(self.page, name)

    @property
    def main(self) -> "Locator":
        """What the page is about."""
        return self.page.locator("main")

    @property
    def said(self) -> str:
        """The page in words."""
        return self.main.first.inner_text()[:3_000]


class Tablet:
    """The shared tablet of a station: a badge and a PIN instead of a name and a password."""

    def __init__(self, page: "Page", code: str, look: Callable[["Page", str], None]) -> None:
        self.page, self._look = page, look
        page.set_default_timeout(SLOWEST)
        page.goto("/enrol/")
        page.locator("[name=code]").fill(code)
        page.get_by_role("button", name="Enrol device").tap()
        page.get_by_text("Locked", exact=True).wait_for()

    def sign_in(self, badge: str, pin: str, first_name: str) -> None:
        """The badge under the scanner, the PIN by finger."""
        self.scan(badge)
        self.page.get_by_text(f"PIN for {first_name}").wait_for()
        for digit in pin:
            self.page.locator(f"[data-digit='{digit}']").tap()
        self.page.locator(".keypad-ok").tap()
        self.page.locator("#operator").wait_for()

    def scan(self, code: str) -> None:
        """What a scanner types."""
        self.page.wait_for_load_state()
        self.page.evaluate(SCANNER, code)

    def start(self, order: str) -> None:
        """A job out of the queue."""
        self.page.locator("nav [data-show=queue]").tap()
        row = self.page.locator(".qrow").filter(has_text=order)
        row.locator("[data-do=start]").first.tap()
        self.page.locator("[data-do=pause]:visible").wait_for()
        self.saved()

    def log(self, good: int, scrap_because: str = "") -> None:
        """So many good pieces, and one scrapped for a reason."""
        self.page.locator("[data-open=sheet-log]:visible").first.tap()
        for digit in str(good):
            self.page.locator(f"#sheet-log [data-digit='{digit}']").tap()
        if scrap_because:
            self.page.locator("[data-field=scrap] [data-step='1']").tap()
            self.page.get_by_role("button", name=scrap_because).tap()
        self.page.locator("button[data-log]").tap()
        self.page.locator("#sheet-log").wait_for(state="hidden")
        self.saved()

    def saved(self) -> None:
        """Everything was sent."""
        self.page.get_by_text("All saved").wait_for()

    def shows(self, selector: str, words: str) -> None:
        """What a part of the screen says. Raises: AssertionError."""
        self.page.locator(f"{selector}:visible", has_text=re.compile(f"^{re.escape(words)}$")).first.wait_for()

    def look(self, name: str) -> None:
        """Stay here for a moment, for whoever looks at pictures."""
        self._look(self.page, name)


SCANNER = """code => {
  for (const key of [...code, "Enter"]) {
    const at = document.activeElement ?? document.body;
    const down = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true });
    if (at.dispatchEvent(down) && key.length === 1 && "value" in at) at.value += key;
  }
}"""
