"""List imports as people may see them."""

from django.db.models import QuerySet

from mom.core.actor import Actor
from mom.core.errors import NotFound
from mom.erp.models import TableImport
from mom.erp.permissions import VIEW_IMPORT
from mom.plant.selectors.scope import for_actor


def table_list(actor: Actor, site_code: str | None = None) -> QuerySet[TableImport]:
    """The lists of the sites (or the one site) where the actor may see imports, the newest first. Without the file."""
    rows = for_actor(TableImport.objects.select_related("site", "apply_task"), actor, VIEW_IMPORT)
    return rows if site_code is None else rows.filter(site__code=site_code)


def table_get(actor: Actor, site_code: str, pk: int) -> TableImport:
    """One list of the site, with its file. Raises: NotFound, also where the actor may not see it."""
    found = table_list(actor, site_code).select_related("blob").filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found
