"""When the jobs of orders can run: forwards in time, by calendar, capacity and what waits for what. Pure.

Job by job in the order given, each at its earliest place, none of those placed before it is moved. Source: the serial
schedule generation scheme (Kolisch and Hartmann 1999); precedence with lags as in IEC 62264-2 segment dependency.
"""

from bisect import bisect_right, insort
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from mom.core.engine.interval import Interval
from mom.work.engine.terms import DependencyKind

AHEAD = timedelta(days=730)
"""So far ahead is looked for working time; what finds none until then isn't planned."""
_STEP = timedelta(days=14)
_NONE = timedelta(0)

WorkingIn = Callable[[Interval], Sequence[Interval]]
"""Where a window is worked: disjoint, in order."""


class RingError(ValueError):
    """Jobs wait for each other in a ring; `keys` are theirs."""

    def __init__(self, keys: Sequence[int]) -> None:
        self.keys = tuple(keys)
        super().__init__(f"Jobs {self.keys} wait for each other.")


class Span(NamedTuple):
    """From `start` up to `end`; both the same where it takes no time."""

    start: datetime
    end: datetime


class WorkingTime:
    """The working time of a place from an instant on, read ahead as far as it is asked for."""

    def __init__(self, since: datetime, working_in: WorkingIn, ahead: timedelta = AHEAD) -> None:
        self._working_in = working_in
        self._read_until, self._last = since, since + ahead
        self._pieces: list[Interval] = []
        self._ends: list[datetime] = []

    def span(self, not_before: datetime, duration: timedelta) -> Span | None:
        """The first stretch from `not_before` on that holds `duration` of working time; None where none is in sight.

        It begins at a working instant and ends with the last one that it needs.
        """
        start: datetime | None = None
        left = duration
        for begin, end in self._from(not_before):
            start = start or begin
            if end - begin >= left:
                return Span(start, begin + left)
            left -= end - begin
        return None

    def _from(self, at: datetime) -> Iterator[tuple[datetime, datetime]]:
        index = bisect_right(self._ends, at)
        while True:
            while index < len(self._pieces):
                yield max(at, self._pieces[index].start), self._ends[index]
                index += 1
            if not self._read_on():
                return
            index = max(index, bisect_right(self._ends, at))

    def _read_on(self) -> bool:
        if self._read_until >= self._last:
            return False
        until = min(self._read_until + _STEP, self._last)
        for piece in self._working_in(Interval(self._read_until, until)):
            if piece.end is not None:
                self._pieces.append(piece)
                self._ends.append(piece.end)
        self._read_until = until
        return True


class Load:
    """What is planned on a place already; `room` jobs fit beside each other, without one any number does."""

    def __init__(self, room: int | None = 1, spans: Iterable[Span] = ()) -> None:
        self._room = room
        self._spans = sorted(span for span in spans if span.end > span.start)
        self._full = self._times_full()

    def blocked_until(self, span: Span) -> datetime | None:
        """The end of the first stretch without room that `span` runs into; None where it fits."""
        index = bisect_right(self._full, span.start, key=lambda full: full.end)
        if index == len(self._full) or self._full[index].start >= span.end:
            return None
        return self._full[index].end

    def take(self, span: Span) -> None:
        """Plan a job there."""
        if self._room is None or span.end <= span.start:
            return
        insort(self._spans, span)
        if self._room == 1:
            insort(self._full, span)
        else:
            self._full = self._times_full()

    def _times_full(self) -> list[Span]:
        """The stretches in which no further job fits, disjoint, in order."""
        if self._room is None:
            return []
        changes = sorted([(span.start, 1) for span in self._spans] + [(span.end, -1) for span in self._spans])
        full: list[Span] = []
        load, since = 0, None
        for at, change in changes:
            load += change
            if since is None and load >= self._room:
                since = at
            elif since is not None and load < self._room:
                if at > since:
                    full.append(Span(since, at))
                since = None
        return full


@dataclass(frozen=True)
class Place:
    """A machine, or what stands for one where none is named: when it works, and what is planned there."""

    time: WorkingTime
    load: Load


@dataclass(frozen=True)
class Wait:
    """A job waits for another one: for its end or start, and so long after it."""

    before: int
    kind: DependencyKind = DependencyKind.AFTER_END
    lag: timedelta = _NONE


@dataclass(frozen=True)
class Work:
    """A job to be planned. Without a duration nobody knows how long it takes: what waits for it doesn't wait longer.

    A begun one stands on its machine and is not moved: it goes on at `not_before`. One that keeps its plan is `fixed`.
    """

    key: int
    place: int | None
    duration: timedelta | None
    not_before: datetime
    waits: Sequence[Wait] = ()
    is_begun: bool = False
    fixed: Span | None = None


def forward_pass(works: Sequence[Work], places: Mapping[int | None, Place]) -> dict[int, Span | None]:
    """When each job runs; None for one of unknown duration, and where no working time is in sight.

    Earlier ones in `works` come first where several want a machine. A wait for a job that is not among them is over.
    Raises: RingError.
    """
    reached: dict[int, Span | None] = {}
    kept = {work.key for work in works if work.fixed is not None}
    # What keeps its plan has its machine first, whatever else is placed.
    for work in sorted(in_waiting_order(works), key=lambda work: work.key not in kept):
        reached[work.key] = _placed(work, places[work.place], reached)
    unknown = {work.key for work in works if work.duration is None}
    return {key: None if key in unknown else span for key, span in reached.items()}


def in_waiting_order(works: Sequence[Work]) -> list[Work]:
    """The same, each after all that it waits for, else as given. Raises: RingError."""
    known = {work.key for work in works}
    done: set[int] = set()
    ordered: list[Work] = []
    left = list(works)
    while left:
        waiting = []
        for work in left:
            if all(wait.before in done or wait.before not in known for wait in work.waits):
                ordered.append(work)
                done.add(work.key)
            else:
                waiting.append(work)
        if len(waiting) == len(left):
            raise RingError([work.key for work in waiting])
        left = waiting
    return ordered


def _placed(work: Work, place: Place, reached: Mapping[int, Span | None]) -> Span | None:
    if work.fixed is not None:
        place.load.take(work.fixed)
        return work.fixed
    not_before, apart = work.not_before, []
    for wait in work.waits:
        if wait.before not in reached:
            continue
        before = reached[wait.before]
        if before is None:
            return None
        if wait.kind == DependencyKind.NOT_IN_PARALLEL:
            apart.append(before)
        else:
            reference = before.end if wait.kind == DependencyKind.AFTER_END else before.start
            not_before = max(not_before, reference + wait.lag)
    if work.duration is None:
        return Span(not_before, not_before)
    if work.is_begun:
        found = place.time.span(not_before, work.duration)
    else:
        found = _earliest(place, not_before, work.duration, Load(1, apart))
    if found is not None:
        place.load.take(found)
    return found


def _earliest(place: Place, not_before: datetime, duration: timedelta, apart: Load) -> Span | None:
    at = not_before
    while (span := place.time.span(at, duration)) is not None:
        blocked = [until for load in (place.load, apart) if (until := load.blocked_until(span)) is not None]
        if not blocked:
            return span
        at = max(blocked)
    return None
