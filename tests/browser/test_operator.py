"""The operator's screen under a finger: the main acts, the network cut in the middle, two tabs, a swallowed answer."""

import os
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from mom.accounts.models import Site
from mom.plant.engine.terms import ReasonKind
from mom.plant.models import Equipment
from mom.terminal.models import TerminalEntry
from mom.work.models import JobOrder, JobResponse, OutputTotal, QuantityReport
from tests.bench.axe import broken_rules
from tests.browser.test_station import opened, scan, type_pin
from tests.factories.devices import PIN, make_device, make_operator
from tests.factories.plant import make_reason
from tests.factories.work import job_of, make_order

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route

pytestmark = [pytest.mark.browser, pytest.mark.broker]
Open = Callable[..., "Page"]


@pytest.fixture
def job(open_page: Open, site: Site) -> tuple[str, JobOrder]:
    """A tablet's credential and the job that waits at its machine, another behind it."""
    _device, secret = make_device(site)
    make_operator(site)
    machine = Equipment.objects.get(site=site, code="CNC-04")
    make_reason(site, "JAM", name="Chip conveyor jam")
    make_reason(site, "TOOL", name="Tool change")
    make_reason(site, "BURR", name="Burr on bore", kind=ReasonKind.SCRAP)
    first = job_of(make_order(site, machine=machine))
    make_order(site, "WO-2", machine=machine)
    return secret, first


def entered(page: "Page") -> None:
    """Mira is signed in and sees the screen."""
    scan(page, "NPW-1042")
    page.get_by_text("PIN for Mira").wait_for()
    type_pin(page, PIN)
    page.locator("#operator").wait_for()


def saved(page: "Page") -> None:
    """Everything was sent and looked at again."""
    page.get_by_text("All saved").wait_for()


def start(page: "Page") -> None:
    page.locator("nav [data-show=queue]").tap()
    page.locator("[data-do=start]").first.tap()
    page.locator("[data-do=pause]").wait_for()


def log(page: "Page", good: str, scrap: bool = False) -> None:
    page.locator("[data-open=sheet-log]:visible").first.tap()
    for digit in good:
        page.locator(f"#sheet-log [data-digit='{digit}']").tap()
    if scrap:
        page.locator("[data-field=scrap] [data-step='1']").tap()
        page.get_by_role("button", name="Burr on bore").tap()
    page.locator("button[data-log]").tap()
    page.locator("#sheet-log").wait_for(state="hidden")


def good() -> Decimal:
    return sum((each.good for each in OutputTotal.objects.all()), Decimal(0))


def test_operator_starts_logs_stops_undoes_and_finishes(open_page: Open, job: Any, live_app: str) -> None:
    page = opened(open_page, job[0], live_app)
    entered(page)
    start(page)
    saved(page)
    log(page, "12", scrap=True)
    saved(page)
    assert (good(), OutputTotal.objects.get(output__job_order=job[1]).scrap) == (12, 1)
    page.locator("button[data-undo]:visible").tap()
    page.locator("[data-good]:visible").get_by_text("0", exact=True).wait_for()
    saved(page)
    assert good() == 0
    log(page, "7")
    page.locator("[data-open=sheet-stop]:visible").tap()
    page.locator("#sheet-stop").get_by_text("Chip conveyor jam").tap()
    page.locator(".fstopped").get_by_text("Stopped").wait_for()
    saved(page)
    assert JobResponse.objects.filter(is_stop=True, ended_at=None, reason__code="JAM").count() == 1
    page.locator("[data-do=go_on]").tap()
    page.locator("[data-do=pause]").wait_for()
    page.locator("[data-open=sheet-finish]:visible").tap()
    page.locator("[data-do=finish]").tap()
    page.get_by_text("No job runs here").wait_for()
    saved(page)
    job[1].refresh_from_db()
    assert (job[1].status, good()) == ("completed", 7)
    assert not TerminalEntry.objects.filter(outcome="refused").exists()


