"""Count accuracy in the KPI book: a case worked by hand, the same wherever it is read, and the lines it opens to.

The sixteenth of April: early 6 to 14, late 14 to 22, night 22 to 6. SHELF is counted early (3 of 4 lines right), RACK
late (1 of 2), SHELF again in the night, after midnight (4 of 4). One line of RACK is of another material.
"""

import uuid
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client

from analytics.engine.book import BOOK
from analytics.engine.kpi import Missing
from analytics.engine.kpi_evidence import Counted
from analytics.selectors.kpis import kpi_table, kpi_values
from analytics.selectors.series import By, Scope
from analytics.selectors.slices import Window
from inventory.models import StorageLocation
from inventory.selectors.counting import accuracy_of
from inventory.services import stock
from mom.accounts.models import Site, User
from mom.core.actor import system_actor
from tests.analytics.shift_floor import DAY, Floor
from tests.analytics.test_figures_by_shift import at
from tests.factories.accounts import make_user
from tests.factories.counts import Counting, make_place
from tests.factories.stock import JobStore

BACKEND = "mom.accounts.backends.PasswordBackend"
NEXT = DAY + timedelta(days=1)
D = Decimal
ACCURACY = BOOK["count_accuracy"]


@pytest.fixture
def counted(site: Site) -> tuple[Floor, JobStore, StorageLocation]:
    floor = Floor.make(site)
    with time_machine.travel(at(floor, 5), tick=False):
        store, rack = JobStore(site, system_actor("test")), make_place(site, "RACK")
        lots = [store.lot(store.bar, f"B-{number}", 20) for number in range(4)]
        moved = [store.lot(store.bar, "B-9", 10), store.lot(store.ring, "R-9", 10)]
        for lot in moved:
            stock.transfer(store.actor, lot, store.shelf, rack, D(10), op_uuid=uuid.uuid4())
    counts(floor, store.shelf, 10, list(zip(lots, (20, 20, 19, 20), strict=True)))
    counts(floor, rack, 15, [(moved[0], 10), (moved[1], 12)])
    counts(floor, store.shelf, 25, list(zip(lots, (20, 20, 19, 20), strict=True)))
    return floor, store, rack


def counts(floor: Floor, place: StorageLocation, hour: int, said: list[tuple[Any, int]]) -> None:
    with time_machine.travel(at(floor, hour), tick=False):
        count = Counting(place)
        for lot, found in said:
            count.say(lot, found)
        if count.finish().status != "posted":
            count.post("Miscounted at receipt")


def shares(site: Site, by: By, scope: Scope | None = None, window: Window | None = None) -> dict[str, Counted]:
    rows = kpi_table(ACCURACY, site, window or Window(DAY, NEXT), by, scope).rows
    return {row.slice.key: row.slice.evidence for row in rows}


def test_count_accuracy_equals_the_case_worked_by_hand(counted: Any, django_assert_max_num_queries: Any) -> None:
    floor, store, rack = counted
    site = floor.site
    with django_assert_max_num_queries(2):
        assert shares(site, By.SITE) == {"": Counted(8, 10)}
    assert shares(site, By.PLACE) == {"SHELF": Counted(7, 8), "RACK": Counted(1, 2)}
    assert shares(site, By.DAY) == {"2026-04-16": Counted(4, 6), "2026-04-17": Counted(4, 4)}
    assert shares(site, By.SHIFT) == {"early": Counted(3, 4), "late": Counted(1, 2), "night": Counted(4, 4)}
    assert shares(site, By.MATERIAL) == {"BAR": Counted(8, 9), "RING": Counted(0, 1)}
    assert shares(site, By.PLACE, Scope(shift="night"), Window(DAY, DAY)) == {"SHELF": Counted(4, 4)}
    assert shares(site, By.PLACE, Scope(equipment=rack.equipment_id)) == {"RACK": Counted(1, 2)}
    assert shares(site, By.SITE, Scope(definition=store.ring.pk)) == {"": Counted(0, 1)}
    assert kpi_table(ACCURACY, site, Window(DAY, NEXT), By.PLACE).whole.value == D("0.8")


def test_the_book_says_what_inventory_says(counted: Any) -> None:
    floor = counted[0]
    own = accuracy_of(floor.site, at(floor, 0), at(floor, 48))
    assert kpi_values((ACCURACY,), floor.site, Window(DAY, NEXT))["count_accuracy"].value == own.ratio == D("0.8")


def test_nothing_counted_is_no_figure_and_another_sites_counts_stay_there(counted: Any, other_site: Site) -> None:
    found = kpi_values((ACCURACY,), other_site, Window(DAY, NEXT))["count_accuracy"]
    assert (found.value, found.missing) == (None, Missing.NO_DATA)


def test_api_file_page_and_why_give_it(counted: Any, client: Client, owner: User) -> None:
    client.force_login(owner, backend=BACKEND)
    asked = {"site": "P1", "first": DAY, "last": NEXT}
    body: Any = client.get("/api/v1/kpis/count_accuracy/values/", {**asked, "by": "place"}).json()
    assert body["total"]["value"] == "0.800000000000"
    assert [(row["key"], row["value"]) for row in body["results"]] == [
        ("RACK", "0.500000000000"), ("SHELF", "0.875000000000"),
    ]  # fmt: skip
    assert client.get("/api/v1/kpis/count_accuracy/values/", {**asked, "by": "machine"}).status_code == 400
    answer: Any = client.get("/api/v1/kpis/count_accuracy/csv/", {**asked, "by": "place"})
    assert "0.875" in b"".join(answer.streaming_content).decode()
    days = f"first={DAY}&last={NEXT}"
    page = client.get(f"/kpis/count_accuracy/?{days}&by=place").content.decode()
    assert "/places/RACK/" in page
    assert "place=RACK" in page
    why = client.get(f"/figures/count_accuracy/why/?{days}").content.decode()
    assert "7 of 8" in why
    assert [why.count(each) for each in ("+2", "−1")] == [1, 1]
    narrowed = client.get(f"/figures/count_accuracy/why/?{days}&place=RACK").content.decode()
    assert ("R-9" in narrowed, "B-1" in narrowed) == (True, False)
    night = client.get(f"/figures/count_accuracy/why/?first={DAY}&last={DAY}&shift=night").content.decode()
    assert ("4 of 4" in night, "B-3" in night, "R-9" in night) == (True, True, False)


def test_lines_are_hidden_from_a_reader_of_figures_who_may_not_see_stock(counted: Any, client: Client) -> None:
    reader = make_user("viewer", site=counted[0].site, permissions=["analytics.view"])
    client.force_login(reader, backend=BACKEND)
    why = client.get(f"/figures/count_accuracy/why/?first={DAY}&last={NEXT}").content.decode()
    assert "7 of 8" in why
    assert "R-9" not in why
