"""What inventory does when jobs move and lots are held: nobody keeps reserved what nobody will take."""

from inventory.selectors.material_at_hand import USABLE
from inventory.services import cycle_count, stock_reservation
from mom.core.outbox import subscribe
from mom.core.use_case import UseCase
from mom.events.inventory import LotsHeld
from mom.events.plant import LotDispositionChanged
from mom.events.work import JobOrderStatusChanged
from mom.work.engine.terms import OPEN_JOB_ORDER_STATUSES, JobOrderStatus
from mom.work.models import JobOrder


@subscribe(JobOrderStatusChanged, name="inventory.let_go_of_reservations")
def let_go(act: UseCase, event: JobOrderStatusChanged) -> None:
    """Others may have what an ended job was promised and did not take; a count whose job was called off is none."""
    if event.after not in OPEN_JOB_ORDER_STATUSES:
        job_order = JobOrder.objects.select_related("site").get(pk=event.job_order_id)
        stock_reservation.let_go_of(act, job_order)
        if event.after in {JobOrderStatus.ABORTED, JobOrderStatus.CANCELLED}:
            cycle_count.cancel(act, job_order)


@subscribe(LotDispositionChanged, name="inventory.let_go_of_lot")
def let_go_of_lot(act: UseCase, event: LotDispositionChanged) -> None:
    """A lot that somebody took out of use on its page keeps no promise to a job."""
    if event.after not in USABLE:
        stock_reservation.let_go_of_lots(act, [event.lot_id])


@subscribe(LotsHeld, name="inventory.let_go_after_hold")
def let_go_after_hold(act: UseCase, event: LotsHeld) -> None:
    """Whoever was reserving a lot at the moment it was held, without seeing the hold, loses it here."""
    stock_reservation.let_go_of_lots(act, event.lots)
