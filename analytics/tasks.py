"""The workers that compute the figures. A task takes what waits; lost, doubled or late it does no harm."""

from celery import shared_task

from analytics.models import DirtyDay, DirtyStretch, Redefinition
from analytics.services import machine_rebuild, machine_sweep, redefinition
from analytics.services import recompute as recomputing
from analytics.services.alert_rule_judge import judge_rules
from analytics.services.rebuild import rebuild_next
from mom.core import clock, long_work
from mom.core.actor import system_actor
from mom.core.bell import ring
from mom.core.db.retry import retrying

MACHINES_PER_TASK = 100
REDEFINED_PER_TASK = 60  # pieces: a month of one change each
PIECES_PER_TASK = 12  # a year of days; what is left is rung for again, so that no task runs long


@shared_task(max_retries=0)
def rebuild_dirty_days() -> int:
    """Make buckets until nothing waits, a piece at a time; gives how many days were made."""
    made = 0
    for _ in range(PIECES_PER_TASK):
        piece = rebuild_next(system_actor("analytics"))
        made += piece
        if not piece:
            return made
    ring("analytics.tasks.rebuild_dirty_days", queue="kpi")
    return made


@shared_task(max_retries=0)
def sweep_dirty_days() -> int:
    """Rung by beat: whatever a lost bell left behind."""
    return rebuild_dirty_days() if DirtyDay.objects.exists() else 0


@shared_task(max_retries=0)
def rebuild_machines() -> int:
    """Make machines' buckets until nothing waits, a machine at a time; gives how many shifts were made."""
    made = 0
    for _ in range(MACHINES_PER_TASK):
        piece = retrying()(machine_rebuild.rebuild_next)(system_actor("analytics"))
        made += piece
        if not piece:
            return made
    ring("analytics.tasks.rebuild_machines", queue="kpi")
    return made


@shared_task(max_retries=0)
def mark_redefined() -> int:
    """Find what changes of definitions touch, until none waits; gives how many were looked at. Buckets follow."""
    looked = 0
    for _ in range(REDEFINED_PER_TASK):
        piece = retrying()(redefinition.mark_next)(system_actor("analytics"))
        looked += piece
        if not piece:
            return looked
    ring("analytics.tasks.mark_redefined", queue="kpi")
    return looked


@shared_task(max_retries=0)
def sweep_machines() -> int:
    """Rung by beat: shifts that are over, the running shift's buckets, definitions that changed, whatever a lost bell
    left behind.
    """
    machine_sweep.sweep(system_actor("analytics"), clock.now())
    if Redefinition.objects.exists():
        mark_redefined()
    return rebuild_machines() if DirtyStretch.objects.exists() else 0


@shared_task(max_retries=3)
def recompute(task_run_id: int) -> None:
    """Make the days that somebody asked for, or go on where a worker stopped."""
    long_work.work(task_run_id, recomputing.run)


@shared_task(max_retries=3)
def judge_alert_rules(site_id: int | None = None) -> int:
    """Judge the alert rules, of one site or of all. Rung when messages came, and by beat."""
    return judge_rules(system_actor("alert rules"), site_id)
