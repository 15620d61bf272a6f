"""Inventory's door for the storeys above: what joins their transactions, and where lots came from."""

from inventory.engine.terms import MoveKind
from inventory.permissions import ADJUST_STOCK
from inventory.selectors.genealogy import Direction, Trace, trace
from inventory.selectors.job_needs import Need, needs_of
from inventory.selectors.stock import known_acts, storage_at
from inventory.services.job_material import take_reserved
from inventory.services.posting import Leg, Occasion
from inventory.services.posting import post as post_stock
from inventory.services.stock import add_storage
from inventory.services.stock_reservation import Short, let_go_of, reserve_for

__all__ = [
    "ADJUST_STOCK",
    "Direction",
    "Leg",
    "MoveKind",
    "Need",
    "Occasion",
    "Short",
    "Trace",
    "add_storage",
    "known_acts",
    "let_go_of",
    "needs_of",
    "post_stock",
    "reserve_for",
    "storage_at",
    "take_reserved",
    "trace",
]
