"""How fast a product can run on a machine: the standard that performance is judged by, with validity."""

from datetime import timedelta

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.utils.translation import gettext_lazy as _

from mom.core.db.ranges import TsTzRange
from mom.core.db.triggers import History
from mom.plant.models import SiteOwned


class IdealCycle(SiteOwned):
    """The shortest cycle of a product on a machine, from one instant until another. Source: ISO 22400-2 PRI; TPM ICT.

    One cycle makes `pieces_per_cycle` units of the product; a mould's open cavities go before it. A cycle is not cut by
    shifts: the one that held when the piece was made judges it.
    """

    definition = models.ForeignKey(
        "plant.MaterialDefinition", on_delete=models.PROTECT, related_name="+", verbose_name=_("product")
    )
    equipment = models.ForeignKey(
        "plant.Equipment", on_delete=models.PROTECT, related_name="+", verbose_name=_("machine")
    )
    duration = models.DurationField(_("cycle"))
    pieces_per_cycle = models.DecimalField(_("made in a cycle"), max_digits=18, decimal_places=6, default=1)
    valid_from = models.DateTimeField(_("valid from"))
    valid_until = models.DateTimeField(_("valid until"), null=True, blank=True)

    class Meta:
        verbose_name = _("ideal cycle")
        verbose_name_plural = _("ideal cycles")
        ordering = ["equipment", "definition", "valid_from"]
        constraints = [
            models.CheckConstraint(
                name="production_idealcycle_positive",
                condition=models.Q(duration__gt=timedelta(0), pieces_per_cycle__gt=0),
            ),
            models.CheckConstraint(
                name="production_idealcycle_ends_after_start",
                condition=models.Q(valid_until=None) | models.Q(valid_until__gt=models.F("valid_from")),
            ),
            ExclusionConstraint(
                name="production_idealcycle_no_overlap",
                expressions=[
                    ("definition", RangeOperators.EQUAL),
                    ("equipment", RangeOperators.EQUAL),
                    (TsTzRange("valid_from", "valid_until"), RangeOperators.OVERLAPS),
                ],
            ),
        ]
        triggers = [History()]

    def __str__(self) -> str:
        return f"{self.definition_id} at {self.equipment_id}: {self.duration}"
