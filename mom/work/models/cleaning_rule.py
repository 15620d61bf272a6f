"""Which equipment must be clean before a job starts, and how long it counts as clean."""

from datetime import timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

from mom.core.db.triggers import History
from mom.plant.models import SiteOwned


class CleaningRule(SiteOwned):
    """A job starts on this equipment only while it is clean. `clean_hold` is elapsed time, not wall-clock time.

    Without a hold, clean stays clean until somebody says otherwise.
    """

    equipment = models.OneToOneField(
        "plant.Equipment", on_delete=models.PROTECT, related_name="cleaning_rule", verbose_name=_("machine")
    )
    clean_hold = models.DurationField(_("clean for"), null=True, blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)

    class Meta:
        verbose_name = _("cleaning rule")
        verbose_name_plural = _("cleaning rules")
        ordering = ["equipment"]
        constraints = [
            models.CheckConstraint(
                name="work_cleaningrule_hold_positive",
                condition=models.Q(clean_hold=None) | models.Q(clean_hold__gt=timedelta(0)),
            ),
        ]
        triggers = [History()]

    def __str__(self) -> str:
        return f"{self.equipment_id}: {self.clean_hold}"
