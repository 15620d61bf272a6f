"""When work is reported, timelines made of reports follow, and reported stops become words about the machine's."""

from mom.accounts.models import Site
from mom.core.outbox import subscribe
from mom.core.use_case import UseCase
from mom.events.work import JobOrderStatusChanged, WorkReported
from mom.floor.services import timeline_reports
from mom.work.models import JobOrder


@subscribe(WorkReported, name="floor.take_reports")
def work_reported(act: UseCase, event: WorkReported) -> None:
    """Fold the days of the event again where a timeline is made of reports."""
    timeline_reports.take_reports(act, Site.objects.get(code=event.site), event.days)


@subscribe(JobOrderStatusChanged, name="floor.follow_job")
def job_order_moved(act: UseCase, event: JobOrderStatusChanged) -> None:
    """A job that begins or rests changes the timeline of a machine without signals at once."""
    machine = JobOrder.objects.filter(pk=event.job_order_id).values_list("equipment_id", flat=True).first()
    if machine is not None:
        timeline_reports.refold_reported(act, Site.objects.get(code=event.site), event.at, machine)
