"""No plain English text is left in a page: each is read in the pseudo-language by a person of all rights."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from mom.core import permissions
from mom.core.web import navigation
from tests.core.web import pseudo
from tests.factories.accounts import make_role, make_site, make_user

pytestmark = pytest.mark.django_db
SHELL = ["/search/", "/search/?q=zzzz", "/setup/components/", "/nowhere/", "/account/", "/account/password/"]
LIST = ["/roles/", "/roles/?q=zzzz", "/roles/?view=none", "/roles/?name=a", "/roles/add/", "/roles/none/", "/refuse/"]


STANDARDS = {"ISO 22400", "ISO 22400-2", "TPM"}  # names of schools and standards are the same in every language
GIVEN = STANDARDS | {"mira", "role_of_mira"}  # names that people gave and that can't be but Latin


@pytest.fixture
def spoken(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The pseudo-language is one of the languages, and nobody speaks it afterwards."""
    pseudo.speak(monkeypatch)
    yield
    translation.deactivate()


@pytest.fixture
def reader(spoken: None) -> Client:
    """Somebody with all rights who reads the pseudo-language; names that people gave are not Latin."""
    plant = make_site("P1", name="Завод")
    user = make_user("mira", site=plant, permissions=permissions.declared(), display_name="Мира Линдквист")
    client = Client(headers={"accept-language": pseudo.LANGUAGE})
    client.force_login(user, backend="mom.accounts.backends.PasswordBackend")
    return client


def left_plain(client: Client, address: str) -> list[str]:
    return pseudo.plain_words(client.get(address).content.decode())


@pytest.mark.urls("tests.core.web.addresses")
@pytest.mark.parametrize("address", [*SHELL, *LIST])
def test_page_of_the_shell_is_translated(reader: Client, address: str) -> None:
    assert left_plain(reader, address) == []


@pytest.mark.urls("tests.core.web.addresses")
def test_list_with_rows_is_translated(reader: Client) -> None:
    for number in range(60):
        make_role(f"a-{number:02}", [])
    # A role's code is data in Latin letters; only what stands around the rows is looked at.
    html = reader.get("/roles/?q=a&name=a").content.decode()
    assert "<tbody>" in html
    before, _open, rest = html.partition("<tbody>")
    assert pseudo.plain_words(before + rest.partition("</tbody>")[2]) == []


@pytest.mark.urls("tests.core.web.addresses")
@pytest.mark.usefixtures("spoken")
def test_sign_in_is_translated() -> None:
    client = Client(headers={"accept-language": pseudo.LANGUAGE})
    assert left_plain(client, "/sign-in/") == []
    assert pseudo.plain_words(client.post("/sign-in/", {"username": "я", "password": "я"}).content.decode()) == []


def test_every_page_of_the_navigation_is_translated(reader: Client) -> None:
    found: dict[str, Any] = {}
    for item in navigation.registered():
        address = reverse(item.url_name)
        answer = reader.get(address)
        assert answer.status_code == 200, address
        if plain := set(pseudo.plain_words(answer.content.decode())) - GIVEN:
            found[address] = sorted(plain)
    assert found == {}


@pytest.mark.parametrize(
    "html",
    [
        "<p>Add order</p>",
        '<a title="Open">1</a>',
        '<input placeholder="Find">',
        "<p>⟦Óřdéř~~⟧ is late</p>",
        "<svg><text>Jan</text></svg>",
        "<br><p>After a void element</p>",
    ],
)
def test_plain_text_is_seen(html: str) -> None:
    assert pseudo.plain_words(html)


@pytest.mark.parametrize(
    "html",
    [
        "<p>⟦Óřdéř⟧ 12 <b>Завод</b></p>",
        '<span translate="no">MOM Works <i>inside</i></span>',
        "<code>GET /api</code><script>var text</script>",
        "<p>⟦late since ⟦two⟧ days⟧</p>",
    ],
)
def test_translated_text_passes(html: str) -> None:
    assert pseudo.plain_words(html) == []


def test_pseudo_keeps_places_tags_and_entities() -> None:
    assert pseudo.pseudo("%(count)s of <b>%d</b>&nbsp;{name}") == f"⟦%(count)s öf <b>%d</b>&nbsp;{{name}}{'~' * 13}⟧"
