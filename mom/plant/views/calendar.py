"""Work calendars: weekly shifts with their breaks, and dated exceptions."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.db.models import Count, QuerySet
from django.urls import reverse
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from mom.accounts.models import Site
from mom.core.errors import NotFound
from mom.core.fields import zone
from mom.core.web import printing
from mom.core.web.tables import Column
from mom.core.web.views import Action, Crumb, FormPage
from mom.plant import permissions
from mom.plant.engine.calendar import local_day
from mom.plant.engine.terms import CalendarEntryKind
from mom.plant.forms import CalendarEntryForm, EndForm, ReasonOnlyForm, ShiftChangeForm, ShiftForm
from mom.plant.models import Shift, SiteOwned, WorkCalendar, WorkCalendarEntry
from mom.plant.selectors.master_data import row_get, row_list
from mom.plant.selectors.scope import for_actor
from mom.plant.services import calendar as services
from mom.plant.views.parts import Fact, PlantDetail, Section, link
from mom.plant.views.setup import SetupList, setup_crumb


def calendar_url(calendar: WorkCalendar) -> str:
    """The one address of a calendar."""
    return reverse("plant:calendar_detail", args=[calendar.code])


def weekdays(numbers: Sequence[int]) -> str:
    """The days of a shift in short: "Mon, Tue"; every day in words."""
    if len(set(numbers)) == 7:
        return _t("every day")
    return ", ".join(str(WEEKDAYS_ABBR[number - 1]) for number in sorted(numbers))


def times(starts_at: Any, ends_at: Any) -> str:
    """Two wall times."""
    return f"{starts_at:%H:%M}–{ends_at:%H:%M}"


class CalendarList(SetupList):
    """When parts of the plant work."""

    noun_slug = "calendars"
    own_columns = (
        Column("shifts", _("Shifts"), "shift_count", kind="number"),
        Column("zone", _("Time zone"), lambda row: row.time_zone or row.site.time_zone, sort="time_zone", minor=True),
    )
    empty_text = _(
        "A calendar says when the plant works. Add one with its shifts, then give it to the plant's top equipment."
    )

    def get_rows(self) -> QuerySet[Any]:
        rows = row_list(self.actor, WorkCalendar, self.site).select_related("site")
        return rows.annotate(shift_count=Count("shifts"))


class CalendarDetail(PlantDetail):
    """One calendar: its week, its exceptions, and who works by it."""

    subject_name = "calendar"

    def get_subject(self) -> WorkCalendar:
        return row_get(self.actor, WorkCalendar, self.site, self.kwargs["code"])

    def get_crumbs(self) -> Sequence[Crumb]:
        return (setup_crumb(), Crumb(_("Calendars"), reverse("plant:calendar_list")))

    def get_actions(self) -> Sequence[Action]:
        if not self.may_change:
            return ()
        code = self.subject.code
        return (
            Action(_("Change"), reverse("plant:change", args=["calendars", code]), "admin"),
            Action(_("Add exception"), reverse("plant:calendar_entry_add", args=[code]), "plus"),
            Action(_("Add shift"), reverse("plant:shift_add", args=[code]), "plus", "primary"),
        )

    def get_facts(self) -> Sequence[Fact]:
        users = self.subject.equipment.filter(is_active=True).order_by("code").values_list("code", flat=True)[:20]
        return (
            Fact(_("Time zone"), self.subject.time_zone or self.subject.site.time_zone),
            Fact(_("Given to"), ", ".join(users) or _t("nothing yet")),
            Fact(_("Note"), self.subject.description),
        )

    def get_sections(self) -> Sequence[Section]:
        shifts = self.subject.shifts.prefetch_related("breaks").order_by("starts_at", "code", "valid_from")
        entries = self.subject.entries.order_by("-started_at")[:50]
        return (
            Section(
                _("Shifts"),
                (_("Shift"), _("Time"), _("Days"), _("Breaks"), _("Holds"), ""),
                [
                    (
                        f"{each.name} ({each.code})",
                        times(each.starts_at, each.ends_at),
                        weekdays(each.weekdays),
                        ", ".join(times(pause.starts_at, pause.ends_at) for pause in each.breaks.all()),
                        _held(each),
                        self._acts(each),
                    )
                    for each in shifts
                ],
                _("No shift yet. Add the first one: its time, its days and its breaks."),
                is_wide=True,
            ),
            Section(
                _("Exceptions"),
                (_("Name"), _("Kind"), _("From"), _("Until"), ""),
                [
                    (
                        each.name,
                        each.get_kind_display(),
                        printing.moment(each.started_at),
                        printing.moment(each.ended_at),
                        link(reverse("plant:calendar_entry_remove", args=[each.pk]), _t("Remove"))
                        if self.may_change
                        else "",
                    )
                    for each in entries
                ],
                _("No exception. Holidays, shutdowns and extra Saturdays are added here."),
            ),
        )

    def _acts(self, shift: Shift) -> Any:
        is_over = shift.valid_until is not None and shift.valid_until <= local_day(self.now, self.site.zone)
        if not self.may_change or is_over:
            return ""
        return link(reverse("plant:shift_change", args=[shift.pk]), _t("Change times"))


def _held(shift: Shift) -> str:
    if shift.valid_from is None and shift.valid_until is None:
        return _t("always")
    since = _t("from %(day)s") % {"day": printing.day(shift.valid_from)} if shift.valid_from else ""
    until = _t("until %(day)s") % {"day": printing.day(shift.valid_until)} if shift.valid_until else ""
    return " ".join(part for part in (since, until) if part)


class _CalendarForm(FormPage):
    """A form about one calendar of the site."""

    permission = permissions.CHANGE

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"site": self.site}

    def get_calendar(self) -> WorkCalendar:
        """The calendar. Raises: NotFound."""
        return row_get(self.actor, WorkCalendar, self.site, self.kwargs["code"])

    def get_crumbs(self) -> Sequence[Crumb]:
        calendar = self.get_calendar()
        return (
            Crumb(_("Calendars"), reverse("plant:calendar_list")),
            Crumb(calendar.name or calendar.code, calendar_url(calendar)),
        )


class ShiftAdd(_CalendarForm):
    """Adds a weekly shift."""

    title = _("Add shift")
    form_class = ShiftForm
    submit_label = _("Add shift")
    success_message = _("The shift was added.")

    def submit(self, form: Any) -> str:
        calendar = self.get_calendar()
        services.shift_add(self.actor, calendar.pk, **form.cleaned_data)
        return calendar_url(calendar)


class CalendarEntryAdd(_CalendarForm):
    """Adds a dated exception, whole days of the plant."""

    title = _("Add exception")
    form_class = CalendarEntryForm
    submit_label = _("Add exception")
    success_message = _("The exception was added.")

    def submit(self, form: Any) -> str:
        calendar = self.get_calendar()
        started_at, ended_at = form.span(zone(calendar.time_zone or self.site.time_zone))
        services.calendar_entry_add(
            self.actor,
            calendar.pk,
            name=form.cleaned_data["name"],
            kind=CalendarEntryKind(form.cleaned_data["kind"]),
            started_at=started_at,
            ended_at=ended_at,
            priority=form.cleaned_data["priority"] or 0,
        )
        return calendar_url(calendar)


def _own(model: type[SiteOwned], view: Any, site: Site) -> Any:
    """The row of this site that the address names. Raises: NotFound."""
    rows: Any = for_actor(model._default_manager.filter(site=site), view.actor, permissions.VIEW)
    row = rows.filter(pk=view.kwargs["pk"]).select_related("calendar__site").first()
    if row is None:
        raise NotFound(_("There is no such entry at this site."))
    return row


class ShiftChange(_CalendarForm):
    """Gives a shift other times from a day on."""

    title = _("Change times of a shift")
    form_class: ClassVar[type[forms.Form]] = ShiftChangeForm
    submit_label = _("Change times")
    success_message = _("The new times hold from that day.")

    def get_calendar(self) -> WorkCalendar:
        return self._shift().calendar

    def get_intro(self) -> str:
        return str(self._shift().name)

    def get_actions(self) -> Sequence[Action]:
        return (Action(_("End this shift"), reverse("plant:shift_end", args=[self.kwargs["pk"]]), "out"),)

    def get_initial(self) -> dict[str, Any]:
        shift = self._shift()
        return {
            "starts_at": shift.starts_at,
            "ends_at": shift.ends_at,
            "weekdays": [str(day) for day in shift.weekdays],
            "breaks": ", ".join(
                f"{each.starts_at:%H:%M}-{each.ends_at:%H:%M}" for each in shift.breaks.order_by("starts_at")
            ),
        }

    def submit(self, form: Any) -> str:
        shift = services.shift_change(self.actor, self._shift().pk, **form.cleaned_data)
        return calendar_url(shift.calendar)

    def _shift(self) -> Shift:
        found: Shift = _own(Shift, self, self.site)
        return found


class ShiftEnd(ShiftChange):
    """Lets a shift end."""

    title = _("End shift")
    form_class = EndForm
    submit_label = _("End shift")
    success_message = _("The shift ends on that day.")

    def get_actions(self) -> Sequence[Action]:
        return ()

    def get_initial(self) -> dict[str, Any]:
        return {}

    def submit(self, form: Any) -> str:
        shift = services.shift_end(self.actor, self._shift().pk, **form.cleaned_data)
        return calendar_url(shift.calendar)


class CalendarEntryRemove(_CalendarForm):
    """Takes a dated exception out."""

    title = _("Remove exception")
    form_class = ReasonOnlyForm
    submit_label = _("Remove exception")
    success_message = _("The exception was removed.")

    def get_calendar(self) -> WorkCalendar:
        return self._entry().calendar

    def get_intro(self) -> str:
        return str(self._entry().name)

    def submit(self, form: Any) -> str:
        entry = self._entry()
        services.calendar_entry_remove(self.actor, entry.pk, reason=form.cleaned_data["reason"])
        return calendar_url(entry.calendar)

    def _entry(self) -> WorkCalendarEntry:
        found: WorkCalendarEntry = _own(WorkCalendarEntry, self, self.site)
        return found
