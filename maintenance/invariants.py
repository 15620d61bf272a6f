"""What must hold of maintenance at every commit. `manage.py check_invariants` runs it; rows are violations."""

from mom.core.invariants import register

register(
    "maintenance.closed_jobs_are_signed",
    promise="P04",
    sentence="A maintenance job that is closed was signed off, and what was given up has ended.",
    sql="""
        SELECT m.job_order_id, m.code, j.status FROM maintenance_maintenancejob m
        JOIN work_joborder j ON j.id = m.job_order_id
        WHERE (m.handed_back_at IS NOT NULL AND j.status <> 'closed')
              OR (m.given_up_at IS NOT NULL AND j.status NOT IN ('aborted', 'cancelled'))
              OR (m.arrived_at IS NULL AND j.status IN ('running', 'held', 'suspended', 'completed'))
    """,
)
register(
    "maintenance.waits_are_held",
    promise="P04",
    sentence="A job with an open wait is held.",
    sql="""
        SELECT w.id, j.code, j.status FROM maintenance_maintenancewait w JOIN work_joborder j ON j.id = w.job_id
        WHERE w.ended_at IS NULL AND j.status <> 'held'
    """,
)
register(
    "maintenance.requests_follow_jobs",
    promise="P25",
    sentence="A request that is accepted has one open job, and one that is done a signed job.",
    sql="""
        SELECT r.id, r.code, r.status, count(m.job_order_id) AS jobs FROM maintenance_maintenancerequest r
        LEFT JOIN maintenance_maintenancejob m ON m.request_id = r.id AND m.given_up_at IS NULL
        GROUP BY r.id
        HAVING (r.status IN ('accepted', 'done')) <> (count(m.job_order_id) = 1)
               OR (r.status = 'done') <> (count(m.handed_back_at) > 0)
    """,
)
register(
    "maintenance.due_dates_in_order",
    promise="P02",
    sentence="The due dates of a plan are numbered without gap, and one that is done has a signed job.",
    sql="""
        SELECT o.plan_id, max(o.number) AS last, count(*) AS many FROM maintenance_planoccurrence o
        GROUP BY o.plan_id HAVING max(o.number) <> count(*)
        UNION ALL
        SELECT o.plan_id, o.number, 1 FROM maintenance_planoccurrence o
        LEFT JOIN maintenance_maintenancejob m ON m.job_order_id = o.job_id
        WHERE o.status = 'done' AND m.handed_back_at IS NULL
    """,
)
register(
    "maintenance.sites_agree",
    promise="P33",
    sentence="A request, its job, their machine, stop and plan belong to one site; job and job order to one machine.",
    sql="""
        SELECT m.job_order_id AS id, m.code FROM maintenance_maintenancejob m
        JOIN work_joborder j ON j.id = m.job_order_id JOIN plant_equipment e ON e.id = m.equipment_id
        LEFT JOIN floor_stop s ON s.id = m.stop_id LEFT JOIN maintenance_maintenancerequest r ON r.id = m.request_id
        WHERE m.site_id <> ANY (ARRAY[j.site_id, e.site_id, s.site_id, r.site_id])
              OR j.equipment_id IS DISTINCT FROM m.equipment_id
        UNION ALL
        SELECT r.id, r.code FROM maintenance_maintenancerequest r JOIN plant_equipment e ON e.id = r.equipment_id
        LEFT JOIN floor_stop s ON s.id = r.stop_id
        WHERE r.site_id <> ANY (ARRAY[e.site_id, s.site_id]) OR s.equipment_id <> r.equipment_id
        UNION ALL
        SELECT p.id, p.code FROM maintenance_maintenanceplan p JOIN plant_equipment e ON e.id = p.equipment_id
        JOIN maintenance_jobplan j ON j.id = p.job_plan_id
        WHERE p.site_id <> ANY (ARRAY[e.site_id, j.site_id])
    """,
)
