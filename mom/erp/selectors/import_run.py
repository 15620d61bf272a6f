"""Imports as people may see them."""

from django.db.models import QuerySet

from mom.core.actor import Actor
from mom.core.errors import NotFound
from mom.core.models import TaskRunIssue
from mom.erp.models import ImportRun, StagedRow
from mom.erp.permissions import VIEW_IMPORT
from mom.plant.selectors.scope import for_actor


def import_list(actor: Actor, site_code: str | None = None) -> QuerySet[ImportRun]:
    """The imports of the sites (or the one site) where the actor may see imports, the newest first."""
    rows = ImportRun.objects.select_related("site", "check_task", "apply_task").defer("mapping_text", "header")
    rows = for_actor(rows, actor, VIEW_IMPORT)
    return rows if site_code is None else rows.filter(site__code=site_code)


def import_get(actor: Actor, site_code: str, pk: int) -> ImportRun:
    """One import of the site. Raises: NotFound, also where the actor may not see it."""
    found = import_list(actor, site_code).defer(None).filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


def issue_list(run: ImportRun) -> QuerySet[TaskRunIssue]:
    """What the import refused or changed, by line."""
    return TaskRunIssue.objects.filter(run=run.check_task_id).order_by("line", "id")


def preview(run: ImportRun, rows: int = 10) -> list[StagedRow]:
    """The first rows that would go in, as the mapping reads them; none once they are in."""
    return list(StagedRow.objects.filter(run=run).order_by("line")[:rows])
