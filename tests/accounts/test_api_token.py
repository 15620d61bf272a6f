"""Tokens: hashed, scoped, expiring, shown once; scope AND role (reliability.md section 5)."""

import time
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from mom.accounts.models import ApiToken, ApiTokenUse, Role, Site, User
from mom.accounts.selectors import actor_for_token, actor_for_user, known_roles
from mom.accounts.services.api_token import api_token_create, api_token_revoke, digest_of
from mom.accounts.services.membership import membership_end
from mom.accounts.services.user import user_lock
from mom.core import clock
from mom.core.actor import system_actor
from mom.core.errors import InvalidInput, NotAllowed
from mom.core.models import RowVersion
from mom.core.testing import acting
from tests.factories.accounts import make_user

pytestmark = pytest.mark.django_db
SYSTEM = system_actor("test")
ME = "/api/v1/me/"


@pytest.fixture
def person(site: Site) -> User:
    return make_user(
        "erp", site=site, permissions=["plant.view", "plant.change", "work.view", "accounts.create_own_token"]
    )


def make_token(user: User, scopes: tuple[str, ...] = ("read",), **more: Any) -> tuple[ApiToken, str]:
    return api_token_create(SYSTEM, user=user, name="ERP", scopes=scopes, days=more.pop("days", 30), **more)


def ask(secret: str, client: Client | None = None, path: str = ME, **more: Any) -> Any:
    return (client or Client()).get(path, headers={"Authorization": f"Bearer {secret}"}, **more)


def test_token_opens_what_scope_and_role_both_allow(person: User) -> None:
    _token, reading = make_token(person)
    _token, writing = make_token(person, ("master:write", "stock:write"))
    assert ask(reading).json()["permissions"] == {"P1": ["plant.view", "work.view"]}
    answer = ask(writing).json()
    assert answer["permissions"] == {"P1": ["plant.change", "plant.view", "work.view"]}
    assert (answer["kind"], answer["scopes"]) == ("token", ["master:write", "stock:write"])


def test_token_is_stored_as_a_digest_only(person: User) -> None:
    token, secret = make_token(person)
    assert len(secret) == 47  # mark and 256 bits in base64
    assert token.digest == digest_of(secret)
    assert secret.startswith(token.prefix)
    assert secret not in str(vars(token))
    kept = " ".join(str(vars(row)) for row in RowVersion.objects.filter(table_name="accounts_apitoken"))
    assert token.prefix in kept
    assert token.digest not in kept


def test_token_ends_with_time_revocation_lock_and_role(person: User) -> None:
    token, secret = make_token(person)
    assert ask(secret).status_code == 200
    assert ask(secret[:-1] + "x").status_code == 401
    assert ask("mom_").status_code == 401

    _token, short = make_token(person, days=1)
    import time_machine

    with time_machine.travel(clock.now() + timedelta(days=1, seconds=1), tick=False):
        assert ask(short).status_code == 401
    api_token_revoke(SYSTEM, token.pk)
    answer = ask(secret)
    assert (answer.status_code, answer.json()["code"]) == (401, "authentication_failed")

    _token, third = make_token(person)
    membership_end(SYSTEM, person.memberships.get().pk)
    assert ask(third).json()["permissions"] == {}
    user_lock(SYSTEM, person.pk, "left the plant")
    assert ask(third).status_code == 401


def test_token_works_from_its_networks_only(person: User) -> None:
    _token, secret = make_token(person, networks=["10.20.0.0/16", "fd00::/8"])
    assert ask(secret, REMOTE_ADDR="10.20.3.4").status_code == 200
    assert ask(secret, REMOTE_ADDR="fd00::1").status_code == 200
    assert ask(secret, REMOTE_ADDR="10.21.0.1").status_code == 401
    assert ask(secret, REMOTE_ADDR="10.21.0.1", HTTP_X_FORWARDED_FOR="10.20.3.4").status_code == 401


def test_token_works_at_its_sites_only(person: User, other_site: Site) -> None:
    boss = make_user("boss", permissions=["plant.view"])
    token, _secret = make_token(boss, sites=["P1"])
    assert actor_for_token(token).sites_with("plant.view") == {"P1"}
    everywhere, _secret = make_token(boss)
    assert actor_for_token(everywhere).sites_with("plant.view") is None
    elsewhere, _secret = make_token(person, sites=[other_site.code])
    assert actor_for_token(elsewhere).permissions == {}


def test_token_in_the_address_is_not_read(person: User) -> None:
    _token, secret = make_token(person)
    assert Client().get(f"{ME}?token={secret}").status_code == 401


def test_token_makes_no_token(person: User) -> None:
    token, _secret = make_token(person, ("master:write",))
    with pytest.raises(NotAllowed):
        api_token_create(actor_for_token(token), user=person, name="x", scopes=["read"], days=1)


