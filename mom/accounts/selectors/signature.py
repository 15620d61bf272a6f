"""Signatures of a record, and whether each still fits what the record says."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from mom.accounts.engine.signing import content_hash
from mom.accounts.models import Approval, Signature
from mom.accounts.models.signature import MEANING
from mom.accounts.permissions import VIEW_SIGNATURE
from mom.core.actor import Actor
from mom.core.models import AuditEntry
from mom.core.use_case import Subject

Text = str | Promise


@dataclass(frozen=True)
class Shown:
    """A signature beside its record: `wrong` says why it does not hold, "" where it does."""

    signature: Signature
    wrong: str
    """`changed` (the content is another one now), `row` (the row was altered), `unproven` (no audit entry of it)."""

    @property
    def is_valid(self) -> bool:
        return not self.wrong


@dataclass(frozen=True)
class Line:
    """A signature or an unsigned approval as it stands beside its record; `local` is the instant with its offset."""

    name: str
    meaning: Text
    at: datetime
    local: str
    reason: str
    wrong: Text
    content_sha256: str

    @property
    def is_valid(self) -> bool:
        return not self.wrong


WRONG: Mapping[str, Text] = {
    "": "",
    "changed": _("Not valid any more: the content changed after it was signed."),
    "row": _("Not valid: this signature was altered or belongs to another record."),
    "unproven": _("Not valid: the audit trail knows no such signature."),
}


def signatures_of(subject: Any) -> list[Signature]:
    """The signatures of a record, oldest first; who may see the record may see them. One statement."""
    about = Subject.of(subject)
    return list(Signature.objects.filter(subject_type=about.type, subject_id=about.id).order_by("signed_at", "id"))


def is_valid(signature: Signature, content_now: Mapping[str, Any]) -> bool:
    """Whether a signature stands for what its record says now: same content, same record, row as audited.

    A row that was copied to another record, or altered by somebody past the guards, is not valid.
    """
    return shown([signature], content_now)[0].is_valid


def shown(signatures: Iterable[Signature], content_now: Mapping[str, Any]) -> list[Shown]:
    """Each signature of one record with what is wrong about it. One statement."""
    rows = list(signatures)
    proven = _proven(rows)
    return [Shown(row, _wrong(row, content_now, proven)) for row in rows]


def has_signed(actor: Actor, session: str) -> bool:
    """Whether this person signed in this stretch of the session already, so that the secret is enough."""
    return (
        actor.kind == "user"
        and actor.id.isdigit()
        and Signature.objects.filter(session=session, signer_id=int(actor.id)).exists()
    )


def signed_by(subject: Any, content_now: Mapping[str, Any]) -> list[Line]:
    """Signatures and approvals of a record as they are shown and printed with it, oldest first. Three statements."""
    about = Subject.of(subject)
    lines = [
        Line(
            name=row.signer_name,
            meaning=MEANING.label(row.meaning),
            at=row.signed_at,
            local=_local(row.signed_at, row.utc_offset_minutes),
            reason=row.reason,
            wrong=WRONG[wrong],
            content_sha256=row.content_sha256,
        )
        for row, wrong in ((each.signature, each.wrong) for each in shown(signatures_of(about), content_now))
    ]
    unsigned = Approval.objects.filter(subject_type=about.type, subject_id=about.id, signature=None)
    for approval in unsigned.select_related("site"):
        now = content_hash(about.type, about.id, approval.subject_version, content_now)
        moment = approval.approved_at.astimezone(approval.site.zone)
        lines.append(
            Line(
                name=approval.approver_name,
                meaning=_("Self-approval") if approval.is_own else _("Approved without signature"),
                at=approval.approved_at,
                local=f"{moment:%Y-%m-%d %H:%M UTC%z}",
                reason=approval.reason,
                wrong=WRONG["" if now == approval.content_sha256 else "changed"],
                content_sha256=approval.content_sha256,
            )
        )
    return sorted(lines, key=lambda line: line.at)


def _local(moment: datetime, minutes: int) -> str:
    return f"{moment.astimezone(timezone(timedelta(minutes=minutes))):%Y-%m-%d %H:%M UTC%z}"


def signature_list(actor: Actor, site_code: str) -> QuerySet[Signature]:
    """The signatures given at a site, newest first; none where the actor may not see the list."""
    signatures = Signature.objects.filter(site__code=site_code)
    return signatures if actor.may(VIEW_SIGNATURE, site_code) else signatures.none()


def _wrong(row: Signature, content_now: Mapping[str, Any], proven: set[tuple[str, str, str]]) -> str:
    if row.row_digest() != row.digest:
        return "row"
    if (row.subject_type, row.subject_id, row.digest) not in proven:
        return "unproven"
    now = content_hash(row.subject_type, row.subject_id, row.subject_version, content_now)
    return "" if now == row.content_sha256 else "changed"


def _proven(rows: list[Signature]) -> set[tuple[str, str, str]]:
    """The digests that the audit trail knows, each with its record."""
    if not rows:
        return set()
    found = AuditEntry.objects.filter(
        action="accounts.signed",
        subject_type__in={row.subject_type for row in rows},
        subject_id__in={row.subject_id for row in rows},
    ).values_list("subject_type", "subject_id", "after__digest")
    return set(found)
