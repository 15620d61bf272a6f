"""Capability of every characteristic of a site at the end of a period: the same numbers as on its chart."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Q

from mom.accounts.models import Site
from quality.engine.capability import LEAST_OF_MACHINE, Estimates, estimates, machine_capability
from quality.engine.terms import PlanStatus
from quality.models import Characteristic, ControlChart, ControlLimits
from quality.selectors.chart import MOST_POINTS, tolerance_of


@dataclass(frozen=True)
class ChartCapability:
    """A characteristic at a machine with its indices; `process` is None while no limits are frozen.

    `machine`: Cm and Cmk, of the values of the last job that was measured at least fifty times at one machine.
    """

    chart_id: int
    plan: str
    code: str
    name: str
    material_id: int
    equipment_id: int | None
    equipment: str
    process: Estimates | None
    machine: tuple[float | None, float] | None


# As the chart page reads it: the newest points by number, of which those taken back are left out.
_VALUES = """
SELECT s.chart_id, s.job_order_id, s.values
FROM quality_controlchart c
CROSS JOIN LATERAL (
    SELECT p.chart_id, p.number, p.job_order_id, p.values,
           EXISTS (SELECT 1 FROM quality_sample r WHERE r.reverses_id = p.id) AS is_taken_back
    FROM quality_sample p WHERE p.chart_id = c.id AND p.number IS NOT NULL AND p.taken_at < %(until)s
    ORDER BY p.number DESC LIMIT %(most)s
) s
WHERE c.id = ANY(%(charts)s) AND NOT s.is_taken_back ORDER BY s.chart_id, s.number
"""
_MEASURED = """
SELECT DISTINCT s.chart_id FROM quality_sample s
WHERE s.site_id = %(site)s AND s.taken_at >= %(since)s AND s.taken_at < %(until)s AND s.number IS NOT NULL
  AND cardinality(s.values) > 0 AND NOT EXISTS (SELECT 1 FROM quality_sample r WHERE r.reverses_id = s.id)
"""


def capabilities(
    site: Site,
    since: datetime,
    until: datetime,
    *,
    machines: Collection[int] | None = None,
    material: int | None = None,
) -> list[ChartCapability]:
    """Every characteristic that was measured during [since, until), as it stood at `until`. Five statements.

    Of its last 250 samples before `until`, with the limits and the approved version of the plan of then.
    """
    measured = [row[0] for row in _fetched(_MEASURED, {"site": site.pk, "since": since, "until": until})]
    rows = ControlChart.objects.filter(pk__in=measured).select_related("equipment")
    rows = rows if machines is None else rows.filter(equipment__in=machines)
    charts = list(rows if material is None else rows.filter(material=material))
    if not charts:
        return []
    keys = [each.pk for each in charts]
    frozen = ControlLimits.objects.filter(chart__in=keys, valid_from__lt=until).order_by("chart_id", "-phase")
    limits = {each.chart_id: each for each in frozen.distinct("chart_id")}
    about = _characteristics(site, charts, until)
    values: defaultdict[int, list[tuple[int | None, list[float]]]] = defaultdict(list)
    for chart, job, of_sample in _fetched(_VALUES, {"charts": keys, "until": until, "most": MOST_POINTS}):
        values[chart].append((job, [float(value) for value in of_sample]))
    return [
        _judged(each, about[each.plan_code, each.characteristic_code], limits.get(each.pk), values[each.pk])
        for each in charts if (each.plan_code, each.characteristic_code) in about
    ]  # fmt: skip


def _characteristics(
    site: Site, charts: Iterable[ControlChart], until: datetime
) -> dict[tuple[str, str], Characteristic]:
    """By plan and code, of the newest version that was approved by then; drafts left out."""
    rows = Characteristic.objects.filter(
        site=site, control_plan__code__in={each.plan_code for each in charts},
        code__in={each.characteristic_code for each in charts},
    ).exclude(control_plan__status=PlanStatus.DRAFT)  # fmt: skip
    rows = rows.filter(Q(control_plan__approved_at=None) | Q(control_plan__approved_at__lt=until))
    found = rows.select_related("control_plan").order_by("control_plan__number")
    return {(each.control_plan.code, each.code): each for each in found}


def _judged(
    chart: ControlChart, about: Characteristic, limits: ControlLimits | None,
    samples: list[tuple[int | None, list[float]]],
) -> ChartCapability:  # fmt: skip
    lower, upper = tolerance_of(about)
    values = [value for _job, of_sample in samples for value in of_sample]
    return ChartCapability(
        chart.pk, chart.plan_code, chart.characteristic_code, about.name, chart.material_id, chart.equipment_id,
        chart.equipment.code if chart.equipment is not None else "",
        estimates(values, limits.sigma, lower, upper) if limits is not None else None,
        machine_capability(_short_term(samples), lower, upper) if chart.equipment_id is not None else None,
    )  # fmt: skip


def _short_term(samples: list[tuple[int | None, list[float]]]) -> list[float]:
    """The values of the last job that has enough of them; none where no job has."""
    by_job: dict[int, list[float]] = {}
    for job, of_sample in samples:
        if job is not None:
            by_job[job] = [*by_job.pop(job, []), *of_sample]
    return next((each for each in reversed(by_job.values()) if len(each) >= LEAST_OF_MACHINE), [])


def _fetched(statement: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())
