"""Which lots came of a job, or were made on a machine since some time: what a signal or a repair puts in doubt."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import QuerySet

from inventory.engine.terms import MAKES
from inventory.models import StockMove


@dataclass(frozen=True)
class LotMade:
    """A lot that a job made, how much of it (in the material's unit), on which job and machine, and when last."""

    lot_id: int
    lot: str
    material: str
    quantity: Decimal
    unit: str
    job: str
    machine: str
    made_at: datetime


def lots_made_by(jobs: Collection[int]) -> list[LotMade]:
    """The lots that these jobs (by key) made, oldest first; what was taken back is none. One statement."""
    return _made(StockMove.objects.filter(job_response__job_order__in=list(jobs)))


def lots_made_on(equipment_id: int, since: datetime, until: datetime | None = None) -> list[LotMade]:
    """The lots that were made on a machine during [since, until), oldest first. One statement."""
    rows = StockMove.objects.filter(job_response__equipment=equipment_id, occurred_at__gte=since)
    return _made(rows if until is None else rows.filter(occurred_at__lt=until))


def _made(moves: QuerySet[StockMove]) -> list[LotMade]:
    rows = moves.filter(kind__in=list(MAKES), quantity__gt=0, lot__isnull=False, reverses=None, reversal=None)
    found: dict[tuple[int, str], LotMade] = {}
    for move in rows.values_list(
        "lot_id", "lot__code", "definition__code", "quantity", "unit", "job_response__job_order__code",
        "job_response__equipment__code", "occurred_at",
    ).order_by("occurred_at", "id"):  # fmt: skip
        lot_id, lot, material, quantity, unit, job, machine, at = move
        before = found.get((lot_id, job))
        total = quantity + (before.quantity if before else 0)
        found[lot_id, job] = LotMade(lot_id, lot, material, total, unit, job or "", machine or "", at)
    return list(found.values())
