"""Buckets of machines, written: what stood there for a stretch goes, what was reckoned comes, in one transaction."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from analytics.engine.machine_facts import ShiftFacts
from analytics.engine.machine_lines import EXACT, PARTS, Vector, empty
from analytics.engine.machine_shift import Reckoned
from analytics.engine.machine_stretch import instant_of
from analytics.selectors.facts import Asked
from mom.accounts.models import Site
from mom.core.db.bulk import copy_rows

_EXACT = frozenset(PARTS[place] for place in EXACT)
_NAMES = ", ".join(PARTS)
_SUMS = ", ".join(f"sum({name})" for name in PARTS)

# What stood for any of this time goes, whole, whatever calendar it was made by.
_CLEAR = """
WITH asked AS (
    SELECT * FROM unnest(%(machines)s::bigint[], %(starts)s::timestamptz[], %(ends)s::timestamptz[])
        AS a(machine, start, stop)
), gone AS (
    DELETE FROM analytics_shiftbucket b USING asked a
    WHERE b.equipment_id = a.machine AND b.started_at < a.stop AND b.ended_at > a.start
      AND b.day BETWEEN a.start::date - 3 AND a.stop::date + 3
    RETURNING b.equipment_id, b.day, b.started_at, b.ended_at
), begun AS (
    SELECT equipment_id AS machine, started_at AS start, ended_at AS stop FROM gone UNION SELECT * FROM asked
), hours AS (
    DELETE FROM analytics_hourbucket b USING begun g
    WHERE b.equipment_id = g.machine AND b.started_at = g.start
      AND b.hour >= g.start - interval '1 hour' AND b.hour < g.stop
), losses AS (
    DELETE FROM analytics_lossbucket b USING begun g
    WHERE b.equipment_id = g.machine AND b.started_at = g.start
      AND b.hour >= g.start - interval '1 hour' AND b.hour < g.stop
)
SELECT DISTINCT day FROM gone
"""
_STANDING = """
SELECT DISTINCT b.equipment_id, b.started_at, b.ended_at
FROM unnest(%s::bigint[], %s::timestamptz[], %s::timestamptz[]) AS a(machine, start, stop)
JOIN analytics_shiftbucket b ON b.equipment_id = a.machine AND b.started_at < a.stop AND b.ended_at > a.start
 AND b.day BETWEEN a.start::date - 3 AND a.stop::date + 3
"""
_SLICE = ("site_id", "equipment_id", "day", "shift", "started_at")
_MADE = ("job_order_id", "definition_id", "unit", *PARTS)
_HOUR = ("analytics_hourbucket", (*_SLICE, "hour", *_MADE))
_SHIFT = ("analytics_shiftbucket", (*_SLICE, "ended_at", *_MADE))
_LOSS = (
    "analytics_lossbucket",
    (
        *_SLICE, "hour", "job_order_id", "definition_id", "state", "time_class", "loss_class", "reason_id", "duration",
        "stop_count",
    ),
)  # fmt: skip
_DAYS = "DELETE FROM analytics_daybucket WHERE equipment_id = ANY(%(machines)s) AND day = ANY(%(days)s)"
_SUM_DAYS = f"""
INSERT INTO analytics_daybucket (site_id, equipment_id, day, {_NAMES})
SELECT %(site)s, equipment_id, day, {_SUMS} FROM analytics_shiftbucket
WHERE equipment_id = ANY(%(machines)s) AND day = ANY(%(days)s) GROUP BY equipment_id, day
"""  # noqa: S608 - as above
_LOSS_DAYS = "DELETE FROM analytics_lossday WHERE equipment_id = ANY(%(machines)s) AND day = ANY(%(days)s)"
_SUM_LOSS_DAYS = """
INSERT INTO analytics_lossday
    (site_id, equipment_id, day, state, time_class, loss_class, reason_id, duration, stop_count)
