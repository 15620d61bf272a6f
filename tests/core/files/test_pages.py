"""Files and notes on pages and in the API: who sees them, how they are handed out, and what a killed upload leaves."""

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, IntegrityError
from django.http import UnreadablePostError
from django.middleware.csrf import get_token
from django.test import Client
from django.urls import reverse
from PIL import Image

from mom.accounts.models import Site, User
from mom.core import permissions
from mom.core.api.errors import problem_of
from mom.core.errors import Conflict, InvalidInput, MomError, NotAllowed, NotFound
from mom.core.files import limits, services
from mom.core.files.limits import MOST_REQUEST_BYTES
from mom.core.models import Attachment, AuditEntry, Note, Rendition, RowVersion, StoredBlob
from mom.core.testing import acting
from mom.core.web.uploads import Whole, whole_bodies
from mom.plant.models import Equipment
from tests.core.files import hostile
from tests.factories.accounts import make_user
from tests.factories.files import make_file, make_note
from tests.factories.plant import make_equipment, make_material
from tests.factories.work import job_of, make_order

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner(site: Site) -> User:
    """A person who may do everything at the plant."""
    return make_user("alice", site=site, permissions=permissions.declared())


@pytest.fixture
def machine(site: Site) -> Equipment:
    return make_equipment(site, "CNC-01")


@pytest.fixture
def browser(owner: User) -> Client:
    return signed_in(owner)


def signed_in(user: User) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(user, backend="mom.accounts.backends.PasswordBackend")
    return client


def add_url(machine: Equipment, **more: Any) -> str:
    query = "".join(f"&{name}={value}" for name, value in more.items())
    return f"{reverse('web:file_add')}?on=plant.equipment:{machine.pk}{query}"


