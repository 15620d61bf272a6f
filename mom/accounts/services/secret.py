"""Checks the PIN or the password that proves who somebody is: at a sign-in, and at the act of a signature.

    check = check_secret(request.actor, user, secret, purpose="signature", address=client_address(request))
    check.require()                       # raises SecretWrong (422) or TooManyTries (429, with Retry-After)
    with use_case(request.actor) as act:  # the act itself, afterwards
        ...

Call it BEFORE the use case that it guards, never inside: a wrong try is counted and audited in transactions of its
own, which stay when the act is refused. Inside another transaction it raises RuntimeError. In an API resource, where a
POST with an Idempotency-Key runs inside one, call it from `initial()` after `super().initial()`.

A secret of 6 to 9 digits is a PIN, anything else a password: passwords have ten characters or more. The tries of the
person and of the source (enrolled device, else address) are counted under a row lock before the secret is looked at,
so that guesses in parallel don't slip through together: five that were not right lock the person for 15 minutes, and
slow the source down. A right secret clears the person's count.
"""

import math
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

import structlog
from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from mom.accounts.engine import pin as pins
from mom.accounts.engine.tries import ADDRESS_ALLOWANCE, DEVICE_ALLOWANCE, LOCK_AFTER, Tries
from mom.accounts.models import Device, Pin, User
from mom.accounts.services.tries import tries_locked, tries_stored
from mom.core import clock
from mom.core.actor import Actor
from mom.core.errors import MomError, Text, Unavailable
from mom.core.use_case import Subject, joined

log = structlog.get_logger(__name__)
_UNUSABLE = "!"


class Outcome(StrEnum):
    """What a check found."""

    RIGHT = "right"
    WRONG = "wrong"
    LOCKED = "locked"
    """The person has too many wrong tries; the secret was not looked at."""
    SLOW_DOWN = "slow_down"
    """The device or address has too many; the secret was not looked at."""
    ONE_TIME = "one_time"
    """A right PIN that has to be changed before it opens anything."""


class SecretWrong(MomError):
    """Name and secret don't fit together."""

    status = 422
    default_code = "secret_wrong"
    default_sentence = _("This PIN or password is not right.")
    title = _("Not right")


class TooManyTries(MomError):
    """Too many wrong secrets."""

    status = 429
    default_code = "too_many_tries"
    title = _("Locked for a while")
    retry_after: int = 0

    def __init__(self, sentence: Text, retry_after: int) -> None:
        self.retry_after = retry_after
        super().__init__(sentence)


class OneTimePin(MomError):
    """A one-time PIN opens nothing but the page where it is changed."""

    status = 422
    default_code = "pin_must_be_changed"
    default_sentence = _("This PIN is for one time only. Sign in at a station and choose your own first.")
    title = _("Choose your PIN")


@dataclass(frozen=True)
class SecretCheck:
    """What a check found: `kind` is `pin` or `password`, `method` for the record of a signature."""

    outcome: Outcome
    kind: str
    tries_left: int = 0
    retry_after: int = 0
    """Seconds until another try is looked at."""

    @property
    def is_right(self) -> bool:
        """Whether it proves the person. A one-time PIN doesn't."""
        return self.outcome == Outcome.RIGHT

    def error(self) -> MomError:
        """The refusal, in a sentence that says what to do."""
        if self.outcome in (Outcome.LOCKED, Outcome.SLOW_DOWN):
            return TooManyTries(self._wait(), self.retry_after)
        if self.outcome == Outcome.ONE_TIME:
            return OneTimePin()
        if self.tries_left:
            left = ngettext(
                "This PIN or password is not right. %(left)d try left.",
                "This PIN or password is not right. %(left)d tries left.",
                self.tries_left,
            )
            return SecretWrong(left % {"left": self.tries_left})
        return TooManyTries(self._wait(), self.retry_after) if self.retry_after else SecretWrong()

    def require(self) -> None:
        """Go on only with a right secret. Raises: SecretWrong, TooManyTries, OneTimePin."""
        if not self.is_right:
            raise self.error()

    def _wait(self) -> str:
        if self.outcome == Outcome.SLOW_DOWN or self.retry_after < 60:
            words = ngettext(
                "Too many wrong tries from here. Wait %(many)d second.",
                "Too many wrong tries from here. Wait %(many)d seconds.",
                self.retry_after,
            )
            return words % {"many": self.retry_after}
        minutes = math.ceil(self.retry_after / 60)
        words = ngettext(
            "Too many wrong tries. Locked for %(many)d minute.",
            "Too many wrong tries. Locked for %(many)d minutes.",
            minutes,
        )
        return words % {"many": minutes}


def check_secret(
    actor: Actor,
    user: User | None,
    secret: str,
    *,
    device: Device | None = None,
    address: str = "",
    purpose: str = "sign_in",
) -> SecretCheck:
    """Whether this is the person's PIN or password, counted and audited; `user` None does the same work for nobody.

    `purpose` stands in the audit entry of a wrong try. Raises: RuntimeError inside another transaction, Unavailable
    where the pepper of the stored PIN is missing.
    """
    return _Check(actor, user, secret, device, address, purpose).run()


