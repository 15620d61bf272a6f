"""Which command moves which status where. Everything not listed is refused with `IllegalTransition` (P04)."""

from mom.core.engine.transitions import TransitionTable
from mom.work.engine.terms import JobOrderCommand, JobOrderStatus, WorkRequestCommand, WorkRequestStatus

_J, _C = JobOrderStatus, JobOrderCommand

JOB_ORDER = TransitionTable(
    "job order",
    {
        (_J.WAITING, _C.RELEASE): _J.READY,
        (_J.READY, _C.REVOKE): _J.WAITING,
        (_J.READY, _C.START): _J.RUNNING,
        (_J.RUNNING, _C.PAUSE): _J.SUSPENDED,
        (_J.RUNNING, _C.HOLD): _J.HELD,
        (_J.SUSPENDED, _C.RESUME): _J.RUNNING,
        (_J.HELD, _C.RESUME): _J.RUNNING,
        (_J.RUNNING, _C.FINISH): _J.COMPLETED,
        (_J.SUSPENDED, _C.FINISH): _J.COMPLETED,
        (_J.HELD, _C.FINISH): _J.COMPLETED,
        (_J.COMPLETED, _C.CLOSE): _J.CLOSED,
        (_J.WAITING, _C.ABORT): _J.ABORTED,
        (_J.READY, _C.ABORT): _J.ABORTED,
        (_J.RUNNING, _C.ABORT): _J.ABORTED,
        (_J.SUSPENDED, _C.ABORT): _J.ABORTED,
        (_J.HELD, _C.ABORT): _J.ABORTED,
        (_J.WAITING, _C.CANCEL): _J.CANCELLED,
        (_J.READY, _C.CANCEL): _J.CANCELLED,
    },
)

UNDOABLE = frozenset({_C.START, _C.PAUSE, _C.RESUME})
"""What who gave it may undo, within minutes: the job is then in the state it was in before."""

_W, _R = WorkRequestStatus, WorkRequestCommand

WORK_REQUEST = TransitionTable(
    "order",
    {
        (_W.FORECAST, _R.RELEASE): _W.RELEASED,
        (_W.WAITING, _R.RELEASE): _W.RELEASED,
        (_W.RELEASED, _R.START): _W.RUNNING,
        (_W.READY, _R.START): _W.RUNNING,
        (_W.RUNNING, _R.HOLD): _W.HELD,
        (_W.RELEASED, _R.HOLD): _W.HELD,
        (_W.HELD, _R.RESUME): _W.RUNNING,
        (_W.SUSPENDED, _R.RESUME): _W.RUNNING,
        (_W.RUNNING, _R.COMPLETE): _W.COMPLETED,
        (_W.RELEASED, _R.COMPLETE): _W.COMPLETED,
        (_W.COMPLETED, _R.REOPEN): _W.RUNNING,
        (_W.COMPLETED, _R.CLOSE): _W.CLOSED,
        (_W.RELEASED, _R.ABORT): _W.ABORTED,
        (_W.RUNNING, _R.ABORT): _W.ABORTED,
        (_W.HELD, _R.ABORT): _W.ABORTED,
        (_W.SUSPENDED, _R.ABORT): _W.ABORTED,
        (_W.FORECAST, _R.CANCEL): _W.CANCELLED,
        (_W.WAITING, _R.CANCEL): _W.CANCELLED,
        (_W.RELEASED, _R.CANCEL): _W.CANCELLED,
    },
)
