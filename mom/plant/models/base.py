"""What every row of the plant model has: a site, a code that people use, a version that editors compare."""

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from mom.core.db.triggers import History


class SiteOwned(models.Model):
    """A row that belongs to one site: rights, uniqueness and every list are read within it."""

    site = models.ForeignKey("accounts.Site", on_delete=models.PROTECT, related_name="+", verbose_name=_("site"))

    class Meta:
        abstract = True


class MasterData(SiteOwned):
    """A named thing that people keep: code unique in its site, every version of the row kept by trigger."""

    code = models.CharField(_("code"), max_length=64)
    name = models.CharField(_("name"), max_length=200, blank=True)
    description = models.TextField(_("description"), blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    changed_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        abstract = True
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(
                fields=["site", "code"],
                name="%(app_label)s_%(class)s_code_unique_in_site",
                violation_error_message=_("This code is taken in this site. Choose another one."),
            ),
            models.CheckConstraint(
                condition=~models.Q(code=""),
                name="%(app_label)s_%(class)s_code_not_empty",
                violation_error_message=_("A code is needed."),
            ),
        ]
        triggers: list[pgtrigger.Trigger] = [History()]

    def __str__(self) -> str:
        return f"{self.code} {self.name}".strip()
