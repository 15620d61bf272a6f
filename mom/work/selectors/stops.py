"""Stops by reason over days: where the minutes went, uncoded time included."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, DurationField, ExpressionWrapper, F, Q, Sum, Value

from mom.accounts.models import Site
from mom.plant.engine.calendar import day_interval
from mom.plant.models import Equipment
from mom.work.models import JobResponse
from mom.work.models.labels import WORK_KIND
from mom.work.selectors.job_order import real_responses


@dataclass(frozen=True)
class StopSum:
    """One reason (empty: not given yet) as it counted, with its time and how often."""

    reason: str
    work_kind: str
    spent: timedelta
    count: int

    @property
    def state(self) -> str:
        """Its colour and shape."""
        return WORK_KIND.state(self.work_kind) or "plan"


def stop_sums(site: Site, first: date, last: date, now: datetime, equipment: Equipment | None = None) -> list[StopSum]:
    """Stops that began on these days of the plant, most time first, those without a reason last. One statement.

    An open stop counts until now.
    """
    window = (day_interval(first, site.zone).start, day_interval(last, site.zone).end)
    rows = real_responses(JobResponse.objects.filter(site=site, is_stop=True, started_at__gte=window[0]))
    rows = rows.filter(started_at__lt=window[1])
    if equipment is not None:
        rows = rows.filter(equipment=equipment)
    until_now = ExpressionWrapper(Value(now) - F("started_at"), output_field=DurationField())
    grouped = rows.order_by().values("reason__code", "reason__name", "work_kind")
    sums = grouped.annotate(spent=Sum("duration"), many=Count("id"), open=Sum(until_now, filter=Q(ended_at=None)))
    none = timedelta(0)
    found = [
        StopSum(
            row["reason__name"] or row["reason__code"] or "",
            row["work_kind"],
            (row["spent"] or none) + (row["open"] or none),
            row["many"],
        )
        for row in sums
    ]
    return sorted(found, key=lambda each: (not each.reason, -each.spent, each.reason))
