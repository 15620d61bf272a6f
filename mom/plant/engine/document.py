"""Documents that people work by: what kinds there are, and the life of a version."""

from enum import StrEnum

from mom.core.engine.transitions import TransitionTable


class DocumentKind(StrEnum):
    """What a document is for."""

    SOP = "sop"
    WORK_INSTRUCTION = "work_instruction"
    DRAWING = "drawing"
    SAFETY_SHEET = "safety_sheet"


class DocumentStatus(StrEnum):
    """How far a version is."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    WITHDRAWN = "withdrawn"


class DocumentCommand(StrEnum):
    """What may be done with a version."""

    SUBMIT = "submit"
    SEND_BACK = "send_back"
    APPROVE = "approve"
    WITHDRAW = "withdraw"


DOCUMENT_VERSION = TransitionTable(
    "version",
    {
        (DocumentStatus.DRAFT, DocumentCommand.SUBMIT): DocumentStatus.IN_REVIEW,
        (DocumentStatus.DRAFT, DocumentCommand.WITHDRAW): DocumentStatus.WITHDRAWN,
        (DocumentStatus.IN_REVIEW, DocumentCommand.SEND_BACK): DocumentStatus.DRAFT,
        (DocumentStatus.IN_REVIEW, DocumentCommand.APPROVE): DocumentStatus.APPROVED,
        (DocumentStatus.IN_REVIEW, DocumentCommand.WITHDRAW): DocumentStatus.WITHDRAWN,
        (DocumentStatus.APPROVED, DocumentCommand.WITHDRAW): DocumentStatus.WITHDRAWN,
    },
)
