"""Planned times of jobs, as a planner worked them out. They stay beside the actual ones."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from mom.core.live.change import tell
from mom.core.use_case import UseCase
from mom.work.models import JobOrder, WorkRequest

Planned = tuple[datetime, datetime]


def set_planned(
    act: UseCase, order: WorkRequest, jobs: Sequence[JobOrder], planned: Mapping[int, Planned | None]
) -> list[JobOrder]:
    """Give jobs of an order, locked, their planned start and end by key; None takes them away. Those that changed.

    Joins the caller's transaction; one statement for however many.
    """
    changed = []
    for job in jobs:
        if job.pk not in planned:
            continue
        start, end = planned[job.pk] or (None, None)
        if (start, end) != (job.planned_start, job.planned_end):
            job.planned_start, job.planned_end = start, end
            changed.append(job)
    if not changed:
        return []
    JobOrder.objects.bulk_update(changed, ["planned_start", "planned_end"])
    after = {job.code: [job.planned_start, job.planned_end] for job in changed}
    act.record("work.jobs_planned", subject=order, site=order.site.code, after=after)
    for job in changed:
        tell(order.site.code, "job_order", job.pk, job.version)
    return changed
