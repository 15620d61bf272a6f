"""Stock on pages: seen, received, moved, scrapped; a job's material reserved and let go by a button."""

import itertools
import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from inventory.models import StockMove, StorageLocation
from inventory.services import lot_hold
from mom.accounts.models import Site
from mom.core import clock
from mom.core.actor import Actor
from mom.core.testing import acting
from mom.plant.engine.terms import LotDisposition
from mom.plant.models import BusinessPartner, MaterialLot
from tests.bench.statements import costs_the_same
from tests.factories.accounts import make_user
from tests.factories.stock import JobStore
from tests.factories.work import make_material

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


def typed(client: Client, address: str, **fields: Any) -> Any:
    """The form of a page, filled and sent."""
    page = client.get(address).content.decode()
    key = re.search(r'name="op_uuid" value="([^"]+)"', page)
    assert key is not None
    return client.post(address, {"op_uuid": key[1], **fields})


def test_a_delivery_is_received_once_however_often_the_button_is_pressed(clerk: Client, store: JobStore) -> None:
    page = clerk.get("/stock/receive/").content.decode()
    key = re.search(r'name="op_uuid" value="([^"]+)"', page)
    assert key is not None
    body = {"op_uuid": key[1], "material": "BAR", "quantity": "120", "place": store.shelf.pk, "lot_code": "B-7",
            "supplier_lot": "H88", "expires_on": "2031-04-17"}  # fmt: skip

    for _press in range(2):
        assert clerk.post("/stock/receive/", body).status_code == 302

    lot = MaterialLot.objects.get()
    assert store.balance(lot) == (120, 0)
    assert (lot.supplier_lot, lot.expires_at.isoformat()) == ("H88", "2031-04-17T22:00:00+00:00")  # type: ignore[union-attr]
    shown = clerk.get("/stock/").content.decode()
    assert "B-7" in shown
    assert "120" in shown


def test_what_is_wrong_stands_at_its_field_and_what_was_typed_stays(clerk: Client, store: JobStore) -> None:
    answer = typed(clerk, "/stock/receive/", material="GOLD", quantity="12", place=store.shelf.pk)

    assert answer.status_code in {200, 422}
    assert "none with that code" in answer.content.decode()
    assert 'value="GOLD"' in answer.content.decode()
    assert not MaterialLot.objects.exists()


def test_a_lot_moves_and_is_scrapped_with_a_reason(clerk: Client, store: JobStore) -> None:
    lot = store.lot(store.bar, "B-1", 10)
    line = JobStore(store.site, store.actor, "L-").shelf
    moved = typed(clerk, "/stock/move/", lot="B-1", quantity="4", place=store.shelf.pk, to=line.pk)
    assert moved.status_code == 302, moved.content.decode()[:500]

    refused = typed(clerk, "/stock/scrap/", lot="B-1", quantity="7", place=store.shelf.pk, reason="Dropped")
    assert refused.status_code in {200, 409}
    assert (
        typed(clerk, "/stock/scrap/", lot="B-1", quantity="6", place=store.shelf.pk, reason="Bent").status_code == 302
    )

    there = {row.location.equipment.code: int(row.quantity) for row in lot.stock_balances.exclude(quantity=0)}
    assert there == {"L-SHELF": 4}


def test_a_lot_is_shipped_once_to_a_customer_and_a_held_one_is_refused(clerk: Client, store: JobStore) -> None:
    lot = store.lot(store.bar, "B-1", 10)
    store.lot(store.ring, "R-HELD", 10, disposition=LotDisposition.RESTRICTED)
    with acting():
        customer = BusinessPartner.objects.create(site=store.site, code="KUND", name="Kund", is_customer=True)
        supplier = BusinessPartner.objects.create(site=store.site, code="LIEF", name="Lief", is_supplier=True)
    page = clerk.get("/stock/ship/").content.decode()
    assert "Kund" in page
    assert "Lief" not in page
    key = re.search(r'name="op_uuid" value="([^"]+)"', page)
    assert key is not None
    body = {"op_uuid": key[1], "lot": "B-1", "quantity": "4", "place": store.shelf.pk, "customer": customer.pk}
    for _press in range(2):
        assert clerk.post("/stock/ship/", body).status_code == 302
    assert store.balance(lot) == (6, 0)
    assert StockMove.objects.get(kind="shipped").partner == customer

    to = {"place": store.shelf.pk, "customer": customer.pk}
    assert "on hold" in typed(clerk, "/stock/ship/", lot="R-HELD", quantity="1", **to).content.decode()
    assert typed(clerk, "/stock/ship/", lot="B-1", quantity="7", **to).status_code in {200, 409, 422}
    assert typed(clerk, "/stock/ship/", lot="B-1", quantity="1", **to | {"customer": supplier.pk}).status_code == 422
    assert store.balance(lot) == (6, 0)


def test_the_list_says_by_which_hold_a_lot_is_kept_and_what_expires_soon(clerk: Client, store: JobStore) -> None:
    now = clock.now()
    kept = store.lot(store.bar, "B-KEPT", 5, expires_at=now + timedelta(days=3))
    store.lot(store.bar, "B-SOON", 5, expires_at=now + timedelta(days=29))
    store.lot(store.bar, "B-LATER", 5, expires_at=now + timedelta(days=31))
    store.lot(store.bar, "B-PAST", 5, expires_at=now - timedelta(hours=1))
    first, second = (lot_hold.hold(store.actor, [kept.pk], reason) for reason in ("Leak", "Drift"))
    page = clerk.get("/stock/").content.decode()
    assert f"/holds/{first.code}/" in page
    assert f"/holds/{second.code}/" not in page, "the oldest"
    soon = clerk.get("/stock/?view=expiring").content.decode()
    assert [code for code in ("B-KEPT", "B-SOON", "B-LATER", "B-PAST") if code in soon] == ["B-SOON"]
    lot_hold.release(store.actor, first.pk, "Tight")
    assert f"/holds/{second.code}/" in clerk.get("/stock/").content.decode()


