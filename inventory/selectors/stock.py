"""What lies where, and which acts of the ledger are known."""

from collections.abc import Iterable
from uuid import UUID

from inventory.models import StockMove, StorageLocation
from mom.plant.models import Equipment


def storage_at(equipment: Equipment) -> StorageLocation | None:
    """The store that a place of the equipment tree is, if it is one."""
    return StorageLocation.objects.select_related("site", "equipment").filter(equipment=equipment).first()


def known_acts(keys: Iterable[UUID]) -> set[UUID]:
    """Which of these acts were posted already. One statement."""
    found = StockMove.objects.filter(move_group__in=list(keys)).values_list("move_group", flat=True)
    return set(found)
