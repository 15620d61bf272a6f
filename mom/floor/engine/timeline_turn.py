"""A machine that begins or ends to stand with one word, in time: nearly every change of nearly every timeline. Pure."""

from datetime import datetime

from mom.floor.engine.stops import Explained, StopFound
from mom.floor.engine.timeline import Observation, Reading, meant
from mom.floor.engine.timeline_change import Difference, StoredInterval, StoredStop


def turned(
    interval: StoredInterval, stop: StoredStop | None, told: Observation, said: Observation, reading: Reading
) -> Difference | None:
    """What changes at the open end where the machine says another thing: exactly what the whole way round gives.

    `told`: what it said up to its last sign of life; `said` comes later. None where that takes more than ending one
    piece and beginning another: a stop that goes on, a meaning that changes.
    """
    before, after = meant(told, told.at, said.at, reading), meant(said, said.at, None, reading)
    if len(before) > 1 or len(after) > 1 or not before[0].looks_like(interval.piece):
        return None
    old, new = before[0]._replace(start=interval.piece.start), after[0]
    if old.is_stop == new.is_stop:
        return None
    if new.is_stop:
        begun = StopFound(new.start, None, new.state, new.code, new.mode, new.reason, "", "", is_minor=False)
        result = Difference(Explained([old, new], [begun], [None, 0]), [None])
    elif stop is not None:
        ended = _ended(stop.found, said.at, reading)
        result = Difference(Explained([old, new], [ended], [0, None]), [stop.id], moved_stops=[(stop.id, ended)])
        if ended.is_minor:
            result.touch(ended.start, None)
    else:
        return None
    result.kept, result.added = [(interval, 0)], [1]
    result.touch(said.at, None)
    return result


def _ended(found: StopFound, at: datetime, reading: Reading) -> StopFound:
    minor_stop = reading.listening.at(found.start).minor_stop
    return found._replace(end=at, is_minor=at - found.start < minor_stop)
