"""How products are made: drafts are added, approved by somebody else's eyes later, and retired by the next version."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, fields, replace
from datetime import timedelta
from decimal import Decimal

from django.db.models import Max
from django.utils.translation import gettext as _

from mom.accounts.models import Site
from mom.core.actor import Actor
from mom.core.errors import Conflict, InvalidInput, NotFound
from mom.core.models import Attachment
from mom.core.use_case import UseCase, use_case
from mom.plant.models import Equipment, MaterialDefinition
from mom.work.engine.terms import OUTPUT_USES, MaterialUse
from production import permissions
from production.engine.terms import DefinitionCommand, DefinitionStatus, OutOfLimit, QuantityBasis, StepKind
from production.engine.transitions import DEFINITION
from production.models import InstructionStep, MaterialSpecification, OperationsDefinition, OperationsSegment
from production.models.labels import STEP_KIND
from production.selectors.definition import with_parts

LONGEST = timedelta(days=366)
"""No set-up, and no piece, takes longer."""


@dataclass(frozen=True)
class NewMaterial:
    """A material of a step, for one batch, in the material's own unit."""

    material: MaterialDefinition
    quantity: Decimal
    use: MaterialUse = MaterialUse.CONSUMED
    basis: QuantityBasis = QuantityBasis.NOMINAL
    is_scaled: bool = True
    is_backflushed: bool = False


@dataclass(frozen=True)
class NewStep:
    """A step of a work instruction; see `InstructionStep`."""

    kind: StepKind
    title: str
    text: str = ""
    picture: Attachment | None = None
    is_mandatory: bool = True
    unit: str = ""
    lower_limit: Decimal | None = None
    upper_limit: Decimal | None = None
    out_of_limit: OutOfLimit = OutOfLimit.REFUSE
    choices: Sequence[str] = ()
    expected: str = ""


@dataclass(frozen=True)
class NewSegment:
    """A step, with the materials that go in and come out."""

    name: str
    materials: Sequence[NewMaterial] = ()
    equipment: Equipment | None = None
    setup_duration: timedelta | None = None  # once
    run_duration: timedelta | None = None  # for one unit of the product
    sequence: int | None = None  # its number; None: tens, as it stands in the list
    steps: Sequence[NewStep] = ()


@dataclass(frozen=True)
class NewDefinition:
    """A product, the batch that the quantities make, and its steps in order."""

    code: str
    material: MaterialDefinition
    batch_quantity: Decimal
    segments: Sequence[NewSegment]
    name: str = ""


def create(actor: Actor, site: Site, new: NewDefinition) -> OperationsDefinition:
    """Add the next version of a definition, as a draft.

    Raises: NotAllowed; InvalidInput for whatever is missing, not more than zero, or of another site.
    """
    with use_case(actor) as act:
        act.require(permissions.CHANGE_DEFINITION, site.code)
        return add(act, site, new)


def add(act: UseCase, site: Site, new: NewDefinition) -> OperationsDefinition:
    """The same within the caller's transaction; rights are the caller's to ask."""
    _check(site, new)
    before = OperationsDefinition.objects.filter(site=site, code=new.code)
    definition = OperationsDefinition.objects.create(
        site=site,
        code=new.code,
        number=(before.aggregate(last=Max("number"))["last"] or 0) + 1,
        name=new.name,
        material=new.material,
        batch_quantity=new.batch_quantity,
        unit=new.material.unit,
        created_at=act.now,
    )
    for index, segment in enumerate(new.segments):
        _add_segment(definition, 10 * (index + 1) if segment.sequence is None else segment.sequence, segment)
    after = {"number": definition.number, "batch": new.batch_quantity, "unit": definition.unit}
    act.record("production.definition_added", subject=definition, site=site.code, after=after)
    return definition


def _add_segment(definition: OperationsDefinition, sequence: int, new: NewSegment) -> None:
    segment = OperationsSegment.objects.create(
        site=definition.site,
        operations_definition=definition,
        sequence=sequence,
        name=new.name,
        equipment=new.equipment,
        setup_duration=new.setup_duration,
        run_duration=new.run_duration,
    )
    MaterialSpecification.objects.bulk_create(
        MaterialSpecification(
            site=definition.site,
            segment=segment,
            position=10 * (index + 1),
            material_use=item.use,
            material=item.material,
            quantity=item.quantity,
            unit=item.material.unit,
            basis=item.basis,
            is_scaled=item.is_scaled,
            is_backflushed=item.is_backflushed,
        )
        for index, item in enumerate(new.materials)
    )
    InstructionStep.objects.bulk_create(
        InstructionStep(
            site=definition.site,
            segment=segment,
            position=10 * (index + 1),
            **{each.name: getattr(step, each.name) for each in fields(NewStep) if each.name != "choices"},
            choices=list(step.choices),
        )
        for index, step in enumerate(new.steps)
    )


