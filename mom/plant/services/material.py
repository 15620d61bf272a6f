"""Units of a material, its sublots and serial numbers."""

from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from django.utils.translation import gettext as _

from mom.core.actor import Actor
from mom.core.errors import InvalidInput
from mom.core.use_case import UseCase, use_case
from mom.plant import permissions
from mom.plant.engine.terms import SublotKind
from mom.plant.models import MaterialDefinition, MaterialLot, MaterialSublot, MaterialUnit
from mom.plant.services import rows


def material_unit_add(actor: Actor, definition_id: int, code: str, factor: Fraction) -> MaterialUnit:
    """Give a material another unit: one of it is `factor` of the material's own (1 tray = 24 pieces).

    Raises: NotAllowed, NotFound; InvalidInput for a factor that is not more than zero or a unit it has already.
    """
    if factor <= 0:
        raise InvalidInput({"factor": [_("The factor must be more than zero.")]})
    with use_case(actor) as act:
        definition = rows.locked(MaterialDefinition, definition_id)
        act.require(permissions.CHANGE, definition.site.code)
        if code == definition.unit:
            raise InvalidInput({"code": [_("This is the material's own unit.")]})
        unit = MaterialUnit(
            site=definition.site,
            definition=definition,
            code=code,
            factor_numerator=factor.numerator,
            factor_denominator=factor.denominator,
        )
        return rows.insert(act, unit, action="plant.material_unit_added")


def sublot_add(
    actor: Actor,
    definition_id: int,
    *,
    kind: SublotKind,
    code: str,
    lot: MaterialLot | None = None,
    parent: MaterialSublot | None = None,
    quantity: Decimal | None = None,
    born_at: datetime | None = None,
) -> MaterialSublot:
    """Add a sublot of a lot, or a single piece with its serial number, which may come late.

    Raises: NotAllowed, NotFound; InvalidInput for a number that the material has already, a sublot without lot, or a
    lot of another material.
    """
    with use_case(actor) as act:
        definition = rows.locked(MaterialDefinition, definition_id)
        act.require(permissions.CHANGE, definition.site.code)
        return add_sublot(
            act, definition, kind=kind, code=code, lot=lot, parent=parent, quantity=quantity, born_at=born_at
        )


def add_sublot(
    act: UseCase,
    definition: MaterialDefinition,
    *,
    kind: SublotKind,
    code: str,
    lot: MaterialLot | None = None,
    parent: MaterialSublot | None = None,
    quantity: Decimal | None = None,
    born_at: datetime | None = None,
) -> MaterialSublot:
    """The same within the caller's transaction; rights are the caller's to ask."""
    if lot is not None and lot.definition_id != definition.pk:
        raise InvalidInput({"lot": [_("This lot is of another material.")]})
    sublot = MaterialSublot(
        site=definition.site,
        definition=definition,
        lot=lot,
        parent=parent,
        kind=kind,
        code=code,
        quantity=quantity,
        born_at=born_at or act.now,
    )
    return rows.insert(act, sublot, action="plant.sublot_added")