def test_start_and_pause_by_mistake_are_undone_with_one_tap(open_page: Open, job: Any, live_app: str) -> None:
    page = opened(open_page, job[0], live_app)
    entered(page)
    start(page)
    saved(page)
    page.locator("button[data-undo]:visible").tap()
    page.get_by_text("No job runs here").wait_for()
    saved(page)
    job[1].refresh_from_db()
    assert (job[1].status, JobResponse.objects.filter(reverses=None, reversal=None).count()) == ("ready", 0)
    page.locator("button[data-undo]").wait_for(state="hidden")

    start(page)
    page.context.set_offline(True)
    page.locator("[data-do=pause]").tap()
    page.locator("[data-do=resume]:visible").first.wait_for()
    page.locator("button[data-undo]:visible").tap()
    page.locator("[data-do=pause]").wait_for()
    page.context.set_offline(False)
    saved(page)
    open_page.errors.clear()  # type: ignore[attr-defined]  # the browser notes each request that found no network
    job[1].refresh_from_db()
    assert (job[1].status, JobResponse.objects.filter(reverses=None, reversal=None).count()) == ("running", 2)
    kinds = list(TerminalEntry.objects.order_by("id").values_list("kind", "outcome"))
    assert kinds == [(kind, "done") for kind in ("start", "undo", "start", "pause", "undo")]


def test_undone_start_shows_the_paused_job_that_stood_there(open_page: Open, job: Any, live_app: str) -> None:
    """Once of a start that waits on the tablet, once of one that the server has: what comes back is the paused job."""
    page = opened(open_page, job[0], live_app)
    entered(page)
    start(page)
    page.locator("[data-do=pause]").tap()
    page.locator("[data-do=resume]:visible").first.wait_for()
    saved(page)
    first = page.locator(f"[data-panel='{job[1].pk}']")
    other = JobOrder.objects.exclude(pk=job[1].pk).get(equipment=job[1].equipment)
    for is_sent in (False, True):
        page.context.set_offline(not is_sent)
        page.locator("nav [data-show=queue]").tap()
        page.locator(f"[data-do=start][data-job='{other.pk}']").tap()
        page.locator("[data-do=pause]:visible").wait_for()
        if is_sent:
            saved(page)
            page.context.set_offline(True)
        page.locator("button[data-undo]:visible").tap()
        first.wait_for()
        assert page.locator(".facts [data-do=resume]").is_visible()
        assert not page.get_by_text("No job runs here").is_visible()
        page.context.set_offline(False)
        saved(page)
        first.wait_for()
    open_page.errors.clear()  # type: ignore[attr-defined]  # the browser notes each request that found no network
    other.refresh_from_db()
    assert other.status == "ready"


def test_tap_before_the_script_is_there_is_visibly_not_possible(open_page: Open, job: Any, live_app: str) -> None:
    """A machine that stands: its reasons are grey until the script came, and say so; then one tap gives one."""
    page = opened(open_page, job[0], live_app)
    entered(page)
    start(page)
    page.locator("[data-open=sheet-stop]:visible").tap()
    page.locator("#sheet-stop").get_by_text("Not known yet").tap()
    page.locator(".fstopped").get_by_text("Stopped").wait_for()
    saved(page)
    held: list[Any] = []
    page.context.route("**/terminal*.js", lambda route: held.append(route))
    page.goto("/t/CNC-04/", wait_until="commit")
    jam = page.locator(".fstopped").get_by_text("Chip conveyor jam")
    jam.wait_for()
    page.get_by_text("Still loading: the buttons work in a moment.").wait_for()
    buttons = page.locator(".fstopped button")
    assert {buttons.nth(place).is_disabled() for place in range(buttons.count())} == {True}
    jam.tap(force=True)
    assert held
    for route in held:
        route.continue_()
    page.context.unroute("**/terminal*.js")
    page.get_by_text("Still loading: the buttons work in a moment.").wait_for(state="hidden")
    assert TerminalEntry.objects.filter(kind="stop").count() == 1
    jam.tap()
    page.locator("[data-stop-reason]").get_by_text("Chip conveyor jam").wait_for()
    saved(page)
    assert JobResponse.objects.filter(is_stop=True, ended_at=None, reason__code="JAM").count() == 1


