"""Assets mounted on equipment and taken off again: one asset fills one place at a time."""

from datetime import datetime

from django.utils.translation import gettext as _

from mom.core.actor import Actor
from mom.core.errors import Conflict, InvalidInput
from mom.core.use_case import UseCase, use_case
from mom.plant import permissions
from mom.plant.models import AssetAssignment, Equipment, PhysicalAsset
from mom.plant.services import rows


def asset_mount(
    actor: Actor, asset_id: int, equipment: Equipment, *, at: datetime | None = None, reason: str = ""
) -> AssetAssignment:
    """Mount an asset on an equipment, from `at` (now) until it is dismounted.

    Raises: NotAllowed, NotFound; InvalidInput where it is mounted elsewhere at that time, or for another site's
    equipment; Conflict for what is out of use.
    """
    with use_case(actor, reason) as act:
        asset = rows.locked(PhysicalAsset, asset_id)
        act.require(permissions.CHANGE, asset.site.code)
        return mount(act, asset, equipment, at=at)


def mount(act: UseCase, asset: PhysicalAsset, equipment: Equipment, *, at: datetime | None = None) -> AssetAssignment:
    """The same within the caller's transaction; rights are the caller's to ask."""
    for row in (asset, equipment):
        if not row.is_active:
            raise Conflict(_("%(row)s is out of use. Bring it back first.") % {"row": row.code}, code="out_of_use")
    assignment = AssetAssignment(site=asset.site, asset=asset, equipment=equipment, mounted_at=at or act.now)
    return rows.insert(act, assignment, action="plant.asset_mounted")


def asset_dismount(actor: Actor, asset_id: int, *, at: datetime | None = None, reason: str = "") -> AssetAssignment:
    """Take an asset off the equipment on which it is mounted, at `at` (now).

    Raises: NotAllowed, NotFound; Conflict where it is not mounted; InvalidInput for an instant before it was.
    """
    with use_case(actor, reason) as act:
        asset = rows.locked(PhysicalAsset, asset_id)
        act.require(permissions.CHANGE, asset.site.code)
        open_one = AssetAssignment.objects.select_for_update(of=("self",)).select_related("site", "asset", "equipment")
        assignment = open_one.filter(asset=asset, dismounted_at=None).first()
        if assignment is None:
            raise Conflict(_("%(asset)s is not mounted anywhere.") % {"asset": asset.code}, code="asset_not_mounted")
        instant = at or act.now
        if instant <= assignment.mounted_at:
            raise InvalidInput({"at": [_("It was mounted later than that.")]})
        return rows.update(act, assignment, {"dismounted_at": instant}, action="plant.asset_dismounted")
