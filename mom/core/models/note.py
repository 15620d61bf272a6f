"""Notes on things: added and withdrawn, never edited."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from mom.core.db.triggers import Frozen, History, NoDelete


class Note(models.Model):
    """What somebody wanted the next one to know about a thing."""

    site = models.CharField(_("site"), max_length=32)
    subject_type = models.CharField(_("kind of subject"), max_length=100)
    subject_id = models.CharField(_("subject key"), max_length=100)
    text = models.TextField(_("note"), max_length=4_000)
    added_at = models.DateTimeField(_("added"))
    added_by = models.CharField(_("added by (key)"), max_length=170)
    added_by_label = models.CharField(_("added by"), max_length=200)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)
    withdrawn_by = models.CharField(_("withdrawn by"), max_length=200, blank=True)
    withdrawn_reason = models.CharField(_("reason"), max_length=500, blank=True)
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)

    class Meta:
        verbose_name = _("note")
        verbose_name_plural = _("notes")
        constraints: ClassVar = [
            models.CheckConstraint(condition=~models.Q(text=""), name="core_note_text_not_empty"),
            models.CheckConstraint(
                condition=models.Q(withdrawn_at=None, withdrawn_by="", withdrawn_reason="")
                | (models.Q(withdrawn_at__isnull=False) & ~models.Q(withdrawn_by="") & ~models.Q(withdrawn_reason="")),
                name="core_note_withdrawn_whole",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["site", "subject_type", "subject_id", "-added_at"], name="core_note_subject"),
        ]
        triggers: ClassVar = [
            History(),
            NoDelete(),
            Frozen(fields=["site", "subject_type", "subject_id", "text", "added_at", "added_by", "added_by_label"]),
            Frozen(
                name="stays_withdrawn",
                fields=["withdrawn_at", "withdrawn_by", "withdrawn_reason"],
                when="OLD.withdrawn_at IS NOT NULL",
            ),
        ]

    def __str__(self) -> str:
        return self.text[:60]
