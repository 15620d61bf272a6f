"""The live rows of many machines, read and written in one statement each."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from django.db import connection

from analytics.engine.machine_fold import Standing, steady
from analytics.engine.machine_lines import EXACT, PARTS
from analytics.engine.machine_stretch import instant_of
from mom.core.db.bulk import array

_US = "(extract(epoch FROM {0}) * 1000000)::bigint"
OPEN_JOBS = """
SELECT DISTINCT ON (equipment_id) equipment_id, job_order_id FROM work_jobresponse
WHERE ended_at IS NULL AND job_order_id IS NOT NULL ORDER BY equipment_id, started_at DESC, job_order_id DESC
"""
"""The job at work on each machine; of several the one that began last."""

_READ = f"""
SELECT l.equipment_id, {_US.format("shift_started_at")}, {_US.format("shift_ended_at")}, {_US.format("as_of")}, state,
       {_US.format("state_since")}, class_with_order, class_without_order, loss_class, code, mode, reason_id, stop_id,
       l.job_order_id, j.job_order_id, (total_reading * 1000000)::bigint, (reject_reading * 1000000)::bigint,
       (energy_reading * 1000000)::bigint, is_startup, is_stop_counted, terms::text, time_class
FROM analytics_liveshift l LEFT JOIN ({OPEN_JOBS}) AS j ON j.equipment_id = l.equipment_id
WHERE l.equipment_id = ANY(%s::bigint[])
"""  # noqa: S608 - the names of our own columns
_SPELLS = f"""
SELECT i.equipment_id, {_US.format("i.started_at")}, {_US.format("i.ended_at")}, coalesce(s.state, i.state), i.code,
       i.mode, CASE WHEN s.id IS NULL THEN i.reason_id ELSE s.reason_id END, i.stop_id, {_US.format("s.started_at")},
       {_US.format("s.ended_at")}, coalesce(s.code, i.code), coalesce(s.mode, i.mode)
FROM unnest(%s::bigint[], %s::timestamptz[]) AS a(machine, since)
CROSS JOIN LATERAL (
    SELECT * FROM floor_stateinterval WHERE equipment_id = a.machine AND started_at >= a.since OFFSET 0
) AS i
LEFT JOIN LATERAL (SELECT * FROM floor_stop WHERE id = i.stop_id LIMIT 1) AS s ON true
ORDER BY i.equipment_id, i.started_at
"""  # noqa: S608 - as above
"""Machine by machine through the index: of a join the planner expects a third of the history, and reads all of it."""


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
    open_job_id: int | None
    total: int | None
    reject: int | None
    energy: int | None
    is_startup: bool
    is_stop_counted: bool
    terms: str
    time_class: str


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
    """The live rows of these machines."""
    return {row[0]: LiveRow(*row) for row in _fetched(_READ, [array(machines)])}


def spells_since(rows: Sequence[LiveRow]) -> dict[int, list[SpellRow]]:
    """The intervals of each machine from the one on that its row is in."""
    if not rows:
        return {}
    found: dict[int, list[SpellRow]] = defaultdict(list)
    values = [array(row.equipment_id for row in rows), array(instant_of(row.since) for row in rows)]
    for each in _fetched(_SPELLS, values):
        found[each[0]].append(SpellRow(*each))
    for row in rows:
        found[row.equipment_id]
    return found


_INSTANT = "'epoch'::timestamptz + u.{0} * interval '1 microsecond'"
_READING = "u.{0} * 0.000001"
_ADDED, _ADDED_EXACT = "l.{0} + u.{0}", "l.{0} + u.{0} * 0.000001"
_EXACT = frozenset(EXACT)
_STATE = (
    ("state", "text"), ("state_since", "bigint"), ("code", "text"), ("mode", "text"), ("reason_id", "bigint"),
    ("stop_id", "bigint"), ("class_with_order", "text"), ("class_without_order", "text"), ("loss_class", "text"),
)  # fmt: skip
Carried = tuple[LiveRow, Standing, SpellRow | None]


class Column(NamedTuple):
    """What one column of many rows becomes. `formula` says it of `u`, the values sent, and `l`, the row as it is."""

    name: str
    kind: str
    formula: str
    values: list[Any]

    def sets(self) -> str:
        """As part of SET."""
        return f"{self.name} = {self.formula.format(self.name)}"


class Write(NamedTuple):
    """A statement that writes rows, with its values."""

    statement: str
    values: list[str]


def writes(carried: Sequence[Carried], signs: Mapping[int, int]) -> list[Write]:
    """What writes down what was carried on: two statements for however many machines. Most say what they said before,
    and of these only time and pieces move.
    """
    kinds = [
        ([each for each in carried if (each[2] is not None) is has_moved], has_moved) for has_moved in (False, True)
    ]
    return [_write(those, signs, has_moved=has_moved) for those, has_moved in kinds if those]


def run(written: Iterable[Write]) -> None:
    """Run them. Joins the caller's transaction, which holds the machines."""
    with connection.cursor() as cursor:
        for each in written:
            cursor.execute(*each)


