"""The workers of inventory. A task takes what waits; lost, doubled or late it does no harm."""

from celery import shared_task

from inventory.services import count_plan
from mom.core.actor import system_actor


@shared_task(max_retries=3)
def plan_counts() -> int:
    """Make the jobs of counts that are due. Rung by beat."""
    return count_plan.plan(system_actor("count plan"))
