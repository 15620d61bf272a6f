"""Shared devices: their kinds, and the limits of a session on one."""

from datetime import datetime, timedelta
from enum import StrEnum

LEAST_IDLE_SECONDS, MOST_IDLE_SECONDS, USUAL_IDLE_SECONDS = 30, 900, 300
LONGEST_SESSION = timedelta(hours=12)
ABOUT_TO_END = timedelta(minutes=30)


class DeviceKind(StrEnum):
    """What an enrolled device is for."""

    TABLET = "tablet"
    WALL = "wall"


def session_end(now: datetime, shift_ends: list[datetime]) -> datetime:
    """When a session that begins now is over: with the shift, after 12 hours at most.

    Who signs in shortly before a shift ends comes for the next one. `shift_ends`: the coming ends, in any order.
    """
    latest = now + LONGEST_SESSION
    return min((end for end in shift_ends if end >= now + ABOUT_TO_END and end < latest), default=latest)
