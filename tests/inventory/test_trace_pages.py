"""A lot's genealogy on its page, both ways; everything affected held there in one act, and released again."""

import itertools
import re
import uuid
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from inventory.models import LotHold, StockBalance
from inventory.services import lot_hold, stock
from mom.accounts.models import Site
from mom.core.actor import Actor, system_actor
from mom.core.testing import acting
from mom.plant.models import BusinessPartner, MaterialLot
from mom.work.models import JobOrder
from tests.bench.statements import costs_the_same
from tests.factories.accounts import make_user
from tests.factories.counts import make_hold
from tests.factories.stock import JobStore

pytestmark = pytest.mark.django_db


@pytest.fixture
def store(site: Site, actor: Actor) -> JobStore:
    return JobStore(site, actor)


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user, backend="mom.accounts.backends.PasswordBackend")
    return client


@pytest.fixture
def clerk(owner: Any) -> Client:
    return signed_in(owner)


def text_of(answer: Any) -> str:
    return str(answer.content.decode())


@pytest.fixture
def pump(store: JobStore) -> MaterialLot:
    """Made of B-1 and R-1."""
    bar, ring = store.lot(store.bar, "B-1", 50), store.lot(store.ring, "R-1", 50)
    job = store.order(store.routing())[0]
    store.give(job, "start")
    store.consume(job, bar, 20)
    store.consume(job, ring, 20)
    return store.produce(job, "PU-1", 10)


def dispositions() -> dict[str, str]:
    return dict(MaterialLot.objects.values_list("code", "disposition"))


def test_a_lot_shows_what_it_was_made_of_and_what_was_made_of_it(clerk: Client, pump: MaterialLot) -> None:
    assert "/trace/B-1/" in text_of(clerk.get("/lots/B-1/"))
    both = text_of(clerk.get("/trace/PU-1/"))
    assert all(code in both for code in ("B-1", "R-1", "PU-1"))
    forward = text_of(clerk.get("/trace/B-1/?way=forward"))
    assert "PU-1" in forward
    assert "R-1" not in forward
    assert ">This lot<" in forward
    assert re.findall(r'<path d="M188 69C212 69 212 69 236 69"', forward), "a level line from the one box to the other"
    back = text_of(clerk.get("/trace/B-1/?way=back"))
    assert "Nothing is known" in back
    lines = clerk.get("/trace/PU-1/?way=back&export=csv")
    csv = b"".join(lines.streaming_content) if lines.streaming else lines.content
    assert b"B-1" in csv
    assert b"PU-1" in csv
    assert clerk.get("/trace/NONE/").status_code == 404


def test_a_shipment_of_the_lot_itself_counts_once_though_found_both_ways(
    clerk: Client, store: JobStore, pump: MaterialLot
) -> None:
    with acting():
        customer = BusinessPartner.objects.create(site=pump.site, code="KUND-1", is_customer=True)
    place = StockBalance.objects.get(lot=pump).location
    stock.ship(system_actor("test"), pump, place, Decimal(4), op_uuid=uuid.uuid4(), partner=customer)
    for way in ("both", "back", "forward"):
        assert len(clerk.get(f"/trace/PU-1/?way={way}").context["shipped"]) == 1, way


def test_the_picture_shows_what_is_on_hold_and_what_left_to_whom(
    clerk: Client, store: JobStore, pump: MaterialLot
) -> None:
    with acting():
        customer = BusinessPartner.objects.create(site=pump.site, code="KUND-1", is_customer=True)
    place = StockBalance.objects.get(lot=pump).location
    for _truck in range(2):
        stock.ship(system_actor("test"), pump, place, Decimal(2), op_uuid=uuid.uuid4(), partner=customer)
    clerk.post("/holds/affected/B-1/", {"also": "downstream", "reason": "Wrong alloy"})

    answer = clerk.get("/trace/PU-1/")

    boxes = {box.code: box for box in answer.context["graph"].boxes}
    assert [code for code, box in boxes.items() if box.is_held] == ["B-1", "PU-1"]
    assert (boxes["B-1"].x, boxes["PU-1"].x, boxes["KUND-1"].x) == (0, 236, 472)
    assert boxes["R-1"].y > boxes["PU-1"].y > boxes["B-1"].y, "what is joined stands around its middle"
    assert (boxes["KUND-1"].about, boxes["KUND-1"].foot) == ("4\N{NO-BREAK SPACE}pcs", "2 shipments")
    assert boxes["B-1"].foot == "Restricted, 30\N{NO-BREAK SPACE}pcs"
    assert sorted(held for _path, held in answer.context["graph"].lines) == [False, True, True]
    page = text_of(answer)
    assert "Left the plant" in page
    assert "1 customer" in page
    back = clerk.get("/trace/PU-1/?way=back").context["graph"]
    assert "KUND-1" not in {box.code for box in back.boxes}, "asked where it comes from only"


