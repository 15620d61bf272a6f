"""Files and notes added and withdrawn. One function, one use case; those that join take the open one."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Sum
from django.utils.translation import gettext as _

from mom.core.actor import Actor
from mom.core.db.constraints import translating
from mom.core.db.locks import Lock, advisory_lock
from mom.core.engine.attachment import AttachmentKind
from mom.core.errors import Conflict, InvalidInput, MomError, NotAllowed, NotFound, TooLarge
from mom.core.files import kinds, limits, names, subjects
from mom.core.files.intake import TakenIn, take_in
from mom.core.files.refusals import SENTENCES
from mom.core.models import Attachment, Note, StoredBlob
from mom.core.permissions_declared import ADD_DRAWING, ADD_FILE, ADD_NOTE, VIEW_ATTACHMENT, VIEW_NOTE, WITHDRAW_FILE
from mom.core.use_case import UseCase, use_case

LONGEST_NOTE = 4_000


@dataclass(frozen=True)
class NewFile:
    """What is said about a file beside its bytes. `kind` None: what its content says."""

    title: str = ""
    kind: AttachmentKind | None = None
    number: str = ""
    revision: str = ""
    valid_from: datetime | None = None
    replaces: int | None = None


def attach(
    actor: Actor, site: str, subject_type: str, subject_id: str, *, name: str, content: bytes, new: NewFile
) -> Attachment:
    """Put a file on a thing; with `replaces`, as the next revision of that one.

    Raises: NotAllowed, NotFound; InvalidInput or TooLarge with the reason why the file is not taken, or why the
    revision does not fit; Conflict where that revision, or a valid one, is there already.
    """
    found = subjects.subject_get(actor, site, subject_type, subject_id)
    if not subjects.kinds()[subject_type].takes_files:
        raise Conflict(_("Its files come with its versions. Add a version instead."), code="files_by_version")
    _require(actor, site, new)
    taken = take_in(name, content)  # before the transaction: it opens the file, which takes its time
    with use_case(actor) as act:
        return add(act, found, taken, new)


def _require(actor: Actor, site: str, new: NewFile) -> None:
    """Raises: NotAllowed. Asked before the file is opened, so that nobody's bytes are worked on in vain."""
    needed = [ADD_FILE, ADD_DRAWING] if new.number or new.kind == AttachmentKind.DRAWING else [ADD_FILE]
    if not all(actor.may(permission, site) for permission in needed):
        raise NotAllowed


def add(act: UseCase, found: subjects.Found, taken: TakenIn, new: NewFile) -> Attachment:
    """The same for a file that was taken in; rights are the caller's to ask. Joins the caller's transaction."""
    _within_quota(act, found.site, len(taken.content))
    old = _replaced(act, found, new)
    number, kind = (old.number if old else new.number.strip()), _kind(new, old, taken)
    valid_from = new.valid_from or act.now
    title = new.title.strip() or (old.title if old else "") or number or names.shown(taken.original_name) or _("File")
    row = Attachment(
        site=found.site,
        subject_type=found.subject.type,
        subject_id=found.subject.id,
        kind=kind,
        title=title[:200],
        number=number,
        revision=new.revision.strip(),
        valid_from=valid_from,
        replaces=old,
        blob=_stored(act, taken.content),
        thumb=_stored(act, taken.thumb),
        sha256=taken.sha256,
        size=len(taken.content),
        media_type=taken.media_type,
        width=taken.width,
        height=taken.height,
        pages=taken.pages,
        file_name=names.our_name(number or title, new.revision, taken.sha256, taken.media_type),
        original_name=taken.original_name,
        added_at=act.now,
        added_by=act.actor.reference,
        added_by_label=act.actor.label[:200],
    )
    _refuse_incomplete(row)
    with translating(_REFUSALS):
        if old is not None and (old.valid_to is None or old.valid_to > valid_from):
            old.valid_to, old.version = valid_from, old.version + 1
            old.save(update_fields=["valid_to", "version"])
        row.save(force_insert=True)
    after = {"title": row.title, "kind": kind, "number": number, "revision": row.revision, "sha256": row.sha256,
             "size": row.size, "on": found.subject.label, "replaces": str(old) if old else ""}  # fmt: skip
    act.record("core.file_added", subject=row, site=found.site, after=after)
    return row


def _kind(new: NewFile, old: Attachment | None, taken: TakenIn) -> AttachmentKind:
    if old is not None:
        return AttachmentKind(old.kind)
    if new.kind is not None:
        return new.kind
    if new.number.strip():
        return AttachmentKind.DRAWING
    return AttachmentKind.PDF if taken.media_type == kinds.PDF else AttachmentKind.PHOTO


def _replaced(act: UseCase, found: subjects.Found, new: NewFile) -> Attachment | None:
    """The revision that is replaced, locked. Raises: NotFound, Conflict, InvalidInput."""
    if new.replaces is None:
        return None
    old = locked(Attachment, found.site, new.replaces)
    if (old.subject_type, old.subject_id) != (found.subject.type, found.subject.id):
        raise NotFound
    if old.withdrawn_at is not None:
        raise Conflict(_("That file was withdrawn; it can't be replaced."), code="file_withdrawn")
    if old.number:
        act.require(ADD_DRAWING, found.site)
    if old.number and new.number.strip() not in {"", old.number}:
        raise InvalidInput({"number": [_("A new revision keeps its drawing's number.")]})
    if old.number and not new.revision.strip():
        raise InvalidInput({"revision": [SENTENCES["drawing_revision_missing"]]})
    return old


