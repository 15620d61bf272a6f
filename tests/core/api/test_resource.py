"""The bases at work: what a resource answers to owner, colleague and outsider."""

from typing import Any

import pytest

from mom.core.errors import NotFound
from mom.plant.models import EquipmentClass

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("resource")]

CLASSES = "/api/v1/test/classes/"


def test_P33_list_shows_own_site_only(
    owner: Any, client_of: Any, make_classes: Any, site: Any, other_site: Any
) -> None:
    make_classes(site, ["A", "B"])
    make_classes(other_site, ["C"])
    answer = client_of(owner).get(CLASSES).json()
    assert [row["code"] for row in answer["results"]] == ["A", "B"]
    assert (answer["count"], answer["count_is_estimate"], answer["next"]) == (2, False, None)


def test_P33_foreign_row_answers_like_a_missing_one(
    outsider: Any, client_of: Any, make_classes: Any, site: Any
) -> None:
    (row,) = make_classes(site, ["A"])
    client = client_of(outsider)
    foreign, missing = client.get(f"{CLASSES}{row.pk}/"), client.get(f"{CLASSES}{row.pk + 1000}/")
    assert (foreign.status_code, missing.status_code) == (404, 404)
    strip = {"request_id": ""}
    assert foreign.json() | strip == missing.json() | strip


@pytest.mark.parametrize("address", ["0", "x", "1e3", "١", "-1", "9" * 40, "%00", "1.0"])
def test_P32_odd_id_is_not_found(owner: Any, client_of: Any, address: str) -> None:
    answer = client_of(owner).get(f"{CLASSES}{address}/")
    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_P33_colleague_may_look_but_not_change(make_reader: Any, client_of: Any, make_classes: Any, site: Any) -> None:
    (row,) = make_classes(site, ["A"])
    client = client_of(make_reader)
    assert client.get(f"{CLASSES}{row.pk}/").status_code == 200
    refused = client.send("patch", f"{CLASSES}{row.pk}/", {"name": "x"}, If_Match='"v1"')
    assert (refused.status_code, refused.json()["code"]) == (403, "not_allowed")
    assert client.send("post", CLASSES, {"site": "P1", "code": "N"}).status_code == 403


def test_P33_undeclared_action_is_refused(owner: Any, client_of: Any) -> None:
    assert client_of(owner).get("/api/v1/test/undeclared/").status_code == 403


def test_anonymous_is_asked_to_sign_in(client: Any) -> None:
    answer = client.get(CLASSES)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert answer.json()["code"] == "not_authenticated"


def test_unknown_method_is_405(owner: Any, client_of: Any) -> None:
    for method in ("delete", "options", "put"):
        answer = getattr(client_of(owner), method)(CLASSES)
        assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
        assert "GET" in answer.headers["Allow"]


def test_answer_is_nobody_elses_to_keep(owner: Any, client_of: Any) -> None:
    assert client_of(owner).get(CLASSES).headers["Cache-Control"] == "no-store"


def test_router_leaves_out_methods_that_are_not_taken() -> None:
    from mom.core.api.router import Router
    from tests.core.api.resource import EquipmentClassViewSet

    without_put = type("WithoutPut", (EquipmentClassViewSet,), {"http_method_names": ["get", "patch"]})
    methods = Router("x").get_method_map(without_put, {"get": "retrieve", "put": "update", "patch": "partial_update"})
    assert methods == {"get": "retrieve", "patch": "partial_update"}


def test_final_slash_is_optional(owner: Any, client_of: Any, make_classes: Any, site: Any) -> None:
    (row,) = make_classes(site, ["A"])
    client = client_of(owner)
    assert client.get(CLASSES.rstrip("/")).status_code == client.get(f"{CLASSES}{row.pk}").status_code == 200


def test_create_writes_and_names_the_address(owner: Any, client_of: Any) -> None:
    client = client_of(owner)
    answer = client.send("post", CLASSES, {"site": "P1", "code": "MILL", "name": "Mills"})
    assert answer.status_code == 201, answer.content
    assert answer.headers["ETag"] == '"v1"'
    assert client.get(answer.headers["Location"]).json()["code"] == "MILL"


def test_P33_create_at_another_site_is_refused(owner: Any, client_of: Any, other_site: Any) -> None:
    answer = client_of(owner).send("post", CLASSES, {"site": other_site.code, "code": "MILL"})
    assert answer.status_code == 403
    assert not EquipmentClass.objects.exists()


