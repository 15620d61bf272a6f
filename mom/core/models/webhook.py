"""Addresses of other systems that want to hear what happens here."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from mom.core.db.triggers import History


class WebhookEndpoint(models.Model):
    """One address that gets signed messages about the events it named. Its secret is stored sealed and shown once."""

    site = models.CharField(_("site"), max_length=32)
    name = models.CharField(_("name"), max_length=100)
    url = models.CharField(_("address"), max_length=500)
    events = ArrayField(models.CharField(max_length=100), verbose_name=_("events"), default=list)
    secret = models.TextField(editable=False)
    previous_secret = models.TextField(editable=False, blank=True)
    previous_until = models.DateTimeField(_("old secret valid until"), null=True, blank=True, editable=False)
    is_active = models.BooleanField(_("active"), default=True)
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)
    created_at = models.DateTimeField(_("added"))
    last_at = models.DateTimeField(_("last message"), null=True, blank=True, editable=False)
    last_status = models.PositiveSmallIntegerField(_("last answer's status"), null=True, blank=True, editable=False)
    last_answer = models.TextField(_("last answer"), blank=True, editable=False)

    class Meta:
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")
        ordering = ["name"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["site", "name"],
                name="core_webhookendpoint_name_in_site",
                violation_error_message=_("This name is taken in this site. Choose another one."),
            ),
            models.CheckConstraint(
                condition=models.Q(previous_secret="", previous_until__isnull=True)
                | (~models.Q(previous_secret="") & models.Q(previous_until__isnull=False)),
                name="core_webhookendpoint_overlap",
            ),
        ]
        triggers: ClassVar = [
            History(ignore=["last_at", "last_status", "last_answer"], redact=["secret", "previous_secret"])
        ]

    def __str__(self) -> str:
        return self.name
