"""One list on its way in: a spreadsheet of machines, people, materials, orders or opening stock."""

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from mom.core.choices import Labelled
from mom.core.db.triggers import History
from mom.core.models import TaskRun
from mom.erp.engine.table_fields import TableKind
from mom.plant.models import SiteOwned

TABLE_KIND = Labelled(
    TableKind,
    {
        TableKind.MACHINES: (_("Machines"), ""),
        TableKind.PEOPLE: (_("People"), ""),
        TableKind.MATERIALS: (_("Materials"), ""),
        TableKind.ORDERS: (_("Orders"), ""),
        TableKind.STOCK: (_("Opening stock"), ""),
        TableKind.ROUTINGS: (_("Definitions"), ""),
        TableKind.PLANS: (_("Control plans"), ""),
    },
)


class TableImport(SiteOwned):
    """A file with the choice of its columns. Nothing of it takes effect before a person has seen what it would do.

    `shape` is how the file is written, `columns` which field is read from which heading. The counts are those of the
    last check, and after the bringing in those of what was done; `applied_through` is the last line that is in.
    """

    kind = models.CharField(_("list of"), max_length=TABLE_KIND.max_length, choices=TABLE_KIND.choices)
    blob = models.ForeignKey("core.StoredBlob", on_delete=models.PROTECT, related_name="+", verbose_name=_("file"))
    file_name = models.CharField(_("file"), max_length=200)
    shape = models.JSONField(_("how the file is written"))
    header = models.JSONField(_("header"))
    columns = models.JSONField(_("columns"), default=dict)
    decimal = models.CharField(_("decimal sign"), max_length=1, default=".")
    date_format = models.CharField(_("dates"), max_length=20, default="%Y-%m-%d")
    rows_total = models.PositiveIntegerField(_("rows"), default=0)
    rows_new = models.PositiveIntegerField(_("new"), default=0)
    rows_changed = models.PositiveIntegerField(_("changed"), default=0)
    rows_same = models.PositiveIntegerField(_("same"), default=0)
    rows_refused = models.PositiveIntegerField(_("refused"), default=0)
    rows_applied = models.PositiveIntegerField(_("brought in"), default=0)
    applied_through = models.PositiveIntegerField(_("in up to line"), default=0)
    apply_task = models.OneToOneField(
        TaskRun, blank=True, null=True, on_delete=models.PROTECT, related_name="table_import", verbose_name=_("work")
    )
    requested_by = models.CharField(_("asked for by"), max_length=200)
    created_at = models.DateTimeField(_("asked for"))
    checked_at = models.DateTimeField(_("checked"), null=True, blank=True)
    completed_at = models.DateTimeField(_("completed"), null=True, blank=True)
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)

    class Meta:
        verbose_name = _("list import")
        verbose_name_plural = _("list imports")
        ordering = ["-created_at", "-id"]
        constraints = [
            TABLE_KIND.check("kind", "erp_tableimport_kind_known"),
            models.CheckConstraint(
                name="erp_tableimport_counts_add_up",
                condition=models.Q(
                    rows_total=models.F("rows_new")
                    + models.F("rows_changed")
                    + models.F("rows_same")
                    + models.F("rows_refused")
                ),
            ),
            models.CheckConstraint(
                name="erp_tableimport_brought_in_after_check",
                condition=models.Q(apply_task=None, completed_at=None) | models.Q(checked_at__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["site", "-created_at", "-id"], name="erp_table_import_newest")]
        triggers = [History()]

    def __str__(self) -> str:
        return f"{self.file_name} ({self.pk})"

    def get_absolute_url(self) -> str:
        return reverse("erp:table_detail", args=[self.pk])
