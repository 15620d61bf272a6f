"""Quality's door for the storeys above: what joins their transactions."""

from quality.selectors.inspection import DueInspection, due_inspections
from quality.services.control_plan import NewCharacteristic, NewPlan, problems_of
from quality.services.control_plan import add as add_control_plan
from quality.services.control_plan import approved as approve_control_plan
from quality.services.sample import NewSample
from quality.services.sample import add as add_sample

__all__ = [
    "DueInspection",
    "NewCharacteristic",
    "NewPlan",
    "NewSample",
    "add_control_plan",
    "add_sample",
    "approve_control_plan",
    "due_inspections",
    "problems_of",
]