def upload(content: bytes, name: str = "chuck.png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def send(client: Client, machine: Equipment, content: bytes, name: str = "chuck.png", **fields: Any) -> Any:
    return client.post(add_url(machine), {"file": upload(content, name), **fields})


def test_file_is_added_on_a_page_and_shown_on_the_machines(browser: Client, machine: Equipment) -> None:
    answer = send(browser, machine, hostile.picture(), title="Chuck, worn")
    assert answer.status_code == 302
    row = Attachment.objects.get()
    assert (row.kind, row.title, row.original_name, row.subject_id) == (
        "photo",
        "Chuck, worn",
        "chuck.png",
        str(machine.pk),
    )
    page = browser.get(f"/machines/{machine.code}/").content.decode()
    assert "Chuck, worn" in page
    assert reverse("web:file_thumb", args=[row.pk]) in page
    assert AuditEntry.objects.filter(action="core.file_added", chain="P1").count() == 1


def test_file_refused_keeps_what_was_typed_and_says_why(browser: Client, machine: Equipment) -> None:
    answer = send(browser, machine, b"<svg></svg>", "a.svg", title="Typed before")
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "This is an SVG" in page
    assert 'value="Typed before"' in page
    assert not Attachment.objects.exists()
    assert not StoredBlob.objects.exists()


def test_file_sent_by_script_is_answered_in_json(browser: Client, machine: Equipment) -> None:
    headers = {"X-Requested-With": "upload"}
    bad = browser.post(add_url(machine), {"file": upload(b"MZ123", "a.exe")}, headers=headers)
    assert bad.status_code == 422
    assert "program" in bad.json()["fields"]["file"][0]
    none = browser.post(add_url(machine), {}, headers=headers)
    assert list(none.json()["fields"]) == ["file"]
    good = browser.post(add_url(machine), {"file": upload(hostile.picture())}, headers=headers)
    assert (good.status_code, good.json()["location"]) == (201, f"/machines/{machine.code}/#files")


@pytest.mark.parametrize("what", ["content", "thumb", "page"])
def test_file_is_handed_out_behind_a_wall(browser: Client, machine: Equipment, what: str) -> None:
    send(browser, machine, hostile.pdf(2), "SOP.pdf")
    row = Attachment.objects.get()
    address = {
        "content": reverse("web:file_content", args=[row.pk]),
        "thumb": reverse("web:file_thumb", args=[row.pk]),
        "page": reverse("web:file_page", args=[row.pk, 2, "screen"]),
    }[what]
    answer = browser.get(address)
    assert answer.status_code == 200
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer["Cache-Control"] == "no-store"
    if what == "content":
        assert answer["Content-Disposition"] == f'attachment; filename="{row.file_name}"'
        assert answer.content == hostile.pdf(2)
    else:
        with Image.open(io.BytesIO(answer.content)) as picture:
            assert max(picture.size) == (limits.THUMB_SIDE if what == "thumb" else limits.PAGE_SIDE)


def test_page_is_drawn_once(browser: Client, machine: Equipment) -> None:
    send(browser, machine, hostile.pdf(1), "a.pdf")
    address = reverse("web:file_page", args=[Attachment.objects.get().pk, 1, "screen"])
    assert browser.get(address).content == browser.get(address).content
    assert Rendition.objects.count() == 1
    for wrong in (address.replace("/1/screen", "/2/screen"), address.replace("screen", "huge")):
        assert browser.get(wrong).status_code == 404


def test_P33_file_and_note_are_seen_by_who_sees_the_thing(site: Site, machine: Equipment, outsider: User) -> None:
    row, note = make_file(machine, site), make_note(machine, site)
    blind = make_user("blind", site=site, permissions=["core.view_attachment", "core.view_note", "core.add_file"])
    seeing = make_user("seeing", site=site, permissions=["core.view_attachment", "core.view_note", "plant.view"])
    pages = [reverse(f"web:file_{name}", args=[row.pk]) for name in ("view", "content", "thumb", "withdraw")]
    pages += [f"/api/v1/core/attachments/{row.pk}/", f"/api/v1/core/attachments/{row.pk}/content/"]
    pages += [f"/api/v1/core/notes/{note.pk}/", reverse("web:note_withdraw", args=[note.pk])]
    for user, status in ((outsider, 404), (blind, 404), (seeing, 200)):
        assert {page: signed_in(user).get(page).status_code for page in pages} == dict.fromkeys(pages, status)
    for lists in ("/api/v1/core/attachments/", "/api/v1/core/notes/"):
        assert [len(signed_in(user).get(lists).json()["results"]) for user in (outsider, blind, seeing)] == [0, 0, 1]


def test_P33_file_is_added_only_with_the_right_and_on_what_one_sees(
    site: Site, machine: Equipment, colleague: User, outsider: User
) -> None:
    assert send(signed_in(colleague), machine, hostile.picture()).status_code == 403
    assert send(signed_in(outsider), machine, hostile.picture()).status_code == 404
    blind = make_user("blind", site=site, permissions=["core.add_file"])
    assert send(signed_in(blind), machine, hostile.picture()).status_code == 404
    adder = signed_in(make_user("adder", site=site, permissions=["core.add_file", "plant.view"]))
    assert send(adder, machine, hostile.picture()).status_code == 302
    # A drawing takes a right of its own, whatever the form shows.
    assert send(adder, machine, hostile.picture(), number="Z-1", revision="A").status_code == 302
    assert Attachment.objects.filter(number="").count() == 2
    with pytest.raises(NotAllowed):
        attach(site, machine, held=("core.add_file", "plant.view"), number="Z-1", revision="A")


def attach(site: Site, machine: Equipment, held: tuple[str, ...] = (), name: str = "a.png", **said: Any) -> Attachment:
    """A file put on a machine through the service."""
    from tests.bench.people import actor_with

    actor = actor_with(*held, site=site.code)
    return services.attach(
        actor, site.code, "plant.equipment", str(machine.pk), name=name, content=hostile.picture(),
        new=services.NewFile(**said),
    )  # fmt: skip


def test_drawing_has_one_valid_revision(site: Site, machine: Equipment) -> None:
    first = attach(site, machine, number="Z-1", revision="A")
    for wrong in ({"number": "Z-1", "revision": "B"}, {"number": "Z-2", "revision": ""}, {"replaces": first.pk}):
        with pytest.raises(MomError):
            attach(site, machine, **wrong)
    with pytest.raises(InvalidInput) as taken:
        attach(site, machine, revision="A", replaces=first.pk)
    assert taken.value.code == "revision_taken"
    second = attach(site, machine, revision="B", replaces=first.pk)
    first.refresh_from_db()
    assert (second.number, second.title, first.valid_to) == ("Z-1", "Z-1", second.valid_from)
    with pytest.raises(IntegrityError, match="one_valid_revision"), acting():
        Attachment.objects.filter(pk=first.pk).update(valid_to=None)


def test_drawing_says_that_it_is_superseded(browser: Client, site: Site, machine: Equipment) -> None:
    first = attach(site, machine, number="Z-1", revision="A")
    browser.post(add_url(machine, replaces=first.pk), {"file": upload(hostile.picture()), "revision": "B"})
    second = Attachment.objects.get(revision="B")
    page = browser.get(reverse("web:file_view", args=[first.pk])).content.decode()
    assert "is superseded" in page
    assert 'data-old="Superseded"' in page
    assert reverse("web:file_view", args=[second.pk]) in page
    form = browser.get(add_url(machine, replaces=second.pk)).content.decode()
    assert 'value="C"' in form  # the next letter is offered


def test_file_is_withdrawn_with_a_reason_and_stays_in_the_record(
    browser: Client, site: Site, machine: Equipment
) -> None:
    row = attach(site, machine, title="Wrong part")
    address = reverse("web:file_withdraw", args=[row.pk])
    assert browser.post(address, {"reason": ""}).status_code == 422
    assert browser.post(address, {"reason": "Wrong machine"}).status_code == 302
    row.refresh_from_db()
    assert (row.withdrawn_reason, row.version) == ("Wrong machine", 2)
    assert "Wrong part" not in browser.get(f"/machines/{machine.code}/").content.decode()
    assert "Wrong machine" in browser.get(reverse("web:file_view", args=[row.pk])).content.decode()
    assert browser.post(address, {"reason": "Again"}).status_code == 409
    assert RowVersion.objects.filter(table_name="core_attachment", row_id=str(row.pk)).count() == 2
    for change in ({"withdrawn_at": None, "withdrawn_by": "", "withdrawn_reason": ""}, {"sha256": "0" * 64}):
        with pytest.raises(IntegrityError), acting():
            Attachment.objects.filter(pk=row.pk).update(**change)
    with pytest.raises(DatabaseError), acting():
        row.delete()


def test_note_is_added_withdrawn_and_never_edited(browser: Client, machine: Equipment, site: Site) -> None:
    address = f"{reverse('web:note_add')}?on=plant.equipment:{machine.pk}"
    assert browser.post(address, {"text": "  "}).status_code == 422
    assert browser.post(address, {"text": "<b>Mind</b> the belt"}).status_code == 302
    note = Note.objects.get()
    page = browser.get(f"/machines/{machine.code}/").content.decode()
    assert "&lt;b&gt;Mind&lt;/b&gt; the belt" in page
    with pytest.raises(IntegrityError), acting():
        Note.objects.filter(pk=note.pk).update(text="Other")
    assert browser.post(reverse("web:note_withdraw", args=[note.pk]), {"reason": "Done"}).status_code == 302
    assert "the belt" not in browser.get(f"/machines/{machine.code}/").content.decode()


def test_note_of_another_is_withdrawn_only_with_the_right(site: Site, machine: Equipment) -> None:
    note = make_note(machine, site)
    other = signed_in(make_user("other", site=site, permissions=["plant.view", "core.view_note"]))
    assert other.post(reverse("web:note_withdraw", args=[note.pk]), {"reason": "No"}).status_code == 403


def test_P02_file_sent_twice_to_the_api_is_there_once(site: Site, machine: Equipment, owner: User) -> None:
    client = signed_in(owner)
    body = {"site": site.code, "subject_type": "plant.equipment", "subject_id": str(machine.pk)}

    def post(key: str, name: str = "a.png", **more: Any) -> Any:
        sent = {**body, "file": upload(hostile.picture(), name), **more}
        return client.post("/api/v1/core/attachments/", sent, headers={"Idempotency-Key": key})

    first, again = post("k1"), post("k1")
    assert (first.status_code, again.content) == (201, first.content)
    assert Attachment.objects.count() == 1
    row = first.json()
    assert client.get(first["Location"] + "content/").content == services_content(row["id"])
    assert post("k2", "a.pdf").json()["code"] == "file_name_differs"
    assert post("k3", valid_from="2026-04-16T10:00:00").status_code == 400
    assert post("k4", subject_id="999999").status_code == 404
    missing = client.post("/api/v1/core/attachments/", body, headers={"Idempotency-Key": "k5"})
    assert list(missing.json()["fields"]) == ["file"]
    gone = client.post(
        f"/api/v1/core/attachments/{row['id']}/withdraw/", {"reason": "Old"}, content_type="application/json",
        headers={"Idempotency-Key": "k6"},
    )  # fmt: skip
    assert gone.json()["withdrawn_reason"] == "Old"


def services_content(pk: int) -> bytes:
    return bytes(Attachment.objects.get(pk=pk).blob.content)


def test_file_name_from_a_browser_is_a_text_only(browser: Client, machine: Equipment) -> None:
    body = (
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="../../etc/p\x00a\xe2\x80\xaegnp.png"\r\n'
        b"Content-Type: text/html\r\n\r\n" + hostile.picture() + b"\r\n--x--\r\n"
    )
    answer = browser.generic("POST", add_url(machine), body, content_type="multipart/form-data; boundary=x")
    assert answer.status_code == 302
    row = Attachment.objects.get()
    assert "/" not in row.original_name
    assert row.original_name.isprintable()
    assert row.file_name.startswith("pagnp-png-")
    assert row.media_type == "image/png"


def test_quota_of_a_person_and_a_day_is_held(
    monkeypatch: pytest.MonkeyPatch, browser: Client, machine: Equipment, site: Site
) -> None:
    monkeypatch.setattr(limits, "QUOTA_BYTES", 300)
    assert send(browser, machine, hostile.picture()).status_code == 302
    full = send(browser, machine, hostile.picture("PNG", (90, 90)))
    assert full.status_code == 413
    assert "within a day" in full.content.decode()
    assert Attachment.objects.count() == 1
    other = signed_in(make_user("carl", site=site, permissions=["core.add_file", "plant.view"]))
    assert send(other, machine, hostile.picture()).status_code == 302


def test_body_larger_than_a_file_is_not_read(browser: Client, machine: Equipment) -> None:
    answer = browser.generic(
        "POST", add_url(machine), b"--x", content_type="multipart/form-data; boundary=x",
        CONTENT_LENGTH=str(MOST_REQUEST_BYTES + 1),
    )  # fmt: skip
    assert answer.status_code == 413
    assert "was not read" in answer.content.decode()


def test_P32_upload_killed_half_way_leaves_nothing(owner: User, machine: Equipment) -> None:
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    client.force_login(owner, backend="mom.accounts.backends.PasswordBackend")
    token = get_token(client.get(add_url(machine)).wsgi_request)
    field = f'--x\r\nContent-Disposition: form-data; name="csrfmiddlewaretoken"\r\n\r\n{token}\r\n'.encode()
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n'
    body = field + head + hostile.pdf(40) + b"\r\n--x--\r\n"

    def ask(sent: bytes) -> int:
        asked: dict[str, Any] = {
            "CONTENT_TYPE": "multipart/form-data; boundary=x",
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.input": Whole(io.BytesIO(sent), len(body)),
        }
        return client.generic("POST", add_url(machine), **asked).status_code

    assert ask(body[:-300]) in {400, 403}
    half = client.generic(
        "POST", "/api/v1/core/attachments/", headers={"Idempotency-Key": "k", "X-CSRFToken": token},
        CONTENT_TYPE="multipart/form-data; boundary=x", CONTENT_LENGTH="900",
        **{"wsgi.input": Whole(io.BytesIO(body[:300]), 900)},
    )  # fmt: skip
    assert half.status_code == 400
    assert not Attachment.objects.exists()
    assert not StoredBlob.objects.exists()
    assert ask(body) == 302


def test_whole_body_passes_and_half_a_body_fails() -> None:
    def echo(environ: dict[str, Any], _start: Any) -> Any:
        return [environ["wsgi.input"].read()]

    def ask(sent: bytes, length: int) -> bytes:
        return b"".join(whole_bodies(echo)({"wsgi.input": io.BytesIO(sent), "CONTENT_LENGTH": str(length)}, print))

    assert ask(b"whole", 5) == b"whole"
    with pytest.raises(OSError, match="gone"):
        whole_bodies(lambda environ, _s: [environ["wsgi.input"].read(9), environ["wsgi.input"].read(9)])(
            {"wsgi.input": io.BytesIO(b"half"), "CONTENT_LENGTH": "9"}, print
        )


def test_files_of_documents_come_with_versions(site: Site) -> None:
    from tests.bench.people import actor_with
    from tests.factories.files import make_document

    document = make_document(site)
    with pytest.raises(Conflict):
        services.attach(
            actor_with(site=site.code), site.code, "plant.document", str(document.pk), name="", content=b"x",
            new=services.NewFile(),
        )  # fmt: skip
    with pytest.raises(NotFound):
        services.note_add(actor_with(site=site.code), site.code, "accounts.user", "1", text="x")


def test_job_and_order_show_their_files_and_the_drawings_of_what_they_make(
    browser: Client, site: Site, machine: Equipment
) -> None:
    material = make_material(site, "P-1")
    job = job_of(make_order(site, "WO-1", material=material, machine=machine))
    old = make_file(material, site, title="Housing", number="Z-9", revision="A")
    make_file(material, site, revision="B", replaces=old.pk)
    make_file(material, site, title="Only on the part's own page")
    make_file(job, site, title="First piece")
    make_note(job, site, "Chips jam")
    page = browser.get(f"/jobs/{job.code}/").content.decode()
    for shown in ("First piece", "Z-9", "rev B", "Chips jam", 'data-dialog="add-file"'):
        assert shown in page
    assert "rev A" not in page
    assert "own page" not in page
    order = browser.get("/orders/WO-1/").content.decode()
    assert "rev B" in order
    assert "First piece" not in order
    answer = browser.post(f"{reverse('web:note_add')}?on=work.workrequest:{job.work_request_id}", {"text": "Urgent"})
    assert answer["Location"] == "/orders/WO-1/#notes"


def test_P32_half_a_body_is_the_senders_fault_and_not_ours() -> None:
    problem, _headers = problem_of(UnreadablePostError("gone"))
    assert (problem["status"], problem["detail"]) == (400, "The body ended before its length. Nothing was kept.")
