"""Cleaning and set-up state of equipment, beside whether it runs: clean until then, set up for that."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.utils.translation import gettext_lazy as _

from mom.core.db.ranges import TsTzRange
from mom.core.db.triggers import History
from mom.plant.models import SiteOwned
from mom.work.models.labels import CONDITION_ASPECT


class EquipmentCondition(SiteOwned):
    """One aspect's value from an instant until the next; `expires_at` ends what it allows while the value stays.

    A clean vessel whose hold time ran out is still the last cleaned one, but no longer counts as clean.
    """

    equipment = models.ForeignKey(
        "plant.Equipment", on_delete=models.PROTECT, related_name="conditions", verbose_name=_("machine")
    )
    aspect = models.CharField(_("aspect"), max_length=10, choices=CONDITION_ASPECT.choices)
    value = models.CharField(_("value"), max_length=100)
    definition = models.ForeignKey(
        "plant.MaterialDefinition",
        blank=True,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("set up for"),
    )
    started_at = models.DateTimeField(_("from"))
    ended_at = models.DateTimeField(_("until"), null=True, blank=True)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    job_response = models.ForeignKey(
        "work.JobResponse",
        blank=True,
        null=True,
        on_delete=models.PROTECT,
        related_name="conditions",
        verbose_name=_("made by"),
    )

    class Meta:
        verbose_name = _("equipment condition")
        verbose_name_plural = _("equipment conditions")
        ordering = ["equipment", "aspect", "started_at"]
        constraints = [
            models.CheckConstraint(
                name="work_equipmentcondition_ends_after_start",
                condition=models.Q(ended_at=None) | models.Q(ended_at__gt=models.F("started_at")),
            ),
            ExclusionConstraint(
                name="work_equipmentcondition_one_at_a_time",
                expressions=[
                    ("equipment", RangeOperators.EQUAL),
                    ("aspect", RangeOperators.EQUAL),
                    (TsTzRange("started_at", "ended_at"), RangeOperators.OVERLAPS),
                ],
            ),
        ]
        triggers = [History()]

    def __str__(self) -> str:
        return f"{self.equipment_id} {self.aspect}: {self.value}"
