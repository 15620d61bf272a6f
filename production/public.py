"""Production's door for the storeys above: what joins their transactions."""

from production.engine.terms import StepKind
from production.permissions import CHANGE_DEFINITION
from production.selectors.ideal_cycle import Suggested, ideal_cycles, register_suggestions
from production.services.batch import NewBatch
from production.services.batch import add as add_batch
from production.services.bulk import RequestedQuantity, add_requests
from production.services.ideal_cycle import NewCycle
from production.services.ideal_cycle import add_joined as add_ideal_cycle
from production.services.job_change import Rework, make_rework_job
from production.services.operations_definition import NewDefinition, NewMaterial, NewSegment, NewStep
from production.services.operations_definition import add as add_definition
from production.services.operations_definition import approved as approve_definition
from production.services.operations_definition import is_same as same_definition
from production.services.operations_definition import latest as latest_definitions
from production.services.production_request import NewOrder
from production.services.production_request import add as add_order
from production.services.production_request import released as release_order

__all__ = [
    "CHANGE_DEFINITION",
    "NewBatch",
    "NewCycle",
    "NewDefinition",
    "NewMaterial",
    "NewOrder",
    "NewSegment",
    "NewStep",
    "RequestedQuantity",
    "Rework",
    "StepKind",
    "Suggested",
    "add_batch",
    "add_definition",
    "add_ideal_cycle",
    "add_order",
    "add_requests",
    "approve_definition",
    "ideal_cycles",
    "latest_definitions",
    "make_rework_job",
    "register_suggestions",
    "release_order",
    "same_definition",
]
