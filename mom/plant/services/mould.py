"""Moulds: which part falls from which cavity, and when a cavity was closed."""

from datetime import datetime

from django.utils.translation import gettext as _

from mom.core.actor import Actor
from mom.core.errors import Conflict, InvalidInput
from mom.core.use_case import use_case
from mom.plant import permissions
from mom.plant.engine.terms import AssetKind
from mom.plant.models import CavityBlock, MaterialDefinition, MouldCavity, PhysicalAsset
from mom.plant.services import rows


def cavity_add(actor: Actor, mould_id: int, *, number: int, definition: MaterialDefinition) -> MouldCavity:
    """Say that a part falls from a cavity of a mould; a family mould has several parts.

    Raises: NotAllowed, NotFound; InvalidInput for an asset that is no mould, a taken number, another site's part.
    """
    with use_case(actor) as act:
        mould = rows.locked(PhysicalAsset, mould_id)
        act.require(permissions.CHANGE, mould.site.code)
        if mould.kind != AssetKind.MOULD:
            raise InvalidInput({"mould": [_("%(asset)s is not a mould.") % {"asset": mould.code}]})
        cavity = MouldCavity(site=mould.site, asset=mould, number=number, definition=definition)
        return rows.insert(act, cavity, action="plant.cavity_added")


def cavity_block(
    actor: Actor, cavity_id: int, *, at: datetime | None = None, until: datetime | None = None, reason: str
) -> CavityBlock:
    """Close a cavity from `at` (now) on, until it is opened again: nothing falls from it.

    Raises: NotAllowed, NotFound; InvalidInput without a reason; Conflict where it is closed at that time already.
    """
    if len(reason.strip()) < 2:
        raise InvalidInput({"reason": [_("Say why the cavity is closed.")]})
    with use_case(actor, reason) as act:
        cavity = rows.locked(MouldCavity, cavity_id)
        act.require(permissions.CHANGE, cavity.site.code)
        block = CavityBlock(
            site=cavity.site, cavity=cavity, started_at=at or act.now, ended_at=until, reason=reason.strip()
        )
        return rows.insert(act, block, action="plant.cavity_blocked")


def cavity_open(actor: Actor, cavity_id: int, *, at: datetime | None = None) -> CavityBlock:
    """Open a closed cavity again, at `at` (now).

    Raises: NotAllowed, NotFound; Conflict where it is open; InvalidInput for an instant before it was closed.
    """
    with use_case(actor) as act:
        cavity = rows.locked(MouldCavity, cavity_id)
        act.require(permissions.CHANGE, cavity.site.code)
        closed = CavityBlock.objects.select_for_update(of=("self",)).select_related("site")
        block = closed.filter(cavity=cavity, ended_at=None).first()
        if block is None:
            raise Conflict(_("The cavity is open."), code="cavity_is_open")
        instant = at or act.now
        if instant <= block.started_at:
            raise InvalidInput({"at": [_("It was closed later than that.")]})
        return rows.update(act, block, {"ended_at": instant}, action="plant.cavity_opened")
