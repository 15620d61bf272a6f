"""Production's own records. One noun a file; import models from here."""

from production.models.ideal_cycle import IdealCycle
from production.models.instruction import InstructionStep, StepAnswer
from production.models.operations_definition import MaterialSpecification, OperationsDefinition, OperationsSegment
from production.models.production_request import ProductionRequest

__all__ = [
    "IdealCycle",
    "InstructionStep",
    "MaterialSpecification",
    "OperationsDefinition",
    "OperationsSegment",
    "ProductionRequest",
    "StepAnswer",
]
