"""What must hold of the shop-floor record at every commit; `manage.py check_invariants` runs it."""

from mom.core.invariants import register

register(
    "floor.intervals_do_not_overlap",
    promise="P14",
    sentence="The intervals of a machine follow each other without overlap or hole, and at most the last one is open.",
    sql="""
        SELECT id, equipment_id, ended_at, next_start FROM (
            SELECT id, equipment_id, ended_at,
                   lead(started_at) OVER (PARTITION BY equipment_id ORDER BY started_at, id) AS next_start
            FROM floor_stateinterval
        ) AS each WHERE next_start IS NOT NULL AND ended_at IS DISTINCT FROM next_start
    """,
)
register(
    "floor.one_open_interval",
    promise="P14",
    sentence="At most one interval of a machine is open.",
    sql="""
        SELECT equipment_id, count(*) AS open_intervals FROM floor_stateinterval WHERE ended_at IS NULL
        GROUP BY equipment_id HAVING count(*) > 1
    """,
)
register(
    "floor.stops_are_their_intervals",
    promise="P14",
    sentence="A stop reaches from the first to the last of its intervals, and every standing interval is in one stop.",
    sql="""
        SELECT s.id, s.equipment_id, s.started_at, i.first FROM floor_stop s
        LEFT JOIN (
            SELECT stop_id, min(started_at) AS first,
                   CASE WHEN bool_or(ended_at IS NULL) THEN NULL ELSE max(ended_at) END AS last,
                   bool_and(state NOT IN ('run', 'off')) AS stands
            FROM floor_stateinterval WHERE stop_id IS NOT NULL GROUP BY stop_id
        ) AS i ON i.stop_id = s.id
        WHERE (s.withdrawn_at IS NULL) <> (i.stop_id IS NOT NULL)
           OR (i.stop_id IS NOT NULL AND (i.first <> s.started_at OR i.last IS DISTINCT FROM s.ended_at
                                          OR NOT i.stands))
        UNION ALL
        SELECT i.id, i.equipment_id, i.started_at, NULL FROM floor_stateinterval i
        LEFT JOIN floor_stop s ON s.id = i.stop_id
        WHERE (i.state NOT IN ('run', 'off')) <> (i.stop_id IS NOT NULL) OR s.equipment_id <> i.equipment_id
    """,
)
register(
    "floor.sites_agree",
    promise="P33",
    sentence="Intervals, stops and words belong to the site of their machine.",
    sql="""
        SELECT i.id, i.equipment_id FROM floor_stateinterval i JOIN plant_equipment e ON e.id = i.equipment_id
        WHERE e.site_id <> i.site_id
        UNION ALL
        SELECT s.id, s.equipment_id FROM floor_stop s JOIN plant_equipment e ON e.id = s.equipment_id
        WHERE e.site_id <> s.site_id
        UNION ALL
        SELECT a.id, a.equipment_id FROM floor_stopannotation a JOIN plant_equipment e ON e.id = a.equipment_id
        LEFT JOIN plant_reason r ON r.id = a.reason_id WHERE e.site_id <> a.site_id OR r.site_id <> a.site_id
    """,
)
