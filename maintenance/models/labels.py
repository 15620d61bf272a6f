"""What maintenance's vocabularies are called on screen, and the shape that goes with each."""

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from maintenance.engine import failure_codes
from maintenance.engine.terms import (
    DueBasis,
    DueCause,
    MaintenanceKind,
    MeterKind,
    OccurrenceStatus,
    RepairOutcome,
    RequestStatus,
    StepKind,
    Urgency,
    WaitReason,
)
from mom.core.choices import Labelled

MAINTENANCE_KIND = Labelled(
    MaintenanceKind,
    {
        MaintenanceKind.CORRECTIVE: (_("Repair"), "down"),
        MaintenanceKind.PREVENTIVE: (_("Planned"), "plan"),
        MaintenanceKind.CONDITION: (_("Condition"), "setup"),
        MaintenanceKind.INSPECTION: (_("Inspection"), "setup"),
        MaintenanceKind.IMPROVEMENT: (_("Improvement"), "plan"),
    },
)
REQUEST_STATUS = Labelled(
    RequestStatus,
    {
        RequestStatus.REQUESTED: (_("Requested"), "idle"),
        RequestStatus.ACCEPTED: (_("Accepted"), "setup"),
        RequestStatus.DONE: (_("Done"), "run"),
        RequestStatus.DECLINED: (_("Declined"), "off"),
    },
)
URGENCY = Labelled(
    Urgency,
    {
        Urgency.NOW: (_("Now"), "down"),
        Urgency.SHIFT: (_("This shift"), "idle"),
        Urgency.WEEK: (_("This week"), "plan"),
    },
)
WAIT_REASON = Labelled(
    WaitReason,
    {
        WaitReason.PARTS: (_("Parts"), ""),
        WaitReason.ACCESS: (_("Access to the machine"), ""),
        WaitReason.PERMIT: (_("Permit"), ""),
        WaitReason.PEOPLE: (_("People"), ""),
        WaitReason.OTHER: (_("Something else"), ""),
    },
)
STEP_KIND = Labelled(
    StepKind,
    {
        StepKind.CHECK: (_("Done"), ""),
        StepKind.VERDICT: (_("Good or not"), ""),
        StepKind.NUMBER: (_("Reading"), ""),
        StepKind.TEXT: (_("Words"), ""),
    },
)
REPAIR_OUTCOME = Labelled(
    RepairOutcome,
    {
        RepairOutcome.FULL: (_("Repaired"), ""),
        RepairOutcome.TEMPORARY: (_("Repaired for now"), ""),
        RepairOutcome.NOT_FOUND: (_("Nothing found"), ""),
    },
)
DUE_BASIS = Labelled(
    DueBasis,
    {
        DueBasis.DUE: (_("From the due date"), ""),
        DueBasis.COMPLETED: (_("From when it was done"), ""),
    },
)
METER_KIND = Labelled(
    MeterKind,
    {MeterKind.CYCLES: (_("Cycles"), ""), MeterKind.PIECES: (_("Pieces counted"), "")},
)
DUE_CAUSE = Labelled(
    DueCause,
    {DueCause.CALENDAR: (_("Calendar"), ""), DueCause.METER: (_("Meter"), "")},
)
OCCURRENCE_STATUS = Labelled(
    OccurrenceStatus,
    {
        OccurrenceStatus.OPEN: (_("Open"), "idle"),
        OccurrenceStatus.DONE: (_("Done"), "run"),
        OccurrenceStatus.MISSED: (_("Missed"), "down"),
        OccurrenceStatus.CANCELLED: (_("Cancelled"), "off"),
    },
)

MODE_CHOICES = [(code, _(words)) for code, words in failure_codes.MODES.items()]
MECHANISM_CHOICES = [(code, _(words)) for code, words in failure_codes.MECHANISMS.items()]
CAUSE_CHOICES = [(code, _(words)) for code, words in failure_codes.CAUSES.items()]


def symptom_words(code: str) -> str:
    """What was seen, in words; the code itself where it is none of ours."""
    return gettext(failure_codes.MODES.get(code, code))
