"""The nouns that are kept under Setup: what they are called, their form, and where each row is looked at."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from mom.accounts.models import Site
from mom.core.actor import Actor
from mom.core.errors import NotFound
from mom.plant import forms
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
    WorkCalendar,
)
from mom.plant.selectors.master_data import row_get, row_list

Text = str | Promise


@dataclass(frozen=True)
class Noun:
    """One noun under Setup. `slug` stands in addresses; `shown_at` is the address of a row, `list_url` of all."""

    slug: str
    model: type[MasterData | MaterialLot]
    form: type[forms.RowForm]
    name: Text
    add: Text
    change: Text
    list_name: str
    shown_at: Callable[[Any], str]
    address: Callable[[Any], str] = lambda row: str(row.code)

    @property
    def list_url(self) -> str:
        return reverse(self.list_name)

    def get(self, actor: Actor, site: Site, address: str) -> Any:
        """The row at an address. Raises: NotFound."""
        if self.model is Reason:
            return reason_get(actor, site, address)
        return row_get(actor, self.model, site, address)


def reason_get(actor: Actor, site: Site, address: str) -> Reason:
    """A reason by kind and code ("stop/COOLANT"): codes are unique within their kind. Raises: NotFound."""
    kind, _slash, code = address.partition("/")
    rows = row_list(actor, Reason, site).select_related("site", "parent")
    found = rows.filter(kind=kind, code=code).first()
    if found is None:
        raise NotFound(_("There is no such reason at this site."))
    return found


def reason_address(reason: Reason) -> str:
    """Kind and code of a reason."""
    return f"{reason.kind}/{reason.code}"


def _at(url_name: str) -> Callable[[Any], str]:
    return lambda row: reverse(url_name, args=[row.code])


def _in(url_name: str) -> Callable[[Any], str]:
    return lambda _row: reverse(url_name)


NOUNS: dict[str, Noun] = {
    noun.slug: noun
    for noun in (
        Noun("equipment", Equipment, forms.EquipmentForm, _("Equipment"), _("Add equipment"), _("Change equipment"),
             "plant:equipment_tree", _at("plant:machine_detail")),
        Noun("equipment-classes", EquipmentClass, forms.EquipmentClassForm, _("Equipment classes"), _("Add class"),
             _("Change class"), "plant:equipment_class_list", _in("plant:equipment_class_list")),
        Noun("assets", PhysicalAsset, forms.PhysicalAssetForm, _("Assets"), _("Add asset"), _("Change asset"),
             "plant:asset_list", _at("plant:asset_detail")),
        Noun("asset-classes", PhysicalAssetClass, forms.PhysicalAssetClassForm, _("Asset classes"), _("Add class"),
             _("Change class"), "plant:asset_class_list", _in("plant:asset_class_list")),
        Noun("people", Person, forms.PersonForm, _("People"), _("Add person"), _("Change person"),
             "plant:person_list", _at("plant:person_detail")),
        Noun("skills", PersonnelClass, forms.PersonnelClassForm, _("Skills"), _("Add skill"), _("Change skill"),
             "plant:skill_list", _in("plant:skill_list")),
        Noun("materials", MaterialDefinition, forms.MaterialForm, _("Materials"), _("Add material"),
             _("Change material"), "plant:material_list", _at("plant:material_detail")),
        Noun("material-classes", MaterialClass, forms.MaterialClassForm, _("Material classes"), _("Add class"),
             _("Change class"), "plant:material_class_list", _in("plant:material_class_list")),
        Noun("lots", MaterialLot, forms.MaterialLotForm, _("Lots"), _("Add lot"), _("Change lot"),
             "plant:lot_list", _at("plant:lot_detail")),
        Noun("partners", BusinessPartner, forms.BusinessPartnerForm, _("Partners"), _("Add partner"),
             _("Change partner"), "plant:partner_list", _in("plant:partner_list")),
        Noun("calendars", WorkCalendar, forms.WorkCalendarForm, _("Calendars"), _("Add calendar"),
             _("Change calendar"), "plant:calendar_list", _at("plant:calendar_detail")),
        Noun("reasons", Reason, forms.ReasonForm, _("Reasons"), _("Add reason"), _("Change reason"),
             "plant:reason_list", lambda row: reverse("plant:reason_detail", args=[reason_address(row)]),
             reason_address),
    )
}  # fmt: skip


def noun_of(slug: str) -> Noun:
    """The noun at an address. Raises: NotFound."""
    if slug not in NOUNS:
        raise NotFound
    return NOUNS[slug]
