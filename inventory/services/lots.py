"""Lots that come into being with the act that brings them: received under a supplier's number, or made by a job."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from inventory import permissions
from inventory.engine.terms import MoveKind
from inventory.models import StockMove, StorageLocation
from inventory.services import job_material, stock_transfer
from inventory.services.bringing import active_of
from inventory.services.hold_join import begin_once, post_made
from inventory.services.posting import Leg, Occasion, post, posted
from mom.core.actor import Actor
from mom.core.db.prepared import Prepared
from mom.core.errors import InvalidInput, NotFound
from mom.core.use_case import UseCase, use_case
from mom.plant.models import BusinessPartner, MaterialDefinition, MaterialLot
from mom.plant.public import add_master_data
from mom.work.engine.terms import OUTPUT_USES
from mom.work.models import JobRequirement


@dataclass(frozen=True)
class NewLot:
    """What a lot is called and what came with it. An empty `code` gets the next number of the site's range."""

    code: str = ""
    supplier_lot: str = ""
    expires_at: datetime | None = None


def receive_lot(
    actor: Actor,
    location: StorageLocation,
    definition: MaterialDefinition,
    quantity: Decimal,
    new: NewLot,
    *,
    op_uuid: uuid.UUID,
    partner: BusinessPartner | None = None,
    at: datetime | None = None,
) -> list[StockMove]:
    """Take in what a supplier brought, as a lot that is added with it; more of a known lot goes to that lot.

    The same `op_uuid` again changes nothing (P01). Raises: NotAllowed; InvalidInput for nothing or less, a lot of
    another material, or a supplier's number or expiry that is another one than the lot's.
    """
    if quantity <= 0:
        raise InvalidInput({"quantity": [_("A quantity must be more than zero.")]})
    with use_case(actor) as act:
        act.require(permissions.MOVE_STOCK, location.site.code)
        occasion = Occasion(op_uuid, at or act.now)
        known = posted(occasion)
        if known:
            return known
        lot = _lot(act, definition, new, partner)
        leg = Leg(MoveKind.RECEIVED, location, definition, quantity, lot=lot, active_quantity=active_of(lot, quantity),
                  partner=partner)  # fmt: skip
        moves = post(act, [leg], occasion)
        stock_transfer.put_away(act, moves)
        return moves


def produce_lot(
    actor: Actor,
    job_order_id: int,
    location: StorageLocation,
    quantity: Decimal,
    new: NewLot,
    *,
    op_uuid: uuid.UUID,
    output_id: int | None = None,
    at: datetime | None = None,
) -> list[StockMove]:
    """Book a lot that came of a job, of its main output or another; the lot is added with it.

    The same `op_uuid` again changes nothing. Raises: as `job_material.produce`; NotFound for no such output.
    """
    with use_case(actor, is_all=True) as act:
        job_order, response = job_material.begun(act, job_order_id)
        occasion = Occasion(op_uuid, at or act.now, job_response=response)
        known, are_holds_open = begin_once(response.site_id, occasion)
        if known:
            return known
        outputs = _OUTPUTS.rows(job=job_order.pk)
        output = next((each for each in outputs if output_id in {None, each.pk}), None)
        if output is None or output.definition is None:
            raise NotFound(_("Job %(job)s has no such output.") % {"job": job_order.code})
        lot = _lot(act, output.definition, new, None)
        made = job_material.Made(output, lot, location, quantity)
        return post_made(act, [job_material.made_leg(job_order, made)], occasion, are_holds_open=are_holds_open)


_OUTPUTS = Prepared(
    lambda job: (
        JobRequirement.objects.filter(job_order=job, material_use__in=OUTPUT_USES)
        .select_related("definition__site")
        .order_by("position", "id")
    )
)


def _lot(act: UseCase, definition: MaterialDefinition, new: NewLot, supplier: BusinessPartner | None) -> MaterialLot:
    if new.code:
        rows = MaterialLot.objects.select_related("definition", "site")
        lot = rows.filter(site=definition.site_id, code=new.code).first()
        if lot is not None:
            _refuse_other(lot, definition, new)
            return lot
    return add_master_data(
        act,
        MaterialLot,
        definition.site,
        ends_act=True,
        code=new.code,
        definition=definition,
        supplier_lot=new.supplier_lot,
        expires_at=new.expires_at,
        supplier=supplier,
    )


def _refuse_other(lot: MaterialLot, definition: MaterialDefinition, new: NewLot) -> None:
    wrong: dict[str, list[str]] = {}
    words = {"lot": lot.code}
    if lot.definition_id != definition.pk:
        wrong["lot"] = [_("Lot %(lot)s is of another material.") % words]
    if new.supplier_lot and new.supplier_lot != lot.supplier_lot:
        wrong["supplier_lot"] = [_("Lot %(lot)s has another supplier's number. Receive it as another lot.") % words]
    if new.expires_at is not None and new.expires_at != lot.expires_at:
        wrong["expires_at"] = [_("Lot %(lot)s expires at another time. Receive it as another lot.") % words]
    if wrong:
        raise InvalidInput(wrong)
