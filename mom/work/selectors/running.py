"""Which job runs on a machine, or ran at an instant: by the stretches of work that count."""

from datetime import datetime

from django.db.models import F, Max, Q, QuerySet

from mom.plant.models import Equipment
from mom.work.engine.terms import JobOrderStatus
from mom.work.engine.told import CLOCKS_DIFFER_BY
from mom.work.models import JobOrder, JobResponse


def running_jobs(equipment: Equipment, at: datetime | None = None) -> QuerySet[JobOrder]:
    """The jobs that run on a machine, the one begun last first; with `at` those first that had begun by then.

    A stretch that was taken back, as by the undo of a start, began nothing.
    """
    counts = Q(responses__reverses=None, responses__reversal=None)
    if at is not None:
        counts &= Q(responses__started_at__lte=at + CLOCKS_DIFFER_BY)
    rows = JobOrder.objects.filter(equipment=equipment, status=JobOrderStatus.RUNNING)
    return rows.annotate(begun=Max("responses__started_at", filter=counts)).order_by(
        F("begun").desc(nulls_last=True), "-id"
    )


def job_at(equipment: Equipment, at: datetime) -> JobOrder | None:
    """The job whose work went on there at that instant, of several the one begun last."""
    rows = JobResponse.objects.filter(equipment=equipment, reverses=None, reversal=None, started_at__lte=at)
    rows = rows.filter(Q(ended_at=None) | Q(ended_at__gt=at), job_order__isnull=False).select_related("job_order")
    found = rows.order_by("-started_at", "-id").first()
    return found.job_order if found is not None else None
