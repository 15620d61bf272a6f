"""Control charts: one of a characteristic at a machine, whatever the version of the plan, and its frozen limits."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from mom.core.db.triggers import AppendOnly, Frozen, History, NoDelete
from mom.plant.models import SiteOwned
from quality.engine.limits import Limits
from quality.engine.terms import ChartKind
from quality.models.labels import CHART_KIND


class ControlChart(SiteOwned):
    """The stream of samples of one characteristic at one machine, through all versions of its control plan.

    `points` is how many samples it has had; whoever adds one holds the row, so that each is judged after the one
    before it.
    """

    plan_code = models.CharField(_("control plan"), max_length=64)
    characteristic_code = models.CharField(_("characteristic"), max_length=64)
    material = models.ForeignKey(
        "plant.MaterialDefinition", on_delete=models.PROTECT, related_name="+", verbose_name=_("product")
    )
    equipment = models.ForeignKey(
        "plant.Equipment", blank=True, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("machine")
    )
    points = models.PositiveIntegerField(_("points"), default=0)

    class Meta:
        verbose_name = _("control chart")
        verbose_name_plural = _("control charts")
        ordering = ["plan_code", "characteristic_code", "equipment"]
        constraints = [
            models.UniqueConstraint(
                fields=["site", "plan_code", "characteristic_code", "equipment"],
                nulls_distinct=False,
                name="quality_controlchart_one_a_stream",
            ),
        ]
        triggers = [
            History(ignore=["points"]),
            NoDelete(),
            Frozen(fields=["site", "plan_code", "characteristic_code", "material", "equipment"]),
        ]

    def __str__(self) -> str:
        return f"{self.plan_code} {self.characteristic_code}"


class ControlLimits(SiteOwned):
    """Limits of a chart, frozen from an instant on until the next ones: of which samples, by whom, and why.

    Numbers in the unit of the characteristic; `sigma` is the standard deviation of single values within samples.
    """

    chart = models.ForeignKey(ControlChart, on_delete=models.PROTECT, related_name="limits", verbose_name=_("chart"))
    phase = models.PositiveIntegerField(_("phase"))
    kind = models.CharField(_("kind"), max_length=CHART_KIND.max_length, choices=CHART_KIND.choices)
    size = models.PositiveSmallIntegerField(_("sample size"))
    centre = models.FloatField(_("centre"))
    upper = models.FloatField(_("upper limit"))
    lower = models.FloatField(_("lower limit"))
    range_centre = models.FloatField(_("mean range"))
    range_upper = models.FloatField(_("upper limit of the range"))
    range_lower = models.FloatField(_("lower limit of the range"))
    sigma = models.FloatField(_("spread within samples"))
    basis = models.PositiveIntegerField(_("samples they rest on"))
    valid_from = models.DateTimeField(_("valid from"))
    reason = models.CharField(_("reason"), max_length=200)
    set_at = models.DateTimeField(_("set"))
    set_by = models.CharField(_("set by"), max_length=200)

    class Meta:
        verbose_name = _("control limits")
        verbose_name_plural = _("control limits")
        ordering = ["chart", "phase"]
        constraints = [
            models.UniqueConstraint(fields=["chart", "phase"], name="quality_controllimits_phase_unique"),
            models.CheckConstraint(
                name="quality_controllimits_in_order",
                condition=models.Q(lower__lt=models.F("centre"), centre__lt=models.F("upper"), sigma__gt=0),
            ),
            models.CheckConstraint(name="quality_controllimits_has_reason", condition=~models.Q(reason="")),
        ]
        triggers = [AppendOnly()]

    def __str__(self) -> str:
        return f"{self.chart_id} phase {self.phase}"

    def as_limits(self) -> Limits:
        """The same for the arithmetic."""
        return Limits(
            ChartKind(self.kind), self.size, self.centre, self.upper, self.lower, self.range_centre, self.range_upper,
            self.range_lower, self.sigma,
        )  # fmt: skip
