"""Maintenance plans as pages show them: when each is due next, by calendar and by its meter."""

from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet, Subquery

from maintenance import permissions
from maintenance.engine.due import forecast
from maintenance.engine.terms import OccurrenceStatus
from maintenance.models import MaintenancePlan, PlanOccurrence
from maintenance.selectors.meter import USE_DAYS, with_meter
from mom.accounts.models import Site
from mom.core.actor import Actor
from mom.core.errors import NotFound
from mom.plant.selectors.scope import for_actor


def plan_list(actor: Actor, now: datetime, site: Site | None = None) -> QuerySet[MaintenancePlan]:
    """Plans within the actor's rights, with what their meter counted, and the job that is open for them."""
    rows = MaintenancePlan.objects.select_related("site", "equipment", "job_plan")
    if site is not None:
        rows = rows.filter(site=site)
    open_ones = PlanOccurrence.objects.filter(plan=OuterRef("pk"), status=OccurrenceStatus.OPEN)
    rows = with_meter(rows, now).annotate(
        is_due=Exists(open_ones),
        open_job=Subquery(open_ones.values("job__code")[:1]),
        open_since=Subquery(open_ones.values("due_at")[:1]),
    )
    return for_actor(rows, actor, permissions.VIEW)


def plan_get(actor: Actor, site: Site, code: str, now: datetime) -> MaintenancePlan:
    """One of them. Raises: NotFound."""
    found = plan_list(actor, now, site).filter(code=code).first()
    if found is None:
        raise NotFound
    return found


def due_by_meter(plan: MaintenancePlan, now: datetime) -> datetime | None:
    """When the meter of a plan of `plan_list` will be used up, at its daily use of the last 30 days."""
    if plan.meter_interval is None:
        return None
    counted, used = plan.counted, plan.used  # type: ignore[attr-defined]
    return forecast(counted, plan.meter_interval, used / USE_DAYS, now)


def next_due(plan: MaintenancePlan, now: datetime) -> datetime | None:
    """What comes first of date and meter; None where nothing is known yet, or it is paused."""
    if plan.paused_at is not None or not plan.is_active:
        return None
    found = [each for each in (plan.next_due_at, due_by_meter(plan, now)) if each is not None]
    return min(found) if found else None
