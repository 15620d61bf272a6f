"""What stands around a stretch of a machine's timeline that has to be folded again: late messages, words, new meanings.

The stretch is widened to two borders that nothing within it can move: the beginning of a running piece before it, and
the end of a running piece after the next state that the machine told. Everything joins the caller's transaction.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from django.db import connection

from mom.floor.engine.reported import Reported
from mom.floor.engine.stops import Word
from mom.floor.engine.terms import IntervalOrigin, MachineState, MessageKind
from mom.floor.engine.timeline import Observation, Record
from mom.floor.engine.timeline_change import FAR, StoredInterval, StoredStop
from mom.floor.engine.timeline_settings import UNSET, ListeningLine
from mom.floor.models import ArchivedDay
from mom.floor.selectors import record as records
from mom.floor.services.timeline_rows import INTERVAL, STOP, observation, stored_interval, stored_stop, word
from mom.work.engine.terms import WorkKind

DAWN = datetime(1, 1, 1, tzinfo=UTC)
"""Before the first message of any machine."""
_STEPS = (timedelta(days=1), timedelta(days=30), None)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class Neighbourhood:
    """A machine's stored timeline between two borders, and everything that it is folded from."""

    equipment_id: int
    start: datetime
    end: datetime | None
    intervals: list[StoredInterval]
    stops: list[StoredStop] = field(default_factory=list)
    states: list[Observation] = field(default_factory=list)
    signs: list[datetime] = field(default_factory=list)
    words: list[Word] = field(default_factory=list)
    reports: list[Reported] = field(default_factory=list)

    def record(self) -> Record:
        """What the timeline between the borders is folded from."""
        first = self.intervals[0].piece if self.intervals else None
        states = self.states
        came_back = first is not None and first.start == self.start and first.origin == IntervalOrigin.MACHINE
        if first is not None and came_back and (not states or min(states).at > first.start):
            states = [Observation(first.start, first.code, first.mode), *states]  # its message is older: after silence
        return Record(states, self.signs, self.reports, self.words)


def neighbourhoods(
    stretches: Mapping[int, tuple[datetime, datetime]], lines: Mapping[int, ListeningLine]
) -> list[Neighbourhood]:
    """For each machine what stands around the stretch from the first to the last instant that is new."""
    found: list[Neighbourhood] = []
    left = dict(stretches)
    for step in _STEPS:
        if left:
            read = _intervals(left, step)
            for equipment_id, (first, last) in list(left.items()):
                border = _end_border(read.get(equipment_id, []), last)
                if border is None and step is not None and _goes_beyond(read.get(equipment_id, []), last + step):
                    continue
                del left[equipment_id]
                found.append(_around(equipment_id, read.get(equipment_id, []), first, border))
    if found:
        _read_messages(found)
        _read_words(found)
        _read_stops(found)
        _read_reports([each for each in found if lines.get(each.equipment_id, UNSET).hears_reports])
    return found


def _intervals(
    stretches: Mapping[int, tuple[datetime, datetime]], step: timedelta | None
) -> dict[int, list[StoredInterval]]:
    sql = f"""
        SELECT w.equipment_id, {INTERVAL}
        FROM unnest(%s::bigint[], %s::timestamptz[], %s::timestamptz[]) AS w(equipment_id, first, last)
        CROSS JOIN LATERAL (SELECT coalesce((
            SELECT r.started_at FROM floor_stateinterval r
            WHERE r.equipment_id = w.equipment_id AND r.started_at < w.first AND r.state = 'run'
            ORDER BY r.started_at DESC LIMIT 1), '-infinity') AS border) AS b
        JOIN floor_stateinterval i ON i.equipment_id = w.equipment_id AND i.started_at >= b.border
             AND i.started_at < w.last
        ORDER BY w.equipment_id, i.started_at
    """  # noqa: S608 - columns from a constant
    lasts = [FAR if step is None else last + step for _first, last in stretches.values()]
    read: dict[int, list[StoredInterval]] = {}
    with connection.cursor() as cursor:
        cursor.execute(sql, [list(stretches), [first for first, _last in stretches.values()], lasts])
        for row in cursor.fetchall():
            read.setdefault(row[0], []).append(stored_interval(row[1:]))
    return read


