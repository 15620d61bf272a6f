"""What the plant model announces."""

from dataclasses import dataclass

from mom.events.registry import event


@event("plant.lot_disposition_changed")
@dataclass(frozen=True)
class LotDispositionChanged:
    """Somebody said of a lot that it may be used, may not, or is used up."""

    site: str
    lot_id: int
    lot: str
    before: str
    after: str
