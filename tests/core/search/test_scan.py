"""A scan leads to its thing with the asker's rights; several are a choice, none is shown."""

from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client

from mom.core import scan
from mom.core.actor import Actor
from mom.core.aliases import alias_add
from mom.core.errors import InvalidInput
from mom.core.testing import acting
from mom.plant.models import MaterialLot, MaterialSublot
from tests.factories.accounts import make_user
from tests.factories.plant import make_equipment, make_material, make_person

pytestmark = pytest.mark.django_db
GTIN = "09506000134352"


@pytest.fixture
def labelled(site: Any, other_site: Any) -> None:
    """Two lots with the same supplier's number, of two articles; a serial number; a badge; a foreign lot."""
    with acting():
        for code, article in (("L-1", "9506000134352"), ("L-2", "P-2")):
            definition = make_material(site, article)
            MaterialLot.objects.create(site=site, definition=definition, code=code, supplier_lot="S-9")
        MaterialSublot.objects.create(
            site=site, definition=definition, kind="serial", code="SER-7", born_at="2026-04-16T08:00Z"
        )
        make_person(site, "ID4882", name="Mira")
        make_equipment(site, "CNC-04")
        MaterialLot.objects.create(site=other_site, definition=make_material(other_site), code="L-9")


@pytest.mark.usefixtures("labelled")
@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("L-1", "/lots/L-1/"),
        ("cnc-04", "/machines/CNC-04/"),
        ("(10)L-2", "/lots/L-2/"),
        (f"]C101{GTIN}10S-9", "/lots/L-1/"),
        (f"https://id.gs1.org/01/{GTIN}/10/S-9", "/lots/L-1/"),
        (f"01{GTIN}"[2:], "/materials/9506000134352/"),
        ("/lots/L-1/", "/lots/L-1/"),
        ("https://testserver/lots/L-1/", "/lots/L-1/"),
    ],
)
def test_scan_leads_to_its_thing(actor: Actor, text: str, url: str) -> None:
    assert scan.resolve_scan(actor, "P1", text, hosts=["testserver"]).url == url


@pytest.mark.usefixtures("labelled")
def test_scan_knows_what_others_call_a_thing(actor: Actor, make_actor: Any) -> None:
    second = MaterialLot.objects.get(code="L-2")
    alias_add(actor, "material", second.definition, "GTIN", "04006381333931")
    alias_add(actor, "lot", second, "ERP", "4711-X")
    assert scan.resolve_scan(actor, "P1", "4711-X").url == "/lots/L-2/"
    assert scan.resolve_scan(actor, "P1", "4006381333931").url == "/materials/P-2/"
    assert scan.resolve_scan(actor, "P1", "(01)04006381333931(10)S-9").url == "/lots/L-2/"
    assert not scan.resolve_scan(make_actor("core.view_components"), "P1", "4711-X").is_known


@pytest.mark.usefixtures("labelled")
def test_scan_of_several_things_is_a_choice(actor: Actor) -> None:
    answer = scan.resolve_scan(actor, "P1", "(10)S-9")
    assert (answer.url, [hit.code for hit in answer.hits]) == ("", ["L-1", "L-2"])
    assert "Choose" in str(answer.sentence)


@pytest.mark.usefixtures("labelled")
@pytest.mark.parametrize("text", ["WO-404", "L-9", "(10)L-9", "https://testserver/nowhere/", "L-"])
def test_scan_of_nothing_is_shown(actor: Actor, text: str) -> None:
    answer = scan.resolve_scan(actor, "P1", text, hosts=["testserver"])
    assert not answer.is_known
    assert answer.sentence


@pytest.mark.usefixtures("labelled")
def test_P33_scan_finds_only_what_the_asker_may_see(make_actor: Any) -> None:
    for text in ("L-1", "(10)L-1", "ID4882"):
        assert not scan.resolve_scan(make_actor("core.view_components"), "P1", text).is_known
        assert scan.resolve_scan(make_actor("plant.view"), "P1", text).is_known


