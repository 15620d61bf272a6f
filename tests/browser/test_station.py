"""The tablet of a station under a finger and a scanner: sign-in, wrong PIN, lock, person change, a revoked device."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings

from mom.accounts.models import Device, Site
from mom.accounts.services.device import device_add, device_enrol, device_revoke
from mom.accounts.services.pin import pin_give_once
from mom.core.use_case import use_case
from tests.bench.axe import broken_rules
from tests.factories.devices import PIN, SYSTEM, make_device, make_operator
from tests.factories.plant import make_equipment

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.broker]
Open = Callable[..., "Page"]
TABLET = {"width": 1180, "height": 820, "has_touch": True}


@pytest.fixture
def tablet(open_page: Open, site: Site) -> tuple[Device, str]:
    """An enrolled tablet, and two people who work at it."""
    device, secret = make_device(site)
    make_operator(site)
    make_operator(site, "jonas", "NPW-1043", "730462")
    return device, secret


def opened(open_page: Open, secret: str, live_app: str, **options: Any) -> "Page":
    """A browser that holds the credential, at its station."""
    page = open_page(None, **{**TABLET, **options})
    page.context.add_cookies([{"name": settings.DEVICE_COOKIE_NAME, "value": secret, "url": live_app}])
    page.goto("/t/CNC-04/")
    return page


SCANNER = """code => {
  for (const key of [...code, "Enter"]) {
    const at = document.activeElement ?? document.body;
    const down = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true });
    if (at.dispatchEvent(down) && key.length === 1 && "value" in at) at.value += key;
  }
}"""


def scan(page: "Page", code: str) -> None:
    """What a scanner types: as fast as one, also on a busy machine."""
    page.evaluate(SCANNER, code)


def type_pin(page: "Page", pin: str) -> None:
    """By finger."""
    for digit in pin:
        page.locator(f"[data-digit='{digit}']").tap()
    page.locator(".keypad-ok").tap()


def test_person_signs_in_by_badge_and_pin_and_locks(open_page: Open, tablet: Any, live_app: str) -> None:
    page = opened(open_page, tablet[1], live_app)
    scan(page, "NPW-1042")
    page.get_by_text("PIN for Mira").wait_for()
    type_pin(page, "913752")
    page.get_by_text("4 tries left").wait_for()
    open_page.errors.clear()  # type: ignore[attr-defined]  # the browser notes a 422 as one
    type_pin(page, PIN)
    page.locator("#operator").wait_for()
    page.get_by_role("button", name="Lock").tap()
    page.wait_for_url("**/t/CNC-04/")
    page.get_by_text("Locked", exact=True).wait_for()
    page.goto("/machines/CNC-04/")
    page.wait_for_url("**/t/CNC-04/")


def test_scan_never_lands_in_the_pin_and_material_signs_nobody_in(open_page: Open, tablet: Any, live_app: str) -> None:
    page = opened(open_page, tablet[1], live_app)
    scan(page, "NPW-1042")
    page.get_by_text("PIN for Mira").wait_for()
    page.locator("#pin").focus()
    scan(page, PIN)  # a code that happens to be somebody's PIN
    page.get_by_text("not known here").wait_for()
    open_page.errors.clear()  # type: ignore[attr-defined]
    assert page.url.endswith("/who/")
    page.goto("/machines/CNC-04/")
    page.wait_for_url("**/t/CNC-04/")


def test_badge_of_another_person_takes_over_from_any_page(open_page: Open, tablet: Any, live_app: str) -> None:
    page = opened(open_page, tablet[1], live_app)
    scan(page, "NPW-1042")
    page.get_by_text("PIN for Mira").wait_for()
    type_pin(page, PIN)
    page.locator("#operator").wait_for()
    page.wait_for_load_state()  # what listens to the scanner comes with the scripts
    scan(page, "NPW-1043")
    page.wait_for_url("**/t/CNC-04/")
    page.get_by_text("PIN for Jonas").wait_for()
    page.get_by_role("button", name="Cancel").tap()
    page.get_by_text("Locked", exact=True).wait_for()


def test_tablet_locks_by_itself_after_idle_time(open_page: Open, tablet: Any, live_app: str) -> None:
    page = opened(open_page, tablet[1], live_app)
    page.clock.install()
    scan(page, "NPW-1042")
    page.get_by_text("PIN for Mira").wait_for()
    type_pin(page, PIN)
    page.locator("#operator").wait_for()
    page.clock.fast_forward(299_000)
    page.mouse.click(600, 500)
    page.clock.fast_forward(200_000)
    assert page.locator("#operator").is_visible()
    page.clock.fast_forward(101_000)
    page.wait_for_url("**/t/CNC-04/")


def test_revoked_tablet_says_so(open_page: Open, tablet: Any, live_app: str) -> None:
    page = opened(open_page, tablet[1], live_app)
    device_revoke(SYSTEM, tablet[0].pk, "stolen")
    page.reload()
    page.get_by_role("heading", name="This device is not enrolled").wait_for()
    open_page.errors.clear()  # type: ignore[attr-defined]


def test_browser_is_enrolled_by_the_code_behind_the_picture(open_page: Open, site: Site) -> None:
    make_equipment(site, "CNC-04")
    _device, code = device_add(SYSTEM, site=site, name="T", kind="tablet", station="CNC-04", auto_lock_seconds=300)
    page = open_page(None, **TABLET)
    page.goto(f"/enrol/#{code[:4]}-{code[4:]}")
    assert page.locator("[name=code]").input_value() == f"{code[:4]}-{code[4:]}"
    page.get_by_role("button", name="Enrol device").tap()
    page.wait_for_url("**/t/CNC-04/")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_surfaces_break_no_rule_and_fit(open_page: Open, tablet: Any, site: Site, live_app: str, dark: bool) -> None:
    from mom.accounts.services.station import note_visit

    area = make_equipment(site, "MACHINING", level="area")
    make_equipment(site, "CNC-09", parent=area)
    _added, code = device_add(SYSTEM, site=site, name="Wall", kind="wall", station="MACHINING", auto_lock_seconds=300)
    _wall, wall_secret = device_enrol(code, "127.0.0.1")
    mira = make_operator(site, "greta", "NPW-1050")
    with use_case(SYSTEM) as act:
        note_visit(act, site, "CNC-04", mira)
    pin_give_once(SYSTEM, mira.pk, "730462", "forgotten")
    page = opened(open_page, tablet[1], live_app, dark=dark, bypass_csp=True)
    other = opened(open_page, wall_secret, live_app, dark=dark, bypass_csp=True)
    found: list[str] = []

    def look(at: "Page", name: str) -> None:
        for width, height in ((390, 844), (1180, 820), (1440, 900)):
            at.set_viewport_size({"width": width, "height": height})
            found.extend(f"{name} at {width}: {rule}" for rule in broken_rules(at))
            if at.evaluate("document.documentElement.scrollWidth") > width:
                found.append(f"{name} at {width}: wider than the screen")
        at.set_viewport_size({"width": 1180, "height": 820})

    look(page, "locked")
    if page.evaluate("document.documentElement.scrollHeight") > 820:
        found.append("locked: scrolls at 1180 x 820")
    page.get_by_role("button", name="Greta").tap()
    page.get_by_text("PIN for Greta").wait_for()
    look(page, "PIN")
    if page.evaluate("document.documentElement.scrollHeight") > 820:
        found.append("PIN: scrolls at 1180 x 820")
    small = page.locator(".keypad button").evaluate_all("all => all.filter(k => k.offsetHeight < 72).length")
    assert small == 0
    type_pin(page, "730462")
    page.get_by_role("heading", name="Choose your PIN").wait_for()
    look(page, "new PIN")
    look(other, "wall")
    page.goto("/enrol/")
    look(page, "enrol")
    assert found == [], "\n".join(found)
