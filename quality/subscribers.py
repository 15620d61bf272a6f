"""What quality does when work is reported: inspections come due. Doubled or late events do no harm."""

from mom.core.outbox import subscribe
from mom.core.use_case import UseCase
from mom.events.work import JobOrderStatusChanged, QuantityReported, WorkReported
from mom.work.engine.terms import JobOrderCommand
from quality.services import coming_due


@subscribe(QuantityReported, name="quality.inspections_by_pieces")
def by_pieces(act: UseCase, event: QuantityReported) -> None:
    """So many pieces were reported."""
    if event.quantity > 0:
        coming_due.after_pieces(act, event.job_order_id)


@subscribe(JobOrderStatusChanged, name="quality.inspections_at_start")
def at_start(act: UseCase, event: JobOrderStatusChanged) -> None:
    """A job began: its first piece is inspected."""
    if event.command == JobOrderCommand.START:
        coming_due.after_start(act, event.job_order_id)


@subscribe(WorkReported, name="quality.inspections_after_stretches")
def after_stretches(act: UseCase, event: WorkReported) -> None:
    """A set-up or a stop may have ended."""
    if event.machines and event.since is not None and event.until is not None:
        coming_due.after_stretches(act, event.machines, event.since, event.until)
