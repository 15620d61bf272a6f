"""One day of the demo plant, clicked: each person signs in, does their part on the pages, and sees what it did.

The acts are those of the guide docs/play-a-day.md, in its order.
"""

import os
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mom.core import long_work, relay
from mom.demo.engine import norrtal
from mom.demo.services import signals
from mom.demo.services.seeding import seed
from mom.erp.models import TableImport
from mom.erp.services import table_import
from tests.browser.day_pages import TABLET, Desk, Tablet

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.broker, pytest.mark.slow]
COUNTED = {
    "C-2604-116": "117", "C-2604-117": "260", "C-2604-118": "34", "C-2604-121": "60", "C-2604-122": "74",
    "C-2604-124": "112", "C-2604-131": "0", "C-2604-132": "81",
}  # fmt: skip
"""What lies in the rack: a casting of 116 less than the book; of 124 the 108 housings were made.

Of 131 lay 12, and 11 + 5 were reported of it: 4 short. Of 132 lay 90; 5 were reported of it, and the 4 with them."""
A_CODE = re.compile(r"\b(work|inventory|quality|accounts|production)\.[a-z_]+")
"""What our program calls an act, where a person should read a word."""
ORDERS = Path(__file__).parents[2] / "docs" / "demo" / "orders.csv"


class Day:
    """The plant of one day: somebody comes to a desk, the workers do what waits for them."""

    def __init__(self, open_page: Callable[..., "Page"]) -> None:
        self.open_page = open_page

    def desk(self, name: str, width: int = 1440) -> Desk:
        """Somebody signs in."""
        return Desk(self.open_page(None, width=width), name, pictured)

    def tablet(self, code: str) -> Tablet:
        """A new browser becomes a station's tablet."""
        return Tablet(self.open_page(None, **TABLET), code, pictured)

    def work(self) -> None:
        """What the workers do: what is announced is heard, a list comes in."""
        for run in TableImport.objects.filter(completed_at=None, apply_task__isnull=False):
            assert run.apply_task_id is not None
            held = long_work.claim(run.apply_task_id)
            if held is not None:
                long_work.work(run.apply_task_id, table_import.apply, held=held)
        relay.drain(200)


def pictured(page: "Page", name: str) -> None:
    """A picture for whoever wants to look, where `MOM_PICTURES` names a folder."""
    folder = os.environ.get("MOM_PICTURES")
    if folder:
        page.screenshot(path=str(Path(folder) / f"day-{name}.png"), full_page=True)


@pytest.fixture
def day(open_page: Callable[..., "Page"], live_app: str, monkeypatch: pytest.MonkeyPatch) -> Day:
    """The demo as it stands after its first start, with one day of machine messages instead of two weeks."""
    monkeypatch.setattr(signals, "HEARD_FOR", timedelta(days=1))
    seed(lambda _line: None)
    relay.drain(200)
    return Day(open_page)


def test_one_day_is_clicked_from_order_to_complaint(day: Day) -> None:
    planner_brings_in_orders(day)
    operator_makes_parts_at_the_tablet(day)
    supervisor_signs_for_what_is_short(day)
    storekeeper_receives_what_was_short(day)
    inspector_decides_what_the_chart_caught(day)
    technician_repairs_and_hands_back(day)
    storekeeper_counts(day)
    the_order_ships(day)
    inspector_traces_the_complaint(day)
    supervisor_reads_the_shift(day)


def planner_brings_in_orders(day: Day) -> None:
    """Mira: three orders of a file; each is checked before it takes effect, then released with one job."""
    mira = day.desk("planner")
    mira.by_menu("Connections", "Imports")
    mira.follow("Lists from Excel")
    mira.follow("Bring in a list")
    mira.type(kind="Orders")
    mira.page.locator("main [name=file]").set_input_files(ORDERS)
    mira.press("Read file")
    mira.press("Check list")
    mira.sees("3 new, 0 changed, 0 unchanged, 0 refused")
    mira.press("Bring in 3 rows")
    day.work()
    mira.page.reload()
    mira.sees("3 rows are in.")
    mira.by_menu("Production", "Orders")
    mira.find_in_list("WO-2420")
    for order in ("WO-24201", "WO-24202", "WO-24203"):
        mira.row(order, "Released").wait_for()
    mira.look("orders")


def operator_makes_parts_at_the_tablet(day: Day) -> None:
    """Amina: badge and PIN, starts a job, scans a lot; what she reports takes of it, until it is empty: another lot."""
    alva = day.desk("admin")
    alva.by_menu("Setup", "Devices and badges")
    alva.follow("Tablet CNC-04")
    alva.press("Make a code")
    tablet = day.tablet(alva.page.locator(".code-shown").inner_text())
    tablet.sign_in(f"{norrtal.BADGE_PREFIX}1042", norrtal.PIN, "Amina")
    tablet.look("tablet")
    tablet.start("WO-24151")
    tablet.shows("[data-lot='P-4411-C']", "No lot scanned")
    tablet.scan("C-2604-131")
    tablet.shows("[data-lot='P-4411-C']", "C-2604-131")
    tablet.log(10, scrap_because="Burr on bore")
    tablet.shows("[data-good]", "10")
    tablet.log(5)
    tablet.scan("C-2604-132")
    tablet.shows("[data-lot='P-4411-C']", "C-2604-132")
    tablet.log(5)
    tablet.shows("[data-good]", "20")
    tablet.look("tablet-logged")


