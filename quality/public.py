"""Quality's door for the storeys above: what joins their transactions."""

from quality.permissions import CHANGE_PLAN
from quality.selectors.capability import ChartCapability, capabilities
from quality.selectors.first_pass import Decided, decided_of_jobs_found, rework_jobs
from quality.selectors.inspection import DueInspection, due_inspections
from quality.services.control_plan import NewCharacteristic, NewPlan
from quality.services.control_plan import add as add_control_plan
from quality.services.control_plan import approved as approve_control_plan
from quality.services.control_plan import is_same as same_control_plan
from quality.services.control_plan import latest as latest_control_plans
from quality.services.control_plan import problems_of as problems_of_characteristic
from quality.services.sample import NewSample
from quality.services.sample import add as add_sample

__all__ = [
    "CHANGE_PLAN",
    "ChartCapability",
    "Decided",
    "DueInspection",
    "NewCharacteristic",
    "NewPlan",
    "NewSample",
    "add_control_plan",
    "add_sample",
    "approve_control_plan",
    "capabilities",
    "decided_of_jobs_found",
    "due_inspections",
    "latest_control_plans",
    "problems_of_characteristic",
    "rework_jobs",
    "same_control_plan",
]
