"""How products are made: versions added and approved, on pages and in the API; an order keeps its version."""

from typing import Any

import pytest
from django.test import Client

from mom.accounts.models import Site
from mom.work.models import JobOrder, JobRequirement
from production.models import OperationsDefinition
from tests.bench.statements import costs_the_same
from tests.factories.accounts import make_user
from tests.factories.work import make_machine, make_material, make_routing

pytestmark = pytest.mark.django_db
DEFINITIONS, ORDERS = "/api/v1/production/definitions/", "/api/v1/production/orders/"


@pytest.fixture
def api(owner: Any, client_of: Any) -> Any:
    return client_of(owner)


@pytest.fixture
def body(site: Site) -> dict[str, Any]:
    for code in ("PUMP", "HOUSING", "STATOR"):
        make_material(site, code)
    make_machine(site, "AS-10")
    made = {"material": "PUMP", "use": "produced", "quantity": "1"}
    return {
        "site": "P1", "code": "PUMP", "material": "PUMP", "batch_quantity": "1",
        "operations": [
            {"name": "Assemble", "machine": "AS-10",
             "materials": [{"material": "HOUSING", "quantity": "1"}, {"material": "STATOR", "quantity": "2"}, made]},
            {"name": "Leak test", "materials": [made]},
        ],
    }  # fmt: skip


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user, backend="mom.accounts.backends.PasswordBackend")
    return client


def approved(api: Any, body: dict[str, Any]) -> dict[str, Any]:
    draft = api.send("post", DEFINITIONS, body)
    assert draft.status_code == 201, draft.content
    answer = api.send("post", f"{DEFINITIONS}{draft.json()['id']}/approve/", None)
    assert answer.status_code == 200, answer.content
    found: dict[str, Any] = answer.json()
    return found


def test_a_definition_is_added_as_a_draft_with_its_operations_and_materials(api: Any, body: dict[str, Any]) -> None:
    answer = api.send("post", DEFINITIONS, body)

    assert answer.status_code == 201, answer.content
    sent = answer.json()
    assert (sent["code"], sent["version"], sent["status"], sent["unit"]) == ("PUMP", 1, "draft", "C62")
    assert [(each["sequence"], each["name"], each["machine"]) for each in sent["operations"]] == [
        (10, "Assemble", "AS-10"), (20, "Leak test", None),
    ]  # fmt: skip
    assert [(line["material"], line["use"], line["quantity"]) for line in sent["operations"][0]["materials"]] == [
        ("HOUSING", "consumed", "1.000000"), ("STATOR", "consumed", "2.000000"), ("PUMP", "produced", "1.000000"),
    ]  # fmt: skip
    assert api.get(answer.headers["Location"]).json() == sent


def test_an_order_keeps_the_version_that_it_was_made_by(api: Any, body: dict[str, Any]) -> None:
    first = approved(api, body)
    order = api.send("post", ORDERS, {"site": "P1", "definition": "PUMP", "quantity": "30", "is_released": True})
    body["operations"][0]["materials"][1]["quantity"] = "3"
    second = approved(api, body)

    assert (first["version"], second["version"]) == (1, 2)
    assert api.get(f"{DEFINITIONS}{first['id']}/").json()["status"] == "retired"
    assert api.get(f"{ORDERS}{order.json()['id']}/").json()["definition_version"] == 1
    needed = JobRequirement.objects.get(job_order__code=f"{order.json()['code']}-10", definition__code="STATOR")
    assert needed.quantity == 60
    later = api.send("post", ORDERS, {"site": "P1", "definition": "PUMP", "quantity": "30"}).json()
    assert later["definition_version"] == 2
    assert [job.directive["version"] for job in JobOrder.objects.filter(work_request__code=later["code"])] == [2, 2]


def test_a_draft_makes_no_order_and_is_approved_once(api: Any, body: dict[str, Any]) -> None:
    draft = api.send("post", DEFINITIONS, body).json()

    refused = api.send("post", ORDERS, {"site": "P1", "definition": "PUMP", "quantity": "30"})
    assert (refused.status_code, list(refused.json()["fields"])) == (422, ["definition"])
    address = f"{DEFINITIONS}{draft['id']}/approve/"
    assert [api.send("post", address, None).status_code for _again in range(2)] == [200, 409]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"material": "GOLD"}, "material"),
        ({"batch_quantity": "0"}, "quantity"),
        ({"operations": []}, "segments"),
        ({"operations": [{"name": "Assemble", "machine": "NONE"}]}, "machine"),
        ({"operations": [{"name": "Assemble", "materials": [{"material": "HOUSING", "quantity": "1"}]}]}, "segments"),
        ({"site": "P9"}, "site"),
    ],
)
def test_what_is_wrong_with_a_definition_is_told(api: Any, body: dict[str, Any], change: Any, field: str) -> None:
    answer = api.send("post", DEFINITIONS, body | change)

    assert (answer.status_code, list(answer.json()["fields"])) == (422, [field])
    assert not OperationsDefinition.objects.exists()


def test_a_definition_is_looked_at_and_approved_on_its_page(api: Any, owner: Any, body: dict[str, Any]) -> None:
    api.send("post", DEFINITIONS, body)
    page = signed_in(owner)
    listed, shown = page.get("/definitions/").content.decode(), page.get("/definitions/PUMP/1/").content.decode()
    assert "/definitions/PUMP/1/" in listed
    for words in ("Draft</span>", "10 Assemble", "STATOR", "20 Leak test", "/definitions/PUMP/1/approve/"):
        assert words in shown

    assert page.post("/definitions/PUMP/1/approve/").status_code == 302

    shown = page.get("/definitions/PUMP/1/").content.decode()
    assert "Approved" in shown
    assert "/approve/" not in shown
    assert page.get("/definitions/PUMP/2/").status_code == 404


def test_P33_who_may_only_look_approves_nothing_and_another_site_sees_nothing(
    api: Any, site: Site, client_of: Any, body: dict[str, Any]
) -> None:
    api.send("post", DEFINITIONS, body)
    reader = signed_in(make_user("rolf", site=site, permissions=["work.view", "plant.view"]))
    assert "/approve/" not in reader.get("/definitions/PUMP/1/").content.decode()
    assert reader.post("/definitions/PUMP/1/approve/").status_code == 403
    own = client_of(make_user("rita", site=site, permissions=["work.view"]))
    assert own.send("post", DEFINITIONS, body).status_code == 403
    assert OperationsDefinition.objects.get().status == "draft"


def test_lists_cost_the_same_however_many_versions(api: Any, owner: Any, site: Site) -> None:
    page = signed_in(owner)
    counted = iter(range(100))

    def more(many: int) -> None:
        for _routing in range(many):
            make_routing(site, f"R-{next(counted)}")

    costs_the_same(more, lambda: page.get("/definitions/"), many=6)
    costs_the_same(more, lambda: api.get(DEFINITIONS), many=6)
