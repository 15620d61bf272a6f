import json
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from django.utils import timezone

from mom.core import search
from mom.core.models import SearchEntry
from mom.core.web.views import Page
from tests.factories.accounts import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.core.web.addresses")]


def signed_in(user: Any, **options: Any) -> Client:
    client = Client(**options)
    client.force_login(user, backend="mom.accounts.backends.PasswordBackend")
    return client


def test_page_without_permission_can_not_be_mounted() -> None:
    class Unguarded(Page):
        template_name = "base.html"

    with pytest.raises(ImproperlyConfigured, match="Unguarded names no permission"):
        Unguarded.as_view()


def test_page_sends_who_is_not_signed_in_to_the_sign_in() -> None:
    answer = Client().get("/roles/?q=a")
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/sign-in/?next=/roles/%3Fq%3Da"


def test_part_of_a_page_takes_the_whole_page_to_the_sign_in() -> None:
    asked = {"HX-Request": "true", "HX-Target": "list", "HX-Current-URL": "https://mom.example/roles/?view=a"}
    answer = Client().get("/roles/?view=a&q=x", headers=asked)
    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"] == "/sign-in/?next=/roles/%3Fview%3Da"


def test_page_refuses_who_lacks_the_right(site: Any) -> None:
    answer = signed_in(make_user("erik", site=site, permissions=["core.view_audit_trail"])).get("/roles/")
    assert answer.status_code == 403
    assert "You may not do this here" in answer.content.decode()


def test_page_refuses_who_belongs_to_no_site(db: None) -> None:
    answer = signed_in(make_user("frida")).get("/roles/")
    assert answer.status_code == 403
    assert "You belong to no site yet" in answer.content.decode()


def test_page_of_one_site_does_not_leak_its_zone_into_the_next_request(owner: Any) -> None:
    signed_in(owner).get("/roles/")
    Client().get("/sign-in/")
    assert timezone.get_current_timezone_name() == "UTC"


def test_detail_of_nothing_is_not_found(owner: Any) -> None:
    answer = signed_in(owner).get("/roles/zzz/")
    assert answer.status_code == 404
    assert "Check the code and the site" in answer.content.decode()


def test_form_keeps_what_was_typed_and_shows_the_services_sentence(owner: Any) -> None:
    answer = signed_in(owner).post("/roles/add/", {"code": "taken"})
    assert answer.status_code == 409
    assert 'value="taken"' in answer.content.decode()
    assert "There is a role of that name." in answer.content.decode()


def test_form_puts_a_fields_sentence_at_the_field(owner: Any) -> None:
    answer = signed_in(owner).post("/roles/add/", {"code": "bad"})
    assert answer.status_code == 422
    assert 'id="id_code_error"' in answer.content.decode()
    assert 'aria-invalid="true"' in answer.content.decode()


def test_form_that_is_done_goes_on_and_says_so(owner: Any) -> None:
    answer = signed_in(owner).post("/roles/add/", {"code": "new"}, follow=True)
    assert answer.redirect_chain == [("/roles/", 302)]
    assert "The role was added." in answer.content.decode()


def test_form_without_token_is_refused_in_words(owner: Any) -> None:
    answer = signed_in(owner, enforce_csrf_checks=True).post("/roles/add/", {"code": "x"})
    assert answer.status_code == 403
    assert "This form is too old to be sent" in answer.content.decode()


def test_refusal_is_the_same_sentence_as_page_and_as_json(owner: Any) -> None:
    client = signed_in(owner)
    page, program = client.get("/refuse/"), client.get("/api/v1/refuse/")
    problem = json.loads(program.content)
    assert page.status_code == program.status_code == 409
    assert program.headers["Content-Type"] == "application/problem+json"
    assert problem["detail"] == "The lot C-1 is on hold. Take lot C-2."
    assert problem["detail"] in page.content.decode()
    assert problem["request_id"] == program.headers["X-Request-ID"]


def test_refusal_of_an_htmx_request_is_a_short_message(owner: Any) -> None:
    answer = signed_in(owner).get("/refuse/", headers={"HX-Request": "true"})
    assert answer.status_code == 409
    assert b"data-toast" in answer.content
    assert b"<html" not in answer.content


