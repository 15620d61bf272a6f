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
    "floor.Source": Kind.TECHNICAL,  # made by its first batch; kept up by each
    "floor.SourceSession": Kind.TECHNICAL,
    "floor.MessageGap": Kind.TECHNICAL,  # derived from the numbers that came
    "floor.FloorMessage": Kind.FACT,
    "floor.LateMessage": Kind.TECHNICAL,  # waits until the archive was read; then it is a message, or was one
    "floor.QuarantinedMessage": Kind.TRANSACTIONAL,
    "floor.MachineListening": Kind.MASTER,
    "floor.StateMapping": Kind.MASTER,
    "floor.MachineSignal": Kind.TECHNICAL,  # derived from the messages; the lock of a timeline
    "floor.StateInterval": Kind.TECHNICAL,  # derived from the messages and the words about stops
    "floor.Stop": Kind.TECHNICAL,  # the same; what people say of it is a fact of its own
    "floor.StopAnnotation": Kind.FACT,
    "floor.ArchivePolicy": Kind.MASTER,
    "floor.ArchivedDay": Kind.TECHNICAL,  # a log of its own; the files say the same
    "production.IdealCycle": Kind.MASTER,
    "analytics.HourBucket": Kind.TECHNICAL,
    "analytics.ShiftBucket": Kind.TECHNICAL,
    "analytics.LossBucket": Kind.TECHNICAL,
    "analytics.DayBucket": Kind.TECHNICAL,
    "analytics.LossDay": Kind.TECHNICAL,
    "analytics.Reckoning": Kind.MASTER,
    "analytics.LiveShift": Kind.TECHNICAL,
    "analytics.DirtyStretch": Kind.TECHNICAL,
    "analytics.Redefinition": Kind.TECHNICAL,  # written by trigger; taken away when its stretches are marked
    "analytics.KpiTarget": Kind.MASTER,
    "analytics.BoardEntry": Kind.TRANSACTIONAL,
    "analytics.ShiftNote": Kind.FACT,
    "work.Alert": Kind.TRANSACTIONAL,
    "work.AlertStep": Kind.FACT,
    "work.AlertNotice": Kind.FACT,
    "work.AlertTeam": Kind.MASTER,
    "work.AlertTeamMember": Kind.MASTER,
    "work.RotaEntry": Kind.MASTER,
    "work.EscalationStep": Kind.MASTER,
    "analytics.AlertRule": Kind.MASTER,
    "analytics.RuleStanding": Kind.TECHNICAL,  # where a rule stands; made again from readings and intervals
    "core.Attachment": Kind.TRANSACTIONAL,
    "core.Note": Kind.TRANSACTIONAL,
    "core.Rendition": Kind.TECHNICAL,  # drawn from a stored file, and again when it is gone
    "core.Alias": Kind.MASTER,
    "core.AuditEntry": Kind.FACT,
    "core.AuditSeal": Kind.FACT,
    "core.RowVersion": Kind.FACT,
    "core.Delivery": Kind.TECHNICAL,  # a log of its own; Frozen holds what was said and to whom
    "core.DeliverySequence": Kind.TECHNICAL,
    "core.BackupRun": Kind.TECHNICAL,  # a log of its own; the folder on disk says the same
    "core.EventReceipt": Kind.TECHNICAL,
    "core.IdempotencyKey": Kind.TECHNICAL,
    "core.LabelTemplate": Kind.MASTER,
    "core.LabelTemplateVersion": Kind.FACT,
    "core.NumberCounter": Kind.TECHNICAL,  # only goes up, by guard; the numbers given are in what bears them
    "core.NumberRange": Kind.MASTER,
    "core.OutboxEvent": Kind.TECHNICAL,
    "core.OutboxSequence": Kind.TECHNICAL,
    "core.Printer": Kind.MASTER,
    "core.PrintJob": Kind.FACT,
    "core.SendingPause": Kind.TECHNICAL,  # the audit trail says who and why
    "core.PropertyDefinition": Kind.MASTER,
    "core.PropertyValue": Kind.MASTER,
    "core.SearchEntry": Kind.TECHNICAL,  # derived by trigger; an invariant compares
    "core.StoredBlob": Kind.TECHNICAL,  # bytes under their hash; Frozen holds them, an unused one may go
    "core.TaskRun": Kind.TECHNICAL,
    "core.TaskRunIssue": Kind.TECHNICAL,
    "core.WebhookEndpoint": Kind.MASTER,
    "core.WorkerHeartbeat": Kind.TECHNICAL,
    "accounts.ApiToken": Kind.MASTER,
    "accounts.Approval": Kind.FACT,
    "accounts.ApprovalPolicy": Kind.FACT,
    "accounts.ApiTokenUse": Kind.TECHNICAL,  # when a token was last used: telemetry
    "accounts.Badge": Kind.MASTER,
    "accounts.Device": Kind.MASTER,
    "accounts.DeviceUse": Kind.TECHNICAL,  # when a device was last heard: telemetry
    "accounts.Membership": Kind.MASTER,
    "accounts.Pin": Kind.MASTER,
    "accounts.RecordClass": Kind.MASTER,
    "accounts.Role": Kind.MASTER,
    "accounts.Signature": Kind.FACT,
    "accounts.SecretTries": Kind.TECHNICAL,  # counters; what happened is in the audit trail
    "accounts.DefaultView": Kind.TECHNICAL,  # with which view a list opens for a person: a preference
    "accounts.SavedView": Kind.MASTER,
    "accounts.Site": Kind.MASTER,
    "accounts.StationVisit": Kind.TECHNICAL,  # who was last where: telemetry
    "accounts.SiteSetup": Kind.TECHNICAL,  # answers that took no effect yet; what they lead to has its own history
    "accounts.TourProgress": Kind.TECHNICAL,  # what a person has seen
    "accounts.User": Kind.MASTER,
    "plant.AssetAssignment": Kind.MASTER,
    "plant.AssetInClass": Kind.MASTER,
    "plant.BusinessPartner": Kind.MASTER,
    "plant.CavityBlock": Kind.MASTER,
    "plant.Document": Kind.MASTER,
    "plant.DocumentReader": Kind.MASTER,
    "plant.DocumentVersion": Kind.TRANSACTIONAL,
    "plant.ReadConfirmation": Kind.FACT,
    "plant.Equipment": Kind.MASTER,
    "plant.EquipmentClass": Kind.MASTER,
    "plant.EquipmentClassSkill": Kind.MASTER,
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
    "plant.PhysicalAssetClass": Kind.MASTER,
    "plant.Qualification": Kind.MASTER,
    "plant.Rate": Kind.MASTER,
    "plant.Reason": Kind.MASTER,
    "plant.ReasonClassification": Kind.MASTER,
    "plant.Shift": Kind.MASTER,
    "plant.ShiftBreak": Kind.MASTER,
    "plant.WorkCalendar": Kind.MASTER,
    "plant.WorkCalendarEntry": Kind.MASTER,
    "work.CleaningRule": Kind.MASTER,
    "work.EnergyUse": Kind.FACT,
    "work.EquipmentCondition": Kind.TRANSACTIONAL,
    "work.EquipmentReservation": Kind.TRANSACTIONAL,
    "work.GateOverride": Kind.FACT,
    "work.GateRule": Kind.MASTER,
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
    "production.MaterialSpecification": Kind.MASTER,
    "production.OperationsDefinition": Kind.MASTER,
    "production.OperationsSegment": Kind.MASTER,
    "inventory.CountClass": Kind.MASTER,
    "inventory.CountEntry": Kind.FACT,
    "inventory.CountLine": Kind.TRANSACTIONAL,
    "inventory.CycleCount": Kind.TRANSACTIONAL,
    "inventory.HeldLot": Kind.TRANSACTIONAL,
    "inventory.HomePlace": Kind.MASTER,
    "production.InstructionStep": Kind.MASTER,
    "production.StepAnswer": Kind.FACT,
    "maintenance.JobPlan": Kind.MASTER,
    "maintenance.JobPlanVersion": Kind.FACT,  # the next one replaces it
    "maintenance.JobPlanStep": Kind.FACT,
    "maintenance.JobPlanPart": Kind.FACT,
    "maintenance.MaintenanceRequest": Kind.TRANSACTIONAL,
    "maintenance.MaintenanceJob": Kind.TRANSACTIONAL,
    "maintenance.MaintenanceStep": Kind.TRANSACTIONAL,
    "maintenance.MaintenanceWait": Kind.TRANSACTIONAL,
    "maintenance.MaintenancePlan": Kind.MASTER,
    "maintenance.PlanOccurrence": Kind.TRANSACTIONAL,
    "maintenance.MeterDay": Kind.TECHNICAL,  # derived from the machine's messages
    "inventory.Installation": Kind.TRANSACTIONAL,
    "inventory.LotHold": Kind.TRANSACTIONAL,
    "inventory.LotInPlace": Kind.FACT,
    "inventory.StockBalance": Kind.TECHNICAL,  # the ledger's sum, kept by trigger
    "inventory.StockMove": Kind.FACT,
    "inventory.StockReservation": Kind.TRANSACTIONAL,
    "inventory.StockTransfer": Kind.TRANSACTIONAL,
    "inventory.StorageLocation": Kind.MASTER,
    "quality.Characteristic": Kind.MASTER,
    "quality.ControlChart": Kind.TRANSACTIONAL,
    "quality.ControlLimits": Kind.FACT,
    "quality.ControlPlan": Kind.MASTER,
    "quality.Disposition": Kind.FACT,
    "quality.Inspection": Kind.TRANSACTIONAL,
    "quality.InspectionItem": Kind.FACT,
    "quality.Nonconformance": Kind.TRANSACTIONAL,
    "quality.NonconformanceLine": Kind.FACT,
    "quality.Sample": Kind.FACT,
    "analytics.DirtyDay": Kind.TECHNICAL,
    "analytics.LabourBucket": Kind.TECHNICAL,
    "analytics.OrderFlow": Kind.TECHNICAL,
    "analytics.WorkBucket": Kind.TECHNICAL,
    "terminal.TerminalEntry": Kind.FACT,
    "terminal.EntrySettlement": Kind.FACT,
    "erp.ImportRun": Kind.TRANSACTIONAL,
    "erp.SourceRow": Kind.FACT,
    "erp.StagedRow": Kind.TECHNICAL,  # an import's waiting room, emptied by it
    "erp.TableImport": Kind.TRANSACTIONAL,
}

