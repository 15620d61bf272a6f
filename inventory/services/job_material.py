"""Material on a job: what it consumed, what came of it, pieces that get their number late, components built in."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from inventory import permissions
from inventory.engine.terms import MoveKind
from inventory.models import Installation, StockMove, StorageLocation
from inventory.services import stock_reservation
from inventory.services.bringing import active_of
from inventory.services.hold_join import begin_once, post_made
from inventory.services.posting import Leg, Occasion, post, posted, usable, usable_lots
from mom.core.actor import Actor
from mom.core.db.constraints import translating
from mom.core.db.prepared import Prepared
from mom.core.errors import Conflict, InvalidInput, NotFound
from mom.core.use_case import UseCase, use_case
from mom.plant.engine.potency import nominal_for_active
from mom.plant.engine.terms import SublotKind
from mom.plant.models import MaterialDefinition, MaterialLot, MaterialSublot
from mom.plant.public import add_sublot
from mom.work.engine.terms import OUTPUT_USES, MaterialUse
from mom.work.models import JobOrder, JobRequirement, JobResponse
from mom.work.public import lock_job_order

KIND_OF_OUTPUT = {
    MaterialUse.PRODUCED: MoveKind.PRODUCED,
    MaterialUse.BY_PRODUCT: MoveKind.BY_PRODUCT,
    MaterialUse.CO_PRODUCT: MoveKind.CO_PRODUCT,
}


@dataclass(frozen=True)
class Taken:
    """So much of a lot from a place; of a material that has no lots, so much of `definition`.

    For a potent ingredient say `active`: what to weigh follows from the lot. `requirement`: the line of the job that it
    is for; without, the first of the material.
    """

    lot: MaterialLot | None
    location: StorageLocation
    quantity: Decimal | None = None
    active: Decimal | None = None
    sublot: MaterialSublot | None = None
    definition: MaterialDefinition | None = None
    requirement: JobRequirement | None = None

    @property
    def material(self) -> MaterialDefinition:
        """Of what it is. Raises: InvalidInput without lot and material."""
        found = self.lot.definition if self.lot is not None else self.definition
        if found is None:
            raise InvalidInput({"taken": [_("Give a lot or a material.")]})
        return found


def consume(
    actor: Actor,
    job_order_id: int,
    taken: Sequence[Taken] | None,
    *,
    op_uuid: uuid.UUID,
    at: datetime | None = None,
    until: datetime | None = None,
    seen_by: str = "",
) -> list[StockMove]:
    """Book what a job consumed, nominal and, where the lot has a potency, active. The same `op_uuid` changes nothing.

    `taken` None: all that is reserved for the job and not taken yet. What was reserved is taken from its reservation.

    Raises: NotAllowed, NotFound, Shortage (P08); Conflict for a job that was never started, or a lot that is held or
    expired at that time (P13); InvalidInput for nothing or less, or an active quantity of a lot without potency.
    """
    with use_case(actor, is_all=True) as act:
        job_order, response = begun(act, job_order_id, seen_by=seen_by)
        occasion = Occasion(op_uuid, at or act.now, until, response)
        known = posted(occasion)
        if known:
            return known
        items = _reserved(job_order) if taken is None else list(taken)
        if not items:
            raise InvalidInput({"taken": [_("Give at least one lot.")]})
        lots = usable_lots([item.lot.pk for item in items if item.lot is not None], occasion.at)
        needs = {} if all(item.requirement for item in items) else _needs(job_order)
        legs = [_consumed(item, None if item.lot is None else lots[item.lot.pk], needs) for item in items]
        stock_reservation.take(legs)
        return post(act, legs, occasion)


def take_reserved(act: UseCase, job_order: JobOrder, response: JobResponse, *, op_uuid: uuid.UUID) -> list[StockMove]:
    """Book what is reserved for a locked job as consumed; none where nothing is. The same key changes nothing.

    Rights are the caller's to ask. Joins its transaction. Raises: Shortage; Conflict for a lot that may not be used.
    """
    occasion = Occasion(op_uuid, act.now, None, response)
    known = posted(occasion)
    items = [] if known else _reserved(job_order)
    if not items:
        return known
    lots = usable_lots([item.lot.pk for item in items if item.lot is not None], occasion.at)
    legs = [_consumed(item, None if item.lot is None else lots[item.lot.pk], {}) for item in items]
    stock_reservation.take(legs)
    return post(act, legs, occasion)


def _reserved(job_order: JobOrder) -> list[Taken]:
    rows = [row for row in stock_reservation.RESERVED.rows(jobs=[job_order.pk]) if row.taken < row.quantity]
    for row in rows:
        row.balance.location.site = row.site
    return [
        Taken(row.balance.lot, row.balance.location, row.quantity - row.taken, sublot=row.balance.sublot,
              definition=row.balance.definition, requirement=row.requirement)
        for row in rows
    ]  # fmt: skip


def _needs(job_order: JobOrder) -> dict[int, JobRequirement]:
    """What the job takes in, by material: of several lines the first."""
    inputs = job_order.requirements.exclude(material_use__in=OUTPUT_USES).exclude(definition=None)
    return {need.definition_id: need for need in inputs.order_by("-position") if need.definition_id is not None}


def _consumed(item: Taken, lot: MaterialLot | None, needs: Mapping[int, JobRequirement]) -> Leg:
    quantity, active = item.quantity, item.active
    if active is not None:
        if lot is None or lot.potency is None or quantity is not None:
            raise InvalidInput(
                {"active": [_("Give either a quantity or, for a lot with a potency, an active quantity.")]}
            )
        quantity = nominal_for_active(active, lot.potency)
    if quantity is None or quantity <= 0:
        raise InvalidInput({"quantity": [_("A quantity must be more than zero.")]})
    active = active if active is not None else active_of(lot, quantity)
    return Leg(
        MoveKind.CONSUMED,
        item.location,
        item.material,
        -quantity,
        lot=lot,
        sublot=item.sublot,
        active_quantity=None if active is None else -active,
        requirement=item.requirement or needs.get(item.material.pk),
    )


@dataclass(frozen=True)
class Made:
    """So much of a lot, put on a place, as an output of the job."""

    output: JobRequirement
    lot: MaterialLot
    location: StorageLocation
    quantity: Decimal


def produce(
    actor: Actor, job_order_id: int, made: list[Made], *, op_uuid: uuid.UUID, at: datetime | None = None
) -> list[StockMove]:
    """Book the lots that came of a job: product, co-products and by-products. The same `op_uuid` changes nothing.

    Raises: NotAllowed, NotFound; Conflict for a job that was never started; InvalidInput for nothing or less, an output
    of another job, or a lot of another material.
    """
    with use_case(actor) as act:
        job_order, response = begun(act, job_order_id)
        occasion = Occasion(op_uuid, at or act.now, job_response=response)
        known, are_holds_open = begin_once(response.site_id, occasion)
        if known:
            return known
        legs = [made_leg(job_order, item) for item in made]
        return post_made(act, legs, occasion, are_holds_open=are_holds_open)


def made_leg(job_order: JobOrder, item: Made) -> Leg:
    use = MaterialUse(item.output.material_use)
    if item.output.job_order_id != job_order.pk or use not in KIND_OF_OUTPUT:
        raise InvalidInput({"output": [_("This is not an output of job %(job)s.") % {"job": job_order.code}]})
    if item.quantity <= 0:
        raise InvalidInput({"quantity": [_("A quantity must be more than zero.")]})
    if item.lot.definition_id != item.output.definition_id:
        raise InvalidInput({"lot": [_("Lot %(lot)s is of another material.") % {"lot": item.lot.code}]})
    return Leg(
        KIND_OF_OUTPUT[use],
        item.location,
        item.lot.definition,
        item.quantity,
        lot=item.lot,
        active_quantity=active_of(item.lot, item.quantity),
        requirement=item.output,
    )


def give_number(
    actor: Actor,
    job_order_id: int,
    *,
    lot: MaterialLot,
    location: StorageLocation,
    definition: MaterialDefinition,
    serial: str,
    op_uuid: uuid.UUID,
    at: datetime | None = None,
) -> MaterialSublot:
    """Let one piece of a lot get its serial number on a job: from here on it has a life line of its own (P12).

    Raises: NotAllowed, NotFound, Shortage; Conflict for a job that was never started or a lot that is held;
    InvalidInput for a number that the material has already.
    """
    with use_case(actor) as act:
        _job_order, response = begun(act, job_order_id)
        occasion = Occasion(op_uuid, at or act.now, job_response=response)
        known, are_holds_open = begin_once(response.site_id, occasion)
        if known:
            return MaterialSublot.objects.get(stock_moves=known[-1])
        lot = usable(lot, occasion.at)
        piece = add_sublot(
            act,
            definition,
            kind=SublotKind.SERIAL,
            code=serial,
            lot=lot if lot.definition_id == definition.pk else None,
            quantity=Decimal(1),
            born_at=occasion.at,
        )
        one = Decimal(1)
        legs = [
            Leg(MoveKind.CONSUMED, location, lot.definition, -one, lot=lot),
            Leg(MoveKind.PRODUCED, location, definition, one, lot=piece.lot, sublot=piece),
        ]
        post_made(act, legs, occasion, are_holds_open=are_holds_open)
        return piece


def install(
    actor: Actor,
    job_order_id: int,
    *,
    product: MaterialSublot,
    component: MaterialSublot,
    location: StorageLocation,
    position: str = "",
    op_uuid: uuid.UUID,
    at: datetime | None = None,
) -> Installation:
    """Build a numbered component into a numbered product: it leaves its place and is in the product from then on.

    Raises: NotAllowed, NotFound, Shortage; Conflict for a component that is built in elsewhere or a position that is
    taken at that time, or a job that was never started.
    """
    with use_case(actor) as act:
        _job_order, response = begun(act, job_order_id)
        occasion = Occasion(op_uuid, at or act.now, job_response=response)
        if posted(occasion):
            return Installation.objects.get(component=component, installed_at=occasion.at)
        return _install(act, response, product, component, location, position, occasion)


def _install(
    act: UseCase,
    response: JobResponse,
    product: MaterialSublot,
    component: MaterialSublot,
    location: StorageLocation,
    position: str,
    occasion: Occasion,
) -> Installation:
    if component.lot is not None:
        usable(component.lot, occasion.at)
    leg = Leg(MoveKind.INSTALLED, location, component.definition, Decimal(-1), lot=component.lot, sublot=component)
    post(act, [leg], occasion)
    words = {"component": component.code, "position": position}
    elsewhere = Conflict(_("%(component)s is built in elsewhere at that time.") % words, code="component_built_in")
    taken = Conflict(_("Position %(position)s is taken. Remove what is there first.") % words, code="position_taken")
    with translating(
        {
            "inventory_installation_one_place_at_a_time": lambda: elsewhere,
            "inventory_installation_one_component_a_position": lambda: taken,
        }
    ):
        installation = Installation.objects.create(
            site=product.site,
            product=product,
            component=component,
            position=position,
            installed_at=occasion.at,
            install_response=response,
        )
    act.record(
        "inventory.component_installed",
        subject=product,
        site=product.site.code,
        after={"component": component.code, "position": position},
    )
    return installation


def swap(
    actor: Actor,
    job_order_id: int,
    *,
    installation_id: int,
    component: MaterialSublot,
    location: StorageLocation,
    returned_to: StorageLocation,
    reason: str,
    op_uuid: uuid.UUID,
    at: datetime | None = None,
) -> Installation:
    """Take a component out of a product, put it on a place, and build another one in, in one act.

    Raises: NotAllowed, NotFound, Shortage; InvalidInput without a reason; Conflict where it was taken out already, or
    as for `install`.
    """
    if len(reason.strip()) < 2:
        raise InvalidInput({"reason": [_("Say why the component is swapped.")]})
    with use_case(actor, reason) as act:
        _job_order, response = begun(act, job_order_id)
        occasion = Occasion(op_uuid, at or act.now, job_response=response)
        open_ones = Installation.objects.select_for_update(of=("self",))
        old = open_ones.select_related("product__site", "component__definition", "component__lot")
        found = old.filter(pk=installation_id, site=response.site_id).first()
        if found is None:
            raise NotFound(_("There is no such installation."))
        if posted(occasion):
            return Installation.objects.get(product=found.product, component=component, installed_at=occasion.at)
        if found.removed_at is not None:
            raise Conflict(_("The component was taken out already."), code="component_removed")
        found.removed_at, found.remove_response, found.removal_reason = occasion.at, response, reason.strip()[:200]
        found.save(update_fields=["removed_at", "remove_response", "removal_reason"])
        out = found.component
        back = Leg(
            MoveKind.REMOVED,
            returned_to,
            out.definition,
            Decimal(1),
            lot=out.lot,
            sublot=out,
            note=found.removal_reason,
        )
        removal = Occasion(uuid.uuid5(op_uuid, "removed"), occasion.at, job_response=response)
        post(act, [back], removal)
        return _install(act, response, found.product, component, location, found.position, occasion)


_LATEST = Prepared(
    lambda job: (
        JobResponse.objects.filter(job_order=job, reverses=None, reversal=None)
        .select_related("site")
        .order_by("-started_at", "-id")[:1]
    )
)


def begun(act: UseCase, job_order_id: int, *, seen_by: str = "") -> tuple[JobOrder, JobResponse]:
    """The job, locked, and its latest job response. Raises: NotAllowed, NotFound, Conflict.

    Who has not the right `seen_by` at its site is told what is true of a job that is not there.
    """
    job_order = lock_job_order(job_order_id)
    if seen_by and not act.actor.may(seen_by, job_order.site.code):
        raise NotFound(_("There is no such job."))
    act.require(permissions.CONSUME_STOCK, job_order.site.code)
    response = _LATEST.first(job=job_order.pk)
    if response is None:
        sentence = _("Job %(job)s is not in work. Start it first.") % {"job": job_order.code}
        raise Conflict(sentence, code="job_not_in_work")
    return job_order, response
