"""What must hold of imports at every commit. `manage.py check_invariants` runs it; rows are violations."""

from mom.core.invariants import register

register(
    "erp.rows_in_are_counted",
    promise="P26",
    sentence="An import counts as in exactly the source rows that it brought in.",
    sql="""
        SELECT r.id, r.rows_applied, count(s.id) AS source_rows
        FROM erp_importrun r LEFT JOIN erp_sourcerow s ON s.run_id = r.id
        GROUP BY r.id HAVING r.rows_applied <> count(s.id)
    """,
)
register(
    "erp.source_rows_lie_at_the_site_of_their_fact",
    promise="P33",
    sentence="A source row belongs to the site of the fact that it became.",
    sql="""
        SELECT s.id, s.site_id, j.site_id AS fact_site_id
        FROM erp_sourcerow s JOIN work_jobresponse j ON j.id = s.job_response_id WHERE s.site_id <> j.site_id
    """,
)
