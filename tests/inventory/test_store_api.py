"""Counts, jobs that move stock, and holds in the API."""

import uuid
from typing import Any

import pytest

from inventory.models import CycleCount, LotHold, StockBalance
from inventory.selectors.genealogy import Direction, lots_reached
from mom.accounts.models import Site
from mom.core.actor import Actor
from mom.plant.models import MaterialLot
from tests.factories.accounts import make_site, make_user
from tests.factories.counts import make_place
from tests.factories.stock import JobStore

pytestmark = pytest.mark.django_db
COUNTS, MOVES, HOLDS = "/api/v1/inventory/counts/", "/api/v1/inventory/move-jobs/", "/api/v1/inventory/holds/"
JOBS = "/api/v1/work/job-orders/"


@pytest.fixture
def store(site: Site, actor: Actor) -> JobStore:
    return JobStore(site, actor)


@pytest.fixture
def api(owner: Any, client_of: Any) -> Any:
    return client_of(owner)


def counted(line: int, quantity: str) -> dict[str, Any]:
    return {"op_uuid": str(uuid.uuid4()), "line": line, "quantity": quantity}


def test_a_place_is_counted_blind_and_the_difference_posted(api: Any, store: JobStore) -> None:
    lot = store.lot(store.bar, "B-1", 20)
    count = api.send("post", COUNTS, {"site": "P1", "place": "SHELF"}).json()
    api.send("post", f"{JOBS}{count['job_order']}/start/", {})
    address = f"{COUNTS}{count['id']}/"

    [line] = api.get(f"{address}sheet/").json()
    assert (line["lot"], line["counted"], line["book"]) == ("B-1", None, None)
    found = {"op_uuid": str(uuid.uuid4()), "material": "BAR", "lot": "B-1", "quantity": "19"}
    again = api.send("post", f"{address}entries/", {"lines": [counted(line["id"], "18"), found]})
    assert again.status_code == 201, again.content
    assert {each["line"] for each in again.json()} == {line["id"]}
    finished = api.send("post", f"{JOBS}{count['job_order']}/finish/", {})
    assert finished.status_code == 200, finished.content
    [outcome] = api.get(f"{address}differences/").json()
    assert (outcome["book"], outcome["difference"]) == ("20.000000", "-1.000000")
    assert api.send("post", f"{address}post/", {"reason": ""}).status_code == 400
    posted = api.send("post", f"{address}post/", {"reason": "One broken"}).json()

    assert (posted["status"], posted["reason"]) == ("posted", "One broken")
    assert store.balance(lot) == (19, 0)
    [line] = api.get(f"{address}sheet/").json()
    assert (line["book"], line["difference"]) == ("20.000000", "-1.000000")
    accuracy = api.get(f"{COUNTS}accuracy/?site=P1").json()
    assert (accuracy["right"], accuracy["counted"], accuracy["ratio"]) == (0, 1, "0.000000")


def test_accuracy_of_nothing_is_no_number(api: Any, store: JobStore) -> None:
    assert api.get(f"{COUNTS}accuracy/?site=P1").json()["ratio"] is None
    assert api.get(f"{COUNTS}accuracy/?site=P1&since=2026-01-01T00:00:00Z").json()["since"].startswith("2026-01-01")
    assert api.get(f"{COUNTS}accuracy/?site=P9").status_code == 400


def test_stock_is_brought_by_a_job(api: Any, store: JobStore) -> None:
    store.lot(store.bar, "B-1", 20)
    line = make_place(store.site, "LINE")
    body = {"site": "P1", "lot": "B-1", "quantity": "8", "place": "SHELF", "to": "LINE"}
    made = api.send("post", MOVES, body)
    assert made.status_code == 201, made.content
    row = made.json()
    assert (row["lot"], row["place"], row["to"], row["status"]) == ("B-1", "SHELF", "LINE", "ready")
    api.send("post", f"{MOVES}{row['id']}/moved/", {"quantity": "7"})
    for command in ("start", "finish"):
        assert api.send("post", f"{JOBS}{row['job_order']}/{command}/", {}).status_code == 200
    assert StockBalance.objects.get(location=line).quantity == 7
    assert [each["id"] for each in api.get(f"{MOVES}?is_done=true").json()["results"]] == [row["id"]]
    assert api.send("post", MOVES, {**body, "lot": "NONE"}).json()["fields"].keys() == {"lot"}


