"""P33 on pages: every page, every role, two sites; owner, colleague and outsider."""

import re
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from mom.accounts.engine.roles import BUILTIN_ROLES
from mom.accounts.models import Role, Site, User
from mom.core.web.views import PUBLIC, SIGNED_IN, PageMixin
from tests.factories.accounts import make_membership, make_user

ROLES = [role.code for role in BUILTIN_ROLES]
# A page whose door is its own and more than a permission; each says why.
OTHER_DOORS = {
    "accounts:switch_site": "any person's own sites; it answers 404 for others",
}
# Badges and PINs belong to a person, not to a site: a right at one site opens none of these.
AT_EVERY_SITE = {"accounts:badge_issue", "accounts:pin_give", "accounts:badge_revoke", "accounts:badge_replace"}
# What stands in an address before its right is asked, because nothing else is an address of ours.
THERE = {"start:step": {"step": "machine"}}
MISSING: dict[str, object] = {"int": 999_999_999, "str": "nothing-here", "slug": "nothing-here", "uuid": "0" * 32}


class PageRoute:
    """One address of the pages, with the permission that it declares."""

    def __init__(self, name: str, pattern: URLPattern, view: type[PageMixin], permission: str) -> None:
        self.name, self.pattern, self.view, self.permission = name, pattern, view, permission

    def __str__(self) -> str:
        return self.name

    @property
    def address(self) -> str:
        """With something that is not there in each parameter."""
        kinds = {
            name: re.sub(r"Converter$", "", type(kind).__name__).lower()
            for name, kind in self.pattern.pattern.converters.items()
        }
        kinds = {name: {"string": "str"}.get(kind, kind) for name, kind in kinds.items()}
        if self.name in THERE:
            return reverse(self.name, kwargs=THERE[self.name])
        return reverse(self.name, kwargs={name: MISSING.get(kind, "nothing-here") for name, kind in kinds.items()})

    def takes(self, method: str) -> bool:
        return hasattr(self.view, method) and method in self.view.http_method_names


def page_routes(resolver: URLResolver | None = None, space: str = "") -> Iterator[PageRoute]:
    """Every page of ours; the API and the administration pages have matrices of their own."""
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            if pattern.namespace not in {"api", "admin"}:
                yield from page_routes(pattern, pattern.namespace or space)
            continue
        view = getattr(pattern.callback, "view_class", None)
        if view is not None and issubclass(view, PageMixin):
            given = getattr(pattern.callback, "view_initkwargs", {})
            name = f"{space}:{pattern.name}" if space else str(pattern.name)
            yield PageRoute(name, pattern, view, str(given.get("permission") or view.permission))


PAGES = list(page_routes())


def signed_in(user: User) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(user, backend="mom.accounts.backends.PasswordBackend")
    return client


def ask(client: Client, page: PageRoute, method: str) -> int:
    """The status of an empty request to a thing that is not there."""
    return int(getattr(client, method)(page.address).status_code)


def wrong_doors(user: User, held: set[str], methods: tuple[str, ...] = ("get", "post")) -> list[str]:
    """Where a page opens to who lacks its right or stays shut to who holds it, by these methods or the one it takes."""
    client, wrong = signed_in(user), []
    for page in PAGES:
        if page.permission == PUBLIC or page.name in OTHER_DOORS:
            continue
        is_open = page.permission == SIGNED_IN or (page.permission in held and page.name not in AT_EVERY_SITE)
        for method in [each for each in methods if page.takes(each)] or ["post"]:
            status = ask(client, page, method)
            is_refused = status == 403
            # Who may look may still be refused an act by its service; who may not look is refused everything.
            if status >= 500 or (not is_open and not is_refused) or (is_open and is_refused and method == "get"):
                wrong.append(f"{method.upper()} {page} ({page.permission}): {status}")
            if method == "post" and "_auth_user_id" not in client.session:
                client = signed_in(user)
    return wrong


def test_P33_pages_are_found() -> None:
    assert {"plant:machine_list", "web:audit_log", "accounts:approval_rule"} <= {page.name for page in PAGES}
    assert all(page.permission for page in PAGES)


@pytest.mark.django_db
@pytest.mark.parametrize("code", ROLES)
def test_P33_role_opens_exactly_the_pages_of_its_rights(code: str, site: Site) -> None:
    user, role = make_user("member"), Role.objects.get(code=code)
    make_membership(user, role, site)
    assert wrong_doors(user, set(role.permissions), ("get",)) == []


def test_P33_owner_opens_every_page_and_colleague_those_for_looking(owner: User, colleague: User) -> None:
    for person in (owner, colleague):
        held = set(Role.objects.get(memberships__user=person).permissions)
        assert wrong_doors(person, held) == []


@pytest.mark.django_db
def test_P33_stranger_is_sent_to_the_sign_in_and_who_has_no_role_is_refused() -> None:
    loner, wrong = signed_in(make_user("loner")), []
    for page in PAGES:
        if page.permission == PUBLIC or page.name in OTHER_DOORS:
            continue
        method = "get" if page.takes("get") else "post"
        stranger, refused = getattr(Client(), method)(page.address), ask(loner, page, method)
        if stranger.status_code != 302 or "/sign-in/" not in stranger.headers["Location"] or refused != 403:
            wrong.append(f"{page}: {stranger.status_code} {refused}")
    assert wrong == []


def test_P33_thing_of_another_site_is_answered_on_its_page_like_a_missing_one(owner: User, other_site: Site) -> None:
    from tests.costs.addresses import arguments_of
    from tests.costs.grown_plant import GrownPlant

    stranger = make_user("dora", site=other_site, permissions=["plant.view"])
    plant = GrownPlant(other_site, stranger)
    client, wrong = signed_in(owner), []
    for page in PAGES:
        if page.name in NO_THING_OF_A_SITE or not page.pattern.pattern.converters or not page.takes("get"):
            continue
        try:
            found = arguments_of(page.name, page.pattern, plant)
        except AssertionError:
            continue  # tests/costs asks what stands there
        for arguments in found:
            foreign = client.get(reverse(page.name, kwargs=arguments)).status_code
            if foreign != ask(client, page, "get") or (foreign != 404 and page.name not in EMPTY_FORMS):
                wrong.append(f"{page} {arguments}: {foreign}")
    assert wrong == [], "\n".join(wrong)


# says nothing of the thing, which is looked for when the form is sent
EMPTY_FORMS = {"plant:rate_end", "production:ideal_cycle_end", "analytics:target_end"}
NO_THING_OF_A_SITE = {
    "plant:add": "the noun of a form, the same everywhere",
    "erp:table_template": "an empty list of a kind, the same everywhere",
    "start:step": "a step of the first hour, the same everywhere",
    "web:number_range": "a kind of number, the same everywhere",
    "analytics:shift_note": "a note on the reader's own shift",
    "analytics:kpi_detail": "a figure's definition, the same everywhere",
    "analytics:kpi_export": "a figure's values at the reader's own site",
    "analytics:why": "a figure's values at the reader's own site",
    "accounts:approval_rule": "a class of records, the same everywhere",
}
