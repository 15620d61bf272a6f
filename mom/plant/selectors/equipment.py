"""Equipment as people look at it: machines and stations, and the tree in which they stand."""

from dataclasses import dataclass, field

from django.db.models import Q, QuerySet

from mom.accounts.models import Site
from mom.core.actor import Actor
from mom.plant.engine.terms import WORK_UNIT_LEVELS, EquipmentLevel
from mom.plant.models import AssetAssignment, Equipment
from mom.plant.selectors.master_data import row_get, row_list

ABOVE = "parent__parent__parent"
"""How far up a machine's area is looked for: work center, area, site."""


@dataclass(frozen=True)
class Node:
    """An equipment with what stands below it, in the order of the plant."""

    equipment: Equipment
    depth: int
    children: list["Node"] = field(default_factory=list)


def machine_list(actor: Actor, site: Site) -> QuerySet[Equipment]:
    """What does work itself: machines and stations, with what stands above them and their calendar."""
    rows = row_list(actor, Equipment, site).filter(level__in=WORK_UNIT_LEVELS)
    return rows.select_related(ABOVE, "calendar").order_by("parent__position", "parent__code", "position", "code")


def equipment_get(actor: Actor, site: Site, code: str) -> Equipment:
    """One equipment by its code. One statement. Raises: NotFound."""
    return row_get(actor, Equipment, site, code, ABOVE, "calendar")


def area_of(equipment: Equipment) -> Equipment | None:
    """The nearest area above; where there is none, whatever it stands in; None at the top."""
    above: Equipment | None = equipment.parent
    while above is not None and above.level != EquipmentLevel.AREA and above.parent_id is not None:
        above = above.parent
    if above is None or above.level != EquipmentLevel.AREA:
        above = equipment.parent
    return above


def area_list(actor: Actor, site: Site) -> QuerySet[Equipment]:
    """The areas of the site, in the order of the plant."""
    return row_list(actor, Equipment, site).filter(level=EquipmentLevel.AREA).order_by("position", "code")


def within(area: Equipment) -> Q:
    """What stands below `area`, up to three levels down."""
    return Q(parent=area) | Q(parent__parent=area) | Q(parent__parent__parent=area)


def equipment_tree(actor: Actor, site: Site) -> list[Node]:
    """The whole tree of the site from its tops. One statement, whatever its size."""
    rows = list(row_list(actor, Equipment, site).select_related("calendar").order_by("position", "code"))
    below: dict[int | None, list[Equipment]] = {}
    for row in rows:
        below.setdefault(row.parent_id, []).append(row)

    def grown(parent: int | None, depth: int) -> list[Node]:
        return [Node(row, depth, grown(row.pk, depth + 1)) for row in below.get(parent, [])]

    return grown(None, 0)


def flat(nodes: list[Node]) -> list[Node]:
    """The nodes of a tree from top to bottom, each before what stands below it."""
    return [each for node in nodes for each in (node, *flat(node.children))]


def mounted_on(equipment: Equipment) -> QuerySet[AssetAssignment]:
    """The assets that are mounted on an equipment now."""
    rows = AssetAssignment.objects.filter(equipment=equipment, dismounted_at=None)
    return rows.select_related("asset").order_by("asset__kind", "asset__code")
