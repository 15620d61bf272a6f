"""What people write beside the figures of a shift: cause and action of an hour, and notes on the whole."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from mom.core.db.triggers import AppendOnly, History, NoDelete
from mom.plant.models import SiteOwned


class BoardEntry(SiteOwned):
    """Why an hour of a line, area or machine missed its plan, and what is done about it.

    `hour` is the first instant of the hour of the plant's clock. Every version is kept; both texts empty: taken back.
    """

    equipment = models.ForeignKey(
        "plant.Equipment", on_delete=models.PROTECT, related_name="+", verbose_name=_("line or machine")
    )
    hour = models.DateTimeField(_("hour"))
    cause = models.CharField(_("cause"), max_length=200, blank=True)
    action = models.CharField(_("action"), max_length=200, blank=True)
    written_at = models.DateTimeField(_("written"))
    written_by = models.CharField(_("written by"), max_length=200)
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)

    class Meta:
        verbose_name = _("board entry")
        verbose_name_plural = _("board entries")
        ordering = ["hour", "equipment"]
        constraints = [
            models.UniqueConstraint(fields=["equipment", "hour"], name="analytics_boardentry_one_per_hour"),
            models.CheckConstraint(name="analytics_boardentry_has_writer", condition=~models.Q(written_by="")),
        ]
        indexes = [models.Index(fields=["site", "hour"], name="analytics_board_by_hour")]
        triggers = [History(), NoDelete()]

    def __str__(self) -> str:
        return f"{self.hour:%Y-%m-%d %H:%M}"


class ShiftNote(SiteOwned):
    """What the next shift, or whoever reads the shift's report, should know. Written once; a second note corrects."""

    day = models.DateField(_("day"))
    shift = models.CharField(_("shift"), max_length=16)
    text = models.CharField(_("note"), max_length=500)
    written_at = models.DateTimeField(_("written"))
    written_by = models.CharField(_("written by"), max_length=200)

    class Meta:
        verbose_name = _("shift note")
        verbose_name_plural = _("shift notes")
        ordering = ["written_at", "id"]
        constraints = [
            models.CheckConstraint(name="analytics_shiftnote_text_not_empty", condition=~models.Q(text="")),
            models.CheckConstraint(name="analytics_shiftnote_has_writer", condition=~models.Q(written_by="")),
        ]
        indexes = [models.Index(fields=["site", "day", "shift"], name="analytics_note_by_shift")]
        triggers = [AppendOnly()]

    def __str__(self) -> str:
        return self.text[:60]
