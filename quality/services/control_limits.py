"""Freezing the limits of a control chart: computed of its samples, or entered, from now on, for a reason."""

from dataclasses import dataclass

from django.db.models import Max
from django.utils.translation import gettext as _

from mom.core.actor import Actor
from mom.core.errors import InvalidInput, NotFound
from mom.core.use_case import use_case
from quality import permissions
from quality.engine import limits as arithmetic
from quality.engine.terms import ChartKind
from quality.models import Characteristic, ControlChart, ControlLimits
from quality.selectors.chart import on_chart

LEAST_SAMPLES = 2
USUAL_SAMPLES = 25
"""So many samples limits should rest on. Source: ISO 7870-2, 20 to 25."""


@dataclass(frozen=True)
class Basis:
    """The samples that limits are computed of: `first` to `last` by their number, without those `left_out`."""

    first: int
    last: int
    left_out: frozenset[int] = frozenset()


def freeze(actor: Actor, chart_id: int, basis: Basis, reason: str) -> ControlLimits:
    """Compute limits of samples and freeze them from now on; what was judged before stays as it was judged.

    Samples with a known cause are left out, and the reason says so. Raises: NotAllowed, NotFound; InvalidInput without
    a reason, with too few samples, or where they differ in size or never vary.
    """
    said = reason.strip()[:200]
    if len(said) < 2:
        raise InvalidInput({"reason": [_("Say why.")]})
    with use_case(actor, said) as act:
        chart = ControlChart.objects.select_for_update(of=("self",)).select_related("site").filter(pk=chart_id).first()
        if chart is None:
            raise NotFound(_("There is no such chart."))
        act.require(permissions.SET_LIMITS, chart.site.code)
        rows = (
            on_chart(chart).filter(number__gte=basis.first, number__lte=basis.last).exclude(number__in=basis.left_out)
        )
        samples = [[float(value) for value in values] for values in rows.values_list("values", flat=True)]
        found = _computed(chart, samples)
        made = ControlLimits.objects.create(
            site=chart.site,
            chart=chart,
            phase=(chart.limits.aggregate(last=Max("phase"))["last"] or 0) + 1,
            basis=len(samples),
            valid_from=act.now,
            reason=said,
            set_at=act.now,
            set_by=act.actor.label,
            **vars(found),
        )
        after = {"phase": made.phase, "centre": made.centre, "upper": made.upper, "lower": made.lower,
                 "first": basis.first, "last": basis.last, "left_out": sorted(basis.left_out)}  # fmt: skip
        act.record("quality.control_limits_set", subject=chart, site=chart.site.code, after=after)
        return made


def _computed(chart: ControlChart, samples: list[list[float]]) -> arithmetic.Limits:
    characteristic = (
        Characteristic.objects.filter(
            site=chart.site_id, control_plan__code=chart.plan_code, code=chart.characteristic_code
        )
        .order_by("-control_plan__number")
        .first()
    )
    kind = ChartKind(characteristic.chart) if characteristic else ChartKind.NONE
    if kind == ChartKind.NONE:
        raise InvalidInput({"chart": [_("This characteristic has no control chart.")]})
    try:
        return arithmetic.limits(kind, samples)
    except ValueError:
        sentence = _("These samples give no limits: take at least three of one size that are not all the same.")
        raise InvalidInput({"samples": [sentence]}) from None
