"""Changes of what past time means, until it is known which machines' figures they touch."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Redefinition(models.Model):
    """One version of a row that figures are made with: a shift, a reason's class, a standard. Written by trigger only.

    Whatever writes such a row, its version in the history of rows leaves one here, in the same transaction. A worker
    turns it into stretches of machines, the newest month first; `reached` is how far back it is, empty where it has not
    begun. The row goes when nothing older is left.
    """

    version_id = models.BigIntegerField(_("version"), unique=True)
    table_name = models.CharField(_("table"), max_length=63)
    recorded_at = models.DateTimeField(_("recorded"))
    reached = models.DateTimeField(_("reached"), null=True)

    class Meta:
        verbose_name = _("change of what time means")
        verbose_name_plural = _("changes of what time means")

    def __str__(self) -> str:
        return f"{self.table_name} {self.version_id}"
