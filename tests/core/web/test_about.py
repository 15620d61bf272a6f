"""About: open to everybody, with version, licence and where the source is."""

from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from mom.core.web import about

pytestmark = pytest.mark.django_db


def shown(client: Any) -> str:
    response = client.get("/about/")
    assert response.status_code == 200
    return str(response.content.decode())


def test_about_is_open_to_who_is_not_signed_in() -> None:
    page = shown(Client())
    assert settings.VERSION in page
    assert "AGPL-3.0-or-later" in page
    assert 'href="/sign-in/"' in page


def test_about_names_the_source_or_whom_to_ask(settings: Any) -> None:
    settings.SOURCE_URL = ""
    assert "Ask whoever runs this installation" in shown(Client())
    settings.SOURCE_URL = "https://example.org/mom"
    assert 'href="https://example.org/mom"' in shown(Client())


def test_about_shows_notes_of_apps_and_leaves_out_empty_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(about, "_notes", {})
    about.register_note("one", lambda: "The data are invented.")
    about.register_note("two", lambda: "")
    page = shown(Client())
    assert page.count("The data are invented.") == 1
    about.register_note("one", lambda: "")
    assert "<dt>Data</dt>" not in shown(Client())
