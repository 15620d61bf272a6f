"""What maintenance does when jobs move on the spine: one that was given up there is given up here."""

from maintenance.models import MaintenanceJob
from maintenance.services import maintenance_job
from mom.core.outbox import subscribe
from mom.core.use_case import UseCase
from mom.events.work import JobOrderStatusChanged
from mom.work.engine.terms import JobOrderStatus

GIVEN_UP = frozenset({JobOrderStatus.ABORTED, JobOrderStatus.CANCELLED})


@subscribe(JobOrderStatusChanged, name="maintenance.give_up_job")
def give_up(act: UseCase, event: JobOrderStatusChanged) -> None:
    """Its request is open again and its machine free."""
    if event.after not in GIVEN_UP:
        return
    rows = MaintenanceJob.objects.select_for_update(of=("self",)).select_related("site", "job_order")
    job = rows.filter(pk=event.job_order_id, given_up_at=None, handed_back_at=None).order_by("pk").first()
    if job is not None:
        maintenance_job.given_up(act, job)
