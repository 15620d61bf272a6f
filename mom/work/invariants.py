"""What must hold of the spine at every commit. `manage.py check_invariants` runs it; rows are violations."""

from mom.core.invariants import register

register(
    "work.totals_are_sums",
    promise="P09",
    sentence="The total of every output is the sum of its ledger.",
    sql="""
        SELECT t.output_id, t.good, t.scrap, t.rework, t.review, s.good AS good_sum
        FROM work_outputtotal t
        LEFT JOIN (
            SELECT output_id,
                   coalesce(sum(quantity) FILTER (WHERE kind = 'good'), 0) AS good,
                   coalesce(sum(quantity) FILTER (WHERE kind = 'scrap'), 0) AS scrap,
                   coalesce(sum(quantity) FILTER (WHERE kind = 'rework'), 0) AS rework,
                   coalesce(sum(quantity) FILTER (WHERE kind = 'review'), 0) AS review
            FROM work_quantityreport GROUP BY output_id
        ) s ON s.output_id = t.output_id
        WHERE (t.good, t.scrap, t.rework, t.review)
              IS DISTINCT FROM (coalesce(s.good, 0), coalesce(s.scrap, 0), coalesce(s.rework, 0), coalesce(s.review, 0))
    """,
)
register(
    "work.reversals_are_exact",
    promise="P05",
    sentence="A reversal takes back exactly what was reported, from the same output.",
    sql="""
        SELECT r.id, r.quantity, f.quantity AS reported FROM work_quantityreport r
        JOIN work_quantityreport f ON f.id = r.reverses_id
        WHERE r.quantity <> -f.quantity OR r.kind <> f.kind OR r.unit <> f.unit
              OR r.output_id IS DISTINCT FROM f.output_id
    """,
)
register(
    "work.running_jobs_are_open",
    promise="P04",
    sentence="A running job has an open job response, and no other job has one.",
    sql="""
        SELECT j.id, j.code, j.status, count(r.id) AS open_responses FROM work_joborder j
        LEFT JOIN work_jobresponse r ON r.job_order_id = j.id AND r.ended_at IS NULL
        GROUP BY j.id HAVING (j.status = 'running') <> (count(r.id) > 0)
    """,
)
register(
    "work.sites_agree",
    promise="P33",
    sentence="A job, its order, its machine and its facts belong to one site.",
    sql="""
        SELECT j.id, j.code FROM work_joborder j JOIN work_workrequest w ON w.id = j.work_request_id
        LEFT JOIN plant_equipment e ON e.id = j.equipment_id
        WHERE w.site_id <> j.site_id OR e.site_id <> j.site_id
        UNION ALL
        SELECT r.id, 'job response' FROM work_jobresponse r
        LEFT JOIN work_joborder j ON j.id = r.job_order_id LEFT JOIN plant_equipment e ON e.id = r.equipment_id
        WHERE j.site_id <> r.site_id OR e.site_id <> r.site_id
        UNION ALL
        SELECT q.id, 'quantity report' FROM work_quantityreport q
        LEFT JOIN work_jobrequirement o ON o.id = q.output_id LEFT JOIN work_jobresponse r ON r.id = q.job_response_id
        LEFT JOIN plant_person p ON p.id = q.person_id LEFT JOIN plant_reason w ON w.id = q.reason_id
        LEFT JOIN plant_materiallot l ON l.id = q.lot_id
        WHERE q.site_id <> ANY (ARRAY[o.site_id, r.site_id, p.site_id, w.site_id, l.site_id])
        UNION ALL
        SELECT n.id, 'labour entry' FROM work_labourentry n JOIN plant_person p ON p.id = n.person_id
        LEFT JOIN work_jobresponse r ON r.id = n.job_response_id
        WHERE p.site_id <> n.site_id OR r.site_id <> n.site_id
    """,
)