def test_everything_that_was_made_of_a_lot_is_held_and_released_in_one_act(api: Any, store: JobStore) -> None:
    bar, ring = store.lot(store.bar, "B-1", 50), store.lot(store.ring, "R-1", 50)
    job = store.order(store.routing())[0]
    store.give(job, "start")
    store.consume(job, bar, 20)
    store.consume(job, ring, 20)
    pump = store.produce(job, "PU-1", 10)

    made = api.send("post", HOLDS, {"site": "P1", "lots": ["B-1"], "reason": "Wrong alloy", "also": "downstream"})
    assert made.status_code == 201, made.content
    hold = made.json()
    assert (hold["origin"], hold["reason"]) == ("B-1", "Wrong alloy")
    assert [row["lot"] for row in api.get(f"{HOLDS}{hold['id']}/lots/").json()] == ["B-1", "PU-1"]
    assert [row["id"] for row in api.get(f"{HOLDS}?lot=PU-1&is_open=true").json()["results"]] == [hold["id"]]
    held = dict(MaterialLot.objects.values_list("code", "disposition"))
    assert held == {"B-1": "restricted", "R-1": "unrestricted", "PU-1": "restricted"}

    siblings = api.send("post", HOLDS, {"site": "P1", "lots": ["PU-1"], "reason": "Leak", "also": "siblings"}).json()
    assert [row["lot"] for row in api.get(f"{HOLDS}{siblings['id']}/lots/").json()] == ["B-1", "PU-1", "R-1"]

    part = api.send("post", f"{HOLDS}{hold['id']}/release/", {"reason": "Scrapped", "lots": ["PU-1"]})
    assert part.json()["released_at"] is None
    assert api.send("post", f"{HOLDS}{hold['id']}/release/", {"reason": "Right alloy"}).json()["released_at"]
    assert set(MaterialLot.objects.values_list("disposition", flat=True)) == {"restricted"}
    api.send("post", f"{HOLDS}{siblings['id']}/release/", {"reason": "No leak"})
    assert set(MaterialLot.objects.values_list("disposition", flat=True)) == {"unrestricted"}
    assert lots_reached([bar.pk], Direction.FORWARD) == {pump.pk}
    assert lots_reached([pump.pk], Direction.BACKWARD) == {bar.pk, ring.pk}


def test_how_often_a_place_is_counted(api: Any, store: JobStore) -> None:
    made = api.send("post", "/api/v1/inventory/count-classes/", {"site": "P1", "letter": "A", "interval_days": 30})
    assert (made.status_code, made.json()["interval_days"]) == (201, 30)
    place = f"/api/v1/inventory/places/{store.shelf.pk}/"
    planned = api.send("post", f"{place}plan/", {"count_class": "A", "count_interval_days": 7, "is_inbound": True})
    assert (planned.status_code, planned.json()["count_class"]) == (200, "A")
    assert api.get(place).json()["is_inbound"] is True


def test_P33_colleague_may_look_and_outsider_sees_nothing(store: JobStore, client_of: Any) -> None:
    lot = store.lot(store.bar, "B-1", 20)
    looker = client_of(make_user("lisa", site=store.site, permissions=["inventory.view"]))
    outsider = client_of(make_user("olaf", site=make_site("P2"), permissions=["inventory.*"]))
    for body, address in (
        ({"site": "P1", "place": "SHELF"}, COUNTS),
        ({"site": "P1", "lots": ["B-1"], "reason": "Drift"}, HOLDS),
        ({"site": "P1", "lot": "B-1", "quantity": "1", "place": "SHELF", "to": "SHELF"}, MOVES),
    ):
        assert looker.send("post", address, body).status_code == 403
        assert outsider.send("post", address, body).status_code in {403, 422}
        assert looker.get(address).status_code == 200
        assert outsider.get(address).json().get("results", []) == []
    assert (store.balance(lot), LotHold.objects.count(), CycleCount.objects.count()) == ((20, 0), 0, 0)
