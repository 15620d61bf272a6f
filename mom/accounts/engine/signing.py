"""What a signature means and what it is bound to: one spelling of the signed content, and its hash."""

import hashlib
import json
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from mom.core.canonical import to_plain


class Meaning(StrEnum):
    """What a person says with a signature. Source: 21 CFR 11.50(a)(3)."""

    PERFORMED = "performed"
    VERIFIED = "verified"
    REVIEWED = "reviewed"
    APPROVED = "approved"
    REJECTED = "rejected"


SECOND_PERSON = frozenset({Meaning.VERIFIED, Meaning.REVIEWED, Meaning.APPROVED})
"""What nobody says of their own work where four eyes are asked for."""


class ApprovalMode(StrEnum):
    """How much it takes until a record of a class counts."""

    NONE = "none"
    SELF = "self"
    FOUR_EYES = "four_eyes"


class Proof(StrEnum):
    """Which parts of their credentials the signer gave at the act. Source: 21 CFR 11.200(a)(1)."""

    BOTH = "both"
    SECRET = "secret"  # noqa: S105 - the name of a proof


def content_hash(subject_type: str, subject_id: str, version: str, content: Mapping[str, Any]) -> str:
    """SHA-256 of the record as signed, in hexadecimal. The record's own name is part of it, so that it fits no other.

    Canonical: JSON without blanks, keys in order at every depth, decimals and instants as text, UTF-8.
    """
    whole = {"content": content, "subject": [subject_type, subject_id, version]}
    return digest_of(whole)


def digest_of(value: Mapping[str, Any]) -> str:
    """SHA-256 of the canonical JSON of `value`, in hexadecimal."""
    text = json.dumps(to_plain(value), sort_keys=True, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
