"""Who may do what, where and until when."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from mom.accounts.engine.roles import BUILTIN_ROLES
from mom.accounts.engine.scopes import SCOPES, permissions_of_scopes
from mom.accounts.models import Membership, Role, Site
from mom.accounts.selectors import actor_for_user
from mom.accounts.services.membership import membership_end, membership_grant
from mom.accounts.services.role import role_set, sync_builtin_roles
from mom.accounts.services.site import site_change, site_create
from mom.core import clock, permissions
from mom.core.actor import Actor, system_actor
from mom.core.errors import Conflict, InvalidInput, NotAllowed
from mom.core.testing import acting
from tests.factories.accounts import make_membership, make_role, make_user

SYSTEM = system_actor("test")


@pytest.mark.django_db
def test_actor_adds_up_roles_of_each_site(site: Any, other_site: Any) -> None:
    user = make_user()
    make_membership(user, make_role("a", ["plant.view"]), site)
    make_membership(user, make_role("b", ["plant.change"]), site)
    make_membership(user, make_role("c", ["work.view"]), None)
    actor = actor_for_user(user)
    assert actor.may("plant.view", site.code)
    assert actor.may("plant.change", site.code)
    assert not actor.may("plant.view", other_site.code)
    assert actor.may("work.view", other_site.code)
    assert actor.sites_with("plant.view") == {site.code}
    assert actor.sites_with("work.view") is None


@pytest.mark.django_db
def test_actor_knows_only_what_holds_now(site: Any) -> None:
    user, role = make_user(), make_role("a", ["plant.view"])
    past = make_membership(user, role, site)
    with acting():
        past.valid_to = clock.now() - timedelta(days=1)
        past.save()
        Membership.objects.create(user=user, role=role, site=site, valid_from=clock.now() + timedelta(days=1))
    assert actor_for_user(user).permissions == {}


@pytest.mark.django_db
def test_actor_of_a_closed_site_or_locked_person_may_nothing(site: Any) -> None:
    user = make_user(site=site, permissions=["plant.view"])
    site_change(SYSTEM, site.code, "closed", is_active=False)
    assert not actor_for_user(user).may("plant.view", site.code)
    user.is_active = False
    assert actor_for_user(user).permissions == {}


@pytest.mark.django_db
def test_P33_rights_cost_one_statement(site: Any, other_site: Any, statements: Any) -> None:
    user = make_user()
    for number, place in enumerate((site, other_site, None)):
        make_membership(user, make_role(f"r{number}", ["plant.view"]), place)
    with statements() as seen:
        actor_for_user(user)
    assert len(seen) == 1


@pytest.mark.django_db
def test_P33_ended_membership_acts_on_the_next_request(site: Any) -> None:
    user = make_user(site=site, permissions=["plant.view"])
    client = Client()
    client.force_login(user, backend="mom.accounts.backends.PasswordBackend")
    held = user.memberships.get()
    assert client.get("/api/v1/me/").json()["permissions"] == {"P1": ["plant.view"]}
    membership_end(SYSTEM, held.pk)
    assert client.get("/api/v1/me/").json()["permissions"] == {}
    with pytest.raises(Conflict):
        membership_end(SYSTEM, held.pk)


@pytest.mark.django_db
def test_membership_is_not_held_twice_at_once(site: Any) -> None:
    user, role = make_user(), make_role("a", ["plant.view"])
    membership_grant(SYSTEM, user=user, role=role, site=site)
    with pytest.raises(Conflict):
        membership_grant(SYSTEM, user=user, role=role, site=site)
    membership_grant(SYSTEM, user=user, role=role, site=None)
    with pytest.raises(IntegrityError), transaction.atomic(), acting():
        Membership.objects.create(user=user, role=role, site=None, valid_from=clock.now())


@pytest.mark.django_db
def test_nobody_gives_a_role_to_themselves_or_beyond_their_own(site: Any, other_site: Any) -> None:
    boss = make_user("boss", site=site, permissions=["accounts.grant_role", "accounts.view_user"])
    helper, actor = make_user("helper"), actor_for_user(boss)
    operator, admin = Role.objects.get(code="operator"), Role.objects.get(code="admin")
    membership_grant(actor, user=helper, role=operator, site=site)
    for refused in (
        {"user": boss, "role": operator, "site": site},
        {"user": helper, "role": admin, "site": site},
        {"user": helper, "role": operator, "site": other_site},
        {"user": helper, "role": operator, "site": None},
    ):
        with pytest.raises(NotAllowed):
            membership_grant(actor, **refused)


@pytest.mark.django_db
def test_site_is_created_and_keeps_its_code(make_actor: Any) -> None:
    site_create(SYSTEM, code="NORTH", name="North", time_zone="Europe/Stockholm")
    with pytest.raises(InvalidInput) as refusal:
        site_create(SYSTEM, code="north", name="", time_zone="Europe/Nowhere")
    assert set(refusal.value.fields) == {"code", "name", "time_zone"}
    with pytest.raises(NotAllowed):
        site_create(make_actor("accounts.manage_sites"), code="SOUTH", name="South")
    with pytest.raises(Exception, match="code"), transaction.atomic(), acting():
        Site.objects.filter(code="NORTH").update(code="SOUTH")


@pytest.mark.django_db
def test_site_is_switched_by_post_to_ones_own_only(site: Any, other_site: Any) -> None:
    user = make_user()
    for place in (site, other_site):
        make_membership(user, make_role(f"at_{place.code.lower()}", ["plant.view"]), place)
    with acting():
        foreign = Site.objects.create(code="P3", name="Foreign")
    client = Client()
    client.force_login(user, backend="mom.accounts.backends.PasswordBackend")
    assert client.get("/site/?site=P2").status_code == 405
    assert client.post("/site/", {"site": foreign.code}).status_code == 404
    assert client.post("/site/", {"site": "P2", "next": "//evil.example"}).headers["Location"] == "/"
    assert client.session["site"] == "P2"
    assert client.get("/account/").wsgi_request.site.code == "P2"


@pytest.mark.django_db
def test_builtin_roles_follow_the_release() -> None:
    assert set(Role.objects.filter(is_builtin=True).values_list("code", flat=True)) == {
        role.code for role in BUILTIN_ROLES
    }
    with acting() as act:
        Role.objects.filter(code="operator").update(permissions=["plant.change"])
        assert "operator" in sync_builtin_roles(act)
        assert sync_builtin_roles(act) == []
    assert "plant.change" not in Role.objects.get(code="operator").permissions


@pytest.mark.django_db
def test_role_of_the_plant_is_made_and_builtin_ones_are_not_changed() -> None:
    role = role_set(SYSTEM, "tool_crib", "Tool crib", ["plant.view", "plant.change"])
    assert role.permissions == ["plant.change", "plant.view"]
    with pytest.raises(Conflict):
        role_set(SYSTEM, "admin", "Administrator", ["plant.view"])
    with pytest.raises(InvalidInput):
        role_set(SYSTEM, "tool_crib", "Tool crib", ["plant.veiw"])


def test_every_permission_is_in_somebodys_hands() -> None:
    held = {name for role in BUILTIN_ROLES for name in role.permissions(permissions.declared())}
    assert sorted(set(permissions.declared()) - held) == []


def test_roles_follow_the_table() -> None:
    roles = {role.code: frozenset(role.permissions(permissions.declared())) for role in BUILTIN_ROLES}
    writes = {code: {name for name in held if ".view" not in name} for code, held in roles.items()}
    assert writes["auditor"] == set()
    assert "work.execute_job_order" in roles["operator"] & roles["supervisor"]
    for code in ("admin", "planner", "auditor", "quality_engineer", "inventory_clerk", "integrator"):
        assert "work.execute_job_order" not in roles[code], code
    for code, held in roles.items():
        assert ("accounts.manage_users" in held) is (code == "admin"), code
        assert ("core.view_audit_trail" in held) is (code in {"quality_engineer", "auditor", "admin"}), code
        assert {"plant.view", "work.view"} <= held, code


def test_scope_never_adds_and_never_administers() -> None:
    every = frozenset(permissions.declared()) | {
        "quality.sign_disposition",
        "work.override_gate",
        "plant.approve_routing",
    }
    through = permissions_of_scopes(SCOPES, every)
    assert through < every
    assert not {name for name in through if name.startswith("accounts.") and not name.startswith("accounts.view_")}
    assert not {"quality.sign_disposition", "work.override_gate", "plant.approve_routing"} & through
    ours = {name for name in permissions.declared() if name.startswith(("work.", "floor.", "analytics."))}
    assert ours - {"work.override_gate"} <= through
    assert permissions_of_scopes(SCOPES, {"plant.view"}) == {"plant.view"}
    alerting = {"work.raise_alert", "work.answer_alert", "work.mute_alert", "work.plan_alerting"}
    assert permissions_of_scopes(["alerts:write"], every) >= alerting
    assert "work.plan_alerting" not in permissions_of_scopes(["orders:write"], every)
    assert permissions_of_scopes(["read"], every) == {name for name in every if name.split(".")[1].startswith("view")}


@pytest.mark.django_db
def test_admin_pages_open_only_for_administrators_of_every_site(site: Any) -> None:
    for person, place, status in [("root", None, 200), ("local", site, 302)]:
        user = make_user(person, site=place, permissions=["accounts.use_admin"])
        client = Client()
        client.force_login(user, backend="mom.accounts.backends.PasswordBackend")
        assert client.get("/admin/").status_code == status, person


def test_actor_of_nobody_may_nothing() -> None:
    from mom.accounts.middleware import nobody

    assert isinstance(nobody(), Actor)
    assert nobody().sites_with("plant.view") == frozenset()