@pytest.mark.usefixtures("labelled")
def test_scan_patterns_route_by_their_beginning(actor: Actor, settings: Any) -> None:
    settings.SCAN_PATTERNS = "B:person P2/L*:order"
    assert scan.resolve_scan(actor, "P1", "BID4882").url == "/people/ID4882/"
    assert scan.resolve_scan(actor, "P1", "BCNC-04").url == ""
    assert scan.resolve_scan(actor, "P1", "L-1").url == "/lots/L-1/"
    settings.SCAN_PATTERNS = "B"
    with pytest.raises(ImproperlyConfigured, match="B:person"):
        scan.patterns("P1")


@pytest.mark.parametrize("text", ["", "\x00", "a" * 401, "\r\n"])
def test_scan_of_no_scan_is_refused(actor: Actor, text: str) -> None:
    with pytest.raises(InvalidInput):
        scan.resolve_scan(actor, "P1", text)


@pytest.mark.usefixtures("labelled")
def test_scan_page_goes_there_shows_the_choice_or_what_was_read(site: Any) -> None:
    client = Client()
    ann = make_user("ann", site=site, permissions=["plant.view"])
    client.force_login(ann, backend="mom.accounts.backends.PasswordBackend")
    assert client.get("/scan/?text=L-1").headers["Location"] == "/lots/L-1/"
    assert "Choose" in client.get("/scan/?text=(10)S-9").content.decode()
    html = client.get(f"/scan/?text=(01){GTIN}(10)NONE<b>").content.decode()
    assert "NONE&lt;b&gt;" in html
    assert "Nothing here is called" in html
    assert "could not be read as GS1" in client.get("/scan/?text=]C1(01)1").content.decode()
    html = client.get(f"/scan/?text=(01){GTIN}(10)NONE(17)271231").content.decode()
    assert "2027-12-31" in html
    headers = {"X-Requested-With": "scan"}
    known = client.get("/scan/?text=L-1", headers=headers)
    assert known.headers["Scan-Location"] == "/lots/L-1/"
    unknown = client.get("/scan/?text=WO-404", headers=headers)
    assert "Scan-Location" not in unknown.headers
    assert "Nothing here is called WO-404" in unknown.content.decode()
    assert client.session.get("_auth_user_id") == str(ann.pk)
    client.get("/scan/?text=ID4882")
    assert client.session.get("_auth_user_id") == str(ann.pk)


@pytest.mark.usefixtures("labelled")
def test_search_and_scan_in_the_api(site: Any, outsider: Any) -> None:
    client = Client()
    ann = make_user("ann", site=site, permissions=["plant.view"])
    client.force_login(ann, backend="mom.accounts.backends.PasswordBackend")
    found = client.get("/api/v1/search/?q=l-1").json()["results"]
    assert [(hit["kind"], hit["code"], hit["match"], hit["address"]) for hit in found] == [
        ("lot", "L-1", "exact", "/lots/L-1/")
    ]
    assert client.get("/api/v1/search/?q=l-1&site=P2").status_code == 404
    assert client.get("/api/v1/search/?q=l-1&kind=machine").json()["results"] == []
    for wrong in ("", "?q=", "?q=x&kind=nope", "?q=x&limit=900", "?q=x&nope=1"):
        assert client.get(f"/api/v1/search/{wrong}").status_code == 400, wrong
    read = client.post("/api/v1/scan/", {"text": f"]C101{GTIN}10S-9"}, content_type="application/json").json()
    assert (read["kind"], read["address"], [each["ai"] for each in read["elements"]]) == (
        "gs1", "/lots/L-1/", ["01", "10"],
    )  # fmt: skip
    assert client.post("/api/v1/scan/", {"text": "\x02"}, content_type="application/json").status_code == 422
    client.force_login(outsider, backend="mom.accounts.backends.PasswordBackend")
    assert client.get("/api/v1/search/?q=l-1").json()["results"] == []
    assert not client.post("/api/v1/scan/", {"text": "L-1"}, content_type="application/json").json()["address"]
