"""How much each source of the can-start gate counts, by area."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from mom.core.db.triggers import History
from mom.plant.models import SiteOwned
from mom.work.models.labels import GATE_LEVEL


class GateRule(SiteOwned):
    """What a source finds forbids a start, warns, or isn't asked for: on a machine, in an area, or at the whole site.

    The nearest rule up the equipment tree holds; one without equipment is the site's. Without any the source's own
    level does.
    """

    source = models.CharField(_("what is asked"), max_length=40)
    equipment = models.ForeignKey(
        "plant.Equipment", null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("area")
    )
    level = models.CharField(_("counts"), max_length=5, choices=GATE_LEVEL.choices)
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)

    class Meta:
        verbose_name = _("rule of the gate")
        verbose_name_plural = _("rules of the gate")
        ordering = ["source", "equipment"]
        constraints = [
            models.UniqueConstraint(
                fields=["site", "source", "equipment"], nulls_distinct=False, name="work_gaterule_once"
            ),
            GATE_LEVEL.check("level", "work_gaterule_level_known"),
        ]
        triggers = [History()]

    def __str__(self) -> str:
        return f"{self.source}: {self.level}"
