"""Sites."""

from typing import Any

from mom.accounts.models import Site
from mom.accounts.permissions import MANAGE_SITES
from mom.accounts.services.checks import checked
from mom.core.actor import EVERY_SITE, Actor
from mom.core.use_case import UseCase, use_case

CHANGEABLE = ("name", "time_zone", "currency", "is_active")


def site_create(actor: Actor, *, code: str, name: str, time_zone: str = "UTC", currency: str = "EUR") -> Site:
    """Add a site. Raises: NotAllowed, InvalidInput."""
    with use_case(actor) as act:
        act.require(MANAGE_SITES, EVERY_SITE)
        return add_site(act, code=code, name=name, time_zone=time_zone, currency=currency)


def add_site(act: UseCase, **values: Any) -> Site:
    """Add a site. Joins the caller's transaction. Raises: InvalidInput."""
    site = checked(Site(**values))
    site.save()
    act.record("accounts.site_created", subject=site, site=site.code, after=values)
    return site


def site_change(actor: Actor, code: str, reason: str = "", **changes: Any) -> Site:
    """Change what may change of a site: its code never does. Raises: NotAllowed, InvalidInput, Site.DoesNotExist."""
    with use_case(actor, reason) as act:
        act.require(MANAGE_SITES, EVERY_SITE)
        site = Site.objects.select_for_update().get(code=code)
        before = {name: getattr(site, name) for name in changes if name in CHANGEABLE}
        for name in before:
            setattr(site, name, changes[name])
        checked(site).save(update_fields=list(before))
        act.record("accounts.site_changed", subject=site, site=site.code, before=before, after=changes)
    return site
