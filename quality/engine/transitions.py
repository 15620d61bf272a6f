"""Which command moves which status where. Everything not listed is refused with `IllegalTransition` (P04)."""

from mom.core.engine.transitions import TransitionTable
from quality.engine.terms import (
    InspectionCommand,
    InspectionStatus,
    NonconformanceCommand,
    NonconformanceStatus,
    PlanCommand,
    PlanStatus,
)

CONTROL_PLAN = TransitionTable(
    "control plan",
    {
        (PlanStatus.DRAFT, PlanCommand.APPROVE): PlanStatus.APPROVED,
        (PlanStatus.APPROVED, PlanCommand.RETIRE): PlanStatus.RETIRED,
    },
)

_I, _C = InspectionStatus, InspectionCommand

INSPECTION = TransitionTable(
    "inspection",
    {
        (_I.DUE, _C.PASS): _I.PASSED,
        (_I.DUE, _C.FAIL): _I.FAILED,
        (_I.DUE, _C.CANCEL): _I.CANCELLED,
        (_I.FAILED, _C.ACCEPT): _I.ACCEPTED,
    },
)

_N, _D = NonconformanceStatus, NonconformanceCommand

NONCONFORMANCE = TransitionTable(
    "nonconformance",
    {
        (_N.OPEN, _D.CONTAIN): _N.CONTAINED,
        (_N.OPEN, _D.DISPOSE): _N.DISPOSED,
        (_N.CONTAINED, _D.DISPOSE): _N.DISPOSED,
        (_N.DISPOSED, _D.CLOSE): _N.CLOSED,
    },
)
