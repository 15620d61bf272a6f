"""What the spine's vocabularies are called on screen (DESIGN: job, order, good, scrap, rework)."""

from django.utils.translation import gettext_lazy as _

from mom.core.choices import Labelled
from mom.work.engine.terms import (
    ConditionAspect,
    DependencyKind,
    EnergyCarrier,
    GateLevel,
    JobOrderCommand,
    JobOrderStatus,
    JobOrigin,
    MaterialUse,
    OperationsType,
    QuantityKind,
    ResourceKind,
    RunKind,
    ShareRule,
    WorkKind,
    WorkRequestCommand,
    WorkRequestStatus,
)

OPERATIONS_TYPE = Labelled(
    OperationsType,
    {
        OperationsType.PRODUCTION: (_("Production"), ""),
        OperationsType.MAINTENANCE: (_("Maintenance"), ""),
        OperationsType.QUALITY: (_("Quality"), ""),
        OperationsType.INVENTORY: (_("Inventory"), ""),
    },
)
WORK_REQUEST_STATUS = Labelled(
    WorkRequestStatus,
    {
        WorkRequestStatus.FORECAST: (_("Forecast"), "plan"),
        WorkRequestStatus.RELEASED: (_("Released"), "plan"),
        WorkRequestStatus.WAITING: (_("Waiting"), "plan"),
        WorkRequestStatus.CANCELLED: (_("Cancelled"), "off"),
        WorkRequestStatus.READY: (_("Ready"), "plan"),
        WorkRequestStatus.RUNNING: (_("Running"), "run"),
        WorkRequestStatus.COMPLETED: (_("Completed"), "ok"),
        WorkRequestStatus.ABORTED: (_("Aborted"), "warn"),
        WorkRequestStatus.HELD: (_("Held"), "down"),
        WorkRequestStatus.SUSPENDED: (_("Suspended"), "idle"),
        WorkRequestStatus.CLOSED: (_("Closed"), "ok"),
    },
)
JOB_ORDER_STATUS = Labelled(
    JobOrderStatus,
    {
        JobOrderStatus.WAITING: (_("Waiting"), "plan"),
        JobOrderStatus.READY: (_("Ready"), "plan"),
        JobOrderStatus.RUNNING: (_("Running"), "run"),
        JobOrderStatus.SUSPENDED: (_("Suspended"), "idle"),
        JobOrderStatus.HELD: (_("Held"), "down"),
        JobOrderStatus.COMPLETED: (_("Completed"), "ok"),
        JobOrderStatus.CLOSED: (_("Closed"), "ok"),
        JobOrderStatus.ABORTED: (_("Aborted"), "warn"),
        JobOrderStatus.CANCELLED: (_("Cancelled"), "off"),
    },
)
JOB_ORDER_COMMAND = Labelled(
    JobOrderCommand,
    {
        JobOrderCommand.RELEASE: (_("Release"), ""),
        JobOrderCommand.REVOKE: (_("Take back to waiting"), ""),
        JobOrderCommand.START: (_("Start"), "primary"),
        JobOrderCommand.PAUSE: (_("Pause"), ""),
        JobOrderCommand.HOLD: (_("Hold"), ""),
        JobOrderCommand.RESUME: (_("Resume"), "primary"),
        JobOrderCommand.FINISH: (_("Finish"), ""),
        JobOrderCommand.CLOSE: (_("Close"), ""),
        JobOrderCommand.ABORT: (_("Abort"), "danger"),
        JobOrderCommand.CANCEL: (_("Cancel"), "danger"),
    },
)
"""A command's button and the look of it."""
WORK_REQUEST_COMMAND = Labelled(
    WorkRequestCommand,
    {
        WorkRequestCommand.RELEASE: (_("Release"), "primary"),
        WorkRequestCommand.START: (_("Start"), ""),
        WorkRequestCommand.HOLD: (_("Hold"), ""),
        WorkRequestCommand.RESUME: (_("Resume"), "primary"),
        WorkRequestCommand.COMPLETE: (_("Complete"), ""),
        WorkRequestCommand.REOPEN: (_("Reopen"), ""),
        WorkRequestCommand.CLOSE: (_("Close"), ""),
        WorkRequestCommand.ABORT: (_("Abort"), "danger"),
        WorkRequestCommand.CANCEL: (_("Cancel"), "danger"),
    },
)
RESOURCE_KIND = Labelled(
    ResourceKind,
    {
        ResourceKind.PERSONNEL: (_("People"), ""),
        ResourceKind.EQUIPMENT: (_("Equipment"), ""),
        ResourceKind.PHYSICAL_ASSET: (_("Physical asset"), ""),
        ResourceKind.MATERIAL: (_("Material"), ""),
    },
)
MATERIAL_USE = Labelled(
    MaterialUse,
    {
        MaterialUse.CONSUMABLE: (_("Consumable"), ""),
        MaterialUse.CONSUMED: (_("Consumed"), ""),
        MaterialUse.PRODUCED: (_("Produced"), ""),
        MaterialUse.BY_PRODUCT: (_("By-product"), ""),
        MaterialUse.CO_PRODUCT: (_("Co-product"), ""),
        MaterialUse.DESTRUCTIVE_SAMPLE: (_("Destructive sample"), ""),
        MaterialUse.RETURNED_SAMPLE: (_("Returned sample"), ""),
        MaterialUse.RETAINED_SAMPLE: (_("Retained sample"), ""),
    },
)
DEPENDENCY_KIND = Labelled(
    DependencyKind,
    {
        DependencyKind.AFTER_END: (_("After its end"), ""),
        DependencyKind.AFTER_START: (_("After its start"), ""),
        DependencyKind.AT_START: (_("At its start"), ""),
        DependencyKind.NOT_IN_PARALLEL: (_("Not at the same time"), ""),
    },
)
WORK_KIND = Labelled(
    WorkKind,
    {
        WorkKind.SETUP: (_("Setup"), "setup"),
        WorkKind.PRODUCTION: (_("Production"), "run"),
        WorkKind.BREAKDOWN: (_("Breakdown"), "down"),
        WorkKind.MAINTENANCE: (_("Maintenance"), ""),
        WorkKind.INSPECTION: (_("Inspection"), ""),
        WorkKind.LOGISTICS: (_("Logistics"), ""),
        WorkKind.WAITING: (_("Waiting"), "idle"),
        WorkKind.PLANNED_STOP: (_("Planned stop"), "plan"),
    },
)
QUANTITY_KIND = Labelled(
    QuantityKind,
    {
        QuantityKind.GOOD: (_("Good"), "ok"),
        QuantityKind.SCRAP: (_("Scrap"), "down"),
        QuantityKind.REWORK: (_("Rework"), "idle"),
        QuantityKind.REVIEW: (_("Review"), "warn"),
    },
)
RUN_KIND = Labelled(
    RunKind,
    {
        RunKind.LOAD: (_("Load"), ""),
        RunKind.CYCLE: (_("Cycle"), ""),
        RunKind.NEST: (_("Nest"), ""),
        RunKind.CAMPAIGN: (_("Campaign"), ""),
    },
)
SHARE_RULE = Labelled(
    ShareRule,
    {
        ShareRule.EQUAL: (_("Equal shares"), ""),
        ShareRule.QUANTITY: (_("By quantity"), ""),
        ShareRule.MASS: (_("By mass"), ""),
        ShareRule.AREA: (_("By area"), ""),
        ShareRule.STATED: (_("As stated"), ""),
    },
)
CONDITION_ASPECT = Labelled(
    ConditionAspect,
    {ConditionAspect.CLEANING: (_("Cleaning"), ""), ConditionAspect.SETUP: (_("Setup"), "")},
)
GATE_LEVEL = Labelled(
    GateLevel,
    {
        GateLevel.OFF: (_("Not asked"), ""),
        GateLevel.WARN: (_("Warns"), "warn"),
        GateLevel.BLOCK: (_("Forbids the start"), "bad"),
    },
)
ENERGY_CARRIER = Labelled(
    EnergyCarrier,
    {
        EnergyCarrier.ELECTRICITY: (_("Electricity"), ""),
        EnergyCarrier.GAS: (_("Gas"), ""),
        EnergyCarrier.HEAT: (_("Heat"), ""),
        EnergyCarrier.COMPRESSED_AIR: (_("Compressed air"), ""),
        EnergyCarrier.OTHER: (_("Other"), ""),
    },
)
JOB_ORIGIN = Labelled(
    JobOrigin,
    {
        JobOrigin.SPLIT: (_("Split off"), ""),
        JobOrigin.REMAINDER: (_("Rest"), ""),
        JobOrigin.REWORK: (_("Rework"), "warn"),
        JobOrigin.REPLACEMENT: (_("Replacement"), "warn"),
    },
)
