"""Inventory's door for the storeys above: what joins their transactions, and where lots came from."""

from inventory.engine.terms import MoveKind
from inventory.permissions import ADJUST_STOCK, CONSUME_STOCK, HOLD_LOTS, RELEASE_LOTS, VIEW
from inventory.selectors.counting import Accuracy, AccuracyAt, accuracy_by, judged_lines
from inventory.selectors.flow import LEAVES, TAKEN, count_differences, job_flows
from inventory.selectors.genealogy import Direction, Trace, lots_reached, trace
from inventory.selectors.job_needs import Need, needs_of
from inventory.selectors.lot_in_place import Taking, lots_in_place
from inventory.selectors.made import LotMade, lots_made_by, lots_made_on
from inventory.selectors.stock import known_acts, stock_of, storage_at
from inventory.services.issue import Wanted
from inventory.services.issue import give_back as give_back_stock
from inventory.services.issue import issue as issue_stock
from inventory.services.job_material import take_reserved
from inventory.services.lot_hold import Also, Held, Released, hold_all_affected, hold_lots, release_hold, release_lots
from inventory.services.lot_in_place import place_lot
from inventory.services.posting import Leg, Occasion
from inventory.services.posting import post as post_stock
from inventory.services.stock import add_storage
from inventory.services.stock_reservation import Short, let_go_of, reserve_for

__all__ = [
    "ADJUST_STOCK",
    "CONSUME_STOCK",
    "HOLD_LOTS",
    "LEAVES",
    "RELEASE_LOTS",
    "TAKEN",
    "VIEW",
    "Accuracy",
    "AccuracyAt",
    "Also",
    "Direction",
    "Held",
    "Leg",
    "LotMade",
    "MoveKind",
    "Need",
    "Occasion",
    "Released",
    "Short",
    "Taking",
    "Trace",
    "Wanted",
    "accuracy_by",
    "add_storage",
    "count_differences",
    "give_back_stock",
    "hold_all_affected",
    "hold_lots",
    "issue_stock",
    "job_flows",
    "judged_lines",
    "known_acts",
    "let_go_of",
    "lots_in_place",
    "lots_made_by",
    "lots_made_on",
    "lots_reached",
    "needs_of",
    "place_lot",
    "post_stock",
    "release_hold",
    "release_lots",
    "reserve_for",
    "stock_of",
    "storage_at",
    "take_reserved",
    "trace",
]
