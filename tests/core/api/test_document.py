"""The OpenAPI document, its page, the root and the throttle."""

from functools import cache
from typing import Any

import pytest
import yaml
from django.core.management import call_command
from django.test import Client

from mom.core.api import throttles
from mom.core.api.throttles import TokenBucket

CLASSES = "/api/v1/test/classes/"


@pytest.fixture
def document(resource: None) -> dict[str, Any]:
    return _document()


@cache
def _document() -> dict[str, Any]:
    """As it is served; made once, which takes seconds, as nothing changes it while the process lives."""
    answer = Client().get("/api/v1/schema/")
    assert answer.status_code == 200
    return dict(yaml.load(answer.content, Loader=yaml.CSafeLoader))


def _parameters(operation: dict[str, Any], place: str) -> dict[str, Any]:
    return {found["name"]: found for found in operation["parameters"] if found["in"] == place}


def test_document_is_valid_and_without_a_warning(resource: None, tmp_path: Any) -> None:
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(tmp_path / "openapi.yaml"))


def test_document_names_each_refusal(document: dict[str, Any]) -> None:
    operation = document["paths"][CLASSES]["post"]
    assert {"201", "400", "401", "403", "404", "405", "409", "413", "415", "422", "429", "503"} == set(
        operation["responses"]
    )
    change = document["paths"][CLASSES + "{id}/"]["patch"]
    assert {"412", "428"} < set(change["responses"])
    for code, answer in change["responses"].items():
        if code >= "400":
            assert list(answer["content"]) == ["application/problem+json"], code


def test_document_names_the_headers_and_parameters(document: dict[str, Any]) -> None:
    paths = document["paths"]
    assert _parameters(paths[CLASSES]["post"], "header")["Idempotency-Key"]["required"] is True
    assert _parameters(paths[CLASSES + "ring/"]["post"], "header")["Idempotency-Key"]["required"] is False
    assert _parameters(paths[CLASSES + "{id}/"]["put"], "header")["If-Match"]["required"] is True
    listing = _parameters(paths[CLASSES]["get"], "query")
    assert {"cursor", "page_size", "ordering", "fields", "code", "code__in", "site", "version"} <= set(listing)
    assert document["openapi"].startswith("3.1")
    assert "Needs `plant.change`" in paths[CLASSES]["post"]["description"]


def test_document_names_the_sign_in_schemes(document: dict[str, Any]) -> None:
    schemes = document["components"]["securitySchemes"]
    assert (schemes["token"]["scheme"], schemes["session"]["in"]) == ("bearer", "cookie")


def test_page_of_the_document_keeps_to_the_strict_policy(resource: None, client: Client) -> None:
    page = client.get("/api/v1/docs/")
    text = page.content.decode()
    assert page.status_code == 200
    assert "<style" not in text
    assert "<script>" not in text
    assert "//" not in text.replace("</", "").split("<body>")[1]
    assert "unsafe-inline" not in page.headers["Content-Security-Policy"].split("script-src")[1].split(";")[0]
    assert client.get("/api/v1/docs/?script=").headers["Content-Type"].startswith("application/javascript")


def test_root_lists_the_collections(resource: None, client: Client) -> None:
    found = client.get("/api/v1/").json()
    assert found["test/classes"].endswith(CLASSES)
    assert found["accounts/sites"].endswith("/api/v1/accounts/sites/")


@pytest.mark.django_db
def test_throttle_without_redis_lets_everything_pass(resource: None, owner: Any, client_of: Any, settings: Any) -> None:
    throttles._client.cache_clear()
    settings.CACHE_URL = "redis://127.0.0.1:1/0"
    client = client_of(owner)
    assert [client.get(CLASSES).status_code for _ in range(3)] == [200, 200, 200]
    throttles._client.cache_clear()


@pytest.mark.django_db
def test_throttle_says_when_to_come_back(resource: None, owner: Any, client_of: Any, monkeypatch: Any) -> None:
    asked: list[str] = []

    def wait(self: TokenBucket, key: str) -> float:
        asked.append(key)
        return 2.4

    monkeypatch.setattr(TokenBucket, "wait", wait)
    answer = client_of(owner).get(CLASSES)
    assert (answer.status_code, answer.json()["code"], answer.headers["Retry-After"]) == (429, "throttled", "3")
    assert asked == [f"principal:user:{owner.pk}"]


@pytest.mark.parametrize(("rate", "capacity", "refill"), [("1200/min", 1200, 20.0), ("60/m", 60, 1.0), ("5/s", 5, 5.0)])
def test_bucket_reads_its_rate(rate: str, capacity: int, refill: float) -> None:
    bucket = TokenBucket(rate)
    assert (bucket.capacity, bucket.refill) == (capacity, refill)


def test_bucket_empties_and_fills(broker: Any, settings: Any) -> None:
    settings.CACHE_URL = broker
    throttles._client.cache_clear()
    TokenBucket._silent_until = 0.0
    bucket = TokenBucket("3/h")
    assert [bucket.wait("a") for _ in range(3)] == [0.0, 0.0, 0.0]
    assert 1190 < bucket.wait("a") <= 1200
    assert bucket.wait("b") == 0.0
    throttles._client.cache_clear()