def _goes_beyond(intervals: Sequence[StoredInterval], until: datetime) -> bool:
    """Whether there may be more than what was read."""
    return bool(intervals) and intervals[-1].piece.end is not None and intervals[-1].piece.end >= until


def _end_border(intervals: Sequence[StoredInterval], last: datetime) -> datetime | None:
    """The end of the first running piece that reaches beyond the next state told after `last`; None: no such end."""
    told: datetime | None = None
    for before, after in pairwise(intervals):
        if told is None and after.piece.start > last and _is_told(before, after):
            told = after.piece.start
        if told is not None and before.piece.state == MachineState.RUN and (before.piece.end or FAR) > told:
            return before.piece.end
    return None


def _is_told(before: StoredInterval, after: StoredInterval) -> bool:
    """Whether a state message of the machine itself, and nothing else, must stand at the border of two pieces."""
    one, other = before.piece, after.piece
    return (
        one.origin == other.origin == IntervalOrigin.MACHINE
        and one.end == other.start
        and (one.code, one.mode) != (other.code, other.mode)
    )


def _around(
    equipment_id: int, intervals: Sequence[StoredInterval], first: datetime, border: datetime | None
) -> Neighbourhood:
    within = [each for each in intervals if border is None or each.piece.start < border]
    is_bounded = bool(within) and within[0].piece.state == MachineState.RUN and within[0].piece.start < first
    return Neighbourhood(equipment_id, within[0].piece.start if is_bounded else DAWN, border, within)


def _read_messages(found: Sequence[Neighbourhood]) -> None:
    archived = _with_archive(found)
    live = [each for each in found if each.equipment_id not in archived]
    if live:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT m.equipment_id, m.kind = 'state', m.occurred_at, m.code, m.mode, m.reason"
                " FROM unnest(%s::bigint[], %s::timestamptz[], %s::timestamptz[]) AS w(equipment_id, first, last)"
                " JOIN floor_floormessage m ON m.equipment_id = w.equipment_id"
                " AND m.occurred_at BETWEEN w.first AND w.last WHERE m.occurred_at BETWEEN %s AND %s",
                [*_windows(live), min(each.start for each in live), max(each.end or FAR for each in live)],
            )
            by_id = {each.equipment_id: each for each in live}
            for equipment_id, is_state, at, code, mode, reason in cursor.fetchall():
                near = by_id[equipment_id]
                near.signs.append(at)
                if is_state and (near.end is None or at < near.end):
                    near.states.append(observation((at, code, mode, reason)))
    for each in found:
        if each.equipment_id in archived:
            _read_archive(each)


def _windows(found: Sequence[Neighbourhood]) -> list[list[object]]:
    return [[each.equipment_id for each in found], [each.start for each in found], [each.end or FAR for each in found]]


def _with_archive(found: Sequence[Neighbourhood]) -> set[int]:
    """The machines of which messages of the stretch stand in the archive alone."""
    rows = ArchivedDay.objects.filter(equipment__in=[each.equipment_id for each in found], dropped_at__isnull=False)
    first = min(each.start for each in found)
    last = max(each.end or FAR for each in found)
    rows = rows.filter(day__gte=first.date(), day__lte=last.date())
    starts = {each.equipment_id: each for each in found}
    return {
        equipment_id
        for equipment_id, day in rows.values_list("equipment_id", "day")
        if starts[equipment_id].start.date() <= day <= (starts[equipment_id].end or FAR).date()
    }


def _read_archive(near: Neighbourhood) -> None:
    until = (near.end or FAR - timedelta(days=1)) + timedelta(microseconds=1)
    start = near.start if near.start != DAWN else _first_day(near.equipment_id)
    end = until if near.end is not None else _behind_all(near.equipment_id)
    columns = records.messages([near.equipment_id], start, end)
    for at_micro, label_index in zip(columns.occurred_at.tolist(), columns.label.tolist(), strict=True):
        at = _EPOCH + timedelta(microseconds=at_micro)
        near.signs.append(at)
        label = columns.labels[label_index]
        if label.kind == MessageKind.STATE and (near.end is None or at < near.end):
            near.states.append(Observation(at, label.code, label.mode, label.reason))


