"""The same request once (P02), and no lost update (P06)."""

import threading
from typing import Any

import pytest
from django.db import connection, connections

from mom.core.db.locks import Lock
from mom.core.models import AuditEntry, IdempotencyKey
from mom.plant.models import EquipmentClass

CLASSES = "/api/v1/test/classes/"
BODY = {"site": "P1", "code": "MILL", "name": "Mills"}


@pytest.fixture
def api(db: None, resource: None, owner: Any, client_of: Any) -> Any:
    return client_of(owner)


def test_P02_same_request_is_answered_once(api: Any) -> None:
    first = api.send("post", CLASSES, BODY, Idempotency_Key="k1")
    again = api.send("post", CLASSES, dict(reversed(BODY.items())), Idempotency_Key="k1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert "Idempotent-Replayed" not in first.headers
    assert again.headers["Idempotent-Replayed"] == "true"
    assert [again.headers[name] for name in ("Location", "ETag")] == [
        first.headers[name] for name in ("Location", "ETag")
    ]
    assert EquipmentClass.objects.count() == 1
    assert AuditEntry.objects.filter(action="plant.equipment_class_created").count() == 1


def test_P02_same_key_for_another_request_is_refused(api: Any) -> None:
    api.send("post", CLASSES, BODY, Idempotency_Key="k1")
    other = api.send("post", CLASSES, BODY | {"code": "LATHE"}, Idempotency_Key="k1")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert EquipmentClass.objects.count() == 1


def test_P02_key_of_a_refused_request_may_be_used_again(api: Any) -> None:
    refused = api.send("post", CLASSES, BODY | {"name": "refuse"}, Idempotency_Key="k1")
    assert refused.status_code == 409
    assert not EquipmentClass.objects.exists()
    assert not IdempotencyKey.objects.exists()
    assert api.send("post", CLASSES, BODY, Idempotency_Key="k1").status_code == 201


def test_P02_key_belongs_to_its_principal(api: Any, client_of: Any, site: Any) -> None:
    from tests.factories.accounts import make_user

    api.send("post", CLASSES, BODY, Idempotency_Key="k1")
    other = client_of(make_user("eve", site=site, permissions=["plant.view", "plant.change"]))
    answer = other.send("post", CLASSES, BODY | {"code": "LATHE"}, Idempotency_Key="k1")
    assert answer.status_code == 201


@pytest.mark.parametrize(
    ("key", "code"), [("", "missing"), ("k" * 201, "malformed"), ("a b", "malformed"), ("ä", "malformed")]
)
def test_P02_odd_key_is_refused(api: Any, key: str, code: str) -> None:
    answer = api.send("post", CLASSES, BODY, Idempotency_Key=key)
    assert (answer.status_code, answer.json()["code"]) == (400, f"idempotency_key_{code}")


def test_P02_action_may_go_without_a_key(api: Any) -> None:
    assert api.send("post", f"{CLASSES}ring/", {}, Idempotency_Key="").json() == {"rang": True}


@pytest.mark.django_db(transaction=True)
def test_P02_twins_at_once_take_effect_once(resource: None, owner: Any, client_of: Any) -> None:
    clients = [client_of(owner) for _ in range(6)]
    barrier, answers = threading.Barrier(len(clients)), []

    def send(client: Any) -> None:
        barrier.wait()
        answers.append(client.send("post", CLASSES, BODY, Idempotency_Key="k1"))
        connections.close_all()

    threads = [threading.Thread(target=send, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert sum("Idempotent-Replayed" in answer.headers for answer in answers) == len(clients) - 1
    assert EquipmentClass.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_P02_twin_that_waits_too_long_is_told_to_come_back(
    resource: None, owner: Any, client_of: Any, bench: Any
) -> None:
    import psycopg2

    client = client_of(owner)
    with psycopg2.connect(bench.url()) as other:  # an unfinished twin
        other.cursor().execute(
            "SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [int(Lock.REQUEST), f"user:{owner.pk} k1"]
        )
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '100ms'")
        answer = client.send("post", CLASSES, BODY, Idempotency_Key="k1")
        assert (answer.status_code, answer.json()["code"]) == (409, "idempotency_in_flight")
        assert answer.headers["Retry-After"] == "2"
        other.rollback()
    other.close()
    connection.close()


def test_P06_change_needs_the_version_it_was_made_from(api: Any, make_classes: Any, site: Any) -> None:
    (row,) = make_classes(site, ["A"])
    address = f"{CLASSES}{row.pk}/"
    assert api.get(address).headers["ETag"] == '"v1"'
    for tag, status, code in [
        ("", 428, "precondition_required"),
        ("*", 428, "precondition_required"),
        ('"v2"', 412, "stale"),
        ('W/"v1"', 412, "stale"),
        ('"v1", "v2"', 412, "stale"),
        ("v1", 412, "stale"),
    ]:
        answer = api.send("patch", address, {"name": "x"}, If_Match=tag)
        assert (answer.status_code, answer.json()["code"]) == (status, code), tag
    changed = api.send("patch", address, {"name": "x"}, If_Match='"v1"')
    assert (changed.status_code, changed.headers["ETag"], changed.json()["name"]) == (200, '"v2"', "x")
    assert api.send("patch", address, {"name": "y"}, If_Match='"v1"').status_code == 412


def test_P06_unchanged_row_is_304(api: Any, make_classes: Any, site: Any) -> None:
    (row,) = make_classes(site, ["A"])
    same = api.get(f"{CLASSES}{row.pk}/", headers={"If-None-Match": '"v1"'})
    assert (same.status_code, same.content) == (304, b"")
    assert api.get(f"{CLASSES}{row.pk}/", headers={"If-None-Match": '"v0"'}).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_P06_two_editors_one_wins(resource: None, owner: Any, client_of: Any, make_classes: Any, site: Any) -> None:
    (row,) = make_classes(site, ["A"])
    clients = [client_of(owner) for _ in range(2)]
    for version in range(1, 11):
        barrier, answers = threading.Barrier(2), []

        def send(client: Any, name: str, tag: str = f'"v{version}"', gate: Any = barrier, seen: Any = answers) -> None:
            gate.wait()
            seen.append(client.send("patch", f"{CLASSES}{row.pk}/", {"name": name}, If_Match=tag).status_code)
            connections.close_all()

        threads = [threading.Thread(target=send, args=(client, f"n{i}")) for i, client in enumerate(clients)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(answers) == [200, 412]
    row.refresh_from_db()
    assert row.version == 11
