"""Rules that raise alerts by themselves, and where each stands for each machine."""

from datetime import timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

from analytics.models.alert_rule_labels import RULE_FIGURE, RULE_SIDE, RULE_SUBJECT, STANDING_PHASE
from mom.core.fields import QuantityField
from mom.floor.models.labels import MACHINE_STATE
from mom.plant.models import MasterData, SiteOwned
from mom.work.engine.alert import AlertImpact, AlertSeverity
from mom.work.models.alert_labels import ALERT_IMPACT, ALERT_SEVERITY


class AlertRule(MasterData):
    """When a machine of the scope is in a state for too long, a reading or a figure is off: raise an alert.

    State: `state`, and `reason` where only that one counts, for longer than `delay`. Reading: `signal` on the `side` of
    `threshold` for longer than `delay`; it is over when it is back by `dead_band`. Figure: the running shift's `figure`
    on its bad side of `threshold` (empty: its target), once `least_minutes` of planned time have passed.
    No `equipment`: every machine of the site; an area or line: every machine in it.
    """

    subject = models.CharField(_("watches"), max_length=7, choices=RULE_SUBJECT.choices)
    equipment = models.ForeignKey(
        "plant.Equipment", null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("where")
    )
    state = models.CharField(_("state"), max_length=5, choices=MACHINE_STATE.choices, blank=True)
    reason = models.ForeignKey(
        "plant.Reason", null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("reason")
    )
    signal = models.CharField(_("signal"), max_length=64, blank=True)
    side = models.CharField(_("when it is"), max_length=5, choices=RULE_SIDE.choices, blank=True)
    figure = models.CharField(_("figure"), max_length=11, choices=RULE_FIGURE.choices, blank=True)
    threshold = QuantityField(_("limit"), null=True, blank=True)
    dead_band = QuantityField(_("dead band"), default=0)
    delay = models.DurationField(_("for longer than"), default=timedelta(0))
    least_minutes = models.PositiveSmallIntegerField(_("after planned minutes"), default=60)
    team = models.ForeignKey(
        "work.AlertTeam", null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("team")
    )
    severity = models.CharField(
        _("severity"), max_length=4, choices=ALERT_SEVERITY.choices, default=AlertSeverity.WARN.value
    )
    impact = models.CharField(_("impact"), max_length=7, choices=ALERT_IMPACT.choices, default=AlertImpact.NONE.value)
    valid_from = models.DateTimeField(_("valid from"))
    valid_until = models.DateTimeField(_("valid until"), null=True, blank=True)

    class Meta(MasterData.Meta):
        verbose_name = _("alert rule")
        verbose_name_plural = _("alert rules")
        constraints = [
            *MasterData.Meta.constraints,
            RULE_SUBJECT.check("subject", "analytics_alertrule_subject_known"),
            ALERT_SEVERITY.check("severity", "analytics_alertrule_severity_known"),
            ALERT_IMPACT.check("impact", "analytics_alertrule_impact_known"),
            models.CheckConstraint(
                name="analytics_alertrule_says_what_it_watches",
                condition=(models.Q(subject="state", signal="", figure="") & ~models.Q(state=""))
                | (
                    models.Q(subject="reading", state="", reason=None, figure="", threshold__isnull=False)
                    & models.Q(side__in=["above", "below"])
                    & ~models.Q(signal="")
                )
                | (models.Q(subject="figure", state="", reason=None, signal="") & ~models.Q(figure="")),
            ),
            models.CheckConstraint(name="analytics_alertrule_band_not_negative", condition=models.Q(dead_band__gte=0)),
            models.CheckConstraint(
                name="analytics_alertrule_delay_not_negative", condition=models.Q(delay__gte=timedelta(0))
            ),
            models.CheckConstraint(
                name="analytics_alertrule_ends_after_start",
                condition=models.Q(valid_until=None) | models.Q(valid_until__gt=models.F("valid_from")),
            ),
        ]


class RuleStanding(SiteOwned):
    """Where a rule stands for a machine, so that a worker that starts anew goes on as if it had never stopped.

    `seen_at` is the instant up to which was judged; `since` is when the condition began to hold.
    """

    rule = models.ForeignKey(AlertRule, on_delete=models.PROTECT, related_name="standings", verbose_name=_("rule"))
    equipment = models.ForeignKey(
        "plant.Equipment", on_delete=models.PROTECT, related_name="+", verbose_name=_("machine")
    )
    phase = models.CharField(_("phase"), max_length=7, choices=STANDING_PHASE.choices)
    since = models.DateTimeField(_("since"), null=True, blank=True)
    seen_at = models.DateTimeField(_("judged up to"))
    value = QuantityField(_("last value"), null=True, blank=True)

    class Meta:
        verbose_name = _("standing of a rule")
        verbose_name_plural = _("standings of rules")
        constraints = [
            models.UniqueConstraint(fields=["rule", "equipment"], name="analytics_rulestanding_once"),
            STANDING_PHASE.check("phase", "analytics_rulestanding_phase_known"),
            models.CheckConstraint(
                name="analytics_rulestanding_since_while_it_holds",
                condition=models.Q(phase="normal", since=None)
                | (models.Q(phase__in=["pending", "raised"]) & models.Q(since__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule_id} {self.equipment_id} {self.phase}"
