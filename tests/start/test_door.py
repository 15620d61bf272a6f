"""The first page: opened by the setup code while nobody can sign in, and by nobody afterwards."""

import threading
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

from mom.accounts.models import Membership, Site, User
from mom.core.errors import MomError
from mom.core.models import TaskRun
from mom.start.engine.code import is_start_code, start_code
from mom.start.services import company, demo
from tests.factories.accounts import make_site, make_user

CODE = start_code(settings.SECRET_KEY)
BEFORE = ["/start/", "/start/company/", "/start/owner/", "/start/demo/"]


def opened() -> Client:
    client = Client()
    assert client.get(f"/start/code/?code={CODE}").status_code == 302
    return client


def test_code_is_read_whatever_its_spacing_and_depends_on_the_secret() -> None:
    assert is_start_code(CODE.upper().replace("-", " "), settings.SECRET_KEY)
    assert not is_start_code(CODE[:-1] + ("a" if CODE[-1] != "a" else "b"), settings.SECRET_KEY)
    assert not is_start_code("", settings.SECRET_KEY)
    assert start_code("another") != CODE


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/", "/sign-in/"])
def test_stranger_is_led_to_the_first_page_while_nobody_can_sign_in(path: str) -> None:
    assert Client().get(path)["Location"] == "/start/"
    make_user("somebody")
    assert "/start/" not in Client().get(path).get("Location", "")


@pytest.mark.django_db
@pytest.mark.parametrize("path", BEFORE)
def test_page_without_the_code_asks_for_it(path: str) -> None:
    for client in (Client(), wrong_code()):
        assert client.get(path)["Location"] in {"/start/code/", "/start/company/"}
        answer = client.post(path, {"name": "Mallory", "username": "mallory", "password": "a long password"})
        assert answer["Location"] in {"/start/code/", "/start/company/"}
    assert not User.objects.exists()
    assert not TaskRun.objects.exists()


def wrong_code() -> Client:
    client = Client()
    assert client.post("/start/code/", {"code": "aaaa-bbbb-cccc-dddd"}).status_code == 422
    return client


@pytest.mark.django_db
@pytest.mark.parametrize("path", [*BEFORE, "/start/code/", f"/start/code/?code={CODE}"])
def test_page_is_gone_once_somebody_can_sign_in(path: str) -> None:
    client = opened()
    make_user("somebody")
    for asker in (client, Client()):
        found = asker.get(path)
        assert found.status_code == 404 or found.get("Location") == "/start/company/"
    assert client.post("/start/demo/").status_code == 404
    client.post("/start/company/", {"name": "Berg", "time_zone": "UTC", "currency": "EUR", "language": "en"})
    client.post("/start/owner/", {"name": "M", "username": "mallory", "password": "a sentence that is long"})
    assert not User.objects.filter(username="mallory").exists()
    assert not TaskRun.objects.exists()


@pytest.mark.django_db
def test_company_is_founded_with_its_owner_and_nothing_else() -> None:
    client = opened()
    wrong = client.post("/start/company/", {"name": "Berg", "time_zone": "Nowhere", "currency": "EUR"})
    assert wrong.status_code == 422
    assert 'value="Berg"' in client.get("/start/company/").content.decode()  # left and come back: nothing is lost
    client.post(
        "/start/company/", {"name": "Müller & Söhne", "time_zone": "berlin", "currency": "EUR", "language": "en"}
    )
    weak = client.post("/start/owner/", {"name": "Anna", "username": "Anna", "password": "short"})
    assert weak.status_code == 400 or weak.status_code == 422
    done = client.post("/start/owner/", {"name": "Anna", "username": "Anna", "password": "a sentence that is long"})

    assert done["Location"] == "/first-steps/"
    site, anna = Site.objects.get(), User.objects.get()
    assert (site.code, site.name, site.time_zone, site.is_demo) == ("MULLER", "Müller & Söhne", "Europe/Berlin", False)
    held = Membership.objects.filter(user=anna).values_list("role__code", "site__code")
    assert set(held) == {
        ("admin", None),
        ("planner", "MULLER"),
        ("supervisor", "MULLER"),
        ("quality_engineer", "MULLER"),
    }
    assert client.get("/first-steps/", follow=True).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_two_browsers_at_the_same_time_found_one_company() -> None:
    barrier, outcomes = threading.Barrier(2), []

    def found(number: int) -> None:
        try:
            barrier.wait(10)
            owner = company.Owner(f"Person {number}", f"person{number}", "a sentence that is long")
            company.found(company.Company(f"C{number}", f"Company {number}", "UTC", "EUR"), owner)
            outcomes.append("founded")
        except MomError as error:
            outcomes.append(error.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=found, args=(number,)) for number in (1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert sorted(outcomes) == ["founded", "started_already"]
    assert (Site.objects.count(), User.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_race_without_the_lock_founds_two(monkeypatch: pytest.MonkeyPatch) -> None:
    barrier = threading.Barrier(2)
    monkeypatch.setattr(company, "take_turn", lambda: None)
    once_each = company._add

    def slowly(act: Any, new: company.Company) -> Site:
        barrier.wait(10)  # both have asked whether anybody is here
        return once_each(act, new)

    monkeypatch.setattr(company, "_add", slowly)

    def found(number: int) -> None:
        owner = company.Owner(f"Person {number}", f"person{number}", "a sentence that is long")
        try:
            company.found(company.Company(f"C{number}", f"Company {number}", "UTC", "EUR"), owner)
        finally:
            connection.close()

    threads = [threading.Thread(target=found, args=(number,)) for number in (1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert User.objects.count() == 2


@pytest.mark.django_db
def test_demo_asked_for_twice_is_prepared_once(django_capture_on_commit_callbacks: Any) -> None:
    first, second = opened(), opened()
    for client in (first, second):
        assert client.post("/start/demo/")["Location"] == "/start/demo/"
        assert "Preparing the demo plant" in client.get("/start/demo/").content.decode()
    assert TaskRun.objects.filter(kind=demo.KIND).count() == 1
    assert Client().get("/start/demo/")["Location"] == "/start/code/"


@pytest.mark.django_db
def test_demo_people_lose_every_site_when_a_company_is_founded_beside_them() -> None:
    from mom.accounts.models import Role
    from mom.accounts.selectors import actor_for_user
    from tests.factories.accounts import make_membership

    plant = make_site("NORRTAL", is_demo=True)
    alva = make_user("admin", is_demo=True)
    make_membership(alva, Role.objects.get(code="admin"), None)
    new = company.Company("BERG", "Berg", "UTC", "EUR")

    company.found_beside(actor_for_user(alva), new, company.Owner("Anna", "anna", "a sentence that is long"))

    rights = actor_for_user(alva).permissions
    assert set(rights) == {plant.code}
    assert actor_for_user(User.objects.get(username="anna")).may("accounts.manage_users", "BERG")
