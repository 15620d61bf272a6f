"""What analytics does when work is reported: mark the days, ring the worker."""

from django.db import transaction

from analytics.services.rebuild import mark_dirty
from mom.accounts.models import Site
from mom.core.bell import ring
from mom.core.outbox import subscribe
from mom.core.use_case import UseCase
from mom.events.work import JobOrderStatusChanged, WorkReported
from mom.plant.engine.calendar import local_day
from mom.work.engine.terms import JobOrderCommand


@subscribe(WorkReported, name="analytics.mark_dirty")
def work_reported(act: UseCase, event: WorkReported) -> None:
    """Mark the days of the event; the worker is rung once the mark is committed."""
    mark_dirty(act, Site.objects.get(code=event.site), event.days)
    transaction.on_commit(ring_rebuild, robust=True)


@subscribe(JobOrderStatusChanged, name="analytics.mark_begun")
def job_order_moved(act: UseCase, event: JobOrderStatusChanged) -> None:
    """Work that begins puts its order in work on that day; what ends it is reported as work."""
    if event.command == JobOrderCommand.START:
        site = Site.objects.get(code=event.site)
        mark_dirty(act, site, [local_day(event.at, site.zone)])
        transaction.on_commit(ring_rebuild, robust=True)


def ring_rebuild() -> None:
    """Wake a worker of the `kpi` queue; without a broker the sweeper finds the days a little later."""
    ring("analytics.tasks.rebuild_dirty_days", queue="kpi")
