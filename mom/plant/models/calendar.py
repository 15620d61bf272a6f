"""Work calendars: weekly shifts in local time, and dated entries that override them."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from mom.core.db.triggers import History
from mom.plant.models.base import MasterData, SiteOwned
from mom.plant.models.labels import CALENDAR_ENTRY_KIND


class WorkCalendar(MasterData):  # type: ignore[django-manager-missing]  # that of its equipment has no stubs
    """When a part of the plant works. Its times are wall times in its zone (empty: the site's)."""

    time_zone = models.CharField(_("time zone"), max_length=64, blank=True)

    class Meta(MasterData.Meta):
        verbose_name = _("work calendar")
        verbose_name_plural = _("work calendars")


class Shift(SiteOwned):
    """A weekly shift. It belongs to the day it starts on; an end not after its start is on the next day."""

    calendar = models.ForeignKey(
        WorkCalendar, on_delete=models.PROTECT, related_name="shifts", verbose_name=_("calendar")
    )
    code = models.CharField(_("code"), max_length=16)
    name = models.CharField(_("name"), max_length=100)
    starts_at = models.TimeField(_("starts"))
    ends_at = models.TimeField(_("ends"))
    weekdays = ArrayField(
        models.PositiveSmallIntegerField(), verbose_name=_("weekdays"), help_text=_("1 = Monday to 7 = Sunday.")
    )
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_until = models.DateField(_("valid until"), null=True, blank=True, help_text=_("The first day without it."))

    class Meta:
        verbose_name = _("shift")
        verbose_name_plural = _("shifts")
        ordering = ["calendar", "starts_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["calendar", "code", "valid_from"],
                name="plant_shift_code_unique_in_calendar",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="plant_shift_weekdays_are_days",
                condition=models.Q(weekdays__contained_by=[1, 2, 3, 4, 5, 6, 7], weekdays__len__gte=1),
            ),
            models.CheckConstraint(
                name="plant_shift_ends_after_start",
                condition=models.Q(valid_from=None)
                | models.Q(valid_until=None)
                | models.Q(valid_until__gt=models.F("valid_from")),
            ),
        ]
        triggers = [History()]

    def __str__(self) -> str:
        return self.name


class ShiftBreak(SiteOwned):
    """A planned break inside a shift, in wall time."""

    shift = models.ForeignKey(Shift, on_delete=models.PROTECT, related_name="breaks", verbose_name=_("shift"))
    starts_at = models.TimeField(_("starts"))
    ends_at = models.TimeField(_("ends"))

    class Meta:
        verbose_name = _("break")
        verbose_name_plural = _("breaks")
        ordering = ["shift", "starts_at"]
        constraints = [
            models.UniqueConstraint(fields=["shift", "starts_at"], name="plant_shiftbreak_start_unique_in_shift"),
        ]
        triggers = [History()]

    def __str__(self) -> str:
        return f"{self.starts_at:%H:%M}–{self.ends_at:%H:%M}"


class WorkCalendarEntry(SiteOwned):
    """A dated exception: a holiday, an extra Saturday, a shutdown. Higher priority wins where two overlap."""

    calendar = models.ForeignKey(
        WorkCalendar, on_delete=models.PROTECT, related_name="entries", verbose_name=_("calendar")
    )
    name = models.CharField(_("name"), max_length=100)
    kind = models.CharField(_("kind"), max_length=12, choices=CALENDAR_ENTRY_KIND.choices)
    started_at = models.DateTimeField(_("from"))
    ended_at = models.DateTimeField(_("until"))
    priority = models.SmallIntegerField(_("priority"), default=0)

    class Meta:
        verbose_name = _("calendar entry")
        verbose_name_plural = _("calendar entries")
        ordering = ["calendar", "started_at"]
        constraints = [
            models.CheckConstraint(
                name="plant_workcalendarentry_ends_after_start",
                condition=models.Q(ended_at__gt=models.F("started_at")),
            ),
        ]
        triggers = [History()]

    def __str__(self) -> str:
        return self.name