def test_a_numbered_piece_moves_is_shipped_and_scrapped_by_its_number(clerk: Client, store: JobStore) -> None:
    motor = make_material(store.site, "MOTOR", tracking="serial")
    lot = store.lot(store.bar, "B-1", 5)
    numbers = {each: store.piece(motor, each) for each in ("SN-1", "SN-2")}
    line = JobStore(store.site, store.actor, "L-").shelf
    with acting():
        customer = BusinessPartner.objects.create(site=store.site, code="KUND", name="Kund", is_customer=True)
    assert "SN-2" in clerk.get("/stock/").content.decode()
    assert 'value="SN-1"' in clerk.get("/stock/move/?number=SN-1").content.decode()

    assert typed(clerk, "/stock/move/", number="SN-1", place=store.shelf.pk, to=line.pk).status_code == 302
    half = typed(clerk, "/stock/scrap/", number="SN-2", quantity="2", place=store.shelf.pk, reason="Bent")
    assert "SN-2 is one piece" in half.content.decode()
    assert typed(clerk, "/stock/scrap/", number="SN-2", place=store.shelf.pk, reason="Bent").status_code == 302
    to = {"place": line.pk, "customer": customer.pk}
    assert "none with the code" in typed(clerk, "/stock/ship/", number="SN-9", **to).content.decode()
    assert "required" in typed(clerk, "/stock/ship/", lot="B-1", **to).content.decode()
    assert typed(clerk, "/stock/ship/", number="SN-1", **to).status_code == 302
    assert typed(clerk, "/stock/ship/", number="SN-1", **to).status_code in {409, 422}, "it is gone"

    left = {row.kind: row.sublot for row in StockMove.objects.filter(kind__in=("shipped", "scrapped"))}
    assert left == {"shipped": numbers["SN-1"], "scrapped": numbers["SN-2"]}
    assert store.balance(lot) == (5, 0)


def test_a_numbered_piece_is_moved_at_once_and_not_into_a_silo(clerk: Client, store: JobStore) -> None:
    motor = make_material(store.site, "MOTOR", tracking="serial")
    store.piece(motor, "SN-1")
    silo = JobStore(store.site, store.actor, "L-").shelf
    asked = typed(clerk, "/stock/move/", number="SN-1", place=store.shelf.pk, to=silo.pk, as_job="on")
    assert "moved at once" in asked.content.decode()
    with acting():
        StorageLocation.objects.filter(pk=silo.pk).update(is_blending=True)
    into = typed(clerk, "/stock/move/", number="SN-1", place=store.shelf.pk, to=silo.pk)
    assert "blends lots" in into.content.decode()


def test_a_job_s_material_is_reserved_and_let_go_by_a_button(clerk: Client, store: JobStore) -> None:
    lot = store.lot(store.bar, "B-1", 30)
    job, *_later = store.order(store.routing())
    card = clerk.get(f"/jobs/{job.code}/").content.decode()
    assert f"/stock/for/{job.code}/reserve/" in card

    assert clerk.post(f"/stock/for/{job.code}/reserve/").status_code == 302
    assert store.balance(lot) == (30, 20)
    card = clerk.get(f"/jobs/{job.code}/").content.decode()
    assert "B-1 (SHELF)" in card
    assert "Short: RING." in card

    assert clerk.post(f"/stock/for/{job.code}/let-go/").status_code == 302
    assert store.balance(lot) == (30, 0)


def test_what_is_held_and_reserved_is_marked(clerk: Client, store: JobStore) -> None:
    store.lot(store.bar, "B-1", 30)
    store.lot(store.ring, "R-HELD", 30, disposition=LotDisposition.RESTRICTED)
    job, *_later = store.order(store.routing())
    store.reserve(job)

    held, reserved = (
        clerk.get("/stock/?view=held").content.decode(),
        clerk.get("/stock/?view=reserved").content.decode(),
    )

    assert "R-HELD" in held
    assert "B-1" not in held
    assert "B-1" in reserved
    assert "R-HELD" not in reserved


def test_P33_who_may_only_look_is_offered_no_act(site: Site, store: JobStore) -> None:
    store.lot(store.bar, "B-1", 30)
    job, *_later = store.order(store.routing())
    reader = signed_in(make_user("rolf", site=site, permissions=["inventory.view", "work.view", "plant.view"]))

    assert "/stock/receive/" not in reader.get("/stock/").content.decode()
    assert "/reserve/" not in reader.get(f"/jobs/{job.code}/").content.decode()
    for address in ("/stock/receive/", "/stock/move/", "/stock/scrap/", f"/stock/for/{job.code}/reserve/"):
        assert reader.get(address).status_code == 403


def test_the_list_costs_the_same_however_much_lies_there(clerk: Client, store: JobStore) -> None:
    numbers = itertools.count()

    def more(many: int) -> None:
        for _lot in range(many):
            store.lot(store.bar, f"B-{next(numbers)}", 10)

    costs_the_same(more, lambda: clerk.get("/stock/"))