def test_fields_are_selected(owner: Any, client_of: Any, make_classes: Any, site: Any) -> None:
    (row,) = make_classes(site, ["A"])
    client = client_of(owner)
    assert client.get(f"{CLASSES}?fields=code,id").json()["results"] == [{"id": row.pk, "code": "A"}]
    assert client.get(f"{CLASSES}{row.pk}/?fields=code").json() == {"code": "A"}
    refused = client.get(f"{CLASSES}?fields=code,password")
    assert (refused.status_code, list(refused.json()["fields"])) == (400, ["fields"])


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("cod=A", "cod"),
        ("site__name=Plant", "site__name"),
        ("ordering=site__memberships__user__password", "ordering"),
        ("page_size=201", "page_size"),
        ("page_size=-1", "page_size"),
        ("page_size=١", "page_size"),
        ("cursor=abc", "cursor"),
        ("cursor=" + "W10" * 900, "cursor"),
        ("created_at__gte=2026-04-16T10:42:00", "created_at__gte"),
        ("site=x", "site"),
        ("version=99999999999999999999999", "version"),
        ("code=%00", "code"),
    ],
)
def test_P32_parameter_is_refused(owner: Any, client_of: Any, query: str, field: str) -> None:
    answer = client_of(owner).get(f"{CLASSES}?{query}")
    assert answer.status_code == 400, answer.content
    assert answer.json()["code"] == "invalid_input"
    assert field in answer.json()["fields"]


def test_filters_narrow(owner: Any, client_of: Any, make_classes: Any, site: Any) -> None:
    make_classes(site, ["A", "B", "C"])
    client = client_of(owner)
    assert [row["code"] for row in client.get(f"{CLASSES}?code__in=A,C").json()["results"]] == ["A", "C"]
    assert client.get(f"{CLASSES}?site={site.pk}").json()["count"] == 3
    assert client.get(f"{CLASSES}?site={site.pk + 500}").json()["count"] == 0
    assert client.get(f"{CLASSES}?is_active=maybe").status_code == 400
    assert client.get(f"{CLASSES}?is_active=false").json()["count"] == 0
    assert client.get(f"{CLASSES}?created_at__gte=2100-01-01T00:00:00Z").json()["count"] == 0


def test_ordering_is_as_asked(owner: Any, client_of: Any, make_classes: Any, site: Any) -> None:
    make_classes(site, ["A", "B", "C"])
    answer = client_of(owner).get(f"{CLASSES}?ordering=-code")
    assert [row["code"] for row in answer.json()["results"]] == ["C", "B", "A"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b"[]", 400),
        (b'"x"', 400),
        (b"null", 400),
        (b'{"site": "P1", "code": "A", "code": "B"}', 400),
        (b'{"site": "P1", "code": "a\\u0000b"}', 400),
        (b'{"site": "P1", "code": true}', 400),
        (b'{"site": "P1", "code": "A", "version": 9}', 201),
        (b'{"site": "P1", "code": "A", "is_admin": true}', 400),
        (b"[" * 5000, 400),
        (b" " * 3_000_000, 413),
    ],
)
def test_P32_body_is_refused_with_a_problem(owner: Any, client_of: Any, body: bytes, status: int) -> None:
    answer = client_of(owner).send("post", CLASSES, body)
    assert answer.status_code == status, answer.content
    if status >= 400:
        assert answer.headers["Content-Type"] == "application/problem+json"
        problem = answer.json()
        assert {"type", "title", "status", "code", "detail", "request_id"} <= set(problem)
        assert answer.headers["X-Request-ID"] == problem["request_id"]
        assert not EquipmentClass.objects.exists()
    else:
        assert answer.json()["version"] == 1


def test_P32_other_media_type_is_415(owner: Any, client_of: Any) -> None:
    answer = client_of(owner).post(CLASSES, "a=1", content_type="text/plain", headers={"Idempotency-Key": "k"})
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")


def test_P32_unknown_address_is_a_problem_for_every_method(client: Any) -> None:
    for method in ("get", "post", "delete"):
        answer = getattr(client, method)("/api/v1/no/such/thing/")
        assert (answer.status_code, answer.json()["code"]) == (404, NotFound.default_code)


def test_P32_server_fault_shows_no_detail(owner: Any, client_of: Any, monkeypatch: Any, caplog: Any) -> None:
    monkeypatch.setattr("tests.core.api.resource.EquipmentClassViewSet.for_actor", lambda *_: 1 / 0)
    answer = client_of(owner).get(CLASSES)
    assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
    assert b"ZeroDivision" not in answer.content
    assert "ZeroDivisionError" in caplog.text


@pytest.mark.parametrize(
    ("fault", "status"),
    [("OperationalError", 503), ("DataError", 400), ("IntegrityError", 409), ("InterfaceError", 503)],
)
def test_P34_database_fault_is_told(owner: Any, client_of: Any, monkeypatch: Any, fault: str, status: int) -> None:
    import django.db

    def fail(*_args: Any) -> None:
        raise getattr(django.db, fault)("secret detail")

    monkeypatch.setattr("tests.core.api.resource.EquipmentClassViewSet.for_actor", fail)
    answer = client_of(owner).get(CLASSES)
    assert answer.status_code == status
    assert b"secret detail" not in answer.content
    assert ("Retry-After" in answer.headers) is (status == 503)
