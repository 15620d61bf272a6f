"""Entries of operators, as the device made them, and what a person made of those that were refused."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from mom.core.db.triggers import AppendOnly
from mom.plant.models import SiteOwned
from mom.terminal.models.labels import ENTRY_KIND, ENTRY_OUTCOME, SETTLED


class TerminalEntry(SiteOwned):
    """One entry of an operator. Its key is made on the device, so it counts once however often it is sent (P01, P28).

    `user` is who was signed in when it was made; `is_claimed` where somebody else's session sent it, so that only the
    device says so. `made_at` is what the device's clock said, `occurred_at` the same by ours, `received_at` is ours.
    """

    key = models.UUIDField(_("key"), unique=True)
    device = models.ForeignKey("accounts.Device", on_delete=models.PROTECT, related_name="+", verbose_name=_("device"))
    station = models.CharField(_("station"), max_length=64)
    user = models.ForeignKey(
        "accounts.User", null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("person")
    )
    session_user = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, related_name="+", verbose_name=_("sent by")
    )
    is_claimed = models.BooleanField(_("person not proven"), default=False)
    number = models.BigIntegerField(_("number on the device"), default=0)
    kind = models.CharField(_("kind"), max_length=ENTRY_KIND.max_length, choices=ENTRY_KIND.choices)
    payload = models.JSONField(_("content"))
    made_at = models.DateTimeField(_("made"))
    occurred_at = models.DateTimeField(_("happened"))
    received_at = models.DateTimeField(_("received"))
    outcome = models.CharField(_("outcome"), max_length=ENTRY_OUTCOME.max_length, choices=ENTRY_OUTCOME.choices)
    code = models.CharField(_("code"), max_length=64, blank=True)
    sentence = models.CharField(_("why"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("entry of a station")
        verbose_name_plural = _("entries of stations")
        ordering = ["-received_at", "-id"]
        constraints = [
            ENTRY_KIND.check("kind", "terminal_terminalentry_kind_known"),
            ENTRY_OUTCOME.check("outcome", "terminal_terminalentry_outcome_known"),
            models.CheckConstraint(
                name="terminal_terminalentry_refused_says_why",
                condition=models.Q(outcome="done", sentence="")
                | (models.Q(outcome="refused") & ~models.Q(sentence="")),
            ),
            models.CheckConstraint(
                name="terminal_terminalentry_happened_before_received",
                condition=models.Q(occurred_at__lte=models.F("received_at")),
            ),
            models.CheckConstraint(
                name="terminal_terminalentry_own_session_or_claimed",
                condition=models.Q(is_claimed=True) | models.Q(user=models.F("session_user")),
            ),
        ]
        indexes = [
            models.Index(fields=["site", "station", "-received_at"], name="terminal_entry_by_station"),
            models.Index(
                fields=["site", "-received_at"],
                condition=models.Q(outcome="refused") | models.Q(is_claimed=True),
                name="terminal_entry_for_a_person",
            ),
        ]
        triggers = [AppendOnly()]

    def __str__(self) -> str:
        return self.words

    @property
    def words(self) -> str:
        """What the operator read on the button."""
        said: Any = self.payload.get("words") if isinstance(self.payload, dict) else ""
        return said[:100] if isinstance(said, str) and said else str(ENTRY_KIND.label(self.kind))


class EntrySettlement(SiteOwned):
    """What a person made of an entry that was refused or whose person was not proven. Made once."""

    entry = models.OneToOneField(
        TerminalEntry, on_delete=models.PROTECT, related_name="settlement", verbose_name=_("entry")
    )
    settled_as = models.CharField(_("settled as"), max_length=SETTLED.max_length, choices=SETTLED.choices)
    note = models.CharField(_("reason"), max_length=200)
    settled_at = models.DateTimeField(_("settled"))
    settled_by = models.CharField(_("settled by"), max_length=200)

    class Meta:
        verbose_name = _("settlement of an entry")
        verbose_name_plural = _("settlements of entries")
        ordering = ["-id"]
        constraints = [
            SETTLED.check("settled_as", "terminal_entrysettlement_settled_as_known"),
            models.CheckConstraint(name="terminal_entrysettlement_says_why", condition=~models.Q(note="")),
        ]
        triggers = [AppendOnly()]

    def __str__(self) -> str:
        return self.settled_as
