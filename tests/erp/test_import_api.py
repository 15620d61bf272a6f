"""Imports by the API: multipart in, problem bodies out, each asker within their sites."""

import uuid
from functools import partial
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from mom.accounts.models import User
from mom.core import long_work
from mom.erp.models import ImportRun
from mom.erp.services import running
from tests.erp import twin
from tests.erp.importing import MAPPINGS, BringIn, golden

pytestmark = pytest.mark.django_db
MAPPING = (MAPPINGS / "execution_log_4tu.yml").read_text()


@pytest.fixture
def signed_in(client: Client, owner: User) -> Client:
    client.force_login(owner)
    return client


def send(client: Client, *, key: str = "", **changes: Any) -> Any:
    body = {"file": SimpleUploadedFile("log.csv", twin.LOG), "site": "P1", "mapping": MAPPING, **changes}
    return client.post("/api/v1/imports/", body, headers={"Idempotency-Key": key or str(uuid.uuid4())})


def tell(client: Client, address: str, key: str) -> Any:
    return client.post(address, {}, content_type="application/json", headers={"Idempotency-Key": key})


def work_through() -> None:
    run = ImportRun.objects.get()
    long_work.work(run.check_task_id, running.check)
    run.refresh_from_db()
    if run.apply_task_id:
        long_work.work(run.apply_task_id, partial(running.apply, lanes=1))


def test_import_api_brings_a_file_in(signed_in: Client) -> None:
    answer = send(signed_in)
    assert answer.status_code == 201, answer.content
    address = answer["Location"]
    assert (answer.json()["status"], answer.json()["source"]) == ("checking", "execution-log-4tu")

    work_through()

    body = signed_in.get(address).json()
    assert (body["status"], body["rows_applied"], body["rows_changed"], body["error"]) == ("completed", 8, 1, "")
    listed = signed_in.get("/api/v1/imports/", {"source": "execution-log-4tu"}).json()
    assert [row["id"] for row in listed["results"]] == [body["id"]]


def test_import_api_takes_a_shipped_mapping_by_name(signed_in: Client) -> None:
    body = send(signed_in, mapping="execution_log_4tu", dry_run="true").json()
    assert (body["mapping_name"], body["is_dry_run"]) == ("execution_log_4tu.yml", True)
    work_through()
    assert signed_in.get(f"/api/v1/imports/{body['id']}/").json()["status"] == "completed"


def test_import_api_answers_the_same_request_once(signed_in: Client) -> None:
    first, second = send(signed_in, key="one"), send(signed_in, key="one")
    assert (first.status_code, first.content) == (second.status_code, second.content)
    assert second["Idempotent-Replayed"] == "true"
    assert ImportRun.objects.count() == 1


def test_import_api_waits_starts_and_refuses_a_second_start(signed_in: Client) -> None:
    body = send(signed_in, wait="true").json()
    work_through()
    start = f"/api/v1/imports/{body['id']}/start/"
    assert tell(signed_in, start, "a").json()["status"] == "running"
    refused = tell(signed_in, start, "b")
    assert (refused.status_code, refused.json()["code"]) == (409, "import_not_checked")


def test_import_api_cancels(signed_in: Client) -> None:
    body = send(signed_in).json()
    answer = tell(signed_in, f"/api/v1/imports/{body['id']}/cancel/", "a")
    assert (answer.status_code, answer.json()["status"]) == (200, "cancelled")


def test_import_api_pages_through_issues(signed_in: Client, bring_in: BringIn) -> None:
    run = bring_in(*golden("import_german_erp"))
    first = signed_in.get(f"/api/v1/imports/{run.pk}/issues/", {"page_size": 2}).json()
    assert [(row["line"], row["column"], row["code"]) for row in first["results"]] == [
        (7, "Dauer (h)", "number_bad"),
        (7, "Gut", "number_bad"),
    ]
    second = signed_in.get(first["next"]).json()
    assert [row["message"][:6] for row in second["results"]] == ["“Sack”"]
    assert second["count"] == 3


@pytest.mark.parametrize(
    ("changes", "status", "field"),
    [
        ({"mapping": "mapping: 2"}, 422, "mapping"),
        ({"site": "P2"}, 422, "site"),
        ({"file": "text"}, 400, "file"),
        ({"site": ""}, 400, "site"),
        ({"dry_run": "perhaps"}, 400, "dry_run"),
        ({"colour": "red"}, 400, "colour"),
        ({"file": SimpleUploadedFile("log.csv", b"")}, 400, "file"),
    ],
)
def test_import_api_names_what_is_wrong(
    signed_in: Client, other_site: object, changes: dict[str, Any], status: int, field: str
) -> None:
    answer = send(signed_in, **changes)
    assert answer.status_code == status, answer.content
    assert field in answer.json()["fields"]
    assert ImportRun.objects.count() == 0


def test_import_api_refuses_other_bodies(signed_in: Client) -> None:
    answer = signed_in.post(
        "/api/v1/imports/", {"site": "P1"}, content_type="application/json", headers={"Idempotency-Key": "a"}
    )
    assert answer.status_code == 415


def test_import_api_keeps_to_rights(client: Client, colleague: User, outsider: User, bring_in: BringIn) -> None:
    run = bring_in(*golden("import_german_erp"))
    address = f"/api/v1/imports/{run.pk}/"
    assert client.get(address).status_code == 401
    client.force_login(colleague)
    assert client.get(address).status_code == 200
    assert send(client).status_code == 403
    assert tell(client, f"{address}cancel/", "a").status_code == 403
    client.force_login(outsider)
    assert client.get(address).status_code == 404
    assert client.get("/api/v1/imports/").json()["results"] == []
