"""Control charts as they are read: points, limits, what a rule says in words, capability."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, QuerySet

from mom.accounts.models import Site
from mom.core.actor import Actor
from mom.core.db.prepared import Prepared
from mom.core.db.statements import Statement
from mom.core.errors import NotFound
from mom.plant.selectors.scope import for_actor
from quality import permissions
from quality.engine.capability import Capability, capability
from quality.engine.nelson import LOOKS_BACK
from quality.models import Characteristic, ControlChart, ControlLimits, Sample

MOST_POINTS = 250
"""So many samples capability rests on, and a chart shows, at most."""


@dataclass(frozen=True)
class ChartView:
    """A chart with everything that stands about it: its last points (oldest first), limits, capability."""

    chart: ControlChart
    characteristic: Characteristic
    limits: ControlLimits | None
    points: Sequence[Sample]
    capability: Capability | None
    is_stable: bool
    out_of_limits: int
    inspected: int


def on_chart(chart: ControlChart) -> QuerySet[Sample]:
    """The samples of a chart that stand, in their order; what was taken back is none. No statement of its own."""
    return Sample.objects.filter(chart=chart, reverses=None, reversal=None).order_by("number")


def newest(chart: ControlChart, many: int) -> QuerySet[Sample]:
    """The last samples of a chart, newest first, `is_taken_back` said of each. No statement of its own.

    Asked row by row of the few that are read: a join would look at the whole history to leave out the ones taken back.
    """
    taken_back = Exists(Sample.objects.filter(reverses=OuterRef("pk")))
    rows = Sample.objects.filter(chart=chart, number__isnull=False).annotate(is_taken_back=taken_back)
    return rows.order_by("-number")[:many]


_TAIL = Statement(
    """
    SELECT s.mean, s.z, s.limits_id, EXISTS (SELECT 1 FROM quality_sample r WHERE r.reverses_id = s.id)
    FROM quality_sample s WHERE s.chart_id = %(chart)s::bigint AND s.number IS NOT NULL
    ORDER BY s.number DESC LIMIT 30
    """,
    "quality_tail",
)
_LIMITS = Prepared(lambda chart: ControlLimits.objects.filter(chart=chart).order_by("-phase")[:1])


def tail(chart: ControlChart, many: int = LOOKS_BACK - 1) -> list[tuple[float | None, float | None, int | None]]:
    """Mean, z and limits of the points before the next one, newest first, at most `many`; one taken back is none.

    One statement that the server has planned: what judging a point reads, whatever the history.
    """
    rows = _TAIL.rows({"chart": chart.pk})
    return [(mean, z, limits_id) for mean, z, limits_id, is_taken_back in rows if not is_taken_back][:many]


def limits_of(chart: ControlChart) -> ControlLimits | None:
    """The limits that hold now. One statement."""
    return _LIMITS.first(chart=chart.pk)


def chart_list(actor: Actor, site: Site) -> QuerySet[ControlChart]:
    """The site's charts. No statement of its own."""
    rows = for_actor(ControlChart.objects.filter(site=site), actor, permissions.VIEW)
    return rows.select_related("site", "material", "equipment")


def chart_get(actor: Actor, site: Site, pk: int) -> ControlChart:
    """One chart. Raises: NotFound."""
    found = chart_list(actor, site).filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


def newest_characteristic(chart: ControlChart) -> Characteristic:
    """The characteristic as the newest version of its plan has it, drafts left out. One statement. Raises: NotFound."""
    rows = Characteristic.objects.filter(
        site=chart.site_id, control_plan__code=chart.plan_code, code=chart.characteristic_code
    ).exclude(control_plan__status="draft")
    found = rows.select_related("control_plan__material", "site", "equipment").order_by("-control_plan__number").first()
    if found is None:
        raise NotFound
    return found


def chart_view(chart: ControlChart, last: int = 30) -> ChartView:
    """A chart with its last points. Three statements, whatever its history; capability is of the last 250 samples."""
    about, limits = newest_characteristic(chart), limits_of(chart)
    related = ("site", "equipment", "nonconformance", "person", "lot", "job_order")
    rows = newest(chart, MOST_POINTS).select_related(*related)
    recent = [each for each in rows if not each.is_taken_back][::-1]  # type: ignore[attr-defined]
    points = recent[-min(last, MOST_POINTS) :]
    same = [each for each in recent if limits is not None and each.limits_id == limits.pk]
    return ChartView(
        chart,
        about,
        limits,
        points,
        _capability(about, limits, recent),
        not any(each.has_signal for each in same),
        sum(each.out_of_limits for each in recent),
        sum(each.size for each in recent),
    )


def tolerance_of(about: Characteristic) -> tuple[float | None, float | None]:
    """Its lower and upper limit, for the arithmetic."""
    lower, upper = about.lower_limit, about.upper_limit
    return None if lower is None else float(lower), None if upper is None else float(upper)


def _capability(about: Characteristic, limits: ControlLimits | None, recent: Sequence[Sample]) -> Capability | None:
    if limits is None:
        return None
    values = [float(value) for each in recent for value in each.values]
    lower, upper = tolerance_of(about)
    # The limits' spread rests on ranges of `basis` samples: about nine tenths of the freedom of pooled variances.
    freedom = 0.9 * limits.basis * max(limits.size - 1, 1)
    return capability(values, limits.sigma, lower, upper, degrees=freedom)
