"""Versions of how products are made, with their operations and materials."""

from django.db.models import Count, Prefetch, QuerySet

from mom.accounts.models import Site
from mom.core.actor import Actor
from mom.core.errors import NotFound
from mom.plant.selectors.scope import for_actor
from mom.work.permissions import VIEW
from production.models import InstructionStep, MaterialSpecification, OperationsDefinition, OperationsSegment


def with_parts(rows: QuerySet[OperationsDefinition]) -> QuerySet[OperationsDefinition]:
    """The same with operations, materials and steps: three statements more for however many."""
    materials = MaterialSpecification.objects.select_related("material").order_by("position")
    steps = InstructionStep.objects.select_related("picture").order_by("position")
    segments = OperationsSegment.objects.select_related("equipment").order_by("sequence")
    parts = Prefetch("segments", segments.prefetch_related(Prefetch("materials", materials), Prefetch("steps", steps)))
    return rows.select_related("site", "material").prefetch_related(parts)


def definition_list(actor: Actor, site: Site) -> QuerySet[OperationsDefinition]:
    """Every version at the site, with `operations`, how many it has. No statement of its own."""
    rows = for_actor(OperationsDefinition.objects.filter(site=site), actor, VIEW)
    return rows.select_related("material").annotate(operations=Count("segments"))


def definition_get(actor: Actor, site: Site, code: str, number: int) -> OperationsDefinition:
    """One version with its parts. Raises: NotFound."""
    rows = for_actor(OperationsDefinition.objects.filter(site=site), actor, VIEW)
    found = with_parts(rows).filter(code=code, number=number).first()
    if found is None:
        raise NotFound
    return found


def versions_of(definition: OperationsDefinition) -> list[OperationsDefinition]:
    """All versions of its code, newest first. One statement."""
    rows = OperationsDefinition.objects.filter(site=definition.site_id, code=definition.code)
    return list(rows.order_by("-number")[:50])
