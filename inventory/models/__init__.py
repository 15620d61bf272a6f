"""Inventory's own records. One noun a file; import models from here."""

from inventory.models.installation import Installation
from inventory.models.stock_move import StockBalance, StockMove
from inventory.models.stock_reservation import StockReservation
from inventory.models.storage import StorageLocation

__all__ = ["Installation", "StockBalance", "StockMove", "StockReservation", "StorageLocation"]
