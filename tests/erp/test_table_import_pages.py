"""Lists on pages and by the API: from the file to the plant, and what each refuses."""

import re
import uuid
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from mom.accounts.models import Site, User
from mom.core import long_work
from mom.erp.models import TableImport
from mom.erp.services import table_import as tables
from mom.plant.models import MaterialDefinition
from tests.factories.accounts import make_user
from tests.factories.erp import make_table

pytestmark = pytest.mark.django_db
PARTS = b"Teil;Bezeichnung;Einheit\nBAR;Rundstahl;kg\nNUT;Mutter;Stk\nBAD;;Elle\n"


@pytest.fixture
def signed_in(client: Client, owner: User) -> Client:
    client.force_login(owner, backend="mom.accounts.backends.PasswordBackend")
    return client


def words(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", answer.content.decode()))


def hand_in(client: Client, content: bytes = PARTS, kind: str = "materials") -> Any:
    body = {"kind": kind, "file": SimpleUploadedFile("parts.csv", content)}
    return client.post("/imports/lists/new/", body)


def let_the_worker_work(run: TableImport) -> None:
    run.refresh_from_db()
    assert run.apply_task_id is not None
    long_work.work(run.apply_task_id, tables.apply)


def test_list_goes_from_file_to_plant_on_pages(signed_in: Client) -> None:
    answer = hand_in(signed_in)
    run = TableImport.objects.get()
    assert answer["Location"] == f"/imports/lists/{run.pk}/"
    page = words(signed_in.get(answer["Location"]))
    assert "Which column is what" in page
    assert "Rundstahl · Mutter" in page

    chosen = {"code": "Teil", "name": "Bezeichnung", "unit": "Einheit", "tracking": "", "classes": ""}
    sent = {**chosen, "decimal": ",", "date_format": "%d.%m.%Y", "version": run.version}
    assert signed_in.post(answer["Location"], sent).status_code == 302
    page = words(signed_in.get(answer["Location"]))
    assert "2 new, 0 changed, 0 unchanged, 1 refused. Nothing has taken effect yet." in page
    assert "“Elle” is not known" in page
    assert not MaterialDefinition.objects.exists()

    run.refresh_from_db()
    assert signed_in.post(f"/imports/lists/{run.pk}/start/", {"version": run.version}).status_code == 302
    assert "You can leave this page" in words(signed_in.get(answer["Location"]))
    let_the_worker_work(run)
    page = words(signed_in.get(answer["Location"]))
    assert "2 rows are in." in page
    assert set(MaterialDefinition.objects.values_list("code", "unit")) == {("BAR", "KGM"), ("NUT", "C62")}
    problems = signed_in.get(f"/imports/lists/{run.pk}/problems.csv").content.decode("utf-8-sig")
    assert problems.splitlines()[1].startswith("4,Einheit,Elle,")


def test_list_form_keeps_what_was_chosen_and_says_what_is_missing(signed_in: Client) -> None:
    hand_in(signed_in)
    run = TableImport.objects.get()
    sent = {"code": "", "name": "Bezeichnung", "decimal": ",", "date_format": "%d.%m.%Y", "version": run.version}

    answer = signed_in.post(f"/imports/lists/{run.pk}/", sent)

    assert answer.status_code == 422
    assert '<option value="Bezeichnung" selected>' in answer.content.decode()


def test_list_checked_by_two_people_at_once_says_so(signed_in: Client) -> None:
    hand_in(signed_in)
    run = TableImport.objects.get()
    sent = {"code": "Teil", "decimal": ",", "date_format": "%d.%m.%Y", "version": run.version}

    assert signed_in.post(f"/imports/lists/{run.pk}/", sent).status_code == 302
    answer = signed_in.post(f"/imports/lists/{run.pk}/", sent)
    assert answer.status_code == 412
    assert "Somebody else chose other columns meanwhile" in words(answer)


@pytest.mark.parametrize("kind", ["machines", "people", "materials", "orders", "stock"])
def test_empty_list_to_begin_with_is_read_as_its_own_kind(signed_in: Client, kind: str) -> None:
    file = signed_in.get(f"/imports/lists/empty/{kind}.csv")
    assert file["Content-Disposition"] == f'attachment; filename="{kind}.csv"'

    hand_in(signed_in, file.content, kind)

    run = TableImport.objects.get()
    assert len(run.columns) == len(run.header)


def test_list_of_another_site_is_not_there(signed_in: Client, other_site: Site) -> None:
    run = make_table(other_site)
    for address in ("", "progress/", "problems.csv"):
        assert signed_in.get(f"/imports/lists/{run.pk}/{address}").status_code == 404
    assert signed_in.post(f"/imports/lists/{run.pk}/start/").status_code == 404


def test_colleague_sees_lists_and_brings_nothing_in(client: Client, colleague: User, site: Site) -> None:
    client.force_login(colleague, backend="mom.accounts.backends.PasswordBackend")
    run = make_table(site)
    assert "Check list" not in words(client.get(f"/imports/lists/{run.pk}/"))
    assert client.post(f"/imports/lists/{run.pk}/", {"code": "code"}).status_code == 404
    assert client.get("/imports/lists/new/").status_code == 403


def tell(client: Client, address: str, body: Any = None) -> Any:
    headers = {"Idempotency-Key": str(uuid.uuid4())}
    return client.post(address, body or {}, content_type="application/json", headers=headers)


def test_list_api_takes_checks_and_starts(signed_in: Client) -> None:
    body = {"kind": "materials", "site": "P1", "file": SimpleUploadedFile("parts.csv", PARTS)}
    made = signed_in.post("/api/v1/table-imports/", body, headers={"Idempotency-Key": str(uuid.uuid4())})
    assert made.status_code == 201, made.content
    assert made.json()["columns"] == {"code": "Teil", "name": "Bezeichnung", "unit": "Einheit"}
    address = made["Location"]

    checked = tell(signed_in, f"{address}check/", {"columns": made.json()["columns"], "decimal": ","})
    assert (checked.json()["rows_new"], checked.json()["rows_refused"]) == (2, 1)
    rows = signed_in.get(f"{address}rows/").json()
    assert [row["fate"] for row in rows] == ["new", "new", "refused"]
    assert "Elle" in rows[2]["problem"]

    assert tell(signed_in, f"{address}start/").json()["work_status"] == "queued"
    let_the_worker_work(TableImport.objects.get())
    done = signed_in.get(address).json()
    assert (done["rows_applied"], done["work_status"]) == (2, "succeeded")
    assert tell(signed_in, f"{address}start/").status_code == 409
    refused = tell(signed_in, f"{address}check/", {"columns": {"code": "Teil"}})
    assert refused.json()["code"] == "table_begun"


@pytest.mark.parametrize(
    ("page", "kind"),
    [
        ("/machines/", "machines"),
        ("/people/", "people"),
        ("/materials/", "materials"),
        ("/orders/", "orders"),
        ("/lots/", "stock"),
    ],
)
def test_empty_page_offers_to_bring_in_a_list_to_who_may(client: Client, site: Site, page: str, kind: str) -> None:
    link = f'href="/imports/lists/new/?kind={kind}"'
    views = ["plant.view", "work.view"]
    for name, permissions, shown in (("may", [*views, "erp.run_import"], True), ("not", views, False)):
        user = make_user(name, site=site, permissions=permissions)
        client.force_login(user, backend="mom.accounts.backends.PasswordBackend")
        assert (link in client.get(page).content.decode()) is shown


def test_lists_are_reached_before_the_first_import(signed_in: Client) -> None:
    page = signed_in.get("/imports/").content.decode()
    assert "No imports yet" in page
    assert 'href="/imports/lists/"' in page
