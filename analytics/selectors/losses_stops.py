"""Stops one by one: reason, length, job, who was there, and how often the same had happened that day."""

from datetime import datetime, time, timedelta
from typing import Any

from django.contrib.postgres.aggregates import StringAgg
from django.db.models import (
    Count,
    DateTimeField,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    Func,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Coalesce, TruncDay
from django.utils import timezone

from analytics.selectors.losses import Asked
from mom.floor.models import Stop
from mom.floor.selectors.timeline import stop_list
from mom.plant.engine.calendar import instant
from mom.plant.models import Shift
from mom.work.engine.terms import OUTPUT_USES
from mom.work.models import JobRequirement, LabourEntry

DAY = timedelta(days=1)


def stops(asked: Asked, now: datetime) -> QuerySet[Stop]:
    """The stops that began in what was asked, newest first, with `spent`, `times` of that day and `people`.

    A running stop counts up to now. One statement for the shift's hours where one is asked, else none of its own.
    """
    start, end, hours = _window(asked)
    rows = stop_list(asked.site, start, end, asked.machines).filter(started_at__gte=start).filter(hours)
    if asked.definition is not None:
        made = JobRequirement.objects.filter(
            job_order=OuterRef("job_order"), definition=asked.definition, material_use__in=OUTPUT_USES
        )
        rows = rows.filter(Exists(made))
    return described(rows, now)


def described(rows: QuerySet[Stop], now: datetime) -> QuerySet[Stop]:
    """Stops with everything that stands beside them on a page. No statement of its own."""
    until = Coalesce("ended_at", Value(now), output_field=DateTimeField())
    rows = rows.annotate(day_start=_midnight(), why=Coalesce("reason_id", Value(0)))
    return rows.select_related("equipment", "reason__parent", "job_order__work_request").annotate(
        spent=ExpressionWrapper(until - F("started_at"), output_field=DurationField()),
        times=Subquery(_same_that_day(), output_field=IntegerField()),
        people=Subquery(_people()),
    )


def _midnight() -> Func:
    """The instant at which the plant's day of a stop began: the truncation is wall time, which is turned back."""
    zone = timezone.get_current_timezone()
    name = Value(timezone.get_current_timezone_name())
    return Func(name, TruncDay("started_at", tzinfo=zone), function="timezone", output_field=DateTimeField())


def _same_that_day() -> Any:
    """How many stops of the machine with the same reason (uncoded: the same code and state) began that day by then."""
    same = Stop.objects.annotate(why_here=Coalesce("reason_id", Value(0))).filter(
        equipment=OuterRef("equipment"), withdrawn_at=None, is_minor=OuterRef("is_minor"), why_here=OuterRef("why"),
        started_at__lte=OuterRef("started_at"), started_at__gte=OuterRef("day_start"),
    )  # fmt: skip
    same = same.filter(Q(reason__isnull=False) | Q(code=OuterRef("code"), state=OuterRef("state")))
    return same.order_by().values("equipment").annotate(many=Count("pk")).values("many")


def _people() -> Any:
    there = LabourEntry.objects.filter(
        job_response__equipment=OuterRef("equipment"),
        started_at__lte=OuterRef("started_at"),
        reverses=None,
        reversal__isnull=True,
    ).filter(Q(ended_at=None) | Q(ended_at__gt=OuterRef("started_at")))
    names = there.order_by().values("job_response__equipment")
    return names.annotate(names=StringAgg("person__name", ", ", distinct=True)).values("names")


def _window(asked: Asked) -> tuple[datetime, datetime, Q]:
    """From the first to the last instant, and which hours of the day where a shift is asked."""
    zone = asked.site.zone
    shift = Shift.objects.filter(site=asked.site, code=asked.shift).first() if asked.shift else None
    if shift is None:
        return instant(asked.first, time(0), zone), instant(asked.last + DAY, time(0), zone), Q()
    is_night = shift.ends_at <= shift.starts_at
    start = instant(asked.first, shift.starts_at, zone)
    end = instant(asked.last + (DAY if is_night else timedelta(0)), shift.ends_at, zone)
    after, before = Q(started_at__time__gte=shift.starts_at), Q(started_at__time__lt=shift.ends_at)
    return start, end, (after | before) if is_night else (after & before)
