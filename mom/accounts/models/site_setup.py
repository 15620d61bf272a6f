"""How far a company is with its first steps: what was answered, before any of it takes effect."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class SiteSetup(models.Model):
    """The answers to the first steps of one site, step by step, kept until all of them take effect at once."""

    site = models.OneToOneField(
        "accounts.Site", primary_key=True, on_delete=models.PROTECT, related_name="setup", verbose_name=_("site")
    )
    answers = models.JSONField(_("answers"), default=dict)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    class Meta:
        verbose_name = _("first steps of a site")
        verbose_name_plural = _("first steps of sites")

    def __str__(self) -> str:
        return f"{self.site_id}"
