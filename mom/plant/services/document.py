"""Documents, their versions from draft to withdrawal, who must read them, and who did. One function, one use case."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Max
from django.utils.translation import gettext as _

from mom.accounts.models import Site, User
from mom.accounts.public import SignerCredentials, approve
from mom.core.actor import Actor
from mom.core.db.constraints import translating
from mom.core.errors import Conflict, InvalidInput, NotAllowed, NotFound, Stale
from mom.core.files import services as files
from mom.core.files.intake import take_in
from mom.core.files.subjects import Found
from mom.core.use_case import Subject, UseCase, use_case
from mom.plant import permissions
from mom.plant.engine.document import DOCUMENT_VERSION, DocumentCommand, DocumentStatus
from mom.plant.models import Document, DocumentReader, DocumentVersion, Person, ReadConfirmation
from mom.plant.services import rows
from mom.plant.services.refusals import REFUSALS

RECORD_CLASS = "plant.document"
FIELDS = ("code", "name", "description", "kind", "is_active")


def document_add(actor: Actor, site: Site, **values: Any) -> Document:
    """Add a document; its first version comes after. `values` are those of `FIELDS`.

    Raises: NotAllowed, InvalidInput.
    """
    with use_case(actor) as act:
        act.require(permissions.CHANGE_DOCUMENT, site.code)
        return add(act, site, **values)


def add(act: UseCase, site: Site, **values: Any) -> Document:
    """The same within the caller's transaction; rights are the caller's to ask."""
    _refuse_unknown(values)
    return rows.insert(act, Document(site=site, **values), action="plant.document_added")


def document_change(actor: Actor, pk: int, *, version: int | None = None, **changes: Any) -> Document:
    """Change what a document is called, or take it out of use. Raises: NotAllowed, NotFound, Stale, InvalidInput."""
    with use_case(actor) as act:
        row = rows.locked(Document, pk, version)
        act.require(permissions.CHANGE_DOCUMENT, row.site.code)
        _refuse_unknown(changes)
        return rows.update(act, row, changes, action="plant.document_changed")


def _refuse_unknown(values: Mapping[str, Any]) -> None:
    unknown = sorted(set(values) - set(FIELDS))
    if unknown:
        raise TypeError(f"Document has no {', '.join(unknown)} that people may set.")


def version_add(
    actor: Actor,
    document_id: int,
    *,
    name: str,
    content: bytes,
    change_note: str,
    planned_from: datetime | None = None,
    needs_reading: bool = True,
    no_reading_reason: str = "",
) -> DocumentVersion:
    """Add the next version as a draft, with its file.

    Raises: NotAllowed, NotFound; InvalidInput or TooLarge with the reason why the file is not taken.
    """
    document = Document.objects.select_related("site").filter(pk=document_id).first()
    if document is None:
        raise NotFound
    if not actor.may(permissions.CHANGE_DOCUMENT, document.site.code):
        raise NotAllowed
    if not change_note.strip():
        raise InvalidInput({"change_note": [_("Say what changed; of a first version, what it is for.")]})
    taken = take_in(name, content)  # before the transaction: it opens the file, which takes its time
    with use_case(actor) as act:
        document = rows.locked(Document, document_id)
        number = (document.versions.aggregate(last=Max("number"))["last"] or 0) + 1
        found = Found(Subject.of(document), document.site.code, "")
        title = f"{document.name or document.code} v{number}"
        file = files.add(act, found, taken, files.NewFile(title=title))
        draft = DocumentVersion(
            site=document.site,
            document=document,
            number=number,
            attachment=file,
            sha256=file.sha256,
            change_note=change_note.strip(),
            author=_user(actor),
            author_name=actor.label[:200],
            created_at=act.now,
            planned_from=planned_from,
            needs_reading=needs_reading,
            no_reading_reason=no_reading_reason.strip(),
        )
        return rows.insert(act, draft, action="plant.document_version_added")


def version_move(
    actor: Actor, pk: int, command: DocumentCommand, *, reason: str = "", version: int | None = None
) -> DocumentVersion:
    """Hand a draft in for review, or send it back with a reason.

    Raises: NotAllowed, NotFound, Stale; IllegalTransition; InvalidInput without a reason to send back.
    """
    if command not in {DocumentCommand.SUBMIT, DocumentCommand.SEND_BACK}:
        raise ValueError(f"{command} is a use case of its own.")
    with use_case(actor, reason) as act:
        row = _locked(pk, version)
        is_reviewer = command == DocumentCommand.SEND_BACK and actor.may(permissions.APPROVE_DOCUMENT, row.site.code)
        if not is_reviewer:
            act.require(permissions.CHANGE_DOCUMENT, row.site.code)
        if command == DocumentCommand.SEND_BACK and not reason.strip():
            raise InvalidInput({"reason": [_("Say what is to be mended.")]})
        status = DOCUMENT_VERSION.apply(DocumentStatus(row.status), command)
        return rows.update(act, row, {"status": status.value}, action=f"plant.document_version_{command.value}")


def version_approve(
    actor: Actor,
    pk: int,
    *,
    credentials: SignerCredentials | None = None,
    reason: str = "",
    version: int | None = None,
) -> DocumentVersion:
    """Approve a version by the site's rule: in force at once or from its planned instant, the one before until then.

    Raises: NotAllowed, NotFound, Stale; IllegalTransition; SignatureNeeded or SigningError where it takes a second
    person; Conflict where another version is in force then.
    """
    with use_case(actor, reason) as act:
        row = _locked(pk, version)
        act.require(permissions.APPROVE_DOCUMENT, row.site.code)
        return approved(act, row, credentials=credentials, reason=reason)


def approved(
    act: UseCase, row: DocumentVersion, *, credentials: SignerCredentials | None = None, reason: str = ""
) -> DocumentVersion:
    """The same for a locked version; rights are the caller's to ask. Joins the caller's transaction."""
    status = DOCUMENT_VERSION.apply(DocumentStatus(row.status), DocumentCommand.APPROVE)
    authors = [str(row.author_id)] if row.author_id else []
    done = approve(
        act,
        record_class=RECORD_CLASS,
        site=row.site,
        subject=row,
        content=row.content(),
        authors=authors,
        credentials=credentials,
        reason=reason,
        version=str(row.number),
    )
    start = max(row.planned_from, act.now) if row.planned_from else act.now
    with translating(REFUSALS):
        _end_those_before(act, row, start)
        changes = {
            "status": status.value,
            "approved_at": act.now,
            "approved_by": done.approver_name[:200],
            "effective_from": start,
        }
        return rows.update(act, row, changes, action="plant.document_version_approved")


def _end_those_before(act: UseCase, row: DocumentVersion, start: datetime) -> None:
    """The version that would go on beyond `start` ends there. Raises: Conflict where a later one begins after it."""
    others = DocumentVersion.objects.select_for_update(of=("self",)).select_related("site", "document")
    for other in others.filter(document=row.document_id, status=DocumentStatus.APPROVED.value).order_by("pk"):
        if other.effective_from is not None and other.effective_from >= start:
            raise Conflict(
                _("Version %(number)d begins later. Withdraw it first.") % {"number": other.number},
                code="later_version_approved",
            )
        if other.effective_to is None or other.effective_to > start:
            rows.update(act, other, {"effective_to": start}, action="plant.document_version_superseded")


def version_withdraw(actor: Actor, pk: int, *, reason: str, version: int | None = None) -> DocumentVersion:
    """Take a version out of force with a reason. What it was to replace goes on; what it replaced does not come back.

    Raises: NotAllowed, NotFound, Stale, IllegalTransition, InvalidInput without a reason.
    """
    with use_case(actor, reason) as act:
        row = _locked(pk, version)
        is_open = row.approved_at is None
        act.require(permissions.CHANGE_DOCUMENT if is_open else permissions.APPROVE_DOCUMENT, row.site.code)
        if not reason.strip():
            raise InvalidInput({"reason": [_("Say why; it stays in the record.")]})
        status = DOCUMENT_VERSION.apply(DocumentStatus(row.status), DocumentCommand.WITHDRAW)
        changes: dict[str, Any] = {
            "status": status.value,
            "withdrawn_at": act.now,
            "withdrawn_by": act.actor.label[:200],
            "withdrawn_reason": reason.strip()[:500],
        }
        if row.effective_from is not None and (row.effective_to is None or row.effective_to > act.now):
            changes["effective_to"] = max(row.effective_from, act.now)
        start, ended = row.effective_from, row.effective_to
        done = rows.update(act, row, changes, action="plant.document_version_withdrawn")
        if start is not None and start > act.now:
            _go_on(act, row, start, ended)
        return done


def _go_on(act: UseCase, row: DocumentVersion, start: datetime, until: datetime | None) -> None:
    """What a version that never came into force was to replace goes on as if it had not been."""
    before = DocumentVersion.objects.select_for_update(of=("self",)).select_related("site", "document")
    found = before.filter(document=row.document_id, status=DocumentStatus.APPROVED.value, effective_to=start).first()
    if found is not None:
        rows.update(act, found, {"effective_to": until}, action="plant.document_version_goes_on")


def reader_add(actor: Actor, document_id: int, *, personnel_class: Any = None, equipment: Any = None) -> DocumentReader:
    """Say who must read a document: holders of a skill (None: everybody), at an equipment or below (None: anywhere).

    Raises: NotAllowed, NotFound; InvalidInput for what lies at another site or is named already.
    """
    with use_case(actor) as act:
        document = rows.locked(Document, document_id)
        act.require(permissions.CHANGE_DOCUMENT, document.site.code)
        return readers_named(act, document, personnel_class=personnel_class, equipment=equipment)


def readers_named(
    act: UseCase, document: Document, *, personnel_class: Any = None, equipment: Any = None
) -> DocumentReader:
    """The same within the caller's transaction; rights are the caller's to ask."""
    row = DocumentReader(site=document.site, document=document, personnel_class=personnel_class, equipment=equipment)
    return rows.insert(act, row, action="plant.document_readers_added")


def reader_remove(actor: Actor, pk: int) -> None:
    """Take readers off a document; what they confirmed stays. Raises: NotAllowed, NotFound."""
    with use_case(actor) as act:
        row = rows.locked(DocumentReader, pk)
        act.require(permissions.CHANGE_DOCUMENT, row.site.code)
        before = {"document": row.document_id, "skill": row.personnel_class_id, "equipment": row.equipment_id}
        act.record("plant.document_readers_removed", subject=row, site=row.site.code, before=before)
        row.delete()


def reading_confirm(actor: Actor, version_id: int, person: Person) -> ReadConfirmation:
    """A person says to have read a version. Said twice, the first one stands.

    Raises: NotAllowed where it is not the person who says so; NotFound; Conflict for a version that is not approved.
    """
    with use_case(actor) as act:
        row = _locked(version_id, None)
        act.require(permissions.CONFIRM_READING, row.site.code)
        if actor.kind != "system" and (actor.kind != "user" or str(person.user_id) != actor.id):
            raise NotAllowed(_("Only the person who read it confirms it."))
        return read_by(act, row, person)


def read_by(act: UseCase, row: DocumentVersion, person: Person) -> ReadConfirmation:
    """The same for a locked version; rights are the caller's to ask. Joins the caller's transaction."""
    found = ReadConfirmation.objects.filter(person=person, document_version=row).first()
    if found is not None:
        return found
    if row.status != DocumentStatus.APPROVED:
        raise Conflict(_("Only an approved version is confirmed."), code="version_not_approved")
    confirmation = ReadConfirmation(
        site=row.site, person=person, document_version=row, confirmed_at=act.now, confirmed_by=act.actor.label[:200]
    )
    return rows.insert(act, confirmation, action="plant.document_read")


def _locked(pk: int, version: int | None) -> DocumentVersion:
    """The version with its document, locked: the document first, so that versions of one follow one another."""
    document_id = DocumentVersion.objects.filter(pk=pk).values_list("document_id", flat=True).first()
    if document_id is None:
        raise NotFound
    rows.locked(Document, document_id)
    locked = DocumentVersion.objects.select_for_update(of=("self",)).select_related("site", "document")
    row = locked.get(pk=pk)
    if version is not None and version != row.version:
        raise Stale
    return row


def _user(actor: Actor) -> User | None:
    """The person who acts, also through a token of theirs; nobody for a part of the system."""
    if actor.kind == "user" and actor.id.isdigit():
        return User.objects.filter(pk=int(actor.id)).first()
    if actor.kind == "token":
        return User.objects.filter(api_tokens__prefix=actor.id).first()
    return None
