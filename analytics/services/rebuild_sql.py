"""The statements that make buckets from facts. Each takes `site`, `days`, `starts`, `stops` (parallel arrays).

A day's facts are those that start in it, by the plant's own midnight, which Python computes. Amounts taken back are
negative rows of the ledgers, so a plain sum is right.
"""

_DAYS = """
    days AS (
        SELECT * FROM unnest(%(days)s::date[], %(starts)s::timestamptz[], %(stops)s::timestamptz[])
               AS d(day, start, stop)
    )"""

_TIME_SUMS = """
        coalesce(sum(duration) FILTER (WHERE work_kind = 'setup'), '0') AS setup,
        coalesce(sum(duration) FILTER (WHERE work_kind = 'production'), '0') AS production,
        coalesce(sum(duration) FILTER (WHERE work_kind = 'breakdown'), '0') AS breakdown,
        coalesce(sum(duration) FILTER (WHERE work_kind NOT IN ('setup', 'production', 'breakdown')), '0') AS other,
        coalesce(sum(sign) FILTER (WHERE work_kind = 'setup'), 0) AS setup_count,
        coalesce(sum(sign) FILTER (WHERE work_kind = 'production'), 0) AS production_count,
        coalesce(sum(sign) FILTER (WHERE work_kind = 'breakdown'), 0) AS breakdown_count,
        coalesce(sum(sign) FILTER (WHERE work_kind NOT IN ('setup', 'production', 'breakdown')), 0) AS other_count"""

_QUANTITY_SUMS = """
        coalesce(sum(q.quantity) FILTER (WHERE q.kind = 'good'), 0) AS good,
        coalesce(sum(q.quantity) FILTER (WHERE q.kind = 'scrap'), 0) AS scrap,
        coalesce(sum(q.quantity) FILTER (WHERE q.kind = 'review'), 0) AS review,
        coalesce(sum(q.quantity) FILTER (WHERE q.kind = 'rework'), 0) AS rework,
        coalesce(sum(q.quantity) FILTER (WHERE q.kind = 'good' AND r.is_rework), 0) AS reworked"""

_NO_TIMES = "interval '0', interval '0', interval '0', interval '0', 0, 0, 0, 0"
_SUM_ALL = (
    "sum(setup), sum(production), sum(breakdown), sum(other), sum(setup_count), sum(production_count),"
    " sum(breakdown_count), sum(other_count), sum(good), sum(scrap), sum(review), sum(rework), sum(reworked)"
)
_COLUMNS = (
    "setup, production, breakdown, other, setup_count, production_count, breakdown_count, other_count,"
    " good, scrap, review, rework, reworked"
)

# A job's time counts for its main output: the one with the lowest position.
_MAIN_OUTPUT = """
    LEFT JOIN work_joborder j ON j.id = t.job_order_id
    LEFT JOIN LATERAL (
        SELECT definition_id, unit FROM work_jobrequirement
        WHERE job_order_id = j.id AND material_use IN ('produced', 'co_product', 'by_product')
        ORDER BY position, id LIMIT 1
    ) o ON true"""

WORK_BUCKETS = f"""
WITH {_DAYS},
times AS (
    SELECT d.day, r.equipment_id, r.job_order_id, {_TIME_SUMS}
    FROM days d
    JOIN LATERAL (
        SELECT equipment_id, job_order_id, work_kind, duration, CASE WHEN reverses_id IS NULL THEN 1 ELSE -1 END AS sign
        FROM work_jobresponse
        WHERE site_id = %(site)s AND started_at >= d.start AND started_at < d.stop AND duration IS NOT NULL
    ) r ON true
    GROUP BY d.day, r.equipment_id, r.job_order_id
),
rows AS (
    SELECT t.day, t.equipment_id, o.definition_id, j.work_request_id, coalesce(o.unit, '') AS unit,
           setup, production, breakdown, other, setup_count, production_count, breakdown_count, other_count,
           0::numeric AS good, 0::numeric AS scrap, 0::numeric AS review, 0::numeric AS rework, 0::numeric AS reworked
    FROM times t {_MAIN_OUTPUT}
    UNION ALL
    SELECT d.day, r.equipment_id, o.definition_id, j.work_request_id, q.unit, {_NO_TIMES}, {_QUANTITY_SUMS}
    FROM days d
    JOIN work_quantityreport q ON q.site_id = %(site)s AND q.occurred_at >= d.start AND q.occurred_at < d.stop
    LEFT JOIN work_jobresponse r ON r.id = q.job_response_id
    LEFT JOIN work_jobrequirement o ON o.id = q.output_id
    LEFT JOIN work_joborder j ON j.id = o.job_order_id
    GROUP BY d.day, r.equipment_id, o.definition_id, j.work_request_id, q.unit
)
INSERT INTO analytics_workbucket (site_id, day, equipment_id, definition_id, work_request_id, unit, {_COLUMNS})
SELECT %(site)s, day, equipment_id, definition_id, work_request_id, unit, {_SUM_ALL}
FROM rows GROUP BY day, equipment_id, definition_id, work_request_id, unit
"""  # noqa: S608 - the pieces are constants of this file; every value is a parameter

