"""Which rule of the gate holds for a job: the nearest up the equipment tree, else the site's."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache

from django.db.models import QuerySet

from mom.accounts.models import Site
from mom.core.db.statements import Statement
from mom.plant.models import Person
from mom.work.engine.terms import GateLevel
from mom.work.models import GateRule, JobOrder

Asked = tuple[str, GateLevel, str]
"""A source's name, how much it counts where no rule says, and its hint (see `gate.register_blockers`)."""

_LEVELS = """
WITH RECURSIVE up (id, parent_id, step) AS (
    SELECT id, parent_id, 0 FROM plant_equipment WHERE id = %(equipment)s
    UNION ALL
    SELECT e.id, e.parent_id, up.step + 1 FROM up JOIN plant_equipment e ON e.id = up.parent_id
), levels AS MATERIALIZED (
    SELECT DISTINCT ON (r.source) r.source, r.level
    FROM work_gaterule r LEFT JOIN up ON up.id = r.equipment_id
    WHERE r.site_id = %(site)s AND (r.equipment_id IS NULL OR up.id IS NOT NULL)
    ORDER BY r.source, up.step NULLS LAST
)
"""
_ALONE = Statement(f"{_LEVELS} SELECT source, level FROM levels", "gate_levels")  # noqa: S608 - words of ours


def levels_at(job_order: JobOrder) -> dict[str, GateLevel]:
    """By source, how much it counts for this job, where a rule says so. One statement."""
    found = _ALONE.rows({"equipment": job_order.equipment_id, "site": job_order.site_id})
    return {source: GateLevel(level) for source, level in found}


@cache
def _with_hints(sources: tuple[Asked, ...]) -> Statement:
    hints = [  # names, levels and hints are words of ours: apps register them
        f"CASE WHEN coalesce((SELECT level FROM levels WHERE source = '{name}'), '{level}')"  # noqa: S608
        f" = ANY(%(counting)s::text[]) THEN {hint} END"
        for name, level, hint in sources
    ]
    every = ", ".join(["ARRAY(SELECT source || '=' || level FROM levels)", *hints])
    return Statement(f"{_LEVELS} SELECT {every}", "gate_hints")


def levels_and_hints(
    job_order: JobOrder, at: datetime, person: Person | None, sources: tuple[Asked, ...], counting: Sequence[GateLevel]
) -> tuple[dict[str, GateLevel], set[str]]:
    """The same, and which of these `sources` may have something to say of those that count so. One statement."""
    values = {
        "job": job_order.pk,
        "order": job_order.work_request_id,
        "kind": job_order.operations_type,
        "equipment": job_order.equipment_id,
        "site": job_order.site_id,
        "person": person.pk if person else None,
        "at": at,
        "counting": list(counting),
    }
    [(levels, *hints)] = _with_hints(sources).rows(values)
    found = {source: GateLevel(level) for source, level in (each.split("=") for each in levels)}
    return found, {name for (name, _level, _hint), may in zip(sources, hints, strict=True) if may}


def gate_rules(site: Site) -> QuerySet[GateRule]:
    """Every rule of a site, with the area that it holds in."""
    return GateRule.objects.filter(site=site).select_related("equipment")
