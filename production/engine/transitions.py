"""Which command moves a version of a definition where. Everything not listed is refused."""

from mom.core.engine.transitions import TransitionTable
from production.engine.terms import DefinitionCommand, DefinitionStatus

DEFINITION = TransitionTable(
    "definition",
    {
        (DefinitionStatus.DRAFT, DefinitionCommand.APPROVE): DefinitionStatus.APPROVED,
        (DefinitionStatus.APPROVED, DefinitionCommand.RETIRE): DefinitionStatus.RETIRED,
    },
)
