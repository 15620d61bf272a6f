"""What must hold of quality at every commit. `manage.py check_invariants` runs it; rows are violations."""

from mom.core.invariants import register

register(
    "quality.out_of_limits_never_passed",
    promise="P24",
    sentence="No inspection with a value out of limits has passed, and none was accepted without a signed disposition.",
    sql="""
        SELECT i.job_order_id, i.status, s.id AS sample FROM quality_inspection i
        JOIN quality_sample s ON s.inspection_id = i.job_order_id AND s.out_of_limits > 0
        LEFT JOIN quality_nonconformance n ON n.id = s.nonconformance_id
        WHERE i.status = 'passed'
              OR (i.status = 'accepted' AND coalesce(n.status, 'open') NOT IN ('disposed', 'closed'))
    """,
)
register(
    "quality.samples_say_what_their_values_say",
    promise="P24",
    sentence="What a sample says is out of limits is what its values and the limits of its characteristic say.",
    sql="""
        SELECT s.id, s.out_of_limits, counted.outside FROM quality_sample s
        JOIN quality_characteristic c ON c.id = s.characteristic_id AND c.kind = 'variable'
        CROSS JOIN LATERAL (
            SELECT count(*) AS outside FROM unnest(s.values) AS v WHERE v < c.lower_limit OR v > c.upper_limit
        ) counted
        WHERE counted.outside <> s.out_of_limits
    """,
)
register(
    "quality.decided_is_signed_and_whole",
    promise="P24",
    sentence="Every lot of a decided nonconformance is decided as a whole, each part by a signature of its own record.",
    sql="""
        SELECT n.code, l.id AS line, l.quantity, coalesce(sum(d.quantity), 0) AS decided FROM quality_nonconformance n
        JOIN quality_nonconformanceline l ON l.nonconformance_id = n.id
        LEFT JOIN quality_disposition d ON d.line_id = l.id
        LEFT JOIN accounts_signature g ON g.id = d.signature_id
        WHERE n.status IN ('disposed', 'closed')
        GROUP BY n.code, n.id, l.id, l.quantity
        HAVING count(d.id) = 0 OR coalesce(sum(d.quantity), 0) <> l.quantity
               OR bool_or(g.subject_type <> 'quality.nonconformance' OR g.subject_id <> n.id::text)
    """,
)
register(
    "quality.doubt_is_held",
    promise="P13",
    sentence="A lot in doubt that nobody has decided about is in the hold of its nonconformance.",
    sql="""
        SELECT n.code, l.lot_id FROM quality_nonconformance n
        JOIN quality_nonconformanceline l ON l.nonconformance_id = n.id AND l.lot_id IS NOT NULL
        LEFT JOIN inventory_heldlot h ON h.hold_id = l.hold_id AND h.lot_id = l.lot_id AND h.released_at IS NULL
        WHERE n.status IN ('open', 'contained') AND h.id IS NULL
              AND NOT EXISTS (SELECT 1 FROM quality_disposition d WHERE d.line_id = l.id)
    """,
)
register(
    "quality.points_are_counted",
    promise="P09",
    sentence="A chart has as many samples as it says, numbered without a gap.",
    sql="""
        SELECT c.id, c.points, count(s.id) AS samples, max(s.number) AS last FROM quality_controlchart c
        LEFT JOIN quality_sample s ON s.chart_id = c.id AND s.number IS NOT NULL
        GROUP BY c.id HAVING c.points <> count(s.id) OR c.points <> coalesce(max(s.number), 0)
    """,
)
register(
    "quality.sites_agree",
    promise="P33",
    sentence="A sample, its chart, job, lot and machine belong to one site.",
    sql="""
        SELECT s.id FROM quality_sample s JOIN quality_controlchart c ON c.id = s.chart_id
        LEFT JOIN work_joborder j ON j.id = s.job_order_id LEFT JOIN plant_materiallot l ON l.id = s.lot_id
        LEFT JOIN plant_equipment e ON e.id = s.equipment_id
        WHERE s.site_id <> ANY (ARRAY_REMOVE(ARRAY[c.site_id, j.site_id, l.site_id, e.site_id], NULL))
    """,
)