def _check(site: Site, new: NewDefinition) -> None:
    wrong: dict[str, list[str]] = {}
    materials = [item for segment in new.segments for item in segment.materials]
    if not new.code.strip():
        wrong["code"] = [_("A code is needed.")]
    if new.batch_quantity <= 0 or any(item.quantity <= 0 for item in materials):
        wrong["quantity"] = [_("A quantity must be more than zero.")]
    if not new.segments:
        wrong["segments"] = [_("Give at least one operation.")]
    elif not any(item.use in OUTPUT_USES for item in new.segments[-1].materials):
        wrong["segments"] = [_("The last operation must make something.")]
    times = [time for each in new.segments for time in (each.setup_duration, each.run_duration) if time is not None]
    if any(not timedelta(0) <= time <= LONGEST for time in times):
        wrong["times"] = [_("A set-up or run time is from nothing to a year.")]
    places = [new.material, *(item.material for item in materials)]
    machines = [segment.equipment for segment in new.segments if segment.equipment is not None]
    if any(row.site_id != site.pk for row in [*places, *machines]):
        wrong["site"] = [_("A material or machine belongs to another site.")]
    unmanaged = [
        item.material.code
        for item in materials
        if item.basis == QuantityBasis.ACTIVE and not item.material.is_potency_managed
    ]
    if unmanaged:
        wrong["basis"] = [_("%(material)s has no potency per lot.") % {"material": ", ".join(unmanaged)}]
    wrong |= _wrong_steps(new)
    numbers = [10 * (at + 1) if each.sequence is None else each.sequence for at, each in enumerate(new.segments)]
    if numbers != sorted(set(numbers)):
        wrong["segments"] = [_("The numbers of the operations must rise.")]
    if wrong:
        raise InvalidInput(wrong)


def _wrong_steps(new: NewDefinition) -> dict[str, list[str]]:
    """What is wrong with the steps of its work instructions."""
    wrong = []
    for step in (step for segment in new.segments for step in segment.steps):
        words = {"step": step.title or str(STEP_KIND.label(step.kind))}
        if not step.title.strip():
            wrong.append(_("A step says what to do."))
        if step.kind == StepKind.CHOICE and len(set(step.choices)) < max(2, len(step.choices)):
            wrong.append(_("“%(step)s” needs at least two different choices.") % words)
        if any(len(choice) > 80 for choice in step.choices):
            wrong.append(_("A choice of “%(step)s” is longer than 80 characters.") % words)
        has_limits = step.lower_limit is not None or step.upper_limit is not None
        if step.kind != StepKind.NUMBER and (has_limits or step.unit):
            wrong.append(_("Only a number has limits and a unit: mend “%(step)s”.") % words)
        if step.lower_limit is not None and step.upper_limit is not None and step.lower_limit > step.upper_limit:
            wrong.append(_("The limits of “%(step)s” are the wrong way round.") % words)
        if (step.choices and step.kind != StepKind.CHOICE) or (step.expected and step.kind != StepKind.SCAN):
            wrong.append(_("“%(step)s” has choices or a code that its kind does not take.") % words)
    return {"steps": wrong} if wrong else {}


def change(actor: Actor, definition_id: int, alter: Callable[[NewDefinition], NewDefinition]) -> OperationsDefinition:
    """Change a draft: `alter` is given its content and gives the new one. The draft is locked meanwhile.

    Raises: NotAllowed, NotFound; Conflict for a version that has left draft; InvalidInput as `create`.
    """
    with use_case(actor) as act:
        definition = _locked(definition_id)
        act.require(permissions.CHANGE_DEFINITION, definition.site.code)
        if definition.status != DefinitionStatus.DRAFT:
            words = {"definition": definition}
            sentence = _("%(definition)s is approved and never changes. Make a new version.") % words
            raise Conflict(sentence, code="not_a_draft")
        before = as_new(with_parts(OperationsDefinition.objects.filter(pk=definition.pk)).get())
        new = replace(alter(before), code=definition.code)
        _check(definition.site, new)
        if is_same(before, new):
            return definition
        MaterialSpecification.objects.filter(segment__operations_definition=definition).delete()
        InstructionStep.objects.filter(segment__operations_definition=definition).delete()
        OperationsSegment.objects.filter(operations_definition=definition).delete()
        definition.name, definition.material = new.name, new.material
        definition.batch_quantity, definition.unit = new.batch_quantity, new.material.unit
        definition.save(update_fields=["name", "material", "batch_quantity", "unit"])
        for index, segment in enumerate(new.segments):
            _add_segment(definition, 10 * (index + 1) if segment.sequence is None else segment.sequence, segment)
        after = {"number": definition.number, "operations": len(new.segments)}
        act.record("production.definition_changed", subject=definition, site=definition.site.code, after=after)
        return definition


