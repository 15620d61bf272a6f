"""Inspections: job orders of the quality type that came due, with what is to be inspected."""

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from mom.core.db.triggers import AppendOnly, Frozen, Guard, History, NoDelete
from mom.plant.models import SiteOwned
from quality.engine.terms import InspectionStatus
from quality.models.labels import INSPECTION_CAUSE, INSPECTION_STATUS


class Inspection(SiteOwned):
    """Quality's part of a job order: what came due, by what, and how it ended.

    `occurrence` names why it came due within the job that is inspected, and comes once. With a value out of limits it
    never ends as passed: it fails, and is accepted by a signed disposition (P24).
    """

    job_order = models.OneToOneField(
        "work.JobOrder",
        primary_key=True,
        on_delete=models.PROTECT,
        related_name="inspection",
        verbose_name=_("job"),
    )
    control_plan = models.ForeignKey(
        "quality.ControlPlan", on_delete=models.PROTECT, related_name="inspections", verbose_name=_("control plan")
    )
    inspected_job = models.ForeignKey(
        "work.JobOrder", on_delete=models.PROTECT, related_name="inspections", verbose_name=_("inspected job")
    )
    cause = models.CharField(_("why"), max_length=INSPECTION_CAUSE.max_length, choices=INSPECTION_CAUSE.choices)
    occurrence = models.CharField(_("occurrence"), max_length=60)
    status = models.CharField(
        _("status"),
        max_length=INSPECTION_STATUS.max_length,
        choices=INSPECTION_STATUS.choices,
        default=InspectionStatus.DUE,
    )
    is_blocking = models.BooleanField(_("the next start waits for it"), default=False)
    due_at = models.DateTimeField(_("due"))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    class Meta:
        verbose_name = _("inspection")
        verbose_name_plural = _("inspections")
        ordering = ["-due_at", "-job_order"]
        constraints = [
            models.UniqueConstraint(
                fields=["inspected_job", "control_plan", "occurrence"], name="quality_inspection_due_once"
            ),
            INSPECTION_STATUS.check("status", "quality_inspection_status_known"),
            INSPECTION_CAUSE.check("cause", "quality_inspection_cause_known"),
            models.CheckConstraint(
                name="quality_inspection_open_or_ended",
                condition=models.Q(status="due", ended_at=None) | (~models.Q(status="due") & ~models.Q(ended_at=None)),
            ),
        ]
        indexes = [
            models.Index(fields=["site", "status", "due_at"], name="quality_inspection_by_status"),
            models.Index(
                fields=["inspected_job"], condition=models.Q(status="due"), name="quality_inspection_open_of_job"
            ),
        ]
        triggers = [
            History(),
            NoDelete(),
            Frozen(fields=["site", "job_order", "control_plan", "inspected_job", "cause", "occurrence", "due_at"]),
            Guard(
                name="never_passed_out_of_limits",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                condition=pgtrigger.Condition("NEW.status IN ('passed', 'accepted')"),
                func="""
                    IF NEW.status = 'passed' AND EXISTS (
                        SELECT 1 FROM quality_sample s
                        WHERE s.inspection_id = NEW.job_order_id AND s.out_of_limits > 0
                    ) THEN
                        RAISE EXCEPTION 'an inspection with a value out of limits does not pass'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'quality_inspection_out_of_limits';
                    END IF;
                    IF NEW.status = 'accepted' AND EXISTS (
                        SELECT 1 FROM quality_sample s JOIN quality_nonconformance n ON n.id = s.nonconformance_id
                        WHERE s.inspection_id = NEW.job_order_id AND s.out_of_limits > 0
                              AND n.status NOT IN ('disposed', 'closed')
                    ) THEN
                        RAISE EXCEPTION 'a failed inspection is accepted by a signed disposition'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'quality_inspection_needs_disposition';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.job_order_id} {self.occurrence}"


class InspectionItem(SiteOwned):
    """One characteristic that an inspection asks for."""

    inspection = models.ForeignKey(Inspection, on_delete=models.PROTECT, related_name="items")
    characteristic = models.ForeignKey("quality.Characteristic", on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("item of an inspection")
        verbose_name_plural = _("items of an inspection")
        ordering = ["inspection", "characteristic__position"]
        constraints = [
            models.UniqueConstraint(
                fields=["inspection", "characteristic"], name="quality_inspectionitem_characteristic_once"
            ),
        ]
        triggers = [AppendOnly()]

    def __str__(self) -> str:
        return f"{self.inspection_id}: {self.characteristic_id}"
