"""The overview and a machine's page move by themselves: by the stream, not in a hidden tab, never under the pointer."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from mom.accounts.models import Site
from mom.plant.models import Equipment
from tests.bench.axe import broken_rules
from tests.factories.alerts import make_team
from tests.factories.machines import make_fleet, make_live, send
from tests.factories.plant import make_reason

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route

pytestmark = [pytest.mark.browser, pytest.mark.broker]
Open = Callable[..., "Page"]
STREAM = 10_000  # ms: open and silent, the stream lets a page ask only every 10 s or more


@pytest.fixture
def machine(open_page: Open, site: Site) -> Equipment:
    """Runs, with a neighbour, in the database that the live application reads."""
    make_reason(site, "JAM", name="Chip conveyor jam")
    return make_fleet(site, ["CNC-04", "CNC-05"])[0]


def listening(page: "Page", address: str) -> None:
    """Open a page and wait until its stream is open."""
    with page.expect_response("**/live/**"):
        page.goto(address)


def stop(machine: Equipment, reason: str = "") -> None:
    """The machine says that it is down."""
    send(machine, ("down", 0, reason))
    live = make_live(machine)
    if live.state != "down":
        type(live).objects.filter(pk=live.pk).update(state="down", time_class="down")


def stop_until_heard(page: "Page", machine: Equipment) -> None:
    """The machine is down, and the page has asked for its row.

    A listener that lost its connection makes up for what it missed with a whole, which tests of rows alone withhold.
    """
    from playwright.sync_api import TimeoutError as NothingCame

    for _again in range(5):
        try:
            with page.expect_request(lambda request: "rows=" in request.url, timeout=3_000):
                stop(machine)
        except NothingCame:
            send(machine, ("run", 0))
        else:
            return


def test_stop_moves_the_row_of_the_overview_without_a_reload(open_page: Open, owner: Any, machine: Equipment) -> None:
    page = open_page(owner)
    listening(page, "/")
    page.evaluate("window.kept = document.querySelector('main')")
    stop(machine)
    page.locator("#m-CNC-04.row-bad").wait_for(timeout=STREAM)
    assert page.evaluate("window.kept === document.querySelector('main')")  # the page itself was not loaded anew


@pytest.mark.parametrize(("age", "row"), [(60_000, "#m-CNC-04.row-bad"), (0, "#m-CNC-04:not(.row-bad)")])
def test_whole_that_was_read_before_a_row_came_does_not_take_it_back(
    open_page: Open, owner: Any, machine: Equipment, age: int, row: str
) -> None:
    page = open_page(owner)
    live = {"X-Requested-With": "live"}
    before = page.request.get("/", headers=live).text()
    wholes = [(before, 60_000)]  # from the first on: the row that is down can only have come by itself

    def answer(route: "Route") -> None:
        if route.request.headers.get("x-requested-with") == "live" and "rows=" not in route.request.url:
            body, read_before = wholes[-1]
            route.fulfill(body=body, headers={"Content-Type": "text/html", "X-Live-Age": str(read_before)})
        else:
            route.continue_()

    page.route(lambda address: address.partition("?")[0].endswith("/"), answer)
    listening(page, "/")
    stop_until_heard(page, machine)
    page.locator("#m-CNC-04.row-bad").wait_for(timeout=STREAM)
    wholes.append((before.replace('id="figures"', 'id="figures" data-whole="older"'), age))
    page.locator("#figures[data-whole=older]").wait_for(timeout=2 * STREAM)
    page.locator(row).wait_for(timeout=2 * STREAM)  # without an age the whole is the newer one: the control


def test_row_that_could_not_be_fetched_is_asked_for_again_soon(open_page: Open, owner: Any, machine: Equipment) -> None:
    page = open_page(owner)
    before = page.request.get("/", headers={"X-Requested-With": "live"}).text()
    misses: list[str] = []

    def answer(route: "Route") -> None:
        if route.request.headers.get("x-requested-with") != "live":
            route.continue_()
        elif "rows=" not in route.request.url:
            route.fulfill(body=before, headers={"Content-Type": "text/html", "X-Live-Age": "60000"})
        elif len(misses) < 2:
            misses.append(route.request.url)
            route.abort()
        else:
            route.continue_()

    page.route(lambda address: address.partition("?")[0].endswith("/"), answer)
    listening(page, "/")
    stop_until_heard(page, machine)
    page.locator("#m-CNC-04.row-bad").wait_for(timeout=STREAM)  # no whole says it
    assert len(misses) == len(open_page.errors) == 2  # type: ignore[attr-defined]
    open_page.errors.clear()  # type: ignore[attr-defined]


def test_machine_page_moves_and_one_tap_gives_the_reason(open_page: Open, owner: Any, machine: Equipment) -> None:
    page = open_page(owner)
    listening(page, "/machines/CNC-04/")
    page.locator("#now-state[data-state=run]").wait_for()
    stop(machine)
    page.locator("#now-state[data-state=down]").wait_for(timeout=STREAM)
    page.locator("#now-acts").get_by_role("button", name="Chip conveyor jam").click()
    page.locator("#now-state").get_by_text("Chip conveyor jam").wait_for()


def test_row_under_the_pointer_waits_until_it_has_left(open_page: Open, owner: Any, machine: Equipment) -> None:
    page = open_page(owner)
    listening(page, "/")
    page.locator("#m-CNC-04").hover()
    with page.expect_response(lambda answer: answer.request.headers.get("x-requested-with") == "live"):
        stop(machine)  # the row alone comes, or the whole where its sums became due in the same moment
    page.wait_for_function("document.querySelector('#m-CNC-04') && !document.querySelector('#m-CNC-04.row-bad')")
    page.mouse.move(5, 5)
    page.locator("#m-CNC-04.row-bad").wait_for(timeout=2_000)


def test_hidden_tab_stops_and_comes_back_fresh(open_page: Open, owner: Any, machine: Equipment) -> None:
    page = open_page(owner)
    listening(page, "/")
    hide = """hidden => {
      Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
      document.dispatchEvent(new Event("visibilitychange"));
    }"""
    page.evaluate(hide, True)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    stop(machine)
    page.wait_for_timeout(1_500)
    assert [url for url in asked if "rows=" in url or url.endswith("/")] == []
    page.evaluate(hide, False)
    page.locator("#m-CNC-04.row-bad").wait_for(timeout=5_000)


def test_two_missed_updates_mark_the_screen_as_stale(open_page: Open, owner: Any, machine: Equipment) -> None:
    page = open_page(owner)
    page.route("**/live/**", lambda route: route.abort())
    page.goto("/")

    def refuse(route: "Route") -> None:
        if route.request.headers.get("x-requested-with") == "live":
            route.fulfill(status=503)
        else:
            route.continue_()

    page.route("**/*", refuse)
    page.locator("[data-live-mark][data-stale]").wait_for(timeout=30_000)
    assert "Last update" in (page.locator("[data-live-mark]").text_content() or "")
    assert page.locator("main [data-live][data-stale]").count() == 1
    open_page.errors.clear()  # type: ignore[attr-defined]  # the browser notes what was refused


def test_timer_counts_by_itself(open_page: Open, owner: Any, machine: Equipment) -> None:
    page = open_page(owner)
    page.goto("/")
    before = page.evaluate(
        """() => {
          const timer = document.querySelector('#m-CNC-04 [data-since]');
          timer.dataset.since = Math.floor(Date.now() / 1000) - 5;
          return timer.textContent;
        }"""
    )
    page.wait_for_function(
        "before => { const now = document.querySelector('#m-CNC-04 [data-since]').textContent;"
        " return now !== before && now.endsWith('s'); }",
        arg=before,
    )


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("address", ["/", "/machines/CNC-04/"])
def test_live_pages_break_no_rule_and_fit(
    open_page: Open, owner: Any, machine: Equipment, dark: bool, address: str
) -> None:
    stop(machine)
    page = open_page(owner, dark=dark, bypass_csp=True)
    page.goto(address)
    for width in (1440, 1180, 390):
        page.set_viewport_size({"width": width, "height": 900})
        assert broken_rules(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_call_for_help_is_a_dialog_on_the_machine_s_page(open_page: Open, owner: Any, machine: Equipment) -> None:
    make_team(machine.site, "MAINT", icon="maint", name="Maintenance")
    page = open_page(owner, bypass_csp=True)
    page.goto("/machines/CNC-04/")
    caller = page.locator("#now-acts").get_by_role("link", name="Call for help")
    caller.click()
    dialog = page.get_by_role("dialog", name="Call for help")
    dialog.wait_for()
    assert broken_rules(page) == []
    dialog.get_by_role("link", name="Cancel").click()
    dialog.wait_for(state="detached")
    assert page.url.endswith("/machines/CNC-04/")
    caller.click()
    dialog.get_by_role("button", name="Maintenance").click()
    page.get_by_text("Maintenance is called.").wait_for()
    assert page.url.endswith("/machines/CNC-04/")


def test_call_for_help_is_a_page_where_the_dialog_can_t_be(open_page: Open, owner: Any, machine: Equipment) -> None:
    make_team(machine.site, "MAINT", icon="maint", name="Maintenance")
    page = open_page(owner, java_script_enabled=False)
    page.goto("/machines/CNC-04/")
    page.locator("#now-acts").get_by_role("link", name="Call for help").click()
    page.get_by_role("button", name="Maintenance").click()
    page.get_by_text("Maintenance is called.").wait_for()
