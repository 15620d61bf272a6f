"""Files and notes of things, always within the asker's right on the thing."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from mom.core.actor import Actor
from mom.core.engine.attachment import RevisionState
from mom.core.errors import NotFound
from mom.core.files import isolated, kinds, subjects
from mom.core.files.refusals import refusal
from mom.core.models import Attachment, Note, Rendition, StoredBlob
from mom.core.permissions_declared import VIEW_ATTACHMENT, VIEW_NOTE


def attachment_list(actor: Actor) -> QuerySet[Attachment]:
    """Every file on a thing that the actor may see."""
    rows = Attachment.objects.filter(subjects.visible(actor)).select_related("replaces")
    sites = actor.sites_with(VIEW_ATTACHMENT)
    return rows if sites is None else rows.filter(site__in=sorted(sites))


def note_list(actor: Actor) -> QuerySet[Note]:
    """Every note on a thing that the actor may see."""
    rows = Note.objects.filter(subjects.visible(actor))
    sites = actor.sites_with(VIEW_NOTE)
    return rows if sites is None else rows.filter(site__in=sorted(sites))


def attachment_get(actor: Actor, site: str, pk: int) -> Attachment:
    """One file of a site. Raises: NotFound, also where its subject is not the actor's to see."""
    row = attachment_list(actor).filter(site=site, pk=pk).first()
    if row is None:
        raise NotFound
    return row


@dataclass(frozen=True)
class Related:
    """Things whose drawings are wanted beside a thing: their kind and their keys as texts, a queryset or a list."""

    subject_type: str
    keys: Any


def attachments_of(
    site: str, subject_type: str, subject_id: str, at: datetime, related: Related | None = None
) -> list[Attachment]:
    """The files of one thing that were not withdrawn: those valid first, drawings by number, others newest first.

    With `related`, the drawings that are valid now of those things too. One statement.
    """
    on = Q(subject_type=subject_type, subject_id=subject_id)
    if related is not None:
        theirs = Q(subject_type=related.subject_type, subject_id__in=related.keys, valid_from__lte=at) & ~Q(number="")
        on |= theirs & (Q(valid_to=None) | Q(valid_to__gt=at))
    found = list(Attachment.objects.filter(on, site=site, withdrawn_at=None).order_by("-added_at", "-pk"))
    return sorted(found, key=lambda row: (state_of(row, at) == RevisionState.SUPERSEDED, row.number == "", row.number))


def notes_of(site: str, subject_type: str, subject_id: str) -> list[Note]:
    """The notes on one thing that were not withdrawn, newest first."""
    rows = Note.objects.filter(site=site, subject_type=subject_type, subject_id=subject_id, withdrawn_at=None)
    return list(rows.order_by("-added_at", "-pk"))


def revisions_of(row: Attachment) -> list[Attachment]:
    """Every revision of the same drawing, withdrawn ones included, newest first; the file alone where it has none."""
    if not row.number:
        return [row]
    return list(Attachment.objects.filter(site=row.site, number=row.number).order_by("-valid_from", "-pk"))


def state_of(row: Attachment, at: datetime) -> RevisionState:
    """How a file stands at an instant."""
    if row.withdrawn_at is not None:
        return RevisionState.WITHDRAWN
    if row.valid_to is not None and row.valid_to <= at:
        return RevisionState.SUPERSEDED
    return RevisionState.COMING if row.valid_from > at else RevisionState.CURRENT


def content_of(row: Attachment) -> bytes:
    """The bytes as they are kept."""
    return bytes(StoredBlob.objects.values_list("content", flat=True).get(pk=row.blob_id))


def thumb_of(row: Attachment) -> bytes:
    """The small picture."""
    return bytes(StoredBlob.objects.values_list("content", flat=True).get(pk=row.thumb_id))


def page_picture(row: Attachment, page: int, side: int, now: datetime) -> tuple[str, bytes]:
    """A page's picture with its media type; drawn once, then kept. Raises: NotFound, InvalidInput, Unavailable."""
    if not 1 <= page <= row.pages:
        raise NotFound
    kept = Rendition.objects.filter(source=row.blob_id, page=page, side=side).first()
    if kept is not None:
        return kept.media_type, bytes(kept.content)
    content = content_of(row)
    if row.is_picture and max(row.width, row.height) <= side:
        return row.media_type, content
    is_pdf = row.media_type == kinds.PDF
    drawn = isolated.run("page" if is_pdf else "scaled", content, type=row.media_type, page=page, side=side)
    if drawn.refused:
        raise refusal(drawn.refused)
    media_type, picture = str(drawn.facts["type"]), drawn.pieces[0]
    made = {"media_type": media_type, "content": picture, "made_at": now}
    Rendition.objects.get_or_create(source_id=row.blob_id, page=page, side=side, defaults=made)
    return media_type, picture
