"""Production orders: added by hand or by a partner, released to the floor."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from mom.accounts.models import Site
from mom.core.actor import Actor
from mom.core.errors import InvalidInput
from mom.core.use_case import UseCase, use_case
from mom.plant.models import BusinessPartner, Equipment, MaterialDefinition
from mom.work import permissions
from mom.work.engine.terms import JobOrderCommand, JobOrderStatus, OperationsType, WorkRequestCommand
from mom.work.models import JobOrder
from mom.work.public import (
    Output,
    add_job_order,
    add_work_request,
    command_work_request,
    lock_work_request,
    move_job_order,
)
from production.models import ProductionRequest


@dataclass(frozen=True)
class NewOrder:
    """What somebody wants made: material, quantity in the material's unit, when, and on which machine."""

    code: str
    definition: MaterialDefinition
    quantity: Decimal
    due_at: datetime | None = None
    earliest_start: datetime | None = None
    priority: int = 50
    description: str = ""
    partner: BusinessPartner | None = None
    operation: str = ""
    equipment: Equipment | None = None
    limit: Decimal | None = None  # the most its jobs may report; None: no limit


def create(actor: Actor, site: Site, order: NewOrder) -> ProductionRequest:
    """Add an order with its one job, in state waiting. Useful without a routing: a machine, a number, a quantity.

    Raises: NotAllowed; Conflict where the number is taken; InvalidInput for a quantity that is not more than zero or
    a machine or material of another site.
    """
    with use_case(actor) as act:
        act.require(permissions.PLAN_WORK_REQUEST, site.code)
        return add(act, site, order)


def add(act: UseCase, site: Site, order: NewOrder) -> ProductionRequest:
    """The same within the caller's transaction; rights are the caller's to ask."""
    _check(site, order)
    work_request = add_work_request(
        act,
        site=site,
        code=order.code,
        operations_type=OperationsType.PRODUCTION,
        description=order.description or order.definition.name,
        priority=order.priority,
        earliest_start=order.earliest_start,
        due_at=order.due_at,
        partner=order.partner,
    )
    request = ProductionRequest.objects.create(
        site=site,
        work_request=work_request,
        definition=order.definition,
        quantity=order.quantity,
        unit=order.definition.unit,
    )
    add_job_order(
        act,
        order=work_request,
        operation=order.operation
        or _("Make %(material)s") % {"material": order.definition.name or order.definition.code},
        outputs=[Output(order.definition, order.quantity, order.definition.unit, limit=order.limit)],
        equipment=order.equipment,
    )
    return request


def _check(site: Site, order: NewOrder) -> None:
    wrong: dict[str, list[str]] = {}
    if not order.code.strip():
        wrong["code"] = [_("An order number is needed.")]
    if order.quantity <= 0:
        wrong["quantity"] = [_("The quantity must be more than zero.")]
    if order.definition.site_id != site.pk:
        wrong["material"] = [_("This material belongs to another site.")]
    if order.equipment is not None and order.equipment.site_id != site.pk:
        wrong["machine"] = [_("This machine belongs to another site.")]
    if order.earliest_start and order.due_at and order.due_at < order.earliest_start:
        wrong["due_at"] = [_("The due date is before the earliest start.")]
    if wrong:
        raise InvalidInput(wrong)


def release(actor: Actor, request_id: int) -> ProductionRequest:
    """Release an order and all its waiting jobs to the floor. Raises: NotAllowed, IllegalTransition."""
    with use_case(actor) as act:
        request = ProductionRequest.objects.select_related("site", "work_request").get(pk=request_id)
        act.require(permissions.PLAN_WORK_REQUEST, request.site.code)
        work_request = lock_work_request(request.work_request_id)
        command_work_request(act, work_request, WorkRequestCommand.RELEASE)
        jobs = JobOrder.objects.select_for_update(of=("self",)).select_related("site")
        for job_order in jobs.filter(work_request=work_request, status=JobOrderStatus.WAITING).order_by("pk"):
            move_job_order(act, job_order, JobOrderCommand.RELEASE, op_uuid=uuid.uuid4())
        request.work_request = work_request
        return request