# Rows without a site of their own, and why. core names its site by soft reference.
WITHOUT_SITE: dict[str, str] = {
    "analytics.Redefinition": "points at a version of any row; a worker finds whose time it touches",
    "work.AlertTeamMember": "part of its team",
    "core.AuditEntry": "its chain is the site, by soft reference",
    "core.AuditSeal": "its chain is the site, by soft reference",
    "core.Rendition": "part of a stored file",
    "core.RowVersion": "names table and row; whoever may see the row may see its versions",
    "core.DeliverySequence": "machinery",
    "core.EventReceipt": "machinery",
    "core.IdempotencyKey": "belongs to a principal, not to a site",
    "core.LabelTemplateVersion": "part of its label template",
    "core.NumberCounter": "part of its number range",
    "core.BackupRun": "a backup is of the whole system",
    "core.OutboxEvent": "the site is in the event",
    "core.OutboxSequence": "machinery",
    "core.SendingPause": "sending is paused for the whole installation",
    "core.StoredBlob": "the same bytes are stored once for all; who points at them has the site",
    "core.TaskRunIssue": "part of its task run",
    "core.WorkerHeartbeat": "machinery",
    "accounts.ApiToken": "narrowed by its list of sites",
    "accounts.ApiTokenUse": "part of its token",
    "accounts.RecordClass": "the same at every site; its policies have one",
    "accounts.Badge": "belongs to a person, who may belong to several sites",
    "accounts.DeviceUse": "part of its device",
    "accounts.Pin": "belongs to a person",
    "accounts.SecretTries": "of a person, a device or an address",
    "accounts.Role": "a set of rights; the membership gives it a site",
    "accounts.Site": "is the site",
    "accounts.TourProgress": "part of its person",
    "accounts.User": "a person may belong to several sites, by membership",
    "plant.AssetInClass": "both ends have one",
    "plant.EquipmentInClass": "both ends have one",
    "plant.MaterialInClass": "both ends have one",
    "erp.StagedRow": "part of its import run",
}
