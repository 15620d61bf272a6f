"""Maintenance jobs: the part of a job order that only maintenance has, its steps and what it waited for."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from maintenance.models.job_plan import StepText
from maintenance.models.labels import (
    CAUSE_CHOICES,
    MAINTENANCE_KIND,
    MECHANISM_CHOICES,
    MODE_CHOICES,
    REPAIR_OUTCOME,
    WAIT_REASON,
)
from mom.core.db.triggers import History, NoDelete
from mom.core.fields import QuantityField
from mom.plant.models import SiteOwned


def _not_before(later: str, earlier: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        name=f"maintenance_maintenancejob_{later[:-3]}_after_{earlier[:-3]}",
        condition=models.Q(**{later: None})
        | models.Q(**{earlier: None})
        | models.Q(**{f"{later}__gte": models.F(earlier)}),
    )


class MaintenanceJob(SiteOwned):
    """A repair or a planned job on a machine, beside its job order (which has status, machine, labour and parts).

    The time stamps split the time to repair. While `takes_machine` and it has begun and is neither handed back nor
    given up, no other job starts on the machine. `mode`, `mechanism` and `cause` are the three parts of ISO 14224.
    Handed back means signed off.
    """

    job_order = models.OneToOneField(
        "work.JobOrder", primary_key=True, on_delete=models.PROTECT, related_name="maintenance", verbose_name=_("job")
    )
    code = models.CharField(_("number"), max_length=80)
    equipment = models.ForeignKey(
        "plant.Equipment", on_delete=models.PROTECT, related_name="maintenance_jobs", verbose_name=_("machine")
    )
    kind = models.CharField(_("kind"), max_length=12, choices=MAINTENANCE_KIND.choices)
    request = models.ForeignKey(
        "maintenance.MaintenanceRequest", null=True, blank=True, on_delete=models.PROTECT, related_name="jobs",
        verbose_name=_("request"),
    )  # fmt: skip
    stop = models.ForeignKey(
        "floor.Stop", null=True, blank=True, on_delete=models.PROTECT, related_name="maintenance_jobs",
        verbose_name=_("stop"),
    )  # fmt: skip
    job_plan_version = models.ForeignKey(
        "maintenance.JobPlanVersion", null=True, blank=True, on_delete=models.PROTECT, related_name="jobs",
        verbose_name=_("job plan"),
    )  # fmt: skip
    takes_machine = models.BooleanField(_("the machine stands meanwhile"), default=True)
    technician = models.ForeignKey(
        "plant.Person", null=True, blank=True, on_delete=models.PROTECT, related_name="maintenance_jobs",
        verbose_name=_("technician"),
    )  # fmt: skip
    due_at = models.DateTimeField(_("due"), null=True, blank=True)
    occurred_at = models.DateTimeField(_("occurred"), null=True, blank=True)
    reported_at = models.DateTimeField(_("reported"))
    accepted_at = models.DateTimeField(_("accepted"), null=True, blank=True)
    arrived_at = models.DateTimeField(_("arrived"), null=True, blank=True)
    repaired_at = models.DateTimeField(_("repaired"), null=True, blank=True)
    handed_back_at = models.DateTimeField(_("handed back"), null=True, blank=True)
    given_up_at = models.DateTimeField(_("given up"), null=True, blank=True)
    mode = models.CharField(_("failure mode"), max_length=3, blank=True, choices=MODE_CHOICES)
    mechanism = models.CharField(_("mechanism"), max_length=3, blank=True, choices=MECHANISM_CHOICES)
    cause = models.CharField(_("cause"), max_length=3, blank=True, choices=CAUSE_CHOICES)
    outcome = models.CharField(_("outcome"), max_length=10, blank=True, choices=REPAIR_OUTCOME.choices)
    finding = models.CharField(_("what was done"), max_length=1000, blank=True)
    signature = models.OneToOneField(
        "accounts.Signature", null=True, blank=True, on_delete=models.PROTECT, related_name="+",
        verbose_name=_("signature"),
    )  # fmt: skip
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)

    class Meta:
        verbose_name = _("maintenance job")
        verbose_name_plural = _("maintenance jobs")
        ordering = ["-reported_at", "-job_order_id"]
        constraints = [
            models.UniqueConstraint(fields=["site", "code"], name="maintenance_maintenancejob_code_once"),
            MAINTENANCE_KIND.check("kind", "maintenance_maintenancejob_kind_known"),
            models.UniqueConstraint(
                fields=["request"],
                condition=models.Q(given_up_at=None),
                name="maintenance_maintenancejob_one_a_request",
            ),
            _not_before("accepted_at", "reported_at"),
            _not_before("arrived_at", "accepted_at"),
            _not_before("repaired_at", "arrived_at"),
            _not_before("handed_back_at", "repaired_at"),
            models.CheckConstraint(
                name="maintenance_maintenancejob_handed_back_is_signed",
                condition=models.Q(handed_back_at=None, signature=None)
                | models.Q(handed_back_at__isnull=False, signature__isnull=False, repaired_at__isnull=False),
            ),
            models.CheckConstraint(
                name="maintenance_maintenancejob_repair_has_outcome",
                condition=models.Q(repaired_at=None) | ~models.Q(outcome=""),
            ),
            models.CheckConstraint(
                name="maintenance_maintenancejob_repair_has_mode",
                condition=models.Q(repaired_at=None) | ~models.Q(kind="corrective") | ~models.Q(mode=""),
            ),
            models.CheckConstraint(
                name="maintenance_maintenancejob_given_up_or_handed_back",
                condition=models.Q(given_up_at=None) | models.Q(handed_back_at=None),
            ),
        ]
        indexes = [
            models.Index(
                fields=["equipment"],
                condition=models.Q(handed_back_at=None, given_up_at=None),
                name="maintenance_job_open",
            ),
            models.Index(fields=["site", "handed_back_at"], name="maintenance_job_by_end"),
        ]
        triggers = [History(), NoDelete()]

    def __str__(self) -> str:
        return self.code


class MaintenanceWait(SiteOwned):
    """A stretch in which a job waited, and for what. Open while it waits."""

    job = models.ForeignKey(MaintenanceJob, on_delete=models.PROTECT, related_name="waits", verbose_name=_("job"))
    reason = models.CharField(_("waits for"), max_length=8, choices=WAIT_REASON.choices)
    note = models.CharField(_("note"), max_length=200, blank=True)
    started_at = models.DateTimeField(_("since"))
    ended_at = models.DateTimeField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("wait of a job")
        verbose_name_plural = _("waits of jobs")
        ordering = ["job", "started_at", "id"]
        constraints = [
            WAIT_REASON.check("reason", "maintenance_maintenancewait_reason_known"),
            models.UniqueConstraint(
                fields=["job"], condition=models.Q(ended_at=None), name="maintenance_maintenancewait_one_open"
            ),
            models.CheckConstraint(
                name="maintenance_maintenancewait_ends_after_start",
                condition=models.Q(ended_at=None) | models.Q(ended_at__gte=models.F("started_at")),
            ),
        ]
        triggers = [History(), NoDelete()]

    def __str__(self) -> str:
        return f"{self.job_id} {self.reason}"


class MaintenanceStep(StepText):
    """A step of a job, copied from its job plan or added to it, with what was entered. `is_ok` None: not answered."""

    job = models.ForeignKey(MaintenanceJob, on_delete=models.PROTECT, related_name="steps", verbose_name=_("job"))
    number = QuantityField(_("reading"), null=True, blank=True)
    answer = models.CharField(_("words"), max_length=300, blank=True)
    is_ok = models.BooleanField(_("good"), null=True, blank=True)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    answered_by = models.CharField(_("answered by"), max_length=200, blank=True)

    class Meta(StepText.Meta):
        verbose_name = _("step of a job")
        verbose_name_plural = _("steps of jobs")
        ordering = ["job", "position"]
        constraints = [
            *StepText.Meta.constraints,
            models.UniqueConstraint(fields=["job", "position"], name="maintenance_maintenancestep_one_a_position"),
            models.CheckConstraint(
                name="maintenance_maintenancestep_answered_by_somebody",
                condition=models.Q(answered_at=None, is_ok=None, answered_by="")
                | (models.Q(answered_at__isnull=False, is_ok__isnull=False) & ~models.Q(answered_by="")),
            ),
        ]
        triggers = [History(), NoDelete()]

    def __str__(self) -> str:
        return f"{self.position} {self.text}"
