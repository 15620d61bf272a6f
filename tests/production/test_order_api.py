"""Production orders in the API."""

from typing import Any

import pytest

from mom.core.models import AuditEntry
from mom.work.models import JobOrder, WorkRequest
from tests.bench.statements import costs_the_same
from tests.factories.accounts import make_user
from tests.factories.work import make_machine, make_material, make_order

pytestmark = pytest.mark.django_db
ORDERS = "/api/v1/production/orders/"


@pytest.fixture
def api(owner: Any, client_of: Any) -> Any:
    return client_of(owner)


@pytest.fixture
def body(site: Any) -> dict[str, Any]:
    make_material(site, "P-4420")
    make_machine(site, "CNC-04")
    return {
        "site": "P1",
        "code": "WO-24118",
        "material": "P-4420",
        "quantity": "480",
        "machine": "CNC-04",
        "due_at": "2026-04-17T14:00:00+02:00",
    }


def test_order_is_added_with_its_job(api: Any, body: dict[str, Any]) -> None:
    answer = api.send("post", ORDERS, body)
    assert answer.status_code == 201, answer.content
    assert (answer.json()["status"], answer.json()["quantity"]) == ("waiting", "480.000000")
    job = JobOrder.objects.get()
    assert answer.json() == {
        **api.get(answer.headers["Location"]).json(),
        "jobs": [
            {"id": job.pk, "code": "WO-24118-10", "operation": job.operation, "sequence": 10, "status": "waiting"}
        ],
    }
    assert (job.code, job.status, job.equipment.code) == ("WO-24118-10", "waiting", "CNC-04")  # type: ignore[union-attr]


def test_order_is_released_once(api: Any, body: dict[str, Any]) -> None:
    made = api.send("post", ORDERS, body)
    path = f"{ORDERS}{made.json()['id']}/release/"
    stale = api.send("post", path, None, If_Match='"v9"')
    assert stale.status_code == 412
    released = api.send("post", path, None, If_Match=made.headers["ETag"])
    assert (released.status_code, released.json()["status"]) == (200, "released")
    assert JobOrder.objects.get().status == "ready"
    assert api.send("post", path, None).status_code == 409


def test_P02_order_sent_twice_is_one(api: Any, body: dict[str, Any]) -> None:
    first = api.send("post", ORDERS, body | {"is_released": True}, Idempotency_Key="o1")
    again = api.send("post", ORDERS, body | {"is_released": True}, Idempotency_Key="o1")
    assert (first.status_code, again.content) == (201, first.content)
    assert AuditEntry.objects.filter(action="work.work_request_added").count() == 1
    taken = api.send("post", ORDERS, body)
    assert (taken.status_code, taken.json()["code"]) == (409, "order_exists")


@pytest.mark.parametrize(
    ("change", "status", "field"),
    [
        ({"material": "NONE"}, 422, "material"),
        ({"machine": "NONE"}, 422, "machine"),
        ({"quantity": "0"}, 422, "quantity"),
        ({"quantity": "lots"}, 400, "quantity"),
        ({"site": "P9"}, 422, "site"),
        ({"earliest_start": "2026-05-01T00:00:00Z"}, 422, "due_at"),
        ({"code": "X" * 65}, 400, "code"),
        ({"due_at": "2026-04-17T14:00:00"}, 400, "due_at"),
    ],
)
def test_P32_order_is_refused_at_its_field(
    api: Any, body: dict[str, Any], change: dict[str, Any], status: int, field: str
) -> None:
    answer = api.send("post", ORDERS, body | change)
    assert answer.status_code == status, answer.content
    assert field in answer.json()["fields"]
    assert not WorkRequest.objects.exists()


def test_P33_owner_colleague_and_outsider(api: Any, client_of: Any, outsider: Any, site: Any, body: Any) -> None:
    made = api.send("post", ORDERS, body).json()
    colleague = client_of(make_user("lotta", site=site, permissions=["work.view"]))
    stranger = client_of(outsider)
    assert colleague.get(f"{ORDERS}{made['id']}/").status_code == 200
    assert colleague.send("post", ORDERS, body | {"code": "N"}).status_code == 403
    assert colleague.send("post", f"{ORDERS}{made['id']}/release/", None).status_code == 403
    assert stranger.get(ORDERS).json()["count"] == 0
    assert stranger.get(f"{ORDERS}{made['id']}/").status_code == 404
    assert stranger.send("post", f"{ORDERS}{made['id']}/release/", None).status_code == 404
    assert stranger.send("post", ORDERS, body | {"code": "N"}).status_code == 422


def test_order_list_statements_do_not_grow(api: Any, site: Any) -> None:
    numbers = iter(range(1000))

    def make(number: int) -> None:
        for _ in range(number):
            make_order(site, f"WO-{next(numbers)}")

    costs_the_same(make, lambda: api.get(ORDERS))


@pytest.mark.parametrize(
    ("query", "count"),
    [("status=released", 1), ("status=closed", 0), ("material=P-1", 1), ("code=WO-1", 1), ("site=P2", 0)],
)
def test_filters_narrow(api: Any, site: Any, query: str, count: int) -> None:
    make_order(site, "WO-1")
    assert api.get(f"{ORDERS}?{query}").json()["count"] == count


@pytest.mark.parametrize("code", [None, "", " "])
def test_order_without_a_number_gets_the_next_one(api: Any, body: dict[str, Any], code: str | None) -> None:
    sent = {name: value for name, value in body.items() if name != "code"} | ({} if code is None else {"code": code})
    first, second = (api.send("post", ORDERS, sent).json()["code"] for _again in range(2))
    assert first.startswith("WO-")
    assert int(second[-5:]) == int(first[-5:]) + 1
