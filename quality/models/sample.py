"""Samples: what was measured or counted, when, of what, by whom and with what; append-only, judged as it is stored."""

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from mom.core.db.triggers import AppendOnly, Guard
from mom.work.models import Fact


class Sample(Fact):
    """The values of one sample of one characteristic, and what was found of them. Source: IEC 62264-2 test result.

    A measured one has `values` in the characteristic's unit, as exact as they were read; a counted one `size` and how
    many were `nonconforming`. `number` counts within the chart. `mean`, `range` and `z` are what the chart shows (of
    single values the value and its moving range). The database counts again what is out of limits, and lets none in
    without its nonconformance (P24). A reversal has no place on the chart.
    """

    characteristic = models.ForeignKey(
        "quality.Characteristic", on_delete=models.PROTECT, related_name="samples", verbose_name=_("characteristic")
    )
    chart = models.ForeignKey(
        "quality.ControlChart", on_delete=models.PROTECT, related_name="samples", verbose_name=_("chart")
    )
    limits = models.ForeignKey(
        "quality.ControlLimits", blank=True, null=True, on_delete=models.PROTECT, related_name="+",
        verbose_name=_("judged by"),
    )  # fmt: skip
    number = models.PositiveIntegerField(_("number"), null=True, blank=True)
    inspection = models.ForeignKey(
        "quality.Inspection", blank=True, null=True, on_delete=models.PROTECT, related_name="samples",
        verbose_name=_("inspection"),
    )  # fmt: skip
    job_order = models.ForeignKey(
        "work.JobOrder", blank=True, null=True, on_delete=models.PROTECT, related_name="samples",
        verbose_name=_("inspected job"),
    )  # fmt: skip
    equipment = models.ForeignKey(
        "plant.Equipment", blank=True, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("machine")
    )
    lot = models.ForeignKey(
        "plant.MaterialLot", blank=True, null=True, on_delete=models.PROTECT, related_name="samples",
        verbose_name=_("lot"),
    )  # fmt: skip
    person = models.ForeignKey(
        "plant.Person", blank=True, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("person")
    )
    gauge = models.CharField(_("gauge"), max_length=100, blank=True)
    taken_at = models.DateTimeField(_("taken"))
    values = ArrayField(
        models.DecimalField(max_digits=18, decimal_places=6), verbose_name=_("values"), default=list, blank=True
    )
    size = models.PositiveIntegerField(_("inspected"))
    nonconforming = models.PositiveIntegerField(_("nonconforming"), default=0)
    out_of_limits = models.PositiveIntegerField(_("out of limits"), default=0)
    mean = models.FloatField(_("mean"), null=True, blank=True)
    range = models.FloatField(_("range"), null=True, blank=True)
    z = models.FloatField(_("distance from the centre"), null=True, blank=True)
    rules = ArrayField(models.PositiveSmallIntegerField(), verbose_name=_("rules broken"), default=list, blank=True)
    is_range_beyond = models.BooleanField(_("range beyond its limits"), default=False)
    has_signal = models.BooleanField(_("signal"), default=False)
    nonconformance = models.ForeignKey(
        "quality.Nonconformance", blank=True, null=True, on_delete=models.PROTECT, related_name="samples",
        verbose_name=_("nonconformance"),
    )  # fmt: skip
    note = models.CharField(_("note"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("sample")
        verbose_name_plural = _("samples")
        ordering = ["chart", "number", "id"]
        constraints = [
            *Fact.Meta.constraints,
            models.UniqueConstraint(fields=["chart", "number"], name="quality_sample_number_unique_on_chart"),
            models.CheckConstraint(
                name="quality_sample_on_chart_unless_reversal",
                condition=models.Q(reverses=None, number__isnull=False) | models.Q(reverses__isnull=False, number=None),
            ),
            models.CheckConstraint(
                name="quality_sample_counts_add_up",
                condition=models.Q(size__gte=1, nonconforming__lte=models.F("size")),
            ),
            models.CheckConstraint(
                name="quality_sample_signal_is_of_chart",
                condition=models.Q(has_signal=False, is_range_beyond=False, rules=[])
                | (models.Q(has_signal=True) & (models.Q(is_range_beyond=True) | ~models.Q(rules=[]))),
            ),
            models.CheckConstraint(
                name="quality_sample_bad_has_nonconformance",
                condition=models.Q(reverses__isnull=False)
                | models.Q(nonconformance__isnull=False)
                | models.Q(out_of_limits=0, has_signal=False),
            ),
        ]
        indexes = [
            models.Index(fields=["site", "-taken_at"], name="quality_sample_by_time"),
            models.Index(fields=["job_order"], name="quality_sample_by_job"),
        ]
        triggers = [
            AppendOnly(),
            Guard(
                name="judged_right",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                declare=[("plan", "quality_characteristic%ROWTYPE"), ("outside", "integer")],
                func="""
                    SELECT * INTO plan FROM quality_characteristic WHERE id = NEW.characteristic_id;
                    IF plan.kind = 'variable' THEN
                        SELECT count(*) INTO outside FROM unnest(NEW.values) AS v
                        WHERE v < plan.lower_limit OR v > plan.upper_limit;
                        IF cardinality(NEW.values) <> NEW.size OR NEW.nonconforming <> outside THEN
                            outside := -1;
                        END IF;
                    ELSE
                        outside := NEW.nonconforming;
                    END IF;
                    IF outside <> NEW.out_of_limits THEN
                        RAISE EXCEPTION 'a sample says of itself what its values say'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'quality_sample_judged_right';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.chart_id} #{self.number}"
