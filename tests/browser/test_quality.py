"""Quality in a real browser: no rule of accessibility broken, nothing wider than the screen, in both themes."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mom.accounts.models import Site, User
from quality.models import Nonconformance, Sample
from quality.services import inspection
from quality.services.control_limits import Basis, freeze
from tests.bench.axe import broken_rules
from tests.factories.quality import BOSS, STEADY, Floor, bore, burr

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.broker, pytest.mark.slow]
Open = Callable[..., "Page"]
RUN = (
    *STEADY,
    *STEADY[1:],
    ("10.1", "10.2", "10.0"),
    *STEADY,
    ("9.8", "9.9", "9.9"),
    *STEADY,
    ("10.4", "10.4", "10.5"),
)


@pytest.fixture
def floor(open_page: Open, site: Site) -> Floor:
    made = Floor(site, bore(every_pieces=50, method="Bore gauge, three points"), burr(is_first_off=True))
    for values in STEADY * 3:
        made.measure(*values)
    freeze(BOSS, made.chart().pk, Basis(1, 12), "First run")
    for values in RUN[:-1]:
        made.measure(*values)
    made.produce("L-1", 30)
    made.produce("L-2", 20)
    made.measure(*RUN[-1])
    inspection.ask(BOSS, made.job.pk)
    return made


def pictured(page: "Page", name: str) -> None:
    """A picture for whoever wants to look, where `MOM_PICTURES` names a folder."""
    folder = os.environ.get("MOM_PICTURES")
    if folder:
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


def test_quality_pages_break_no_rule_and_fit_in_every_width_and_theme(
    open_page: Open, owner: User, floor: Floor
) -> None:
    ncr = Nonconformance.objects.get()
    line = ncr.lines.first()
    assert line is not None
    asked = floor.job.inspections.get()
    addresses = {
        "charts": "/charts/", "chart": f"/charts/{floor.chart().pk}/", "limits": f"/charts/{floor.chart().pk}/limits/",
        "plans": "/control-plans/", "plan": "/control-plans/CP-1/1/", "inspections": "/inspections/",
        "inspection": f"/inspections/{asked.job_order.code}/", "ncrs": "/nonconformances/",
        "board": "/nonconformances/board/",
        "ncr": f"/nonconformances/{ncr.code}/", "new": "/nonconformances/new/",
        "decide": f"/nonconformances/{ncr.code}/decide/?line={line.pk}&kind=rework&quantity=10",
        "job": f"/jobs/{floor.job.code}/",
    }  # fmt: skip
    found: list[str] = []
    for dark in (False, True):
        page = open_page(owner, dark=dark, bypass_csp=True)  # axe is put into the page by eval
        for name, address in addresses.items():
            answer = page.goto(address)
            assert answer is not None
            assert answer.status == 200, address
            for width in (390, 1180, 1440):
                page.set_viewport_size({"width": width, "height": 900})
                if page.evaluate("document.documentElement.scrollWidth") > width:
                    found.append(f"{address} at {width}: wider than the screen")
                pictured(page, f"{name}-{width}{'-dark' if dark else ''}")
            found += [f"{address}: {rule}" for rule in broken_rules(page)]
        page.context.close()
    assert found == [], "\n".join(found)


def test_values_are_typed_on_a_tablet_and_the_inspection_ends(open_page: Open, owner: User, floor: Floor) -> None:
    page = open_page(owner, width=820, height=1180)
    asked = floor.job.inspections.get()
    page.goto(f"/inspections/{asked.job_order.code}/")
    boxes = page.locator(".input--big")
    for index, value in enumerate(("10.0", "10,1", "9.9")):
        box = boxes.nth(index).bounding_box()
        assert box is not None
        assert box["height"] >= 60, "a glove hits it"
        boxes.nth(index).fill(value)
    pictured(page, "inspection-tablet")
    page.get_by_role("button", name="Save").first.click()
    page.get_by_text("Bore: in order.").wait_for()
    page.locator(".input--big").first.fill("0")
    page.get_by_role("button", name="Save").first.click()
    page.get_by_text("Passed").first.wait_for()
    asked.refresh_from_db()
    assert asked.status == "passed"
    assert Sample.objects.filter(inspection=asked).count() == 2
