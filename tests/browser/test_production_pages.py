"""A draft is written, an order planned, steps answered and a job split, as a person does it in a browser."""

import os
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from mom.core.actor import system_actor
from mom.work.models import JobOrder
from production.engine.terms import StepKind
from production.models import OperationsDefinition
from production.services import batch
from production.services.operations_definition import NewStep
from tests.factories.accounts import make_site, make_user
from tests.factories.work import give, make_machine, make_material, make_routing

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SHOTS = os.environ.get("MOM_SHOTS", "")
STEPS = (
    NewStep(StepKind.TEXT, "Read the drawing", "Revision C. Mind the burr on the inner edge."),
    NewStep(StepKind.NUMBER, "Bore", unit="MMT", lower_limit=Decimal("24.9"), upper_limit=Decimal("25.1")),
    NewStep(StepKind.CHOICE, "Colour", choices=("blue", "grey", "red")),
)


def shot(page: Any, name: str) -> None:
    """A picture for the eye, where somebody asks for them."""
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"{name}.png", full_page=True)


@pytest.fixture
def instructed(transactional_db: None) -> tuple[Any, list[JobOrder]]:
    """Somebody who may do everything, and a planned order of 20 whose first job runs."""
    site = make_site("P1")
    user = make_user("alice", site=site, permissions=["*"])
    machines = [make_machine(site, code) for code in ("CNC-01", "WASH")]
    make_material(site, "STATOR")
    make_routing(site, "PUMP", operations=2, machines=machines, setup=timedelta(minutes=30), run=timedelta(minutes=9),
                 steps=STEPS)  # fmt: skip
    order = batch.create(system_actor("test"), site, "PUMP", batch.NewBatch("WO-1", quantity=Decimal(20)))
    jobs = list(JobOrder.objects.filter(work_request=order.work_request_id).order_by("sequence"))
    give(jobs[0], "start")
    return user, jobs


@pytest.mark.parametrize("width", [1440, 390])
def test_steps_are_answered_with_large_buttons(
    open_page: Callable[..., Any], live_app: str, instructed: tuple[Any, list[JobOrder]], width: int
) -> None:
    user, _jobs = instructed
    page = open_page(user, width=width)
    page.goto(f"{live_app}/jobs/WO-1-10/")
    shot(page, f"job-{width}")
    page.get_by_role("link", name="Go through the steps").click()
    page.get_by_role("button", name="I have read it").click()
    page.get_by_role("textbox", name="Bore").fill("26")
    shot(page, f"step-number-{width}")
    page.get_by_role("button", name="Keep").click()
    page.get_by_text("26 is out of limits").wait_for()
    open_page.errors.clear()  # type: ignore[attr-defined]  # the refusal itself
    shot(page, f"step-refused-{width}")
    page.get_by_role("textbox", name="Bore").fill("25,02")
    page.get_by_role("button", name="Keep").click()
    button = page.get_by_role("button", name="grey")
    box = button.bounding_box()
    assert box is not None
    assert box["height"] >= 60  # a glove finds it
    shot(page, f"step-choice-{width}")
    button.click()
    page.get_by_text("Every step is answered").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("dark", [False, True])
def test_a_job_is_split_and_a_draft_is_changed(
    open_page: Callable[..., Any], live_app: str, instructed: tuple[Any, list[JobOrder]], dark: bool
) -> None:
    user, _jobs = instructed
    page = open_page(user, dark=dark)
    page.goto(f"{live_app}/jobs/WO-1-10/")
    page.get_by_role("link", name="Split job").click()
    page.get_by_label("Quantity of the new job").fill("8")
    shot(page, f"split-{dark}")
    page.get_by_role("button", name="Split job").click()
    page.get_by_text("New: WO-1-10.1").wait_for()
    shot(page, f"split-off-{dark}")
    page.goto(f"{live_app}/orders/WO-1/")
    page.get_by_role("link", name="Plan times").click()
    page.get_by_role("button", name="Plan times").click()
    page.get_by_text("new planned times").wait_for()
    shot(page, f"order-{dark}")
    page.goto(f"{live_app}/definitions/PUMP/1/")
    page.get_by_role("link", name="New version").click()
    page.get_by_role("button", name="New version").click()
    page.locator("#operation-20").get_by_role("link", name="Add material").click()
    page.get_by_label("Material", exact=True).fill("STATOR")
    page.get_by_label("Quantity for a batch").fill("2")
    page.get_by_role("button", name="Add material").click()
    page.locator("#operation-20").get_by_text("STATOR").first.wait_for()
    shot(page, f"draft-{dark}")
    assert OperationsDefinition.objects.get(number=2).status == "draft"
