"""Named things of the plant by code, and lists of them, always within the actor's rights and one site."""

from typing import TypeVar

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from mom.accounts.models import Site
from mom.core.actor import Actor
from mom.core.errors import NotFound
from mom.plant import permissions
from mom.plant.models import SiteOwned
from mom.plant.selectors.scope import for_actor

M = TypeVar("M", bound=SiteOwned)


def row_list(actor: Actor, model: type[M], site: Site) -> QuerySet[M]:
    """The site's rows of a noun that the actor may see, active or not."""
    return for_actor(model._default_manager.filter(site=site), actor, permissions.VIEW)


def row_get(actor: Actor, model: type[M], site: Site, code: str, *related: str) -> M:
    """One row by its code, with its site and `related` rows, in one statement. Raises: NotFound."""
    row = row_list(actor, model, site).filter(code=code).select_related("site", *related).order_by().first()
    if row is None:
        raise NotFound(
            _("There is no %(noun)s %(code)s at this site. Check the code, or choose another site.")
            % {"noun": model._meta.verbose_name, "code": code}
        )
    return row
