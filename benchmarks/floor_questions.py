"""The question of `rebuild_archive` in plain SQL, for DuckDB over the files and for PostgreSQL over the rows.

Every message begins a stretch in the state that was told last, or in silence where the next message is too far away.
Stretches that say the same are one piece, pieces without running time between them one stop, which counts as its cause
and its first reason; short waits and breakdowns are minor stops. Shifts of eight hours cut what is left.
"""

from benchmarks.floor_history import CYCLE, HEARTBEAT, MINOR_STOP, SHIFT

ANSWER = ("machine", "shift", "production", "setup", "delay", "down", "planned_stop", "unknown", "minor_stop", "good",
          "scrap", "ideal_good", "oee")  # fmt: skip

_PIECES = """
marked AS (
    SELECT *, CASE WHEN state = lag(state) OVER w AND why = lag(why) OVER w THEN 0 ELSE 1 END AS is_new
    FROM stretches WINDOW w AS (PARTITION BY machine ORDER BY t)
), numbered AS (
    SELECT *, sum(is_new) OVER (PARTITION BY machine ORDER BY t ROWS UNBOUNDED PRECEDING) AS number FROM marked
), pieces AS (
    SELECT machine, number, min(t) AS t, max(e) AS e, min(state) AS state, min(why) AS why
    FROM numbered GROUP BY machine, number
)"""
_CUT = """
begun AS (
    SELECT *, CASE WHEN state NOT IN ('run', 'off')
             AND coalesce(lag(state) OVER (PARTITION BY machine ORDER BY t), 'run') NOT IN ('run', 'off')
             THEN 0 ELSE 1 END AS begins
    FROM timed_pieces
), of_stop AS (
    SELECT *, sum(begins) OVER (PARTITION BY machine ORDER BY t ROWS UNBOUNDED PRECEDING) AS stop FROM begun
), stops AS (
    SELECT machine, stop, min(t) AS t, max(e) AS e, min(state) FILTER (WHERE begins = 1) AS state,
        coalesce(min(nullif(why, '')), '') AS why
    FROM of_stop GROUP BY machine, stop
), spans AS (
    SELECT *, CASE WHEN state IN ('idle', 'down') AND e - t < {minor} AND e < {until} THEN 1 ELSE 0 END AS is_minor
    FROM stops
)
SELECT s.machine, s.stop, s.state, s.why, s.is_minor, c.shift,
    least(s.e, (c.shift + 1) * {shift}) - greatest(s.t, c.shift * {shift}) AS span
FROM spans s CROSS JOIN LATERAL ({series}) AS c(shift)"""
_STEPS = """
steps AS (
    SELECT machine, {shift_of} AS shift, name, CASE
        WHEN lag(value) OVER w IS NULL THEN 0 WHEN value >= lag(value) OVER w THEN value - lag(value) OVER w
        ELSE value END AS added
    FROM counts WINDOW w AS (PARTITION BY machine, name ORDER BY t)
)
SELECT machine, shift, sum(added) FILTER (WHERE name = 'total') AS total,
    coalesce(sum(added) FILTER (WHERE name = 'reject'), 0) AS scrap FROM steps GROUP BY 1, 2"""
SHIFTS = f"""
WITH timed AS (
    SELECT machine, shift,
        coalesce(sum(span) FILTER (WHERE state = 'run'), 0) AS production,
        coalesce(sum(span) FILTER (WHERE state = 'setup'), 0) AS setup,
        coalesce(sum(span) FILTER (WHERE state = 'idle' OR is_minor = 1), 0) AS delay,
        coalesce(sum(span) FILTER (WHERE state = 'down' AND is_minor = 0), 0) AS down,
        coalesce(sum(span) FILTER (WHERE state = 'plan'), 0) AS planned_stop,
        coalesce(sum(span) FILTER (WHERE state = 'off'), 0) AS unknown,
        coalesce(sum(span) FILTER (WHERE is_minor = 1), 0) AS minor_stop
    FROM cut GROUP BY 1, 2
)
SELECT machine, shift, production, setup, delay, down, planned_stop, unknown, minor_stop, total - scrap, scrap,
    (total - scrap) * {CYCLE}, (total - scrap) * {CYCLE}::float8 / nullif(production + setup + delay + down, 0)
FROM timed JOIN made USING (machine, shift) ORDER BY 1, 2"""
PARETO = """
SELECT state, why, is_minor, sum(span), count(*) FILTER (WHERE is_first = 1) FROM (
    SELECT *, CASE WHEN row_number() OVER (PARTITION BY machine, stop ORDER BY shift) = 1 THEN 1 ELSE 0 END AS is_first
    FROM cut WHERE state NOT IN ('run', 'off')
) AS s GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"""


