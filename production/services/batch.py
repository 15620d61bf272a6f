"""Batches: an order made of an approved definition, scaled, with its jobs, their materials and what they make."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from mom.accounts.models import Site
from mom.core import numbers
from mom.core.actor import Actor
from mom.core.db import rows
from mom.core.db.prepared import Prepared
from mom.core.errors import Conflict, InvalidInput, NotFound
from mom.core.use_case import UseCase, use_case
from mom.plant.models import Equipment
from mom.work import permissions
from mom.work.engine.terms import OUTPUT_USES, MaterialUse, OperationsType
from mom.work.public import Input, NewJob, Output, add_jobs, add_work_request, follow_job_orders
from production.engine.instruction import Step
from production.engine.scaling import scaled, times
from production.engine.terms import DefinitionStatus, OutOfLimit, QuantityBasis, StepKind
from production.models import (
    InstructionStep,
    MaterialSpecification,
    OperationsDefinition,
    OperationsSegment,
    ProductionRequest,
)
from production.services.production_request import released


@dataclass(frozen=True)
class NewBatch:
    """An order number (empty: the next of its range), how much, and when.

    How much: so many batches (`scale`: 0.7 is seven tenths of one), or a `quantity` in the definition's unit.
    """

    code: str
    scale: Decimal | None = None
    quantity: Decimal | None = None
    due_at: datetime | None = None
    earliest_start: datetime | None = None
    priority: int = 50
    description: str = ""
    equipment: Equipment | None = None  # where the definition names no machine


_VERSIONS = OperationsDefinition.objects.select_related("material").order_by("pk")
_VERSION = Prepared(lambda site, pk: _VERSIONS.filter(site=site, pk=pk))
_APPROVED = Prepared(lambda site, code: _VERSIONS.filter(site=site, code=code, status=DefinitionStatus.APPROVED.value))
_SEGMENTS = Prepared(
    lambda definition: OperationsSegment.objects.filter(operations_definition=definition).select_related("equipment")
)
_MATERIALS = Prepared(
    lambda definition: MaterialSpecification.objects.filter(segment__operations_definition=definition).select_related(
        "material"
    )
)


_STEPS = Prepared(lambda definition: InstructionStep.objects.filter(segment__operations_definition=definition))


@dataclass(frozen=True)
class Specified:
    """An operation of a definition with its materials and the steps of its instruction."""

    segment: OperationsSegment
    materials: Sequence[MaterialSpecification]
    steps: Sequence[InstructionStep]


def create(
    actor: Actor, site: Site, definition_id: int | str, new: NewBatch, *, is_released: bool = True
) -> ProductionRequest:
    """Make an order of a definition's approved version, with a job for each operation, one after the other.

    `definition_id`: the key of that version, or the definition's code.
    The definition is copied into each job's directive: a later version changes no order in work (P07).

    Raises: NotAllowed, NotFound; Conflict for a draft or retired version, or a number that is taken; InvalidInput for
    an amount that is not more than zero, or a due date before the start.
    """
    _check(new)
    with use_case(actor, is_all=True) as act:
        act.require(permissions.PLAN_WORK_REQUEST, site.code)
        if isinstance(definition_id, str):
            definition = _APPROVED.first(site=site.pk, code=definition_id)
        else:
            definition = _VERSION.first(site=site.pk, pk=definition_id)
        if definition is None:
            raise NotFound(_("There is no such definition, or none that is approved."))
        if definition.status != DefinitionStatus.APPROVED:
            words = {"definition": definition}
            raise Conflict(_("%(definition)s is not approved. Approve it first.") % words, code="not_approved")
        request = add(act, site, definition, new)
        return released(act, request) if is_released else request


def _check(new: NewBatch) -> None:
    if (new.scale is None) == (new.quantity is None):
        raise TypeError("A batch has either a scale or a quantity.")
    wrong: dict[str, list[str]] = {}
    if new.scale is not None and new.scale <= 0:
        wrong["scale"] = [_("A batch is scaled by more than zero.")]
    if new.quantity is not None and new.quantity <= 0:
        wrong["quantity"] = [_("The quantity must be more than zero.")]
    if new.earliest_start and new.due_at and new.due_at < new.earliest_start:
        wrong["due_at"] = [_("The due date is before the earliest start.")]
    if wrong:
        raise InvalidInput(wrong)


def add(act: UseCase, site: Site, definition: OperationsDefinition, new: NewBatch) -> ProductionRequest:
    """The same within the caller's transaction, unreleased; rights are the caller's to ask."""
    factor = new.scale if new.scale is not None else (new.quantity or Decimal(0)) / definition.batch_quantity
    order = add_work_request(
        act,
        site=site,
        code=new.code.strip() or numbers.next_number(act, site, "order"),
        operations_type=OperationsType.PRODUCTION,
        description=new.description or definition.name or definition.material.name,
        priority=new.priority,
        earliest_start=new.earliest_start,
        due_at=new.due_at,
    )
    request = rows.add(
        ProductionRequest(
            site=site,
            work_request=order,
            definition=definition.material,
            operations_definition=definition,
            quantity=scaled(definition.batch_quantity, factor) if new.quantity is None else new.quantity,
            unit=definition.unit,
        )
    )
    materials, steps = defaultdict(list), defaultdict(list)
    for item in _MATERIALS.rows(definition=definition.pk):
        materials[item.segment_id].append(item)
    for step in _STEPS.rows(definition=definition.pk):
        steps[step.segment_id].append(step)
    specified = [
        Specified(each, materials[each.pk], steps[each.pk]) for each in _SEGMENTS.rows(definition=definition.pk)
    ]
    jobs = add_jobs(act, order, [_job(definition, each, factor, new, request.quantity) for each in specified])
    follow_job_orders(act, jobs)
    request.jobs = jobs
    return request


def _job(
    definition: OperationsDefinition, specified: Specified, scale: Decimal, new: NewBatch, quantity: Decimal
) -> NewJob:
    segment, materials = specified.segment, specified.materials
    each = segment.run_duration
    return NewJob(
        operation=segment.name,
        sequence=segment.sequence,
        equipment=segment.equipment or new.equipment,
        outputs=[_output(item, scale) for item in materials if item.material_use in OUTPUT_USES],
        inputs=[_input(item, scale) for item in materials if item.material_use not in OUTPUT_USES],
        directive=_directive(definition, specified, scale),
        setup_duration=segment.setup_duration,
        run_duration=None if each is None else times(each, quantity),
    )


def _needed(item: MaterialSpecification, scale: Decimal) -> Decimal:
    return scaled(item.quantity, scale) if item.is_scaled else item.quantity


def _output(item: MaterialSpecification, scale: Decimal) -> Output:
    return Output(
        item.material,
        _needed(item, scale),
        item.unit,
        use=MaterialUse(item.material_use),
        is_backflushed=item.is_backflushed,
    )


def _input(item: MaterialSpecification, scale: Decimal) -> Input:
    needed = _needed(item, scale)
    is_active = item.basis == QuantityBasis.ACTIVE
    return Input(
        item.material,
        quantity=None if is_active else needed,
        active_quantity=needed if is_active else None,
        unit=item.unit,
        use=MaterialUse(item.material_use),
        is_backflushed=item.is_backflushed,
    )


def _directive(definition: OperationsDefinition, specified: Specified, scale: Decimal) -> dict[str, Any]:
    segment = specified.segment
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
                "is_backflushed": item.is_backflushed,
            }
            for item in specified.materials
        ],
        **({"steps": [_step(step) for step in steps]} if (steps := specified.steps) else {}),
    }


def _step(step: InstructionStep) -> dict[str, Any]:
    """The frozen copy of a step."""
    names = ("id", "position", "title", "text", "is_mandatory", "unit", "lower_limit", "upper_limit", "expected")
    return Step(
        kind=StepKind(step.kind),
        picture=step.picture_id,
        out_of_limit=OutOfLimit(step.out_of_limit),
        choices=tuple(step.choices),
        **{name: getattr(step, name) for name in names},
    ).as_json()
