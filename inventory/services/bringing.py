"""Bringing stock from place to place, into a silo too. Every function joins the caller's transaction."""

from decimal import Decimal
from typing import NamedTuple

from django.utils.translation import gettext as _

from inventory.engine.terms import MoveKind
from inventory.models import StockBalance, StockMove, StorageLocation
from inventory.services.posting import Leg, Occasion, post, usable
from mom.core.errors import Conflict, InvalidInput
from mom.core.use_case import UseCase
from mom.plant.engine.potency import active_in
from mom.plant.engine.terms import LotDisposition, MaterialTracking, SublotKind
from mom.plant.models import MaterialDefinition, MaterialLot, MaterialSublot
from mom.plant.public import add_master_data

Stuff = MaterialLot | MaterialDefinition | MaterialSublot
"""What is moved: of a lot, of a material that is kept without lots, or a numbered piece."""


class Named(NamedTuple):
    """What the ledger calls it."""

    definition: MaterialDefinition
    lot: MaterialLot | None
    sublot: MaterialSublot | None

    @property
    def code(self) -> str:
        """What people call it."""
        return (self.sublot or self.lot or self.definition).code


def bring(
    act: UseCase,
    what: Stuff,
    source: StorageLocation,
    target: StorageLocation,
    quantity: Decimal,
    occasion: Occasion,
) -> list[StockMove]:
    """Bring so much of something to another place; rights are the caller's to ask.

    Raises: Shortage; InvalidInput for the same place, or as `stuff`; Conflict for a held lot that would run together
    with others.
    """
    definition, lot, piece = stuff(what, quantity)
    if source.pk == target.pk:
        raise InvalidInput({"to": [_("It lies there already. Choose another place.")]})
    if target.is_blending:  # out of a blend nobody takes it back; onto a quarantine place a held lot may go
        if lot is None or piece is not None:
            raise InvalidInput({"lot": [_("%(place)s blends lots: name the lot.") % {"place": target.equipment.code}]})
        lot = usable(lot, occasion.at)
    kind = MoveKind.BLENDED if target.is_blending else MoveKind.TRANSFERRED
    into = blend_lot(act, target, definition) if target.is_blending else lot
    active = active_of(lot, quantity)
    minus = None if active is None else -active
    legs = [
        Leg(kind, source, definition, -quantity, lot=lot, sublot=piece, active_quantity=minus),
        Leg(kind, target, definition, quantity, lot=into, sublot=piece, active_quantity=active),
    ]
    return post(act, legs, occasion)


def stuff(what: Stuff, quantity: Decimal) -> Named:
    """Of which material so much of it is, which lot and which piece.

    Raises: InvalidInput for a material that is kept by lot, without one, and for a numbered piece that isn't whole.
    """
    if isinstance(what, MaterialLot):
        return Named(what.definition, what, None)
    if isinstance(what, MaterialSublot):
        if what.kind == SublotKind.SERIAL and quantity != 1:
            raise InvalidInput({"quantity": [_("%(number)s is one piece: the quantity is 1.") % {"number": what.code}]})
        return Named(what.definition, what.lot, what)
    if what.tracking == MaterialTracking.LOT:
        raise InvalidInput({"lot": [_("%(material)s is kept by lot: name the lot.") % {"material": what.code}]})
    return Named(what, None, None)


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


def active_of(lot: MaterialLot | None, nominal: Decimal) -> Decimal | None:
    """The active substance in a quantity of a lot; None where its potency is not kept."""
    return None if lot is None or lot.potency is None else active_in(nominal, lot.potency)
