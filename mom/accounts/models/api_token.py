"""The keys of other programs."""

from datetime import datetime, timedelta

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from mom.accounts.models.user import User
from mom.core.db.triggers import Frozen, History

LONGEST_LIFE = timedelta(days=366)


class ApiToken(models.Model):
    """A key by which a program acts for a person: within its scopes AND the person's roles, never beyond either.

    Only the SHA-256 of the secret is kept; the prefix is what lists and audit entries show. No sites = the person's
    sites; no networks = from anywhere.
    """

    user = models.ForeignKey(User, models.PROTECT, related_name="api_tokens", verbose_name=_("user"))
    name = models.CharField(_("name"), max_length=100)
    prefix = models.CharField(_("begins with"), max_length=16, unique=True, editable=False)
    digest = models.CharField(_("digest"), max_length=64, unique=True, editable=False)
    scopes = ArrayField(models.CharField(max_length=40), verbose_name=_("scopes"))
    sites = ArrayField(models.CharField(max_length=20), verbose_name=_("sites"), default=list, blank=True)
    networks = ArrayField(models.CharField(max_length=43), verbose_name=_("networks"), default=list, blank=True)
    created_at = models.DateTimeField(_("created at"), db_default=Now(), editable=False)
    expires_at = models.DateTimeField(_("expires at"))
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        ordering = ["-created_at"]
        triggers = [
            History(redact=["digest"]),
            Frozen(fields=["digest", "prefix", "user", "scopes", "sites", "expires_at"]),
        ]
        constraints = [
            models.CheckConstraint(condition=models.Q(scopes__len__gt=0), name="accounts_apitoken_has_scope"),
            models.CheckConstraint(
                condition=models.Q(expires_at__lte=models.F("created_at") + LONGEST_LIFE),
                name="accounts_apitoken_one_year",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.prefix}… {self.name}"

    def is_live(self, at: datetime) -> bool:
        """Whether it opens doors at that instant."""
        return self.revoked_at is None and at < self.expires_at and self.user.is_active


class ApiTokenUse(models.Model):
    """When and from where a token was last used: written at most once a minute, and no part of the token's history."""

    token = models.OneToOneField(ApiToken, models.CASCADE, related_name="use", primary_key=True)
    last_used_at = models.DateTimeField(_("last used at"))
    last_used_from = models.GenericIPAddressField(_("last used from"), null=True)

    class Meta:
        verbose_name = _("use of an API token")
        verbose_name_plural = _("uses of API tokens")

    def __str__(self) -> str:
        return f"{self.token_id} {self.last_used_at:%Y-%m-%d %H:%M}"
