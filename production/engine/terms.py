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


class StepKind(StrEnum):
    """What a step of a work instruction asks for."""

    TEXT = "text"  # read it
    PICTURE = "picture"  # look at it
    CHECK = "check"  # do it, and tick it off
    NUMBER = "number"  # a measured value, with limits
    CHOICE = "choice"  # one of several
    SCAN = "scan"  # the code of a lot, a tool, a part


class OutOfLimit(StrEnum):
    """What happens to a value out of the limits of its step."""

    REFUSE = "refuse"
    FLAG = "flag"