def _refuse_incomplete(row: Attachment) -> None:
    """Raises: InvalidInput for a drawing without number or revision, or a text that holds hidden characters."""
    wrong: dict[str, list[object]] = {}
    if row.kind == AttachmentKind.DRAWING and not row.number:
        wrong["number"] = [SENTENCES["drawing_number_missing"]]
    if (row.kind == AttachmentKind.DRAWING or row.number) and not row.revision:
        wrong["revision"] = [SENTENCES["drawing_revision_missing"]]
    for name, longest in (("title", 200), ("number", 64), ("revision", 16)):
        text = getattr(row, name)
        if len(text) > longest or (name != "title" and names.is_tricky(text.replace("/", ""))) or "\0" in text:
            wrong[name] = [_("At most %(longest)d plain characters.") % {"longest": longest}]
    if wrong:
        raise InvalidInput(wrong)  # type: ignore[arg-type]


def _within_quota(act: UseCase, site: str, size: int) -> None:
    """Count, one upload of a person after the other. Raises: TooLarge."""
    advisory_lock(Lock.UPLOAD_QUOTA, f"{act.actor.reference} {site}")
    since = act.now - timedelta(days=1)
    added = Attachment.objects.filter(added_by=act.actor.reference, site=site, added_at__gt=since)
    if (added.aggregate(total=Sum("size"))["total"] or 0) + size > limits.QUOTA_BYTES:
        most = {"most": limits.QUOTA_BYTES // 1024 // 1024}
        raise TooLarge(_("You added %(most)d MB of files within a day. Add more tomorrow.") % most, code="quota_full")


def _stored(act: UseCase, content: bytes) -> StoredBlob:
    digest = hashlib.sha256(content).hexdigest()
    values = {"size": len(content), "content": content, "created_at": act.now}
    return StoredBlob.objects.defer("content").get_or_create(sha256=digest, defaults=values)[0]


def locked(model: type[Attachment], site: str, pk: int) -> Attachment:
    """The row, locked for the rest of the transaction. Raises: NotFound."""
    row = model.objects.select_for_update(of=("self",)).filter(site=site, pk=pk).first()
    if row is None:
        raise NotFound
    return row


def withdraw(actor: Actor, site: str, pk: int, *, reason: str) -> Attachment:
    """Take a file out of sight with a reason; it stays in the record. Its adder may, others with the right.

    Raises: NotAllowed, NotFound, InvalidInput without a reason, Conflict where it is withdrawn already.
    """
    with use_case(actor, reason) as act:
        row = locked(Attachment, site, pk)
        subjects.subject_get(actor, site, row.subject_type, row.subject_id)
        if not subjects.kinds()[row.subject_type].takes_files:
            raise Conflict(_("It belongs to a version. Withdraw the version instead."), code="files_by_version")
        _withdraw(act, row, WITHDRAW_FILE if row.added_by != actor.reference else VIEW_ATTACHMENT, reason)
        row.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_reason", "version"])
        act.record("core.file_withdrawn", subject=row, site=site, before={"title": row.title, "sha256": row.sha256})
        return row


def note_add(actor: Actor, site: str, subject_type: str, subject_id: str, *, text: str) -> Note:
    """Leave a note on a thing. Raises: NotAllowed, NotFound; InvalidInput for an empty or endless one."""
    text = text.strip()
    if not text:
        raise InvalidInput({"text": [_("Write something.")]})
    if len(text) > LONGEST_NOTE or "\0" in text:
        raise InvalidInput({"text": [_("At most %(longest)d characters.") % {"longest": LONGEST_NOTE}]})
    with use_case(actor) as act:
        found = subjects.subject_get(actor, site, subject_type, subject_id)
        act.require(ADD_NOTE, site)
        row = Note.objects.create(
            site=site,
            subject_type=subject_type,
            subject_id=found.subject.id,
            text=text,
            added_at=act.now,
            added_by=actor.reference,
            added_by_label=actor.label[:200],
        )
        act.record("core.note_added", subject=row, site=site, after={"text": text, "on": found.subject.label})
        return row


def note_withdraw(actor: Actor, site: str, pk: int, *, reason: str) -> Note:
    """Take a note out of sight with a reason; it stays in the record. Raises: as `withdraw`."""
    with use_case(actor, reason) as act:
        row = Note.objects.select_for_update(of=("self",)).filter(site=site, pk=pk).first()
        if row is None:
            raise NotFound
        subjects.subject_get(actor, site, row.subject_type, row.subject_id)
        _withdraw(act, row, WITHDRAW_FILE if row.added_by != actor.reference else VIEW_NOTE, reason)
        row.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_reason", "version"])
        act.record("core.note_withdrawn", subject=row, site=site, before={"text": row.text})
        return row


def _withdraw(act: UseCase, row: Attachment | Note, permission: str, reason: str) -> None:
    act.require(permission, row.site)
    if not reason.strip():
        raise InvalidInput({"reason": [_("Say why; it stays in the record.")]})
    if row.withdrawn_at is not None:
        raise Conflict(_("It was withdrawn already."), code="withdrawn_already")
    row.withdrawn_at, row.withdrawn_by = act.now, act.actor.label[:200]
    row.withdrawn_reason, row.version = reason.strip()[:500], row.version + 1


def _one_valid() -> MomError:
    sentence = _("This drawing has a valid revision for that time. Add it as the next revision of that one.")
    return Conflict(sentence, code="drawing_has_valid_revision")


def _revision_taken() -> MomError:
    sentence = _("This drawing has that revision already.")
    return InvalidInput({"revision": [sentence]}, sentence, code="revision_taken", status=409)


def _too_early() -> MomError:
    sentence = _("A new revision begins after the one that it replaces.")
    return InvalidInput({"valid_from": [sentence]}, sentence, code="valid_from_too_early")


_REFUSALS = {
    "core_attachment_one_valid_revision": _one_valid,
    "core_attachment_revision_once": _revision_taken,
    "core_attachment_ends_after_start": _too_early,
}
