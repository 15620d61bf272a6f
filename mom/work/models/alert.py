"""An alert and a help call are one record: what, where, for whom, and each step until it is solved."""

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from mom.core.db.triggers import AppendOnly, Frozen, Guard, History, NoDelete
from mom.plant.models import SiteOwned
from mom.work.engine.alert import AlertImpact, AlertSeverity, AlertStatus
from mom.work.models.alert_labels import ALERT_ACT, ALERT_IMPACT, ALERT_KIND, ALERT_SEVERITY, ALERT_STATUS


def _pair(step: str) -> models.CheckConstraint:
    """Who did a step stands beside when, or neither does."""
    return models.CheckConstraint(
        name=f"work_alert_{step}_by_and_at",
        condition=models.Q(**{f"{step}_at": None, f"{step}_by": ""})
        | (models.Q(**{f"{step}_at__isnull": False}) & ~models.Q(**{f"{step}_by": ""})),
    )


class Alert(SiteOwned):
    """Something that somebody should look at: raised by a person, a rule or a domain.

    `repeat_key` names the condition: while one alert of it is open, raising it again counts on that one. `source` is a
    soft reference to who raised it (`rule:7`, `user:12`). `waiting_since`: when it last began to wait for a team, from
    which escalation counts. `holder` has it now. `cleared_at`: the condition has gone, and somebody still has it.
    """

    kind = models.CharField(_("kind"), max_length=8, choices=ALERT_KIND.choices)
    title = models.CharField(_("what"), max_length=200)
    detail = models.CharField(_("detail"), max_length=300, blank=True)
    equipment = models.ForeignKey(
        "plant.Equipment", null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("where")
    )
    team = models.ForeignKey(
        "work.AlertTeam", null=True, blank=True, on_delete=models.PROTECT, related_name="alerts", verbose_name=_("team")
    )
    job_order = models.ForeignKey(
        "work.JobOrder", null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("job")
    )
    severity = models.CharField(
        _("severity"), max_length=4, choices=ALERT_SEVERITY.choices, default=AlertSeverity.WARN.value
    )
    impact = models.CharField(_("impact"), max_length=7, choices=ALERT_IMPACT.choices, default=AlertImpact.NONE.value)
    status = models.CharField(_("status"), max_length=8, choices=ALERT_STATUS.choices, default=AlertStatus.OPEN.value)
    source = models.CharField(_("source"), max_length=100)
    repeat_key = models.CharField(_("condition"), max_length=200, blank=True)
    raise_count = models.PositiveIntegerField(_("times raised"), default=1)
    waiting_since = models.DateTimeField(_("waits since"))
    holder = models.CharField(_("who has it"), max_length=200, blank=True)
    holder_person = models.ForeignKey(
        "plant.Person", null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("person")
    )
    raised_at = models.DateTimeField(_("raised"))
    raised_by = models.CharField(_("raised by"), max_length=200)
    accepted_at = models.DateTimeField(_("accepted"), null=True, blank=True)
    accepted_by = models.CharField(_("accepted by"), max_length=200, blank=True)
    arrived_at = models.DateTimeField(_("arrived"), null=True, blank=True)
    arrived_by = models.CharField(_("arrived by"), max_length=200, blank=True)
    cleared_at = models.DateTimeField(_("condition gone"), null=True, blank=True)
    solved_at = models.DateTimeField(_("solved"), null=True, blank=True)
    solved_by = models.CharField(_("solved by"), max_length=200, blank=True)
    reason = models.ForeignKey(
        "plant.Reason", null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("cause")
    )
    cause = models.CharField(_("cause in words"), max_length=300, blank=True)
    muted_at = models.DateTimeField(_("muted"), null=True, blank=True)
    muted_by = models.CharField(_("muted by"), max_length=200, blank=True)
    muted_until = models.DateTimeField(_("muted until"), null=True, blank=True)
    mute_reason = models.CharField(_("why muted"), max_length=200, blank=True)
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)

    class Meta:
        verbose_name = _("alert")
        verbose_name_plural = _("alerts")
        ordering = ["-raised_at", "-id"]
        constraints = [
            ALERT_KIND.check("kind", "work_alert_kind_known"),
            ALERT_SEVERITY.check("severity", "work_alert_severity_known"),
            ALERT_IMPACT.check("impact", "work_alert_impact_known"),
            models.CheckConstraint(name="work_alert_title_not_empty", condition=~models.Q(title="")),
            models.CheckConstraint(
                name="work_alert_raised_by_and_at",
                condition=models.Q(raised_at__isnull=False) & ~models.Q(raised_by=""),
            ),
            _pair("accepted"),
            _pair("arrived"),
            _pair("solved"),
            models.CheckConstraint(
                name="work_alert_status_follows_its_steps",
                condition=models.Q(status="open", accepted_at=None, arrived_at=None, solved_at=None)
                | models.Q(status="accepted", accepted_at__isnull=False, arrived_at=None, solved_at=None)
                | models.Q(status="arrived", accepted_at__isnull=False, arrived_at__isnull=False, solved_at=None)
                | models.Q(status="solved", solved_at__isnull=False),
            ),
            models.CheckConstraint(
                name="work_alert_solved_has_a_cause",
                condition=~models.Q(status="solved") | models.Q(reason__isnull=False) | ~models.Q(cause=""),
            ),
            models.CheckConstraint(
                name="work_alert_mute_has_reason_and_end",
                condition=models.Q(muted_at=None, muted_by="", muted_until=None, mute_reason="")
                | (
                    models.Q(muted_at__isnull=False, muted_until__gt=models.F("muted_at"))
                    & ~models.Q(muted_by="")
                    & ~models.Q(mute_reason="")
                ),
            ),
            models.UniqueConstraint(
                fields=["site", "repeat_key"],
                name="work_alert_one_open_per_condition",
                condition=~models.Q(status="solved") & ~models.Q(repeat_key=""),
            ),
        ]
        indexes = [
            models.Index(fields=["site", "raised_at"], name="work_alert_by_time"),
            models.Index(fields=["site"], name="work_alert_open", condition=~models.Q(status="solved")),
            models.Index(fields=["site", "repeat_key", "raised_at"], name="work_alert_by_condition"),
            models.Index(fields=["equipment", "raised_at"], name="work_alert_by_machine"),
        ]
        triggers = [
            History(),
            NoDelete(),
            Frozen(fields=["site", "kind", "equipment", "source", "repeat_key", "raised_at", "raised_by"]),
            Guard(
                name="solved_stays",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func="""
                    IF OLD.status = 'solved' AND NEW IS DISTINCT FROM OLD THEN
                        RAISE EXCEPTION 'a solved alert is not changed: raise it again'
                            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'work_alert_solved_stays';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.title


class AlertStep(SiteOwned):
    """One line of an alert's history: what was done, when, by whom. The key makes an act count once."""

    alert = models.ForeignKey(Alert, on_delete=models.PROTECT, related_name="steps", verbose_name=_("alert"))
    act = models.CharField(_("act"), max_length=11, choices=ALERT_ACT.choices)
    done_at = models.DateTimeField(_("when"))
    done_by = models.CharField(_("who"), max_length=200)
    actor = models.CharField(_("signed in as"), max_length=100)
    person = models.ForeignKey(
        "plant.Person", null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("person")
    )
    to_person = models.ForeignKey(
        "plant.Person", null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("to person")
    )
    to_team = models.ForeignKey(
        "work.AlertTeam", null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("to team")
    )
    note = models.CharField(_("note"), max_length=300, blank=True)
    until = models.DateTimeField(_("until"), null=True, blank=True)
    op_uuid = models.UUIDField(_("key"), unique=True)

    class Meta:
        verbose_name = _("step of an alert")
        verbose_name_plural = _("steps of alerts")
        ordering = ["done_at", "id"]
        constraints = [
            ALERT_ACT.check("act", "work_alertstep_act_known"),
            models.CheckConstraint(
                name="work_alertstep_done_by_and_at",
                condition=models.Q(done_at__isnull=False) & ~models.Q(done_by=""),
            ),
        ]
        indexes = [models.Index(fields=["alert", "done_at"], name="work_alertstep_by_alert")]
        triggers = [AppendOnly()]

    def __str__(self) -> str:
        return f"{self.act} {self.done_at:%Y-%m-%d %H:%M:%S}"


class AlertNotice(SiteOwned):
    """A step of escalation was told for an alert, once for each time it waits."""

    alert = models.ForeignKey(Alert, on_delete=models.PROTECT, related_name="notices", verbose_name=_("alert"))
    escalation = models.ForeignKey(
        "work.EscalationStep", on_delete=models.PROTECT, related_name="+", verbose_name=_("step of escalation")
    )
    waiting_since = models.DateTimeField(_("waited since"))
    told_at = models.DateTimeField(_("told"))
    told = models.JSONField(_("who"), default=list)

    class Meta:
        verbose_name = _("notice of an alert")
        verbose_name_plural = _("notices of alerts")
        ordering = ["told_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["alert", "escalation", "waiting_since"], name="work_alertnotice_once_a_wait"
            )
        ]
        triggers = [AppendOnly()]

    def __str__(self) -> str:
        return f"{self.alert_id} {self.escalation_id}"
