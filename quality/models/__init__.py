"""Quality's own records. One noun a file; import models from here."""

from quality.models.control_chart import ControlChart, ControlLimits
from quality.models.control_plan import Characteristic, ControlPlan
from quality.models.inspection import Inspection, InspectionItem
from quality.models.nonconformance import Disposition, Nonconformance, NonconformanceLine
from quality.models.sample import Sample

__all__ = [
    "Characteristic",
    "ControlChart",
    "ControlLimits",
    "ControlPlan",
    "Disposition",
    "Inspection",
    "InspectionItem",
    "Nonconformance",
    "NonconformanceLine",
    "Sample",
]
