"""The life of an import: checked as a whole before its first row takes effect, applied in pieces, stopped between them."""

from enum import StrEnum

from mom.core.engine.transitions import TransitionTable


class ImportStatus(StrEnum):
    """Where an import stands."""

    QUEUED = "queued"  # the file is here, nobody has read it
    CHECKED = "checked"  # every row is read and staged; a person decides
    APPLYING = "applying"  # pieces are going in
    COMPLETED = "completed"
    CANCELLED = "cancelled"  # what went in before stays in, the rest does not
    FAILED = "failed"  # the file or the mapping is broken, or work on it kept dying


class ImportCommand(StrEnum):
    """What somebody asks of an import, or what the worker found."""

    CHECK = "check"
    APPLY = "apply"
    COMPLETE = "complete"
    CANCEL = "cancel"
    FAIL = "fail"


ENDED = frozenset({ImportStatus.COMPLETED, ImportStatus.CANCELLED, ImportStatus.FAILED})

_S, _C = ImportStatus, ImportCommand

IMPORT_RUN = TransitionTable(
    "import",
    {
        (_S.QUEUED, _C.CHECK): _S.CHECKED,
        (_S.QUEUED, _C.CANCEL): _S.CANCELLED,
        (_S.QUEUED, _C.FAIL): _S.FAILED,
        (_S.CHECKED, _C.APPLY): _S.APPLYING,
        (_S.CHECKED, _C.COMPLETE): _S.COMPLETED,  # a dry run ends here
        (_S.CHECKED, _C.CANCEL): _S.CANCELLED,
        (_S.CHECKED, _C.FAIL): _S.FAILED,
        (_S.APPLYING, _C.COMPLETE): _S.COMPLETED,
        (_S.APPLYING, _C.CANCEL): _S.CANCELLED,
        (_S.APPLYING, _C.FAIL): _S.FAILED,
    },
)