def test_everything_affected_is_held_in_one_act_and_released_in_one(clerk: Client, pump: MaterialLot) -> None:
    assert "Hold everything affected" in text_of(clerk.get("/trace/B-1/"))
    held = clerk.post("/holds/affected/B-1/", {"also": "downstream", "reason": "Wrong alloy"})
    hold = LotHold.objects.get()
    assert held["Location"] == f"/holds/{hold.code}/"
    assert dispositions() == {"B-1": "restricted", "PU-1": "restricted", "R-1": "unrestricted"}
    page = text_of(clerk.get(f"/holds/{hold.code}/"))
    assert "Wrong alloy" in page
    assert "2 of 2 on hold" in page
    assert "What is made of these lots joins this hold." in page
    assert "made later" not in page
    assert f"/holds/{hold.code}/" in text_of(clerk.get("/trace/PU-1/"))
    assert hold.code in text_of(clerk.get("/holds/"))
    assert hold.code in text_of(clerk.get("/lots/PU-1/"))

    release = f"/holds/release/{hold.code}/"
    first = hold.lots.get(lot=pump)
    assert clerk.post(release, {"lots": [first.pk], "reason": "Sorted out"}).status_code == 302
    assert dispositions()["PU-1"] == "unrestricted"
    assert clerk.post(release, {"reason": "Right alloy"}).status_code == 302
    assert set(dispositions().values()) == {"unrestricted"}
    assert "Right alloy" in text_of(clerk.get(f"/holds/{hold.code}/"))


def test_a_hold_says_which_lots_were_made_later(clerk: Client, store: JobStore, pump: MaterialLot) -> None:
    clerk.post("/holds/affected/B-1/", {"also": "downstream", "reason": "Wrong alloy"})
    store.produce(JobOrder.objects.get(code="WO-1-10"), "PU-2", 3)
    hold = LotHold.objects.get()
    page = text_of(clerk.get(f"/holds/{hold.code}/"))
    assert page.count("made later") == 1
    assert "3 of 3 on hold" in page
    assert hold.code in text_of(clerk.get("/trace/PU-2/"))


def test_a_held_lot_is_not_released_from_its_own_page_and_told_why(clerk: Client, pump: MaterialLot) -> None:
    lot_hold.hold(_boss(), [pump.pk], "Leak")
    assert "Leak" in text_of(clerk.get("/lots/PU-1/"))
    address = "/setup/change/lots/PU-1/"
    form = text_of(clerk.get(address))
    sent = dict(re.findall(r'<input type="[a-z]+" name="([a-z_]+)" value="([^"]*)"', form))
    answer = clerk.post(address, {**sent, "code": "PU-1", "definition": pump.definition_id,
                                  "disposition": "unrestricted", "reason": "I say so"})  # fmt: skip
    assert "This lot is in a hold" in text_of(answer)
    assert dispositions()["PU-1"] == "restricted"


def test_P33_who_may_only_look_is_offered_no_act(site: Site, pump: MaterialLot) -> None:
    reader = signed_in(make_user("rolf", site=site, permissions=["inventory.view", "plant.view", "work.view"]))
    lot_hold.hold(_boss(), [pump.pk], "Leak")
    hold = LotHold.objects.get()
    assert "Hold everything affected" not in text_of(reader.get("/trace/B-1/"))
    assert "/holds/release/" not in text_of(reader.get(f"/holds/{hold.code}/"))
    for address in ("/holds/affected/B-1/", f"/holds/release/{hold.code}/"):
        assert reader.get(address).status_code == 403
        assert reader.post(address, {"reason": "Mine"}).status_code == 403


def test_the_trace_costs_the_same_however_many_lots(clerk: Client, store: JobStore, pump: MaterialLot) -> None:
    numbers = itertools.count()
    made = pump.stock_moves.get()

    def more(many: int) -> None:
        for _each in range(many):
            lot = store.lot(store.bar, f"M-{next(numbers)}", 1)
            store.consume(made.job_response.job_order, lot, 1)  # type: ignore[union-attr]

    costs_the_same(more, lambda: clerk.get("/trace/PU-1/"))


def test_the_list_of_holds_costs_the_same_however_many(clerk: Client, site: Site) -> None:
    def more(many: int) -> None:
        for _each in range(many):
            make_hold(site)

    costs_the_same(more, lambda: clerk.get("/holds/"))


def _boss() -> Actor:
    return system_actor("test")
