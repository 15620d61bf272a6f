"""How a webhook is signed: HMAC-SHA256 over the instant and the body, so that neither can be exchanged.

    Mom-Signature: t=1776328922,v1=5257a869e7ecebeda32affa62cdca3fa51cad7e77a0e56ff536d0ce8e108d8bd

`v1` stands once for each secret that is valid, so that a receiver may change to a new one while the old still counts.
"""

import hashlib
import hmac
from collections.abc import Sequence

SCHEME = "v1"
TOLERANCE = 300
"""Seconds by which a message may be old: an older one was recorded by somebody and is played again."""


def sign(body: bytes, secrets: Sequence[str], at: int) -> str:
    """The header's value for a body sent at the Unix second `at`."""
    return ",".join([f"t={at}", *(f"{SCHEME}={_digest(body, secret, at)}" for secret in secrets)])


def verify(header: str, body: bytes, secret: str, now: int, tolerance: int = TOLERANCE) -> bool:
    """Whether somebody who knows the secret signed this body not long ago."""
    parts = [part.partition("=")[::2] for part in header.split(",")]
    instants = [value for name, value in parts if name.strip() == "t"]
    if len(instants) != 1 or not (instants[0].isascii() and instants[0].isdigit() and len(instants[0]) < 16):
        return False
    at = int(instants[0])
    expected = _digest(body, secret, at).encode()
    signed = [hmac.compare_digest(value.encode(), expected) for name, value in parts if name.strip() == SCHEME]
    return any(signed) and abs(now - at) <= tolerance


def _digest(body: bytes, secret: str, at: int) -> str:
    return hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
