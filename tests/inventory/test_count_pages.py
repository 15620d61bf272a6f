"""Counting on pages: asked for, counted blind, decided; places; a move as a job."""

import itertools
import re
import uuid
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from inventory.models import CountClass, CycleCount, HomePlace, StockBalance, StockTransfer
from inventory.selectors.balances import balance_list
from inventory.services import cycle_count, stock
from mom.accounts.models import Site
from mom.core import clock
from mom.core.actor import Actor
from mom.plant.engine.terms import LotDisposition
from tests.bench.statements import costs_the_same
from tests.factories.accounts import make_user
from tests.factories.counts import Counting, make_place
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


def text_of(answer: Any) -> str:
    return str(answer.content.decode())


def key_in(page: str) -> str:
    found = re.search(r'name="op_uuid" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def test_a_place_is_counted_blind_on_its_sheet_and_the_difference_decided(clerk: Client, store: JobStore) -> None:
    lot = store.lot(store.bar, "B-1", 23)
    asked = clerk.post("/counts/ask/", {"place": store.shelf.pk})
    assert asked.status_code == 302
    count = CycleCount.objects.get()
    assert asked["Location"] == f"/counts/{count.code}/"
    assert f'action="/counts/start/{count.code}/"' in text_of(clerk.get(f"/counts/{count.code}/"))
    assert f"/counts/{count.code}/" in text_of(clerk.get(f"/jobs/{count.code}/"))
    for _press in range(2):
        assert clerk.post(f"/counts/start/{count.code}/")["Location"] == f"/counts/{count.code}/"

    sheet = text_of(clerk.get(f"/counts/{count.code}/"))
    assert "B-1" in sheet
    assert "23" not in re.sub(r'value="[^"]*"|[a-f0-9-]{36}|CC-\d+', "", sheet.split("<main")[1].split("</table>")[0])
    line = count.lines.get()
    body = {"op_uuid": key_in(sheet), f"line_{line.pk}": "21"}
    for _press in range(2):
        assert clerk.post(f"/counts/{count.code}/", body).status_code == 302
    assert line.entries.count() == 1
    assert f'action="/counts/finish/{count.code}/"' in text_of(clerk.get(f"/counts/{count.code}/"))
    for _press in range(2):
        assert clerk.post(f"/counts/finish/{count.code}/")["Location"] == f"/counts/{count.code}/"

    review = text_of(clerk.get(f"/counts/{count.code}/"))
    assert "Against the book" in review
    count.refresh_from_db()
    posted = clerk.post(f"/counts/post/{count.code}/", {"reason": "Two broken", "version": count.version})
    assert posted.status_code == 302, text_of(posted)[:500]
    assert store.balance(lot) == (21, 0)
    done = text_of(clerk.get(f"/counts/{count.code}/"))
    assert "Two broken" in done
    assert "0 of 1 lines" in text_of(clerk.get("/counts/?view=all"))


def test_who_only_counts_sees_nothing_of_the_book(site: Site, store: JobStore) -> None:
    lot = store.lot(store.bar, "B-1", 4711)
    counting = Counting(store.shelf)
    counting.say(lot, 9)
    counting.finish()
    counter = signed_in(make_user("cora", site=site, permissions=["inventory.view", "inventory.count_stock"]))

    page = text_of(counter.get(f"/counts/{counting.count.code}/"))

    assert "4711" not in page.replace(",", "").replace("\u202f", "").replace(" ", "")
    assert "Against the book" not in page
    assert "/counts/post/" not in page
    for address in ("post", "discard"):
        assert counter.get(f"/counts/{address}/{counting.count.code}/").status_code == 403


def test_who_counts_begins_and_ends_a_count_without_the_right_to_run_jobs(site: Site, store: JobStore) -> None:
    store.lot(store.bar, "B-1", 23)
    count = cycle_count.ask(store.actor, store.shelf)
    user = make_user("cora", site=site, permissions=["inventory.view", "inventory.count_stock", "work.view"])
    counter = signed_in(user)

    assert counter.post(f"/counts/start/{count.code}/").status_code == 302
    early = counter.post(f"/counts/finish/{count.code}/")
    assert "1 lines of" in text_of(early)
    line = count.lines.get()
    assert "Finish the count" in text_of(counter.get(f"/counts/{count.code}/"))
    sent = {"op_uuid": str(uuid.uuid4()), f"line_{line.pk}": "23"}
    assert counter.post(f"/counts/{count.code}/", sent).status_code == 302
    assert counter.post(f"/counts/finish/{count.code}/").status_code == 302

    count.refresh_from_db()
    assert count.status == "posted", "nothing differs"
    assert counter.post(f"/jobs/{count.code}/start/", {"version": 1}).status_code == 403


def test_something_else_is_found_there(clerk: Client, store: JobStore) -> None:
    lot = store.lot(store.bar, "B-1", 5)
    counting = Counting(make_place(store.site, "EMPTY"))
    page = text_of(clerk.get(f"/counts/found/{counting.count.code}/"))
    body = {"op_uuid": key_in(page), "material": "BAR", "lot": "B-1", "quantity": "2"}
    assert clerk.post(f"/counts/found/{counting.count.code}/", body).status_code == 302
    assert counting.count.lines.get().lot == lot
    wrong = clerk.post(f"/counts/found/{counting.count.code}/", {**body, "lot": "", "op_uuid": str(uuid.uuid4())})
    assert "name the lot" in text_of(wrong)


def test_a_count_is_discarded(clerk: Client, store: JobStore) -> None:
    lot = store.lot(store.bar, "B-1", 5)
    counting = Counting(store.shelf)
    counting.say(lot, 1)
    count = counting.finish()
    body = {"reason": "Wrong shelf", "version": count.version}
    assert clerk.post(f"/counts/discard/{count.code}/", body).status_code == 302
    count.refresh_from_db()
    assert count.status == "cancelled"


def test_a_place_says_what_lies_there_and_how_it_is_counted(clerk: Client, store: JobStore) -> None:
    store.lot(store.bar, "B-1", 30)
    store.lot(store.ring, "R-HELD", 30, disposition=LotDisposition.RESTRICTED)
    page = text_of(clerk.get("/places/SHELF/"))
    assert "B-1" in page
    assert "R-HELD" in page
    assert "/counts/ask/?place=" in page
    assert "SHELF" in text_of(clerk.get("/places/"))
    body = {"count_class": "A", "count_interval_days": "", "is_inbound": "on", "version": store.shelf.version}
    assert clerk.post("/places/change/SHELF/", body).status_code == 302
    assert clerk.post("/places/change/SHELF/", body).status_code == 412, "somebody changed it meanwhile"
    assert clerk.post("/counts/classes/", {"A": "30", "B": "", "C": "365"}).status_code == 302
    assert dict(CountClass.objects.values_list("letter", "interval_days")) == {"A": 30, "C": 365}
    page = text_of(clerk.get("/places/SHELF/"))
    assert "Receiving place" in page


def test_what_is_on_hold_or_past_its_date_is_not_free(clerk: Client, store: JobStore) -> None:
    store.lot(store.bar, "B-1", 30)
    store.lot(store.ring, "R-HELD", 30, disposition=LotDisposition.RESTRICTED)
    store.lot(store.ring, "R-OLD", 30, expires_at=clock.now())
    free = {row.lot.code: row.free for row in balance_list(store.actor, store.site) if row.lot}  # type: ignore[attr-defined]
    assert free == {"B-1": 30, "R-HELD": 0, "R-OLD": 0}
    assert clerk.get("/stock/?sort=-free").status_code == 200


def test_a_material_without_lots_is_moved_and_scrapped_on_pages(clerk: Client, store: JobStore) -> None:
    glue, line = make_material(store.site, "GLUE", unit="KGM"), make_place(store.site, "LINE")
    stock.receive(store.actor, store.shelf, glue, Decimal(5), op_uuid=uuid.uuid4())

    def typed(address: str, **fields: Any) -> Any:
        return clerk.post(address, {"op_uuid": key_in(text_of(clerk.get(address))), **fields})

    moved = typed("/stock/move/", material="GLUE", quantity="2", place=store.shelf.pk, to=line.pk)
    assert moved.status_code == 302, text_of(moved)[:500]
    gone = typed("/stock/scrap/", material="GLUE", quantity="1", place=line.pk, reason="Dried up")
    assert gone.status_code == 302
    there = {row.location: row.quantity for row in StockBalance.objects.exclude(quantity=0)}
    assert there == {store.shelf: 3, line: 1}
    neither = typed("/stock/move/", quantity="2", place=store.shelf.pk, to=line.pk)
    assert "Give a lot" in text_of(neither)
    by_lot = typed("/stock/move/", material="BAR", quantity="2", place=store.shelf.pk, to=line.pk)
    assert "name the lot" in text_of(by_lot)


def test_a_move_is_asked_for_as_a_job_and_done_with_it(clerk: Client, store: JobStore) -> None:
    store.lot(store.bar, "B-1", 30)
    line, far = make_place(store.site, "LINE"), make_place(store.site, "FAR")
    key = key_in(text_of(clerk.get("/stock/move/")))
    body = {"op_uuid": key, "lot": "B-1", "quantity": "7", "place": store.shelf.pk, "to": line.pk, "as_job": "on"}
    asked = clerk.post("/stock/move/", body)
    move = StockTransfer.objects.get()
    assert asked["Location"] == f"/jobs/{move.code}/"
    page = text_of(clerk.get(f"/jobs/{move.code}/"))
    assert "To be brought" in page
    assert move.code in text_of(clerk.get("/places/SHELF/"))
    change = f"/stock/moves/{move.code}/change/"
    key = key_in(text_of(clerk.get(change)))
    assert clerk.post(change, {"op_uuid": key, "quantity": "6", "to": far.pk}).status_code == 302
    store.give(move.job_order, "start", "finish")
    assert StockBalance.objects.get(location=far).quantity == 6


def test_a_material_gets_a_home(clerk: Client, store: JobStore) -> None:
    assert "Nowhere special" in text_of(clerk.get("/materials/BAR/"))
    assert clerk.post("/stock/home/BAR/", {"place": store.shelf.pk}).status_code == 302
    assert HomePlace.objects.get().location == store.shelf
    assert "/places/SHELF/" in text_of(clerk.get("/materials/BAR/"))


def test_P33_who_may_only_look_is_offered_no_act(site: Site, store: JobStore) -> None:
    store.lot(store.bar, "B-1", 30)
    counting = Counting(store.shelf)
    reader = signed_in(make_user("rolf", site=site, permissions=["inventory.view", "work.view", "plant.view"]))
    page = text_of(reader.get(f"/counts/{counting.count.code}/"))
    assert "Save counts" not in page
    for address in ("/counts/ask/", "/counts/classes/", "/places/change/SHELF/", "/stock/home/BAR/",
                    f"/counts/found/{counting.count.code}/", f"/counts/start/{counting.count.code}/",
                    f"/counts/finish/{counting.count.code}/"):  # fmt: skip
        assert reader.get(address).status_code == 403, address
    line = counting.count.lines.get()
    sent = {"op_uuid": str(uuid.uuid4()), f"line_{line.pk}": "1"}
    assert reader.post(f"/counts/{counting.count.code}/", sent).status_code == 403
    assert not line.entries.exists()


def test_lists_cost_the_same_however_many(clerk: Client, store: JobStore) -> None:
    numbers = itertools.count()

    def more(many: int) -> None:
        for _each in range(many):
            Counting(make_place(store.site, f"P-{next(numbers)}"))

    for address in ("/counts/", "/places/"):
        costs_the_same(more, lambda address=address: clerk.get(address))  # type: ignore[misc]
