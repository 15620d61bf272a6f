"""What falls from a mould in one cycle: the parts of its open cavities."""

from collections import Counter
from datetime import datetime

from django.db.models import Exists, OuterRef, Q

from mom.plant.engine.terms import AssetKind
from mom.plant.models import AssetAssignment, CavityBlock, Equipment, MouldCavity, PhysicalAsset


def mould_on(equipment: Equipment, at: datetime) -> PhysicalAsset | None:
    """The mould that was mounted on a machine at an instant. One statement."""
    assignment = (
        AssetAssignment.objects.filter(equipment=equipment, asset__kind=AssetKind.MOULD, mounted_at__lte=at)
        .filter(Q(dismounted_at=None) | Q(dismounted_at__gt=at))
        .select_related("asset")
        .order_by("-mounted_at")
        .first()
    )
    return assignment.asset if assignment else None


def pieces_per_cycle(mould: PhysicalAsset, at: datetime) -> dict[int, int]:
    """Material definition id -> pieces that fall in one cycle at that instant; 0 where all its cavities are closed."""
    closed = CavityBlock.objects.filter(cavity=OuterRef("pk"), started_at__lte=at)
    closed = closed.filter(Q(ended_at=None) | Q(ended_at__gt=at))
    cavities = MouldCavity.objects.filter(asset=mould).annotate(is_closed=Exists(closed))
    pieces: Counter[int] = Counter()
    for definition_id, is_closed in cavities.values_list("definition_id", "is_closed"):
        pieces[definition_id] += 0 if is_closed else 1
    return dict(pieces)


def cavity_changes(mould: PhysicalAsset, start: datetime, end: datetime) -> list[datetime]:
    """The instants inside (start, end) at which a cavity was closed or opened, in order. One statement."""
    blocks = CavityBlock.objects.filter(cavity__asset=mould, started_at__lt=end)
    blocks = blocks.filter(Q(ended_at=None) | Q(ended_at__gt=start))
    edges = {edge for pair in blocks.values_list("started_at", "ended_at") for edge in pair if edge is not None}
    return sorted(edge for edge in edges if start < edge < end)
