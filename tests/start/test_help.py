"""In-product help: a text for every page of the navigation; empty pages say what they are for and what next."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from mom.accounts.models import Role, Site, User
from mom.core.web import navigation
from mom.core.web.help import template_of
from mom.start.services import company
from mom.start.tours import TOURS, tour_for

pytestmark = pytest.mark.django_db
PAGES = [item.url_name for item in navigation.registered()]
ACTS = re.compile(r"<(a|button)\b[^>]*>", re.IGNORECASE)
# Pages that are never empty, or whose emptiness is good news and needs no act.
FULL_FROM_THE_START = {
    "analytics:kpi_list", "plant:setup", "accounts:right_list", "web:audit_log", "web:status", "start:demo_plant",
    "accounts:approval_list", "analytics:flow", "web:number_range_list", "web:property_list", "accounts:badge_list",
    "work:alert_list", "floor:quarantine_list", "floor:mapping_list", "floor:stop_list",
    "work:gate_rule_list",
}  # fmt: skip


@pytest.fixture
def owner(db: None) -> Client:
    """The owner of a company that has nothing yet."""
    new = company.Company("BERG", "Berg", "Europe/Berlin", "EUR")
    _site, user = company.found(new, company.Owner("Anna Berg", "anna", "a sentence that is long"))
    client = Client()
    client.force_login(user, backend="mom.accounts.backends.PasswordBackend")
    return client


def main_of(answer: Any) -> str:
    """The page without its frame."""
    text = answer.content.decode()
    return text[text.index("<main") : text.index("</main>")]


@pytest.mark.parametrize("name", PAGES)
def test_page_of_the_navigation_has_help(name: str) -> None:
    assert template_of(name), (
        f"Write templates/help/{name.replace(':', '/')}.html: what the page is for, and what next."
    )


@pytest.mark.parametrize("name", [name for name in PAGES if name not in FULL_FROM_THE_START])
def test_empty_page_says_what_it_is_for_and_the_one_next_step(owner: Client, name: str) -> None:
    page = main_of(owner.get(reverse(name)))
    empties = re.findall(r'<div class="empty">.*?</div>', page, re.DOTALL)
    assert empties, f"{name} shows no empty state to a fresh company."
    for empty in empties:
        assert re.search(r"<h2>\S.*?</h2>", empty, re.DOTALL)
        words = re.sub(r"<[^>]+>", " ", empty)
        assert len(words.split()) >= 8, f"{name}: {words.strip()!r} does not say what the page is for."
    assert any(ACTS.search(empty) for empty in empties), f"{name} leads nowhere from its empty state."


@pytest.mark.parametrize("name", [name for name in PAGES if name != "start:demo_plant"])
def test_page_shows_its_help_behind_the_question_mark(owner: Client, name: str) -> None:
    answer = owner.get(reverse(name))
    if answer.status_code == 403:
        pytest.skip("not of the owner's roles")
    text = answer.content.decode()
    assert 'popovertarget="page-help"' in text
    assert re.search(r'id="page-help".*?<p>\S', text, re.DOTALL)


def test_help_of_a_page_below_is_that_of_the_page_above() -> None:
    assert navigation.above("/orders/WO-1/") == "production:order_list"
    assert navigation.above("/nowhere/") == ""


def test_tour_has_four_to_six_stops_for_every_built_in_role() -> None:
    assert set(TOURS) == set(Role.objects.filter(is_builtin=True).values_list("code", flat=True))
    assert all(4 <= len(stops) <= 6 for stops in TOURS.values())
    assert tour_for(["operator", "planner"]) == "planner"
    assert tour_for(["of our own"]) == ""


def test_tour_is_resumed_and_never_comes_by_itself_again(owner: Client) -> None:
    first = owner.get("/tour/").json()
    assert (first["tour"], first["step"]) == ("admin", 0)
    owner.post("/tour/", {"step": "2"})
    assert owner.get("/tour/").json()["step"] == 2
    owner.post("/tour/", {"step": "2", "ended": "1"})
    assert owner.get("/tour/").status_code == 204
    assert owner.get("/tour/?again").json()["step"] == 0
    owner.post("/tour/", {"step": "1"})
    assert owner.get("/tour/").status_code == 204
    assert User.objects.get().tours.count() == 1


def test_tour_takes_no_nonsense(owner: Client) -> None:
    for step in ("-1", "99999999", "x", ""):
        assert owner.post("/tour/", {"step": step}).status_code == 204
    assert Client().get("/tour/").status_code == 302
    assert Site.objects.count() == 1
