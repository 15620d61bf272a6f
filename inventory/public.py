"""Inventory's door for the storeys above: what joins their transactions, and where lots came from."""

from inventory.engine.terms import MoveKind
from inventory.selectors.genealogy import Direction, Trace, trace
from inventory.services.posting import Leg, Occasion
from inventory.services.posting import post as post_stock
from inventory.services.stock import add_storage

__all__ = ["Direction", "Leg", "MoveKind", "Occasion", "Trace", "add_storage", "post_stock", "trace"]
