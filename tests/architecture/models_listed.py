"""Every model of ours, by what may become of its rows. A new model is added here with its reason, or a test fails."""

from enum import StrEnum


class Kind(StrEnum):
    """What may become of a row."""

    MASTER = "kept by people; every version is kept by trigger"
    TRANSACTIONAL = "lives through states; every version is kept by trigger"
    FACT = "written once, never changed or deleted"
    STRETCH = "a fact with an end, which is written once; triggers of its own hold that"
    TECHNICAL = "machinery or derived: may be rebuilt, or is a log of its own"


LISTED: dict[str, Kind] = {
    "core.AuditEntry": Kind.FACT,
    "core.AuditSeal": Kind.FACT,
    "core.RowVersion": Kind.FACT,
    "core.EventReceipt": Kind.TECHNICAL,
    "core.IdempotencyKey": Kind.TECHNICAL,
    "core.OutboxEvent": Kind.TECHNICAL,
    "core.OutboxSequence": Kind.TECHNICAL,
    "core.StoredBlob": Kind.TECHNICAL,  # bytes under their hash; Frozen holds them, an unused one may go
    "core.TaskRun": Kind.TECHNICAL,
    "core.TaskRunIssue": Kind.TECHNICAL,
    "core.WorkerHeartbeat": Kind.TECHNICAL,
    "accounts.ApiToken": Kind.MASTER,
    "accounts.ApiTokenUse": Kind.TECHNICAL,  # when a token was last used: telemetry
    "accounts.Membership": Kind.MASTER,
    "accounts.Role": Kind.MASTER,
    "accounts.Site": Kind.MASTER,
    "accounts.User": Kind.MASTER,
    "plant.AssetAssignment": Kind.MASTER,
    "plant.BusinessPartner": Kind.MASTER,
    "plant.CavityBlock": Kind.MASTER,
    "plant.Equipment": Kind.MASTER,
    "plant.EquipmentClass": Kind.MASTER,
    "plant.EquipmentInClass": Kind.MASTER,
    "plant.MaterialClass": Kind.MASTER,
    "plant.MaterialDefinition": Kind.MASTER,
    "plant.MaterialInClass": Kind.MASTER,
    "plant.MaterialLot": Kind.MASTER,
    "plant.MaterialSublot": Kind.MASTER,
    "plant.MaterialUnit": Kind.MASTER,
    "plant.MouldCavity": Kind.MASTER,
    "plant.Person": Kind.MASTER,
    "plant.PersonnelClass": Kind.MASTER,
    "plant.PhysicalAsset": Kind.MASTER,
    "plant.Qualification": Kind.MASTER,
    "plant.Reason": Kind.MASTER,
    "plant.ReasonClassification": Kind.MASTER,
    "plant.Shift": Kind.MASTER,
    "plant.ShiftBreak": Kind.MASTER,
    "plant.WorkCalendar": Kind.MASTER,
    "plant.WorkCalendarEntry": Kind.MASTER,
    "work.EquipmentCondition": Kind.TRANSACTIONAL,
    "work.EquipmentReservation": Kind.TRANSACTIONAL,
    "work.JobDependency": Kind.TRANSACTIONAL,
    "work.JobOrder": Kind.TRANSACTIONAL,
    "work.JobRequirement": Kind.TRANSACTIONAL,
    "work.JobResponse": Kind.STRETCH,
    "work.LabourEntry": Kind.STRETCH,
    "work.OutputTotal": Kind.TECHNICAL,  # the ledger's sum, kept by trigger
    "work.QuantityReport": Kind.FACT,
    "work.Run": Kind.TRANSACTIONAL,
    "work.WorkRequest": Kind.TRANSACTIONAL,
    "production.ProductionRequest": Kind.TRANSACTIONAL,
    "analytics.DirtyDay": Kind.TECHNICAL,
    "analytics.LabourBucket": Kind.TECHNICAL,
    "analytics.OrderFlow": Kind.TECHNICAL,
    "analytics.WorkBucket": Kind.TECHNICAL,
    "erp.ImportRun": Kind.TRANSACTIONAL,
    "erp.SourceRow": Kind.FACT,
    "erp.StagedRow": Kind.TECHNICAL,  # an import's waiting room, emptied by it
}

# Rows without a site of their own, and why. core names its site by soft reference.
WITHOUT_SITE: dict[str, str] = {
    "core.AuditEntry": "its chain is the site, by soft reference",
    "core.AuditSeal": "its chain is the site, by soft reference",
    "core.RowVersion": "names table and row; whoever may see the row may see its versions",
    "core.EventReceipt": "machinery",
    "core.IdempotencyKey": "belongs to a principal, not to a site",
    "core.OutboxEvent": "the site is in the event",
    "core.OutboxSequence": "machinery",
    "core.StoredBlob": "the same bytes are stored once for all; who points at them has the site",
    "core.TaskRunIssue": "part of its task run",
    "core.WorkerHeartbeat": "machinery",
    "accounts.ApiToken": "narrowed by its list of sites",
    "accounts.ApiTokenUse": "part of its token",
    "accounts.Role": "a set of rights; the membership gives it a site",
    "accounts.Site": "is the site",
    "accounts.User": "a person may belong to several sites, by membership",
    "plant.EquipmentInClass": "both ends have one",
    "plant.MaterialInClass": "both ends have one",
    "erp.StagedRow": "part of its import run",
}