def test_token_is_made_by_its_person_or_an_administrator(person: User, outsider: User, make_actor: Any) -> None:
    api_token_create(actor_for_user(person), user=person, name="x", scopes=["read"], days=1)
    for stranger in (actor_for_user(outsider), make_actor("accounts.create_own_token")):
        with pytest.raises(NotAllowed):
            api_token_create(stranger, user=person, name="x", scopes=["read"], days=1)


def test_token_is_refused_with_everything_that_is_wrong(person: User) -> None:
    with pytest.raises(InvalidInput) as refusal:
        make_token(person, ("read", "all"), days=366, sites=["NOWHERE"], networks=["10.0.0.1/8"])
    assert set(refusal.value.fields) == {"scopes", "days", "sites", "networks"}


def test_token_cannot_be_widened_by_anybody(person: User) -> None:
    token, _secret = make_token(person)
    with pytest.raises(Exception, match="scopes"), acting():
        ApiToken.objects.filter(pk=token.pk).update(scopes=["master:write"])


def test_use_is_noted_once_a_minute_and_costs_one_statement(person: User, statements: Any) -> None:
    token, secret = make_token(person)
    ask(secret, REMOTE_ADDR="10.1.1.1")
    first = ApiTokenUse.objects.get(token=token)
    assert first.last_used_from == "10.1.1.1"
    with statements() as seen:
        ask(secret)
    assert len(seen) == 1, str(seen)
    assert ApiTokenUse.objects.get(token=token).last_used_at == first.last_used_at
    assert RowVersion.objects.filter(table_name="accounts_apitoken").count() == 1


def test_session_needs_the_csrf_token_and_a_token_does_not(person: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(person, backend="mom.accounts.backends.PasswordBackend")
    answer = client.post("/api/v1/me/", {}, content_type="application/json")
    assert answer.status_code == 405
    _token, secret = make_token(person)
    headers = {"Authorization": f"Bearer {secret}"}
    assert client.post("/api/v1/me/", {}, content_type="application/json", headers=headers).status_code == 405


def test_command_prints_the_token_once(person: User) -> None:
    out, err = StringIO(), StringIO()
    call_command(
        "create_api_token", user="ERP", scopes="read,master:write", days=7, site=["P1"], stdout=out, stderr=err
    )
    secret = out.getvalue().strip()
    assert ask(secret).json()["scopes"] == ["master:write", "read"]
    assert secret not in err.getvalue()
    for wrong in ({"user": "nobody"}, {"scopes": "everything"}, {"days": 1000}):
        with pytest.raises(CommandError):
            call_command(
                "create_api_token", **{"user": "erp", "scopes": "read", "days": 7, **wrong}, stdout=out, stderr=err
            )


def test_command_makes_the_first_administrator(db: None, monkeypatch: Any) -> None:
    monkeypatch.setenv("MOM_PASSWORD", "a long enough sentence")
    out = StringIO()
    call_command("create_user", username="root", name="Rosa Root", role=["admin"], stdout=out)
    user = User.objects.get(username="root")
    assert user.check_password("a long enough sentence")
    assert actor_for_user(user).sites_with("accounts.manage_users") is None
    monkeypatch.setenv("MOM_PASSWORD", "short")
    with pytest.raises(CommandError, match="password"):
        call_command("create_user", username="other", name="Other", stdout=out)
    with pytest.raises(CommandError, match="no role"):
        call_command("create_user", username="other", name="Other", role=["boss"], stdout=out)
    assert not User.objects.filter(username="other").exists()


def test_what_a_role_allows_is_sent_once_and_again_when_the_role_changed(person: User) -> None:
    """The rights of a request are those of the database at that moment, remembered or not."""
    _token, secret = make_token(person, ("read", "master:write"))
    role = person.memberships.get().role
    before = ask(secret).json()["permissions"]["P1"]
    assert ask(secret).json()["permissions"]["P1"] == before, "now it was not sent"

    with acting():
        role.permissions = ["plant.view"]
        role.save()
    assert ask(secret).json()["permissions"]["P1"] == ["plant.view"]
    Role.objects.filter(pk=role.pk).update(permissions=["work.view"])
    assert ask(secret).json()["permissions"]["P1"] == ["work.view"], "whoever changed it"


def test_remembered_roles_are_forgotten_after_a_minute(person: User, monkeypatch: pytest.MonkeyPatch) -> None:
    _token, secret = make_token(person)
    ask(secret)
    version = f"{person.memberships.get().role_id}:"
    assert [each for each in known_roles.known() if each.startswith(version)]

    start = time.monotonic()
    monkeypatch.setattr(known_roles.time, "monotonic", lambda: start + 61)
    assert known_roles.known() == {}
    assert ask(secret).json()["permissions"]["P1"] == ["plant.view", "work.view"]
