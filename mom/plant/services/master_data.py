"""Named things of the plant: added, changed, taken out of use and brought back. Nothing is ever deleted.

One pair of use cases serves every kind of master data, because the rules that differ stand in the models, in the
database and in `_refuse_retiring`.
"""

from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from mom.accounts.models import Site
from mom.core import nouns, numbers
from mom.core.actor import Actor
from mom.core.errors import Conflict, InvalidInput
from mom.core.fields import validate_time_zone
from mom.core.use_case import UseCase, use_case
from mom.events.plant import LotDispositionChanged
from mom.plant import permissions
from mom.plant.models import (
    BusinessPartner,
    Equipment,
    EquipmentClass,
    MasterData,
    MaterialClass,
    MaterialDefinition,
    MaterialLot,
    Person,
    PersonnelClass,
    PhysicalAsset,
    PhysicalAssetClass,
    Reason,
    SiteOwned,
    WorkCalendar,
)
from mom.plant.services import rows

M = TypeVar("M", bound=SiteOwned)

COMMON = ("code", "name", "description", "is_active")
FIELDS: dict[type[SiteOwned], tuple[str, ...]] = {
    Equipment: (
        *COMMON, "level", "parent", "classes", "calendar", "position", "capacity_kind", "capacity_places",
        "capacity_quantity", "capacity_unit",
    ),
    EquipmentClass: COMMON,
    PhysicalAssetClass: COMMON,
    PhysicalAsset: (
        *COMMON, "kind", "classes", "serial_number", "manufacturer", "model", "fixed_asset_number", "parent",
    ),
    Person: (*COMMON, "user", "workplace", "shift"),
    PersonnelClass: COMMON,
    MaterialClass: COMMON,
    MaterialDefinition: (*COMMON, "classes", "unit", "second_unit", "is_potency_managed", "tracking"),
    MaterialLot: ("code", "definition", "disposition", "potency", "expires_at", "supplier", "supplier_lot"),
    BusinessPartner: (*COMMON, "is_customer", "is_supplier"),
    WorkCalendar: (*COMMON, "time_zone"),
    Reason: (*COMMON, "kind", "parent", "position"),
}  # fmt: skip
"""What people may set of each noun."""
FIXED: dict[type[SiteOwned], tuple[str, ...]] = {
    MaterialLot: ("definition",),
    Reason: ("kind",),
}
"""What stays as it was given: facts of another meaning may hang on it."""


def create(actor: Actor, model: type[M], site: Site, *, reason: str = "", **values: Any) -> M:
    """Add a named thing to a site; `values` are those of `FIELDS[model]`.

    Raises: NotAllowed; InvalidInput with a sentence at each field (a taken code, a level that doesn't fit).
    """
    with use_case(actor, reason) as act:
        act.require(permissions.CHANGE, site.code)
        return add(act, model, site, **values)


def add(act: UseCase, model: type[M], site: Site, *, ends_act: bool = False, **values: Any) -> M:
    """The same within the caller's transaction; rights are the caller's to ask. `ends_act`: as of `rows.insert`."""
    _refuse_unknown(model, values)
    if not values.get("code") and (noun := numbered(model)):
        values["code"] = numbers.next_number(act, site, noun)
    links = {name: list(values.pop(name)) for name in ("classes",) if name in values}
    row = model(site=site, **values)
    _refuse_wrong(row, values)
    return rows.insert(act, row, action=_action(model, "added"), links=links, ends_act=ends_act)


def numbered(model: type[SiteOwned]) -> str:
    """The noun by whose number range new ones are numbered; empty where each needs a code from people."""
    return next((noun.key for noun in nouns.registered() if noun.model is model and noun.pattern), "")


def change(actor: Actor, model: type[M], pk: int, *, version: int | None = None, reason: str = "", **changes: Any) -> M:
    """Change a named thing; `version` is the one that was read, None only where nobody read one.

    Raises: NotAllowed, NotFound; Stale where somebody was faster; InvalidInput; Conflict for what is still in use.
    """
    with use_case(actor, reason) as act:
        row = rows.locked(model, pk, version)
        act.require(permissions.CHANGE, row.site.code)
        return alter(act, row, **changes)


def alter(act: UseCase, row: M, **changes: Any) -> M:
    """The same for a row that is locked already; rights are the caller's to ask. Joins the caller's transaction."""
    model = type(row)
    _refuse_unknown(model, changes)
    for name in FIXED.get(model, ()):
        if name in changes and changes[name] != getattr(row, name):
            raise Conflict(_("This can't be changed after it was added. Add a new one instead."), code="field_is_fixed")
    if changes.get("is_active") is False and getattr(row, "is_active", False):
        _refuse_retiring(row)
    verb = "changed"
    if "is_active" in changes and changes["is_active"] != getattr(row, "is_active", None):
        verb = "restored" if changes["is_active"] else "retired"
    _refuse_wrong(row, changes)
    before = getattr(row, "disposition", "")
    changed = rows.update(act, row, changes, action=_action(model, verb))
    if isinstance(changed, MaterialLot) and changed.disposition != before:
        said = LotDispositionChanged(changed.site.code, changed.pk, changed.code, before, changed.disposition)
        act.publish(said, key=f"lot:{changed.pk}")
    return changed


def _action(model: type[SiteOwned], verb: str) -> str:
    return f"plant.{model._meta.model_name}_{verb}"


def _refuse_unknown(model: type[SiteOwned], values: dict[str, Any]) -> None:
    unknown = sorted(set(values) - set(FIELDS[model]))
    if unknown:
        raise TypeError(f"{model.__name__} has no {', '.join(unknown)} that people may set.")


def _refuse_wrong(row: SiteOwned, values: dict[str, Any]) -> None:
    """Raises: InvalidInput for an unknown time zone or a reason that would stand on a third level."""
    if values.get("time_zone"):
        try:
            validate_time_zone(values["time_zone"])
        except ValidationError as error:
            raise InvalidInput({"time_zone": error.messages}) from None
    above = values.get("parent")
    if isinstance(row, Reason) and above is not None:
        if above.kind != row.kind:
            raise InvalidInput({"parent": [_("A reason stands below one of the same kind.")]})
        if above.parent_id is not None or above.pk == row.pk or (row.pk and row.children.exists()):
            raise InvalidInput({"parent": [_("Reasons have two levels. Put it below a reason of the first.")]})


def _refuse_retiring(row: SiteOwned) -> None:
    """Raises: Conflict where something that is in use still needs the row."""
    if isinstance(row, Equipment):
        below = list(row.children.filter(is_active=True).values_list("code", flat=True)[:5])
        if below:
            _still(_("%(row)s still holds %(others)s. Take them out of use or move them first."), row, below)
        mounted = list(row.asset_assignments.filter(dismounted_at=None).values_list("asset__code", flat=True)[:5])
        if mounted:
            _still(_("On %(row)s there are still mounted: %(others)s. Dismount them first."), row, mounted)
    if isinstance(row, WorkCalendar):
        users = list(row.equipment.filter(is_active=True).values_list("code", flat=True)[:5])
        if users:
            _still(_("%(others)s still work by the calendar %(row)s. Give them another one first."), row, users)
    if isinstance(row, PhysicalAsset):
        places = list(row.assignments.filter(dismounted_at=None).values_list("equipment__code", flat=True)[:5])
        if places:
            _still(_("%(row)s is still mounted on %(others)s. Dismount it first."), row, places)


def _still(sentence: str, row: MasterData, others: list[str]) -> None:
    raise Conflict(sentence % {"row": row.code, "others": ", ".join(others)}, code="still_in_use")
