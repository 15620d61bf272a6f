"""Where a fact came from: the row of the foreign file, as it stood there."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from mom.core.db.triggers import AppendOnly
from mom.plant.models import SiteOwned


class SourceRow(SiteOwned):
    """One row that took effect, once for ever. Its identity is its content and its how-manieth occurrence in a file."""

    # No index of its own: a planner with statistics of other sites would take it in place of the unique one below.
    site = models.ForeignKey(
        "accounts.Site", on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name=_("site")
    )
    source = models.CharField(_("source"), max_length=64)
    digest = models.BinaryField(_("digest of the content"), max_length=32)
    occurrence = models.PositiveIntegerField(_("occurrence"))
    run = models.ForeignKey(
        "erp.ImportRun", on_delete=models.PROTECT, related_name="source_rows", verbose_name=_("import")
    )
    line = models.PositiveIntegerField(_("line"))
    raw = models.JSONField(_("cells"))
    job_response = models.OneToOneField(
        "work.JobResponse", on_delete=models.PROTECT, related_name="source_row", verbose_name=_("job response")
    )

    class Meta:
        verbose_name = _("source row")
        verbose_name_plural = _("source rows")
        ordering = ["run", "line"]
        constraints = [
            models.UniqueConstraint(
                fields=["site", "source", "digest", "occurrence"], name="erp_sourcerow_takes_effect_once"
            ),
        ]
        triggers = [AppendOnly()]

    def __str__(self) -> str:
        return f"{self.source}:{self.run_id}:{self.line}"
