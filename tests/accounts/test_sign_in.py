"""Signing in and out, the lock, and what ends a session."""

from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from mom.accounts.models import User
from mom.accounts.services.user import user_lock, user_set_password, user_unlock
from mom.core.actor import system_actor
from mom.core.models import AuditEntry, RowVersion
from tests.factories.accounts import make_user

pytestmark = pytest.mark.django_db
SIGN_IN, WORDS = "/sign-in/", "correct horse battery"
SYSTEM = system_actor("test")


@pytest.fixture
def person(site: Any) -> User:
    return make_user("anna", site=site, permissions=["plant.view"], password=WORDS)


def sign_in(client: Client, username: str = "anna", password: str = WORDS, **more: str) -> Any:
    return client.post(SIGN_IN, {"username": username, "password": password, **more})


def test_sign_in_opens_a_session_under_a_new_key(client: Client, person: User) -> None:
    client.get(SIGN_IN)
    session = client.session
    session["planted"] = "x"
    session.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = planted = session.session_key
    answer = sign_in(client, next="/account/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/account/")
    assert client.cookies[settings.SESSION_COOKIE_NAME].value != planted
    assert client.get("/account/").status_code == 200
    assert AuditEntry.objects.filter(action="accounts.signed_in", actor_id=str(person.pk)).count() == 1


def test_sign_in_takes_any_case_and_goes_nowhere_else(client: Client, person: User) -> None:
    answer = sign_in(client, " ANNA ", next="https://evil.example/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")


def test_sign_in_says_the_same_for_unknown_locked_and_wrong(client: Client, person: User) -> None:
    user_lock(SYSTEM, make_user("lena", password=WORDS).pk, "left the plant")
    answers = [sign_in(client, "anna", "wrong"), sign_in(client, "nobody", WORDS), sign_in(client, "lena", WORDS)]
    assert {answer.status_code for answer in answers} == {200}
    sentences = [answer.context["form"].non_field_errors() for answer in answers]
    assert sentences[0] == sentences[1] == sentences[2]
    assert len(sentences[0]) == 1


def test_sign_in_locks_after_five_wrong_passwords(client: Client, person: User) -> None:
    for number in range(5):
        answer = sign_in(client, ["anna", "Anna"][number % 2], "wrong")  # another spelling is no new name
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "900"
    assert sign_in(client).status_code == 429
    other_place = Client(REMOTE_ADDR="10.0.0.9")
    assert sign_in(other_place).status_code == 302


def test_lock_counts_for_unknown_names_too(client: Client, person: User) -> None:
    answers = [sign_in(client, "nobody", "wrong").status_code for _ in range(6)]
    assert answers == [200, 200, 200, 200, 429, 429]


def test_sign_in_needs_a_form_of_ours(person: User) -> None:
    assert sign_in(Client(enforce_csrf_checks=True)).status_code == 403


def test_sign_out_is_a_post(client: Client, person: User) -> None:
    sign_in(client)
    assert client.get("/sign-out/").status_code == 405
    assert client.post("/sign-out/").status_code == 302
    assert client.get("/account/").headers["Location"].startswith(SIGN_IN)


def test_password_change_ends_other_sessions(client: Client, person: User) -> None:
    other = Client()
    sign_in(client)
    sign_in(other)
    new = "staple of another colour"
    answer = client.post("/account/password/", {"old_password": WORDS, "password": new})
    assert answer.status_code == 302, answer.content
    assert client.get("/account/").status_code == 200
    assert other.get("/account/").status_code == 302
    assert sign_in(Client(), password=new).status_code == 302


@pytest.mark.parametrize(
    ("old", "new", "field"), [("wrong", "staple of another colour", "old_password"), (WORDS, "short", "password")]
)
def test_password_change_is_refused(client: Client, person: User, old: str, new: str, field: str) -> None:
    sign_in(client)
    answer = client.post("/account/password/", {"old_password": old, "password": new})
    assert answer.status_code == 422
    assert field in answer.context["form"].errors


def test_lock_acts_on_the_next_request(client: Client, person: User) -> None:
    sign_in(client)
    assert client.get("/account/").status_code == 200
    user_lock(SYSTEM, person.pk, "left the plant")
    assert client.get("/account/").status_code == 302
    user_unlock(SYSTEM, person.pk, "came back")
    assert sign_in(Client()).status_code == 302


def test_old_hash_is_renewed_at_sign_in(client: Client, person: User, settings: Any) -> None:
    before = person.password
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher", *settings.PASSWORD_HASHERS]
    assert sign_in(client).status_code == 302
    person.refresh_from_db()
    assert person.password != before
    assert person.password.startswith("argon2")
    assert client.get("/account/").status_code == 200


def test_P20_password_is_not_in_the_history(person: User) -> None:
    user_set_password(SYSTEM, person.pk, "staple of another colour")
    person.refresh_from_db()
    kept = " ".join(str(vars(row)) for row in RowVersion.objects.filter(table_name="accounts_user"))
    assert "anna" in kept
    assert person.password not in kept
    assert "md5$" not in kept


def test_preferences_are_kept_and_put_on_the_device(client: Client, person: User) -> None:
    sign_in(client)
    answer = client.post("/account/", {"language": "eo", "theme": "dark"})
    assert answer.status_code == 302
    person.refresh_from_db()
    assert (person.language, person.theme) == ("eo", "dark")
    fresh = Client()
    sign_in(fresh)
    assert fresh.cookies["theme"].value == "dark"
    assert fresh.cookies[settings.LANGUAGE_COOKIE_NAME].value == "eo"
