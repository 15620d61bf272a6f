"""Production orders: added by hand or by a partner, released to the floor."""

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from mom.accounts.models import Site
from mom.core import numbers
from mom.core.actor import Actor
from mom.core.db.prepared import Prepared
from mom.core.errors import InvalidInput, NotFound
from mom.core.use_case import UseCase, use_case
from mom.plant.models import BusinessPartner, Equipment, MaterialDefinition
from mom.work import permissions
from mom.work.engine.terms import OperationsType, WorkRequestCommand
from mom.work.public import (
    Output,
    add_job_order,
    add_work_request,
    lock_jobs,
    lock_work_request,
    move_work_request,
)
from production.models import ProductionRequest


@dataclass(frozen=True)
class NewOrder:
    """What somebody wants made: material, quantity in the material's unit, when, and on which machine.

    An empty `code` gets the next number of the site's range.
    """

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


def create(actor: Actor, site: Site, order: NewOrder, *, is_released: bool = False) -> ProductionRequest:
    """Add an order with its one job, waiting or at once released. Useful without a routing: machine, number, quantity.

    Raises: NotAllowed; Conflict where the number is taken; InvalidInput for a quantity that is not more than zero or
    a machine, material or partner of another site.
    """
    with use_case(actor) as act:
        act.require(permissions.PLAN_WORK_REQUEST, site.code)
        request = add(act, site, order)
        return released(act, request) if is_released else request


def add(act: UseCase, site: Site, order: NewOrder) -> ProductionRequest:
    """The same within the caller's transaction; rights are the caller's to ask."""
    if not order.code.strip():
        order = replace(order, code=numbers.next_number(act, site, "order"))
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
    job = add_job_order(
        act,
        order=work_request,
        operation=order.operation
        or _("Make %(material)s") % {"material": order.definition.name or order.definition.code},
        outputs=[Output(order.definition, order.quantity, order.definition.unit, limit=order.limit)],
        equipment=order.equipment,
    )
    request.jobs = [job]
    return request


def _check(site: Site, order: NewOrder) -> None:
    wrong: dict[str, list[str]] = {}
    if order.quantity <= 0:
        wrong["quantity"] = [_("The quantity must be more than zero.")]
    if order.definition.site_id != site.pk:
        wrong["material"] = [_("This material belongs to another site.")]
    if order.equipment is not None and order.equipment.site_id != site.pk:
        wrong["machine"] = [_("This machine belongs to another site.")]
    if order.partner is not None and order.partner.site_id != site.pk:
        wrong["partner"] = [_("This partner belongs to another site.")]
    if order.earliest_start and order.due_at and order.due_at < order.earliest_start:
        wrong["due_at"] = [_("The due date is before the earliest start.")]
    if wrong:
        raise InvalidInput(wrong)


_REQUEST = Prepared(
    lambda pk: (
        ProductionRequest.objects.select_related("site", "work_request", "definition", "operations_definition")
        .filter(pk=pk)
        .order_by("pk")
    )
)


def release(actor: Actor, request_id: int, *, version: int | None = None, seen_by: str = "") -> ProductionRequest:
    """Release an order and its waiting jobs to the floor. Raises: NotAllowed, NotFound, IllegalTransition, Stale.

    Who has not the right `seen_by` at its site is told what is true of an order that is not there.
    """
    with use_case(actor, is_all=True) as act:
        request = _REQUEST.first(pk=request_id)
        if request is None or (seen_by and not actor.may(seen_by, request.site.code)):
            raise NotFound(_("There is no such order."))
        act.require(permissions.PLAN_WORK_REQUEST, request.site.code)
        return released(act, request, version)


def released(act: UseCase, request: ProductionRequest, version: int | None = None) -> ProductionRequest:
    """The same within the caller's transaction; rights are the caller's to ask."""
    jobs = request.jobs = lock_jobs(request.work_request_id)
    work_request = lock_work_request(request.work_request_id)
    request.work_request = move_work_request(act, work_request, jobs, WorkRequestCommand.RELEASE, version=version)
    return request