def _write(carried: Sequence[Carried], signs: Mapping[int, int], *, has_moved: bool) -> Write:
    columns = [*_columns(carried, signs), *(_state_columns(carried) if has_moved else ())]
    statement = (
        f"UPDATE analytics_liveshift l SET version = l.version + 1, {', '.join(each.sets() for each in columns)}"  # noqa: S608
        f" FROM unnest(%s::bigint[], {', '.join(f'%s::{each.kind}[]' for each in columns)})"
        f" AS u(machine, {', '.join(each.name for each in columns)}) WHERE l.equipment_id = u.machine"
    )
    machines = array(row.equipment_id for row, _, _ in carried)
    return Write(statement, [machines, *(array(each.values) for each in columns)])


def _columns(carried: Sequence[Carried], signs: Mapping[int, int]) -> list[Column]:
    """Time, signs and pieces; what moved for none of the machines is left out."""
    standings = [standing for _, standing, _ in carried]
    seen = [signs.get(row.equipment_id) for row, _, _ in carried]
    latest = f"greatest(l.last_sign_at, {_INSTANT})"
    found = [
        Column("as_of", "bigint", _INSTANT, [each.as_of for each in standings]),
        Column("last_sign_at", "bigint", latest, seen),
    ]
    kept = (
        ("total_reading", "bigint", _READING, [row.total for row, _, _ in carried]),
        ("reject_reading", "bigint", _READING, [row.reject for row, _, _ in carried]),
        ("energy_reading", "bigint", _READING, [row.energy for row, _, _ in carried]),
        ("is_startup", "boolean", "u.{0}", [row.is_startup for row, _, _ in carried]),
        ("is_stop_counted", "boolean", "u.{0}", [row.is_stop_counted for row, _, _ in carried]),
    )
    for name, kind, formula, before in kept:
        after = [getattr(standing, name) for standing in standings]
        if after != before:
            found.append(Column(name, kind, formula, after))
    until, parts = zip(*map(steady, standings), strict=True)
    found.append(Column("steady_until", "bigint", _INSTANT, list(until)))
    found.append(Column("steady_parts", "integer", "u.{0}", list(parts)))
    classes = [standing.time_class for standing in standings]
    if classes != [row.time_class for row, _, _ in carried]:
        found.append(Column("time_class", "text", "u.{0}", classes))
    good = [standing.job_good if row.job_order_id else 0 for row, standing, _ in carried]
    if any(good):
        found.append(Column("job_good", "bigint", _ADDED_EXACT, good))
    for place, name in enumerate(PARTS):
        added = [standing.vector[place] for standing in standings]
        if any(added):
            found.append(Column(name, "bigint", _ADDED_EXACT if place in _EXACT else _ADDED, added))
    return found


def _state_columns(carried: Sequence[Carried]) -> list[Column]:
    """The state that a machine is in now."""
    rows = [
        (
            each.state, each.since, spell.code, spell.mode, each.reason_id, spell.stop_id, each.meaning.with_order,
            each.meaning.without_order, each.meaning.loss,
        )
        for _, each, spell in carried if spell is not None
    ]  # fmt: skip
    return [
        Column(name, kind, _INSTANT if name == "state_since" else "u.{0}", list(values))
        for (name, kind), values in zip(_STATE, zip(*rows, strict=True), strict=True)
    ]


def _fetched(statement: str, values: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())
