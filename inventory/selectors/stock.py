"""What lies where, and which acts of the ledger are known."""

from collections.abc import Iterable
from uuid import UUID

from inventory.models import StockBalance, StockMove, StorageLocation
from mom.plant.models import Equipment, MaterialDefinition, MaterialLot


def storage_at(equipment: Equipment) -> StorageLocation | None:
    """The store that a place of the equipment tree is, if it is one."""
    return StorageLocation.objects.select_related("site", "equipment").filter(equipment=equipment).first()


def known_acts(keys: Iterable[UUID]) -> set[UUID]:
    """Which of these acts were posted already. One statement."""
    found = StockMove.objects.filter(move_group__in=list(keys)).values_list("move_group", flat=True)
    return set(found)


def stock_of(subject: MaterialLot | MaterialDefinition) -> list[StockBalance]:
    """What lies where of a lot, or of a material by lot; empty places left out. One statement."""
    of_what = {"lot": subject} if isinstance(subject, MaterialLot) else {"definition": subject}
    rows = StockBalance.objects.filter(**of_what).exclude(quantity=0)
    rows = rows.select_related("location__equipment", "lot", "sublot", "definition")
    return list(rows.order_by("location__equipment__code", "lot__code", "sublot__code")[:50])
