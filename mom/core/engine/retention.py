"""When the next backup is due and which ones are kept: dates and names, nothing else."""

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any, TypeVar

Kept = TypeVar("Kept")

TRY_AGAIN_AFTER = timedelta(hours=1)
ALL_OF = timedelta(days=2)  # an upgrade and its repetition must not push out what was before


def last_slot(now: datetime, hour: int, zone: tzinfo) -> datetime:
    """The last moment at or before `now` when the clocks of `zone` showed `hour` o'clock.

    An hour that a clock change leaves out counts as the instant it would have had; one that comes twice, the first.
    """
    today = now.astimezone(zone).date()
    slots = (
        datetime.combine(day, time(hour), tzinfo=zone).astimezone(UTC) for day in (today, today - timedelta(days=1))
    )
    return next(slot for slot in slots if slot <= now)


def is_due(
    now: datetime, *, hour: int, zone: tzinfo, since: datetime, last_good: datetime | None, last_try: datetime | None
) -> bool:
    """Whether a backup should begin now. A missed one is due at once; one that failed is tried again after an hour.

    `since`: when the system came into being; its first backup is due at the first slot after that. `last_good` and
    `last_try` are the beginnings of the last backup that ended well and of the last one at all.
    """
    slot = last_slot(now, hour, zone)
    if slot <= since or (last_good is not None and last_good >= slot):
        return False
    return last_try is None or last_try < slot or now - last_try >= TRY_AGAIN_AFTER


def to_keep(
    backups: Iterable[Kept], *, made_at: Callable[[Kept], datetime], daily: int, weekly: int, zone: tzinfo
) -> list[Kept]:
    """All of the last two days, and the newest one of each of the last `daily` days and `weekly` ISO weeks with one.

    Days and weeks without a backup are not counted, so a machine that was off for a month keeps what it has; "last" is
    seen from the newest backup. Newest first.
    """
    newest_first = sorted(backups, key=made_at, reverse=True)
    kept = [backup for backup in newest_first if made_at(newest_first[0]) - made_at(backup) < ALL_OF]
    for most, period in ((daily, _day), (weekly, _week)):
        seen: set[Any] = set()
        for backup in newest_first:
            key = period(made_at(backup).astimezone(zone).date())
            if key not in seen and len(seen) < most:
                seen.add(key)
                kept.append(backup)
    return [backup for backup in newest_first if any(backup is one for one in kept)]


def _day(day: date) -> date:
    return day


def _week(day: date) -> tuple[int, int]:
    return day.isocalendar()[:2]
