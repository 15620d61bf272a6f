"""Work begun on an order number as it stands on paper: an order that is there, or one made on the fly."""

import uuid
from dataclasses import dataclass
from decimal import Decimal

from django.utils.text import slugify
from django.utils.translation import gettext as _

from mom.accounts.models import Site
from mom.core.actor import Actor
from mom.core.errors import InvalidInput
from mom.core.use_case import UseCase, use_case
from mom.plant.models import Equipment, MaterialDefinition, Person
from mom.plant.public import add_master_data
from mom.work import permissions
from mom.work.engine.terms import JobOrderCommand, JobOrderStatus
from mom.work.models import JobOrder, JobResponse, WorkRequest
from mom.work.public import lock_jobs, move_job_order
from production.services.production_request import NewOrder, add, released


@dataclass(frozen=True)
class Wanted:
    """What somebody types at a machine: the number, and for a new one what it is and how many."""

    code: str
    product: str = ""
    quantity: Decimal | None = None
    unit: str = "C62"


def start(
    actor: Actor,
    site: Site,
    equipment: Equipment,
    wanted: Wanted,
    *,
    op_uuid: uuid.UUID,
    person: Person | None = None,
) -> JobOrder:
    """Start work on an order at a machine, now. A number that nobody planned becomes an order with its material.

    A known order gives its first job that is ready and waits for this machine or for none. The same `op_uuid` again
    changes nothing. Raises: NotAllowed; InvalidInput for a new number without product and quantity, or an order that
    has no such job; Conflict with all blockers.
    """
    with use_case(actor) as act:
        act.require(permissions.EXECUTE_JOB_ORDER, site.code)
        known = JobResponse.objects.filter(op_uuid=op_uuid).select_related("job_order").first()
        if known is not None and known.job_order is not None:
            return known.job_order
        order = WorkRequest.objects.filter(site=site, code=wanted.code).first()
        job_order = _job_of(act, order, equipment) if order else _made(act, site, equipment, wanted)
        return move_job_order(act, job_order, JobOrderCommand.START, person=person, op_uuid=op_uuid)


def _job_of(act: UseCase, order: WorkRequest, equipment: Equipment) -> JobOrder:
    """The job that starts here, locked; one without a machine gets this one. Raises: InvalidInput."""
    ready = [job for job in lock_jobs(order.pk) if job.status == JobOrderStatus.READY]
    here = [job for job in ready if job.equipment_id == equipment.pk] or [
        job for job in ready if job.equipment_id is None
    ]
    if not here:
        words = {"order": order.code, "machine": equipment.code}
        sentence = _("Order %(order)s has no job that can start on %(machine)s. Look at its page, or ask the planner.")
        raise InvalidInput({"code": [sentence % words]})
    job_order = here[0]
    if job_order.equipment_id is None:
        job_order.equipment = equipment
        job_order.version += 1
        job_order.save(update_fields=["equipment", "version"])
        after = {"equipment": equipment.code}
        act.record("work.job_order_assigned", subject=job_order, site=equipment.site.code, after=after)
    return job_order


def _made(act: UseCase, site: Site, equipment: Equipment, wanted: Wanted) -> JobOrder:
    act.require(permissions.EXECUTE_UNPLANNED, site.code)
    missing: dict[str, list[str]] = {}
    if not wanted.product.strip():
        missing["product"] = [_("Order %(order)s is new here. Say what it makes.") % {"order": wanted.code}]
    if wanted.quantity is None:
        missing["quantity"] = [_("Say how many are wanted.")]
    if missing or wanted.quantity is None:
        raise InvalidInput(missing)
    material = material_called(act, site, wanted.product.strip(), wanted.unit)
    new = NewOrder(code=wanted.code, definition=material, quantity=wanted.quantity, equipment=equipment)
    request = released(act, add(act, site, new))
    return lock_jobs(request.work_request_id)[0]


def material_called(act: UseCase, site: Site, text: str, unit: str) -> MaterialDefinition:
    """The site's material of that code or name; a new one where it has none. Joins the caller's transaction."""
    rows = MaterialDefinition.objects.filter(site=site, is_active=True)
    found = rows.filter(code__iexact=text).first() or rows.filter(name__iexact=text).order_by("code").first()
    if found is not None:
        return found
    base = slugify(text).upper()[:40] or "PRODUCT"
    taken = set(MaterialDefinition.objects.filter(site=site, code__startswith=base).values_list("code", flat=True))
    code = next(each for each in (base, *(f"{base}-{number}" for number in range(2, 10_000))) if each not in taken)
    return add_master_data(act, MaterialDefinition, site, code=code, name=text, unit=unit)
