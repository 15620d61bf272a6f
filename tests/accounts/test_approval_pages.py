"""Setup, Approvals, Signatures and Rights; the same in the API."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from mom.accounts.models import ApprovalPolicy, User
from tests.accounts.signing import RECORD, record_classes
from tests.accounts.test_page_matrix import signed_in
from tests.factories.signatures import make_rule, make_signature

PAGE = f"/setup/approvals/{RECORD}/"


@pytest.fixture(autouse=True)
def classes() -> Iterator[None]:
    with record_classes():
        yield


@pytest.fixture
def boss(owner: User) -> Client:
    return signed_in(owner)


def test_approvals_show_each_class_with_its_usual_rule(boss: Client) -> None:
    page = boss.get("/setup/approvals/").content.decode()
    assert all(words in page for words in ("Notes", "Self-approval", "Batch records", "Four eyes, regulated"))


def test_rule_is_set_and_stands_in_the_list(boss: Client, owner: User) -> None:
    sent = {"mode": "four_eyes", "reason": "Customer asks for it", "valid_from": ""}
    assert boss.post(PAGE, sent).headers["Location"] == PAGE
    page = boss.get(PAGE).content.decode()
    assert "Customer asks for it" in page
    assert str(owner) in page


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"mode": "self", "is_regulated": "on", "reason": "so it is"}, "Regulated records take four eyes."),
        ({"mode": "self", "valid_from": "2020-01-01T10:00", "reason": "so it is"}, "never made for the past"),
        ({"mode": "self", "reason": ""}, "This field is required"),
    ],
)
def test_rule_that_cannot_be_is_refused_at_its_field(boss: Client, sent: dict[str, str], sentence: str) -> None:
    answer = boss.post(PAGE, sent)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not ApprovalPolicy.objects.exists()


def test_rule_is_looked_at_and_not_changed_by_a_colleague(colleague: User) -> None:
    client = signed_in(colleague)
    assert "New rule" not in client.get(PAGE).content.decode()
    assert client.post(PAGE, {"mode": "none", "reason": "because"}).status_code == 403


def test_signatures_and_rights_are_listed(boss: Client, site: Any) -> None:
    make_signature(site)
    assert "Fits the drawing" in boss.get("/setup/signatures/?meaning=approved").content.decode()
    assert "Signer-P1" in boss.get("/setup/rights/?right=accounts.sign_record").content.decode()
    assert "Signer-P1" not in boss.get("/setup/rights/?right=accounts.manage_users").content.decode()


def test_rule_is_set_by_the_api_once_for_a_key(boss: Client, site: Any) -> None:
    body = {"site": "P1", "record_class": RECORD, "mode": "four_eyes", "reason": "Customer asks for it"}
    sent: dict[str, Any] = {"data": body, "content_type": "application/json"}
    first, again = (
        boss.post("/api/v1/accounts/approval-policies/", headers={"Idempotency-Key": "k1"}, **sent) for _ in range(2)
    )
    assert (first.status_code, again.status_code, first.content) == (201, 201, again.content)
    assert first.json()["record_class"] == RECORD
    for wrong in (
        {"record_class": "no.such"},
        {"mode": "three"},
        {"site": "P9"},
        {"valid_from": "2020-01-01T00:00:00Z"},
    ):
        refused = boss.post(
            "/api/v1/accounts/approval-policies/",
            {**body, **wrong},
            content_type="application/json",
            headers={"Idempotency-Key": f"key-{next(iter(wrong))}"},
        )
        assert (refused.status_code in {400, 422}, set(refused.json()["fields"])) == (True, set(wrong))


def test_audit_trail_and_signatures_are_read_by_the_api(boss: Client, site: Any, other_site: Any) -> None:
    own, foreign, rule = make_signature(site), make_signature(other_site), make_rule(site)
    found = boss.get("/api/v1/accounts/signatures/?site=P1&meaning=approved").json()["results"]
    assert [row["id"] for row in found] == [own.pk]
    assert boss.get(f"/api/v1/accounts/signatures/{foreign.pk}/").status_code == 404
    assert boss.get(f"/api/v1/accounts/approval-policies/{rule.pk}/").json()["mode"] == "self"
    entries = boss.get("/api/v1/audit-entries/?site=P1&action=accounts.nothing").json()["results"]
    assert entries == []
