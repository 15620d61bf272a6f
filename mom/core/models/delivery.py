"""The delivery room: what leaves the house, stored with the change that it tells of."""

import uuid
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from mom.core.choices import Labelled
from mom.core.db.triggers import Frozen
from mom.core.engine.delivery import OPEN, UNSETTLED, DeliveryChannel, DeliveryState

DELIVERY_CHANNEL = Labelled(
    DeliveryChannel,
    {
        DeliveryChannel.EMAIL: (_("E-mail"), ""),
        DeliveryChannel.WEBHOOK: (_("Webhook"), ""),
        DeliveryChannel.PRINTER: (_("Printer"), ""),
    },
)
DELIVERY_STATE = Labelled(
    DeliveryState,
    {
        DeliveryState.WAITING: (_("Waiting"), "info"),
        DeliveryState.SENDING: (_("Sending"), "info"),
        DeliveryState.SENT: (_("Sent"), "ok"),
        DeliveryState.DEAD: (_("Needs a person"), "bad"),
        DeliveryState.DISCARDED: (_("Discarded"), ""),
    },
)


class DeliverySequence(models.Model):
    """The last number given to a message of one key: no gaps, in commit order."""

    key = models.CharField(max_length=300)
    last = models.BigIntegerField()

    class Meta:
        verbose_name = _("delivery sequence")
        verbose_name_plural = _("delivery sequences")
        constraints: ClassVar = [models.UniqueConstraint(fields=["key"], name="core_deliverysequence_key")]

    def __str__(self) -> str:
        return f"{self.key} {self.last}"


class Delivery(models.Model):
    """One message on its way out: waiting, held by a worker, sent, given up, or discarded by a person.

    Messages of one key go in the order of their numbers. What is said, and to whom, never changes.
    """

    site = models.CharField(_("site"), max_length=32, blank=True)
    channel = models.CharField(_("channel"), max_length=16, choices=DELIVERY_CHANNEL.choices)
    endpoint = models.ForeignKey(
        "core.WebhookEndpoint", on_delete=models.PROTECT, null=True, blank=True, related_name="deliveries",
        verbose_name=_("webhook"),
    )  # fmt: skip
    printer = models.ForeignKey(
        "core.Printer", on_delete=models.PROTECT, null=True, blank=True, related_name="deliveries",
        verbose_name=_("printer"),
    )  # fmt: skip
    destination = models.CharField(_("to"), max_length=500)
    subject = models.CharField(_("about"), max_length=200)
    kind = models.CharField(_("kind"), max_length=100, blank=True)
    key = models.CharField(_("key"), max_length=300)
    seq = models.BigIntegerField(_("number"))
    message_id = models.UUIDField(_("message id"), default=uuid.uuid4, unique=True)
    content_type = models.CharField(_("content type"), max_length=100)
    payload = models.TextField(_("content"))
    state = models.CharField(
        _("state"), max_length=16, choices=DELIVERY_STATE.choices, default=DeliveryState.WAITING.value
    )
    attempts = models.PositiveIntegerField(_("tries"), default=0)
    available_at = models.DateTimeField(_("next try"))
    last_status = models.PositiveSmallIntegerField(_("last answer's status"), null=True, blank=True)
    last_answer = models.TextField(_("last answer"), blank=True)
    actor = models.CharField(_("actor key"), max_length=170)
    request_id = models.CharField(_("request"), max_length=64, blank=True)
    created_at = models.DateTimeField(_("created"))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    class Meta:
        verbose_name = _("message out")
        verbose_name_plural = _("messages out")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["key", "seq"], name="core_delivery_seq"),
            DELIVERY_STATE.check("state", "core_delivery_state"),
            models.CheckConstraint(
                condition=models.Q(state__in=[each.value for each in OPEN], ended_at__isnull=True)
                | (~models.Q(state__in=[each.value for each in OPEN]) & models.Q(ended_at__isnull=False)),
                name="core_delivery_ended",
            ),
            models.CheckConstraint(
                condition=models.Q(channel="email", endpoint__isnull=True, printer__isnull=True)
                | models.Q(channel="webhook", endpoint__isnull=False, printer__isnull=True)
                | models.Q(channel="printer", endpoint__isnull=True, printer__isnull=False),
                name="core_delivery_target_of_channel",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["available_at"],
                condition=models.Q(state__in=[each.value for each in OPEN]),
                name="core_delivery_due",
            ),
            models.Index(
                fields=["key", "seq"],
                condition=models.Q(state__in=[each.value for each in UNSETTLED]),
                name="core_delivery_unsettled",
            ),
            models.Index(fields=["site", "-created_at"], name="core_delivery_recent"),
        ]
        triggers: ClassVar = [
            Frozen(
                fields=[
                    "site", "channel", "endpoint", "printer", "destination", "key", "seq", "message_id",
                    "content_type", "payload", "created_at",
                ]
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.subject

    @property
    def tone(self) -> str:
        """The tone of its state: info, ok, bad or none."""
        return DELIVERY_STATE.state(self.state)


class SendingPause(models.Model):
    """A stretch in which nothing leaves the house: after a restore, until a person says that it may."""

    reason = models.TextField(_("reason"))
    paused_at = models.DateTimeField(_("paused"))
    paused_by = models.CharField(_("paused by"), max_length=200)
    resumed_at = models.DateTimeField(_("resumed"), null=True, blank=True)
    resumed_by = models.CharField(_("resumed by"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("pause of sending")
        verbose_name_plural = _("pauses of sending")
        constraints: ClassVar = [
            models.UniqueConstraint(
                models.Value(1), condition=models.Q(resumed_at__isnull=True), name="core_sendingpause_one_open"
            ),
            models.CheckConstraint(
                condition=models.Q(resumed_at__isnull=True, resumed_by="")
                | (models.Q(resumed_at__isnull=False) & ~models.Q(resumed_by="")),
                name="core_sendingpause_resumed",
            ),
        ]

    def __str__(self) -> str:
        return self.reason
