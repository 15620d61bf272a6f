"""What a figure should be: of which place or product, for which stretch of time, from when until when."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from analytics.engine.targets import TargetPeriod
from mom.core.choices import Labelled
from mom.core.db.ranges import TsTzRange
from mom.core.db.triggers import Frozen, History, NoDelete
from mom.core.fields import QuantityField
from mom.plant.models import SiteOwned

TARGET_PERIOD = Labelled(
    TargetPeriod,
    {
        TargetPeriod.ANY: (_("any stretch"), ""),
        TargetPeriod.SHIFT: (_("a shift"), ""),
        TargetPeriod.DAY: (_("a day"), ""),
        TargetPeriod.WEEK: (_("a week"), ""),
        TargetPeriod.MONTH: (_("a month"), ""),
    },
)


def _or_none(name: str) -> Coalesce:
    """A key, 0 for none: an exclusion constraint holds no two NULLs for equal."""
    return Coalesce(models.F(name), models.Value(0, output_field=models.BigIntegerField()))


class KpiTarget(SiteOwned):
    """A target of one KPI. No machine, line or area: the whole site; no material: whatever is made.

    The more particular one holds. `value` is in the KPI's unit (a ratio as a fraction of one). A new target from a day
    on ends the one before; nothing else of it changes.
    """

    kpi = models.CharField(_("figure"), max_length=64)
    equipment = models.ForeignKey(
        "plant.Equipment",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("machine, line or area"),
    )
    definition = models.ForeignKey(
        "plant.MaterialDefinition",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("material"),
    )
    period = models.CharField(_("of"), max_length=5, choices=TARGET_PERIOD.choices, default="any")
    value = QuantityField(_("target"))
    valid_from = models.DateTimeField(_("valid from"))
    valid_until = models.DateTimeField(_("valid until"), null=True, blank=True)

    class Meta:
        verbose_name = _("target")
        verbose_name_plural = _("targets")
        ordering = ["kpi", "valid_from"]
        constraints = [
            TARGET_PERIOD.check("period", "analytics_kpitarget_period_known"),
            models.CheckConstraint(name="analytics_kpitarget_has_kpi", condition=~models.Q(kpi="")),
            models.CheckConstraint(
                name="analytics_kpitarget_ends_after_start",
                condition=models.Q(valid_until=None) | models.Q(valid_until__gt=models.F("valid_from")),
            ),
            ExclusionConstraint(
                name="analytics_kpitarget_one_at_a_time",
                expressions=[
                    ("site", RangeOperators.EQUAL),
                    ("kpi", RangeOperators.EQUAL),
                    ("period", RangeOperators.EQUAL),
                    (_or_none("equipment_id"), RangeOperators.EQUAL),
                    (_or_none("definition_id"), RangeOperators.EQUAL),
                    (TsTzRange("valid_from", "valid_until"), RangeOperators.OVERLAPS),
                ],
            ),
        ]
        triggers = [
            History(),
            NoDelete(),
            Frozen(fields=["site", "kpi", "equipment", "definition", "period", "value", "valid_from"]),
        ]

    def __str__(self) -> str:
        return f"{self.kpi} {self.value}"
