"""What inventory announces."""

from dataclasses import dataclass
from datetime import datetime

from mom.events.registry import event


@event("inventory.lots_held")
@dataclass(frozen=True)
class LotsHeld:
    """Lots were taken out of use together, for one reason."""

    site: str
    hold_id: int
    hold: str
    reason: str
    lots: tuple[int, ...]  # keys, sorted
    at: datetime


@event("inventory.lots_released")
@dataclass(frozen=True)
class LotsReleased:
    """Lots left a hold; those that no other hold keeps may be used again."""

    site: str
    hold_id: int
    hold: str
    reason: str
    lots: tuple[int, ...]  # keys of those that may be used again, sorted
    at: datetime


@event("inventory.reservations_lost")
@dataclass(frozen=True)
class ReservationsLost:
    """A job lost what it was promised: its lot was held, or a count found less. It may be short now."""

    site: str
    job_order_id: int
    job_order: str
    at: datetime
