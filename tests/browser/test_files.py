"""Sending a file and looking at it: by dialog, by drop, by fingers, wheel and keys; no rule broken."""

import io
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from mom.accounts.models import Site, User
from mom.core import permissions
from mom.core.files import services
from mom.core.models import Attachment
from mom.plant.models import Equipment
from tests.bench.axe import broken_rules
from tests.bench.people import actor_with
from tests.core.files import hostile
from tests.factories.accounts import make_site, make_user
from tests.factories.plant import make_equipment

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.broker]
Open = Callable[..., "Page"]


class Hall:
    """A machine with a drawing of two sheets, and somebody who may do everything."""

    def __init__(self) -> None:
        self.site: Site = make_site("P1")
        self.user: User = make_user("alice", site=self.site, permissions=permissions.declared())
        self.machine: Equipment = make_equipment(self.site, "CNC-01")
        self.actor = actor_with(site="P1")
        self.drawing = self.attach(hostile.pdf(2), revision="A")

    def attach(self, content: bytes, **said: Any) -> Attachment:
        """The machine's drawing."""
        new = services.NewFile(title="Chuck", number="Z-1", **said)
        on = ("P1", "plant.equipment", str(self.machine.pk))
        return services.attach(self.actor, *on, name="a.pdf", content=content, new=new)


@pytest.fixture
def hall(open_page: Open) -> Hall:
    """In the database that the live application reads."""
    return Hall()


def test_file_is_sent_from_the_dialog_and_a_refusal_keeps_what_was_typed(open_page: Open, hall: Hall) -> None:
    page = open_page(hall.user, width=1180, height=820)
    page.goto("/machines/CNC-01/")
    page.get_by_role("link", name="Add file").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Title").fill("Worn jaw")
    field = dialog.locator("input[name=file]")
    field.set_input_files({"name": "a.svg", "mimeType": "image/png", "buffer": b"<svg></svg>"})
    with page.expect_response("**/files/add/**") as answer:
        dialog.get_by_role("button", name="Add file").click()
    assert answer.value.status == 422
    dialog.get_by_text("This is an SVG").wait_for()
    assert dialog.get_by_label("Title").input_value() == "Worn jaw"
    assert field.evaluate("field => field.files[0].name") == "a.svg"
    open_page.errors.clear()  # type: ignore[attr-defined]  # the browser notes the refusal

    field.set_input_files({"name": "jaw.png", "mimeType": "image/png", "buffer": hostile.picture()})
    dialog.get_by_role("button", name="Add file").click()
    page.get_by_text("The file was added.").wait_for()
    page.locator("#files").get_by_text("Worn jaw").wait_for()
    assert Attachment.objects.get(kind="photo").title == "Worn jaw"


def test_file_is_dropped_on_the_form(open_page: Open, hall: Hall) -> None:
    page = open_page(hall.user)
    page.goto(f"/files/add/?on=plant.equipment:{hall.machine.pk}")
    drop = """(place, bytes) => {
        const carried = new DataTransfer();
        carried.items.add(new File([new Uint8Array(bytes)], "dropped.png", { type: "image/png" }));
        place.dispatchEvent(new DragEvent("drop", { dataTransfer: carried, bubbles: true, cancelable: true }));
    }"""
    page.locator("[data-drop]").evaluate(drop, list(hostile.picture()))
    page.get_by_text("dropped.png,").wait_for()
    page.get_by_role("button", name="Add file").click()
    page.get_by_text("The file was added.").wait_for()


def scale(page: "Page") -> float:
    return float(page.locator("[data-viewer]").get_attribute("data-scale") or 0)


def test_drawing_is_zoomed_by_buttons_wheel_and_keys_and_turned_over(open_page: Open, hall: Hall) -> None:
    page = open_page(hall.user, width=1180, height=820)
    page.goto(f"/files/{hall.drawing.pk}/")
    page.locator("[data-viewer][data-scale]").wait_for()
    assert scale(page) == 1
    with page.expect_response("**/pages/1/detail/"):  # who looks closely gets the finer picture
        page.get_by_role("button", name="Larger").click(click_count=5)
    assert scale(page) > 3
    page.get_by_role("button", name="Fit").click()
    assert scale(page) == 1
    page.locator("[data-stage]").hover()
    page.mouse.wheel(0, -300)
    page.wait_for_timeout(100)
    assert scale(page) > 1.5
    page.locator("[data-stage]").focus()
    page.keyboard.press("0")
    page.wait_for_timeout(100)  # keys closer together than a person types are a scanner's
    page.keyboard.type("+")
    page.locator('[data-viewer][data-scale="1.50"]').wait_for()
    with page.expect_response("**/pages/2/screen/"):
        page.keyboard.press("PageDown")
    page.get_by_text("2 / 2").wait_for()
    for button in page.locator(".viewer-bar .btn").all():
        box = button.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 56  # a gloved finger


def test_drawing_is_pinched_and_moved_by_fingers(open_page: Open, hall: Hall) -> None:
    page = open_page(hall.user, width=390, height=844, has_touch=True)
    page.goto(f"/files/{hall.drawing.pk}/")
    page.locator("[data-viewer][data-scale]").wait_for()
    box = page.locator("[data-stage]").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    wire = page.context.new_cdp_session(page)

    def touch(kind: str, *points: tuple[float, float]) -> None:
        named = [{"x": across, "y": down, "id": number} for number, (across, down) in enumerate(points)]
        wire.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": named})

    touch("touchStart", (x - 20, y), (x + 20, y))
    for step in range(1, 9):
        touch("touchMove", (x - 20 - 10 * step, y), (x + 20 + 10 * step, y))
    touch("touchEnd")
    assert scale(page) > 3
    before = page.locator("[data-sheet]").get_attribute("style")
    touch("touchStart", (x, y))
    touch("touchMove", (x + 40, y + 40))
    touch("touchEnd")
    assert page.locator("[data-sheet]").get_attribute("style") != before


def test_pages_of_files_break_no_rule(open_page: Open, hall: Hall) -> None:
    second = hall.attach(hostile.pdf(1), revision="B", replaces=hall.drawing.pk)
    add = f"/files/add/?on=plant.equipment:{hall.machine.pk}"
    found: list[str] = []
    for dark in (False, True):
        page = open_page(hall.user, dark=dark, bypass_csp=True)  # axe is put into the page by eval
        for address in (
            f"/files/{hall.drawing.pk}/",
            add,
            f"{add}&replaces={second.pk}",
            "/machines/CNC-01/",
        ):
            page.goto(address)
            for width in (390, 1180, 1440):
                page.set_viewport_size({"width": width, "height": 900})
                if page.evaluate("document.documentElement.scrollWidth") > width:
                    found.append(f"{address} at {width}: wider than the screen")
                found += [f"{address} at {width}: {rule}" for rule in broken_rules(page)]
        page.context.close()
    assert found == [], "\n".join(found)


def test_form_works_without_script(open_page: Open, hall: Hall) -> None:
    page = open_page(hall.user, java_script_enabled=False)
    page.goto(f"/files/add/?on=plant.equipment:{hall.machine.pk}")
    page.locator("input[name=file]").set_input_files(
        {"name": "a.png", "mimeType": "image/png", "buffer": hostile.picture()}
    )
    page.get_by_role("button", name="Add file").click()
    page.get_by_text("The file was added.").wait_for()
    assert io.BytesIO(bytes(Attachment.objects.get(kind="photo").blob.content)).read(4) == b"\x89PNG"
