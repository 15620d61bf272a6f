"""What analytics does when work is reported: mark the days, ring the worker."""

from django.db import transaction

from analytics.services import dirty
from analytics.services.rebuild import mark_dirty
from mom.accounts.models import Site
from mom.core.bell import ring, ring_after_commit
from mom.core.outbox import subscribe
from mom.core.use_case import UseCase
from mom.events.production import IdealCycleChanged
from mom.events.work import JobOrderStatusChanged, QuantityReported, WorkReported
from mom.plant.engine.calendar import local_day
from mom.work.engine.terms import JobOrderCommand


@subscribe(WorkReported, name="analytics.mark_dirty")
def work_reported(act: UseCase, event: WorkReported) -> None:
    """Mark the days of the event, and the machines' time; workers are rung once the marks are committed."""
    site = Site.objects.get(code=event.site)
    mark_dirty(act, site, event.days)
    if event.since is not None and event.until is not None:
        dirty.mark_machines(act, site, event.machines, event.since, event.until)
    transaction.on_commit(ring_rebuild, robust=True)


@subscribe(JobOrderStatusChanged, name="analytics.mark_begun")
def job_order_moved(act: UseCase, event: JobOrderStatusChanged) -> None:
    """Work that begins puts its order in work on that day; what ends it is reported as work."""
    site = Site.objects.get(code=event.site)
    dirty.mark_job(act, site, event.job_order_id, event.at)
    if event.command == JobOrderCommand.START:
        mark_dirty(act, site, [local_day(event.at, site.zone)])
        transaction.on_commit(ring_rebuild, robust=True)


@subscribe(QuantityReported, name="analytics.mark_quantity")
def quantity_reported(act: UseCase, event: QuantityReported) -> None:
    """Pieces were reported: the shift of the machine that made them."""
    dirty.mark_report(act, Site.objects.get(code=event.site), event.report_id)


@subscribe(IdealCycleChanged, name="analytics.mark_ideal_cycle")
def ideal_cycle_changed(_act: UseCase, _event: IdealCycleChanged) -> None:
    """Another standard: its version left a mark already (ADR 0031); the worker need not wait for the sweep."""
    ring_after_commit("analytics.tasks.mark_redefined", queue="kpi")


def ring_rebuild() -> None:
    """Wake a worker of the `kpi` queue; without a broker the sweeper finds the days a little later."""
    ring("analytics.tasks.rebuild_dirty_days", queue="kpi")
