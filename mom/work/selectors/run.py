"""What each job of a run had of it: time and energy, shared by the run's weights."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal

from mom.work.engine.sharing import share_quantity
from mom.work.models import EnergyUse, JobResponse, Run


@dataclass(frozen=True)
class RunPart:
    """One job's part. `energy` by carrier and unit; the parts of a run add up to its meters exactly."""

    job_order: str
    duration: timedelta | None
    energy: dict[tuple[str, str], Decimal] = field(default_factory=dict)


def run_parts(run: Run) -> list[RunPart]:
    """The parts of a run by job, in the order in which they were loaded. Two statements."""
    responses = list(JobResponse.objects.filter(run=run, reverses=None).select_related("job_order").order_by("id"))
    totals: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for use in EnergyUse.objects.filter(run=run):
        totals[use.carrier, use.unit] += use.quantity
    weights = [response.share_weight or Decimal(1) for response in responses]
    shares = {meter: share_quantity(total, weights) for meter, total in totals.items()} if weights else {}
    return [
        RunPart(
            job_order=response.job_order.code if response.job_order else "",
            duration=response.duration,
            energy={meter: parts[index] for meter, parts in shares.items()},
        )
        for index, response in enumerate(responses)
    ]
