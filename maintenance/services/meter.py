"""Meters: what each machine counted on each day, taken from its own messages. A clock on the wall counts nothing here.

A counter's reading counts from the one before it. A fall is a roll-over where the machine has a modulus and the step is
small, else a reset, after which it counts from zero. The last days are counted anew each time, so that late messages
come in; what was archived meanwhile stays as it was counted.
"""

from collections.abc import Collection
from datetime import UTC, datetime, time, timedelta

from django.db import connection

from maintenance.engine.terms import MeterKind
from maintenance.models import MaintenancePlan
from mom.core.db.bulk import array
from mom.core.use_case import UseCase

LATE_DAYS = 3

_COUNT = """
WITH machine AS (
    SELECT e.id, e.site_id, l.counter_modulus AS modulus FROM plant_equipment e
    LEFT JOIN floor_machinelistening l ON l.equipment_id = e.id AND l.valid_from <= %(now)s
         AND (l.valid_until IS NULL OR l.valid_until > %(now)s)
    WHERE e.id = ANY(%(machines)s)
), reading AS (
    SELECT m.id, m.site_id, m.modulus, f.occurred_at, f.value,
           coalesce(lag(f.value) OVER (PARTITION BY m.id ORDER BY f.occurred_at, f.id),
                    (SELECT p.value FROM floor_floormessage p
                     WHERE p.equipment_id = m.id AND p.kind = 'count' AND p.name = 'total'
                           AND p.occurred_at < %(since)s
                     ORDER BY p.occurred_at DESC, p.id DESC LIMIT 1)) AS before
    FROM machine m JOIN floor_floormessage f ON f.equipment_id = m.id
    WHERE f.kind = 'count' AND f.name = 'total' AND f.occurred_at >= %(since)s
), counted AS (
    SELECT m.site_id, m.id, 'cycles' AS kind, f.occurred_at, 1::numeric AS many
    FROM machine m JOIN floor_floormessage f ON f.equipment_id = m.id
    WHERE f.kind = 'cycle' AND f.occurred_at >= %(since)s
    UNION ALL
    SELECT m.site_id, m.id, 'pieces', f.occurred_at, greatest(f.value, 0)
    FROM machine m JOIN floor_floormessage f ON f.equipment_id = m.id
    WHERE f.kind = 'count' AND f.name = 'total_added' AND f.occurred_at >= %(since)s
    UNION ALL
    SELECT site_id, id, 'pieces', occurred_at,
           CASE WHEN before IS NULL THEN 0
                WHEN value >= before THEN value - before
                WHEN modulus IS NOT NULL AND 2 * (value + modulus - before) < modulus THEN value + modulus - before
                ELSE greatest(value, 0) END
    FROM reading
)
INSERT INTO maintenance_meterday AS d (site_id, equipment_id, kind, day, counted)
SELECT site_id, id, kind, (occurred_at AT TIME ZONE 'UTC')::date, sum(many) FROM counted
GROUP BY site_id, id, kind, 4 ORDER BY id, kind, 4
ON CONFLICT (equipment_id, kind, day) DO UPDATE SET counted = excluded.counted
WHERE d.counted <> excluded.counted
"""


def count(act: UseCase, machines: Collection[int], since: datetime | None = None) -> None:
    """Count what these machines' messages say from the day of `since` on (three days back). Joins the transaction."""
    if not machines:
        return
    start = since or act.now - timedelta(days=LATE_DAYS)
    day = datetime.combine(start.astimezone(UTC).date(), time(0), UTC)
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, {"machines": array(sorted(machines)), "since": day, "now": act.now})


def metered_machines() -> list[int]:
    """Machines whose count some plan follows. One statement."""
    rows = MaintenancePlan.objects.filter(is_active=True, meter_kind__in=[kind.value for kind in MeterKind])
    return sorted(set(rows.order_by().values_list("equipment_id", flat=True)))