def new_version(actor: Actor, definition_id: int) -> OperationsDefinition:
    """Add the next version of a definition as a draft with the content of this one.

    Raises: NotAllowed, NotFound; Conflict where its newest version is a draft already.
    """
    with use_case(actor) as act:
        like = _locked(definition_id)
        act.require(permissions.CHANGE_DEFINITION, like.site.code)
        drafts = OperationsDefinition.objects.filter(site=like.site, code=like.code, status=DefinitionStatus.DRAFT)
        draft = drafts.order_by("-number").first()
        if draft is not None:
            words = {"definition": draft}
            raise Conflict(_("%(definition)s is a draft already. Change that one.") % words, code="draft_there")
        return add(act, like.site, as_new(with_parts(OperationsDefinition.objects.filter(pk=like.pk)).get()))


def as_new(definition: OperationsDefinition) -> NewDefinition:
    """A version as the content of another one. It has its parts with it (`selectors.definition.with_parts`)."""
    segments = [
        NewSegment(
            segment.name,
            [
                NewMaterial(
                    line.material,
                    line.quantity,
                    MaterialUse(line.material_use),
                    QuantityBasis(line.basis),
                    line.is_scaled,
                    line.is_backflushed,
                )
                for line in segment.materials.all()
            ],
            segment.equipment,
            segment.setup_duration,
            segment.run_duration,
            segment.sequence,
            [_as_new_step(step) for step in segment.steps.all()],
        )
        for segment in definition.segments.all()
    ]
    return NewDefinition(definition.code, definition.material, definition.batch_quantity, segments, definition.name)


def _as_new_step(step: InstructionStep) -> NewStep:
    content = {each.name: getattr(step, each.name) for each in fields(NewStep)}
    content |= {"kind": StepKind(step.kind), "out_of_limit": OutOfLimit(step.out_of_limit)}
    return NewStep(**content | {"choices": tuple(step.choices)})


def latest(site: Site, codes: Collection[str]) -> dict[str, NewDefinition]:
    """The content of the newest version of each of these codes. Three statements."""
    rows = OperationsDefinition.objects.filter(site=site, code__in=codes).order_by("code", "-number").distinct("code")
    return {row.code: as_new(row) for row in with_parts(rows)}


def is_same(one: NewDefinition, other: NewDefinition) -> bool:
    """Whether two contents say the same: product, batch, operations with their numbers, times, machines, materials."""
    return _content(one) == _content(other)


def _content(new: NewDefinition) -> object:
    return (
        new.code,
        new.name,
        new.material.pk,
        new.batch_quantity,
        [
            (
                each.sequence,
                each.name,
                each.equipment.pk if each.equipment else None,
                each.setup_duration,
                each.run_duration,
                [_line(line) for line in each.materials],
                [replace(step, choices=tuple(step.choices)) for step in each.steps],
            )
            for each in new.segments
        ],
    )


def _line(line: NewMaterial) -> object:
    return (line.material.pk, line.quantity, line.use, line.basis, line.is_scaled, line.is_backflushed)


def approve(actor: Actor, definition_id: int) -> OperationsDefinition:
    """Approve a draft: it may make orders and never changes again; the version before it is retired.

    Raises: NotAllowed, NotFound, IllegalTransition.
    """
    with use_case(actor) as act:
        definition = _locked(definition_id)
        act.require(permissions.APPROVE_DEFINITION, definition.site.code)
        return approved(act, definition)


def approved(act: UseCase, definition: OperationsDefinition) -> OperationsDefinition:
    """The same for a locked draft within the caller's transaction; rights are the caller's to ask."""
    after = DEFINITION.apply(DefinitionStatus(definition.status), DefinitionCommand.APPROVE)
    same_code = OperationsDefinition.objects.select_for_update(of=("self",)).select_related("site")
    for older in same_code.filter(
        site=definition.site, code=definition.code, status=DefinitionStatus.APPROVED
    ).order_by("id"):
        _move(act, older, DEFINITION.apply(DefinitionStatus(older.status), DefinitionCommand.RETIRE))
    definition.approved_at, definition.approved_by = act.now, act.actor.label
    return _move(act, definition, after)


def _move(act: UseCase, definition: OperationsDefinition, after: DefinitionStatus) -> OperationsDefinition:
    before = definition.status
    definition.status = after
    definition.save(update_fields=["status", "approved_at", "approved_by"])
    act.record(
        f"production.definition_{after}",
        subject=definition,
        site=definition.site.code,
        before={"status": before},
        after={"status": after, "number": definition.number},
    )
    return definition


def _locked(definition_id: int) -> OperationsDefinition:
    rows = OperationsDefinition.objects.select_for_update(of=("self",)).select_related("site")
    definition = rows.filter(pk=definition_id).first()
    if definition is None:
        raise NotFound(_("There is no such definition."))
    return definition
