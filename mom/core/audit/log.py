"""The audit trail as people read it: the entries of a site, and the row versions that one of them left."""

from typing import Any

from django.apps import apps
from django.db.models import QuerySet

from mom.core.actor import EVERY_SITE, Actor
from mom.core.errors import NotFound
from mom.core.models import AuditEntry, RowVersion
from mom.core.models.audit import NO_SITE
from mom.core.permissions_declared import VIEW_AUDIT_TRAIL

MOST_VERSIONS = 20


def entry_list(actor: Actor, site: str) -> QuerySet[AuditEntry]:
    """The entries of a site; what belongs to no site (people, roles) is seen by who may see every site's trail."""
    if not actor.may(VIEW_AUDIT_TRAIL, site):
        return AuditEntry.objects.none()
    chains = [site, NO_SITE] if actor.may(VIEW_AUDIT_TRAIL, EVERY_SITE) else [site]
    return AuditEntry.objects.filter(chain__in=chains)


def entry_get(actor: Actor, site: str, pk: int) -> AuditEntry:
    """One entry. Raises: NotFound, also for another site's."""
    entry = entry_list(actor, site).filter(pk=pk).first()
    if entry is None:
        raise NotFound
    return entry


def versions_of(entry: AuditEntry) -> list[RowVersion]:
    """The versions of its subject's row that came with the same request; none where the subject is no row of ours."""
    try:
        model: Any = apps.get_model(entry.subject_type)
    except (LookupError, ValueError):
        return []
    if not entry.request_id:
        return []
    rows = RowVersion.objects.filter(
        table_name=model._meta.db_table, row_id=entry.subject_id, request_id=entry.request_id
    )
    return list(rows.order_by("id")[:MOST_VERSIONS])
