"""Proves the signer by their own credentials, in the request that signs, before the use case that the signature joins.

signer = prove_signer(self.actor, site=site, subject=document, secret=..., name=..., challenge=..., session=...)
with use_case(self.actor, reason) as act:      # now the act itself
    sign(act, credentials=signer, ...)
"""

from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

from mom.accounts.engine.signing import Proof
from mom.accounts.models import Badge, Device, Signature, Site, User
from mom.accounts.services.secret import SecretWrong, check_secret
from mom.core.actor import Actor
from mom.core.errors import InvalidInput, MomError, NotAllowed
from mom.core.use_case import Subject, UseCase, use_case
from mom.events.accounts import SigningRefused


class SigningError(NotAllowed):
    """A signature was refused; the try is on record."""

    default_code = "signature_refused"
    default_sentence = _("Nothing was signed.")
    title = _("Not signed")


@dataclass(frozen=True)
class SignerCredentials:
    """A signer who proved who they are in this request; made by `prove_signer` alone, kept nowhere.

    `session` is the stretch of the session that began with the last sign-in or unlock; `challenge` is what the page put
    into its form when it showed the record.
    """

    signer: User
    proof: Proof
    session: str
    challenge: str = field(repr=False)
    device: str = ""


def prove_signer(
    actor: Actor,
    *,
    site: Site,
    subject: Any,
    secret: str,
    challenge: str,
    session: str,
    name: str = "",
    device: Device | None = None,
    address: str = "",
) -> SignerCredentials:
    """Who signs: by name or badge with PIN or password; later in the same session the secret alone is enough.

    A wrong try is counted, audited and announced in transactions of its own, so call it outside any other.
    Raises: SigningError for a program, InvalidInput where the name is needed, SecretWrong, TooManyTries, OneTimePin.
    """
    about, wanted, device_name = Subject.of(subject), name.strip(), device.name if device else ""
    user = _named(wanted) if wanted else User.objects.filter(pk=_key(actor), is_active=True).first()
    try:
        if actor.kind != "user" or not session:
            raise SigningError(_("Only a person signs, on a page of their own session."), code="token_cannot_sign")
        if not wanted and not _goes_on(session, user):
            raise InvalidInput(
                {"name": [_("The first signature of a session takes your name or badge too.")]}, code="both_needed"
            )
        check_secret(actor, user, secret, device=device, address=address, purpose="signature").require()
        if user is None:
            raise SecretWrong
    except MomError as refusal:
        with use_case(actor) as act:
            leave_trace(act, site.code, about, user, refusal.code, device_name)
        raise
    return SignerCredentials(user, Proof.BOTH if wanted else Proof.SECRET, session, challenge, device_name)


def leave_trace(act: UseCase, site: str, about: Subject, user: User | None, code: str, device: str) -> None:
    """A failed try stays on record and supervisors hear of it. Joins the caller's transaction.

    Source: 21 CFR 11.300(d).
    """
    after = {"code": code, "signer": user.username if user else "", "device": device}
    act.record("accounts.signing_refused", subject=about, site=site, after=after)
    act.publish(
        SigningRefused(
            site=site,
            user_id=user.pk if user else 0,
            subject_type=about.type,
            subject_id=about.id,
            code=code,
            device=device,
            refused_at=act.now,
        ),
        key=f"{about.type}:{about.id}",
    )


def _named(name: str) -> User | None:
    """The person of a sign-in name or of a valid badge."""
    by_name = User.objects.filter(username=name.lower(), is_active=True).first()
    if by_name is not None:
        return by_name
    badge = Badge.objects.filter(code=name.upper(), revoked_at=None).select_related("user").first()
    return badge.user if badge is not None and badge.user.is_active else None


def _goes_on(session: str, user: User | None) -> bool:
    """Whether this person signed in this stretch of the session before. Source: 21 CFR 11.200(a)(1)(i)."""
    return user is not None and Signature.objects.filter(session=session, signer=user).exists()


def _key(actor: Actor) -> str:
    return actor.id if actor.kind == "user" and actor.id.isdigit() else "0"
