"""From the codes and keys in a body to the rows they name; every wrong one is told at its field."""

from typing import Any

from django.db.models import Model
from django.utils.translation import gettext as _

from mom.accounts.models import Site
from mom.core.actor import Actor
from mom.core.errors import InvalidInput, NotAllowed
from mom.plant.selectors.scope import for_actor
from mom.work import permissions as work_permissions
from mom.work.models import JobOrder
from quality import permissions


def site_named(actor: Actor, code: str, permission: str) -> Site:
    """A site at which the asker has the right. Raises: InvalidInput at `site`, NotAllowed."""
    site = Site.objects.filter(code=code, is_active=True).first()
    if site is None or not actor.may(permissions.VIEW, site.code):
        raise InvalidInput({"site": [_("There is no such site, or none of yours.")]})
    if not actor.may(permission, site.code):
        raise NotAllowed
    return site


def one(model: type[Model], site_id: int, code: str, field: str, *related: str) -> Any:
    """The row of a site with that code. Raises: InvalidInput at `field`."""
    rows = model._default_manager.filter(site=site_id, code=code).select_related("site", *related)
    found = rows.order_by("pk").first()
    if found is None:
        raise InvalidInput({field: [_("This site has none with the code %(code)s.") % {"code": code}]})
    return found


def some(model: type[Model], site_id: int, codes: set[str], field: str) -> dict[str, Any]:
    """The rows of a site with these codes. One statement. Raises: InvalidInput at `field` for those that are none."""
    manager: Any = model._default_manager
    rows = {row.code: row for row in manager.filter(site=site_id, code__in=codes).select_related("site")}
    missing = sorted(codes - set(rows))
    if missing:
        names = ", ".join(missing[:10])
        raise InvalidInput({field: [_("This site has none with the code %(code)s.") % {"code": names}]})
    return rows


def job_named(actor: Actor, pk: int, field: str = "job_order") -> JobOrder:
    """A job that the asker may see. Raises: InvalidInput at `field`."""
    rows = for_actor(JobOrder.objects.all(), actor, work_permissions.VIEW).select_related("site", "equipment")
    job = rows.filter(pk=pk).order_by("pk").first()
    if job is None:
        raise InvalidInput({field: [_("There is no such job.")]})
    return job
