"""A row of a file that is read and checked and has not taken effect. Gone when its import ends."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from mom.core.fields import QuantityField, UnitField


class StagedRow(models.Model):
    """One report as the mapping reads it; telemetry of an import, not a record: written by COPY, deleted at the end."""

    pk = models.CompositePrimaryKey("run_id", "line")
    # Unchecked by the database: the rows come and go with their run in one service, by the hundred thousand.
    run = models.ForeignKey(
        "erp.ImportRun", on_delete=models.PROTECT, related_name="staged_rows", db_index=False, db_constraint=False
    )
    line = models.PositiveIntegerField(_("line"))
    digest = models.BinaryField(_("digest of the content"), max_length=32)
    occurrence = models.PositiveIntegerField(_("occurrence"))
    raw = models.TextField(_("cells"))
    order_code = models.CharField(_("order"), max_length=64)
    operation = models.CharField(_("operation"), max_length=200)
    resource_code = models.CharField(_("machine"), max_length=64, blank=True)
    resource_name = models.CharField(_("machine name"), max_length=200, blank=True)
    person_code = models.CharField(_("person"), max_length=64, blank=True)
    person_name = models.CharField(_("person's name"), max_length=200, blank=True)
    part_code = models.CharField(_("material"), max_length=64, blank=True)
    part_name = models.CharField(_("material name"), max_length=200, blank=True)
    order_quantity = QuantityField(_("order quantity"), null=True, blank=True)
    unit = UnitField(_("unit"))
    started_at = models.DateTimeField(_("started"))
    ended_at = models.DateTimeField(_("ended"))
    duration = models.DurationField(_("duration"), null=True, blank=True)
    work_kind = models.CharField(_("kind"), max_length=12)
    good = QuantityField(_("good"))
    scrap = QuantityField(_("scrap"))
    rework = QuantityField(_("rework"))
    review = QuantityField(_("review"))
    is_rework = models.BooleanField(_("is rework"))

    class Meta:
        verbose_name = _("staged row")
        verbose_name_plural = _("staged rows")
        ordering = ["run_id", "line"]
        # Begins with the order, so that it is never taken for the primary key, which gives a piece its next lines.
        indexes = [models.Index(fields=["order_code", "run"], name="erp_staged_by_order")]

    def __str__(self) -> str:
        return f"{self.run_id}:{self.line}"
