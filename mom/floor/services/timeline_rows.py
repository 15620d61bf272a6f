"""Rows of timelines, read and written for many machines at once. Everything joins the caller's transaction."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection

from mom.core.db.bulk import allocate_ids, array, copy_rows, copy_spelled, spelled
from mom.core.db.meanwhile import LONG_FROM, meanwhile
from mom.core.use_case import UseCase
from mom.floor.engine.stops import StopFound, Word
from mom.floor.engine.terms import IntervalOrigin, MachineState
from mom.floor.engine.timeline import Observation
from mom.floor.engine.timeline_change import Difference, StoredInterval, StoredStop
from mom.floor.engine.timeline_piece import Piece
from mom.floor.models import Stop
from mom.floor.services.machine_signals import Signal

STATES = {state.value: state for state in MachineState}
_ORIGINS = {origin.value: origin for origin in IntervalOrigin}
INTERVAL = "i.id, i.started_at, i.ended_at, i.state, i.code, i.mode, i.reason_id, i.origin, i.stop_id"
STOP = (
    "s.id, s.started_at, s.ended_at, s.state, s.code, s.mode, s.reason_id, s.note, s.reporter, s.is_minor,"
    " s.withdrawn_at IS NOT NULL"
)


class OpenEnd(NamedTuple):
    """The open interval of a machine and its stop."""

    interval: StoredInterval
    stop: StoredStop | None


# Nothing begins after an open interval, so it is the last one: found by the index that is short for one machine.
_STANDINGS = f"""
SELECT m.equipment_id, m.last_seen_at, m.state_at, m.code, m.mode, m.reason, m.words_until, {INTERVAL}, {STOP}
FROM floor_machinesignal m
LEFT JOIN LATERAL (
    SELECT * FROM floor_stateinterval WHERE equipment_id = m.equipment_id ORDER BY started_at DESC LIMIT 1
) AS i ON i.ended_at IS NULL
LEFT JOIN floor_stop s ON s.id = i.stop_id
WHERE m.equipment_id = ANY(%s::bigint[])
"""  # noqa: S608 - constants


def standings(equipment_ids: Collection[int]) -> dict[int, tuple[Signal, OpenEnd | None]]:
    """Where machines stand that are locked: what was heard of them last, and their open ends. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(_STANDINGS, [array(equipment_ids)])
        return {row[0]: (Signal(*row[:7]), _open_end(row[7:16], row[16:])) for row in cursor.fetchall()}


def _open_end(interval: Sequence[Any], stop: Sequence[Any]) -> OpenEnd | None:
    if interval[0] is None:
        return None
    return OpenEnd(stored_interval(interval), stored_stop(stop) if stop[0] is not None else None)


def stored_interval(row: Sequence[Any]) -> StoredInterval:
    """From the columns of `INTERVAL`."""
    pk, start, end, state, code, mode, reason, origin, stop_id = row
    return StoredInterval(pk, Piece(start, end, STATES[state], code, mode, reason, _ORIGINS[origin]), stop_id)


def stored_stop(row: Sequence[Any]) -> StoredStop:
    """From the columns of `STOP`."""
    pk, start, end, state, code, mode, reason, note, reporter, is_minor, is_withdrawn = row
    found = StopFound(start, end, STATES[state], code, mode, reason, note, reporter, is_minor)
    return StoredStop(pk, found, is_withdrawn)


def observation(row: Sequence[Any]) -> Observation:
    """From instant, code, mode and reason of a message."""
    return Observation(*row)


def word(row: Sequence[Any], order: int) -> Word:
    """From start, end, whole, state, reason, note and who said it."""
    start, end, is_whole, state, reason, note, reporter = row
    return Word(start, end, is_whole, STATES[state] if state else None, reason, note, reporter, order)


def write(act: UseCase, site_id: int, differences: Mapping[int, Difference]) -> None:
    """Bring the stored intervals and stops of many machines to what their folds say. At most seven statements."""
    _give_keys(differences)
    with connection.cursor() as cursor:
        removed = [pk for each in differences.values() for pk in each.removed]
        if removed:
            cursor.execute("DELETE FROM floor_stateinterval WHERE id = ANY(%s)", [removed])
        _write_stops(site_id, differences)
        added = _move_intervals(differences, lambda: spelled(_added_intervals(site_id, differences)))
        withdrawn = [pk for each in differences.values() for pk in each.withdrawn]
        if withdrawn:
            cursor.execute("UPDATE floor_stop SET withdrawn_at = %s WHERE id = ANY(%s)", [act.now, withdrawn])
    copy_spelled("floor_stateinterval", _INTERVAL_COLUMNS, added)


def _give_keys(differences: Mapping[int, Difference]) -> None:
    """New stops get their keys; what they are written with is kept apart in `Difference.new_stops`."""
    count = sum(each.stop_ids.count(None) for each in differences.values())
    fresh = iter(allocate_ids(Stop, count))
    for each in differences.values():
        each.new_stops = [index for index, pk in enumerate(each.stop_ids) if pk is None]
        for index in each.new_stops:
            each.stop_ids[index] = next(fresh)


