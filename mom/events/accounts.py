"""What accounts announces."""

from dataclasses import dataclass
from datetime import datetime

from mom.events.registry import event


@event("accounts.signing_refused")
@dataclass(frozen=True)
class SigningRefused:
    """Somebody tried to sign and was refused: a wrong secret, a replayed request, somebody else's page.

    `user_id` is 0 where the name that was typed belongs to nobody.
    """

    site: str
    user_id: int
    subject_type: str
    subject_id: str
    code: str
    device: str
    refused_at: datetime


@event("accounts.record_signed")
@dataclass(frozen=True)
class RecordSigned:
    """A record was signed."""

    site: str
    signature_id: int
    record_class: str
    subject_type: str
    subject_id: str
    meaning: str
    user_id: int
    signed_at: datetime
