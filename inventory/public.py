"""Inventory's door for the storeys above: what joins their transactions, and where lots came from."""

from inventory.engine.terms import MoveKind
from inventory.permissions import ADJUST_STOCK
from inventory.selectors.genealogy import Direction, Trace, trace
from inventory.selectors.stock import known_acts, storage_at
from inventory.services.posting import Leg, Occasion
from inventory.services.posting import post as post_stock
from inventory.services.stock import add_storage

__all__ = [
    "ADJUST_STOCK",
    "Direction",
    "Leg",
    "MoveKind",
    "Occasion",
    "Trace",
    "add_storage",
    "known_acts",
    "post_stock",
    "storage_at",
    "trace",
]