def supervisor_signs_for_what_is_short(day: Day) -> None:
    """Eva: 28 stators are missing; she signs, and the pumps may start."""
    eva = day.desk("supervisor")
    eva.by_menu("Production", "Jobs")
    eva.find_in_list("WO-24150")
    eva.follow("WO-24150-10")
    eva.sees("P-4610 is short: 212 of 240 at hand.", "Forbids the start · cleared by Store")
    eva.look("short")
    eva.follow("Sign to start all the same")
    eva.look("override")
    eva.sign("Stators are on the lorry")
    eva.sees("Signed. It no longer forbids the start.", "Eva Sandberg signed that it may start all the same")
    eva.look("overridden")


def storekeeper_receives_what_was_short(day: Day) -> None:
    """Hanna: the shortage stands on her list; what comes in ends it."""
    hanna = day.desk("storekeeper")
    hanna.by_menu("Inventory", "Shortages")
    hanna.row("WO-24150-10", "P-4610", "28").wait_for()
    hanna.look("shortages")
    hanna.by_menu("Inventory", "Stock")
    hanna.follow("Receive")
    hanna.type(material="P-4610", quantity="28", lot_code="ST-2604-020")
    hanna.choose("place", "RACK-W1")
    hanna.press("Receive")
    hanna.sees("Received.")
    hanna.by_menu("Inventory", "Shortages")
    hanna.sees_not("WO-24150-10")
    eva = day.desk("supervisor")
    eva.find("WO-24150-10")
    eva.press("Reserve")
    eva.sees("Reserved what is there.", "ST-2604-020 (RACK-W1)")
    eva.sees_not("P-4610 is short")
    eva.look("reserved")


def inspector_decides_what_the_chart_caught(day: Day) -> None:
    """Priya: she measures and the chart signals; the lots it holds, one used as it is, one reworked."""
    priya = day.desk("quality")
    priya.by_menu("Quality", "Inspections")
    priya.row("WO-24117-10", "Asked for").get_by_role("link").first.click()
    priya.measures("38.019", "38.020", "38.018")
    priya.sees("Rule 1: a point beyond a control limit", "Reaction plan", "NCR-260001")
    priya.look("inspection")
    priya.main.get_by_label("Failed of 5").fill("0")
    priya.press("Save")
    priya.sees("Seal face: in order.")
    priya.by_menu("Quality", "Control charts")
    priya.row("CP-4410", "CNC-03").get_by_role("link").first.click()
    priya.sees("Rule 1")
    priya.look("chart")
    priya.by_menu("Quality", "Nonconformances")
    priya.row("Bore Ø38 H7").get_by_role("link").first.click()
    priya.sees("Contained", "H-2604-241", "H-2604-242")
    priya.sees_not("H-2604-240")
    priya.look("ncr")
    for lot, decision in (("H-2604-241", "Use as is"), ("H-2604-242", "Rework")):
        line = priya.main.get_by_role("listitem").filter(has_text=lot)
        line.get_by_label("Decision").select_option(label=decision)
        line.get_by_role("button", name="Decide and sign").click()
        priya.sees(f"{decision}: ", lot)
        priya.look(f"decide-{lot}")
        priya.sign("Measured again, inside the tolerance")
        line.get_by_text("signed by Priya Nair").wait_for()
    priya.sees("Decided")
    priya.sees_not("to be decided")
    priya.look("ncr-decided")


def technician_repairs_and_hands_back(day: Day) -> None:
    """Tomasz: takes the call, takes a valve, says the cause, signs; the press of the service goes on as well."""
    tomasz = day.desk("technician")
    tomasz.by_menu("Maintenance", "Jobs")
    tomasz.look("board")
    tomasz.follow("DC-01: Oil mist at the lock cylinder, machine still runs")
    tomasz.follow("Take it")
    tomasz.press("Take it")
    tomasz.follow("I am there")
    tomasz.press("I am there")
    tomasz.type(material="S-VALVE")
    tomasz.press("Add part")
    tomasz.press("Take reserved parts")
    tomasz.row("S-VALVE", "1").wait_for()
    tomasz.follow("Finish")
    tomasz.look("repaired")
    tomasz.type(mode="Leaks oil, air or water", mechanism="Leakage", finding="Seal of the valve")
    tomasz.press("Finish")
    tomasz.sees("The work is done. The machine stays blocked until somebody signs.")
    tomasz.follow("Sign and hand back")
    tomasz.sign("Ran without load, dry")
    tomasz.sees("Tomasz Zielinski signed")
    tomasz.look("handed-back")
    tomasz.find("WO-24103-10")
    tomasz.sees("IM-03 is under maintenance: job MJ-")
    tomasz.by_menu("Maintenance", "Jobs")
    tomasz.follow("IM-03: Mould service")
    for _step in range(2):
        tomasz.press("Done")
    tomasz.follow("Finish")
    tomasz.press("Finish")
    tomasz.follow("Sign and hand back")
    tomasz.sign("Clean and greased")
    tomasz.sees("Tomasz Zielinski signed")
    tomasz.find("WO-24103-10")
    tomasz.sees_not("under maintenance")


