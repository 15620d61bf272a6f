"""What the plant's vocabularies are called on screen."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from mom.core.choices import Labelled
from mom.plant.engine.terms import (
    AssetKind,
    CalendarEntryKind,
    CapacityKind,
    EquipmentLevel,
    LossClass,
    LotDisposition,
    MaterialTracking,
    RateKind,
    RateState,
    ReasonKind,
    SkillLevel,
    SublotKind,
    TimeClass,
)

EQUIPMENT_LEVEL = Labelled(
    EquipmentLevel,
    {
        EquipmentLevel.ENTERPRISE: (_("Enterprise"), ""),
        EquipmentLevel.SITE: (_("Site"), ""),
        EquipmentLevel.AREA: (_("Area"), ""),
        EquipmentLevel.PROCESS_CELL: (_("Process cell"), ""),
        EquipmentLevel.PRODUCTION_UNIT: (_("Production unit"), ""),
        EquipmentLevel.PRODUCTION_LINE: (_("Production line"), ""),
        EquipmentLevel.STORAGE_ZONE: (_("Storage zone"), ""),
        EquipmentLevel.WORK_CENTER: (_("Work center"), ""),
        EquipmentLevel.UNIT: (_("Unit"), ""),
        EquipmentLevel.WORK_CELL: (_("Work cell"), ""),
        EquipmentLevel.STORAGE_UNIT: (_("Storage unit"), ""),
        EquipmentLevel.WORK_UNIT: (_("Work unit"), ""),
        EquipmentLevel.EQUIPMENT_MODULE: (_("Equipment module"), ""),
        EquipmentLevel.CONTROL_MODULE: (_("Control module"), ""),
    },
)
CAPACITY_KIND = Labelled(
    CapacityKind,
    {
        CapacityKind.EXCLUSIVE: (_("One job at a time"), ""),
        CapacityKind.PLACES: (_("Several places"), ""),
        CapacityKind.QUANTITY: (_("A quantity"), ""),
    },
)
ASSET_KIND = Labelled(
    AssetKind,
    {
        AssetKind.MACHINE: (_("Machine"), ""),
        AssetKind.TOOL: (_("Tool"), ""),
        AssetKind.MOULD: (_("Mould"), ""),
        AssetKind.GAUGE: (_("Gauge"), ""),
        AssetKind.CARRIER: (_("Carrier"), ""),
        AssetKind.OTHER: (_("Other"), ""),
    },
)
MATERIAL_TRACKING = Labelled(
    MaterialTracking,
    {
        MaterialTracking.NONE: (_("Not tracked"), ""),
        MaterialTracking.LOT: (_("By lot"), ""),
        MaterialTracking.SERIAL: (_("By serial number"), ""),
    },
)
LOT_DISPOSITION = Labelled(
    LotDisposition,
    {
        LotDisposition.PLANNED: (_("Planned"), ""),
        LotDisposition.IN_PROCESS: (_("In process"), ""),
        LotDisposition.RESTRICTED: (_("Restricted"), ""),
        LotDisposition.UNRESTRICTED: (_("Unrestricted"), ""),
        LotDisposition.CLOSED: (_("Closed"), ""),
    },
)
SUBLOT_KIND = Labelled(
    SublotKind,
    {SublotKind.SUBLOT: (_("Sublot"), ""), SublotKind.SERIAL: (_("Serial number"), "")},
)
REASON_KIND = Labelled(
    ReasonKind,
    {
        ReasonKind.STOP: (_("Stop"), ""),
        ReasonKind.SCRAP: (_("Scrap"), ""),
        ReasonKind.REWORK: (_("Rework"), ""),
        ReasonKind.INDIRECT: (_("Indirect time"), ""),
    },
)
TIME_CLASS = Labelled(
    TimeClass,
    {
        TimeClass.PRODUCTION: (_("Production"), ""),
        TimeClass.SETUP: (_("Setup"), ""),
        TimeClass.DELAY: (_("Delay"), ""),
        TimeClass.DOWN: (_("Down"), ""),
        TimeClass.PLANNED_MAINTENANCE: (_("Planned maintenance"), ""),
        TimeClass.PLANNED_STOP: (_("Planned stop"), ""),
        TimeClass.OFF_SHIFT: (_("Off shift"), ""),
        TimeClass.UNKNOWN: (_("Unknown"), ""),
    },
)
LOSS_CLASS = Labelled(
    LossClass,
    {
        LossClass.NONE: (_("No loss"), ""),
        LossClass.BREAKDOWN: (_("Breakdown"), ""),
        LossClass.SETUP_ADJUSTMENT: (_("Setup and adjustment"), ""),
        LossClass.MINOR_STOP: (_("Idling and minor stops"), ""),
        LossClass.REDUCED_SPEED: (_("Reduced speed"), ""),
        LossClass.PROCESS_DEFECT: (_("Process defects"), ""),
        LossClass.STARTUP_REJECT: (_("Startup rejects"), ""),
    },
)
CALENDAR_ENTRY_KIND = Labelled(
    CalendarEntryKind,
    {
        CalendarEntryKind.WORKING: (_("Working time"), ""),
        CalendarEntryKind.NON_WORKING: (_("Not working"), ""),
    },
)
RATE_KIND = Labelled(
    RateKind,
    {
        RateKind.MACHINE: (_("Machine"), ""),
        RateKind.LABOUR: (_("Labour"), ""),
        RateKind.MATERIAL: (_("Material"), ""),
        RateKind.SCRAP: (_("Scrap"), ""),
        RateKind.ENERGY: (_("Energy"), ""),
    },
)
RATE_STATE = Labelled(
    RateState,
    {
        RateState.RUNNING: (_("Running"), "run"),
        RateState.SETUP: (_("Setup"), "setup"),
        RateState.WAITING: (_("Waiting"), "idle"),
        RateState.PLANNED: (_("Planned stop"), "plan"),
        RateState.DOWN: (_("Down"), "down"),
    },
)
SKILL_LEVEL: list[tuple[int, Any]] = [
    (SkillLevel.LEARNS.value, _("learns it")),
    (SkillLevel.SUPERVISED.value, _("under supervision")),
    (SkillLevel.ALONE.value, _("alone")),
    (SkillLevel.TEACHES.value, _("teaches it")),
]
"""What each level of a skill means, in the order of the levels."""
