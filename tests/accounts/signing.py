"""What tests of signatures need: a class of records, people who sign, and the two halves of a signing request."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from mom.accounts import approval
from mom.accounts.engine.signing import Meaning
from mom.accounts.models import Signature, Site, User
from mom.accounts.selectors import actor_for_user
from mom.accounts.services.signature import challenge_for, sign
from mom.accounts.services.signer import SignerCredentials, prove_signer
from mom.core.use_case import Subject, use_case
from tests.factories.accounts import make_user

PASSWORD = "correct horse battery staple"
RECORD = "tests.record"
REGULATED = "tests.regulated"
NOTE = Subject("tests.record", "7", "NOTE-7")
OTHER = Subject("tests.record", "8", "NOTE-8")
TEXT = {"title": "Tighten to 12 Nm", "steps": ["clean", "tighten"]}


@contextmanager
def record_classes() -> Iterator[None]:
    """Two classes of records for the length of a test: one that a site decides about, one that is regulated."""
    approval.declare(RECORD, "Notes")
    approval.declare(REGULATED, "Batch records", regulated=True)
    try:
        yield
    finally:
        approval._declared.pop(RECORD)
        approval._declared.pop(REGULATED)


def make_signer(name: str, site: Site, *more: str) -> User:
    """A person whose role signs."""
    return make_user(name, site=site, permissions=["accounts.sign_record", *more], password=PASSWORD)


def shown_to(
    user: User,
    *,
    session: str = "session-1",
    subject: Subject = NOTE,
    content: Mapping[str, Any] = TEXT,
    version: str = "1",
) -> str:
    """The challenge of the page that shows a record to a person."""
    return challenge_for(actor_for_user(user), session=session, subject=subject, version=version, content=content)


def proven(
    user: User,
    site: Site,
    challenge: str,
    *,
    session: str = "session-1",
    name: str | None = None,
    secret: str = PASSWORD,
    subject: Subject = NOTE,
    page_of: User | None = None,
) -> SignerCredentials:
    """The signer's credentials, checked; `page_of` is whose session it is."""
    return prove_signer(
        actor_for_user(page_of or user),
        site=site,
        subject=subject,
        secret=secret,
        challenge=challenge,
        session=session,
        name=user.username if name is None else name,
    )


def signed(
    user: User,
    site: Site,
    credentials: SignerCredentials,
    *,
    subject: Subject = NOTE,
    content: Mapping[str, Any] = TEXT,
    version: str = "1",
    meaning: Meaning = Meaning.APPROVED,
    record_class: str = RECORD,
    authors: tuple[str, ...] = (),
    reason: str = "Checked against the drawing",
) -> Signature:
    """The record signed, in a use case of that person."""
    with use_case(actor_for_user(user), reason) as act:
        return sign(
            act,
            site=site,
            record_class=record_class,
            credentials=credentials,
            meaning=meaning,
            subject=subject,
            content=content,
            authors=authors,
            reason=reason,
            version=version,
        )


def sign_now(user: User, site: Site, **kwargs: Any) -> Signature:
    """Show, prove and sign in one go."""
    about = {name: kwargs[name] for name in ("subject", "content", "version") if name in kwargs}
    credentials = proven(user, site, shown_to(user, **about))
    return signed(user, site, credentials, **kwargs)
