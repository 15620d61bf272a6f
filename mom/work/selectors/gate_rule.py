"""Which rule of the gate holds for a job: the nearest up the equipment tree, else the site's."""

from django.db.models import QuerySet

from mom.accounts.models import Site
from mom.core.db.statements import Statement
from mom.work.engine.terms import GateLevel
from mom.work.models import GateRule, JobOrder

_LEVELS = Statement(
    """
WITH RECURSIVE up (id, parent_id, step) AS (
    SELECT id, parent_id, 0 FROM plant_equipment WHERE id = %(equipment)s
    UNION ALL
    SELECT e.id, e.parent_id, up.step + 1 FROM up JOIN plant_equipment e ON e.id = up.parent_id
)
SELECT DISTINCT ON (r.source) r.source, r.level
FROM work_gaterule r LEFT JOIN up ON up.id = r.equipment_id
WHERE r.site_id = %(site)s AND (r.equipment_id IS NULL OR up.id IS NOT NULL)
ORDER BY r.source, up.step NULLS LAST
""",
    "gate_levels",
)


def levels_at(job_order: JobOrder) -> dict[str, GateLevel]:
    """By source, how much it counts for this job, where a rule says so. One statement."""
    found = _LEVELS.rows({"equipment": job_order.equipment_id, "site": job_order.site_id})
    return {source: GateLevel(level) for source, level in found}


def gate_rules(site: Site) -> QuerySet[GateRule]:
    """Every rule of a site, with the area that it holds in."""
    return GateRule.objects.filter(site=site).select_related("equipment")
