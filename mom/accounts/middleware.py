"""Who acts and at which site, on every request, read only where a view asks."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from mom.accounts.models import Membership, Site, User
from mom.accounts.selectors import actor_for_user, membership_list, site_list_for_memberships
from mom.core.actor import Actor

SESSION_SITE = "site"


def nobody() -> Actor:
    """An actor who may do nothing: the one before sign-in."""
    return Actor(kind="user", id="", label="", permissions={})


class SiteMiddleware:
    """Sets `request.actor` and `request.site`, both lazily.

    The site is the session's (switched by POST only), else the first of the actor's sites; it is falsy where the actor
    has none. Rights are read anew on each request, so that a lock or a leave acts on the next one.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.memberships = SimpleLazyObject(lambda: memberships_of(request))  # type: ignore[attr-defined]
        request.actor = SimpleLazyObject(lambda: actor_of(request))  # type: ignore[attr-defined]
        request.sites = SimpleLazyObject(lambda: sites_of(request))  # type: ignore[attr-defined]
        request.site = SimpleLazyObject(lambda: site_of(request))  # type: ignore[assignment]
        return self.get_response(request)


def memberships_of(request: HttpRequest) -> list[Membership]:
    """What gives the signed-in person rights; read once a request."""
    return membership_list(request.user) if isinstance(request.user, User) else []


def actor_of(request: HttpRequest) -> Actor:
    """The signed-in person as an actor, or nobody."""
    user = request.user
    return actor_for_user(user, request.memberships) if isinstance(user, User) else nobody()  # type: ignore[attr-defined]


def sites_of(request: HttpRequest) -> list[Site]:
    """The sites between which this person may switch, by code."""
    return site_list_for_memberships(request.memberships)  # type: ignore[attr-defined]


def site_of(request: HttpRequest) -> Site | None:
    """The session's site while the person still belongs there, else the first one, else nothing."""
    sites: list[Site] = request.sites  # type: ignore[attr-defined]
    chosen = request.session.get(SESSION_SITE)
    return next((site for site in sites if site.code == chosen), sites[0] if sites else None)
