"""The live rows of many machines, read and written in one statement each."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from django.db import connection

from analytics.engine.machine_fold import Standing
from analytics.engine.machine_lines import EXACT, PARTS
from analytics.engine.machine_stretch import instant_of

_US = "(extract(epoch FROM {0}) * 1000000)::bigint"
_READ = f"""
SELECT equipment_id, {_US.format("shift_started_at")}, {_US.format("shift_ended_at")}, {_US.format("as_of")}, state,
       {_US.format("state_since")}, class_with_order, class_without_order, loss_class, code, mode, reason_id, stop_id,
       job_order_id, (total_reading * 1000000)::bigint, (reject_reading * 1000000)::bigint,
       (energy_reading * 1000000)::bigint, is_startup, is_stop_counted, terms::text
FROM analytics_liveshift WHERE equipment_id = ANY(%s) ORDER BY equipment_id FOR UPDATE
"""  # noqa: S608 - the names of our own columns

_JOBS = """
SELECT DISTINCT ON (equipment_id) equipment_id, job_order_id FROM work_jobresponse
WHERE ended_at IS NULL AND job_order_id IS NOT NULL AND equipment_id = ANY(%s)
ORDER BY equipment_id, started_at DESC, job_order_id DESC
"""

_SPELLS = f"""
SELECT i.equipment_id, {_US.format("i.started_at")}, {_US.format("i.ended_at")}, coalesce(s.state, i.state), i.code,
       i.mode, CASE WHEN s.id IS NULL THEN i.reason_id ELSE s.reason_id END, i.stop_id, {_US.format("s.started_at")},
       {_US.format("s.ended_at")}, coalesce(s.code, i.code), coalesce(s.mode, i.mode)
FROM unnest(%s::bigint[], %s::timestamptz[]) AS a(machine, since)
JOIN floor_stateinterval i ON i.equipment_id = a.machine AND i.started_at >= a.since
LEFT JOIN floor_stop s ON s.id = i.stop_id
ORDER BY i.equipment_id, i.started_at
"""  # noqa: S608 - as above


class LiveRow(NamedTuple):
    """A live row, as far as it is carried on. Instants in microseconds, quantities in millionths."""

    equipment_id: int
    start: int
    end: int
    as_of: int
    state: str
    since: int
    with_order: str
    without_order: str
    loss: str
    code: str
    mode: str
    reason_id: int | None
    stop_id: int | None
    job_order_id: int | None
    total: int | None
    reject: int | None
    energy: int | None
    is_startup: bool
    is_stop_counted: bool
    terms: str


class SpellRow(NamedTuple):
    """An interval with the stop that it is of."""

    equipment_id: int
    start: int
    end: int | None
    state: str
    code: str
    mode: str
    reason_id: int | None
    stop_id: int | None
    stop_start: int | None
    stop_end: int | None
    said_code: str
    said_mode: str


def read(machines: Collection[int]) -> dict[int, LiveRow]:
    """The live rows of these machines, held until the transaction ends."""
    return {row[0]: LiveRow(*row) for row in _fetched(_READ, [list(machines)])}


def open_jobs(machines: Collection[int]) -> dict[int, int]:
    """The job at work on each machine; of several the one that began last."""
    return dict(_fetched(_JOBS, [list(machines)]))


def spells_since(rows: Sequence[LiveRow]) -> dict[int, list[SpellRow]]:
    """The intervals of each machine from the one on that its row is in."""
    if not rows:
        return {}
    found: dict[int, list[SpellRow]] = defaultdict(list)
    values = [[row.equipment_id for row in rows], [instant_of(row.since) for row in rows]]
    for each in _fetched(_SPELLS, values):
        found[each[0]].append(SpellRow(*each))
    for row in rows:
        found[row.equipment_id]
    return found


_SETS = (
    "as_of = 'epoch'::timestamptz + u.as_of * interval '1 microsecond'",
    "state = u.state",
    "state_since = 'epoch'::timestamptz + u.since * interval '1 microsecond'",
    "time_class = u.time_class",
    "code = u.code",
    "mode = u.mode",
    "reason_id = u.reason_id",
    "stop_id = u.stop_id",
    "class_with_order = u.with_order",
    "class_without_order = u.without_order",
    "loss_class = u.loss",
    "is_startup = u.is_startup",
    "is_stop_counted = u.is_counted",
    "total_reading = u.total / 1000000.0",
    "reject_reading = u.reject / 1000000.0",
    "energy_reading = u.energy / 1000000.0",
    "job_good = l.job_good + u.job_good / 1000000.0",
    "last_sign_at = greatest(l.last_sign_at, 'epoch'::timestamptz + u.sign * interval '1 microsecond')",
    "version = l.version + 1",
)
_NAMED = (
    ("machine", "bigint"), ("as_of", "bigint"), ("state", "text"), ("since", "bigint"), ("time_class", "text"),
    ("code", "text"), ("mode", "text"), ("reason_id", "bigint"), ("stop_id", "bigint"), ("with_order", "text"),
    ("without_order", "text"), ("loss", "text"), ("is_startup", "boolean"), ("is_counted", "boolean"),
    ("total", "bigint"), ("reject", "bigint"), ("energy", "bigint"), ("job_good", "bigint"), ("sign", "bigint"),
)  # fmt: skip
_EXACT = frozenset(EXACT)


def write(carried: Sequence[tuple[LiveRow, Standing, SpellRow | None]], signs: Mapping[int, int]) -> None:
    """Write what was carried on: the parts that moved are added, in one statement for all machines."""
    if not carried:
        return
    moved = [place for place in range(len(PARTS)) if any(standing.vector[place] for _, standing, _ in carried)]
    columns: list[list[Any]] = [[] for _ in _NAMED]
    for row, standing, spell in carried:
        code, mode, stop = (
            (row.code, row.mode, row.stop_id) if spell is None else (spell.code, spell.mode, spell.stop_id)
        )
        values = (
            row.equipment_id, standing.as_of, standing.state, standing.since, standing.time_class, code, mode,
            standing.reason_id, stop, standing.meaning.with_order, standing.meaning.without_order,
            standing.meaning.loss, standing.is_startup, standing.is_stop_counted, standing.total_reading,
            standing.reject_reading, standing.energy_reading,
            standing.job_good if row.job_order_id else 0, signs.get(row.equipment_id),
        )  # fmt: skip
        for column, value in zip(columns, values, strict=True):
            column.append(value)
    parts = [[standing.vector[place] for _, standing, _ in carried] for place in moved]
    names = [*_NAMED, *((PARTS[place], "bigint") for place in moved)]
    sets = [*_SETS, *(_added(place) for place in moved)]
    statement = (
        f"UPDATE analytics_liveshift l SET {', '.join(sets)}"  # noqa: S608 - the names of our own columns
        f" FROM unnest({', '.join(f'%s::{kind}[]' for _, kind in names)})"
        f" AS u({', '.join(name for name, _ in names)}) WHERE l.equipment_id = u.machine"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [*columns, *parts])


def _added(place: int) -> str:
    name = PARTS[place]
    return f"{name} = l.{name} + u.{name}{' / 1000000.0' if place in _EXACT else ''}"


def _fetched(statement: str, values: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())
