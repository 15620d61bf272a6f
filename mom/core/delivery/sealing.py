"""Secrets that must be read again are stored sealed with `SECRET_KEY`: a copy of the database alone opens none.

A stream of HMAC-SHA256 blocks under a fresh nonce, then a tag over all of it. `SECRET_KEY_FALLBACKS` open old seals.
"""

import base64
import hashlib
import hmac
import secrets

from django.conf import settings
from django.utils.translation import gettext as _

from mom.core.errors import Conflict

_NONCE, _TAG = 16, 32


class CannotOpen(Conflict):
    """No key of this installation opens the seal."""

    default_code = "cannot_open_secret"


def seal(text: str) -> str:
    """`text`, readable by this installation only."""
    plain, nonce = text.encode(), secrets.token_bytes(_NONCE)
    hidden = _xor(plain, settings.SECRET_KEY, nonce)
    return base64.urlsafe_b64encode(nonce + hidden + _tag(settings.SECRET_KEY, nonce + hidden)).decode()


def unseal(sealed: str) -> str:
    """The text again. Raises: CannotOpen where it was sealed under another key."""
    raw = base64.urlsafe_b64decode(sealed)
    body, tag = raw[:-_TAG], raw[-_TAG:]
    for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        if hmac.compare_digest(_tag(key, body), tag):
            return _xor(body[_NONCE:], key, body[:_NONCE]).decode()
    raise CannotOpen(_("The secret was stored under another SECRET_KEY. Make a new secret and tell the receiver."))


def _xor(text: bytes, key: str, nonce: bytes) -> bytes:
    inner = _derived(key, "stream")
    blocks = (
        hmac.digest(inner, nonce + number.to_bytes(4, "big"), hashlib.sha256) for number in range(len(text) // 32 + 1)
    )
    return bytes(one ^ other for one, other in zip(text, b"".join(blocks), strict=False))


def _tag(key: str, body: bytes) -> bytes:
    return hmac.digest(_derived(key, "tag"), body, hashlib.sha256)


def _derived(key: str, use: str) -> bytes:
    return hmac.digest(key.encode(), f"mom.core.delivery.sealing.{use}".encode(), hashlib.sha256)
