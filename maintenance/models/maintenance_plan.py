"""Preventive plans: what comes due on a machine by calendar, by its own count, or by whichever comes first."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from maintenance.models.labels import DUE_BASIS, DUE_CAUSE, METER_KIND, OCCURRENCE_STATUS
from mom.core.db.triggers import History, NoDelete
from mom.core.fields import QuantityField
from mom.plant.models import MasterData, SiteOwned


class MaintenancePlan(MasterData):
    """A job plan that comes due on a machine again and again.

    `rule` is a subset of RFC 5545 in the plant's wall time, from `starts_at` on; `basis` says from where the next date
    is counted. `meter_interval`: so many cycles or pieces of the machine itself. With both, whichever comes first, and
    both begin anew when it is done. `next_due_at` and `meter_at` (the machine's count when it was done last) say where
    it stands. `lead`: so long ahead the job is made; `tolerance`: so long after its date it still is in time.
    """

    equipment = models.ForeignKey(
        "plant.Equipment", on_delete=models.PROTECT, related_name="maintenance_plans", verbose_name=_("machine")
    )
    job_plan = models.ForeignKey(
        "maintenance.JobPlan", on_delete=models.PROTECT, related_name="plans", verbose_name=_("job plan")
    )
    rule = models.CharField(_("calendar rule"), max_length=200, blank=True)
    starts_at = models.DateTimeField(_("first due"), null=True, blank=True)
    basis = models.CharField(_("counted"), max_length=10, choices=DUE_BASIS.choices, default="due")
    meter_kind = models.CharField(_("meter"), max_length=8, blank=True, choices=METER_KIND.choices)
    meter_interval = QuantityField(_("every"), null=True, blank=True)
    lead = models.DurationField(_("made ahead"))
    tolerance = models.DurationField(_("in time until"))
    takes_machine = models.BooleanField(_("the machine stands meanwhile"), default=True)
    next_due_at = models.DateTimeField(_("next due"), null=True, blank=True)
    meter_at = QuantityField(_("count when done last"), default=0)
    paused_at = models.DateTimeField(_("paused"), null=True, blank=True)
    paused_reason = models.CharField(_("why it is paused"), max_length=200, blank=True)

    class Meta(MasterData.Meta):
        verbose_name = _("maintenance plan")
        verbose_name_plural = _("maintenance plans")
        constraints = [
            *MasterData.Meta.constraints,
            DUE_BASIS.check("basis", "maintenance_maintenanceplan_basis_known"),
            models.CheckConstraint(  # whichever comes first: both begin anew when it is done
                name="maintenance_maintenanceplan_combined_from_completed",
                condition=models.Q(rule="") | models.Q(meter_interval=None) | models.Q(basis="completed"),
            ),
            models.CheckConstraint(
                name="maintenance_maintenanceplan_calendar_or_meter",
                condition=~models.Q(rule="") | models.Q(meter_interval__isnull=False),
            ),
            models.CheckConstraint(
                name="maintenance_maintenanceplan_rule_has_start",
                condition=models.Q(rule="") | models.Q(starts_at__isnull=False),
            ),
            models.CheckConstraint(
                name="maintenance_maintenanceplan_meter_has_interval",
                condition=models.Q(meter_kind="", meter_interval=None)
                | (models.Q(meter_interval__gt=0) & ~models.Q(meter_kind="")),
            ),
            models.CheckConstraint(
                name="maintenance_maintenanceplan_spans_not_negative",
                condition=models.Q(lead__gte="00:00:00", tolerance__gte="00:00:00"),
            ),
            models.CheckConstraint(
                name="maintenance_maintenanceplan_paused_says_why",
                condition=models.Q(paused_at=None, paused_reason="")
                | (models.Q(paused_at__isnull=False) & ~models.Q(paused_reason="")),
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_due_at"], condition=models.Q(is_active=True, paused_at=None), name="maintenance_plan_due"
            )
        ]
        triggers = [History()]


class PlanOccurrence(SiteOwned):
    """A plan came due once: when, why, and what became of it. One number each, and one open at a time."""

    plan = models.ForeignKey(
        MaintenancePlan, on_delete=models.PROTECT, related_name="occurrences", verbose_name=_("plan")
    )
    number = models.PositiveIntegerField(_("number"))
    cause = models.CharField(_("because of"), max_length=8, choices=DUE_CAUSE.choices)
    due_at = models.DateTimeField(_("due"))
    window_ends_at = models.DateTimeField(_("in time until"))
    status = models.CharField(_("status"), max_length=9, choices=OCCURRENCE_STATUS.choices, default="open")
    job = models.OneToOneField(
        "maintenance.MaintenanceJob", null=True, blank=True, on_delete=models.PROTECT, related_name="occurrence",
        verbose_name=_("job"),
    )  # fmt: skip
    completed_at = models.DateTimeField(_("done"), null=True, blank=True)
    made_at = models.DateTimeField(_("made"), db_default=Now())

    class Meta:
        verbose_name = _("due date of a plan")
        verbose_name_plural = _("due dates of plans")
        ordering = ["plan", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "number"], name="maintenance_planoccurrence_once"),
            models.UniqueConstraint(
                fields=["plan"], condition=models.Q(status="open"), name="maintenance_planoccurrence_one_open"
            ),
            models.UniqueConstraint(
                fields=["plan", "due_at"],
                condition=models.Q(cause="calendar"),
                name="maintenance_planoccurrence_date_once",
            ),
            OCCURRENCE_STATUS.check("status", "maintenance_planoccurrence_status_known"),
            models.CheckConstraint(
                name="maintenance_planoccurrence_done_says_when",
                condition=models.Q(status="done", completed_at__isnull=False, job__isnull=False)
                | (~models.Q(status="done") & models.Q(completed_at=None)),
            ),
            models.CheckConstraint(
                name="maintenance_planoccurrence_open_has_job",
                condition=~models.Q(status="open") | models.Q(job__isnull=False),
            ),
            models.CheckConstraint(
                name="maintenance_planoccurrence_window_after_due",
                condition=models.Q(window_ends_at__gte=models.F("due_at")),
            ),
        ]
        indexes = [models.Index(fields=["site", "window_ends_at"], name="maintenance_due_by_window")]
        triggers = [History(), NoDelete()]

    def __str__(self) -> str:
        return f"{self.plan_id} #{self.number}"


class MeterDay(SiteOwned):
    """What a machine counted on one UTC day. Derived from its messages, and made again while late ones may come."""

    equipment = models.ForeignKey("plant.Equipment", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("meter"), max_length=8, choices=METER_KIND.choices)
    day = models.DateField(_("day (UTC)"))
    counted = QuantityField(_("counted"))

    class Meta:
        verbose_name = _("day of a meter")
        verbose_name_plural = _("days of meters")
        ordering = ["equipment", "kind", "day"]
        constraints = [
            models.UniqueConstraint(fields=["equipment", "kind", "day"], name="maintenance_meterday_once"),
            models.CheckConstraint(name="maintenance_meterday_not_negative", condition=models.Q(counted__gte=0)),
        ]

    def __str__(self) -> str:
        return f"{self.equipment_id} {self.kind} {self.day}"
