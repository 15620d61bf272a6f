"""What is in doubt: what was made since the last sample that was in control, and what was made of that."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Exists, OuterRef, Sum

from inventory.public import Direction, lots_made_by, lots_made_on, stock_of, trace
from mom.plant.models import MaterialLot
from mom.work.engine.terms import QuantityKind
from mom.work.models import JobOrder, JobResponse, QuantityReport
from quality.models import ControlChart, Sample


@dataclass(frozen=True)
class Suspect:
    """A lot in doubt, how much of it, and on which job it was made where that is known."""

    lot: MaterialLot
    quantity: Decimal
    unit: str
    job: str = ""


def in_control_since(chart: ControlChart, job: JobOrder | None) -> datetime | None:
    """When the last sample without a finding was taken; without one, when the job began. Two statements at most."""
    taken_back = Exists(Sample.objects.filter(reverses=OuterRef("pk")))
    good = Sample.objects.filter(chart=chart, nonconformance=None, number__isnull=False)
    newest = good.annotate(is_taken_back=taken_back).order_by("-number").values_list("taken_at", "is_taken_back")[:20]
    last = next((at for at, is_taken_back in newest if not is_taken_back), None)
    if last is not None or job is None:
        return last
    begun = JobResponse.objects.filter(job_order=job, reverses=None, reversal=None).order_by("started_at")
    return begun.values_list("started_at", flat=True).first()


def suspects(
    chart: ControlChart, since: datetime | None, job: JobOrder | None, lot: MaterialLot | None
) -> list[Suspect]:
    """The lots in doubt, those of the machine first, then what was made of them, each once.

    Pieces of the same lot made before `since` are in it too, so the lot is in doubt as a whole; its quantity is what
    was made after. Statements: seven a lot at most, for the way to what was made of it.
    """
    made = []
    if since is not None and chart.equipment_id is not None:
        made = lots_made_on(chart.equipment_id, since)
    elif job is not None:
        made = [each for each in lots_made_by([job.pk]) if since is None or each.made_at >= since]
    made = [each for each in made if each.material == chart.material.code]
    lots = MaterialLot.objects.select_related("definition", "site").in_bulk({each.lot_id for each in made})
    found: dict[int, Suspect] = {}
    for each in made:
        before = found[each.lot_id].quantity if each.lot_id in found else Decimal(0)
        found[each.lot_id] = Suspect(lots[each.lot_id], before + each.quantity, each.unit, each.job)
    if lot is not None and lot.pk not in found:
        found[lot.pk] = Suspect(lot, lying(lot), lot.definition.unit, job.code if job else "")
    return [*found.values(), *_made_of([each.lot for each in found.values()], set(found))]


def _made_of(lots: list[MaterialLot], known: set[int]) -> list[Suspect]:
    keys = {
        int(step.child.key[1:])
        for lot in lots
        for step in trace(lot, Direction.FORWARD).steps
        if not step.child.is_piece
    }
    rows = MaterialLot.objects.filter(pk__in=keys - known).select_related("definition", "site").order_by("pk")
    return [Suspect(lot, lying(lot), lot.definition.unit) for lot in rows]


def lying(lot: MaterialLot) -> Decimal:
    """How much of a lot lies in the stores. One statement."""
    return sum((row.quantity for row in stock_of(lot) if row.quantity > 0), Decimal(0))


def reported_since(job: JobOrder, since: datetime | None) -> Decimal:
    """How many pieces a job reported as good or for review since an instant, where nobody keeps lots. One statement."""
    rows = QuantityReport.objects.filter(
        output__job_order=job, kind__in=[QuantityKind.GOOD.value, QuantityKind.REVIEW.value]
    )
    rows = rows if since is None else rows.filter(occurred_at__gte=since)
    return max(rows.aggregate(total=Sum("quantity"))["total"] or Decimal(0), Decimal(0))
