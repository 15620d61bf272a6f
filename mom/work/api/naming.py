"""From the codes in a body to the rows they name, within the job's site; every wrong one is told at its field."""

from typing import Any, TypeVar

from django.db.models import Model
from django.utils.translation import gettext as _

from mom.accounts.models import Site
from mom.accounts.selectors.site import active_site
from mom.core.actor import Actor
from mom.core.errors import InvalidInput
from mom.work import permissions

M = TypeVar("M", bound=Model)


def named(model: type[M], site_id: int, code: str, field: str, **more: Any) -> M:
    """The row of that code at the site. Raises: InvalidInput at `field`."""
    row = model._default_manager.filter(site_id=site_id, code=code, **more).order_by("pk").first()
    if row is None:
        raise InvalidInput({field: [_("This site has none with the code %(code)s.") % {"code": code}]})
    return row


def site_of(actor: Actor, code: str) -> Site:
    """A site at which the asker may see work. Raises: InvalidInput at `site`."""
    site = active_site(code)
    if site is None or not actor.may(permissions.VIEW, site.code):
        raise InvalidInput({"site": [_("There is no such site, or none of yours.")]})
    return site
