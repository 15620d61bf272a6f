"""Stock in the API: acts under their key, reservations, and an order from its release to the finished lot."""

import uuid
from typing import Any

import pytest
from rest_framework.test import APIClient

from inventory.models import StockBalance
from inventory.selectors.genealogy import Direction, trace
from mom.accounts.models import Site
from mom.accounts.selectors import actor_for_user
from mom.accounts.services.api_token import api_token_create
from mom.core.actor import Actor
from mom.core.permissions import declared
from mom.core.testing import acting
from mom.plant.models import BusinessPartner, MaterialLot
from mom.work.models import JobOrder
from tests.bench.statements import counting
from tests.factories.accounts import make_site, make_user
from tests.factories.stock import JobStore
from tests.factories.work import make_material, make_routing

pytestmark = pytest.mark.django_db
MOVES, RESERVATIONS = "/api/v1/inventory/moves/", "/api/v1/inventory/reservations/"
LIFE_OF_AN_ORDER = 100


@pytest.fixture
def store(site: Site, actor: Actor) -> JobStore:
    return JobStore(site, actor)


@pytest.fixture
def api(owner: Any, client_of: Any) -> Any:
    return client_of(owner)


def key() -> dict[str, str]:
    return {"op_uuid": str(uuid.uuid4())}


def received(quantity: str = "500", **more: Any) -> dict[str, Any]:
    return {**key(), "site": "P1", "material": "BAR", "place": "SHELF", "quantity": quantity, **more}


def test_a_delivery_adds_its_lot_once(api: Any, store: JobStore) -> None:
    body = received(lot="L-1", supplier_lot="H88123", expires_at="2031-04-17T00:00:00Z")

    first, again = api.send("post", f"{MOVES}receive/", body), api.send("post", f"{MOVES}receive/", body)

    assert first.status_code == 201, first.content
    assert first.json() == again.json()
    lot = MaterialLot.objects.get(code="L-1")
    assert (lot.supplier_lot, lot.expires_at.isoformat()) == ("H88123", "2031-04-17T00:00:00+00:00")  # type: ignore[union-attr]
    [balance] = api.get("/api/v1/inventory/balances/?lot=L-1&is_there=true").json()["results"]
    assert (balance["quantity"], balance["available"], balance["place"]) == ("500.000000", "500.000000", "SHELF")


def test_a_lot_without_a_number_gets_the_next_and_more_of_a_known_lot_goes_to_it(api: Any, store: JobStore) -> None:
    numbered = api.send("post", f"{MOVES}receive/", received()).json()[0]["lot"]
    more = api.send("post", f"{MOVES}receive/", received("20", lot=numbered))

    assert (more.status_code, MaterialLot.objects.count()) == (201, 1)
    other = api.send("post", f"{MOVES}receive/", received("20", lot=numbered, supplier_lot="OTHER"))
    assert (other.status_code, list(other.json()["fields"])) == (422, ["supplier_lot"])


@pytest.mark.parametrize(
    ("change", "field"),
    [({"place": "NOWHERE"}, "place"), ({"material": "GOLD"}, "material"), ({"site": "P9"}, "site"),
     ({"quantity": "0"}, "quantity"), ({"partner": "NOBODY"}, "partner")],
)  # fmt: skip
def test_what_is_wrong_with_a_delivery_is_told_at_its_field(
    api: Any, store: JobStore, change: dict[str, str], field: str
) -> None:
    answer = api.send("post", f"{MOVES}receive/", received() | change)

    assert (answer.status_code, list(answer.json()["fields"])) == (422, [field])
    assert not MaterialLot.objects.exists()


