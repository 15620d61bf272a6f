"""The workers of the shop-floor record. A task takes what waits; lost, doubled or late it does no harm."""

from celery import shared_task

from mom.accounts.models import Site
from mom.core import clock, long_work
from mom.core.actor import system_actor
from mom.core.bell import ring
from mom.core.db.retry import retrying
from mom.floor.services import archive, history, late, timeline, timeline_reports

DAYS_PER_TASK = 100  # machine days; what is left is rung for again, so that no task runs long


@shared_task(max_retries=0)
def archive_closed_days() -> int:
    """Rung by beat: lay late messages in; find the days to archive and begin; drop days past their horizon."""
    late.merge_waiting()
    found = archive.mark_closed_days(clock.now())
    if found > DAYS_PER_TASK:
        ring("mom.floor.tasks.archive_waiting_days", queue="floor")
    archive.drop_past_horizon(clock.now())
    return found


@shared_task(max_retries=0)
def archive_waiting_days() -> int:
    """Another pair of hands, on this host or another: write machine days until none waits."""
    written, failed = archive.write_waiting(most=DAYS_PER_TASK)
    if written and not failed:
        ring("mom.floor.tasks.archive_waiting_days", queue="floor")
    return written


@shared_task(max_retries=0)
def merge_late_messages() -> int:
    """Rung by batches: lay messages of archived days beside what the archive holds. Beat makes a lost bell good."""
    return late.merge_waiting().new


@shared_task(max_retries=3)
def archive_days(task_run_id: int) -> None:
    """Write what waits at a site, or go on where a worker stopped."""
    long_work.work(task_run_id, archive.archive_site)


@shared_task(max_retries=3)
def verify_archive(task_run_id: int) -> None:
    """Read all files of a site again, or go on where a worker stopped."""
    long_work.work(task_run_id, archive.verify_site)


@shared_task(max_retries=3)
def load_history(task_run_id: int) -> None:
    """Bring past messages from a file in, or go on where a worker stopped."""
    long_work.work(task_run_id, history.load)


@shared_task(max_retries=0)
def sweep_silence() -> int:
    """Rung by beat every few seconds: who has been silent for too long has no signal; late words find their stops."""
    found, actor, now = 0, system_actor("floor"), clock.now()
    for site in Site.objects.order_by("pk"):
        found += retrying()(timeline.sweep_silence)(actor, site, now)
        found += retrying()(timeline_reports.pass_on_recent)(actor, site, now)
    return found
