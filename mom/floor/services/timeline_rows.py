"""Rows of timelines, read and written for many machines at once. Everything joins the caller's transaction."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from mom.core.db.bulk import allocate_ids, array, copy_rows
from mom.core.use_case import UseCase
from mom.floor.engine.stops import StopFound, Word
from mom.floor.engine.terms import IntervalOrigin, MachineState
from mom.floor.engine.timeline import Observation
from mom.floor.engine.timeline_change import Difference, StoredInterval, StoredStop
from mom.floor.engine.timeline_piece import Piece
from mom.floor.models import Stop

STATES = {state.value: state for state in MachineState}
_ORIGINS = {origin.value: origin for origin in IntervalOrigin}
INTERVAL = "i.id, i.started_at, i.ended_at, i.state, i.code, i.mode, i.reason_id, i.origin, i.stop_id"
STOP = (
    "s.id, s.started_at, s.ended_at, s.state, s.code, s.mode, s.reason_id, s.note, s.reporter, s.is_minor,"
    " s.withdrawn_at IS NOT NULL"
)


@dataclass(slots=True)
class Signal:
    """A machine's row of `MachineSignal`, which is locked."""

    equipment_id: int
    last_seen_at: datetime | None = None
    state_at: datetime | None = None
    code: str = ""
    mode: str = ""
    reason: str = ""
    words_until: datetime | None = None


def lock_signals(site_id: int, equipment_ids: Collection[int]) -> dict[int, Signal]:
    """Where the machines stand, locked in the order of their keys until the transaction ends; made where missing."""
    wanted = sorted(equipment_ids)
    found = _locked(wanted)
    missing = [each for each in wanted if each not in found]
    if missing:
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO floor_machinesignal (equipment_id, site_id, code, mode, reason)"
                " SELECT e, %s, '', '', '' FROM unnest(%s::bigint[]) AS e ORDER BY e ON CONFLICT DO NOTHING",
                [site_id, array(missing)],
            )
        found.update(_locked(missing))
    return found


def _locked(equipment_ids: Sequence[int]) -> dict[int, Signal]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT equipment_id, last_seen_at, state_at, code, mode, reason, words_until FROM floor_machinesignal"
            " WHERE equipment_id = ANY(%s::bigint[]) ORDER BY equipment_id FOR UPDATE",
            [array(equipment_ids)],
        )
        return {row[0]: Signal(*row) for row in cursor.fetchall()}


def write_signals(rows: Sequence[Signal]) -> None:
    """What was heard last, of many machines. One statement."""
    if not rows:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE floor_machinesignal AS m SET last_seen_at = n.seen, state_at = n.told, code = n.code,"
            " mode = n.mode, reason = n.reason FROM unnest(%s::bigint[], %s::timestamptz[], %s::timestamptz[],"
            " %s::text[], %s::text[], %s::text[]) AS n(equipment_id, seen, told, code, mode, reason)"
            " WHERE m.equipment_id = n.equipment_id",
            [
                array(row.equipment_id for row in rows),
                array(row.last_seen_at for row in rows),
                array(row.state_at for row in rows),
                array(row.code for row in rows),
                array(row.mode for row in rows),
                array(row.reason for row in rows),
            ],
        )


def write_signs(signals: Sequence[Signal]) -> None:
    """That machines were heard again and say what they said. One statement."""
    if not signals:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE floor_machinesignal AS m SET last_seen_at = n.seen, state_at = n.told"
            " FROM unnest(%s::bigint[], %s::timestamptz[], %s::timestamptz[]) AS n(equipment_id, seen, told)"
            " WHERE m.equipment_id = n.equipment_id",
            [
                array(row.equipment_id for row in signals),
                array(row.last_seen_at for row in signals),
                array(row.state_at for row in signals),
            ],
        )


@dataclass(frozen=True, slots=True)
class OpenEnd:
    """The open interval of a machine and its stop."""

    interval: StoredInterval
    stop: StoredStop | None


def open_ends(equipment_ids: Collection[int]) -> dict[int, OpenEnd]:
    """The open intervals of these machines with their stops, read after the lock. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT i.equipment_id, {INTERVAL}, {STOP} FROM floor_stateinterval i"  # noqa: S608 - constants
            " LEFT JOIN floor_stop s ON s.id = i.stop_id"
            " WHERE i.equipment_id = ANY(%s::bigint[]) AND i.ended_at IS NULL",
            [array(equipment_ids)],
        )
        return {
            row[0]: OpenEnd(stored_interval(row[1:10]), stored_stop(row[10:]) if row[10] is not None else None)
            for row in cursor.fetchall()
        }


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
        _move_intervals(differences)
        withdrawn = [pk for each in differences.values() for pk in each.withdrawn]
        if withdrawn:
            cursor.execute("UPDATE floor_stop SET withdrawn_at = %s WHERE id = ANY(%s)", [act.now, withdrawn])
    _add_intervals(site_id, differences)


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
            " ORDER BY r.started_at DESC, r.id DESC LIMIT 1) AS j",
            [array(place[0] for place in places), array(place[1] for place in places)],
        )
        return {(row[0], row[1]): row[2] for row in cursor.fetchall()}


def _move_intervals(differences: Mapping[int, Difference]) -> None:
    rows = [
        (old.id, each.explained.pieces[index].end, _stop_id(each, index))
        for each in differences.values()
        for old, index in each.kept
    ]
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE floor_stateinterval AS i SET ended_at = n.ended_at, stop_id = n.stop_id"
                " FROM unnest(%s::bigint[], %s::timestamptz[], %s::bigint[]) AS n(id, ended_at, stop_id)"
                " WHERE i.id = n.id",
                [array(column) for column in zip(*rows, strict=True)],
            )


def _stop_id(each: Difference, index: int) -> int | None:
    position = each.explained.stop_of[index]
    return None if position is None else each.stop_ids[position]


def _add_intervals(site_id: int, differences: Mapping[int, Difference]) -> None:
    columns = ("site_id", "equipment_id", "started_at", "ended_at", "state", "code", "mode", "reason_id", "origin")
    rows = []
    for equipment_id, each in differences.items():
        for index in each.added:
            piece = each.explained.pieces[index]
            rows.append(
                (
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
            )
    if rows:
        copy_rows("floor_stateinterval", (*columns, "stop_id"), rows)
