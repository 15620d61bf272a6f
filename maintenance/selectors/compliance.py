"""How many planned jobs were due in a period, and how many of them were done in time."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from maintenance.engine.due import Compliance
from maintenance.engine.terms import OccurrenceStatus
from maintenance.models import PlanOccurrence
from mom.accounts.models import Site

_SUMS: dict[str, Any] = {
    "due": Count("pk"),
    "in_time": Count("pk", filter=Q(completed_at__lte=F("window_ends_at"))),
}


def compliance(
    site: Site, start: datetime, end: datetime, now: datetime, machines: Collection[int] | None = None
) -> Compliance:
    """Due dates whose window ended in [start, end), those to come left out, cancelled ones aside. One statement.

    Source: PM completed inside the window / PM due in the period; overdue and not done is not compliant.
    """
    found = due_dates_ended(site, start, end, now, machines).aggregate(**_SUMS)
    return Compliance(found["due"], found["in_time"])


def compliance_by_machine_and_time(
    site: Site, start: datetime, end: datetime, now: datetime, machines: Collection[int] | None = None
) -> dict[tuple[int, datetime], Compliance]:
    """The same told apart by the plan's machine and the instant at which the window ended. One statement."""
    rows: Any = due_dates_ended(site, start, end, now, machines).order_by()
    rows = rows.values(machine=F("plan__equipment_id"), at=F("window_ends_at"))
    return {(row["machine"], row["at"]): Compliance(row["due"], row["in_time"]) for row in rows.annotate(**_SUMS)}


def due_dates_ended(
    site: Site, start: datetime, end: datetime, now: datetime, machines: Collection[int] | None = None
) -> QuerySet[PlanOccurrence]:
    """Due dates whose window ended in [start, end) and before `now`, cancelled ones aside. No statement of its own."""
    rows = PlanOccurrence.objects.filter(site=site, window_ends_at__gte=start, window_ends_at__lt=min(end, now))
    rows = rows.exclude(status=OccurrenceStatus.CANCELLED)
    return rows if machines is None else rows.filter(plan__equipment__in=machines)
