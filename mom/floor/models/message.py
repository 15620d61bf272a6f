"""What came from Level 2, as it came: sources, messages, holes in their numbering, what needs a person."""

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from mom.core.db.triggers import AppendOnly, History
from mom.core.fields import UnitField
from mom.floor.models.labels import MESSAGE_KIND, QUARANTINE_PROBLEM, QUARANTINE_STATUS
from mom.plant.models import SiteOwned


class Source(SiteOwned):
    """Whoever sends messages: a gateway, an adapter, an integration. It is made by its first batch."""

    code = models.CharField(_("code"), max_length=64)
    first_seen_at = models.DateTimeField(_("first seen"))
    last_seen_at = models.DateTimeField(_("last seen"))

    class Meta:
        verbose_name = _("source")
        verbose_name_plural = _("sources")
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(fields=["site", "code"], name="floor_source_code_unique_in_site"),
            models.CheckConstraint(name="floor_source_code_not_empty", condition=~models.Q(code="")),
        ]

    def __str__(self) -> str:
        return self.code


class SourceSession(SiteOwned):
    """One session of a source: its messages are numbered without holes from `first_sequence` on."""

    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="sessions", verbose_name=_("source"))
    code = models.CharField(_("session"), max_length=64)
    first_sequence = models.BigIntegerField(_("first number"))
    last_sequence = models.BigIntegerField(_("last number"))
    started_at = models.DateTimeField(_("started"))

    class Meta:
        verbose_name = _("session of a source")
        verbose_name_plural = _("sessions of sources")
        constraints = [
            models.UniqueConstraint(fields=["source", "code"], name="floor_sourcesession_unique"),
            models.CheckConstraint(
                name="floor_sourcesession_last_not_before_first",
                condition=models.Q(last_sequence__gte=models.F("first_sequence")),
            ),
        ]

    def __str__(self) -> str:
        return self.code


class MessageGap(SiteOwned):
    """Numbers of a session that never came. One that comes late shrinks, splits or closes it (P15)."""

    session = models.ForeignKey(SourceSession, on_delete=models.PROTECT, related_name="gaps", verbose_name=_("session"))
    first_sequence = models.BigIntegerField(_("first missing"))
    last_sequence = models.BigIntegerField(_("last missing"))
    found_at = models.DateTimeField(_("found"))

    class Meta:
        verbose_name = _("gap")
        verbose_name_plural = _("gaps")
        ordering = ["session", "first_sequence"]
        constraints = [
            models.UniqueConstraint(fields=["session", "first_sequence"], name="floor_messagegap_once"),
            models.CheckConstraint(
                name="floor_messagegap_last_not_before_first",
                condition=models.Q(last_sequence__gte=models.F("first_sequence")),
            ),
        ]


class FloorMessage(models.Model):
    """One message as it came. Never changed; leaves only with its whole day, once that day is archived and verified.

    The table is partitioned by the UTC day of `occurred_at` (migration 0001). `key` is the message's identity under its
    source: a hash of its message id, or of session and sequence. `value` means what `kind` says: a counter's reading or
    an increment (count), seconds (cycle), the signal (reading), kWh (energy).
    """

    id = models.BigAutoField(primary_key=True)
    site = models.ForeignKey("accounts.Site", on_delete=models.PROTECT, related_name="+", db_constraint=False)
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    equipment = models.ForeignKey("plant.Equipment", on_delete=models.PROTECT, related_name="+", db_constraint=False)
    kind = models.CharField(_("kind"), max_length=9, choices=MESSAGE_KIND.choices)
    occurred_at = models.DateTimeField(_("occurred"))
    received_at = models.DateTimeField(_("received"))
    key = models.UUIDField(_("key"))
    session = models.ForeignKey(
        SourceSession, null=True, on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    sequence = models.BigIntegerField(_("number"), null=True)
    name = models.CharField(_("name"), max_length=64, blank=True)
    code = models.CharField(_("code"), max_length=64, blank=True)
    mode = models.CharField(_("mode"), max_length=32, blank=True)
    reason = models.CharField(_("reason"), max_length=64, blank=True)
    value = models.DecimalField(_("value"), max_digits=24, decimal_places=6, null=True)
    unit = UnitField(_("unit"), blank=True)
    text = models.CharField(_("text"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ["occurred_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["source", "key", "occurred_at"], name="floor_floormessage_once"),
        ]
        indexes = [models.Index(fields=["equipment", "occurred_at"], name="floor_message_by_machine")]
        triggers = [
            AppendOnly(),
            # A statement that names the part of one day doesn't meet the first: this one stands on every part.
            AppendOnly(name="append_only_rows", level=pgtrigger.Row, operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.occurred_at:%Y-%m-%d %H:%M:%S}"


class QuarantinedMessage(SiteOwned):
    """A message that could not be taken as it is. A person corrects `content` and releases it, or discards it (P18)."""

    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="+", verbose_name=_("source"))
    key = models.UUIDField(_("key"))
    problem = models.CharField(_("problem"), max_length=16, choices=QUARANTINE_PROBLEM.choices)
    detail = models.CharField(_("detail"), max_length=300)
    raw = models.JSONField(_("as it came"))
    content = models.JSONField(_("corrected"))
    received_at = models.DateTimeField(_("received"))
    status = models.CharField(_("status"), max_length=9, choices=QUARANTINE_STATUS.choices, default="waiting")
    settled_at = models.DateTimeField(_("settled"), null=True, blank=True)
    settled_by = models.CharField(_("settled by"), max_length=200, blank=True)
    settled_because = models.CharField(_("reason"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("message in quarantine")
        verbose_name_plural = _("messages in quarantine")
        ordering = ["-received_at", "-id"]
        constraints = [
            QUARANTINE_PROBLEM.check("problem", "floor_quarantinedmessage_problem_known"),
            QUARANTINE_STATUS.check("status", "floor_quarantinedmessage_status_known"),
            models.UniqueConstraint(fields=["source", "key"], name="floor_quarantinedmessage_once"),
            models.CheckConstraint(
                name="floor_quarantinedmessage_settled_by_somebody",
                condition=models.Q(status="waiting", settled_at=None, settled_by="")
                | (~models.Q(status="waiting") & models.Q(settled_at__isnull=False) & ~models.Q(settled_by="")),
            ),
        ]
        indexes = [
            models.Index(
                fields=["site", "-received_at"], name="floor_quarantine_waiting", condition=models.Q(status="waiting")
            )
        ]
        triggers = [History()]

    def __str__(self) -> str:
        return self.detail
