"""Two cards for the page of anything: its files and its notes. One statement each."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import Model
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from mom.core import clock
from mom.core.engine.attachment import RevisionState
from mom.core.files import selectors, subjects
from mom.core.files.forms import FileForm, NoteForm
from mom.core.files.selectors import Related
from mom.core.models import Attachment
from mom.core.permissions_declared import (
    ADD_DRAWING,
    ADD_FILE,
    ADD_NOTE,
    VIEW_ATTACHMENT,
    VIEW_NOTE,
    WITHDRAW_FILE,
)
from mom.core.web.tables import Tag

FILES_TEMPLATE = "core/file/panel.html"
NOTES_TEMPLATE = "core/note/panel.html"


def state_tag(row: Attachment, at: datetime) -> Tag | None:
    """What a file's state is called; None for a valid one that has no revisions."""
    return {
        RevisionState.CURRENT: Tag(_("Valid"), "ok") if row.number else None,
        RevisionState.COMING: Tag(_("Not yet valid"), "info"),
        RevisionState.SUPERSEDED: Tag(_("Superseded"), "bad"),
        RevisionState.WITHDRAWN: Tag(_("Withdrawn"), "bad"),
    }[selectors.state_of(row, at)]


def files_context(request: HttpRequest, subject: Model, related: Related | None = None) -> dict[str, Any]:
    """What the card of files needs, with the valid drawings of related things; empty for who may see none."""
    actor, site = request.actor, request.site.code  # type: ignore[attr-defined]
    kind, now = subject._meta.label_lower, clock.now()
    if not actor.may(VIEW_ATTACHMENT, site):
        return {}
    if related is not None and not actor.may(subjects.kinds()[related.subject_type].see, site):
        related = None
    rows = selectors.attachments_of(site, kind, str(subject.pk), now, related)
    add_url = f"{reverse('web:file_add')}?{urlencode({'on': f'{kind}:{subject.pk}'})}"
    may_add = actor.may(ADD_FILE, site)
    form = FileForm(takes_drawings=actor.may(ADD_DRAWING, site), auto_id="file_%s") if may_add else None
    return {"files": [(row, state_tag(row, now)) for row in rows], "add_file_url": add_url, "file_form": form}


def notes_context(request: HttpRequest, subject: Model) -> dict[str, Any]:
    """What the card of notes needs; empty for who may see none."""
    actor, site = request.actor, request.site.code  # type: ignore[attr-defined]
    kind = subject._meta.label_lower
    if not actor.may(VIEW_NOTE, site):
        return {}
    rows = selectors.notes_of(site, kind, str(subject.pk))
    may_withdraw = actor.may(WITHDRAW_FILE, site)
    return {
        "notes": [(row, may_withdraw or row.added_by == actor.reference) for row in rows],
        "add_note_url": f"{reverse('web:note_add')}?{urlencode({'on': f'{kind}:{subject.pk}'})}",
        "note_form": NoteForm(auto_id="note_%s") if actor.may(ADD_NOTE, site) else None,
    }


def records(request: HttpRequest, subject: Model, related: Related | None = None) -> dict[str, Any]:
    """Both cards' contexts, for a page that is not built of panels."""
    return {**files_context(request, subject, related), **notes_context(request, subject)}
