"""Properties and other systems' numbers through the API and the pages: filters, versions, refusals, embedding."""

from typing import Any

import pytest
from django.test import Client

from mom.accounts.models import Site, User
from mom.core.models import PropertyValue
from tests.bench.statements import costs_the_same
from tests.core.properties.saying import define, make_class, say
from tests.factories.known import make_alias
from tests.factories.plant import make_equipment
from tests.plant.test_api import Api, signed_in

EQUIPMENT = "equipment/"


@pytest.fixture
def api(owner: User) -> Api:
    return signed_in(owner)


def codes(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [row["code"] for row in answer.json()["results"]]


def test_equipment_list_filters_by_property_over_units_and_classes(api: Api, site: Site, other_site: Site) -> None:
    strong, weak = make_equipment(site, "STRONG"), make_equipment(site, "WEAK")
    power = define(site)
    say("equipment_class", make_class(site, "5AX", strong), power, "15")
    say("equipment", weak, power, "9000 W")
    assert codes(api.send("get", f"{EQUIPMENT}?property=power__gte:10 KWT")) == ["STRONG"]
    assert codes(api.send("get", f"{EQUIPMENT}?property=power__gte:1&property=power__lt:9.5 kW")) == ["WEAK"]


@pytest.mark.parametrize(
    "rule",
    [
        "power", "power__regex:.*", "site__code__eq:P2", "power__gte:10 KGM", "power__gte:ten", "unknown__eq:1",
        "power__eq:1); DROP TABLE x; --",
    ],
)  # fmt: skip
def test_equipment_list_refuses_what_is_no_rule(api: Api, site: Site, rule: str) -> None:
    define(site)
    answer = api.get("/api/v1/plant/equipment/", {"property": rule})
    assert answer.status_code == 400
    assert "property" in answer.json()["fields"]


def test_property_of_another_site_is_unknown(api: Api, site: Site, other_site: Site) -> None:
    define(other_site)
    assert api.send("get", f"{EQUIPMENT}?property=power__gte:10").status_code == 400


def test_equipment_property_is_set_and_read_as_versions(api: Api, site: Site) -> None:
    machine, _power = make_equipment(site), define(site)
    address = f"{EQUIPMENT}{machine.pk}/properties/"
    first = api.send("post", address, {"property": "power", "value": "15", "lower": "12", "upper": "18"})
    assert first.status_code == 201, first.content
    assert api.send("post", address, {"property": "power", "value": "16.5 kW"}).status_code == 201
    (known,) = api.send("get", address).json()
    assert (known["stated"]["value"], known["stated"]["unit"], known["is_inherited"]) == ("16.5", "KWT", False)
    old = PropertyValue.objects.get(pk=first.json()["id"])
    (then,) = api.get(f"/api/v1/plant/{address}", {"at": old.valid_from.isoformat()}).json()
    assert then["stated"]["value"] == "15"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"property": "power", "value": "1", "unit": "KGM"}, "unit"),
        ({"property": "power", "value": "red"}, "value"),
        ({"property": "power", "value": "1", "lower": "3", "upper": "2"}, "lower"),
        ({"property": "none", "value": "1"}, "property"),
    ],
)
def test_equipment_property_is_refused_at_its_field(api: Api, site: Site, body: dict[str, str], field: str) -> None:
    machine = make_equipment(site)
    define(site)
    answer = api.send("post", f"{EQUIPMENT}{machine.pk}/properties/", body)
    assert answer.status_code == 422
    assert list(answer.json()["fields"]) == [field]


def test_P33_property_of_a_foreign_machine_is_not_found(api: Api, other_site: Site) -> None:
    machine = make_equipment(other_site)
    assert api.send("get", f"{EQUIPMENT}{machine.pk}/properties/").status_code == 404
    assert api.send("post", f"{EQUIPMENT}{machine.pk}/properties/", {"property": "power"}).status_code == 404


def test_P33_colleague_reads_properties_and_sets_none(colleague: User, site: Site) -> None:
    machine = make_equipment(site)
    define(site)
    api = signed_in(colleague)
    assert api.send("get", f"{EQUIPMENT}{machine.pk}/properties/").status_code == 200
    refused = api.send("post", f"{EQUIPMENT}{machine.pk}/properties/", {"property": "power", "value": "1"})
    assert refused.status_code == 403


