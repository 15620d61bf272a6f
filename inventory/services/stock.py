"""Stock comes in, moves, runs together, is scrapped and leaves. One act is one use case."""

import uuid
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from inventory import permissions
from inventory.engine.terms import MoveKind
from inventory.models import StockMove, StorageLocation
from inventory.services import stock_transfer
from inventory.services.bringing import Named, Stuff, active_of, bring, stuff
from inventory.services.posting import Leg, Occasion, post, posted, usable
from mom.core.actor import Actor
from mom.core.errors import Conflict, InvalidInput
from mom.core.use_case import UseCase, use_case
from mom.plant.models import BusinessPartner, Equipment, MaterialDefinition, MaterialLot, MaterialSublot


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
        known = posted(occasion)
        if known:
            return known
        moves = post(act, [leg], occasion)
        stock_transfer.put_away(act, moves)
        return moves


def transfer(
    actor: Actor,
    what: Stuff,
    source: StorageLocation,
    target: StorageLocation,
    quantity: Decimal,
    *,
    op_uuid: uuid.UUID,
    at: datetime | None = None,
    until: datetime | None = None,
) -> list[StockMove]:
    """Bring part of a lot, of a material without lots, or a numbered piece from one place to another.

    Into a silo it becomes part of the blend that lies there. Bulk that flows takes from `at` until `until`. Raises:
    NotAllowed, Shortage; Conflict for a lot that is held or expired and would run together with others; InvalidInput.
    """
    _check_quantity(quantity)
    with use_case(actor) as act:
        act.require(permissions.MOVE_STOCK, source.site.code)
        occasion = Occasion(op_uuid, at or act.now, until)
        return posted(occasion) or bring(act, what, source, target, quantity, occasion)


def scrap(
    actor: Actor,
    what: Stuff,
    location: StorageLocation,
    quantity: Decimal,
    *,
    op_uuid: uuid.UUID,
    reason: str,
    at: datetime | None = None,
) -> list[StockMove]:
    """Throw part of a lot, of a material without lots, or a numbered piece away, with the reason; held ones too.

    Raises: NotAllowed, Shortage; InvalidInput for nothing or less, half a piece, or without a reason.
    """
    _check_quantity(quantity)
    if len(reason.strip()) < 2:
        raise InvalidInput({"reason": [_("Say why it is scrapped.")]})
    with use_case(actor, reason) as act:
        act.require(permissions.MOVE_STOCK, location.site.code)
        occasion = Occasion(op_uuid, at or act.now)
        leg = _leaving(MoveKind.SCRAPPED, stuff(what, quantity), location, quantity, note=reason.strip()[:200])
        return posted(occasion) or post(act, [leg], occasion)


def ship(
    actor: Actor,
    what: Stuff,
    location: StorageLocation,
    quantity: Decimal,
    *,
    op_uuid: uuid.UUID,
    partner: BusinessPartner,
    at: datetime | None = None,
) -> list[StockMove]:
    """Send part of a lot, of a material without lots, or a numbered piece to a customer.

    Raises: NotAllowed, Shortage, InvalidInput; Conflict where the lot is held or expired.
    """
    _check_quantity(quantity)
    with use_case(actor) as act:
        act.require(permissions.MOVE_STOCK, location.site.code)
        occasion = Occasion(op_uuid, at or act.now)
        known = posted(occasion)
        if known:
            return known
        named = stuff(what, quantity)
        if named.lot is not None:
            named = named._replace(lot=usable(named.lot, occasion.at))
        return post(act, [_leaving(MoveKind.SHIPPED, named, location, quantity, partner=partner)], occasion)


def _leaving(kind: MoveKind, named: Named, location: StorageLocation, quantity: Decimal, **more: Any) -> Leg:
    active = active_of(named.lot, quantity)
    return Leg(
        kind,
        location,
        named.definition,
        -quantity,
        lot=named.lot,
        sublot=named.sublot,
        active_quantity=None if active is None else -active,
        **more,
    )


def _check_quantity(quantity: Decimal) -> None:
    if quantity <= 0:
        raise InvalidInput({"quantity": [_("A quantity must be more than zero.")]})
