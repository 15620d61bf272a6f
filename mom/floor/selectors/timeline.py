"""The timelines of machines: their intervals and their stops."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Q, QuerySet

from mom.accounts.models import Site
from mom.floor.models import StateInterval, Stop


def interval_list(
    equipment_ids: Collection[int], start: datetime, end: datetime | None = None
) -> QuerySet[StateInterval]:
    """The intervals that have time in [start, end), by machine and time; whole, not cut."""
    rows = StateInterval.objects.filter(equipment__in=equipment_ids)
    rows = rows.filter(Q(ended_at=None) | Q(ended_at__gt=start))
    if end is not None:
        rows = rows.filter(started_at__lt=end)
    return rows.order_by("equipment_id", "started_at")


def stop_list(
    site: Site, start: datetime, end: datetime | None = None, equipment_ids: Collection[int] | None = None
) -> QuerySet[Stop]:
    """The stops that have time in [start, end), newest first; whole, not cut. None that was withdrawn."""
    rows = Stop.objects.filter(site=site, withdrawn_at=None)
    rows = rows.filter(Q(ended_at=None) | Q(ended_at__gt=start))
    if end is not None:
        rows = rows.filter(started_at__lt=end)
    if equipment_ids is not None:
        rows = rows.filter(equipment__in=equipment_ids)
    return rows.order_by("-started_at", "-id")
