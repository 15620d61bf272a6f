"""How many wrong secrets are too many: five lock a person for a quarter of an hour, and slow their source down."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

LOCK_AFTER = 5
LOCK_FOR = timedelta(minutes=15)
DEVICE_ALLOWANCE = 5
ADDRESS_ALLOWANCE = 50  # a plant may stand behind one address, and a shift change has many tries under way
LONGEST_PAUSE = timedelta(seconds=30)


@dataclass(frozen=True)
class Tries:
    """The tries that were not right, or are under way, of one person or from one source."""

    count: int = 0
    last_at: datetime | None = None

    def at(self, now: datetime) -> "Tries":
        """What is left of them: a quarter of an hour without one forgets them all."""
        return Tries() if self.last_at is None or self.last_at + LOCK_FOR <= now else self

    def begun(self, now: datetime) -> "Tries":
        """One more, counted before its outcome is known, so that many at once can't slip through together."""
        return Tries(self.at(now).count + 1, now)

    def pardoned(self, number: int) -> "Tries":
        """So many less: this one was right, and those before it of the same person were slips of the finger."""
        return replace(self, count=max(self.count - number, 0))

    def person_waits_until(self, now: datetime) -> datetime | None:
        """Until when the person is locked; None where a try is allowed."""
        left = self.at(now)
        return left.last_at + LOCK_FOR if left.last_at and left.count >= LOCK_AFTER else None

    def source_waits_until(self, now: datetime, allowance: int) -> datetime | None:
        """Until when this source has to wait: twice as long after each try above its allowance; None for not."""
        left = self.at(now)
        if left.last_at is None or left.count < allowance:
            return None
        pause = min(timedelta(seconds=2 ** min(left.count - allowance, 10)), LONGEST_PAUSE)
        return left.last_at + pause if left.last_at + pause > now else None
