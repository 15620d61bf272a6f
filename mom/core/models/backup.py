"""What is known about each backup: when, why, how much, and whether it was proven by a restore."""

from enum import StrEnum
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from mom.core.choices import Labelled
from mom.core.choices import choices as labelled_choices


class BackupCause(StrEnum):
    """Why a backup was made."""

    SCHEDULE = "schedule"
    PERSON = "person"
    UPGRADE = "upgrade"


class BackupStatus(StrEnum):
    """How far a backup came."""

    RUNNING = "running"
    STORED = "stored"
    PROVEN = "proven"
    BROKEN = "broken"
    FAILED = "failed"


BACKUP_CAUSES = {
    BackupCause.SCHEDULE: _("By schedule"),
    BackupCause.PERSON: _("By hand"),
    BackupCause.UPGRADE: _("Before an upgrade"),
}
BACKUP_STATUS = Labelled(
    BackupStatus,
    {
        BackupStatus.RUNNING: (_("Running"), "info"),
        BackupStatus.STORED: (_("Stored, not proven"), "warn"),
        BackupStatus.PROVEN: (_("Proven"), "ok"),
        BackupStatus.BROKEN: (_("Can't be restored"), "bad"),
        BackupStatus.FAILED: (_("Failed"), "bad"),
    },
)
_RUNNING = BackupStatus.RUNNING.value


class BackupRun(models.Model):
    """One backup: stored means that its files are whole on disk, proven that a restore of them was compared."""

    name = models.CharField(_("name"), max_length=100, unique=True)
    cause = models.CharField(_("cause"), max_length=16, choices=labelled_choices(BackupCause, BACKUP_CAUSES))
    status = models.CharField(_("status"), max_length=16, choices=BACKUP_STATUS.choices, default=_RUNNING)
    directory = models.TextField(_("directory"))
    task_run_id = models.BigIntegerField(_("long work"), null=True, blank=True)
    started_at = models.DateTimeField(_("started"))
    stored_at = models.DateTimeField(_("stored"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    row_count = models.PositiveBigIntegerField(_("rows"), default=0)
    size = models.PositiveBigIntegerField(_("bytes"), default=0)
    heads = models.JSONField(_("ends of the audit chains"), default=list)
    findings = models.JSONField(_("findings"), default=list)
    error = models.TextField(_("error"), blank=True)
    removed_at = models.DateTimeField(_("removed"), null=True, blank=True)

    class Meta:
        verbose_name = _("backup")
        verbose_name_plural = _("backups")
        constraints: ClassVar = [
            BACKUP_STATUS.check("status", "core_backuprun_status"),
            models.CheckConstraint(
                condition=models.Q(status=_RUNNING, ended_at__isnull=True)
                | (~models.Q(status=_RUNNING) & models.Q(ended_at__isnull=False)),
                name="core_backuprun_ended",
            ),
            models.CheckConstraint(
                condition=~models.Q(status__in=[BackupStatus.STORED.value, BackupStatus.PROVEN.value])
                | models.Q(stored_at__isnull=False),
                name="core_backuprun_stored",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["-started_at"], name="core_backuprun_recent")]

    def __str__(self) -> str:
        return self.name
