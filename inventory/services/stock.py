"""Stock comes in, moves, runs together, is scrapped and leaves. One act is one use case."""

import uuid
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from inventory import permissions
from inventory.engine.terms import MoveKind
from inventory.models import StockBalance, StockMove, StorageLocation
from inventory.services.posting import Leg, Occasion, post, posted, usable
from mom.core.actor import Actor
from mom.core.errors import Conflict, InvalidInput
from mom.core.use_case import UseCase, use_case
from mom.plant.engine.potency import active_in
from mom.plant.engine.terms import LotDisposition
from mom.plant.models import BusinessPartner, Equipment, MaterialDefinition, MaterialLot, MaterialSublot
from mom.plant.public import add_master_data


def storage_add(
    actor: Actor, equipment: Equipment, *, allows_negative: bool = False, is_blending: bool = False
) -> StorageLocation:
    """Let a place of the equipment tree hold stock. Raises: NotAllowed; Conflict where it does already."""
    with use_case(actor) as act:
        act.require(permissions.ADJUST_STOCK, equipment.site.code)
        return add_storage(act, equipment, allows_negative=allows_negative, is_blending=is_blending)


def add_storage(
    act: UseCase, equipment: Equipment, *, allows_negative: bool = False, is_blending: bool = False
) -> StorageLocation:
    """The same within the caller's transaction; rights are the caller's to ask."""
    if StorageLocation.objects.filter(equipment=equipment).exists():
        sentence = _("%(place)s holds stock already.") % {"place": equipment.code}
        raise Conflict(sentence, code="storage_exists")
    place = StorageLocation.objects.create(
        site=equipment.site, equipment=equipment, allows_negative=allows_negative, is_blending=is_blending
    )
    after = {"allows_negative": allows_negative, "is_blending": is_blending}
    act.record("inventory.storage_added", subject=equipment, site=equipment.site.code, after=after)
    return place


def receive(
    actor: Actor,
    location: StorageLocation,
    definition: MaterialDefinition,
    quantity: Decimal,
    *,
    op_uuid: uuid.UUID,
    lot: MaterialLot | None = None,
    sublot: MaterialSublot | None = None,
    partner: BusinessPartner | None = None,
    at: datetime | None = None,
) -> list[StockMove]:
    """Take in what a supplier (or nobody named) brought. The same `op_uuid` again changes nothing (P01).

    Raises: NotAllowed; InvalidInput for nothing or less, or a lot of another material.
    """
    _check_quantity(quantity)
    with use_case(actor) as act:
        act.require(permissions.MOVE_STOCK, location.site.code)
        occasion = Occasion(op_uuid, at or act.now)
        leg = Leg(
            MoveKind.RECEIVED,
            location,
            definition,
            quantity,
            lot=lot,
            sublot=sublot,
            active_quantity=active_of(lot, quantity),
            partner=partner,
        )
        return posted(occasion) or post(act, [leg], occasion)


def transfer(
    actor: Actor,
    lot: MaterialLot,
    source: StorageLocation,
    target: StorageLocation,
    quantity: Decimal,
    *,
    op_uuid: uuid.UUID,
    at: datetime | None = None,
    until: datetime | None = None,
) -> list[StockMove]:
    """Bring part of a lot from one place to another; into a silo it becomes part of the blend that lies there.

    Bulk that flows takes from `at` until `until`. Raises: NotAllowed, Shortage; Conflict for a lot that is held or
    expired; InvalidInput.
    """
    _check_quantity(quantity)
    with use_case(actor) as act:
        act.require(permissions.MOVE_STOCK, source.site.code)
        occasion = Occasion(op_uuid, at or act.now, until)
        known = posted(occasion)
        if known:
            return known
        if target.is_blending:  # out of a blend nobody takes it back; onto a quarantine place a held lot may go
            lot = usable(lot, occasion.at)
        kind = MoveKind.BLENDED if target.is_blending else MoveKind.TRANSFERRED
        into = blend_lot(act, target, lot.definition) if target.is_blending else lot
        active = active_of(lot, quantity)
        minus = None if active is None else -active
        legs = [
            Leg(kind, source, lot.definition, -quantity, lot=lot, active_quantity=minus),
            Leg(kind, target, lot.definition, quantity, lot=into, active_quantity=active),
        ]
        return post(act, legs, occasion)


