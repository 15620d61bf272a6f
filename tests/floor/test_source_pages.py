"""The page of sources says who sends, which numbers never came, and what waits for a person."""

from typing import Any

import pytest
from django.test import Client

from mom.accounts.models import Site, User
from mom.accounts.selectors import actor_for_user
from mom.core.actor import system_actor
from mom.floor.selectors.source import source_list
from mom.floor.services.ingest import take_in
from tests.factories.accounts import make_user
from tests.factories.work import make_machine
from tests.floor.messages import DAY

pytestmark = pytest.mark.django_db


def said(number: int, machine: str = "CNC-01") -> dict[str, Any]:
    return {"machine": machine, "kind": "heartbeat", "at": DAY.isoformat(), "sequence": number}


@pytest.fixture
def client(owner: User) -> Client:
    client = Client()
    client.force_login(owner)
    return client


def test_sources_page_names_gaps_and_what_waits(site: Site, owner: User, client: Client) -> None:
    make_machine(site)
    batch = [said(1), said(2), said(6), said(7, "NOWHERE")]
    take_in(system_actor("test"), site, "gateway-2", batch, session="boot-9", now=DAY)

    row = source_list(actor_for_user(owner), site.code).get()
    text = client.get("/sources/").content.decode()

    assert (row.code, row.missing, row.waiting, row.late, row.session) == ("gateway-2", 3, 1, 0, "boot-9")
    assert '<td class="num">3</td><td class="num">5</td>' in text
    assert "/quarantine/?view=waiting&amp;q=gateway-2" in text


def test_sources_page_without_gaps_shows_no_card(site: Site, client: Client) -> None:
    make_machine(site)
    take_in(system_actor("test"), site, "gateway-2", [said(1), said(2)], session="boot-9", now=DAY)

    assert "Missing numbers" not in client.get("/sources/").content.decode()


def test_sources_page_is_refused_to_who_may_not_look(site: Site) -> None:
    stranger = Client()
    stranger.force_login(make_user("stranger"))

    assert stranger.get("/sources/").status_code == 403
