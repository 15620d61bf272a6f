"""P33: a person sees and changes only what role and site allow: every route of the API, every role, two sites."""

from typing import Any

import pytest
from django.test import Client

from mom.accounts.engine.roles import BUILTIN_ROLES
from mom.accounts.models import Role, Site, User
from mom.core.api.permissions import SIGNED_IN
from mom.core.api.viewsets import SiteScopedViewSet
from tests.accounts.matrix import Route, routes, sample
from tests.factories.accounts import make_membership, make_user

ROUTES = routes()
ROLES = [role.code for role in BUILTIN_ROLES]
SCOPED = [
    route
    for route in ROUTES
    if route.is_detail
    and route.model is not None
    and route.view.site_path
    and route.method in {"get", "put", "patch", "delete"}
]


def test_P33_routes_are_found() -> None:
    assert any(route.path == "/api/v1/accounts/sites/{pk}/" for route in ROUTES)


@pytest.mark.parametrize("route", ROUTES, ids=str)
def test_P33_route_stands_on_the_guarded_base_and_declares_its_right(route: Route) -> None:
    assert issubclass(route.view, SiteScopedViewSet)
    assert route.permission


def ask(client: Client, route: Route, value: object = 999_999_999) -> Any:
    headers = {"Idempotency-Key": f"{route}-{value}".replace(" ", "-"), "If-Match": '"v999"'}
    body = {} if route.method in {"post", "put", "patch"} else None
    more = {"data": body, "content_type": "application/json"} if body is not None else {}
    return getattr(client, route.method)(route.address(value), headers=headers, **more)


def signed_in(user: User) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(user, backend="mom.accounts.backends.PasswordBackend")
    return client


@pytest.fixture(params=ROLES)
def held_role(request: pytest.FixtureRequest, db: None) -> Role:
    return Role.objects.get(code=request.param)


def test_P33_role_opens_exactly_what_it_holds(held_role: Role, site: Site) -> None:
    user = make_user("member")
    make_membership(user, held_role, site)
    client, wrong = signed_in(user), []
    for route in ROUTES:
        answer = ask(client, route)
        is_open = route.permission == SIGNED_IN or route.permission in held_role.permissions
        if (answer.status_code == 403) is is_open or answer.status_code in {401, 429} or answer.status_code >= 500:
            wrong.append(f"{route} ({route.permission}): {answer.status_code}")
    assert wrong == []


@pytest.mark.django_db
def test_P33_stranger_and_person_without_role_get_nothing() -> None:
    nobody, wrong = signed_in(make_user("loner")), []
    for route in ROUTES:
        stranger = ask(Client(), route).status_code
        loner = ask(nobody, route).status_code
        if stranger != 401 or (loner != 403 and route.permission != SIGNED_IN):
            wrong.append(f"{route}: {stranger} {loner}")
    assert wrong == []


@pytest.mark.parametrize("route", SCOPED, ids=str)
def test_P33_foreign_row_is_answered_like_a_missing_one(
    route: Route, owner: User, site: Site, other_site: Site
) -> None:
    client = signed_in(owner)
    foreign = ask(client, route, sample(route, other_site).pk)
    missing = ask(client, route)
    assert (
        (foreign.status_code, foreign.json()["code"])
        == (missing.status_code, missing.json()["code"])
        == (404, "not_found")
    )
    if route.method == "get":
        own = ask(client, route, sample(route, site).pk)
        assert own.status_code == 200, own.content


@pytest.mark.parametrize(
    "route",
    [route for route in ROUTES if route.action == "list" and route.model is not None and route.view.pagination_class],
    ids=str,
)
def test_P33_list_holds_rows_of_ones_own_sites_only(route: Route, owner: User, site: Site, other_site: Site) -> None:
    own, foreign = sample(route, site).pk, sample(route, other_site).pk
    found = {row["id"] for row in ask(signed_in(owner), route).json()["results"]}
    assert own in found
    assert foreign not in found or not route.view.site_path
