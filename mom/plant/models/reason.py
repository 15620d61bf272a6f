"""Reason trees for stops, scrap, rework and indirect time. What a reason counts as is versioned data, not code."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.utils.translation import gettext_lazy as _

from mom.core.db.ranges import TsTzRange
from mom.core.db.triggers import History
from mom.plant.models.base import MasterData, SiteOwned
from mom.plant.models.labels import LOSS_CLASS, REASON_KIND, TIME_CLASS


class Reason(MasterData):
    """One answer to "why?". At most nine on a level and two levels, so that a gloved finger finds it."""

    kind = models.CharField(_("kind"), max_length=8, choices=REASON_KIND.choices)
    parent = models.ForeignKey(
        "self", blank=True, null=True, on_delete=models.PROTECT, related_name="children", verbose_name=_("part of")
    )
    position = models.PositiveIntegerField(_("order"), default=0)

    class Meta(MasterData.Meta):
        verbose_name = _("reason")
        verbose_name_plural = _("reasons")
        ordering = ["kind", "position", "code"]
        constraints = [
            models.UniqueConstraint(fields=["site", "kind", "code"], name="plant_reason_code_unique_in_site_and_kind"),
            models.CheckConstraint(name="plant_reason_code_not_empty", condition=~models.Q(code="")),
        ]


class ReasonClassification(SiteOwned):
    """What a reason counts as, from one instant until another; figures use the one that held at the time."""

    reason = models.ForeignKey(
        Reason, on_delete=models.PROTECT, related_name="classifications", verbose_name=_("reason")
    )
    time_class = models.CharField(_("time class"), max_length=20, choices=TIME_CLASS.choices)
    loss_class = models.CharField(_("loss class"), max_length=20, choices=LOSS_CLASS.choices)
    valid_from = models.DateTimeField(_("valid from"))
    valid_until = models.DateTimeField(_("valid until"), null=True, blank=True)

    class Meta:
        verbose_name = _("reason classification")
        verbose_name_plural = _("reason classifications")
        ordering = ["reason", "valid_from"]
        constraints = [
            models.CheckConstraint(
                name="plant_reasonclassification_ends_after_start",
                condition=models.Q(valid_until=None) | models.Q(valid_until__gt=models.F("valid_from")),
            ),
            ExclusionConstraint(
                name="plant_reasonclassification_no_overlap",
                expressions=[
                    ("reason", RangeOperators.EQUAL),
                    (TsTzRange("valid_from", "valid_until"), RangeOperators.OVERLAPS),
                ],
            ),
        ]
        triggers = [History()]

    def __str__(self) -> str:
        return f"{self.reason.code}: {self.time_class}"
