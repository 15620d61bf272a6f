"""Which command moves a request where. A maintenance job has the states of every job on the spine (mom.work)."""

from maintenance.engine.terms import RequestCommand, RequestStatus
from mom.core.engine.transitions import TransitionTable

_S, _C = RequestStatus, RequestCommand

MAINTENANCE_REQUEST = TransitionTable(
    "maintenance request",
    {
        (_S.REQUESTED, _C.ACCEPT): _S.ACCEPTED,
        (_S.REQUESTED, _C.DECLINE): _S.DECLINED,
        (_S.ACCEPTED, _C.FINISH): _S.DONE,
        (_S.ACCEPTED, _C.REOPEN): _S.REQUESTED,
        (_S.ACCEPTED, _C.DECLINE): _S.DECLINED,
    },
)
