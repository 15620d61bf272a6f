"""The plant's nouns, made known to the ground: what has properties, aliases and numbers of its own."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db.models import Model, Q, QuerySet
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from mom.core import nouns
from mom.core.properties import registry
from mom.core.properties.registry import Inherited
from mom.plant import models, permissions


def _page(url_name: str) -> Callable[[Any], str]:
    return lambda row: reverse(url_name, args=[row.code])


def _properties(noun: str) -> Callable[[Any], str]:
    """What has no page of its own is looked at with its properties."""
    return lambda row: reverse("web:property_subject", args=[noun, row.code])


def _noun(
    key: str, model: type[Model], label: str | Promise, address: Callable[[Any], str] | None, pattern: str = ""
) -> None:
    nouns.register(
        nouns.Noun(key, model, label, permissions.VIEW, permissions.CHANGE, address=address, pattern=pattern)
    )


def register() -> None:
    """Make nouns and properties known; called when the app is ready."""
    _noun("equipment", models.Equipment, _("Machine"), _page("plant:machine_detail"))
    _noun("equipment_class", models.EquipmentClass, _("Equipment class"), _properties("equipment_class"))
    _noun("asset", models.PhysicalAsset, _("Asset"), _page("plant:asset_detail"), "A-{seq:05}")
    _noun("asset_class", models.PhysicalAssetClass, _("Asset class"), _properties("asset_class"))
    _noun("person", models.Person, _("Person"), _page("plant:person_detail"))
    _noun("skill", models.PersonnelClass, _("Skill"), _properties("skill"))
    _noun("material", models.MaterialDefinition, _("Material"), _page("plant:material_detail"), "M-{seq:05}")
    _noun("material_class", models.MaterialClass, _("Material class"), _properties("material_class"))
    _noun("lot", models.MaterialLot, _("Lot"), _page("plant:lot_detail"), "L-{yy}{seq:05}")
    _noun("partner", models.BusinessPartner, _("Partner"), None)
    _noun("calendar", models.WorkCalendar, _("Calendar"), _page("plant:calendar_detail"))
    _noun("reason", models.Reason, _("Reason"), None)
    _noun("sublot", models.MaterialSublot, _("Sublot or serial number"), None)
    registry.register("equipment", Inherited("equipment_class", _machines, "equipment_id", "equipment_class_id"))
    registry.register("asset", Inherited("asset_class", _assets, "asset_id", "asset_class_id"))
    registry.register("person", Inherited("skill", _qualified, "person_id", "personnel_class_id"))
    registry.register("material", Inherited("material_class", _materials, "definition_id", "material_class_id"))
    registry.register(
        "lot",
        Inherited("material", _lots, "id", "definition_id"),
        Inherited("material_class", _materials, "definition__lots", "material_class_id"),
    )


def _machines(_at: datetime) -> QuerySet[Any]:
    return models.EquipmentInClass.objects.all()


def _assets(_at: datetime) -> QuerySet[Any]:
    return models.AssetInClass.objects.all()


def _materials(_at: datetime) -> QuerySet[Any]:
    return models.MaterialInClass.objects.all()


def _lots(_at: datetime) -> QuerySet[Any]:
    return models.MaterialLot.objects.all()


def _qualified(at: datetime) -> QuerySet[Any]:
    """Skills that people have on that day. The day is UTC's: a skill that begins today holds from midnight there."""
    day = at.date()
    return models.Qualification.objects.filter(valid_from__lte=day).filter(Q(valid_until=None) | Q(valid_until__gt=day))