def test_equipment_list_embeds_in_a_constant_number_of_statements(api: Api, site: Site) -> None:
    power = define(site)

    def make(count: int) -> None:
        for _again in range(count):
            machine = make_equipment(site)
            say("equipment", machine, power, "5")
            say("equipment_class", make_class(site, f"C{machine.pk}", machine), power, "6")
            make_alias(site, machine)

    def read() -> Any:
        return api.send("get", f"{EQUIPMENT}?include=properties,aliases&property=power__gte:1")

    costs_the_same(make, read)
    row = read().json()["results"][0]
    assert row["properties"][0]["stated"]["value"] == "5"
    assert row["aliases"][0]["system"] == "ERP"
    assert api.send("get", f"{EQUIPMENT}?include=secrets").status_code == 400


def test_equipment_found_by_alias(api: Api, site: Site) -> None:
    machine = make_equipment(site, "M1")
    make_equipment(site, "M2")
    answer = api.send("post", f"{EQUIPMENT}{machine.pk}/aliases/", {"system": "ERP", "external_id": "4711"})
    assert answer.status_code == 201, answer.content
    assert codes(api.send("get", f"{EQUIPMENT}?alias=ERP:4711")) == ["M1"]
    assert codes(api.send("get", f"{EQUIPMENT}?alias=4711")) == ["M1"]
    assert codes(api.send("get", f"{EQUIPMENT}?alias=CAD:4711")) == []
    assert api.send("get", f"{EQUIPMENT}?alias=:4711").status_code == 400


def test_property_definition_change_needs_the_version_that_was_read(api: Api, site: Site) -> None:
    power = define(site)
    address = f"/api/v1/property-definitions/{power.pk}/"
    change = {"name": "Power of the spindle"}
    assert api.patch(address, change, content_type="application/json").status_code == 428
    etag = api.get(address).headers["ETag"]
    changed = api.patch(address, change, content_type="application/json", headers={"If-Match": etag})
    assert changed.status_code == 200
    again = api.patch(address, change, content_type="application/json", headers={"If-Match": etag})
    assert again.status_code == 412


def test_property_pages_set_end_and_show_source(client: Client, owner: User, site: Site) -> None:
    client.force_login(owner, backend="mom.accounts.backends.PasswordBackend")
    machine, power = make_equipment(site, "M/1"), define(site)
    say("equipment_class", make_class(site, "5AX", machine), power, "15")
    page = client.get("/machines/M/1/").content.decode()
    assert "from 5AX" in page
    address = f"/properties/set/{power.pk}/equipment/M/1/"
    wrong = client.post(address, {"value": "x", "unit": "KWT"})
    assert wrong.status_code == 422
    assert client.post(address, {"value": "17,5", "unit": "KWT", "upper": "18"}).status_code == 302
    value = PropertyValue.objects.get(subject_id=machine.pk, holder="equipment")
    assert "17.5" in client.get("/properties/of/equipment/M/1/").content.decode()
    assert client.post(f"/properties/end/{value.pk}/equipment/M/1/", {}).status_code == 302
    value.refresh_from_db()
    assert value.valid_until is not None


def test_machine_list_page_filters_by_property(client: Client, owner: User, site: Site) -> None:
    client.force_login(owner, backend="mom.accounts.backends.PasswordBackend")
    strong, power = make_equipment(site, "STRONG"), define(site)
    make_equipment(site, "WEAK")
    say("equipment", strong, power, "15")
    query = {"property_code": "power", "property_is": "gte", "property_value": "10 kW"}
    page = client.get("/machines/", query).content.decode()
    assert ">STRONG<" in page
    assert ">WEAK<" not in page
    assert "10 kW" in page
    assert client.get("/machines/", query | {"property_value": "10 kg"}).status_code == 200


def test_P33_property_pages_of_the_colleague_and_the_outsider(
    client: Client, colleague: User, outsider: User, site: Site
) -> None:
    machine, power = make_equipment(site, "M1"), define(site)
    for user, seen, changed in ((colleague, 200, 403), (outsider, 404, 404)):
        client.force_login(user, backend="mom.accounts.backends.PasswordBackend")
        assert client.get(f"/properties/of/equipment/{machine.code}/").status_code == seen
        assert client.get(f"/properties/set/{power.pk}/equipment/{machine.code}/").status_code == changed
        assert client.get(f"/aliases/add/equipment/{machine.code}/").status_code == changed


def test_class_list_embeds_what_is_stated_on_each_class(api: Api, site: Site) -> None:
    power = define(site)

    def make(count: int) -> None:
        for _again in range(count):
            machine = make_equipment(site)
            say("equipment_class", make_class(site, f"C{machine.pk}", machine), power, "6")

    def read() -> Any:
        return api.send("get", "equipment-classes/?include=properties,aliases")

    costs_the_same(make, read)
    assert read().json()["results"][0]["properties"][0]["stated"]["value"] == "6"