def _first_day(equipment_id: int) -> datetime:
    day = ArchivedDay.objects.filter(equipment=equipment_id).order_by("day").values_list("day", flat=True)[0]
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


_BEHIND_ALL = """
SELECT greatest((SELECT max(occurred_at) + interval '1 microsecond' FROM floor_floormessage WHERE equipment_id = %s),
                (SELECT (max(day) + 1)::timestamp AT TIME ZONE 'UTC' FROM floor_archivedday
                 WHERE equipment_id = %s AND dropped_at IS NOT NULL), to_timestamp(0))
"""


def _behind_all(equipment_id: int) -> datetime:
    """An instant behind every message: the last ones may be in the archive while the tables hold what came late."""
    with connection.cursor() as cursor:
        cursor.execute(_BEHIND_ALL, [equipment_id, equipment_id])
        return cursor.fetchone()[0]  # type: ignore[no-any-return]


def _read_words(found: Sequence[Neighbourhood]) -> None:
    by_id = {each.equipment_id: each for each in found}
    for equipment_id, words in words_between(
        {each.equipment_id: (each.start, each.end or FAR) for each in found}
    ).items():
        by_id[equipment_id].words = words


def words_between(windows: Mapping[int, tuple[datetime, datetime]]) -> dict[int, list[Word]]:
    """The words that may be about stops in the machines' windows, in the order in which they were said."""
    words: dict[int, list[Word]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT a.equipment_id, a.started_at, a.ended_at, a.is_whole, a.state, a.reason_id, a.note, a.recorded_by"
            " FROM unnest(%s::bigint[], %s::timestamptz[], %s::timestamptz[]) AS w(equipment_id, first, last)"
            " JOIN floor_stopannotation a ON a.equipment_id = w.equipment_id AND a.started_at < w.last"
            " AND coalesce(a.ended_at, a.started_at) >= w.first"
            " WHERE a.reverses_id IS NULL"
            " AND NOT EXISTS (SELECT 1 FROM floor_stopannotation r WHERE r.reverses_id = a.id)"
            " ORDER BY a.id",  # as they came behind the machine's lock
            [list(windows), *map(list, zip(*windows.values(), strict=True))],
        )
        for order, row in enumerate(cursor.fetchall()):
            words.setdefault(row[0], []).append(word(row[1:], order))
    return words


def _read_stops(found: Sequence[Neighbourhood]) -> None:
    by_id = {each.equipment_id: each for each in found}
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT s.equipment_id, {STOP} FROM unnest(%s::bigint[], %s::timestamptz[], %s::timestamptz[])"  # noqa: S608
            " AS w(equipment_id, first, last) JOIN floor_stop s ON s.equipment_id = w.equipment_id"
            " AND s.started_at < w.last AND (s.ended_at IS NULL OR s.ended_at > w.first)",
            _windows(found),
        )
        for row in cursor.fetchall():
            by_id[row[0]].stops.append(stored_stop(row[1:]))


def _read_reports(found: Sequence[Neighbourhood]) -> None:
    if not found:
        return
    by_id = {each.equipment_id: each for each in found}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT r.equipment_id, r.started_at, r.ended_at, r.work_kind, r.reason_id"
            " FROM unnest(%s::bigint[], %s::timestamptz[], %s::timestamptz[]) AS w(equipment_id, first, last)"
            " JOIN work_jobresponse r ON r.equipment_id = w.equipment_id AND r.started_at < w.last"
            " AND (r.ended_at IS NULL OR r.ended_at > w.first) WHERE r.reverses_id IS NULL"
            " AND NOT EXISTS (SELECT 1 FROM work_jobresponse b WHERE b.reverses_id = r.id)",
            _windows(found),
        )
        for equipment_id, start, end, kind, reason in cursor.fetchall():
            by_id[equipment_id].reports.append(Reported(start, end, WorkKind(kind), reason))
