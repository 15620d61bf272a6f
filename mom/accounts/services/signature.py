"""Signing a record at the act: the signer's own credentials, in the request that signs, for exactly what was shown."""

import secrets
from collections.abc import Iterable, Mapping
from typing import Any

from django.core import signing
from django.utils.translation import gettext_lazy as _

from mom.accounts import approval
from mom.accounts.engine.signing import Meaning, content_hash
from mom.accounts.models import RecordClass, Signature, Site, User
from mom.accounts.permissions import SIGN_RECORD
from mom.accounts.selectors import actor_for_user
from mom.accounts.services.signer import SignerCredentials, SigningError, leave_trace
from mom.core.actor import Actor
from mom.core.db.constraints import translating
from mom.core.errors import Conflict, InvalidInput, MomError, Stale
from mom.core.use_case import Subject, UseCase
from mom.events.accounts import RecordSigned

SALT = "mom.accounts.signature"
CHALLENGE_LASTS = 30 * 60  # seconds from the page that shows the record to the signature


def challenge_for(
    actor: Actor,
    *,
    session: str,
    subject: Any,
    version: str,
    content: Mapping[str, Any],
) -> str:
    """What a page puts into its signing form: this record as shown to this person in this session, for one signature.

    It is sealed with the installation's key and stored nowhere, so that showing a page writes nothing.
    """
    about = Subject.of(subject)
    shown = content_hash(about.type, about.id, version, content)
    return signing.dumps(
        [secrets.token_hex(16), actor.reference, session, about.type, about.id, version, shown], salt=SALT
    )


def sign(
    act: UseCase,
    *,
    site: Site,
    record_class: str,
    credentials: SignerCredentials,
    meaning: Meaning,
    subject: Any,
    content: Mapping[str, Any],
    authors: Iterable[str],
    reason: str,
    version: str = "",
) -> Signature:
    """Sign what `subject` says now. Joins the caller's transaction; the caller holds the record's lock.

    Raises: SigningError, Stale where the content is not what was shown, Conflict for a replay, InvalidInput without
    reason.
    """
    about = Subject.of(subject)
    try:
        return _sign(
            act,
            site,
            record_class,
            credentials,
            Meaning(meaning),
            about,
            content,
            sorted(set(authors)),
            reason,
            version,
        )
    except MomError as refusal:
        signer, code, device = credentials.signer, refusal.code, credentials.device
        act.if_refused(lambda after: leave_trace(after, site.code, about, signer, code, device))
        raise


def _sign(
    act: UseCase,
    site: Site,
    record_class: str,
    credentials: SignerCredentials,
    meaning: Meaning,
    about: Subject,
    content: Mapping[str, Any],
    authors: list[str],
    reason: str,
    version: str,
) -> Signature:
    if act.actor.kind != "user":
        raise SigningError(_("Only a person signs, on a page of their own session."), code="token_cannot_sign")
    if len(reason.strip()) < 2:
        raise InvalidInput({"reason": [_("A signature needs a reason.")]}, code="reason_needed")
    shown = content_hash(about.type, about.id, version, content)
    nonce = _open_challenge(act, credentials, about, version, shown)
    signer = credentials.signer
    _require_right(signer, record_class, meaning, site)
    klass = approval.get(record_class)
    row, _made = RecordClass.objects.get_or_create(code=klass.code, defaults={"is_regulated": klass.is_regulated})
    offset = act.now.astimezone(site.zone).utcoffset()
    signature = Signature(
        site=site,
        signer=signer,
        signer_name=str(signer),
        meaning=meaning.value,
        reason=reason.strip(),
        record_class=row,
        subject_type=about.type,
        subject_id=about.id,
        subject_label=about.label,
        subject_version=version,
        content_sha256=shown,
        authors=authors,
        signed_at=act.now,
        utc_offset_minutes=int(offset.total_seconds() // 60) if offset else 0,
        proof=credentials.proof.value,
        device=credentials.device,
        session=credentials.session,
        nonce=nonce,
    )
    signature.digest = signature.row_digest()
    with translating(_REFUSED_BY_DATABASE):
        signature.save(force_insert=True)
    _announce(act, signature, site)
    return signature


def _announce(act: UseCase, signature: Signature, site: Site) -> None:
    about = Subject(signature.subject_type, signature.subject_id, signature.subject_label)
    after = {name: getattr(signature, name) for name in (*Signature.DIGESTED, "id", "digest") if name != "session"}
    act.record("accounts.signed", subject=about, site=site.code, after=after)
    act.publish(
        RecordSigned(
            site=site.code,
            signature_id=signature.pk,
            record_class=signature.record_class_id,
            subject_type=about.type,
            subject_id=about.id,
            meaning=signature.meaning,
            user_id=signature.signer_id,
            signed_at=signature.signed_at,
        ),
        key=f"{about.type}:{about.id}",
    )


def _open_challenge(act: UseCase, credentials: SignerCredentials, about: Subject, version: str, shown: str) -> str:
    """The one-time number of the page that was shown. Raises: SigningError, Stale."""
    try:
        nonce, actor, session, *record, shown_then = signing.loads(
            credentials.challenge, salt=SALT, max_age=CHALLENGE_LASTS
        )
    except signing.SignatureExpired:
        raise Stale(
            _("This page is too old to sign on. Reload it and look at the record again."), code="page_too_old"
        ) from None
    except (signing.BadSignature, ValueError, TypeError):
        raise SigningError(_("This request was not made by the page of a record."), code="challenge_invalid") from None
    if session != credentials.session or actor != act.actor.reference:
        raise SigningError(_("This page was opened in another session. Open it again here."), code="other_session")
    if record[:2] != [about.type, about.id]:
        raise SigningError(_("This page showed another record. Open the one to be signed."), code="other_record")
    if record[2] != version or shown_then != shown:
        raise Stale(_("The record changed after it was shown. Read it again, then sign."), code="content_changed")
    if is_used(nonce):
        raise _replayed()
    return str(nonce)


def is_used(nonce: str) -> bool:
    """Whether a request of that number has signed; the unique constraint holds it also for two at the same moment."""
    return Signature.objects.filter(nonce=nonce).exists()


def _require_right(signer: User, record_class: str, meaning: Meaning, site: Site) -> None:
    """Raises: SigningError where no role of the signer signs such records here; the administrator's never does."""
    held = actor_for_user(signer)
    needed = [SIGN_RECORD]
    own = approval.get(record_class).permission
    if own and meaning is not Meaning.PERFORMED:
        needed.append(own)
    if not all(held.may(name, site.code) for name in needed):
        raise SigningError(
            _("No role of yours signs these records at this site. Ask for a role that does."), code="may_not_sign"
        )


def _replayed() -> MomError:
    return Conflict(_("This request signed already; it can't sign twice."), code="signature_replayed")


_REFUSED_BY_DATABASE = {
    "accounts_signature_nonce_key": _replayed,
    "accounts_signature_once": lambda: Conflict(
        _("You signed this already, as it stands, with this meaning."), code="signed_already"
    ),
    "accounts_signature_not_by_author": lambda: SigningError(
        _("These records take four eyes: the author can't approve them. Ask a second person."), code="own_work"
    ),
    "accounts_signature_may_sign": lambda: SigningError(
        _("No role of yours signs these records at this site. Ask for a role that does."), code="may_not_sign"
    ),
}
