"""Which command moves a count where. Everything not listed is refused."""

from inventory.engine.terms import CountCommand, CountStatus
from mom.core.engine.transitions import TransitionTable

CYCLE_COUNT = TransitionTable(
    "count",
    {
        (CountStatus.OPEN, CountCommand.FINISH): CountStatus.COUNTED,
        (CountStatus.COUNTED, CountCommand.POST): CountStatus.POSTED,
        (CountStatus.OPEN, CountCommand.CANCEL): CountStatus.CANCELLED,
        (CountStatus.COUNTED, CountCommand.CANCEL): CountStatus.CANCELLED,
    },
)
