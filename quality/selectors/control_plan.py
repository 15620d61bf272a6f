"""Versions of control plans, with their characteristics."""

from django.db.models import Count, Prefetch, QuerySet

from mom.accounts.models import Site
from mom.core.actor import Actor
from mom.core.errors import NotFound
from mom.plant.selectors.scope import for_actor
from quality import permissions
from quality.models import Characteristic, ControlPlan


def with_characteristics(rows: QuerySet[ControlPlan]) -> QuerySet[ControlPlan]:
    """The same with their characteristics: one statement more for however many."""
    parts = Characteristic.objects.select_related("equipment").order_by("position")
    return rows.select_related("site", "material").prefetch_related(Prefetch("characteristics", parts))


def plan_list(actor: Actor, site: Site) -> QuerySet[ControlPlan]:
    """Every version at the site, with `many`, how many characteristics it has. No statement of its own."""
    rows = for_actor(ControlPlan.objects.filter(site=site), actor, permissions.VIEW)
    return rows.select_related("material").annotate(many=Count("characteristics"))


def plan_get(actor: Actor, site: Site, code: str, number: int) -> ControlPlan:
    """One version with its characteristics. Raises: NotFound."""
    rows = for_actor(ControlPlan.objects.filter(site=site), actor, permissions.VIEW)
    found = with_characteristics(rows).filter(code=code, number=number).first()
    if found is None:
        raise NotFound
    return found


def versions_of(plan: ControlPlan) -> list[ControlPlan]:
    """All versions of its code, newest first. One statement."""
    return list(ControlPlan.objects.filter(site=plan.site_id, code=plan.code).order_by("-number")[:50])
