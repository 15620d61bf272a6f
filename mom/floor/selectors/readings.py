"""What counters and meters showed last on days that only the archive has; from its rows where these say it."""

import json
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from django.db import connection

from mom.floor.archive.day_file import LAST_OF, day_bounds
from mom.floor.engine.columns import MICRO, Label
from mom.floor.engine.terms import MessageKind
from mom.floor.selectors import record

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
Readings = dict[str, tuple[datetime, Decimal]]

_DAYS = """
SELECT a.machine, a.start, d.day, d.last_readings FROM unnest(%s::bigint[], %s::timestamptz[]) AS a(machine, start)
JOIN floor_archivedday d ON d.equipment_id = a.machine AND d.dropped_at IS NOT NULL
     AND d.day >= ((a.start - make_interval(secs => %s)) AT TIME ZONE 'UTC')::date
     AND d.day <= (a.start AT TIME ZONE 'UTC')::date
"""


def archived_readings(
    starts: Sequence[tuple[int, datetime]], within: timedelta
) -> dict[tuple[int, datetime], Readings]:
    """The last reading of each name in the time `within` before each start of a machine, on days that were dropped.

    One statement; a file is read only for the day in which a start lies, and for one of which nobody noted the last.
    """
    found: dict[tuple[int, datetime], Readings] = defaultdict(dict)
    with connection.cursor() as cursor:
        cursor.execute(
            _DAYS, [[machine for machine, _ in starts], [start for _, start in starts], within.total_seconds()]
        )
        rows = cursor.fetchall()
    for machine, start, day, noted in rows:
        first, end = day_bounds(day)
        since = max(first, start - within)
        if noted is None or end > start:
            readings = _from_record(machine, since, min(end, start))
        else:
            said = json.loads(noted)
            readings = {name: (datetime.fromisoformat(at), Decimal(value)) for name, (at, value) in said.items()}
        of_start = found[machine, start]
        for name, reading in readings.items():
            if reading[0] >= since:
                of_start[name] = max(of_start.get(name, reading), reading)
    return found


def _from_record(machine: int, start: datetime, end: datetime) -> Readings:
    if start >= end:
        return {}
    found: Readings = {}
    columns = record.messages([machine], start, end, [MessageKind.COUNT, MessageKind.ENERGY])
    has_standing = columns.has(_has_standing) & columns.has_value
    for place in has_standing.nonzero()[0].tolist():
        name = columns.labels[columns.label[place]].name
        at = _EPOCH + timedelta(microseconds=int(columns.occurred_at[place]))
        reading = (at, Decimal(int(columns.value[place])) / MICRO)
        found[name] = max(found.get(name, reading), reading)
    return found


def _has_standing(label: Label) -> bool:
    return (label.kind, label.name) in LAST_OF
