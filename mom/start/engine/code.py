"""The code that opens the first page of an installation. Pure."""

import base64
import hashlib
import hmac

LENGTH = 10
"""Bytes; eighty bits are beyond guessing over a network."""


def start_code(secret: str) -> str:
    """The setup code of the installation with this secret: the same at every place that knows the secret, nowhere kept.

    Lower-case letters and digits 2 to 7 in groups of four. It opens nothing any more once the first person is there.
    """
    digest = hmac.new(secret.encode(), b"mom.start", hashlib.sha256).digest()
    text = base64.b32encode(digest[:LENGTH]).decode().lower()
    return "-".join(text[at : at + 4] for at in range(0, len(text), 4))


def is_start_code(given: str, secret: str) -> bool:
    """Whether somebody who typed this knows the code; spaces, hyphens and capitals do not matter."""
    plain = "".join(letter for letter in given.lower() if letter.isalnum())
    return hmac.compare_digest(plain.encode(), start_code(secret).replace("-", "").encode())
