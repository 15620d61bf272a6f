"""The workers of the shop-floor record. A task takes what waits; lost, doubled or late it does no harm."""

from celery import shared_task

from mom.core import clock, long_work
from mom.core.bell import ring
from mom.floor.services import archive

DAYS_PER_TASK = 100  # machine days; what is left is rung for again, so that no task runs long


@shared_task(max_retries=0)
def archive_closed_days() -> int:
    """Rung by beat: find the machine days to archive and begin; then drop days past their horizon."""
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


@shared_task(max_retries=3)
def archive_days(task_run_id: int) -> None:
    """Write what waits at a site, or go on where a worker stopped."""
    long_work.work(task_run_id, archive.archive_site)


@shared_task(max_retries=3)
def verify_archive(task_run_id: int) -> None:
    """Read all files of a site again, or go on where a worker stopped."""
    long_work.work(task_run_id, archive.verify_site)
