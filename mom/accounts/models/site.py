"""The site: the key of rights and of row scope."""

import zoneinfo

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from mom.core.db.triggers import Frozen, History
from mom.core.fields import TimeZoneField, zone

CODE_PATTERN = r"^[A-Z0-9][A-Z0-9-]{0,19}\Z"


class Site(models.Model):
    """One plant. Its code is in every right and every row's scope, so it never changes once given.

    `is_demo` is set where the site is made and never again: a demo plant is the only one that can be removed.
    """

    code = models.CharField(_("code"), max_length=20, unique=True, validators=[RegexValidator(CODE_PATTERN)])
    name = models.CharField(_("name"), max_length=100)
    time_zone = TimeZoneField(_("time zone"), default="UTC")
    currency = models.CharField(_("currency"), max_length=3, default="EUR", validators=[RegexValidator(r"^[A-Z]{3}\Z")])
    is_active = models.BooleanField(_("active"), default=True)
    is_demo = models.BooleanField(_("demo plant"), default=False, db_default=False, editable=False)

    class Meta:
        verbose_name = _("site")
        verbose_name_plural = _("sites")
        ordering = ["code"]
        triggers = [History(), Frozen(fields=["code", "is_demo"])]
        constraints = [
            models.CheckConstraint(condition=models.Q(code__regex=CODE_PATTERN), name="accounts_site_code_shape"),
            models.CheckConstraint(
                condition=models.Q(currency__regex=r"^[A-Z]{3}\Z"), name="accounts_site_currency_shape"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        """The plant's zone, in which its shifts and days are cut."""
        return zone(self.time_zone)