class _Check:
    """One check: counted, looked at, concluded."""

    password_of_nobody: ClassVar[str] = ""

    def __init__(
        self, actor: Actor, user: User | None, secret: str, device: Device | None, address: str, purpose: str
    ) -> None:
        self.actor, self.secret, self.device, self.purpose = actor, secret, device, purpose
        self.user = user if user is not None and user.is_active else None
        self.looked_at = ""
        self.kind = "pin" if pins.looks_like_pin(secret) else "password"
        self.person_key = f"user:{user.pk}" if user is not None else ""
        self.source_key = f"device:{device.pk}" if device is not None else f"address:{address}" if address else ""
        self.allowance = DEVICE_ALLOWANCE if device is not None else ADDRESS_ALLOWANCE

    def run(self) -> SecretCheck:
        """The whole check, in two short transactions with the costly look between them."""
        with transaction.atomic(durable=True):
            refusal = self._begin(clock.now())
        if refusal is not None:
            return refusal
        is_right, is_one_time, fresh = self._look()
        with transaction.atomic(durable=True):
            return self._conclude(clock.now(), is_right, is_one_time, fresh)

    def _begin(self, now: datetime) -> SecretCheck | None:
        """Count the try, or refuse to look at it."""
        tries = tries_locked((self.person_key, self.source_key))
        until = tries.get(self.person_key, Tries()).person_waits_until(now)
        outcome = Outcome.LOCKED
        if until is None:
            source = tries.get(self.source_key, Tries())
            until, outcome = source.source_waits_until(now, self.allowance), Outcome.SLOW_DOWN
        if until is not None:
            self._note(outcome)
            return SecretCheck(outcome, self.kind, retry_after=_seconds(now, until))
        tries_stored({key: each.begun(now) for key, each in tries.items()})
        return None

    def _look(self) -> tuple[bool, bool, pins.StoredPin | None]:
        """Whether it fits, whether it is for one time, and its new line where the old one is out of date."""
        if self.kind == "password":
            kept = self.user.password if self.user else ""
            if kept and not kept.startswith(_UNUSABLE):
                return check_password(self.secret, kept), False, None
            check_password(self.secret, _password_of_nobody())
            return False, False, None
        row = Pin.objects.filter(user=self.user).first() if self.user else None
        peppers = peppers_now()
        if row is None:
            pins.pin_hash(self.secret, peppers[0])  # the same work for nobody
            return False, False, None
        self.looked_at = row.digest
        try:
            match = pins.pin_match(self.secret, pins.StoredPin(row.digest, row.pepper), peppers)
        except LookupError:
            log.exception("pin_pepper_missing", pepper=row.pepper)
            raise Unavailable(
                _("PINs can't be checked at the moment: a secret of this installation is missing.")
            ) from None
        fresh = pins.pin_hash(self.secret, peppers[0]) if match.is_old else None
        return match.is_right, row.is_one_time, fresh

    def _conclude(self, now: datetime, is_right: bool, is_one_time: bool, fresh: pins.StoredPin | None) -> SecretCheck:
        tries = tries_locked((self.person_key, self.source_key))
        person = tries.get(self.person_key, Tries()).at(now)
        if not is_right:
            self._note(Outcome.WRONG, person.count)
            left = max(LOCK_AFTER - person.count, 0) if self.person_key else 0
            return SecretCheck(Outcome.WRONG, self.kind, left, _seconds(now, person.person_waits_until(now)))
        slips = max(person.count, 1)  # their own wrong ones, and this try
        tries_stored({key: Tries() if key == self.person_key else each.pardoned(slips) for key, each in tries.items()})
        if fresh is not None:
            with joined(self.actor):
                still_that = Pin.objects.filter(user=self.user, digest=self.looked_at)  # not one set in the meantime
                still_that.update(digest=fresh.digest, pepper=fresh.pepper)
        return SecretCheck(Outcome.ONE_TIME if is_one_time else Outcome.RIGHT, self.kind)

    def _note(self, outcome: Outcome, count: int = 0) -> None:
        """The audit entry of a try that was not right. A locked one is written too: who tries on is worth knowing."""
        subject: Any = self.user or Subject("accounts.user", "", "")
        after = {"outcome": outcome.value, "kind": self.kind, "purpose": self.purpose, "source": self.source_key}
        if count:
            after["tries"] = str(count)
        site = self.device.site.code if self.device is not None else ""
        with joined(self.actor) as act:
            act.record("accounts.secret_refused", subject=subject, site=site, after=after)


def peppers_now() -> list[str]:
    """Today's pepper and those on their way out. Raises: Unavailable where the installation has none."""
    peppers: list[str] = list(settings.PIN_PEPPERS)
    if not peppers:
        raise Unavailable(_("This installation has no PIN_PEPPER, so PINs can't be set or checked."))
    return peppers


def _seconds(now: datetime, until: datetime | None) -> int:
    return max(math.ceil((until - now).total_seconds()), 1) if until is not None else 0


def _password_of_nobody() -> str:
    """A stored password that nobody has, so that who has none takes as long as who has one."""
    if not _Check.password_of_nobody:
        _Check.password_of_nobody = make_password("nobody")
    return _Check.password_of_nobody
