"""The administration pages write with an actor, and delete nothing."""

from typing import Any

import pytest
from django.test import Client

from mom.accounts.models import ApiToken, Membership, Role, Site, User
from mom.accounts.services.api_token import api_token_create
from mom.core.actor import system_actor
from mom.core.models import AuditEntry, RowVersion
from tests.factories.accounts import make_membership, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin_client(db: None) -> Client:
    root = make_user("root")
    make_membership(root, Role.objects.get(code="admin"), None)
    client = Client()
    client.force_login(root, backend="mom.accounts.backends.PasswordBackend")
    return client


def test_site_is_added_with_its_actor(admin_client: Client) -> None:
    body = {"code": "NORTH", "name": "North", "time_zone": "Europe/Stockholm", "currency": "SEK", "is_active": "on"}
    assert admin_client.post("/admin/accounts/site/add/", body).status_code == 302
    site = Site.objects.get(code="NORTH")
    assert RowVersion.objects.get(table_name="accounts_site", row_id=str(site.pk)).actor_label == "Root"
    assert AuditEntry.objects.get(action="accounts.site_created").actor_label == "Root"
    body["name"] = "Far north"
    assert admin_client.post(f"/admin/accounts/site/{site.pk}/change/", body).status_code == 302
    entry = AuditEntry.objects.get(action="accounts.site_changed")
    assert (entry.before, entry.after) == ({"name": "North"}, {"name": "Far north"})


def test_person_is_added_and_their_password_is_nowhere_in_clear(admin_client: Client) -> None:
    words = "staple of another colour"
    body = {"username": "Anna", "display_name": "Anna A.", "email": "", "password1": words, "password2": words}
    assert admin_client.post("/admin/accounts/user/add/", body).status_code == 302
    user = User.objects.get(username="anna")
    assert user.check_password(words)
    assert words not in str(AuditEntry.objects.get(action="accounts.user_created").after)
    assert user.password not in str([vars(row) for row in RowVersion.objects.all()])


def test_role_is_given_but_not_to_oneself(admin_client: Client, site: Any) -> None:
    anna, root, operator = make_user("anna"), User.objects.get(username="root"), Role.objects.get(code="operator")
    body = {
        "user": anna.pk,
        "role": operator.pk,
        "site": site.pk,
        "valid_from_0": "2026-01-01",
        "valid_from_1": "00:00",
    }
    assert admin_client.post("/admin/accounts/membership/add/", body).status_code == 302
    assert Membership.objects.filter(user=anna, role=operator, site=site).exists()
    assert admin_client.post("/admin/accounts/membership/add/", {**body, "user": root.pk}).status_code == 403
    assert root.memberships.count() == 1


def test_builtin_role_and_deletion_are_closed(admin_client: Client) -> None:
    operator = Role.objects.get(code="operator")
    address = f"/admin/accounts/role/{operator.pk}/"
    assert admin_client.get(f"{address}change/").status_code == 200
    assert admin_client.post(f"{address}change/", {"code": "operator", "name": "x"}).status_code == 403
    assert admin_client.post(f"{address}delete/", {"post": "yes"}).status_code == 403
    body = {"code": "tool_crib", "name": "Tool crib", "permissions": ["plant.view"]}
    assert admin_client.post("/admin/accounts/role/add/", body).status_code == 302
    assert Role.objects.get(code="tool_crib").permissions == ["plant.view"]


def test_token_is_revoked_and_not_made_here(admin_client: Client) -> None:
    token, _secret = api_token_create(system_actor("test"), user=make_user("anna"), name="ERP", scopes=["read"], days=3)
    assert admin_client.get("/admin/accounts/apitoken/add/").status_code == 403
    page = admin_client.get(f"/admin/accounts/apitoken/{token.pk}/change/")
    assert token.digest not in page.content.decode()
    body = {"name": "ERP", "revoked_at_0": "2026-01-01", "revoked_at_1": "00:00"}
    assert admin_client.post(f"/admin/accounts/apitoken/{token.pk}/change/", body).status_code == 302
    assert ApiToken.objects.get(pk=token.pk).revoked_at is not None


@pytest.mark.parametrize(
    "page", ["", "accounts/", "accounts/user/", "accounts/role/", "accounts/membership/", "accounts/apitoken/"]
)
def test_admin_page_opens(admin_client: Client, page: str) -> None:
    assert admin_client.get(f"/admin/{page}").status_code == 200
