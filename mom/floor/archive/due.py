"""Which machine days have to be written to the archive: closed ones that hold a message no file has."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import connection

from mom.core import clock
from mom.floor.archive.day_file import day_bounds
from mom.floor.models import ArchivedDay, ArchivePolicy

CLOSE_AFTER_DAYS: int = ArchivePolicy._meta.get_field("close_after_days").default
_PREFIX = "floor_floormessage_"

_PARTS = """
SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
WHERE i.inhparent = 'floor_floormessage'::regclass ORDER BY c.relname
"""
_KNOWN = """
SELECT day, max(last_id), sum(table_count)::bigint, max(written_at) FROM floor_archivedday
WHERE day = ANY(%s) GROUP BY day
"""
_NEWEST = "SELECT max(id) FROM floor_floormessage WHERE occurred_at >= %s AND occurred_at < %s"
_MANY = "SELECT count(*) FROM floor_floormessage WHERE occurred_at >= %s AND occurred_at < %s"
COUNTED_FOR = timedelta(days=1)
"""A message with a smaller number than the newest of its day may be committed after the day was read. No transaction is
open for as long as this: so long after its writing a day's messages are counted too."""
_MARK = """
WITH held AS (
    SELECT site_id, equipment_id, count(*) AS many, bit_xor(floor_key_check(key)) AS checked
    FROM floor_floormessage WHERE occurred_at >= %(start)s AND occurred_at < %(end)s GROUP BY 1, 2
)
INSERT INTO floor_archivedday (site_id, equipment_id, day, due_at, address, row_count, byte_count, sha256, table_count,
                               table_check, last_id, problem)
SELECT h.site_id, h.equipment_id, %(day)s, %(now)s, '', 0, 0, '', 0, 0, 0, ''
FROM held h LEFT JOIN floor_archivepolicy p ON p.site_id = h.site_id
LEFT JOIN floor_archivedday a ON a.equipment_id = h.equipment_id AND a.day = %(day)s
WHERE %(age)s > coalesce(p.close_after_days, %(usual)s)
  AND (a.id IS NULL OR a.table_count <> h.many OR a.table_check <> h.checked)
ON CONFLICT (equipment_id, day) DO UPDATE SET due_at = excluded.due_at WHERE floor_archivedday.due_at IS NULL
"""


def days_in_tables() -> list[date]:
    """The UTC days that have a partition, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(_PARTS)
        return [
            datetime.strptime(name.removeprefix(_PREFIX), "%Y%m%d").replace(tzinfo=UTC).date()
            for (name,) in cursor.fetchall()
        ]


def days_that_changed() -> list[date]:
    """Days with a message younger than all that the archive has of it, or freshly written ones with other messages.

    A glance at one index entry a day; only days of which something was written lately are counted.
    """
    days, lately = days_in_tables(), clock.now() - COUNTED_FOR
    changed = []
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN, [days])
        known = {day: tuple(rest) for day, *rest in cursor.fetchall()}
        for day in days:
            last_id, many, written_at = known.get(day, (-1, 0, None))
            cursor.execute(_NEWEST, day_bounds(day))
            (newest,) = cursor.fetchone()
            if newest is None:
                continue
            is_changed = newest > last_id
            if not is_changed and written_at is not None and written_at > lately:
                cursor.execute(_MANY, day_bounds(day))
                is_changed = cursor.fetchone()[0] != many
            if is_changed:
                changed.append(day)
    return changed


def mark_due(day: date, now: datetime) -> int:
    """Mark the day's machines whose messages differ from what their file holds, where their site has closed the day.

    Gives how many.
    """
    start, end = day_bounds(day)
    age = (now - end) // timedelta(days=1) + 1  # a day is closed when this many whole days have passed since it ended
    values: dict[str, Any] = {"start": start, "end": end, "day": day, "now": now, "age": age, "usual": CLOSE_AFTER_DAYS}
    with connection.cursor() as cursor:
        cursor.execute(_MARK, values)
        return int(cursor.rowcount)


def waiting(site_id: int | None = None) -> int:
    """How many machine days wait to be written."""
    found = ArchivedDay.objects.filter(due_at__isnull=False)
    return (found if site_id is None else found.filter(site_id=site_id)).count()
