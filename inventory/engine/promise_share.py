"""Who keeps which part of what a job was promised, once a part of the job is another job. Pure: no Django here."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

NONE = Decimal(0)
_NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Promise:
    """So much of a balance that a job was promised and has not taken, in the material's unit.

    `key` is the reservation's, `balance` and `lot` say what lies there; without `expires_at` it never expires.
    """

    key: int
    open: Decimal
    balance: int
    lot: int | None = None
    expires_at: datetime | None = None

    @property
    def turn(self) -> tuple[datetime, bool, int, int]:
        """Its place in the order in which stock is reserved: by expiry, then by lot, then by balance."""
        return self.expires_at or _NEVER, self.lot is None, self.lot or 0, self.balance


@dataclass(frozen=True)
class Share:
    """What of a promise stays with the first part, goes to the second, and is free for others."""

    promise: Promise
    first: Decimal
    second: Decimal

    @property
    def free(self) -> Decimal:
        """What neither of them needs."""
        return self.promise.open - self.first - self.second


def shares(promises: Iterable[Promise], first: Decimal, second: Decimal) -> list[Share]:
    """Share what was promised for a line of a job between its two parts, which still need `first` and `second` of it.

    What expires first stays with the first part, up to what it needs; what comes next goes to the second, up to what
    that needs; the rest is free. A need below zero is none. Gives a share for each, in the order of their turns.
    """
    found = []
    for promise in sorted(promises, key=lambda each: each.turn):
        kept = min(promise.open, max(first, NONE))
        moved = min(promise.open - kept, max(second, NONE))
        first, second = first - kept, second - moved
        found.append(Share(promise, kept, moved))
    return found
