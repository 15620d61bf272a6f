"""How many planned jobs were due in a period, and how many of them were done in time."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Count, F, Q

from maintenance.engine.due import Compliance
from maintenance.engine.terms import OccurrenceStatus
from maintenance.models import PlanOccurrence
from mom.accounts.models import Site


def compliance(
    site: Site, start: datetime, end: datetime, now: datetime, machines: Collection[int] | None = None
) -> Compliance:
    """Due dates whose window ended in [start, end), those to come left out, cancelled ones aside. One statement.

    Source: PM completed inside the window / PM due in the period; overdue and not done is not compliant.
    """
    rows = PlanOccurrence.objects.filter(site=site, window_ends_at__gte=start, window_ends_at__lt=min(end, now))
    rows = rows.exclude(status=OccurrenceStatus.CANCELLED)
    if machines is not None:
        rows = rows.filter(plan__equipment__in=machines)
    found = rows.aggregate(due=Count("pk"), in_time=Count("pk", filter=Q(completed_at__lte=F("window_ends_at"))))
    return Compliance(found["due"], found["in_time"])