def _write_stops(site_id: int, differences: Mapping[int, Difference]) -> None:
    added = [
        (each.stop_ids[index], equipment_id, each.explained.stops[index])
        for equipment_id, each in differences.items()
        for index in each.new_stops
    ]
    moved = [pair for each in differences.values() for pair in each.moved_stops]
    if moved:
        _move_stops(moved)
    if added:
        jobs = _jobs_at([(equipment_id, stop.start) for _pk, equipment_id, stop in added])
        columns = ("id", "site_id", "equipment_id", "job_order_id", *_STOP_COLUMNS)
        rows = (
            (pk, site_id, equipment_id, jobs.get((equipment_id, stop.start)), *_stop_values(stop))
            for pk, equipment_id, stop in added
        )
        copy_rows("floor_stop", columns, rows)


_STOP_COLUMNS = ("started_at", "ended_at", "state", "code", "mode", "reason_id", "note", "reporter", "is_minor")


def _stop_values(stop: StopFound) -> tuple[Any, ...]:
    return (
        stop.start,
        stop.end,
        stop.state.value,
        stop.code,
        stop.mode,
        stop.reason,
        stop.note,
        stop.reporter,
        stop.is_minor,
    )


def _move_stops(moved: Sequence[tuple[int, StopFound]]) -> None:
    columns = list(zip(*(_stop_values(stop) for _pk, stop in moved), strict=True))
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE floor_stop AS s SET started_at = n.started_at, ended_at = n.ended_at, state = n.state,"  # noqa: S608
            " code = n.code, mode = n.mode, reason_id = n.reason_id, note = n.note, reporter = n.reporter,"
            " is_minor = n.is_minor, withdrawn_at = NULL FROM unnest(%s::bigint[], %s::timestamptz[],"
            " %s::timestamptz[], %s::text[], %s::text[], %s::text[], %s::bigint[], %s::text[], %s::text[],"
            f" %s::bool[]) AS n(id, {', '.join(_STOP_COLUMNS)}) WHERE s.id = n.id",
            [array(pk for pk, _stop in moved), *map(array, columns)],
        )


def _jobs_at(places: Sequence[tuple[int, datetime]]) -> dict[tuple[int, datetime], int]:
    """The job that was begun last on a machine when it stopped. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p.equipment_id, p.at, j.job_order_id FROM unnest(%s::bigint[], %s::timestamptz[])"
            " AS p(equipment_id, at) CROSS JOIN LATERAL (SELECT r.job_order_id FROM work_jobresponse r"
            " WHERE r.equipment_id = p.equipment_id AND r.started_at <= p.at AND r.job_order_id IS NOT NULL"
            " AND r.reverses_id IS NULL"
            " AND NOT EXISTS (SELECT 1 FROM work_jobresponse b WHERE b.reverses_id = r.id)"
            " ORDER BY r.started_at DESC, r.id DESC LIMIT 1) AS j",
            [array(place[0] for place in places), array(place[1] for place in places)],
        )
        return {(row[0], row[1]): row[2] for row in cursor.fetchall()}


def _move_intervals(differences: Mapping[int, Difference], beside: Callable[[], list[str]]) -> list[str]:
    """Give kept intervals their ends and stops; `beside` is done meanwhile, and what it gives is given."""
    rows = [
        (old.id, each.explained.pieces[index].end, _stop_id(each, index))
        for each in differences.values()
        for old, index in each.kept
    ]
    if not rows:
        return beside()
    sent = [array(column) for column in zip(*rows, strict=True)]
    return meanwhile(_MOVE_INTERVALS, sent, beside, is_long=len(rows) >= LONG_FROM)[1]


_MOVE_INTERVALS = """
UPDATE floor_stateinterval AS i SET ended_at = n.ended_at, stop_id = n.stop_id
FROM unnest(%s::bigint[], %s::timestamptz[], %s::bigint[]) AS n(id, ended_at, stop_id) WHERE i.id = n.id
"""
_INTERVAL_COLUMNS = (
    "site_id", "equipment_id", "started_at", "ended_at", "state", "code", "mode", "reason_id", "origin", "stop_id",
)  # fmt: skip


def _stop_id(each: Difference, index: int) -> int | None:
    position = each.explained.stop_of[index]
    return None if position is None else each.stop_ids[position]


def _added_intervals(site_id: int, differences: Mapping[int, Difference]) -> Iterator[tuple[Any, ...]]:
    """In the order of `_INTERVAL_COLUMNS`."""
    for equipment_id, each in differences.items():
        for index in each.added:
            piece = each.explained.pieces[index]
            yield (
                site_id,
                equipment_id,
                piece.start,
                piece.end,
                piece.state.value,
                piece.code,
                piece.mode,
                piece.reason,
                piece.origin.value,
                _stop_id(each, index),
            )
