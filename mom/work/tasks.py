"""The workers of the spine. A task takes what waits; lost, doubled or late it does no harm."""

from celery import shared_task

from mom.core.actor import system_actor
from mom.work.services.alert_escalation import tell_due


@shared_task(name="mom.work.tasks.escalate_alerts", max_retries=3)
def escalate_alerts() -> int:
    """Tell whoever is due to hear of an alert. Rung when one is raised, and by beat."""
    return tell_due(system_actor("alerts"))
