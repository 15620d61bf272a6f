"""Default deny: every address names the permission it needs, or says why everybody may open it."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, path
from django.views import View

from mom.core import permissions
from mom.core.web.views import PUBLIC, SIGNED_IN

# Mounted whole, with guards of their own that tests/accounts walks.
GUARDED_ELSEWHERE = {"admin/": "Django's admin site asks AdminSite.has_permission for each of its pages"}


def addresses(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Every mounted address with its view."""
    for pattern in resolver.url_patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield route, pattern.callback
        else:
            yield from addresses(pattern, route)


def permission_problem(route: str, callback: Any) -> str:
    """What an address lacks; empty where it is guarded."""
    view = getattr(callback, "view_class", None) or getattr(callback, "cls", None) or callback
    given = getattr(callback, "view_initkwargs", None) or getattr(callback, "initkwargs", {})
    because = given.get("public_because") or getattr(view, "public_because", "")
    page = given.get("permission") or getattr(view, "permission", "")
    perms = getattr(view, "required_perms", {})
    asked = [page] if isinstance(page, str) and page else []
    if PUBLIC in asked or because:
        return "" if len(because) > 20 else f"{route}: a public address says why, in `public_because`."
    asked += perms.values()
    actions = getattr(callback, "actions", None) or {}
    missing = [action for action in actions.values() if action not in perms]
    if missing:
        return f"{route}: {view.__name__}.required_perms lacks {missing}."
    if not asked:
        return f"{route}: {view.__module__}.{view.__name__} names no permission."
    unknown = [name for name in asked if name != SIGNED_IN and not permissions.is_declared(name)]
    return f"{route}: nobody declares {unknown}." if unknown else ""


def test_address_has_a_permission_or_a_reason() -> None:
    found = [
        permission_problem(route, callback)
        for route, callback in addresses(get_resolver())
        if not any(route.startswith(prefix) for prefix in GUARDED_ELSEWHERE)
    ]
    assert [problem for problem in found if problem] == []


def test_address_is_mounted_once() -> None:
    routes = [route for route, _ in addresses(get_resolver())]
    assert sorted({route for route in routes if routes.count(route) > 1}) == []


class Open(View):
    """A view that asks nothing."""


class Excused(View):
    public_because = "It says nothing that is not on the door already."


class Misspelt(View):
    permission = "plant.view_equipmint"


class Unreasoned(View):
    permission = PUBLIC


@pytest.mark.parametrize(
    ("view", "is_guarded"), [(Open, False), (Misspelt, False), (Unreasoned, False), (Excused, True)]
)
def test_address_check_finds_what_is_open(view: type[View], is_guarded: bool) -> None:
    assert (permission_problem("seeded/", path("seeded/", view.as_view()).callback) == "") is is_guarded
