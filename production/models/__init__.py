"""Production's own records. One noun a file; import models from here."""

from production.models.ideal_cycle import IdealCycle
from production.models.operations_definition import MaterialSpecification, OperationsDefinition, OperationsSegment
from production.models.production_request import ProductionRequest

__all__ = ["IdealCycle", "MaterialSpecification", "OperationsDefinition", "OperationsSegment", "ProductionRequest"]
