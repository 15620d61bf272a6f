"""Batches: an order made of an approved definition, scaled, with its jobs, their materials and what they make."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from mom.accounts.models import Site
from mom.core.actor import Actor
from mom.core.errors import Conflict, InvalidInput, NotFound
from mom.core.use_case import UseCase, use_case
from mom.plant.models import Equipment
from mom.work import permissions
from mom.work.engine.terms import OUTPUT_USES, MaterialUse, OperationsType
from mom.work.models import JobOrder, WorkRequest
from mom.work.public import Input, Output, add_job_order, add_work_request, follow_job_orders
from production.engine.scaling import scaled
from production.engine.terms import DefinitionStatus, QuantityBasis
from production.models import MaterialSpecification, OperationsDefinition, OperationsSegment, ProductionRequest
from production.services.production_request import released


@dataclass(frozen=True)
class NewBatch:
    """An order number, how many batches (0.7 is seven tenths of one), and when."""

    code: str
    scale: Decimal
    due_at: datetime | None = None
    priority: int = 50
    equipment: Equipment | None = None  # where the definition names no machine


def create(
    actor: Actor, site: Site, definition_id: int, new: NewBatch, *, is_released: bool = True
) -> ProductionRequest:
    """Make an order of a definition's approved version, with a job for each operation, one after the other.

    The definition is copied into each job's directive: a later version changes no order in work (P07).

    Raises: NotAllowed, NotFound; Conflict for a draft or retired version, or a number that is taken; InvalidInput for a
    scale that is not more than zero.
    """
    if new.scale <= 0:
        raise InvalidInput({"scale": [_("A batch is scaled by more than zero.")]})
    with use_case(actor) as act:
        act.require(permissions.PLAN_WORK_REQUEST, site.code)
        definition = OperationsDefinition.objects.filter(pk=definition_id, site=site).select_related("material").first()
        if definition is None:
            raise NotFound(_("There is no such definition."))
        if definition.status != DefinitionStatus.APPROVED:
            words = {"definition": definition}
            raise Conflict(_("%(definition)s is not approved. Approve it first.") % words, code="not_approved")
        request = _add(act, site, definition, new)
        return released(act, request) if is_released else request


def _add(act: UseCase, site: Site, definition: OperationsDefinition, new: NewBatch) -> ProductionRequest:
    order = add_work_request(
        act,
        site=site,
        code=new.code,
        operations_type=OperationsType.PRODUCTION,
        description=definition.name or definition.material.name,
        priority=new.priority,
        due_at=new.due_at,
    )
    request = ProductionRequest.objects.create(
        site=site,
        work_request=order,
        definition=definition.material,
        quantity=scaled(definition.batch_quantity, new.scale),
        unit=definition.unit,
    )
    segments = definition.segments.select_related("equipment").prefetch_related("materials__material")
    jobs = [_add_job(act, order, definition, segment, new) for segment in segments]
    follow_job_orders(act, jobs)
    return request


def _add_job(
    act: UseCase, order: WorkRequest, definition: OperationsDefinition, segment: OperationsSegment, new: NewBatch
) -> JobOrder:
    materials = list(segment.materials.all())
    return add_job_order(
        act,
        order=order,
        operation=segment.name,
        sequence=segment.sequence,
        equipment=segment.equipment or new.equipment,
        outputs=[_output(item, new.scale) for item in materials if item.material_use in OUTPUT_USES],
        inputs=[_input(item, new.scale) for item in materials if item.material_use not in OUTPUT_USES],
        directive=_directive(definition, segment, new.scale),
    )


def _needed(item: MaterialSpecification, scale: Decimal) -> Decimal:
    return scaled(item.quantity, scale) if item.is_scaled else item.quantity


def _output(item: MaterialSpecification, scale: Decimal) -> Output:
    return Output(item.material, _needed(item, scale), item.unit, use=MaterialUse(item.material_use))


def _input(item: MaterialSpecification, scale: Decimal) -> Input:
    needed = _needed(item, scale)
    is_active = item.basis == QuantityBasis.ACTIVE
    return Input(
        item.material,
        quantity=None if is_active else needed,
        active_quantity=needed if is_active else None,
        unit=item.unit,
        use=MaterialUse(item.material_use),
    )


def _directive(definition: OperationsDefinition, segment: OperationsSegment, scale: Decimal) -> dict[str, Any]:
    return {
        "definition": definition.code,
        "version": definition.number,
        "operation": segment.sequence,
        "scale": str(scale),
        "batch": {"quantity": str(definition.batch_quantity), "unit": definition.unit},
        "materials": [
            {
                "use": item.material_use,
                "material": item.material.code,
                "quantity": str(item.quantity),
                "unit": item.unit,
                "basis": item.basis,
                "is_scaled": item.is_scaled,
            }
            for item in segment.materials.all()
        ],
    }
