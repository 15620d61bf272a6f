"""Which days of which machine stand in the columnar archive."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from mom.plant.models import SiteOwned


class ArchivedDay(SiteOwned):
    """All messages of one machine in one UTC day as one Parquet file. What it holds is verified by reading it back."""

    equipment = models.ForeignKey(
        "plant.Equipment", on_delete=models.PROTECT, related_name="+", verbose_name=_("machine")
    )
    day = models.DateField(_("day (UTC)"))
    address = models.CharField(_("address"), max_length=500)
    row_count = models.BigIntegerField(_("messages"))
    byte_count = models.BigIntegerField(_("bytes"))
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    written_at = models.DateTimeField(_("written"))
    verified_at = models.DateTimeField(_("verified"), null=True, blank=True)
    dropped_at = models.DateTimeField(_("dropped from the database"), null=True, blank=True)

    class Meta:
        verbose_name = _("archived day")
        verbose_name_plural = _("archived days")
        ordering = ["day", "equipment"]
        constraints = [
            models.UniqueConstraint(fields=["equipment", "day"], name="floor_archivedday_once"),
            models.CheckConstraint(
                name="floor_archivedday_dropped_after_verified",
                condition=models.Q(dropped_at=None) | models.Q(verified_at__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["site", "day"], name="floor_archive_by_day")]

    def __str__(self) -> str:
        return self.address
