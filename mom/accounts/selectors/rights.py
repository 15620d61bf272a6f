"""Who may do what, read anew on every request: locking a person or ending a membership acts on the next one."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db.models import JSONField, Q, QuerySet
from django.db.models.expressions import RawSQL

from mom.accounts.engine.scopes import permissions_of_scopes
from mom.accounts.models import ApiToken, Membership, Site, User
from mom.accounts.selectors import known_roles
from mom.core import clock
from mom.core.actor import Actor
from mom.core.db.prepared import Prepared

EVERY_SITE = "*"


def membership_for_user(user: User, at: datetime) -> QuerySet[Membership]:
    """The memberships of a person that hold at an instant, with role and site in the same statement."""
    return (
        Membership.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=at), user=user, valid_from__lte=at)
        .select_related("role", "site")
        .order_by("site__code", "role__code")
    )


def membership_list(user: User) -> list[Membership]:
    """The memberships that grant this person something now: an inactive person has none. One statement."""
    return list(membership_for_user(user, clock.now())) if user.is_active else []


def membership_list_for_site(site: Site) -> QuerySet[Membership]:
    """Every role held at a site, now, before and to come, those of every site included."""
    return Membership.objects.filter(Q(site=site) | Q(site=None)).select_related("user", "role", "site")


def permissions_of(memberships: Iterable[Membership]) -> dict[str, frozenset[str]]:
    """Site code -> permission strings; `*` holds at every site. An inactive site grants nothing."""
    granted: dict[str, set[str]] = defaultdict(set)
    for membership in memberships:
        if membership.site is None:
            granted[EVERY_SITE].update(membership.role.permissions)
        elif membership.site.is_active:
            granted[membership.site.code].update(membership.role.permissions)
    return {code: frozenset(names) for code, names in granted.items()}


def actor_for_user(user: User, memberships: Iterable[Membership] | None = None) -> Actor:
    """The person as the use cases know them, in one statement; in none where the memberships were read already."""
    held = membership_list(user) if memberships is None else memberships
    return Actor(kind="user", id=str(user.pk), label=str(user), permissions=permissions_of(held))


def token_with_rights(digest: str, at: datetime) -> ApiToken | None:
    """A token by its digest: with its person, its last use, and in `held` the person's rights at an instant.

    `held`: of each membership the site's code, whether it holds everywhere, and what the role allows.
    """
    known = known_roles.known()
    token: Any = _TOKEN.first(digest=digest, at=at, roles=list(known))
    if token is not None:
        token.held = [
            (code, is_everywhere, known[version] if sent is None else known_roles.learn(version, sent))
            for code, is_everywhere, version, sent in token.held or ()
        ]
    found: ApiToken | None = token
    return found


def _with_rights(digest: str, at: datetime, roles: list[str]) -> QuerySet[ApiToken]:
    held = RawSQL(_HELD, [roles, at, at], JSONField())  # noqa: S611 - a constant
    return ApiToken.objects.select_related("user", "use").annotate(held=held).filter(digest=digest).order_by("pk")


_HELD = f"""(
    SELECT jsonb_agg(jsonb_build_array(s.code, m.site_id IS NULL, {known_roles.VERSION},
                    CASE WHEN {known_roles.VERSION} <> ALL (%s::text[]) THEN r.permissions END))
    FROM accounts_membership m JOIN accounts_role r ON r.id = m.role_id LEFT JOIN accounts_site s ON s.id = m.site_id
    WHERE m.user_id = accounts_apitoken.user_id AND m.valid_from <= %s AND (m.valid_to IS NULL OR m.valid_to > %s)
      AND (m.site_id IS NULL OR s.is_active)
)"""  # noqa: S608 - constants
_TOKEN = Prepared(_with_rights)


def actor_for_token(token: ApiToken) -> Actor:
    """The program as the use cases know it: what its scopes AND its person's roles allow, at its sites only.

    A token of `token_with_rights` costs no statement, another one costs one.
    """
    held = _rights_of(token)
    everywhere = held.pop(EVERY_SITE, frozenset())
    if token.sites:
        held = {code: held.get(code, frozenset()) | everywhere for code in token.sites}
    elif everywhere:
        held[EVERY_SITE] = everywhere
    scopes = frozenset(token.scopes)
    narrowed = {code: _narrowed(scopes, names) for code, names in held.items()}
    return Actor(
        kind="token",
        id=token.prefix,
        label=f"{token.user} ({token.name})",
        permissions={code: names for code, names in narrowed.items() if names},
    )


def _rights_of(token: ApiToken) -> dict[str, frozenset[str]]:
    if not hasattr(token, "held"):
        return permissions_of(membership_list(token.user))
    granted: dict[str, frozenset[str]] = {}
    for code, is_everywhere, names in token.held if token.user.is_active else ():
        place = EVERY_SITE if is_everywhere else code
        granted[place] = granted[place] | names if place in granted else names
    return granted


@lru_cache(maxsize=256)
def _narrowed(scopes: frozenset[str], held: frozenset[str]) -> frozenset[str]:
    """What scopes let through: the same for every request of a program, and hundreds of patterns to compare."""
    return permissions_of_scopes(scopes, held)


def site_list_for_memberships(memberships: Iterable[Membership]) -> list[Site]:
    """The active sites at which a person may do anything at all, by code. A statement only for who is at every site."""
    held = list(memberships)
    if any(membership.site is None for membership in held):
        return list(Site.objects.filter(is_active=True).order_by("code"))
    sites = {each.site.code: each.site for each in held if each.site and each.site.is_active and each.role.permissions}
    return [sites[code] for code in sorted(sites)]


def site_list_for_actor(actor: Actor) -> QuerySet[Site]:
    """The active sites at which the actor may do anything at all, by code."""
    sites = Site.objects.filter(is_active=True).order_by("code")
    if EVERY_SITE in actor.permissions:
        return sites
    return sites.filter(code__in=[code for code, names in actor.permissions.items() if names])
