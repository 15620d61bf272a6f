"""Where a standard looks wrong: a shift faster than its ideal cycle, and the cycle that its pieces suggest."""

from datetime import datetime, timedelta

from django.db import connection

from mom.accounts.models import Site
from production.public import Suggested

WINDOW = timedelta(days=30)

# The best hour that was worth an hour: at least half of it run, and ten pieces. Each hour is a sustained rate already.
_SQL = """
WITH shifts AS (
    SELECT equipment_id, definition_id, max(ideal::numeric / production) AS performance
    FROM analytics_shiftbucket
    WHERE site_id = %(site)s AND day >= %(first)s AND definition_id IS NOT NULL AND production > 600000000
      AND ideal > production
    GROUP BY equipment_id, definition_id
)
SELECT s.equipment_id, s.definition_id, s.performance, min(h.production / (h.good + h.scrap + h.rework + h.review))
FROM shifts s JOIN analytics_hourbucket h
     ON h.equipment_id = s.equipment_id AND h.definition_id = s.definition_id AND h.day >= %(first)s
WHERE h.production >= 1800000000 AND h.good + h.scrap + h.rework + h.review >= 10
GROUP BY s.equipment_id, s.definition_id, s.performance
"""


def suggested_cycles(site: Site, now: datetime) -> dict[tuple[int, int], Suggested]:
    """By machine and product of the last thirty days: the best time of a piece that held for an hour. One statement."""
    first = (now - WINDOW).astimezone(site.zone).date()
    with connection.cursor() as cursor:
        cursor.execute(_SQL, {"site": site.pk, "first": first})
        return {
            (machine, definition): Suggested(timedelta(microseconds=int(piece)), float(performance))
            for machine, definition, performance, piece in cursor.fetchall()
        }
