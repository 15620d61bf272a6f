"""Pages of orders: who may open what, what a form keeps, what a list narrows and exports."""

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from mom.core import clock
from mom.work.models import WorkRequest
from tests.bench.statements import costs_the_same, counting
from tests.factories.accounts import make_user
from tests.factories.work import give, job_of, make_chain, make_machine, make_material, make_order, make_person

pytestmark = pytest.mark.django_db


def signed_in(user: Any) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(user, backend="mom.accounts.backends.PasswordBackend")
    return client


@pytest.fixture
def page(owner: Any) -> Client:
    return signed_in(owner)


@pytest.fixture
def looker(site: Any) -> Client:
    return signed_in(make_user("lotta", site=site, permissions=["work.view"]))


@pytest.fixture
def shop(site: Any) -> dict[str, Any]:
    """Four orders: running and late, running, released, finished."""
    make_material(site, "P-1")
    now, machine = clock.now(), make_machine(site, "CNC-01")
    late = make_order(site, "WO-LATE", machine=machine, due_at=now - timedelta(hours=3))
    busy = make_order(site, "WO-BUSY", due_at=now + timedelta(hours=3))
    waiting = make_order(site, "WO-WAIT")
    done = make_order(site, "WO-DONE")
    give(job_of(late), "start", person=make_person(site))
    give(job_of(busy), "start")
    give(job_of(done), "start", "finish")
    return {"late": late, "busy": busy, "waiting": waiting, "done": done}


FORM = {"code": "WO-7", "material": "P-1", "quantity": "12,5", "machine": "CNC-01", "due_at": "", "is_released": "on"}
READ = ["/orders/", "/orders/WO-LATE/", "/jobs/WO-LATE-10/"]
PLAN = ["/orders/new/", "/orders/WO-LATE/hold/", "/orders/WO-LATE/abort/"]


@pytest.mark.parametrize("path", READ + PLAN)
def test_P33_page_opens_for_the_owner(page: Client, shop: Any, path: str) -> None:
    assert page.get(path).status_code == 200


@pytest.mark.parametrize("path", READ)
def test_P33_colleague_sees_and_finds_no_button(looker: Client, shop: Any, path: str) -> None:
    answer = looker.get(path)
    assert answer.status_code == 200
    shown = answer.content.decode()
    assert "/orders/new/" not in shown
    assert 'action="/jobs/' not in shown
    assert 'action="/orders/' not in shown


@pytest.mark.parametrize("path", PLAN)
def test_P33_colleague_is_refused(looker: Client, shop: Any, path: str) -> None:
    assert looker.get(path).status_code == 403
    assert looker.post(path, FORM).status_code == 403


@pytest.mark.parametrize("path", ["/orders/WO-LATE/", "/orders/WO-LATE/hold/", "/jobs/WO-LATE-10/"])
def test_P33_outsider_finds_nothing(outsider: Any, shop: Any, path: str) -> None:
    client = signed_in(outsider)
    assert client.get(path).status_code == 404
    assert "WO-LATE" not in client.get("/orders/").content.decode()


def test_anonymous_is_asked_to_sign_in(client: Client, shop: Any) -> None:
    for path in READ + PLAN:
        assert client.get(path).status_code == 302


def codes(client: Client, query: str) -> set[str]:
    answer = client.get(f"/orders/?export=csv&{query}")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    return {row["Order"] for row in csv.DictReader(io.StringIO(text))}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {"WO-LATE", "WO-BUSY", "WO-WAIT", "WO-DONE"}),
        ("view=in-work", {"WO-LATE", "WO-BUSY"}),
        ("view=waiting", {"WO-WAIT"}),
        ("view=late", {"WO-LATE"}),
        ("view=finished", {"WO-DONE"}),
        ("q=late", {"WO-LATE"}),
        ("status=released", {"WO-WAIT"}),
    ],
)
def test_list_shows_and_exports_exactly_its_view(page: Client, shop: Any, query: str, found: set[str]) -> None:
    assert codes(page, query) == found
    shown = page.get(f"/orders/?{query}").content.decode()
    assert {code for code in shop_codes(shop) if f'href="/orders/{code}/"' in shown} == found


def shop_codes(shop: dict[str, Any]) -> list[str]:
    return [request.work_request.code for request in shop.values()]


