"""What a file on a thing can be."""

from enum import StrEnum


class AttachmentKind(StrEnum):
    """What people look at when they open a file."""

    PHOTO = "photo"
    PDF = "pdf"
    DRAWING = "drawing"
    OTHER = "other"


class RevisionState(StrEnum):
    """How a file stands at an instant."""

    CURRENT = "current"
    COMING = "coming"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"
