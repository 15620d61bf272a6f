"""Work instructions: the typed steps of an operation, and what people answered to them on a job."""

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from mom.core.db.triggers import AppendOnly, Guard, History
from mom.core.fields import QuantityField, UnitField
from mom.plant.models import SiteOwned
from production.engine.terms import OutOfLimit, StepKind
from production.models.labels import OUT_OF_LIMIT, STEP_KIND
from production.models.operations_definition import OperationsSegment, only_in_draft


class InstructionStep(SiteOwned):
    """One step of how an operation is done: read, look, tick, measure, choose, scan. Versioned with its definition.

    Limits are inclusive and in `unit`. `expected` is the code that must be scanned; without it any code is taken.
    """

    segment = models.ForeignKey(
        OperationsSegment, on_delete=models.PROTECT, related_name="steps", verbose_name=_("operation")
    )
    position = models.PositiveIntegerField(_("position"))
    kind = models.CharField(_("kind"), max_length=STEP_KIND.max_length, choices=STEP_KIND.choices)
    title = models.CharField(_("what to do"), max_length=200)
    text = models.TextField(_("explanation"), blank=True)
    picture = models.ForeignKey(
        "core.Attachment", blank=True, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("picture")
    )
    is_mandatory = models.BooleanField(_("must be answered"), default=True)
    unit = UnitField(_("unit"), blank=True)
    lower_limit = QuantityField(_("least"), null=True, blank=True)
    upper_limit = QuantityField(_("most"), null=True, blank=True)
    out_of_limit = models.CharField(
        _("out of limits"),
        max_length=OUT_OF_LIMIT.max_length,
        choices=OUT_OF_LIMIT.choices,
        default=OutOfLimit.REFUSE,
    )
    choices = ArrayField(models.CharField(max_length=80), verbose_name=_("choices"), default=list, blank=True)
    expected = models.CharField(_("code to scan"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("step")
        verbose_name_plural = _("steps")
        ordering = ["segment", "position"]
        constraints = [
            models.UniqueConstraint(fields=["segment", "position"], name="production_instructionstep_position_unique"),
            STEP_KIND.check("kind", "production_instructionstep_kind_known"),
            OUT_OF_LIMIT.check("out_of_limit", "production_instructionstep_out_of_limit_known"),
            models.CheckConstraint(name="production_instructionstep_title_not_empty", condition=~models.Q(title="")),
            models.CheckConstraint(
                name="production_instructionstep_limits_of_number",
                condition=models.Q(kind=StepKind.NUMBER) | models.Q(lower_limit=None, upper_limit=None, unit=""),
            ),
            models.CheckConstraint(
                name="production_instructionstep_limits_in_order",
                condition=models.Q(lower_limit=None)
                | models.Q(upper_limit=None)
                | models.Q(upper_limit__gte=models.F("lower_limit")),
            ),
            models.CheckConstraint(
                name="production_instructionstep_choices_of_choice",
                condition=models.Q(kind=StepKind.CHOICE, choices__len__gte=2)
                | (~models.Q(kind=StepKind.CHOICE) & models.Q(choices__len=0)),
            ),
            models.CheckConstraint(
                name="production_instructionstep_expected_of_scan",
                condition=models.Q(kind=StepKind.SCAN) | models.Q(expected=""),
            ),
        ]
        triggers = [
            History(),
            only_in_draft(
                "SELECT operations_definition_id FROM production_operationssegment"
                " WHERE id IN (NEW.segment_id, OLD.segment_id)",
                "production_instructionstep_in_draft",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.position} {self.title}"


class StepAnswer(SiteOwned):
    """What somebody answered to a step on a job: a fact. Answered again, the newest counts and the others stay.

    `is_outside` is set by the database from the limits of the step, which refuses what the step says to refuse.
    """

    op_uuid = models.UUIDField(_("key"), unique=True)
    job_order = models.ForeignKey(
        "work.JobOrder", on_delete=models.PROTECT, related_name="step_answers", verbose_name=_("job")
    )
    step = models.ForeignKey(InstructionStep, on_delete=models.PROTECT, related_name="answers", verbose_name=_("step"))
    text = models.CharField(_("answer"), max_length=200, blank=True)
    number = QuantityField(_("value"), null=True, blank=True)
    is_outside = models.BooleanField(_("out of limits"), default=False, editable=False)
    person = models.ForeignKey(
        "plant.Person", blank=True, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("person")
    )
    answered_at = models.DateTimeField(_("answered"))
    recorded_at = models.DateTimeField(_("recorded"))
    recorded_by = models.CharField(_("recorded by"), max_length=200)

    class Meta:
        verbose_name = _("answer to a step")
        verbose_name_plural = _("answers to steps")
        ordering = ["job_order", "id"]
        constraints = [
            models.CheckConstraint(
                name="production_stepanswer_says_something",
                condition=~models.Q(text="") | models.Q(number__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["job_order", "step", "-id"], name="production_answer_by_job")]
        triggers = [
            AppendOnly(),
            Guard(
                name="within_limits",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                declare=[("asked", "production_instructionstep%ROWTYPE")],
                func="""
                    SELECT * INTO asked FROM production_instructionstep WHERE id = NEW.step_id;
                    IF (asked.kind = 'number') <> (NEW.number IS NOT NULL) THEN
                        RAISE EXCEPTION 'a number answers a step that asks for one, and no other'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'production_stepanswer_of_its_kind';
                    END IF;
                    NEW.is_outside := coalesce(NEW.number < asked.lower_limit, false)
                        OR coalesce(NEW.number > asked.upper_limit, false);
                    IF NEW.is_outside AND asked.out_of_limit = 'refuse' THEN
                        RAISE EXCEPTION 'this step takes no value out of its limits'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'production_stepanswer_within_limits';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.step_id}: {self.text or self.number}"