SELECT %(site)s, equipment_id, day, state, time_class, loss_class, reason_id, sum(duration), sum(stop_count)
FROM analytics_lossbucket WHERE equipment_id = ANY(%(machines)s) AND day = ANY(%(days)s)
GROUP BY equipment_id, day, state, time_class, loss_class, reason_id
"""


def standing(asked: Sequence[Asked]) -> list[tuple[int, datetime, datetime]]:
    """Machine, start and end of the buckets that have time in these stretches. One statement."""
    if not asked:
        return []
    values: list[Any] = [
        [each.equipment_id for each in asked],
        [instant_of(each.stretch.start) for each in asked],
        [instant_of(each.stretch.end) for each in asked],
    ]
    with connection.cursor() as cursor:
        cursor.execute(_STANDING, values)
        return list(cursor.fetchall())


def write(site: Site, made: Sequence[tuple[ShiftFacts, Reckoned]]) -> None:
    """Replace the buckets of these stretches, and the days that they belong to. Joins the caller's transaction."""
    if not made:
        return
    days = {facts.day for facts, _ in made}
    asked: dict[str, Any] = {
        "machines": [facts.equipment_id for facts, _ in made],
        "starts": [instant_of(facts.start) for facts, _ in made],
        "ends": [instant_of(facts.end) for facts, _ in made],
    }
    with connection.cursor() as cursor:
        cursor.execute(_CLEAR, asked)
        days |= {day for (day,) in cursor.fetchall()}
        for (table, columns), rows in ((_HOUR, _hours), (_SHIFT, _shifts), (_LOSS, _losses)):
            copy_rows(table, columns, (row for facts, reckoned in made for row in rows(site, facts, reckoned)))
        whole: dict[str, Any] = {
            "site": site.pk,
            "machines": sorted({facts.equipment_id for facts, _ in made}),
            "days": sorted(days),
        }
        for statement in (_DAYS, _SUM_DAYS, _LOSS_DAYS, _SUM_LOSS_DAYS):
            cursor.execute(statement, whole)


def _hours(site: Site, facts: ShiftFacts, reckoned: Reckoned) -> list[tuple[Any, ...]]:
    of = (site.pk, facts.equipment_id, facts.day, facts.shift, instant_of(facts.start))
    return [
        (*of, instant_of(cut.hour), *cut.made, *_amounts(vector))
        for cut, vector in sorted(reckoned.slices.items(), key=lambda each: _order(each[0]))
        if any(vector)
    ]


def _shifts(site: Site, facts: ShiftFacts, reckoned: Reckoned) -> list[tuple[Any, ...]]:
    sums: dict[Any, Vector] = {}
    for cut, vector in reckoned.slices.items():
        whole = sums.setdefault(cut.made, empty())
        for place, amount in enumerate(vector):
            whole[place] += amount
    start, end = instant_of(facts.start), instant_of(facts.end)
    return [
        (site.pk, facts.equipment_id, facts.day, facts.shift, start, end, *made, *_amounts(vector))
        for made, vector in sorted(sums.items(), key=lambda each: tuple(str(part) for part in each[0]))
        if any(vector)
    ]


def _losses(site: Site, facts: ShiftFacts, reckoned: Reckoned) -> list[tuple[Any, ...]]:
    of = (site.pk, facts.equipment_id, facts.day, facts.shift, instant_of(facts.start))
    return [
        (*of, instant_of(lost.hour), *lost.made[:2], *lost[2:], *amounts)
        for lost, amounts in sorted(reckoned.losses.items(), key=lambda each: str(each[0]))
        if any(amounts)
    ]


def _order(cut: Any) -> tuple[Any, ...]:
    return (cut.hour, *(str(part) for part in cut.made))


def _amounts(vector: Vector) -> list[Any]:
    return [f"{amount}e-6" if name in _EXACT and amount else amount for name, amount in zip(PARTS, vector, strict=True)]
