"""Targets as pages and figures read them: what holds at an instant, and the nearest one up the tree."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q, QuerySet

from analytics import permissions
from analytics.engine.targets import TargetLine, TargetPeriod, nearest
from analytics.models import KpiTarget
from mom.accounts.models import Site
from mom.core.actor import Actor
from mom.plant.models import Equipment
from mom.plant.selectors.scope import for_actor

MOST_STOREYS = 12


def target_list(actor: Actor, site: Site) -> QuerySet[KpiTarget]:
    """The targets of a site with what they are of."""
    rows = for_actor(KpiTarget.objects.filter(site=site), actor, permissions.VIEW)
    return rows.select_related("equipment", "definition")


@dataclass(frozen=True)
class Targets:
    """The targets of a site that hold at an instant, with the tree to look them up in."""

    lines: Sequence[TargetLine] = ()
    parents: Mapping[int, int | None] = field(default_factory=dict)

    def of(
        self,
        kpi: str,
        equipment_id: int | None = None,
        definition_id: int | None = None,
        period: TargetPeriod = TargetPeriod.ANY,
    ) -> TargetLine | None:
        """The nearest one: of the material, of the machine, of what it stands in, of the site."""
        return nearest(self.lines, kpi, self.chain(equipment_id), definition_id, period)

    def chain(self, equipment_id: int | None) -> list[int]:
        """A machine and what it stands in, inside out."""
        chain: list[int] = []
        at = equipment_id
        while at is not None and at not in chain and len(chain) < MOST_STOREYS:
            chain.append(at)
            at = self.parents.get(at)
        return chain


def targets_at(site: Site, at: datetime, kpis: Collection[str] | None = None) -> Targets:
    """Everything that holds at an instant. Two statements; one where the site has no target of a place."""
    rows = KpiTarget.objects.filter(site=site, valid_from__lte=at).filter(Q(valid_until=None) | Q(valid_until__gt=at))
    if kpis is not None:
        rows = rows.filter(kpi__in=list(kpis))
    columns = ("pk", "kpi", "value", "period", "equipment_id", "definition_id")
    lines = [
        TargetLine(pk, kpi, value, TargetPeriod(period), equipment, definition)
        for pk, kpi, value, period, equipment, definition in rows.values_list(*columns)
    ]
    parents: dict[int, int | None] = {}
    if any(line.equipment_id is not None for line in lines):
        parents = dict(Equipment.objects.filter(site=site).order_by().values_list("pk", "parent_id"))
    return Targets(lines, parents)


def target_for(
    site: Site,
    kpi: str,
    at: datetime,
    equipment_id: int | None = None,
    definition_id: int | None = None,
    period: TargetPeriod = TargetPeriod.ANY,
) -> TargetLine | None:
    """The target that a figure of this place, material and stretch is judged by. Two statements at most."""
    return targets_at(site, at, [kpi]).of(kpi, equipment_id, definition_id, period)
