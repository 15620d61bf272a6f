"""One import of one file under one mapping: where it stands, what it found, what is in."""

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from mom.core.choices import Labelled
from mom.core.db.triggers import History
from mom.core.models import TaskRun
from mom.erp.engine.status import ImportStatus, import_status
from mom.plant.models import SiteOwned

IMPORT_STATUS = Labelled(
    ImportStatus,
    {
        ImportStatus.CHECKING: (_("Checking"), "run"),
        ImportStatus.CHECKED: (_("Checked"), "wait"),
        ImportStatus.RUNNING: (_("Running"), "run"),
        ImportStatus.COMPLETED: (_("Done"), "good"),
        ImportStatus.CANCELLED: (_("Cancelled"), "held"),
        ImportStatus.FAILED: (_("Failed"), "bad"),
    },
)


class ImportRun(SiteOwned):
    """One file on its way in: first checked as a whole, then brought in by pieces, each a piece of long work.

    The mapping is kept as it was. `applied_through` is the last line whose piece is committed: a worker that takes over
    goes on behind it. `rows_total` = new + known + refused; `rows_changed` are among those taken.
    """

    check_task = models.OneToOneField(
        TaskRun, on_delete=models.PROTECT, related_name="checked_import", verbose_name=_("check")
    )
    apply_task = models.OneToOneField(
        TaskRun,
        blank=True,
        null=True,
        on_delete=models.PROTECT,
        related_name="applied_import",
        verbose_name=_("bringing in"),
    )
    blob = models.ForeignKey(
        "core.StoredBlob", blank=True, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("file")
    )
    file_name = models.CharField(_("file"), max_length=200)
    file_digest = models.CharField(_("SHA-256 of the file"), max_length=64, blank=True)
    mapping_name = models.CharField(_("mapping"), max_length=200)
    mapping_text = models.TextField(_("mapping text"))
    mapping_digest = models.CharField(_("SHA-256 of the mapping"), max_length=64)
    source = models.CharField(_("source"), max_length=64)
    header = models.JSONField(_("header"), default=list, blank=True)
    is_dry_run = models.BooleanField(_("check only"), default=False)
    waits_for_start = models.BooleanField(_("a person starts it"), default=False)
    rows_total = models.PositiveIntegerField(_("rows"), default=0)
    rows_new = models.PositiveIntegerField(_("new"), default=0)
    rows_known = models.PositiveIntegerField(_("known"), default=0)
    rows_refused = models.PositiveIntegerField(_("refused"), default=0)
    rows_changed = models.PositiveIntegerField(_("changed"), default=0)
    rows_applied = models.PositiveIntegerField(_("in"), default=0)
    applied_through = models.PositiveIntegerField(_("in up to line"), default=0)
    requested_by = models.CharField(_("asked for by"), max_length=200)
    created_at = models.DateTimeField(_("asked for"))
    checked_at = models.DateTimeField(_("checked"), null=True, blank=True)
    completed_at = models.DateTimeField(_("completed"), null=True, blank=True)
    discarded_at = models.DateTimeField(_("discarded"), null=True, blank=True)

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(
                name="erp_importrun_counts_add_up",
                condition=models.Q(
                    rows_total=models.F("rows_new") + models.F("rows_known") + models.F("rows_refused"),
                    rows_applied__lte=models.F("rows_new"),
                ),
            ),
            models.CheckConstraint(
                name="erp_importrun_dry_run_brings_nothing_in",
                condition=models.Q(is_dry_run=False) | models.Q(apply_task=None, rows_applied=0),
            ),
        ]
        indexes = [models.Index(fields=["site", "-created_at", "-id"], name="erp_import_newest")]
        triggers = [History()]

    def __str__(self) -> str:
        return f"{self.file_name} ({self.pk})"

    def get_absolute_url(self) -> str:
        return reverse("erp:import_detail", args=[self.pk])

    @property
    def task(self) -> TaskRun:
        """The long work that people watch now."""
        return self.apply_task or self.check_task

    @property
    def status(self) -> ImportStatus:
        """Where it stands."""
        return import_status(
            self.check_task.status,
            self.apply_task.status if self.apply_task else None,
            is_dry_run=self.is_dry_run,
            is_discarded=self.discarded_at is not None,
        )

    @property
    def is_ended(self) -> bool:
        """Whether nothing more will happen with it."""
        return self.status in {ImportStatus.COMPLETED, ImportStatus.CANCELLED, ImportStatus.FAILED}

    def get_status_display(self) -> str:
        return str(IMPORT_STATUS.label(self.status))

    @property
    def state(self) -> str:
        """The state colour of its status."""
        return IMPORT_STATUS.state(self.status)
