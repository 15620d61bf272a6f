"""The plant model: ISA-95 resources. One noun a file; import models from here."""

from mom.plant.models.base import MasterData, SiteOwned
from mom.plant.models.business_partner import BusinessPartner
from mom.plant.models.calendar import Shift, ShiftBreak, WorkCalendar, WorkCalendarEntry
from mom.plant.models.document import Document, DocumentReader, DocumentVersion, ReadConfirmation
from mom.plant.models.equipment import Equipment, EquipmentClass
from mom.plant.models.links import AssetInClass, EquipmentInClass, MaterialInClass
from mom.plant.models.material import MaterialClass, MaterialDefinition, MaterialLot, MaterialSublot, MaterialUnit
from mom.plant.models.person import EquipmentClassSkill, Person, PersonnelClass, Qualification
from mom.plant.models.physical_asset import (
    AssetAssignment,
    CavityBlock,
    MouldCavity,
    PhysicalAsset,
    PhysicalAssetClass,
)
from mom.plant.models.rate import Rate
from mom.plant.models.reason import Reason, ReasonClassification

__all__ = [
    "AssetAssignment",
    "AssetInClass",
    "BusinessPartner",
    "CavityBlock",
    "Document",
    "DocumentReader",
    "DocumentVersion",
    "Equipment",
    "EquipmentClass",
    "EquipmentClassSkill",
    "EquipmentInClass",
    "MasterData",
    "MaterialClass",
    "MaterialDefinition",
    "MaterialInClass",
    "MaterialLot",
    "MaterialSublot",
    "MaterialUnit",
    "MouldCavity",
    "Person",
    "PersonnelClass",
    "PhysicalAsset",
    "PhysicalAssetClass",
    "Qualification",
    "Rate",
    "ReadConfirmation",
    "Reason",
    "ReasonClassification",
    "Shift",
    "ShiftBreak",
    "SiteOwned",
    "WorkCalendar",
    "WorkCalendarEntry",
]
