"""The closed vocabularies of production's definitions. Pure: no Django here."""

from enum import StrEnum


class DefinitionStatus(StrEnum):
    """Where a version of a definition stands. Only an approved one makes orders; it never changes again."""

    DRAFT = "draft"
    APPROVED = "approved"
    RETIRED = "retired"


class DefinitionCommand(StrEnum):
    """What somebody asks of a version."""

    APPROVE = "approve"
    RETIRE = "retire"


class QuantityBasis(StrEnum):
    """What the quantity of a recipe line means: as weighed, or the active substance in it."""

    NOMINAL = "nominal"
    ACTIVE = "active"