@pytest.mark.parametrize("sort", ["order", "-due", "good", "quantity", "machines", "started", "status", "material"])
def test_list_sorts_by_what_it_shows(page: Client, shop: Any, sort: str) -> None:
    assert page.get(f"/orders/?sort={sort}").status_code == 200


def test_list_filters_by_machine(page: Client, shop: Any, site: Any) -> None:
    machine = job_of(shop["late"]).equipment_id
    assert codes(page, f"machine={machine}") == {"WO-LATE"}


def test_list_is_empty_at_first_use(page: Client) -> None:
    assert "Add your first order" in page.get("/orders/").content.decode()


def test_new_order_is_added_and_released(page: Client, site: Any) -> None:
    make_material(site, "P-1", unit="KGM")
    make_machine(site, "CNC-01")
    answer = page.post("/orders/new/", FORM)
    assert (answer.status_code, answer["Location"]) == (302, "/orders/WO-7/")
    order = WorkRequest.objects.get()
    assert (order.status, order.production_request.quantity) == ("released", 12.5)
    assert "0 / 12.5" in page.get("/orders/WO-7/").content.decode()


@pytest.mark.parametrize(
    ("change", "status", "sentence"),
    [
        ({"material": "NONE"}, 422, "There is no material NONE"),
        ({"machine": "NONE"}, 422, "There is no machine NONE"),
        ({"quantity": "0"}, 422, "more than zero"),
        ({"quantity": "dozens"}, 422, "Enter a number"),
        ({"code": "WO-LATE"}, 409, "exists already"),
    ],
)
def test_refused_order_keeps_what_was_typed(
    page: Client, shop: Any, change: dict[str, str], status: int, sentence: str
) -> None:
    answer = page.post("/orders/new/", FORM | change)
    shown = answer.content.decode()
    assert answer.status_code == status
    assert sentence in shown
    for value in ({**FORM, **change}["code"], {**FORM, **change}["material"]):
        assert f'value="{value}"' in shown


def test_order_command_pressed_twice_does_no_harm(page: Client, site: Any) -> None:
    order = make_order(site, "WO-1", is_released=False).work_request
    for _ in range(2):
        assert page.post("/orders/WO-1/release/", {"version": order.version}).status_code == 302
    order.refresh_from_db()
    assert (order.status, order.version) == ("released", 2)
    refused = page.post("/orders/WO-1/release/", {"version": order.version})
    assert refused.status_code == 409


def test_order_is_held_with_a_reason(page: Client, shop: Any) -> None:
    order = shop["busy"].work_request
    order.refresh_from_db()
    assert page.post("/orders/WO-BUSY/hold/", {"version": order.version}).status_code == 422
    body = {"version": order.version, "reason": "Drawing is being changed"}
    assert page.post("/orders/WO-BUSY/hold/", body).status_code == 302
    shown = page.get("/orders/WO-BUSY/").content.decode()
    assert "Drawing is being changed" in shown


def test_order_page_refreshes_its_parts(page: Client, shop: Any) -> None:
    answer = page.get("/orders/WO-LATE/", headers={"X-Requested-With": "live"})
    assert answer.status_code == 200
    assert b"<html" not in answer.content
    assert b'id="jobs"' in answer.content


def test_search_finds_orders_and_jobs(page: Client, shop: Any) -> None:
    exact = page.get("/search/?q=WO-LATE")
    assert (exact.status_code, exact["Location"]) == (302, "/orders/WO-LATE/")
    assert "/jobs/WO-LATE-10/" in page.get("/search/?q=WO-LA").content.decode()


def test_order_page_statements_do_not_grow(page: Client, site: Any) -> None:
    make_chain(site, "Turn", "Wash", code="WO-2")
    make_chain(site, *(f"Step {number}" for number in range(20)), code="WO-20")
    page.get("/orders/WO-2/")
    with counting() as small:
        page.get("/orders/WO-2/")
    with counting() as large:
        page.get("/orders/WO-20/")
    assert len(small) == len(large), f"{small}\n---\n{large}"


def test_order_list_statements_do_not_grow(page: Client, site: Any) -> None:
    numbers = iter(range(1000))

    def make(number: int) -> None:
        for _ in range(number):
            give(job_of(make_order(site, f"WO-{next(numbers)}")), "start")

    costs_the_same(make, lambda: page.get("/orders/"))
