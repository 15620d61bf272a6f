"""Views of lists: kept, shared, opened first, exported as they stand; stale ones degrade with a note."""

import csv
import io
from typing import Any

import pytest
from django.test import Client

from mom.accounts.models import DefaultView, SavedView
from mom.core.models import AuditEntry, RowVersion
from tests.bench.statements import counting
from tests.factories.accounts import make_membership, make_role, make_user
from tests.factories.plant import make_person

pytestmark = pytest.mark.django_db
LIST = "/people/?q=a&col=name&col=badge&sort=-name&density=roomy"


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user, backend="mom.accounts.backends.PasswordBackend")
    return client


@pytest.fixture
def alice(site: Any) -> Any:
    return make_user("alice", site=site, permissions=["plant.view", "accounts.share_view"])


@pytest.fixture
def bob(site: Any) -> Any:
    return make_user("bob", site=site, permissions=["plant.view"])


@pytest.fixture
def people(site: Any) -> None:
    for code, name in (("ID1", "Ada"), ("ID2", "Grace"), ("ID3", "Bo")):
        make_person(site, code, name=name)


def keep(client: Client, address: str = LIST, name: str = "With a", **more: Any) -> Any:
    return client.post("/views/", {"act": "keep", "address": address, "name": name, **more})


@pytest.mark.usefixtures("people")
def test_view_is_kept_and_opens_exactly_as_it_was(alice: Any) -> None:
    page = signed_in(alice)
    answer = keep(page)
    view = SavedView.objects.get()
    assert answer.headers["Location"] == f"/people/?q=a&col=name&col=badge&sort=-name&density=roomy&kept={view.pk}"
    html = page.get(answer.headers["Location"]).content.decode()
    assert f'id="kept-{view.pk}"' in html
    assert html.index("Grace") < html.index("Ada")
    assert "ID3" not in html
    assert html.index('id="sort-name"') < html.index('id="sort-badge"')
    assert "table--dense" not in html
    assert AuditEntry.objects.filter(action="accounts.view_kept").count() == 1
    assert RowVersion.objects.filter(table_name="accounts_savedview").exists()


@pytest.mark.usefixtures("people")
def test_export_is_exactly_the_view(alice: Any) -> None:
    page = signed_in(alice)
    keep(page)
    view = SavedView.objects.get()
    answer = page.get(f"/people/?{view.query}&kept={view.pk}&export=csv")
    rows = list(csv.reader(io.StringIO(b"".join(answer).decode("utf-8-sig"))))
    assert rows == [["Name", "Badge"], *[[row[0], code] for row, code in zip(rows[1:], ["ID2", "ID1"], strict=True)]]


def test_view_with_its_name_again_is_replaced_and_renamed_and_deleted(alice: Any) -> None:
    page = signed_in(alice)
    keep(page)
    keep(page, "/people/?q=b")
    view = SavedView.objects.get()
    assert view.query == "q=b"
    page.post("/views/", {"act": "update", "address": f"/people/?q=c&kept={view.pk}"})
    assert page.post(f"/views/{view.pk}/", {"name": "Crew", "shared_with": "me"}).status_code == 302
    view.refresh_from_db()
    assert (view.query, view.name) == ("q=c", "Crew")
    keep(page, name="Other")
    assert page.post(f"/views/{view.pk}/", {"name": "Other", "shared_with": "me"}).status_code == 409
    assert page.get(f"/views/{view.pk}/").status_code == 200
    page.post(f"/views/{view.pk}/delete/")
    assert list(SavedView.objects.values_list("name", flat=True)) == ["Other"]


def test_P33_view_is_its_makers_until_shared(alice: Any, bob: Any, outsider: Any, site: Any) -> None:
    mine, other, far = signed_in(alice), signed_in(bob), signed_in(outsider)
    keep(mine)
    view = SavedView.objects.get()

    def sees(client: Client) -> bool:
        return f'id="kept-{view.pk}"' in client.get("/people/?view=used").content.decode()

    assert (sees(mine), sees(other), sees(far)) == (True, False, False)
    for client in (other, far):
        assert client.get(f"/views/{view.pk}/").status_code == 404
        assert client.post(f"/views/{view.pk}/delete/").status_code == 404
        assert client.post("/views/", {"act": "update", "address": f"/people/?kept={view.pk}"}).status_code == 404
        assert client.post("/views/", {"act": "default", "address": f"/people/?kept={view.pk}"}).status_code == 404
    mine.post(f"/views/{view.pk}/", {"name": "With a", "shared_with": "all"})
    assert (sees(mine), sees(other), sees(far)) == (True, True, False)
    assert other.get(f"/views/{view.pk}/").status_code == 404
    assert other.post(f"/views/{view.pk}/delete/").status_code == 403
    assert other.post("/views/", {"act": "update", "address": f"/people/?q=&kept={view.pk}"}).status_code == 403
    assert keep(other, name="Mine", shared="on").status_code == 403

    role = make_role("crew", [])
    mine.post(f"/views/{view.pk}/", {"name": "With a", "shared_with": str(role.pk)})
    assert (sees(mine), sees(other)) == (True, False)
    make_membership(bob, role, site)
    assert sees(other)


def test_view_opens_the_list_of_who_wants_it_so(alice: Any, bob: Any) -> None:
    page = signed_in(alice)
    keep(page, default="on", shared="on")
    view = SavedView.objects.get()
    assert page.get("/people/").headers["Location"] == f"?{view.query}&kept={view.pk}"
    assert page.get("/people/?view=used").status_code == 200
    assert signed_in(bob).get("/people/").status_code == 200
    page.post("/views/", {"act": "no-default", "address": f"/people/?kept={view.pk}"})
    assert page.get("/people/").status_code == 200
    page.post("/views/", {"act": "default", "address": f"/people/?kept={view.pk}"})
    page.post(f"/views/{view.pk}/delete/")
    assert page.get("/people/").status_code == 200
    assert not DefaultView.objects.exists()


@pytest.mark.usefixtures("people")
def test_stale_view_shows_the_rest_and_says_what_is_gone(alice: Any) -> None:
    page = signed_in(alice)
    keep(page, "/people/?col=name&col=gone&sort=-lost&view=past&shoe=41&page=99")
    view = SavedView.objects.get()
    assert "page" not in view.query
    html = page.get(f"/people/?{view.query}&kept={view.pk}").content.decode()
    assert "has no more: gone, lost, past, shoe." in html
    assert "Grace" in html


@pytest.mark.parametrize(
    "address", ["/nowhere/", "/", "https://evil.test/people/", "/api/v1/search/", "/setup/devices/", ""]
)
def test_view_of_what_is_no_list_or_not_ones_own_is_refused(alice: Any, address: str) -> None:
    assert keep(signed_in(alice), address).status_code in {403, 404}
    assert not SavedView.objects.exists()


@pytest.mark.parametrize("name", ["", "  ", "x" * 61])
def test_view_needs_a_name(alice: Any, name: str) -> None:
    page = signed_in(alice)
    assert keep(page, name=name).status_code == 302
    assert "Give the view a name" in page.get("/people/?view=used").content.decode()
    assert not SavedView.objects.exists()


def test_views_cost_one_statement(alice: Any) -> None:
    page = signed_in(alice)
    page.get("/people/?view=used")
    with counting() as before:
        page.get("/people/?view=used")
    for number in range(6):
        keep(page, name=f"View {number}", shared="on")
    page.get("/people/?view=used")
    with counting() as after:
        page.get("/people/?view=used")
    assert len(after) == len(before)
