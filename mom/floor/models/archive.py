"""Which days of which machine stand in the columnar archive, and how long messages stay in the database."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from mom.core.db.triggers import Frozen, History, NoDelete
from mom.plant.models import SiteOwned


class ArchivePolicy(SiteOwned):
    """When the days of a site go to the archive and when they leave the database. A site without one has the defaults.

    `keep_days` empty: they never leave. The horizon never takes what is not archived and verified.
    """

    close_after_days = models.PositiveSmallIntegerField(
        _("archive after days"), default=2, help_text=_("Late messages of these days come in without a rewrite.")
    )
    keep_days = models.PositiveSmallIntegerField(
        _("keep in the database for days"), null=True, blank=True, help_text=_("Empty: for ever.")
    )

    class Meta:
        verbose_name = _("archive settings")
        verbose_name_plural = _("archive settings")
        constraints = [
            models.UniqueConstraint(fields=["site"], name="floor_archivepolicy_one_per_site"),
            models.CheckConstraint(
                name="floor_archivepolicy_closes_after_the_day", condition=models.Q(close_after_days__gte=1)
            ),
            models.CheckConstraint(
                name="floor_archivepolicy_keeps_until_closed",
                condition=models.Q(keep_days=None) | models.Q(keep_days__gte=models.F("close_after_days")),
            ),
        ]
        triggers = [History()]

    def __str__(self) -> str:
        return str(self.site_id)


class ArchivedDay(SiteOwned):
    """All messages of one machine in one UTC day as one Parquet file. What it holds is verified by reading it back.

    A row with `due_at` waits to be written (again); whoever writes holds it until `claimed_until`. `table_count` and
    `table_check` (exclusive or of the keys' halves) say which messages of the table the file holds: the database drops
    a day only where they are all of them. `last_readings`: what each counter and meter showed last in the file, with
    its instant, so that a shift after a dropped day needs no file; NULL: nobody looked.
    """

    equipment = models.ForeignKey(
        "plant.Equipment", on_delete=models.PROTECT, related_name="+", verbose_name=_("machine")
    )
    day = models.DateField(_("day (UTC)"))
    address = models.CharField(_("address"), max_length=500, blank=True)
    row_count = models.BigIntegerField(_("messages"), default=0)
    byte_count = models.BigIntegerField(_("bytes"), default=0)
    sha256 = models.CharField(_("SHA-256"), max_length=64, blank=True)
    table_count = models.BigIntegerField(default=0)
    table_check = models.BigIntegerField(default=0)
    last_id = models.BigIntegerField(default=0)
    due_at = models.DateTimeField(_("due"), null=True, blank=True)
    claimed_until = models.DateTimeField(null=True, blank=True)
    written_at = models.DateTimeField(_("written"), null=True, blank=True)
    verified_at = models.DateTimeField(_("verified"), null=True, blank=True)
    problem = models.CharField(_("problem"), max_length=300, blank=True)
    dropped_at = models.DateTimeField(_("dropped from the database"), null=True, blank=True)
    last_readings = models.JSONField(null=True, blank=True)

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
            models.CheckConstraint(
                name="floor_archivedday_verified_after_written",
                condition=models.Q(verified_at=None) | (models.Q(written_at__isnull=False) & ~models.Q(address="")),
            ),
        ]
        indexes = [
            models.Index(fields=["site", "day"], name="floor_archive_by_day"),
            models.Index(fields=["due_at"], name="floor_archive_due", condition=models.Q(due_at__isnull=False)),
        ]
        triggers = [NoDelete()]

    def __str__(self) -> str:
        return self.address or f"{self.equipment_id} {self.day}"


class LateMessage(SiteOwned):
    """A message that cannot be laid beside what the archive holds at once: it came late for a day that is only there.

    It is kept as it came and acknowledged; a worker reads the day's file and finds out whether it is new, a repeat, or
    says something else than the message of its identity. The row leaves in the transaction that settles it.
    `is_known`: its session had its number already.
    """

    source = models.ForeignKey("floor.Source", on_delete=models.PROTECT, related_name="+", verbose_name=_("source"))
    equipment = models.ForeignKey(
        "plant.Equipment", on_delete=models.PROTECT, related_name="+", verbose_name=_("machine")
    )
    day = models.DateField(_("day (UTC)"))
    key = models.UUIDField(_("key"))
    session = models.ForeignKey("floor.SourceSession", null=True, on_delete=models.PROTECT, related_name="+")
    sequence = models.BigIntegerField(_("number"), null=True)
    is_known = models.BooleanField()
    raw = models.JSONField(_("as it came"))
    received_at = models.DateTimeField(_("received"))

    class Meta:
        verbose_name = _("late message of an archived day")
        verbose_name_plural = _("late messages of archived days")
        ordering = ["id"]
        indexes = [models.Index(fields=["equipment", "day", "source"], name="floor_late_by_day")]
        triggers = [Frozen(fields=("site", "source", "equipment", "day", "key", "session", "sequence", "raw"))]

    def __str__(self) -> str:
        return f"{self.equipment_id} {self.day}"
