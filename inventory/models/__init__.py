"""Inventory's own records. One noun a file; import models from here."""

from inventory.models.installation import Installation
from inventory.models.lot_hold import HeldLot, LotHold
from inventory.models.stock_move import StockBalance, StockMove
from inventory.models.stock_reservation import StockReservation
from inventory.models.storage import StorageLocation

__all__ = [
    "HeldLot",
    "Installation",
    "LotHold",
    "StockBalance",
    "StockMove",
    "StockReservation",
    "StorageLocation",
]
