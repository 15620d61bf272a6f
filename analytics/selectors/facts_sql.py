"""The rows of machines' facts, read for many machines at once. `machines`, `starts`, `ends` are parallel arrays."""

_ASKED = "unnest(%(machines)s::bigint[], %(starts)s::timestamptz[], %(ends)s::timestamptz[]) AS a(machine, start, stop)"
_COLUMNS = "i.equipment_id, i.started_at, i.ended_at, i.state, i.code, i.mode, i.reason_id, i.stop_id"

# Intervals never overlap, so of those that begin before only the last one can reach into the stretch.
SPELLS = f"""
SELECT {_COLUMNS}, s.started_at, s.ended_at, s.state, s.code, s.mode, s.reason_id
FROM {_ASKED}
CROSS JOIN LATERAL (
    (SELECT * FROM floor_stateinterval b WHERE b.equipment_id = a.machine AND b.started_at < a.start
     ORDER BY b.started_at DESC LIMIT 1)
    UNION ALL
    SELECT * FROM floor_stateinterval b
    WHERE b.equipment_id = a.machine AND b.started_at >= a.start AND b.started_at <= a.stop
) i
LEFT JOIN floor_stop s ON s.id = i.stop_id
WHERE i.ended_at IS NULL OR i.ended_at > a.start
ORDER BY i.equipment_id, i.started_at
"""  # noqa: S608 - constants of this file

# Work of two weeks back tells which job was interrupted and went on; reversed work never happened.
WORK = """
SELECT r.equipment_id, r.job_order_id, r.started_at, r.ended_at, r.share_weight, o.definition_id, o.unit
FROM work_jobresponse r
LEFT JOIN LATERAL (
    SELECT definition_id, unit FROM work_jobrequirement
    WHERE job_order_id = r.job_order_id AND material_use IN ('produced', 'co_product', 'by_product')
    ORDER BY position, id LIMIT 1
) o ON true
WHERE r.equipment_id = ANY(%(machines)s) AND r.reverses_id IS NULL AND r.job_order_id IS NOT NULL
  AND ((r.started_at >= %(first)s::timestamptz - interval '14 days' AND r.started_at <= %(last)s
        AND r.ended_at > %(first)s::timestamptz - interval '1 day')
       OR (r.ended_at IS NULL AND r.started_at <= %(last)s))
  AND NOT EXISTS (SELECT 1 FROM work_jobresponse back WHERE back.reverses_id = r.id)
ORDER BY r.equipment_id, r.started_at, r.id
"""

BEGUN = """
SELECT equipment_id, id FROM work_joborder
WHERE equipment_id = ANY(%(machines)s) AND status IN ('running', 'suspended', 'held')
"""

RESERVED = """
SELECT equipment_id, started_at, ended_at FROM work_equipmentreservation
WHERE equipment_id = ANY(%(machines)s) AND started_at < %(last)s AND ended_at > %(first)s
"""

REPORTS = """
SELECT coalesce(r.equipment_id, j.equipment_id), q.occurred_at, q.kind, q.quantity, o.job_order_id, o.definition_id,
       q.unit
FROM work_quantityreport q
LEFT JOIN work_jobresponse r ON r.id = q.job_response_id
LEFT JOIN work_jobrequirement o ON o.id = q.output_id
LEFT JOIN work_joborder j ON j.id = o.job_order_id
WHERE q.site_id = %(site)s AND q.occurred_at >= %(first)s AND q.occurred_at <= %(last)s
  AND coalesce(r.equipment_id, j.equipment_id) = ANY(%(machines)s)
  AND (o.material_use IS NULL OR o.material_use <> 'by_product')
ORDER BY q.occurred_at, q.id
"""

# What a counter or meter showed last before the stretch, and when, as the tables have it.
READ_BEFORE = f"""
SELECT a.machine, a.start, k.name, m.occurred_at, m.value
FROM {_ASKED}
CROSS JOIN (VALUES ('count', 'total'), ('count', 'reject'), ('energy', 'meter')) AS k(kind, name)
CROSS JOIN LATERAL (
    SELECT occurred_at, value FROM floor_floormessage b
    WHERE b.equipment_id = a.machine AND b.occurred_at < a.start AND b.occurred_at >= a.start - interval '7 days'
      AND b.kind = k.kind AND b.name = k.name AND b.value IS NOT NULL
    ORDER BY b.occurred_at DESC, b.value DESC LIMIT 1
) m
WHERE (k.kind = 'count' AND a.machine = ANY(%(counting)s)) OR (k.kind = 'energy' AND a.machine = ANY(%(metered)s))
"""  # noqa: S608 - constants of this file

CYCLES = """
SELECT equipment_id, definition_id, duration, pieces_per_cycle, valid_from, valid_until FROM production_idealcycle
WHERE equipment_id = ANY(%(machines)s) AND valid_from <= %(last)s
  AND (valid_until IS NULL OR valid_until > %(first)s)
ORDER BY equipment_id, definition_id, valid_from
"""

MOULDS = """
SELECT m.equipment_id, m.asset_id, m.mounted_at, m.dismounted_at FROM plant_assetassignment m
JOIN plant_physicalasset p ON p.id = m.asset_id AND p.kind = 'mould'
WHERE m.equipment_id = ANY(%(machines)s) AND m.mounted_at <= %(last)s
  AND (m.dismounted_at IS NULL OR m.dismounted_at > %(first)s)
ORDER BY m.equipment_id, m.mounted_at
"""

CAVITIES = """
SELECT c.asset_id, c.id, c.definition_id, b.started_at, b.ended_at FROM plant_mouldcavity c
LEFT JOIN plant_cavityblock b ON b.cavity_id = c.id
WHERE c.asset_id = ANY(%(moulds)s)
ORDER BY c.id, b.started_at
"""

REASONS = """
SELECT c.reason_id, c.time_class, c.loss_class, c.valid_from, c.valid_until
FROM plant_reasonclassification c WHERE c.site_id = %(site)s ORDER BY c.reason_id, c.valid_from
"""
PARENTS = "SELECT id, parent_id FROM plant_reason WHERE site_id = %(site)s AND kind = 'stop'"

RECKONING = """
SELECT without_order, valid_from, valid_until FROM analytics_reckoning WHERE site_id = %(site)s ORDER BY valid_from
"""
