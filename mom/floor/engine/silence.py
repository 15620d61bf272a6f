"""Where a machine gave no sign of life for longer than its heartbeat. Pure."""

from collections.abc import Sequence
from datetime import datetime

from mom.floor.engine.timeline_settings import ListeningLine

Stretch = tuple[datetime, datetime | None]


def silent_stretches(
    signs: Sequence[datetime], listening: ListeningLine, *, until: datetime | None, now: datetime
) -> list[Stretch]:
    """From the last sign of life to the next one, wherever that is longer than the heartbeat of its beginning.

    `signs` in ascending order. With `until` the record goes on there; without, the last silence is judged by `now` and
    has no end.
    """
    silent: list[Stretch] = []
    last: datetime | None = None
    for sign in signs:
        if last is not None and sign - last > listening.at(last).heartbeat:
            silent.append((last, sign))
        last = sign
    if last is not None and until is None and is_silent(last, listening, now):
        silent.append((last, None))
    return silent


def is_silent(last: datetime, listening: ListeningLine, now: datetime) -> bool:
    """Whether a machine that was last heard at `last` counts as silent by now."""
    return now - last > listening.at(last).heartbeat
