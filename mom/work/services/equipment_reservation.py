"""Reservations: a job gets an equipment, or some places or quantity of it, for a stretch of time."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from mom.core.actor import Actor
from mom.core.db.constraints import translating
from mom.core.errors import Conflict, InvalidInput, MomError, NotFound
from mom.core.use_case import UseCase, use_case
from mom.core.web import printing
from mom.plant.engine.terms import CapacityKind
from mom.plant.models import Equipment
from mom.work import permissions
from mom.work.engine.terms import OPEN_JOB_ORDER_STATUSES
from mom.work.models import EquipmentReservation, JobOrder
from mom.work.services import job_order as job_orders


def reserve(
    actor: Actor,
    job_order_id: int,
    *,
    start: datetime,
    end: datetime,
    equipment: Equipment | None = None,
    amount: Decimal = Decimal(1),
) -> EquipmentReservation:
    """Reserve `equipment` (the job's own unless another is given) for a job, from `start` up to `end`.

    Raises: NotAllowed, NotFound; InvalidInput for times the wrong way round, no equipment or one of another site;
    Conflict for a job that has ended, or where the capacity is taken.
    """
    with use_case(actor) as act:
        job_order = job_orders.locked(job_order_id)
        act.require(permissions.DISPATCH_JOB_ORDER, job_order.site.code)
        return add(act, job_order, equipment or job_order.equipment, start, end, amount)


def add(
    act: UseCase,
    job_order: JobOrder,
    equipment: Equipment | None,
    start: datetime,
    end: datetime,
    amount: Decimal = Decimal(1),
) -> EquipmentReservation:
    """The same for a job that is locked already. Joins the caller's transaction; rights are the caller's to ask."""
    place = _checked(job_order, equipment, start, end, amount)
    with translating(_refusals(place, start, end, amount)):
        reservation = EquipmentReservation.objects.create(
            site_id=job_order.site_id,
            equipment=place,
            job_order=job_order,
            started_at=start,
            ended_at=end,
            amount=amount,
        )
    act.record(
        "work.equipment_reserved",
        subject=job_order,
        site=job_order.site.code,
        after={"equipment": place.code, "from": start, "until": end, "amount": str(amount)},
    )
    return reservation


def release(actor: Actor, reservation_id: int) -> None:
    """Give a reserved stretch back. Raises: NotAllowed, NotFound."""
    with use_case(actor) as act:
        rows = EquipmentReservation.objects.select_for_update(of=("self",))
        reservation = rows.select_related("site", "equipment", "job_order").filter(pk=reservation_id).first()
        if reservation is None:
            raise NotFound(_("There is no such reservation."))
        act.require(permissions.DISPATCH_JOB_ORDER, reservation.site.code)
        reservation.delete()
        act.record(
            "work.equipment_reservation_released",
            subject=reservation.job_order,
            site=reservation.site.code,
            before={
                "equipment": reservation.equipment.code,
                "from": reservation.started_at,
                "until": reservation.ended_at,
                "amount": str(reservation.amount),
            },
        )


def _checked(
    job_order: JobOrder, equipment: Equipment | None, start: datetime, end: datetime, amount: Decimal
) -> Equipment:
    wrong: dict[str, list[str]] = {}
    if equipment is None:
        wrong["equipment"] = [_("The job has no machine. Say which one is reserved.")]
    elif equipment.site_id != job_order.site_id:
        wrong["equipment"] = [_("This machine belongs to another site.")]
    if end <= start:
        wrong["ended_at"] = [_("The end must come after the start.")]
    if amount <= 0:
        wrong["amount"] = [_("Reserve more than nothing.")]
    if equipment is None or wrong:
        raise InvalidInput(wrong)
    if job_order.status not in OPEN_JOB_ORDER_STATUSES:
        raise Conflict(_("Job %(job)s has ended and needs no machine.") % {"job": job_order.code}, code="job_ended")
    return equipment


def _refusals(
    equipment: Equipment, start: datetime, end: datetime, amount: Decimal
) -> dict[str, Callable[[], MomError]]:
    def taken() -> MomError:
        return Conflict(_taken_by(equipment, start, end), code="equipment_reserved")

    def full() -> MomError:
        return Conflict(_full(equipment, amount), code="capacity_exceeded")

    return {
        "work_equipmentreservation_exclusive_no_overlap": taken,
        "work_equipmentreservation_within_capacity": full,
    }


def _taken_by(equipment: Equipment, start: datetime, end: datetime) -> str:
    """Who has the machine meanwhile, and until when."""
    rows = EquipmentReservation.objects.filter(equipment=equipment, started_at__lt=end, ended_at__gt=start)
    other = rows.select_related("job_order").order_by("started_at").first()
    if other is None:
        return _("Machine %(machine)s was reserved at this moment. Look again.") % {"machine": equipment.code}
    return _("Machine %(machine)s is reserved for job %(job)s from %(start)s to %(end)s. Choose another time.") % {
        "machine": equipment.code,
        "job": other.job_order.code,
        "start": printing.moment(other.started_at),
        "end": printing.moment(other.ended_at),
    }


def _full(equipment: Equipment, amount: Decimal) -> str:
    if equipment.capacity_kind == CapacityKind.QUANTITY:
        most = printing.quantity(equipment.capacity_quantity, equipment.capacity_unit)
        asked = printing.quantity(amount, equipment.capacity_unit)
    else:
        most, asked = printing.number(equipment.capacity_places), printing.number(amount)
    words = {"machine": equipment.code, "most": most, "asked": asked}
    return (
        _("%(machine)s takes %(most)s at once; %(asked)s more is too much at that time. Choose another time.") % words
    )