def test_an_order_is_made_from_its_definition_to_its_finished_lot(api: Any, store: JobStore) -> None:
    store.routing()
    for material, lot in ((store.bar, "B-1"), (store.ring, "R-1")):
        store.lot(material, lot, 40)
    order = api.send("post", "/api/v1/production/orders/", {"site": "P1", "definition": "R-PUMP", "quantity": "15"})
    assert order.status_code == 201, order.content
    assert (order.json()["definition"], order.json()["definition_version"], order.json()["material"]) == (
        "R-PUMP", 1, "PUMP",
    )  # fmt: skip
    api.send("post", f"/api/v1/production/orders/{order.json()['id']}/release/", None)
    reserved = api.send("post", RESERVATIONS, {"work_request": order.json()["work_request"]}).json()
    assert [(row["lot"], row["quantity"]) for row in reserved["reserved"]] == [
        ("B-1", "30.000000"), ("R-1", "30.000000"),
    ]  # fmt: skip
    assert reserved["short"] == []

    first, *_between, last = jobs = list(JobOrder.objects.order_by("sequence"))
    for job in jobs:
        assert api.send("post", f"/api/v1/work/job-orders/{job.pk}/start/", {}).status_code == 200
        if job is first:
            consumed = api.send("post", f"{MOVES}consume/", {**key(), "job_order": job.pk})
            assert [(row["lot"], row["quantity"]) for row in consumed.json()] == [
                ("B-1", "-30.000000"), ("R-1", "-30.000000"),
            ]  # fmt: skip
        if job is last:
            body = {**key(), "job_order": job.pk, "place": "SHELF", "quantity": "15", "lot": "P-1"}
            assert api.send("post", f"{MOVES}produce/", body).status_code == 201
        assert api.send("post", f"/api/v1/work/job-orders/{job.pk}/finish/", {}).status_code == 200

    state = api.get(f"/api/v1/production/orders/{order.json()['id']}/").json()
    assert state["status"] == "completed"
    steps = trace(MaterialLot.objects.get(code="P-1"), Direction.BACKWARD).steps
    assert {step.parent.code for step in steps} == {"B-1", "R-1"}


def test_what_is_short_is_told_and_what_is_let_go_is_free(api: Any, store: JobStore) -> None:
    lot = store.lot(store.bar, "B-1", 5)
    job, *_later = store.order(store.routing())

    answer = api.send("post", RESERVATIONS, {"job_order": job.pk}).json()

    assert [(row["material"], row["needed"], row["reserved"]) for row in answer["short"]] == [
        ("BAR", "20.000000", "5.000000"), ("RING", "20.000000", "0.000000"),
    ]  # fmt: skip
    assert store.balance(lot) == (5, 5)
    gone = api.send("post", f"{RESERVATIONS}let-go/", {"job_order": job.pk, "reason": "Rush order first"})
    assert (gone.json(), store.balance(lot)) == ({"many": 1}, (5, 0))
    assert api.get(f"{RESERVATIONS}?is_open=true").json()["results"] == []


def test_an_order_of_a_definition_says_what_is_wrong(api: Any, store: JobStore) -> None:
    store.routing()
    body = {"site": "P1", "definition": "R-PUMP", "quantity": "15"}
    for change, field in (
        ({"definition": "NONE"}, "definition"),
        ({"material": "PUMP"}, "material"),
        ({"definition": ""}, "material"),
        ({"operation": "Turn"}, "definition"),
        ({"quantity": "0"}, "quantity"),
    ):
        answer = api.send("post", "/api/v1/production/orders/", body | change)
        assert (answer.status_code, list(answer.json()["fields"])) == (422, [field])
    assert not JobOrder.objects.exists()


def test_P33_stock_of_another_site_is_neither_seen_nor_moved(store: JobStore, client_of: Any) -> None:
    store.lot(store.bar, "B-1", 5)
    job, *_later = store.order(store.routing())
    stranger = client_of(make_user("stranger", site=make_site("P2"), permissions=["*"]))

    for resource in ("places", "balances", "moves", "reservations"):
        assert stranger.get(f"/api/v1/inventory/{resource}/").json()["results"] == []
    assert stranger.send("post", f"{MOVES}receive/", received()).status_code == 422
    assert stranger.send("post", RESERVATIONS, {"job_order": job.pk}).status_code == 422


def test_an_order_of_four_operations_and_five_materials_costs_at_most_twenty_statements(
    api: Any, store: JobStore
) -> None:
    inputs = [make_material(store.site, f"M-{number}", tracking="lot") for number in range(5)]
    make_routing(store.site, "FIVE", inputs=inputs, operations=4)
    body = {"site": "P1", "definition": "FIVE", "quantity": "15"}
    api.send("post", "/api/v1/production/orders/", body)

    with counting() as count:
        answer = api.send("post", "/api/v1/production/orders/", body)

    assert answer.status_code == 201
    assert len(count) <= 20, str(count)


def test_a_material_without_lots_is_moved_scrapped_and_shipped(api: Any, store: JobStore) -> None:
    make_material(store.site, "GLUE", unit="KGM")
    JobStore(store.site, store.actor, "L-")
    with acting():
        BusinessPartner.objects.create(site=store.site, code="C-1", is_customer=True)
    glue = {"site": "P1", "material": "GLUE", "place": "SHELF"}
    assert api.send("post", f"{MOVES}receive/", {**key(), **glue, "quantity": "9"}).status_code == 201
    for act, more in (("transfer", {"to": "L-SHELF"}), ("scrap", {"reason": "Dry"}), ("ship", {"partner": "C-1"})):
        answer = api.send("post", f"{MOVES}{act}/", {**key(), **glue, "quantity": "2", **more})
        assert answer.status_code == 201, answer.content
    there = api.get("/api/v1/inventory/balances/?material=GLUE&is_there=true").json()["results"]
    assert {row["place"]: row["quantity"] for row in there} == {"SHELF": "3.000000", "L-SHELF": "2.000000"}
    by_lot = api.send("post", f"{MOVES}scrap/", {**key(), **glue, "material": "BAR", "quantity": "1", "reason": "Dry"})
    assert list(by_lot.json()["fields"]) == ["lot"]
    nothing = api.send("post", f"{MOVES}scrap/", {**key(), **glue, "material": "", "quantity": "1", "reason": "Dry"})
    assert list(nothing.json()["fields"]) == ["material"]


