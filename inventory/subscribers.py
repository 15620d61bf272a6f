"""What inventory does when jobs move: a job that ended keeps nothing reserved."""

from inventory.services import stock_reservation
from mom.core.outbox import subscribe
from mom.core.use_case import UseCase
from mom.events.work import JobOrderStatusChanged
from mom.work.engine.terms import OPEN_JOB_ORDER_STATUSES
from mom.work.models import JobOrder


@subscribe(JobOrderStatusChanged, name="inventory.let_go_of_reservations")
def let_go(act: UseCase, event: JobOrderStatusChanged) -> None:
    """Others may have what an ended job was promised and did not take."""
    if event.after not in OPEN_JOB_ORDER_STATUSES:
        job_order = JobOrder.objects.select_related("site").get(pk=event.job_order_id)
        stock_reservation.let_go_of(act, job_order)
