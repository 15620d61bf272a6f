"""Setup, Audit log: what stands in it, for whom, and the page that proves it."""

from typing import Any

import pytest
from django.test import Client

from mom.accounts.models import User
from mom.core.audit import proof
from mom.core.long_work import work
from mom.core.models import AuditEntry, TaskRun
from mom.core.use_case import use_case
from tests.accounts.test_page_matrix import signed_in
from tests.bench.people import actor_with
from tests.factories.accounts import make_role, make_user

VIEW = "core.view_audit_trail"


@pytest.fixture
def auditor(site: Any) -> Client:
    return signed_in(make_user("ida", site=site, permissions=[VIEW]))


def acted(site: str, label: str, reason: str = "because") -> AuditEntry:
    with use_case(actor_with(label=label, site=site), reason) as act:
        role = make_role(f"role_{label.lower()}", ["plant.view"])
        role.name = "Another name"
        role.save()
        act.record(
            "accounts.role_changed", subject=role, site=site, before={"name": role.code}, after={"name": role.name}
        )
    return AuditEntry.objects.get(actor_label=label)


def test_audit_log_shows_who_what_when_why_of_the_site_only(auditor: Client, site: Any, other_site: Any) -> None:
    acted(site.code, "Mira", "Renamed for the audit")
    acted(other_site.code, "Stranger")
    page = auditor.get("/setup/audit-log/").content.decode()
    assert all(words in page for words in ("Mira", "accounts.role_changed", "Renamed for the audit"))
    assert "Stranger" not in page


@pytest.mark.parametrize(
    ("query", "is_shown"),
    [
        ("?person=mir", True), ("?person=tom", False), ("?part=accounts", True), ("?part=work", False),
        ("?action=role_changed", True), ("?subject=role_mira", True), ("?subject=nothing", False),
        ("?when_after=2020-01-01&when_before=2020-02-01", False), ("?when_after=2020-01-01", True),
        ("?q=because", True),
        ("?view=rights", True), ("?view=refused", False),
    ],
)  # fmt: skip
def test_audit_log_is_narrowed(auditor: Client, site: Any, query: str, is_shown: bool) -> None:
    entry = acted(site.code, "Mira")
    assert (f'/setup/audit-log/{entry.pk}/"' in auditor.get(f"/setup/audit-log/{query}").content.decode()) is is_shown


def test_audit_log_is_exported_with_before_and_after(auditor: Client, site: Any) -> None:
    acted(site.code, "Mira")
    answer = auditor.get("/setup/audit-log/?export=csv&col=person&col=before&col=after")
    assert b"name: Another name" in b"".join(answer) if answer.streaming else answer.content  # type: ignore[attr-defined]


def test_audit_entry_shows_the_change_and_its_row_version(auditor: Client, site: Any) -> None:
    entry = acted(site.code, "Mira")
    page = auditor.get(f"/setup/audit-log/{entry.pk}/").content.decode()
    assert "Another name" in page
    assert auditor.get(f"/setup/audit-log/{entry.pk + 1000}/").status_code == 404


def test_audit_entry_of_no_site_is_for_who_sees_every_site(site: Any, auditor: Client) -> None:
    with use_case(actor_with(label="Root")) as act:
        act.record("accounts.user_locked", subject=make_user("gone"))
    entry = AuditEntry.objects.get(actor_label="Root")
    everywhere = signed_in(make_user("otto", site=None, permissions=[VIEW]))
    assert auditor.get(f"/setup/audit-log/{entry.pk}/").status_code == 404
    assert everywhere.get(f"/setup/audit-log/{entry.pk}/").status_code == 200


def test_P21_proof_page_starts_shows_and_names(auditor: Client, owner: User, tmp_path: Any, settings: Any) -> None:
    settings.AUDIT_ANCHOR_DIR = tmp_path
    assert "Not verified yet" in auditor.get("/setup/audit-proof/").content.decode()
    answer = auditor.post("/setup/audit-proof/start/")
    run = TaskRun.objects.get(kind=proof.PROOF)
    assert answer.headers["Location"] == f"/long-work/{run.pk}/"
    work(run.pk, proof.run)
    page = auditor.get("/setup/audit-proof/").content.decode()
    assert proof.audit_proof().anchor_digest in page