def test_a_numbered_piece_is_moved_and_shipped_and_told_from_its_namesake(api: Any, store: JobStore) -> None:
    motor, gear = (make_material(store.site, code, tracking="serial") for code in ("MOTOR", "GEAR"))
    piece, namesake = store.piece(motor, "SN-1"), store.piece(gear, "SN-1")
    JobStore(store.site, store.actor, "L-")
    with acting():
        BusinessPartner.objects.create(site=store.site, code="C-1", is_customer=True)
    named = {"site": "P1", "number": "SN-1", "quantity": "1"}
    either = api.send("post", f"{MOVES}transfer/", {**key(), **named, "place": "SHELF", "to": "L-SHELF"})
    assert list(either.json()["fields"]) == ["number"]
    assert "Name the material" in either.json()["fields"]["number"][0]
    named["material"] = "MOTOR"
    moved = api.send("post", f"{MOVES}transfer/", {**key(), **named, "place": "SHELF", "to": "L-SHELF"})
    assert [(leg["place"], leg["number"]) for leg in moved.json()] == [("SHELF", "SN-1"), ("L-SHELF", "SN-1")]
    half = {**key(), **named, "place": "L-SHELF", "quantity": "0.5", "partner": "C-1"}
    assert list(api.send("post", f"{MOVES}ship/", half).json()["fields"]) == ["quantity"]
    shipped = api.send("post", f"{MOVES}ship/", {**key(), **named, "place": "L-SHELF", "partner": "C-1"})
    assert shipped.status_code == 201, shipped.content
    there = StockBalance.objects.filter(quantity__gt=0).values_list("sublot", flat=True)
    assert list(there) == [namesake.pk]
    assert piece.pk not in there


def test_the_life_of_an_order_costs_a_program_no_more_statements_than_it_did(api: Any, store: JobStore) -> None:
    """5 materials, 4 operations: created, released, reserved, started and finished four times, consumed, produced."""
    inputs = [make_material(store.site, f"M-{number}", tracking="lot") for number in range(5)]
    for material in inputs:
        store.lot(material, f"L-{material.code}", 1000)
    make_routing(store.site, "FIVE", inputs=inputs, operations=4, product=store.pump)
    program = program_of(store.site)
    live(program)  # what is prepared once is not counted

    with counting() as count:
        made = live(program)

    assert made == "15.000000"
    assert len(count) <= LIFE_OF_AN_ORDER, f"{len(count)}\n{count}"


def program_of(site: Site) -> APIClient:
    """A program with a token for a site, which sends a key of its own with each act."""
    user = make_user("program", site=site, permissions=sorted(declared()))
    scopes = ["orders:write", "execution:write", "stock:write"]
    _row, secret = api_token_create(actor_for_user(user), user=user, name="program", scopes=scopes, days=2)
    return APIClient(HTTP_AUTHORIZATION=f"Bearer {secret}")


def live(program: APIClient) -> str:
    """One order, an act a request; the quantity that came of it."""

    def send(path: str, **body: Any) -> Any:
        answer = program.post(f"/api/v1/{path}/", body, format="json", HTTP_IDEMPOTENCY_KEY=str(uuid.uuid4()))
        assert answer.status_code < 300, answer.content
        return answer.json()

    order = send("production/orders", site="P1", definition="FIVE", quantity="15")
    released = send(f"production/orders/{order['id']}/release")
    jobs = [job["id"] for job in order["jobs"]]
    assert [job["status"] for job in released["jobs"]] == ["ready"] * 4
    send("inventory/reservations", work_request=order["work_request"])
    made = []
    for job in jobs:
        send(f"work/job-orders/{job}/start")
        if job == jobs[0]:
            assert len(send("inventory/moves/consume", **key(), job_order=job)) == 5
        if job == jobs[-1]:
            made = send("inventory/moves/produce", **key(), job_order=job, place="SHELF", quantity="15")
        send(f"work/job-orders/{job}/finish")
    return str(made[0]["quantity"])
