"""What is inspected: versions of a control plan with their characteristics. An approved one never changes."""

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from mom.core.db.triggers import Frozen, Guard, History
from mom.core.fields import QuantityField, UnitField
from mom.plant.models import SiteOwned
from quality.engine.nelson import ALL_RULES
from quality.engine.terms import CharacteristicKind, ChartKind, PlanStatus
from quality.models.labels import CHARACTERISTIC_KIND, CHART_KIND, PLAN_STATUS


def all_rules() -> list[int]:
    """Nelson's eight, which a characteristic asks unless it says otherwise."""
    return list(ALL_RULES)


class ControlPlan(SiteOwned):
    """One version of how a product is watched while it is made. Source: IEC 62264-2 test specification."""

    code = models.CharField(_("control plan"), max_length=64)
    number = models.PositiveIntegerField(_("version"))
    name = models.CharField(_("name"), max_length=200, blank=True)
    material = models.ForeignKey(
        "plant.MaterialDefinition", on_delete=models.PROTECT, related_name="+", verbose_name=_("product")
    )
    status = models.CharField(
        _("status"), max_length=PLAN_STATUS.max_length, choices=PLAN_STATUS.choices, default=PlanStatus.DRAFT
    )
    created_at = models.DateTimeField(_("created"))
    created_by = models.CharField(_("created by"), max_length=200)
    approved_at = models.DateTimeField(_("approved"), null=True, blank=True)
    approved_by = models.CharField(_("approved by"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("control plan")
        verbose_name_plural = _("control plans")
        ordering = ["code", "number"]
        constraints = [
            models.UniqueConstraint(fields=["site", "code", "number"], name="quality_controlplan_version_unique"),
            models.UniqueConstraint(
                fields=["site", "code"],
                condition=models.Q(status="approved"),
                name="quality_controlplan_one_approved",
            ),
            models.UniqueConstraint(
                fields=["material"],
                condition=models.Q(status="approved"),
                name="quality_controlplan_one_approved_a_product",
            ),
            models.CheckConstraint(name="quality_controlplan_code_not_empty", condition=~models.Q(code="")),
            PLAN_STATUS.check("status", "quality_controlplan_status_known"),
            models.CheckConstraint(
                name="quality_controlplan_approved_by_somebody",
                condition=models.Q(status="draft", approved_at=None, approved_by="")
                | (~models.Q(status="draft") & models.Q(approved_at__isnull=False) & ~models.Q(approved_by="")),
            ),
        ]
        triggers = [
            History(),
            Frozen(fields=["site", "code", "number", "name", "material"], when="OLD.status <> 'draft'"),
        ]

    def __str__(self) -> str:
        return f"{self.code} v{self.number}"


class Characteristic(SiteOwned):
    """What of a product is inspected, how, how often, and what to do when it is not right. `code`: balloon number.

    Limits and nominal are in `unit`; a value on a limit is within. It may come due in several ways at once. Of nothing
    but `after_stop_minutes` 0 asks for an inspection after every stop. `rules`: Nelson's, of the chart.
    """

    control_plan = models.ForeignKey(
        ControlPlan, on_delete=models.PROTECT, related_name="characteristics", verbose_name=_("control plan")
    )
    position = models.PositiveIntegerField(_("position"))
    code = models.CharField(_("characteristic"), max_length=64)
    name = models.CharField(_("name"), max_length=200)
    kind = models.CharField(_("kind"), max_length=CHARACTERISTIC_KIND.max_length, choices=CHARACTERISTIC_KIND.choices)
    operation = models.CharField(_("operation"), max_length=200, blank=True)
    equipment = models.ForeignKey(
        "plant.Equipment", blank=True, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("machine")
    )
    nominal = QuantityField(_("nominal"), null=True, blank=True)
    lower_limit = QuantityField(_("lower limit"), null=True, blank=True)
    upper_limit = QuantityField(_("upper limit"), null=True, blank=True)
    unit = UnitField(_("unit"), blank=True)
    method = models.CharField(_("method"), max_length=200, blank=True)
    gauge_type = models.CharField(_("gauge"), max_length=100, blank=True)
    sample_size = models.PositiveSmallIntegerField(_("sample size"), default=1)
    is_first_off = models.BooleanField(_("first piece"), default=False)
    every_pieces = models.PositiveIntegerField(_("every so many pieces"), null=True, blank=True)
    every_minutes = models.PositiveIntegerField(_("every so many minutes"), null=True, blank=True)
    is_after_setup = models.BooleanField(_("after a set-up"), default=False)
    after_stop_minutes = models.PositiveIntegerField(_("after a stop of so many minutes"), null=True, blank=True)
    is_blocking = models.BooleanField(_("the next start waits for it"), default=False)
    chart = models.CharField(
        _("chart"), max_length=CHART_KIND.max_length, choices=CHART_KIND.choices, default=ChartKind.NONE
    )
    rules = ArrayField(models.PositiveSmallIntegerField(), verbose_name=_("rules"), default=all_rules, blank=True)
    reaction = models.TextField(_("reaction plan"), blank=True)

    class Meta:
        verbose_name = _("characteristic")
        verbose_name_plural = _("characteristics")
        ordering = ["control_plan", "position"]
        constraints = [
            models.UniqueConstraint(fields=["control_plan", "code"], name="quality_characteristic_code_unique_in_plan"),
            models.CheckConstraint(
                name="quality_characteristic_named", condition=~models.Q(code="") & ~models.Q(name="")
            ),
            CHARACTERISTIC_KIND.check("kind", "quality_characteristic_kind_known"),
            CHART_KIND.check("chart", "quality_characteristic_chart_known"),
            models.CheckConstraint(
                name="quality_characteristic_limits_in_order",
                condition=models.Q(lower_limit=None)
                | models.Q(upper_limit=None)
                | models.Q(lower_limit__lte=models.F("upper_limit")),
            ),
            models.CheckConstraint(
                name="quality_characteristic_measured_has_limits",
                condition=(
                    models.Q(kind=CharacteristicKind.VARIABLE.value)
                    & ~models.Q(unit="")
                    & (models.Q(lower_limit__isnull=False) | models.Q(upper_limit__isnull=False))
                )
                | (
                    ~models.Q(kind=CharacteristicKind.VARIABLE.value)
                    & models.Q(lower_limit=None, upper_limit=None, nominal=None, chart=ChartKind.NONE.value)
                ),
            ),
            models.CheckConstraint(
                name="quality_characteristic_chart_fits_size",
                condition=models.Q(chart=ChartKind.NONE.value, sample_size__gte=1)
                | models.Q(chart=ChartKind.I_MR.value, sample_size=1)
                | models.Q(chart=ChartKind.XBAR_R.value, sample_size__gte=2, sample_size__lte=25),
            ),
            models.CheckConstraint(
                name="quality_characteristic_frequency_positive",
                condition=(models.Q(every_pieces=None) | models.Q(every_pieces__gte=1))
                & (models.Q(every_minutes=None) | models.Q(every_minutes__gte=1)),
            ),
        ]
        triggers = [
            History(),
            Guard(
                name="only_in_draft",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                func="""
                    IF EXISTS (SELECT 1 FROM quality_controlplan
                               WHERE id IN (NEW.control_plan_id, OLD.control_plan_id) AND status <> 'draft') THEN
                        RAISE EXCEPTION 'an approved control plan is not changed: make a new version'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'quality_characteristic_in_draft';
                    END IF;
                    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"