def storekeeper_counts(day: Day) -> None:
    """Hanna: counts a rack, a casting less than the book says; she ends the count and says why."""
    hanna = day.desk("storekeeper", width=390)
    hanna.page.goto("/counts/")
    hanna.row("RACK-R3").get_by_role("link").first.click()
    hanna.look("sheet")
    for lot, there in COUNTED.items():
        hanna.page.get_by_label(lot).fill(there)
    hanna.press("Save counts")
    hanna.press("Finish the count")
    hanna.sees("Against the book")
    hanna.row("C-2604-116", "118", "117", "−1").wait_for()
    hanna.look("differs")
    hanna.type(reason="Dropped and thrown away")
    hanna.press("Post")
    hanna.sees("What was counted", "Dropped and thrown away", "Hanna Lund")


def the_order_ships(day: Day) -> None:
    """Hanna: three pumps more leave for the customer; a lot on hold does not."""
    hanna = day.desk("storekeeper")
    hanna.by_menu("Inventory", "Stock")
    hanna.follow("Ship")
    hanna.look("ship")
    hanna.type(lot="PU-2604-031", quantity="3")
    hanna.choose("customer", "Baltic Thermo")
    hanna.choose("place", "FG-A3")
    hanna.press("Ship")
    hanna.sees("Shipped.")
    hanna.row("PU-2604-031", "FG-A3", "5").wait_for()


def inspector_traces_the_complaint(day: Day) -> None:
    """Priya: a pump leaks. Back to the melt, forward to all that was made of it; all is held in one act."""
    priya = day.desk("quality")
    priya.find("PU-2604-031")
    priya.follow("Where from, where used")
    priya.sees("H-2604-240", "C-2604-124", "A-2604-033", "FM-88129")
    priya.row("Received", "FJORDAL", "A-2604-033").wait_for()
    priya.row("Shipped", "BALTIC", "PU-2604-031", "12").wait_for()
    priya.row("Shipped", "BALTIC", "PU-2604-031", "3").wait_for()
    priya.look("trace")
    priya.follow("A-2604-033")
    priya.sees("Left the plant", "H-2604-241")
    priya.follow("Hold everything affected")
    priya.type(reason="Leaks at the housing")
    priya.press("Hold")
    priya.sees("H-2604-240", "PU-2604-031", "on hold")
    priya.look("hold")
    hanna = day.desk("storekeeper")
    hanna.page.goto("/stock/ship/")
    hanna.type(lot="PU-2604-031", quantity="1")
    hanna.choose("customer", "Baltic Thermo")
    hanna.choose("place", "FG-A3")
    hanna.press("Ship")
    hanna.sees("Lot PU-2604-031 is not released, it is in hold ")
    day.open_page.errors.clear()  # type: ignore[attr-defined]  # the browser notes the refusal as one
    hanna.look("ship-refused")
    priya.by_menu("Inventory", "Holds")
    priya.look("holds")
    priya.row("Leaks at the housing").get_by_role("link").first.click()
    priya.follow("Release")
    priya.type(reason="Was the seal")
    priya.press("Release")
    priya.sees("Was the seal", "Priya Nair")


def supervisor_reads_the_shift(day: Day) -> None:
    """Eva: what Amina made and took of which lot, what the shift lost and what is still open."""
    eva = day.desk("supervisor")
    eva.find("WO-24151-10")
    eva.row("P-4411", "40 pcs", "20", "1").wait_for()
    eva.row("P-4411-C", "40 pcs", "21").wait_for()
    eva.sees("Amina Warsame", "Reported without enough material in the book")
    eva.sees("Lot changed")
    assert eva.main.get_by_text(A_CODE).count() == 0, eva.said
    eva.look("job-made")
    eva.find("C-2604-132")
    eva.follow("Where from, where used")
    eva.row("Where used", "C-2604-132", "9 pcs", "WO-24151-10").wait_for()
    eva.by_menu("Inventory", "Stock")
    eva.row("P-4411", "Pump housing 32", "RACK-M2", "20").wait_for()
    eva.by_menu("Live", "Shift report")
    eva.sees("OEE", "Availability", "Stopped")
    eva.row("CNC-04", "70 %").wait_for()
    eva.row("NCR-260002", "Scratches on the sealing face of covers").wait_for()
    eva.look("shift")
    eva.by_menu("Live", "Hour board")
    eva.sees("good", "expected by now")
    eva.look("board")
