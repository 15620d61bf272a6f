"""Energy that a run or a stretch of work used, as somebody or a meter reported it."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from mom.core.db.triggers import AppendOnly
from mom.core.fields import QuantityField, UnitField
from mom.work.models.fact import Fact
from mom.work.models.labels import ENERGY_CARRIER


class EnergyUse(Fact):
    """Energy of one carrier, of a run (its jobs share it by their weights) or of one job response. Append-only."""

    run = models.ForeignKey(
        "work.Run", blank=True, null=True, on_delete=models.PROTECT, related_name="energy_uses", verbose_name=_("run")
    )
    job_response = models.ForeignKey(
        "work.JobResponse",
        blank=True,
        null=True,
        on_delete=models.PROTECT,
        related_name="energy_uses",
        verbose_name=_("job response"),
    )
    carrier = models.CharField(_("carrier"), max_length=ENERGY_CARRIER.max_length, choices=ENERGY_CARRIER.choices)
    quantity = QuantityField(_("quantity"))
    unit = UnitField(_("unit"), default="KWH")
    started_at = models.DateTimeField(_("from"))
    ended_at = models.DateTimeField(_("until"))

    class Meta:
        verbose_name = _("energy use")
        verbose_name_plural = _("energy uses")
        ordering = ["started_at", "id"]
        constraints = [
            *Fact.Meta.constraints,
            models.CheckConstraint(
                name="work_energyuse_run_or_response",
                condition=models.Q(run__isnull=False, job_response=None)
                | models.Q(run=None, job_response__isnull=False),
            ),
            models.CheckConstraint(
                name="work_energyuse_ends_after_start", condition=models.Q(ended_at__gt=models.F("started_at"))
            ),
            models.CheckConstraint(
                name="work_energyuse_sign_matches_reversal",
                condition=models.Q(reverses=None, quantity__gt=0) | models.Q(reverses__isnull=False, quantity__lt=0),
            ),
            ENERGY_CARRIER.check("carrier", "work_energyuse_carrier_known"),
        ]
        triggers = [AppendOnly()]

    def __str__(self) -> str:
        return f"{self.quantity} {self.unit} {self.carrier}"
