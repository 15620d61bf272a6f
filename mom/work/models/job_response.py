"""Job responses: what really happened, on which machine, when, by whom. Runs join the responses of several jobs."""

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from mom.core.db.triggers import Guard, History, NoDelete
from mom.plant.models import SiteOwned
from mom.work.models.fact import Fact
from mom.work.models.labels import RUN_KIND, SHARE_RULE, WORK_KIND


class Run(SiteOwned):
    """One run of an equipment that serves several jobs at once: a furnace load, a family mould's cycle, a nest.

    Its time (and energy) is shared among its job responses: each gets `share_weight` over the sum of the weights.
    """

    equipment = models.ForeignKey(
        "plant.Equipment", on_delete=models.PROTECT, related_name="runs", verbose_name=_("machine")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=RUN_KIND.choices)
    share_rule = models.CharField(_("shares"), max_length=10, choices=SHARE_RULE.choices)
    started_at = models.DateTimeField(_("started"))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    op_uuid = models.UUIDField(_("key"), unique=True)

    class Meta:
        verbose_name = _("run")
        verbose_name_plural = _("runs")
        ordering = ["-started_at", "-id"]
        constraints = [
            models.CheckConstraint(
                name="work_run_ends_after_start",
                condition=models.Q(ended_at=None) | models.Q(ended_at__gte=models.F("started_at")),
            ),
        ]
        triggers = [History()]

    def __str__(self) -> str:
        return f"{self.equipment_id} {self.started_at:%Y-%m-%d %H:%M}"


class JobResponse(Fact):
    """A stretch of work on a job: its kind, machine and times. Source: IEC 62264-4 job response.

    Open while work goes on; its end is the only thing that is ever added. `duration` is what the reporter says was
    spent, which for reports typed in later may differ from end minus start, and is what load adds up. The job may come
    later: an unattributed response is taken back and recorded again with its job. A stop (`is_stop`) has the kind that
    its reason counts as, and is without a reason until somebody gives one.
    """

    job_order = models.ForeignKey(
        "work.JobOrder",
        blank=True,
        null=True,
        on_delete=models.PROTECT,
        related_name="responses",
        verbose_name=_("job"),
    )
    equipment = models.ForeignKey(
        "plant.Equipment",
        blank=True,
        null=True,
        on_delete=models.PROTECT,
        related_name="job_responses",
        verbose_name=_("machine"),
    )
    run = models.ForeignKey(
        Run, blank=True, null=True, on_delete=models.PROTECT, related_name="responses", verbose_name=_("run")
    )
    share_weight = models.DecimalField(_("share weight"), max_digits=18, decimal_places=6, null=True, blank=True)
    work_kind = models.CharField(_("kind"), max_length=12, choices=WORK_KIND.choices)
    is_rework = models.BooleanField(_("rework"), default=False)
    started_at = models.DateTimeField(_("started"))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    duration = models.DurationField(_("duration"), null=True, blank=True)
    reason = models.ForeignKey(
        "plant.Reason", blank=True, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("reason")
    )
    is_stop = models.BooleanField(_("stop"), default=False, db_default=False)
    note = models.CharField(_("note"), max_length=200, blank=True, db_default="")

    class Meta:
        verbose_name = _("job response")
        verbose_name_plural = _("job responses")
        ordering = ["started_at", "id"]
        constraints = [
            *Fact.Meta.constraints,
            models.CheckConstraint(
                name="work_jobresponse_ends_after_start",
                condition=models.Q(ended_at=None) | models.Q(ended_at__gte=models.F("started_at")),
            ),
            models.CheckConstraint(
                name="work_jobresponse_ended_has_duration",
                condition=models.Q(ended_at=None, duration=None)
                | models.Q(ended_at__isnull=False, duration__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["job_order"],
                condition=models.Q(ended_at=None),
                name="work_jobresponse_one_open_per_job",
            ),
            models.UniqueConstraint(
                fields=["equipment"],
                condition=models.Q(ended_at=None, job_order=None),
                name="work_jobresponse_one_open_without_job",
            ),
            models.CheckConstraint(
                name="work_jobresponse_reason_is_of_a_stop",
                condition=models.Q(reason=None) | models.Q(is_stop=True),
            ),
            models.CheckConstraint(
                name="work_jobresponse_share_within_run",
                condition=models.Q(run=None, share_weight=None) | models.Q(run__isnull=False, share_weight__gt=0),
            ),
        ]
        indexes = [
            models.Index(fields=["site", "started_at"], name="work_response_by_start"),
            models.Index(fields=["equipment", "started_at"], name="work_response_by_equipment"),
            models.Index(fields=["job_order"], condition=models.Q(ended_at=None), name="work_response_open"),
            models.Index(fields=["site", "started_at"], condition=models.Q(is_stop=True), name="work_response_stops"),
        ]
        triggers = [
            NoDelete(),
            Guard(
                name="only_its_end_is_added",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                declare=[("probe", "work_jobresponse%ROWTYPE")],
                func="""
                    probe := NEW;
                    probe.ended_at := OLD.ended_at;
                    probe.duration := OLD.duration;
                    IF OLD.ended_at IS NOT NULL OR probe IS DISTINCT FROM OLD THEN
                        RAISE EXCEPTION 'a job response is not changed: reverse it and record a new one'
                            USING ERRCODE = 'integrity_constraint_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.work_kind} {self.started_at:%Y-%m-%d %H:%M}"


class LabourEntry(Fact):
    """A person's time: on a job response, or indirect time with its reason. One ledger for all four domains."""

    person = models.ForeignKey(
        "plant.Person", on_delete=models.PROTECT, related_name="labour_entries", verbose_name=_("person")
    )
    job_response = models.ForeignKey(
        JobResponse,
        blank=True,
        null=True,
        on_delete=models.PROTECT,
        related_name="labour_entries",
        verbose_name=_("job response"),
    )
    indirect_reason = models.ForeignKey(
        "plant.Reason", blank=True, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("reason")
    )
    started_at = models.DateTimeField(_("started"))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    duration = models.DurationField(_("duration"), null=True, blank=True)

    class Meta:
        verbose_name = _("labour entry")
        verbose_name_plural = _("labour entries")
        ordering = ["started_at", "id"]
        constraints = [
            *Fact.Meta.constraints,
            models.CheckConstraint(
                name="work_labourentry_job_or_reason",
                condition=models.Q(job_response__isnull=False, indirect_reason=None)
                | models.Q(job_response=None, indirect_reason__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["person", "job_response"],
                condition=models.Q(ended_at=None),
                name="work_labourentry_one_open_per_person",
            ),
            models.CheckConstraint(
                name="work_labourentry_ends_after_start",
                condition=models.Q(ended_at=None) | models.Q(ended_at__gte=models.F("started_at")),
            ),
            models.CheckConstraint(
                name="work_labourentry_ended_has_duration",
                condition=models.Q(ended_at=None, duration=None)
                | models.Q(ended_at__isnull=False, duration__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["person", "started_at"], name="work_labour_by_person")]
        triggers = [
            NoDelete(),
            Guard(
                name="only_its_end_is_added",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                declare=[("probe", "work_labourentry%ROWTYPE")],
                func="""
                    probe := NEW;
                    probe.ended_at := OLD.ended_at;
                    probe.duration := OLD.duration;
                    IF OLD.ended_at IS NOT NULL OR probe IS DISTINCT FROM OLD THEN
                        RAISE EXCEPTION 'a labour entry is not changed: reverse it and record a new one'
                            USING ERRCODE = 'integrity_constraint_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.started_at:%Y-%m-%d %H:%M}"
