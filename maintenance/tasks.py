"""The workers of maintenance. A task takes what waits; lost, doubled or late it does no harm."""

from celery import shared_task

from maintenance.services.plan_generation import generate_due
from mom.core.actor import system_actor


@shared_task(name="maintenance.tasks.generate_due_jobs", max_retries=3)
def generate_due_jobs() -> int:
    """Make the jobs of all plans that are due. Rung by beat."""
    return generate_due(system_actor("maintenance"))
