"""Enrolled devices as people look at them."""

from typing import Any

from django.db.models import QuerySet

from mom.accounts.models import Device, Site
from mom.accounts.permissions import VIEW_DEVICE
from mom.core.actor import Actor
from mom.core.errors import NotFound


def device_list(actor: Actor, site: Site | None = None) -> QuerySet[Device]:
    """The devices that the actor may see, those in use first; at one site where it is named."""
    rows: QuerySet[Device] = Device.objects.select_related("site", "use")
    sites = actor.sites_with(VIEW_DEVICE)
    if sites is not None:
        rows = rows.filter(site__code__in=sites)
    return rows if site is None else rows.filter(site=site)


def device_get(actor: Actor, site: Site, pk: Any) -> Device:
    """One device of the site. Raises: NotFound."""
    device = device_list(actor, site).filter(pk=pk).first()
    if device is None:
        raise NotFound
    return device
