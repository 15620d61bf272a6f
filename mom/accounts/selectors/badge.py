"""Who holds which badge, and whether they have a PIN; the PIN itself is nobody's to read."""

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Case, Exists, OuterRef, Q, QuerySet, Value, When

from mom.accounts.models import Badge, Membership, Pin, Site, User
from mom.accounts.permissions import VIEW_USER
from mom.core.actor import Actor
from mom.core.errors import NotFound

PIN_NONE, PIN_ONCE, PIN_OWN = "none", "once", "own"


def person_list(actor: Actor, site: Site) -> QuerySet[User]:
    """The people with a role at the site, with the codes of their valid badges and the state of their PIN.

    Nobody where the actor may not see people there.
    """
    if not actor.may(VIEW_USER, site.code):
        return User.objects.none()
    roles = Membership.objects.filter(Q(site=site) | Q(site=None), user=OuterRef("pk"))
    pin = Pin.objects.filter(user=OuterRef("pk"))
    return User.objects.filter(Exists(roles)).annotate(
        badge_codes=ArrayAgg(
            "badges__code", filter=Q(badges__isnull=False, badges__revoked_at__isnull=True), default=Value([])
        ),
        pin_state=Case(
            When(Exists(pin.filter(is_one_time=True)), then=Value(PIN_ONCE)),
            When(Exists(pin), then=Value(PIN_OWN)),
            default=Value(PIN_NONE),
        ),
    )


def person_get(actor: Actor, site: Site, username: str) -> User:
    """One of them by sign-in name. Raises: NotFound."""
    user = person_list(actor, site).filter(username=username).first()
    if user is None:
        raise NotFound
    return user


def badge_list(actor: Actor) -> QuerySet[Badge]:
    """The badges that the actor may see: those of people with a role at a site where they may see people."""
    rows = Badge.objects.select_related("user")
    sites = actor.sites_with(VIEW_USER)
    if sites is None:
        return rows
    member = Membership.objects.filter(Q(site__code__in=sites) | Q(site=None), user=OuterRef("user"))
    return rows.filter(Exists(member)) if sites else rows.none()


def badges_of(user: User, site: Site, actor: Actor) -> list[Badge]:
    """The badges of a person, newest first, with those that were revoked."""
    return list(badge_list(actor).filter(user=user)[:50]) if actor.may(VIEW_USER, site.code) else []
