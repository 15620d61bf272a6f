"""Who comes when something is wrong: teams, who of them is on call when, and whom else to tell after how long."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from mom.core.db.ranges import TsTzRange
from mom.core.db.triggers import History
from mom.plant.models import MasterData, SiteOwned
from mom.work.engine.alert import TeamIcon
from mom.work.models.alert_labels import ESCALATION_TARGET, TEAM_ICON


class AlertTeam(MasterData):
    """People who are called together: maintenance, logistics, quality, the team leaders."""

    icon = models.CharField(_("sign"), max_length=10, choices=TEAM_ICON.choices, default=TeamIcon.BELL.value)
    position = models.PositiveSmallIntegerField(_("place on the sheet"), default=50)
    email = models.EmailField(_("e-mail of the team"), blank=True, help_text=_("Told beside its people."))
    members = models.ManyToManyField(
        "plant.Person", through="work.AlertTeamMember", blank=True, related_name="alert_teams", verbose_name=_("people")
    )

    class Meta(MasterData.Meta):
        verbose_name = _("team")
        verbose_name_plural = _("teams")
        ordering = ["position", "code"]
        constraints = [
            *MasterData.Meta.constraints,
            TEAM_ICON.check("icon", "work_alertteam_icon_known"),
        ]


class AlertTeamMember(models.Model):
    """A person belongs to a team."""

    team = models.ForeignKey(AlertTeam, models.PROTECT, related_name="+", verbose_name=_("team"))
    person = models.ForeignKey("plant.Person", models.PROTECT, related_name="+", verbose_name=_("person"))

    class Meta:
        verbose_name = _("person in a team")
        verbose_name_plural = _("people in teams")
        constraints = [models.UniqueConstraint(fields=["team", "person"], name="work_alertteammember_once")]
        triggers = [History()]

    def __str__(self) -> str:
        return f"{self.person_id} in {self.team_id}"


class RotaEntry(SiteOwned):
    """A person is on call for a team from one instant until another; one at a time, and one deputy."""

    team = models.ForeignKey(AlertTeam, on_delete=models.PROTECT, related_name="rota", verbose_name=_("team"))
    person = models.ForeignKey("plant.Person", on_delete=models.PROTECT, related_name="+", verbose_name=_("person"))
    is_deputy = models.BooleanField(_("deputy"), default=False)
    started_at = models.DateTimeField(_("from"))
    ended_at = models.DateTimeField(_("until"))
    is_active = models.BooleanField(_("holds"), default=True)
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)

    class Meta:
        verbose_name = _("turn on call")
        verbose_name_plural = _("turns on call")
        ordering = ["started_at", "is_deputy"]
        constraints = [
            models.CheckConstraint(
                name="work_rotaentry_ends_after_start", condition=models.Q(ended_at__gt=models.F("started_at"))
            ),
            ExclusionConstraint(
                name="work_rotaentry_one_at_a_time",
                condition=models.Q(is_active=True),
                expressions=[
                    ("team", RangeOperators.EQUAL),
                    (Cast("is_deputy", models.IntegerField()), RangeOperators.EQUAL),
                    (TsTzRange("started_at", "ended_at"), RangeOperators.OVERLAPS),
                ],
            ),
            ExclusionConstraint(
                name="work_rotaentry_person_once",
                condition=models.Q(is_active=True),
                expressions=[
                    ("team", RangeOperators.EQUAL),
                    ("person", RangeOperators.EQUAL),
                    (TsTzRange("started_at", "ended_at"), RangeOperators.OVERLAPS),
                ],
            ),
        ]
        triggers = [History()]

    def __str__(self) -> str:
        return f"{self.team_id} {self.person_id} {self.started_at:%Y-%m-%d %H:%M}"


class EscalationStep(SiteOwned):
    """Whom to tell when an alert of the team has waited so many minutes. Zero: at once."""

    team = models.ForeignKey(AlertTeam, on_delete=models.PROTECT, related_name="steps", verbose_name=_("team"))
    after_minutes = models.PositiveSmallIntegerField(_("after minutes"), default=0)
    target = models.CharField(_("tell"), max_length=10, choices=ESCALATION_TARGET.choices)
    person = models.ForeignKey(
        "plant.Person", null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("person")
    )
    other_team = models.ForeignKey(
        AlertTeam, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("team told")
    )
    role = models.ForeignKey(
        "accounts.Role", null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("role")
    )
    is_active = models.BooleanField(_("holds"), default=True)
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)

    class Meta:
        verbose_name = _("step of escalation")
        verbose_name_plural = _("steps of escalation")
        ordering = ["team", "after_minutes", "id"]
        constraints = [
            ESCALATION_TARGET.check("target", "work_escalationstep_target_known"),
            models.CheckConstraint(
                name="work_escalationstep_names_its_target",
                condition=models.Q(target="on_call", person=None, other_team=None, role=None)
                | models.Q(target="team", person=None, role=None)
                | models.Q(target="person", person__isnull=False, other_team=None, role=None)
                | models.Q(target="role", role__isnull=False, person=None, other_team=None),
            ),
            models.UniqueConstraint(
                fields=["team", "after_minutes", "target", "person", "other_team", "role"],
                name="work_escalationstep_once",
                condition=models.Q(is_active=True),
                nulls_distinct=False,
            ),
        ]
        triggers = [History()]

    def __str__(self) -> str:
        return f"{self.team_id} +{self.after_minutes} {self.target}"
