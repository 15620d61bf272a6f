"""What a PIN may look like, and how it is kept: Argon2id over the PIN mixed with a pepper that is in no database.

Source: OWASP ASVS 5.0, 6.5.4 (20 bits for a code) and 11.4.2; OWASP Password Storage Cheat Sheet (Argon2id with 19 MiB
and two passes; pepper by HMAC).
"""

import hashlib
import hmac
import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

LEAST_DIGITS, MOST_DIGITS = 6, 9
_HASHER = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1, hash_len=32, salt_len=16)
_PIN = re.compile(rf"[0-9]{{{LEAST_DIGITS},{MOST_DIGITS}}}", re.ASCII)


class PinFlaw(StrEnum):
    """Why a PIN is refused."""

    SHAPE = "shape"
    EASY = "easy"
    BADGE = "badge"


@dataclass(frozen=True)
class StoredPin:
    """What the database keeps: Argon2's own line, and which pepper went into it."""

    digest: str
    pepper: str


@dataclass(frozen=True)
class PinMatch:
    """Whether a PIN fits, and whether its line was made by older rules and should be made again."""

    is_right: bool
    is_old: bool = False


def looks_like_pin(secret: str) -> bool:
    """Whether this can be a PIN at all; passwords are longer, so that the two are told apart by their length."""
    return _PIN.fullmatch(secret) is not None


def flaw_of(pin: str, badges: Sequence[str] = ()) -> PinFlaw | None:
    """Why this PIN is refused for a person with these badges; None where it will do."""
    if not looks_like_pin(pin):
        return PinFlaw.SHAPE
    if any(_is_number_of(badge, pin) for badge in badges):
        return PinFlaw.BADGE
    return PinFlaw.EASY if _is_easy(pin) else None


def pepper_id(pepper: str) -> str:
    """The name of a pepper: enough to find it again, of no use to guess it (it holds 256 random bits)."""
    return hashlib.sha256(b"mom pin pepper name\0" + pepper.encode()).hexdigest()[:12]


def pin_hash(pin: str, pepper: str) -> StoredPin:
    """The PIN as it is kept. Takes about 20 ms of processor time, on purpose."""
    return StoredPin(_HASHER.hash(_mixed(pin, pepper)), pepper_id(pepper))


def pin_match(pin: str, stored: StoredPin, peppers: Sequence[str]) -> PinMatch:
    """Whether the PIN fits; the first of the `peppers` is today's, the others are on their way out.

    Raises: LookupError where the pepper that went into it is not among them.
    """
    known: Mapping[str, str] = {pepper_id(pepper): pepper for pepper in peppers}
    if stored.pepper not in known:
        raise LookupError(stored.pepper)
    try:
        _HASHER.verify(stored.digest, _mixed(pin, known[stored.pepper]))
    except (VerificationError, InvalidHashError):
        return PinMatch(is_right=False)
    is_old = stored.pepper != pepper_id(peppers[0]) or _HASHER.check_needs_rehash(stored.digest)
    return PinMatch(is_right=True, is_old=is_old)


def _mixed(pin: str, pepper: str) -> bytes:
    return hmac.new(pepper.encode(), pin.encode(), hashlib.sha256).digest()


def _is_number_of(badge: str, pin: str) -> bool:
    """Whether the PIN is the badge's number, read with or without what stands around it."""
    digits = re.sub(r"\D", "", badge)
    return pin == digits or (len(digits) >= LEAST_DIGITS and (digits.startswith(pin) or digits.endswith(pin)))


def _is_easy(pin: str) -> bool:
    """One of those that are tried first: one or two digits only, a run up or down, or a short piece repeated."""
    steps = {(int(second) - int(first)) % 10 for first, second in itertools.pairwise(pin)}
    is_run = steps in ({0}, {1}, {9})
    is_repeated = any(len(pin) % size == 0 and pin == pin[:size] * (len(pin) // size) for size in (1, 2, 3))
    return is_run or is_repeated or len(set(pin)) <= 2
