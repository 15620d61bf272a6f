"""Under the audit trail: every version of every row of the tables that declare `History()`."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from mom.core.db.triggers import WrittenByDatabase


class RowVersion(models.Model):
    """One INSERT, UPDATE or DELETE of one row, as the database saw it. Written by trigger only, no foreign keys."""

    recorded_at = models.DateTimeField(_("recorded"))
    table_name = models.CharField(_("table"), max_length=63)
    row_id = models.CharField(_("row"), max_length=100)
    operation = models.CharField(_("operation"), max_length=6)
    old = models.JSONField(_("old"), null=True)
    new = models.JSONField(_("new"), null=True)
    actor = models.CharField(_("actor key"), max_length=170)
    actor_label = models.CharField(_("actor"), max_length=200)
    reason = models.TextField(_("reason"), blank=True)
    request_id = models.CharField(_("request"), max_length=64, blank=True)

    class Meta:
        verbose_name = _("row version")
        verbose_name_plural = _("row versions")
        indexes: ClassVar = [models.Index(fields=["table_name", "row_id", "id"], name="core_rowversion_row")]
        triggers: ClassVar = [WrittenByDatabase()]

    def __str__(self) -> str:
        return f"{self.operation} {self.table_name} {self.row_id}"
