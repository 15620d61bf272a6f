"""The timelines of machines: their intervals, their stops, and where each stands now."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Q, QuerySet

from mom.accounts.models import Site
from mom.floor.applied import Current
from mom.floor.engine.terms import MachineState
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


def current_by_machine(site: Site, equipment_ids: Collection[int] | None = None) -> dict[int, Current]:
    """Where each machine stands, by machine: its open interval. One statement."""
    rows = StateInterval.objects.filter(site=site, ended_at=None)
    if equipment_ids is not None:
        rows = rows.filter(equipment__in=equipment_ids)
    columns = ("equipment_id", "state", "code", "mode", "started_at", "reason_id", "stop_id")
    return {
        equipment_id: Current(MachineState(state), code, mode, since, reason_id, stop_id)
        for equipment_id, state, code, mode, since, reason_id, stop_id in rows.values_list(*columns)
    }