LABOUR_BUCKETS = f"""
WITH {_DAYS},
times AS (
    SELECT d.day, l.person_id, l.equipment_id, l.job_order_id, {_TIME_SUMS}
    FROM days d
    JOIN LATERAL (
        SELECT e.person_id, r.equipment_id, r.job_order_id, coalesce(r.work_kind, 'indirect') AS work_kind, e.duration,
               CASE WHEN e.reverses_id IS NULL THEN 1 ELSE -1 END AS sign
        FROM work_labourentry e LEFT JOIN work_jobresponse r ON r.id = e.job_response_id
        WHERE e.site_id = %(site)s AND e.started_at >= d.start AND e.started_at < d.stop AND e.duration IS NOT NULL
    ) l ON true
    GROUP BY d.day, l.person_id, l.equipment_id, l.job_order_id
),
rows AS (
    SELECT t.day, t.person_id, t.equipment_id, o.definition_id, j.work_request_id, coalesce(o.unit, '') AS unit,
           setup, production, breakdown, other, setup_count, production_count, breakdown_count, other_count,
           0::numeric AS good, 0::numeric AS scrap, 0::numeric AS review, 0::numeric AS rework, 0::numeric AS reworked
    FROM times t {_MAIN_OUTPUT}
    UNION ALL
    SELECT d.day, q.person_id, r.equipment_id, o.definition_id, j.work_request_id, q.unit, {_NO_TIMES}, {_QUANTITY_SUMS}
    FROM days d
    JOIN work_quantityreport q ON q.site_id = %(site)s AND q.occurred_at >= d.start AND q.occurred_at < d.stop
         AND q.person_id IS NOT NULL
    LEFT JOIN work_jobresponse r ON r.id = q.job_response_id
    LEFT JOIN work_jobrequirement o ON o.id = q.output_id
    LEFT JOIN work_joborder j ON j.id = o.job_order_id
    GROUP BY d.day, q.person_id, r.equipment_id, o.definition_id, j.work_request_id, q.unit
)
INSERT INTO analytics_labourbucket
    (site_id, day, person_id, equipment_id, definition_id, work_request_id, unit, {_COLUMNS})
SELECT %(site)s, day, person_id, equipment_id, definition_id, work_request_id, unit, {_SUM_ALL}
FROM rows GROUP BY day, person_id, equipment_id, definition_id, work_request_id, unit
"""  # noqa: S608 - as above

# A reversed response and its reversal are both left out: together they never happened. Work that still goes on begins
# an order, though its time counts only when it has ended.
ORDER_FLOWS = """
INSERT INTO analytics_orderflow AS flow
    (site_id, work_request_id, first_start, last_end, first_day, last_day, touched)
SELECT %(site)s, work_request_id, min(started_at), max(coalesce(ended_at, started_at)),
       (min(started_at) AT TIME ZONE %(zone)s)::date, (max(coalesce(ended_at, started_at)) AT TIME ZONE %(zone)s)::date,
       coalesce((SELECT sum(upper(piece) - lower(piece)) FROM unnest(
           range_agg(tstzrange(started_at, ended_at)) FILTER (WHERE ended_at IS NOT NULL)) AS piece), '0')
FROM (
    SELECT j.work_request_id, r.started_at, r.ended_at
    FROM work_joborder j JOIN work_jobresponse r ON r.job_order_id = j.id
    WHERE j.work_request_id = ANY(%(orders)s) AND r.reverses_id IS NULL
      AND NOT EXISTS (SELECT 1 FROM work_jobresponse taken_back WHERE taken_back.reverses_id = r.id)
) AS spans
GROUP BY work_request_id
"""

ORDERS_BEGUN_ON = f"""
WITH {_DAYS}
SELECT DISTINCT j.work_request_id FROM days d
JOIN work_jobresponse r ON r.site_id = %(site)s AND r.started_at >= d.start AND r.started_at < d.stop
JOIN work_joborder j ON j.id = r.job_order_id WHERE r.ended_at IS NULL
"""  # noqa: S608 - as above
