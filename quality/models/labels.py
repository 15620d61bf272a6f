"""What quality's vocabularies are called on screen."""

from django.utils.translation import gettext_lazy as _

from mom.core.choices import Labelled
from quality.engine.terms import (
    CharacteristicKind,
    ChartKind,
    DispositionKind,
    InspectionCause,
    InspectionStatus,
    NonconformanceOrigin,
    NonconformanceStatus,
    PlanStatus,
    Severity,
)

PLAN_STATUS = Labelled(
    PlanStatus,
    {
        PlanStatus.DRAFT: (_("Draft"), "warn"),
        PlanStatus.APPROVED: (_("Approved"), "ok"),
        PlanStatus.RETIRED: (_("Retired"), ""),
    },
)
CHARACTERISTIC_KIND = Labelled(
    CharacteristicKind,
    {
        CharacteristicKind.VARIABLE: (_("Measured"), ""),
        CharacteristicKind.ATTRIBUTE: (_("Counted"), ""),
        CharacteristicKind.VISUAL: (_("Looked at"), ""),
    },
)
CHART_KIND = Labelled(
    ChartKind,
    {
        ChartKind.NONE: (_("No chart"), ""),
        ChartKind.XBAR_R: (_("Mean and range"), ""),
        ChartKind.I_MR: (_("Single values"), ""),
    },
)
INSPECTION_CAUSE = Labelled(
    InspectionCause,
    {
        InspectionCause.FIRST_OFF: (_("First piece"), ""),
        InspectionCause.PIECES: (_("So many pieces"), ""),
        InspectionCause.TIME: (_("So much time"), ""),
        InspectionCause.SETUP: (_("After a set-up"), ""),
        InspectionCause.STOP: (_("After a stop"), ""),
        InspectionCause.MANUAL: (_("Asked for"), ""),
    },
)
INSPECTION_STATUS = Labelled(
    InspectionStatus,
    {
        InspectionStatus.DUE: (_("Due"), "warn"),
        InspectionStatus.PASSED: (_("Passed"), "ok"),
        InspectionStatus.FAILED: (_("Failed"), "bad"),
        InspectionStatus.ACCEPTED: (_("Accepted by disposition"), "info"),
        InspectionStatus.CANCELLED: (_("Cancelled"), ""),
    },
)
NONCONFORMANCE_ORIGIN = Labelled(
    NonconformanceOrigin,
    {
        NonconformanceOrigin.SIGNAL: (_("Signal on a chart"), ""),
        NonconformanceOrigin.OUT_OF_LIMITS: (_("Out of tolerance"), ""),
        NonconformanceOrigin.PERSON: (_("Found by a person"), ""),
    },
)
NONCONFORMANCE_STATUS = Labelled(
    NonconformanceStatus,
    {
        NonconformanceStatus.OPEN: (_("New"), "bad"),
        NonconformanceStatus.CONTAINED: (_("Contained"), "warn"),
        NonconformanceStatus.DISPOSED: (_("Decided"), "info"),
        NonconformanceStatus.CLOSED: (_("Closed"), "ok"),
    },
)
SEVERITY = Labelled(
    Severity,
    {
        Severity.MINOR: (_("Minor"), ""),
        Severity.MAJOR: (_("Major"), "warn"),
        Severity.CRITICAL: (_("Critical"), "bad"),
    },
)
DISPOSITION_KIND = Labelled(
    DispositionKind,
    {
        DispositionKind.USE_AS_IS: (_("Use as is"), ""),
        DispositionKind.REWORK: (_("Rework"), ""),
        DispositionKind.REPAIR: (_("Repair"), ""),
        DispositionKind.SCRAP: (_("Scrap"), ""),
        DispositionKind.RETURN: (_("Return to supplier"), ""),
    },
)
