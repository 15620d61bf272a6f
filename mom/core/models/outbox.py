"""The transactional outbox: what our software announces, stored with the change that it announces."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class OutboxSequence(models.Model):
    """The last number given to an event of one topic and key: no gaps, in commit order."""

    topic = models.CharField(max_length=100)
    key = models.CharField(max_length=200)
    last = models.BigIntegerField()

    class Meta:
        verbose_name = _("outbox sequence")
        verbose_name_plural = _("outbox sequences")
        constraints: ClassVar = [models.UniqueConstraint(fields=["topic", "key"], name="core_outboxsequence_key")]

    def __str__(self) -> str:
        return f"{self.topic} {self.key}"


class OutboxEvent(models.Model):
    """One event on its way to its subscribers: due, leased, done or dead."""

    topic = models.CharField(_("topic"), max_length=100)
    key = models.CharField(_("key"), max_length=200)
    seq = models.BigIntegerField(_("number"))
    payload = models.JSONField(_("payload"))
    actor = models.CharField(_("actor key"), max_length=170)
    request_id = models.CharField(_("request"), max_length=64, blank=True)
    created_at = models.DateTimeField(_("created"))
    available_at = models.DateTimeField(_("due"))
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    done_at = models.DateTimeField(_("done"), null=True, blank=True)
    dead_at = models.DateTimeField(_("given up"), null=True, blank=True)
    error = models.TextField(_("last error"), blank=True)

    class Meta:
        verbose_name = _("outbox event")
        verbose_name_plural = _("outbox events")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["topic", "key", "seq"], name="core_outboxevent_seq"),
            models.CheckConstraint(
                condition=models.Q(done_at__isnull=True) | models.Q(dead_at__isnull=True),
                name="core_outboxevent_one_end",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["available_at"],
                condition=models.Q(done_at__isnull=True, dead_at__isnull=True),
                name="core_outboxevent_due",
            ),
            models.Index(
                fields=["topic", "key", "seq"],
                condition=models.Q(done_at__isnull=True),
                name="core_outboxevent_pending",
            ),
            models.Index(fields=["dead_at"], condition=models.Q(dead_at__isnull=False), name="core_outboxevent_dead"),
        ]

    def __str__(self) -> str:
        return f"{self.topic} {self.key} {self.seq}"


class EventReceipt(models.Model):
    """Proof that one subscriber took one event, written in the transaction of its effect: twice is once."""

    event_id = models.BigIntegerField()
    subscriber = models.CharField(max_length=100)
    received_at = models.DateTimeField()

    class Meta:
        verbose_name = _("event receipt")
        verbose_name_plural = _("event receipts")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["event_id", "subscriber"], name="core_eventreceipt_once")
        ]

    def __str__(self) -> str:
        return f"{self.event_id} {self.subscriber}"
