"""Documents on pages: added, handed in, approved with and without a signature, read, withdrawn; and who may what."""

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from mom.accounts.engine.signing import ApprovalMode
from mom.accounts.models import Signature, Site, User
from mom.accounts.services.approval import rule_set
from mom.core.actor import system_actor
from mom.plant.engine.document import DocumentStatus
from mom.plant.models import Document, DocumentReader, DocumentVersion, ReadConfirmation
from tests.accounts.signing import PASSWORD
from tests.core.files import hostile
from tests.factories.accounts import make_user
from tests.factories.files import make_document, make_version
from tests.factories.plant import make_person

pytestmark = pytest.mark.django_db
WRITES = ("plant.view", "plant.change_document", "core.view_attachment")
APPROVES = ("plant.view", "plant.approve_document", "accounts.sign_record", "core.view_attachment")
READS = ("plant.view", "plant.confirm_reading", "core.view_attachment")


def signed_in(user: User) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(user, backend="mom.accounts.backends.PasswordBackend")
    return client


@pytest.fixture
def writer(site: Site) -> Client:
    return signed_in(make_user("wanda", site=site, permissions=WRITES, password=PASSWORD))


@pytest.fixture
def approver(site: Site) -> Client:
    return signed_in(make_user("anna", site=site, permissions=APPROVES, password=PASSWORD))


@pytest.fixture
def reader(site: Site) -> Client:
    user = make_user("ola", site=site, permissions=READS)
    make_person(site, "OLA", user=user)
    return signed_in(user)


def send_version(client: Client, **fields: Any) -> Any:
    file = SimpleUploadedFile("sop.pdf", hostile.pdf())
    body = {"file": file, "change_note": "First issue", "needs_reading": "on", **fields}
    return client.post("/setup/documents/version/add/SOP-1/", body)


def test_document_goes_from_nothing_to_read(writer: Client, approver: Client, reader: Client) -> None:
    added = writer.post("/setup/documents/add/", {"code": "SOP-1", "name": "Clamp", "kind": "sop", "is_active": "on"})
    assert added["Location"] == "/documents/SOP-1/"
    assert writer.post("/setup/documents/readers/add/SOP-1/", {}).status_code == 302
    assert send_version(writer).status_code == 302
    row = DocumentVersion.objects.get()
    assert (row.author_name, row.status) == ("Wanda", DocumentStatus.DRAFT)
    assert writer.post(f"/setup/documents/version/{row.pk}/submit/", {"version": row.version}).status_code == 302
    assert "Waits for approval" in writer.get("/documents/?view=review").content.decode()
    assert f"/setup/documents/version/{row.pk}/approve/" in approver.get("/documents/SOP-1/").content.decode()
    assert approver.post(f"/setup/documents/version/{row.pk}/approve/", {}).status_code == 302

    to_read = reader.get("/to-read/").content.decode()
    assert "I have read SOP-1" in to_read
    assert "still has to" in writer.get("/documents/SOP-1/").content.decode()
    assert reader.post(f"/setup/documents/version/{row.pk}/read/").status_code == 302
    assert "Nothing to read" in reader.get("/to-read/").content.decode()
    assert ReadConfirmation.objects.get().person.code == "OLA"
    assert "Everybody has" in writer.get("/documents/SOP-1/").content.decode()


def test_P23_document_with_four_eyes_is_signed_on_its_page(site: Site, approver: Client, writer: Client) -> None:
    rule_set(
        system_actor("test"), site=site, record_class="plant.document", mode=ApprovalMode.FOUR_EYES, reason="ISO 9001"
    )
    row = make_version(make_document(site, "SOP-1"), DocumentStatus.IN_REVIEW)
    page = approver.get("/documents/SOP-1/").content.decode()
    found = re.search(r'name="challenge" value="([^"]+)"', page)
    assert found is not None
    assert 'data-dialog="sign-version"' in page
    body = {"challenge": found[1], "meaning": "approved", "reason": "Read it", "name": "anna", "secret": PASSWORD}
    plain = approver.post(f"/setup/documents/version/{row.pk}/approve/", {"reason": "x"})
    assert plain.status_code == 403
    wrong = approver.post(f"/setup/documents/version/{row.pk}/sign/", {**body, "secret": "wrong"})
    assert wrong.status_code in {403, 422}
    assert DocumentVersion.objects.get().status == DocumentStatus.IN_REVIEW
    assert approver.post(f"/setup/documents/version/{row.pk}/sign/", body).status_code == 302
    assert DocumentVersion.objects.get().status == DocumentStatus.APPROVED
    assert Signature.objects.get().signer_name == "Anna"
    assert writer.post(f"/setup/documents/version/{row.pk}/sign/", body).status_code == 403


def test_version_refused_keeps_what_was_typed(site: Site, writer: Client) -> None:
    make_document(site, "SOP-1")
    no_reason = send_version(writer, needs_reading="")
    assert no_reason.status_code == 422
    assert "Say why nobody has to read it again." in no_reason.content.decode()
    bad = send_version(writer, file=SimpleUploadedFile("a.pdf", hostile.script_pdf()), change_note="Typed before")
    assert bad.status_code == 422
    assert "JavaScript" in bad.content.decode()
    assert "Typed before" in bad.content.decode()
    assert not DocumentVersion.objects.exists()


def test_version_is_withdrawn_and_readers_are_taken_off(site: Site, writer: Client, approver: Client) -> None:
    row = make_version(make_document(site, "SOP-1"))
    assert writer.post(f"/setup/documents/version/{row.pk}/withdraw/", {"reason": "No"}).status_code == 403
    assert approver.post(f"/setup/documents/version/{row.pk}/withdraw/", {"reason": "Old"}).status_code == 302
    assert "No version is in force" in writer.get("/documents/SOP-1/").content.decode()
    writer.post("/setup/documents/readers/add/SOP-1/", {})
    named = DocumentReader.objects.get()
    assert writer.post(f"/setup/documents/readers/{named.pk}/remove/").status_code == 302
    assert not DocumentReader.objects.exists()


def test_P33_documents_are_kept_by_who_may(site: Site, other_site: Site, reader: Client, writer: Client) -> None:
    row, foreign = make_version(make_document(site, "SOP-1")), make_version(make_document(other_site, "SOP-1"))
    for address in ("add/", "change/SOP-1/", "version/add/SOP-1/", "readers/add/SOP-1/"):
        assert reader.get(f"/setup/documents/{address}").status_code == 403, address
    assert reader.get("/documents/SOP-1/").status_code == 200
    for pk, status in ((row.pk, 200), (foreign.pk, 404)):
        assert reader.get(f"/setup/documents/version/{pk}/withdraw/").status_code == status
    assert reader.post(f"/setup/documents/version/{foreign.pk}/read/").status_code == 404
    assert writer.get("/to-read/").status_code == 403
    changed = writer.post("/setup/documents/change/SOP-1/", {"code": "SOP-1", "name": "Grip", "kind": "sop"})
    assert changed.status_code == 302
    assert Document.objects.get(site=site).name == "Grip"


def test_reading_of_who_is_no_person_says_what_to_do(site: Site) -> None:
    nobody = signed_in(make_user("nora", site=site, permissions=READS))
    assert "You are not among the people here" in nobody.get("/to-read/").content.decode()
    row = make_version(make_document(site, "SOP-1"))
    assert nobody.post(f"/setup/documents/version/{row.pk}/read/").status_code == 404
