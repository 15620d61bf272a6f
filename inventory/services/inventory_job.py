"""Inventory's jobs on the spine: one order with one job, released, on the same dispatch list as every other job.

Every function joins the caller's transaction; rights are the caller's to ask.
"""

from datetime import datetime

from mom.accounts.models import Site
from mom.core import numbers
from mom.core.use_case import UseCase
from mom.plant.models import Equipment
from mom.work.engine.terms import OperationsType, WorkRequestCommand
from mom.work.models import JobOrder
from mom.work.public import NewJob, add_jobs, add_work_request, lock_jobs, move_work_request


def add_job(
    act: UseCase,
    site: Site,
    noun: str,
    operation: str,
    place: Equipment,
    *,
    due_at: datetime | None = None,
    priority: int = 50,
) -> JobOrder:
    """A job that is ready to be started at a place; its order and itself carry the next number of `noun`."""
    code = numbers.next_number(act, site, noun)
    order = add_work_request(
        act,
        site=site,
        code=code,
        operations_type=OperationsType.INVENTORY,
        description=operation[:200],
        priority=priority,
        due_at=due_at,
        scope=place,
    )
    add_jobs(act, order, [NewJob(operation[:200], (), equipment=place, code=code)])
    jobs = lock_jobs(order.pk)
    move_work_request(act, order, jobs, WorkRequestCommand.RELEASE)
    return jobs[0]
