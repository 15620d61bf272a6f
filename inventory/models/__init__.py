"""Inventory's own records. One noun a file; import models from here."""

from inventory.models.cycle_count import CountClass, CountEntry, CountLine, CycleCount
from inventory.models.installation import Installation
from inventory.models.lot_hold import HeldLot, LotHold
from inventory.models.lot_in_place import LotInPlace
from inventory.models.stock_move import StockBalance, StockMove
from inventory.models.stock_reservation import StockReservation
from inventory.models.stock_transfer import HomePlace, StockTransfer
from inventory.models.storage import StorageLocation

__all__ = [
    "CountClass",
    "CountEntry",
    "CountLine",
    "CycleCount",
    "HeldLot",
    "HomePlace",
    "Installation",
    "LotHold",
    "LotInPlace",
    "StockBalance",
    "StockMove",
    "StockReservation",
    "StockTransfer",
    "StorageLocation",
]
