"""Files, notes, documents and their versions, without the wall that judges what comes in."""

from itertools import count
from typing import Any

from django.db.models import Model

from mom.accounts.models import Site
from mom.core.files import services as files
from mom.core.files.intake import TakenIn
from mom.core.files.subjects import Found
from mom.core.models import Attachment, Note
from mom.core.testing import acting
from mom.core.use_case import Subject
from mom.plant.engine.document import DocumentStatus
from mom.plant.models import Document, DocumentVersion, Person, ReadConfirmation
from mom.plant.services import document as documents

_numbers = count(1)
PICTURE = (
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\0\0\0\0:~\x9bU\0\0\0\nIDATx\x9cc\xf8\x0f\0\x01\x01\x01\0"
    b"\x1b\xb6\xeeV\0\0\0\0IEND\xaeB`\x82"
)


def taken(content: bytes = b"", **more: Any) -> TakenIn:
    """A file as the wall lets it through."""
    sent = content or PICTURE + str(next(_numbers)).encode()
    facts = {"width": 1, "height": 1, "pages": 1, "original_name": "photo.png", **more}
    return TakenIn(content=sent, media_type="image/png", thumb=PICTURE, **facts)


def make_file(subject: Model, site: Site, **said: Any) -> Attachment:
    """A file on a thing."""
    new = files.NewFile(**{"title": f"File {next(_numbers)}", **said})
    with acting() as act:
        return files.add(act, Found(Subject.of(subject), site.code, ""), taken(), new)


def make_note(subject: Model, site: Site, text: str = "Look at the chuck") -> Note:
    """A note on a thing."""
    about = Subject.of(subject)
    with acting() as act:
        return Note.objects.create(
            site=site.code, subject_type=about.type, subject_id=about.id, text=text, added_at=act.now,
            added_by="user:1", added_by_label="Test",
        )  # fmt: skip


def make_document(site: Site, code: str = "", **fields: Any) -> Document:
    """A procedure without a version."""
    code = code or f"SOP-{next(_numbers)}"
    with acting() as act:
        return documents.add(act, site, **{"code": code, "name": f"Document {code}", "kind": "sop", **fields})


def make_version(
    document: Document, status: DocumentStatus = DocumentStatus.APPROVED, **fields: Any
) -> DocumentVersion:
    """The next version of a document, as far as `status`."""
    number = document.versions.count() + 1
    file = make_file(document, document.site, title=f"{document.code} v{number}")
    with acting() as act:
        row = DocumentVersion.objects.create(
            site=document.site, document=document, number=number, attachment=file, sha256=file.sha256,
            author_name="Test", created_at=act.now, **{"change_note": f"Issue {number}", **fields},
        )  # fmt: skip
        if status != DocumentStatus.DRAFT:
            DocumentVersion.objects.filter(pk=row.pk).update(status=DocumentStatus.IN_REVIEW.value)
            row.refresh_from_db()
        if status == DocumentStatus.APPROVED:
            row = documents.approved(act, row, reason="Right")
    return row


def make_confirmation(version: DocumentVersion, person: Person) -> ReadConfirmation:
    """A person who read a version."""
    with acting() as act:
        return documents.read_by(act, version, person)
