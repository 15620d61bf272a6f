"""One import of one file under one mapping: where it stands, what it found, what is in."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from mom.core.choices import choices
from mom.core.db.triggers import History
from mom.erp.engine.transitions import ENDED, ImportStatus
from mom.plant.models import SiteOwned

IMPORT_STATUS = {
    ImportStatus.QUEUED: _("Waiting"),
    ImportStatus.CHECKED: _("Checked"),
    ImportStatus.APPLYING: _("Running"),
    ImportStatus.COMPLETED: _("Completed"),
    ImportStatus.CANCELLED: _("Cancelled"),
    ImportStatus.FAILED: _("Failed"),
}


class ImportRun(SiteOwned):
    """One file on its way in.

    The mapping is kept as it was. `applied_through` is the last line whose piece is committed: a worker that takes over
    goes on behind it. Counts: `rows_total` = new + known + refused; `rows_changed` are among those taken.
    """

    task = models.OneToOneField(
        "core.TaskRun", on_delete=models.PROTECT, related_name="import_run", verbose_name=_("progress")
    )
    blob = models.ForeignKey(
        "core.StoredBlob", blank=True, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("file")
    )
    file_name = models.CharField(_("file name"), max_length=200)
    file_digest = models.CharField(_("SHA-256 of the file"), max_length=64, blank=True)
    mapping_name = models.CharField(_("mapping"), max_length=200)
    mapping_text = models.TextField(_("mapping text"))
    mapping_digest = models.CharField(_("SHA-256 of the mapping"), max_length=64)
    source = models.CharField(_("source"), max_length=64)
    header = models.JSONField(_("header"), default=list, blank=True)
    status = models.CharField(
        _("status"), max_length=12, choices=choices(ImportStatus, IMPORT_STATUS), default=ImportStatus.QUEUED
    )
    is_dry_run = models.BooleanField(_("check only"), default=False)
    waits_for_start = models.BooleanField(_("waits for a person's start"), default=False)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    rows_total = models.PositiveIntegerField(_("rows"), default=0)
    rows_new = models.PositiveIntegerField(_("new rows"), default=0)
    rows_known = models.PositiveIntegerField(_("known rows"), default=0)
    rows_refused = models.PositiveIntegerField(_("refused rows"), default=0)
    rows_changed = models.PositiveIntegerField(_("changed rows"), default=0)
    rows_applied = models.PositiveIntegerField(_("rows taken in"), default=0)
    applied_through = models.PositiveIntegerField(_("taken in up to line"), default=0)
    requested_by = models.CharField(_("asked for by"), max_length=200)
    created_at = models.DateTimeField(_("created"))
    checked_at = models.DateTimeField(_("checked"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    failure = models.CharField(_("why it failed"), max_length=1000, blank=True)

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(name="erp_importrun_status_known", condition=models.Q(status__in=list(ImportStatus))),
            models.CheckConstraint(
                name="erp_importrun_ended_has_time",
                condition=models.Q(status__in=sorted(ENDED), ended_at__isnull=False)
                | (~models.Q(status__in=sorted(ENDED)) & models.Q(ended_at=None)),
            ),
            models.CheckConstraint(
                name="erp_importrun_failed_says_why",
                condition=models.Q(failure="") ^ models.Q(status=ImportStatus.FAILED),
            ),
        ]
        indexes = [
            models.Index(fields=["site", "-created_at", "-id"], name="erp_import_newest"),
            models.Index(
                fields=["id"], condition=~models.Q(status__in=sorted(ENDED)), name="erp_import_unfinished"
            ),
        ]
        triggers = [History()]

    def __str__(self) -> str:
        return f"{self.file_name} ({self.pk})"

    @property
    def is_ended(self) -> bool:
        """Whether nothing more will happen with it."""
        return self.status in ENDED
