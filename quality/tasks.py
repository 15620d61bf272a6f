"""The workers of quality. A task takes what is due; lost, doubled or late it does no harm."""

from celery import shared_task

from mom.core import clock
from mom.core.actor import system_actor
from quality.services.coming_due import by_clock


@shared_task(name="quality.tasks.inspections_by_time", max_retries=3)
def inspections_by_time() -> int:
    """Let inspections come due that are due by the clock. Rung by beat."""
    return by_clock(system_actor("quality"), clock.now())