def blend_lot(act: UseCase, silo: StorageLocation, definition: MaterialDefinition) -> MaterialLot:
    """The blend that lies in a silo, or a new one where it is empty. Joins the caller's transaction.

    One blend lives from the first filling of an empty silo until it is empty again. Raises: Conflict where another
    material is in it.
    """
    # Two fillings of an empty silo at once are one blend.
    locked = StorageLocation.objects.select_for_update(of=("self",)).select_related("equipment", "site").get(pk=silo.pk)
    there = StockBalance.objects.filter(location=locked, quantity__gt=0, lot__isnull=False)
    inside = there.select_related("lot__definition").order_by("id").first()
    if inside is not None and inside.lot is not None:
        if inside.definition_id != definition.pk:
            words = {"place": locked.equipment.code, "material": inside.lot.definition.code}
            raise Conflict(_("%(place)s holds %(material)s. Empty it first.") % words, code="other_material_inside")
        return inside.lot
    number = StockBalance.objects.filter(location=locked).count() + 1
    code = f"{locked.equipment.code}-{number:04}"
    return add_master_data(
        act, MaterialLot, locked.site, definition=definition, code=code, disposition=LotDisposition.UNRESTRICTED
    )


def scrap(
    actor: Actor,
    lot: MaterialLot,
    location: StorageLocation,
    quantity: Decimal,
    *,
    op_uuid: uuid.UUID,
    reason: str,
    at: datetime | None = None,
) -> list[StockMove]:
    """Throw part of a lot away, with the reason; a held lot may be scrapped too.

    Raises: NotAllowed, Shortage; InvalidInput for nothing or less, or without a reason.
    """
    _check_quantity(quantity)
    if len(reason.strip()) < 2:
        raise InvalidInput({"reason": [_("Say why it is scrapped.")]})
    with use_case(actor, reason) as act:
        act.require(permissions.MOVE_STOCK, location.site.code)
        occasion = Occasion(op_uuid, at or act.now)
        active = active_of(lot, quantity)
        leg = Leg(
            MoveKind.SCRAPPED,
            location,
            lot.definition,
            -quantity,
            lot=lot,
            active_quantity=None if active is None else -active,
            note=reason.strip()[:200],
        )
        return posted(occasion) or post(act, [leg], occasion)


def ship(
    actor: Actor,
    lot: MaterialLot,
    location: StorageLocation,
    quantity: Decimal,
    *,
    op_uuid: uuid.UUID,
    partner: BusinessPartner,
    at: datetime | None = None,
) -> list[StockMove]:
    """Send part of a lot to a customer.

    Raises: NotAllowed, Shortage, InvalidInput; Conflict for a lot that is held or expired.
    """
    _check_quantity(quantity)
    with use_case(actor) as act:
        act.require(permissions.MOVE_STOCK, location.site.code)
        occasion = Occasion(op_uuid, at or act.now)
        return posted(occasion) or _shipped(act, usable(lot, occasion.at), None, location, quantity, partner, occasion)


def ship_piece(
    actor: Actor,
    piece: MaterialSublot,
    location: StorageLocation,
    *,
    op_uuid: uuid.UUID,
    partner: BusinessPartner,
    at: datetime | None = None,
) -> list[StockMove]:
    """Send a numbered piece to a customer. Raises: NotAllowed, Shortage; Conflict where its lot is held or expired."""
    with use_case(actor) as act:
        act.require(permissions.MOVE_STOCK, location.site.code)
        occasion = Occasion(op_uuid, at or act.now)
        lot = usable(piece.lot, occasion.at) if piece.lot is not None else None
        return posted(occasion) or _shipped(act, lot, piece, location, Decimal(1), partner, occasion)


def _shipped(
    act: UseCase,
    lot: MaterialLot | None,
    piece: MaterialSublot | None,
    location: StorageLocation,
    quantity: Decimal,
    partner: BusinessPartner,
    occasion: Occasion,
) -> list[StockMove]:
    definition = lot.definition if piece is None and lot is not None else piece.definition  # type: ignore[union-attr]
    active = active_of(lot, quantity)
    leg = Leg(
        MoveKind.SHIPPED,
        location,
        definition,
        -quantity,
        lot=lot,
        sublot=piece,
        active_quantity=None if active is None else -active,
        partner=partner,
    )
    return post(act, [leg], occasion)


def active_of(lot: MaterialLot | None, nominal: Decimal) -> Decimal | None:
    """The active substance in a quantity of a lot; None where its potency is not kept."""
    return None if lot is None or lot.potency is None else active_in(nominal, lot.potency)


def _check_quantity(quantity: Decimal) -> None:
    if quantity <= 0:
        raise InvalidInput({"quantity": [_("A quantity must be more than zero.")]})