def test_address_of_nothing_is_not_found_in_both_shapes(owner: Any) -> None:
    client = signed_in(owner)
    assert "Nothing is here" in client.get("/nowhere/").content.decode()
    assert json.loads(client.get("/api/v1/nowhere/").content)["code"] == "not_found"


def test_error_of_ours_names_the_request_and_shows_no_detail(owner: Any) -> None:
    client = signed_in(owner, raise_request_exception=False)
    answer = client.get("/break/")
    text = answer.content.decode()
    assert answer.status_code == 500
    assert answer.headers["X-Request-ID"] in text
    assert "ZeroDivisionError" not in text


@pytest.mark.parametrize(("offered", "is_kept"), [("abc-12345.x", True), ("short", False), ("<script>alert(1)", False)])
def test_request_id_of_the_caller_is_kept_where_it_is_plain(offered: str, is_kept: bool) -> None:
    answer = Client().get("/sign-in/", headers={"X-Request-ID": offered})
    assert (answer.headers["X-Request-ID"] == offered) is is_kept


def theme_of(answer: Any) -> str:
    return answer.cookies["theme"].value if "theme" in answer.cookies else ""


@pytest.mark.parametrize(("chosen", "kept"), [("dark", "dark"), ("system", "system"), ("pink", "")])
def test_theme_is_kept_on_the_device(chosen: str, kept: str) -> None:
    answer = Client().post("/theme/", {"theme": chosen, "next": "/roles/"})
    assert theme_of(answer) == kept
    assert answer.headers["Location"] == "/roles/"


def test_theme_does_not_send_people_to_other_sites() -> None:
    assert Client().post("/theme/", {"theme": "dark", "next": "//evil.example/"}).headers["Location"] == "/"


def test_theme_stands_in_the_page_so_nothing_flashes(owner: Any) -> None:
    client = signed_in(owner)
    client.cookies["theme"] = "dark"
    assert b'data-theme="dark"' in client.get("/roles/").content[:200]


def test_page_has_no_inline_script_and_asks_no_other_host(owner: Any) -> None:
    for address in ("/roles/", "/setup/components/", "/search/?q=zz", "/sign-in/"):
        html = signed_in(owner).get(address).content.decode()
        assert "<script>" not in html
        assert " onclick=" not in html
        assert "//cdn" not in html
        assert 'src="http' not in html


@pytest.fixture
def orders(monkeypatch: pytest.MonkeyPatch, site: Any) -> None:
    """Two things to be found."""
    source = search.Source(
        "order", "core.view_components", "Orders", lambda hit: f"/orders/{hit.code}/", 1, "Closed", "order"
    )
    monkeypatch.setattr(search, "_sources", {"order": source})
    for key, code in enumerate(("WO-1", "WO-10")):
        SearchEntry.objects.create(
            noun="order", object_id=key, site=site.code, code=code, title="Pump <b>", folded_code=code.lower(), words=""
        )


@pytest.mark.usefixtures("orders")
def test_search_leads_straight_to_what_was_scanned(owner: Any) -> None:
    assert signed_in(owner).get("/search/?q=wo-1").headers["Location"] == "/orders/WO-1/"


@pytest.mark.usefixtures("orders")
def test_search_suggests_in_the_box_and_escapes(owner: Any) -> None:
    answer = signed_in(owner).get("/search/?q=WO-1", headers={"HX-Request": "true", "HX-Target": "omni-hits"})
    assert b"<html" not in answer.content
    assert answer.content.count(b"menu-item") == 2
    assert b"Pump &lt;b&gt;" in answer.content


@pytest.mark.usefixtures("orders")
def test_search_finds_nothing_without_the_right(site: Any) -> None:
    client = signed_in(make_user("erik", site=site, permissions=["core.view_audit_trail"]))
    assert "Nothing found for WO-1" in client.get("/search/?q=WO-1").content.decode()


def test_gallery_needs_its_right(owner: Any, site: Any) -> None:
    assert signed_in(owner).get("/setup/components/").status_code == 200
    erik = make_user("erik", site=site, permissions=["core.view_audit_trail"])
    assert signed_in(erik).get("/setup/components/").status_code == 403
