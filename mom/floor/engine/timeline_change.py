"""What has to be written so that stored intervals and stops become those of a fold. Pure.

An interval that begins as before and says the same keeps its row. A stop keeps its key as long as any of it is left:
each stop of the fold takes the stored one with which it shares most time, one that was withdrawn if no other is left.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from mom.floor.engine.stops import Explained, StopFound
from mom.floor.engine.timeline_piece import Piece

FAR = datetime(9999, 1, 1, tzinfo=UTC)
"""The end of what is open, for comparing."""


class StoredInterval(NamedTuple):
    """An interval as it stands in the database."""

    id: int
    piece: Piece
    stop_id: int | None


class StoredStop(NamedTuple):
    """A stop as it stands in the database."""

    id: int
    found: StopFound
    is_withdrawn: bool = False


@dataclass(slots=True)
class Difference:
    """One machine's changes. `stop_ids` gives each stop of the fold its key; None until it has one."""

    explained: Explained
    stop_ids: list[int | None]
    moved_stops: list[tuple[int, StopFound]] = field(default_factory=list)
    withdrawn: list[int] = field(default_factory=list)
    removed: list[int] = field(default_factory=list)
    kept: list[tuple[StoredInterval, int]] = field(default_factory=list)  # with the index of its piece
    added: list[int] = field(default_factory=list)
    new_stops: list[int] = field(default_factory=list)  # indexes of stops that had no key
    start: datetime | None = None
    end: datetime | None = None

    def touch(self, start: datetime, end: datetime | None) -> None:
        """The stretch [start, end) is another one now."""
        self.start = start if self.start is None else min(self.start, start)
        reach = end or FAR
        self.end = reach if self.end is None else max(self.end, reach)


def difference(
    stored: Sequence[StoredInterval], stops: Sequence[StoredStop], explained: Explained, horizon: datetime
) -> Difference:
    """What changes between what is stored of a stretch and its fold. `horizon`: up to where open stops are compared."""
    result = Difference(explained, _matched(stops, explained.stops, horizon))
    _compare_stops(result, stops)
    _compare_intervals(result, stored)
    return result


def _matched(stored: Sequence[StoredStop], found: Sequence[StopFound], horizon: datetime) -> list[int | None]:
    ids: list[int | None] = [None] * len(found)
    if len(stored) == 1 and len(found) == 1 and not stored[0].is_withdrawn:
        return [stored[0].id if _shared(stored[0].found, found[0], horizon) > timedelta(0) else None]
    pairs = []
    for index, new in enumerate(found):
        for old in stored:
            shared = _shared(old.found, new, horizon)
            if shared > timedelta(0):
                pairs.append((old.is_withdrawn, -shared, new.start, old.id, index))
    taken: set[int] = set()
    for _withdrawn, _shared_time, _start, old_id, index in sorted(pairs):
        if ids[index] is None and old_id not in taken:
            ids[index] = old_id
            taken.add(old_id)
    return ids


def _shared(one: StopFound, other: StopFound, horizon: datetime) -> timedelta:
    if one.start == other.start:  # an open one that has only just begun has no length yet
        return max(timedelta(microseconds=1), _end(one, horizon) - one.start)
    return min(_end(one, horizon), _end(other, horizon)) - max(one.start, other.start)


def _end(stop: StopFound, horizon: datetime) -> datetime:
    return stop.end if stop.end is not None else max(horizon, stop.start)


def _compare_stops(result: Difference, stored: Sequence[StoredStop]) -> None:
    by_id = {old.id: old for old in stored}
    for stop_id, new in zip(result.stop_ids, result.explained.stops, strict=True):
        if stop_id is None:
            continue
        old = by_id.pop(stop_id)
        if old.is_withdrawn or old.found != new:
            result.moved_stops.append((stop_id, new))
        if not old.is_withdrawn and _counts_otherwise(old.found, new):
            result.touch(min(old.found.start, new.start), _later(old.found.end, new.end))
    for old in by_id.values():
        if not old.is_withdrawn:
            result.withdrawn.append(old.id)


def _counts_otherwise(old: StopFound, new: StopFound) -> bool:
    return (old.state, old.code, old.mode, old.reason, old.is_minor) != (
        new.state,
        new.code,
        new.mode,
        new.reason,
        new.is_minor,
    )


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    return None if one is None or other is None else max(one, other)


def _compare_intervals(result: Difference, stored: Sequence[StoredInterval]) -> None:
    by_start = {old.piece.start: old for old in stored}
    for index, piece in enumerate(result.explained.pieces):
        old = by_start.get(piece.start)
        if old is not None and old.piece.looks_like(piece):
            del by_start[piece.start]
            position = result.explained.stop_of[index]
            stop_id = result.stop_ids[position] if position is not None else None
            if old.piece.end != piece.end:
                result.touch(min(old.piece.end or FAR, piece.end or FAR), _later(old.piece.end, piece.end))
            if old.piece.end != piece.end or old.stop_id != stop_id or (position is not None and stop_id is None):
                result.kept.append((old, index))
        else:
            result.added.append(index)
            result.touch(piece.start, piece.end)
    for old in by_start.values():
        result.removed.append(old.id)
        result.touch(old.piece.start, old.piece.end)
