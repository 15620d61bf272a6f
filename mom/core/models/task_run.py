"""Long work that people can watch: imports, exports, recomputations."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from mom.core.choices import Labelled
from mom.core.engine.task_run import ENDED, TaskRunStatus

_ENDED = sorted(status.value for status in ENDED)

TASK_RUN_STATUS = Labelled(
    TaskRunStatus,
    {
        TaskRunStatus.QUEUED: (_("Waiting"), "info"),
        TaskRunStatus.RUNNING: (_("Running"), "info"),
        TaskRunStatus.SUCCEEDED: (_("Done"), "ok"),
        TaskRunStatus.FAILED: (_("Failed"), "bad"),
        TaskRunStatus.CANCELLED: (_("Cancelled"), "warn"),
    },
)


class TaskRun(models.Model):
    """One piece of long work: how far it is, who asked for it, how it ended.

    A worker holds it by a lease; when the worker dies, another continues after the lease has run out.
    """

    kind = models.CharField(_("kind"), max_length=100)
    site = models.CharField(_("site"), max_length=32)
    title = models.CharField(_("title"), max_length=200)
    status = models.CharField(
        _("status"), max_length=16, choices=TASK_RUN_STATUS.choices, default=TaskRunStatus.QUEUED.value
    )
    parameters = models.JSONField(_("parameters"), default=dict)
    done = models.PositiveBigIntegerField(_("done"), default=0)
    total = models.PositiveBigIntegerField(_("of"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True)
    requested_by = models.CharField(_("requested by"), max_length=170)
    requested_by_label = models.CharField(_("requested by"), max_length=200)
    cancel_requested_at = models.DateTimeField(_("cancel requested"), null=True, blank=True)
    result = models.JSONField(_("result"), default=dict)
    error = models.TextField(_("error"), blank=True)
    claims = models.PositiveIntegerField(default=0, help_text=_("How often a worker took it: the present one's fence."))
    attempts = models.PositiveIntegerField(_("tries since the last progress"), default=0)
    heartbeat_at = models.DateTimeField(_("last sign of life"), null=True, blank=True)
    lease_until = models.DateTimeField(_("leased until"), null=True, blank=True)
    created_at = models.DateTimeField(_("requested"))
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
    finished_at = models.DateTimeField(_("ended"), null=True, blank=True)

    class Meta:
        verbose_name = _("long work")
        verbose_name_plural = _("long work")
        constraints: ClassVar = [
            TASK_RUN_STATUS.check("status", "core_taskrun_status"),
            models.CheckConstraint(
                condition=models.Q(status__in=_ENDED, finished_at__isnull=False)
                | (~models.Q(status__in=_ENDED) & models.Q(finished_at__isnull=True)),
                name="core_taskrun_finished",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["site", "-created_at"], name="core_taskrun_recent"),
            models.Index(
                fields=["lease_until"],
                condition=models.Q(status__in=[TaskRunStatus.QUEUED.value, TaskRunStatus.RUNNING.value]),
                name="core_taskrun_unfinished",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_finished(self) -> bool:
        return self.status in ENDED

    @property
    def state(self) -> str:
        """The tone of its status: info, ok, warn or bad."""
        return TASK_RUN_STATUS.state(self.status)


class TaskRunIssue(models.Model):
    """One thing that long work refused or changed: line, column, value and why."""

    run = models.ForeignKey(TaskRun, on_delete=models.CASCADE, related_name="issues", verbose_name=_("long work"))
    line = models.PositiveBigIntegerField(_("line"), null=True, blank=True)
    column = models.CharField(_("column"), max_length=200, blank=True)
    value = models.CharField(_("value"), max_length=500, blank=True)
    code = models.CharField(_("code"), max_length=100)
    message = models.TextField(_("message"))

    class Meta:
        verbose_name = _("issue of long work")
        verbose_name_plural = _("issues of long work")
        indexes: ClassVar = [models.Index(fields=["run", "line", "id"], name="core_taskrunissue_line")]

    def __str__(self) -> str:
        return f"{self.line} {self.column} {self.code}"
