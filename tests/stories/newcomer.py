"""A newcomer's first hour by clicks: from the first page of an empty installation to the first true number.

Also run by hand against an installation that was just started:
`python -m tests.stories.newcomer 'http://127.0.0.1:8000/start/code/?code=…'` prints the seconds and the clicks.
"""

import sys
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

PASSWORD = "a sentence that is long"


@dataclass
class Hand:
    """Counts what a person does: clicks and fields typed into."""

    page: "Page"
    clicks: int = 0
    typed: int = 0
    seconds: dict[str, float] = field(default_factory=dict)
    begun: float = field(default_factory=time.monotonic)

    def click(self, name: str, role: str = "button") -> None:
        """Press what carries these words."""
        self.page.get_by_role(role, name=name, exact=True).first.click()  # type: ignore[arg-type]
        self.clicks += 1

    def type(self, label: str, text: str) -> None:
        """Type into the field with this label."""
        self.page.get_by_label(label).first.fill(text)
        self.typed += 1

    def mark(self, what: str) -> None:
        """Note how long it took until here."""
        self.seconds[what] = round(time.monotonic() - self.begun, 1)


def found_company(hand: Hand, address: str) -> None:
    """Through the door and the seven steps, until the machine's page."""
    page = hand.page
    page.goto(address)
    hand.click("Start with my company", role="link")
    hand.type("Company or plant", "Berg Zerspanung")
    page.get_by_label("Time zone").fill("Europe/Berlin")
    hand.click("Continue")
    hand.type("Your name", "Anna Berg")
    hand.type("Sign-in name", "anna")
    hand.type("Password", PASSWORD)
    hand.click("Continue")
    page.get_by_role("heading", name="Your trade").wait_for()
    hand.mark("signed in")
    page.get_by_text("Machining", exact=True).click()
    hand.clicks += 1
    hand.click("Continue")
    page.get_by_role("heading", name="Your shifts").wait_for()
    hand.click("Continue")
    page.get_by_role("heading", name="Your first machine").wait_for()
    hand.click("Continue")
    page.get_by_role("heading", name="The first person").wait_for()
    hand.type("Name", "Anna Berg")
    page.get_by_label("This is me").check()
    hand.clicks += 1
    hand.click("Continue")
    page.get_by_role("heading", name="Your first order").wait_for()
    hand.type("How many?", "50")
    hand.type("Order number", "4711")
    hand.click("Finish")
    page.get_by_role("heading", name="CNC-01").wait_for()
    hand.mark("first order on the machine")


def log_first_pieces(hand: Hand, good: int) -> None:
    """Start the order and log its first good pieces."""
    page = hand.page
    hand.click("Start")
    page.get_by_role("button", name="Log good").first.wait_for()
    hand.click("Log good")
    page.locator("#good-quantity").fill(str(good))
    hand.typed += 1
    page.locator("#log-good").get_by_role("button", name="Log good").click()
    hand.clicks += 1
    page.get_by_text(f"{good} / 50").first.wait_for()
    hand.mark("first pieces logged")


def first_number(hand: Hand, seconds: float = 60) -> str:
    """The figure Finished pieces on the overview, once it is computed."""
    page, until = hand.page, time.monotonic() + seconds
    page.goto("/")
    hand.clicks += 1
    while True:
        tile = page.locator(".kpi", has=page.get_by_text("Finished pieces", exact=True)).first
        shown = tile.locator(".kpi-value").inner_text() if tile.count() else ""
        if shown and "n/a" not in shown and not shown.startswith("0"):
            hand.mark("first true number")
            return shown
        if time.monotonic() > until:
            return shown
        time.sleep(0.5)
        page.reload()


def told(hand: Hand, number: str) -> str:
    """What is printed at the end."""
    steps = ", ".join(f"{what} {seconds:.1f} s" for what, seconds in hand.seconds.items())
    good = number.split(maxsplit=1)[0]
    return f"Newcomer: {hand.clicks} clicks, {hand.typed} fields; {steps}. Finished pieces on the overview: {good}."


def main(address: str) -> None:
    """Walk it against a running installation."""
    from playwright.sync_api import sync_playwright

    from tests.bench.browser import ARGUMENTS, CHROMIUM

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        context = browser.new_context(base_url=address.split("/start/", maxsplit=1)[0])
        hand = Hand(context.new_page())
        found_company(hand, address)
        log_first_pieces(hand, 12)
        sys.stdout.write(told(hand, first_number(hand)) + "\n")
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1])
