"""Job plans: how a maintenance job is done, step by step. A version is never changed; the next one replaces it."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from maintenance.models.labels import STEP_KIND
from mom.core.db.triggers import AppendOnly, History
from mom.core.fields import QuantityField, UnitField
from mom.plant.models import MasterData, SiteOwned


class JobPlan(MasterData):
    """What is done again and again on machines of one kind: the monthly service of a press."""

    class Meta(MasterData.Meta):
        verbose_name = _("job plan")
        verbose_name_plural = _("job plans")
        triggers = [History()]


class JobPlanVersion(SiteOwned):
    """The steps, parts and time of a job plan, as they were from one instant on. The highest number holds."""

    job_plan = models.ForeignKey(JobPlan, on_delete=models.PROTECT, related_name="versions", verbose_name=_("job plan"))
    number = models.PositiveIntegerField(_("version"))
    duration = models.DurationField(_("time needed"))
    reason = models.CharField(_("why it changed"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("since"))
    created_by = models.CharField(_("made by"), max_length=200)

    class Meta:
        verbose_name = _("version of a job plan")
        verbose_name_plural = _("versions of job plans")
        ordering = ["job_plan", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["job_plan", "number"], name="maintenance_jobplanversion_number_once"),
            models.CheckConstraint(
                name="maintenance_jobplanversion_takes_time", condition=models.Q(duration__gt="00:00:00")
            ),
        ]
        triggers = [AppendOnly()]

    def __str__(self) -> str:
        return f"{self.job_plan_id} v{self.number}"


class StepText(SiteOwned):
    """What a step asks for: a check, a verdict, words, or a reading with limits (inclusive, in `unit`)."""

    position = models.PositiveIntegerField(_("position"))
    text = models.CharField(_("step"), max_length=300)
    kind = models.CharField(_("answer"), max_length=10, choices=STEP_KIND.choices)
    unit = UnitField(_("unit"), blank=True)
    low = QuantityField(_("at least"), null=True, blank=True)
    high = QuantityField(_("at most"), null=True, blank=True)
    is_required = models.BooleanField(_("must be answered"), default=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(name="%(app_label)s_%(class)s_has_text", condition=~models.Q(text="")),
            STEP_KIND.check("kind", "%(app_label)s_%(class)s_kind_known"),
            models.CheckConstraint(
                name="%(app_label)s_%(class)s_limits_of_reading",
                condition=models.Q(kind="number") | models.Q(low=None, high=None, unit=""),
            ),
            models.CheckConstraint(
                name="%(app_label)s_%(class)s_limits_in_order",
                condition=models.Q(low=None) | models.Q(high=None) | models.Q(low__lte=models.F("high")),
            ),
        ]


class JobPlanStep(StepText):
    """A step of a version of a job plan."""

    version = models.ForeignKey(JobPlanVersion, on_delete=models.PROTECT, related_name="steps")

    class Meta(StepText.Meta):
        verbose_name = _("step of a job plan")
        verbose_name_plural = _("steps of job plans")
        ordering = ["version", "position"]
        constraints = [
            *StepText.Meta.constraints,
            models.UniqueConstraint(fields=["version", "position"], name="maintenance_jobplanstep_one_a_position"),
        ]
        triggers = [AppendOnly()]

    def __str__(self) -> str:
        return f"{self.position} {self.text}"


class JobPlanPart(SiteOwned):
    """A spare part that a job plan takes, in the material's unit."""

    version = models.ForeignKey(JobPlanVersion, on_delete=models.PROTECT, related_name="parts")
    definition = models.ForeignKey("plant.MaterialDefinition", on_delete=models.PROTECT, related_name="+")
    quantity = QuantityField(_("quantity"))

    class Meta:
        verbose_name = _("part of a job plan")
        verbose_name_plural = _("parts of job plans")
        ordering = ["version", "id"]
        constraints = [
            models.UniqueConstraint(fields=["version", "definition"], name="maintenance_jobplanpart_once"),
            models.CheckConstraint(
                name="maintenance_jobplanpart_quantity_positive", condition=models.Q(quantity__gt=0)
            ),
        ]
        triggers = [AppendOnly()]

    def __str__(self) -> str:
        return f"{self.definition_id}: {self.quantity}"
