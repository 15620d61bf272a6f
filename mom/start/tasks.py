"""The demo plant, prepared by a worker."""

from celery import shared_task

from mom.core import long_work
from mom.start.services import demo


@shared_task
def add_demo(run_id: int) -> None:
    """Add the demo plant."""
    long_work.work(run_id, demo.work)