def duckdb_steps(files: str, until: int) -> list[str]:
    """What DuckDB does before it answers `SHIFTS` and `PARETO`."""
    source = f"read_parquet('{files}', hive_partitioning = true, hive_types_autocast = false)"
    series = f"SELECT unnest(generate_series(s.t // {SHIFT}, (s.e - 1) // {SHIFT}))"
    cut = _CUT.format(minor=MINOR_STOP, until=until, shift=SHIFT, series=series)
    return [
        f"""CREATE OR REPLACE TEMP TABLE cut AS WITH told AS (
    SELECT machine, epoch_us(occurred_at) AS t, CASE WHEN kind = 'state' THEN code END AS code,
        CASE WHEN kind = 'state' THEN reason END AS reason FROM {source}
), stretches AS (
    SELECT machine, t, lead(t, 1, {until}) OVER w AS e,
        CASE WHEN lead(t, 1, {until}) OVER w - t > {HEARTBEAT} THEN 'off'
             ELSE last_value(code IGNORE NULLS) OVER w END AS state,
        CASE WHEN lead(t, 1, {until}) OVER w - t > {HEARTBEAT} THEN ''
             ELSE last_value(reason IGNORE NULLS) OVER w END AS why
    FROM told WINDOW w AS (PARTITION BY machine ORDER BY t)
), {_PIECES}, timed_pieces AS (SELECT * FROM pieces), {cut}""",
        f"""CREATE OR REPLACE TEMP TABLE made AS WITH counts AS (
    SELECT machine, epoch_us(occurred_at) AS t, name, value::bigint AS value FROM {source} WHERE kind = 'count'
), {_STEPS.format(shift_of=f"t // {SHIFT}")}""",
    ]


def postgres_steps(until: str) -> list[str]:
    """What PostgreSQL does before it answers the same; `until` is an instant."""
    series = f"SELECT generate_series(s.t / {SHIFT}, (s.e - 1) / {SHIFT})"
    micros = "(extract(epoch FROM {}) * 1000000)::bigint"
    last = micros.format(f"'{until}'::timestamptz")
    gap = f"lead(t, 1, '{until}'::timestamptz) OVER w - t > interval '{HEARTBEAT} microseconds'"
    return [
        f"""CREATE TEMP TABLE cut AS WITH told AS (
    SELECT equipment_id AS machine, occurred_at AS t, CASE WHEN kind = 'state' THEN code END AS code,
        CASE WHEN kind = 'state' THEN reason END AS reason FROM floor_floormessage
), spoken AS (
    SELECT *, count(code) OVER (PARTITION BY machine ORDER BY t) AS word FROM told
), stretches AS (
    SELECT machine, t, lead(t, 1, '{until}'::timestamptz) OVER w AS e,
        CASE WHEN {gap} THEN 'off' ELSE first_value(code) OVER (PARTITION BY machine, word ORDER BY t) END AS state,
        CASE WHEN {gap} THEN '' ELSE first_value(reason) OVER (PARTITION BY machine, word ORDER BY t) END AS why
    FROM spoken WINDOW w AS (PARTITION BY machine ORDER BY t)
), {_PIECES}, timed_pieces AS (
    SELECT machine, {micros.format("t")} AS t, {micros.format("e")} AS e, state, why FROM pieces
), {_CUT.format(minor=MINOR_STOP, until=last, shift=SHIFT, series=series)}""",
        f"""CREATE TEMP TABLE made AS WITH counts AS (
    SELECT equipment_id AS machine, occurred_at AS t, name, value FROM floor_floormessage WHERE kind = 'count'
), {_STEPS.format(shift_of="date_bin('8 hours', t, '1970-01-01Z')")}""",
        f"ALTER TABLE made ALTER shift TYPE bigint USING {micros.format('shift')} / {SHIFT}",
    ]