def test_network_cut_in_the_middle_loses_nothing(open_page: Open, job: Any, live_app: str) -> None:
    page = opened(open_page, job[0], live_app)
    entered(page)
    start(page)
    saved(page)
    page.context.set_offline(True)
    log(page, "5")
    log(page, "8")
    page.locator("button[data-undo]:visible").tap()
    page.locator("[data-open=sheet-stop]:visible").tap()
    page.locator("#sheet-stop").get_by_text("Tool change").tap()
    page.locator("[data-do=go_on]").tap()
    page.locator("[data-do=pause]").wait_for()
    log(page, "3")
    page.locator("[data-sync=queue]").get_by_text("Offline, kept here: 6").wait_for()
    page.get_by_role("button", name="Lock").tap()  # would lead to a page that is not there
    assert page.locator("[data-good]:visible").inner_text() == "8"
    assert good() == 0
    page.context.set_offline(False)
    saved(page)
    open_page.errors.clear()  # type: ignore[attr-defined]  # the browser notes each request that found no network
    assert good() == 8
    assert list(TerminalEntry.objects.order_by("id").values_list("kind", flat=True)) == [
        "start", "log", "log", "undo", "stop", "go_on", "log",
    ]  # fmt: skip
    assert page.locator("[data-good]:visible").inner_text() == "8"


def test_swallowed_answer_reload_and_two_tabs_count_once(open_page: Open, job: Any, live_app: str) -> None:
    page = opened(open_page, job[0], live_app)
    entered(page)
    start(page)
    saved(page)
    second = page.context.new_page()
    second.goto("/t/CNC-04/")
    second.locator("#operator").wait_for()

    def swallow(route: "Route") -> None:
        route.fetch()
        route.abort()

    page.context.route("**/entries/", swallow)
    log(page, "4")
    second.locator("[data-sync=queue]").wait_for()
    log(second, "6")
    page.wait_for_timeout(6_000)  # both tried, each more than once
    assert "kept here" in page.locator("[data-sync]").inner_text()
    assert good() in {4, 10}
    page.context.unroute("**/entries/")
    page.reload()
    saved(page)
    open_page.errors.clear()  # type: ignore[attr-defined]
    assert (good(), QuantityReport.objects.count(), TerminalEntry.objects.count()) == (10, 2, 3)


def pictured(page: "Page", name: str) -> None:
    """A picture for whoever wants to look, where `MOM_PICTURES` names a folder."""
    folder = os.environ.get("MOM_PICTURES")
    if folder:
        page.screenshot(path=str(Path(folder) / f"{name}.png"))


@pytest.mark.slow
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_screen_breaks_no_rule_and_fits(open_page: Open, job: Any, live_app: str, dark: bool) -> None:
    page = opened(open_page, job[0], live_app, dark=dark, bypass_csp=True)
    entered(page)
    found: list[str] = []

    def see(name: str) -> None:
        for width, height in ((390, 844), (1180, 820)):
            page.set_viewport_size({"width": width, "height": height})
            pictured(page, f"op-{name}-{width}{'-dark' if dark else ''}")
            if page.evaluate("document.documentElement.scrollWidth") > width:
                found.append(f"{name} at {width}: wider than the screen")
        if page.evaluate("document.documentElement.scrollHeight") > 820:
            found.append(f"{name}: scrolls at 1180 x 820")
        found.extend(f"{name}: {rule}" for rule in broken_rules(page))

    see("none")
    page.locator("nav [data-show=queue]").tap()
    see("queue")
    start(page)
    log(page, "31", scrap=True)
    saved(page)
    see("job")
    small = page.locator(".facts button:visible").evaluate_all("all => all.filter(k => k.offsetHeight < 88).length")
    assert small == 0
    page.locator("[data-open=sheet-log]:visible").first.tap()
    page.locator("[data-field=scrap] [data-step='1']").tap()
    see("log")
    page.locator("#sheet-log [data-close]").first.tap()
    page.locator("[data-open=sheet-stop]:visible").tap()
    see("reasons")
    page.locator("#sheet-stop").get_by_text("Chip conveyor jam").tap()
    saved(page)
    see("stopped")
    assert found == [], "\n".join(found)
