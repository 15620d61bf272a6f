"""Every page with the demo plant on it: no rule of accessibility broken, nothing wider than the screen, no error.

One database is filled once and all pages are walked in it: filling it anew for each page would cost minutes.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

import pytest
from pytest_django.plugin import DjangoDbBlocker

from mom.accounts.models import User
from mom.core import permissions
from mom.core.web import navigation
from mom.demo.services.seeding import seed
from tests.bench.axe import broken_rules
from tests.bench.database import Bench
from tests.factories.accounts import make_membership, make_role

if TYPE_CHECKING:
    from playwright.sync_api import Page

THEMES: "tuple[Literal['light'], Literal['dark']]" = ("light", "dark")
# Axe takes most of the time: each width and each theme once.
READ_BY_AXE = {(390, "light"), (1440, "dark")}
pytestmark = [pytest.mark.browser, pytest.mark.broker, pytest.mark.slow]
Open = Callable[..., "Page"]

DETAILS = [
    "/orders/WO-24118/",
    "/orders/new/",
    "/documents/SOP-014/",
    "/machines/CNC-04/",
    "/log-work/CNC-04/",
    "/people/1042/",
    "/materials/P-4410/",
    "/imports/new/",
    "/kpis/quality_ratio/",
    "/kpis/targets/",
    "/kpis/targets/add/",
    "/kpis/without-order/",
    "/kpis/without-order/add/",
    "/figures/oee_index/why/",
    "/figures/completed_quantity/why/",
    "/figures/schedule_attainment/why/",
    "/losses/stops/",
    "/charts/1/",
    "/board/CNC-04/",
    "/search/?q=pump",
    "/labels/lot/A-2604-031/",
    "/connections/test-email/",
    "/setup/approvals/plant.document/",
    "/setup/audit-proof/",
    "/setup/devices/add/",
    "/setup/badges/operator/",
    "/setup/badges/operator/issue/",
    "/account/pin/",
    "/properties/of/equipment/CNC-04/",
    "/properties/of/equipment_class/CNC/",
    "/setup/properties/add/",
    "/setup/number-ranges/order/",
    "/setup/rates/add/",
    "/setup/ideal-cycles/add/",
    "/skills/asked/add/",
    "/alerts/all/",
    "/alerts/call/CNC-04/",
    "/setup/teams/add/",
    "/setup/teams/of/MAINT/",
    "/setup/teams/step/add/MAINT/",
    "/setup/on-call/add/",
    "/setup/alert-rules/add/",
    "/setup/alert-rules/of/DOWN/",
    "/nonconformances/board/",
    "/wall/NORRTAL/",
]


def addresses() -> list[str]:
    """Whatever the navigation shows, and one page of each kind behind it."""
    from django.urls import reverse

    return [*(reverse(item.url_name) for item in navigation.registered()), *DETAILS]


# Live parts whose answer has nothing that is put in their place: they say "live" and stand still.
STANDS_STILL = """async () => {
  const still = [];
  for (const part of document.querySelectorAll("[data-live]")) {
    const headers = { "HX-Request": "true", "X-Requested-With": "live" };
    const answer = await fetch(new URL(part.dataset.live, location.href), { headers });
    if (answer.status !== 200) continue;
    const parsed = new DOMParser().parseFromString(await answer.text(), "text/html");
    const tops = [...parsed.body.querySelectorAll("[id]")].filter((each) => !each.parentElement.closest("[id]"));
    const shown = tops.map((each) => document.getElementById(each.id));
    if (!shown.some((each) => each && each !== part && part.contains(each))) still.push(part.dataset.live);
  }
  return still;
}"""


@pytest.fixture(scope="module")
def kept_demo(bench: Bench, django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> str:
    """The demo, as a database to clone."""
    with django_db_blocker.unblock():
        seed(lambda _line: None)
        kept = bench.keep("pages")
        bench.fresh()
    return kept


@pytest.fixture
def planner(kept_demo: str, bench: Bench, open_page: Open) -> User:
    """The demo's planner, in the database that the live application reads."""
    bench.fresh(kept_demo)
    user = User.objects.get(username="planner")
    make_membership(user, make_role("everything", permissions.declared()), None)  # every page opens, whoever it is for
    return user


def test_every_page_breaks_no_rule_and_fits_in_every_width_and_theme(open_page: Open, planner: User) -> None:
    found: list[str] = []
    page = open_page(planner, bypass_csp=True, reduced_motion="reduce")  # axe is put into the page by eval
    for address in addresses():
        answer = page.goto(address)
        if answer is None or answer.status != 200:
            found.append(f"{address}: answered {answer and answer.status}")
            continue
        found += [f"{address}: its live part {part} never changes" for part in page.evaluate(STANDS_STILL)]
        for theme in THEMES:  # both of the page that stands: which it is the style sheet asks the browser
            page.emulate_media(color_scheme=theme)
            for width in (390, 1180, 1440):
                where = f"{address} at {width} {theme}"
                page.set_viewport_size({"width": width, "height": 900})
                if page.evaluate("document.documentElement.scrollWidth") > width:
                    found.append(f"{where}: wider than the screen")
                if (width, theme) in READ_BY_AXE:
                    found += [f"{where}: {rule}" for rule in broken_rules(page)]
    assert found == [], "\n".join(found)


def test_change_by_one_person_shows_to_another_through_the_stream(open_page: Open, planner: User) -> None:
    supervisor, operator = (User.objects.get(username=name) for name in ("supervisor", "operator"))
    looking, acting = open_page(supervisor), open_page(operator)
    looking.goto("/orders/WO-24117/")
    looking.wait_for_timeout(1_000)  # the stream opens
    acting.goto("/orders/WO-24117/")

    acting.get_by_role("button", name="Pause").first.click()

    # Open and silent, the stream lets the page ask only every 30 s: seeing it within 10 is the stream's doing.
    looking.get_by_role("button", name="Resume").first.wait_for(timeout=10_000)
