"""Row scope: what an actor may see is decided in the query, never after it."""

from typing import TypeVar

from django.db.models import Model, QuerySet

from mom.core.actor import Actor

M = TypeVar("M", bound=Model)


def for_actor(rows: QuerySet[M], actor: Actor, permission: str) -> QuerySet[M]:
    """Those of `rows` (with a `site`) that lie at sites where the actor has `permission`."""
    codes = actor.sites_with(permission)
    return rows if codes is None else rows.filter(site__code__in=sorted(codes))
