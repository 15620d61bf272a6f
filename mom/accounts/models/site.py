"""The site: the key of rights and of row scope."""

import zoneinfo

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

CODE_PATTERN = r"^[A-Z0-9][A-Z0-9-]{0,19}$"


def validate_time_zone(name: str) -> None:
    """Refuse a name that the time zone database does not know. Raises: ValidationError."""
    if name not in zoneinfo.available_timezones():
        raise ValidationError(_("%(name)s is not a time zone, for example Europe/Stockholm."), params={"name": name})


class Site(models.Model):
    """One plant. Its code is in every right and every row's scope, so it never changes once given."""

    code = models.CharField(_("code"), max_length=20, unique=True, validators=[RegexValidator(CODE_PATTERN)])
    name = models.CharField(_("name"), max_length=100)
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC", validators=[validate_time_zone])
    currency = models.CharField(_("currency"), max_length=3, default="EUR", validators=[RegexValidator(r"^[A-Z]{3}$")])
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("site")
        verbose_name_plural = _("sites")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(condition=models.Q(code__regex=CODE_PATTERN), name="accounts_site_code_shape"),
            models.CheckConstraint(condition=models.Q(currency__regex=r"^[A-Z]{3}$"), name="accounts_site_currency_shape"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        """The plant's zone, in which its shifts and days are cut."""
        return zoneinfo.ZoneInfo(self.time_zone)
