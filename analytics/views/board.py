"""The hour-by-hour board: a shift of a line, area or machine, and the words people write beside each hour."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from functools import cached_property
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from analytics import permissions
from analytics.models import BoardEntry
from analytics.reports.sheets import Sheet, workbook
from analytics.selectors import board as boards
from analytics.selectors.board_shifts import ShownShift, reach_of, shifts_on, shown_shift
from analytics.selectors.losses import PlantTree
from analytics.services import board as service
from analytics.views import board_rows
from analytics.views.losses import file_answer
from analytics.views.losses_live import LivePage
from mom.core.errors import NotFound
from mom.core.web import exports, printing
from mom.core.web.views import Action, Crumb, FormPage, Page
from mom.plant.models import Equipment
from mom.plant.selectors.calendar import ShiftPlan, shift_patterns_by_equipment
from mom.plant.selectors.equipment import equipment_get

KEY = "%Y%m%dT%H%MZ"


def asked_day(text: str) -> date | None:
    """A day from an address; what can't be read is none."""
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None


class BoardStart(Page):
    """Leads to the board asked for, else to the first line or area; says what is missing where there is none."""

    permission = permissions.VIEW
    title = _("Hour board")
    template_name = "analytics/board/none.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        places = PlantTree(self.site).choices
        if places:
            codes = [each.code for each in places]
            asked = request.GET.get("at", "")
            return HttpResponseRedirect(reverse("analytics:board", args=[asked if asked in codes else codes[0]]))
        return super().get(request, *args, **kwargs)


class HourBoard(LivePage):
    """The board of one place."""

    permission = permissions.VIEW
    template_name = "analytics/board/page.html"
    live_template_name = "analytics/board/_live.html"

    @property
    def is_live(self) -> bool:  # type: ignore[override]
        """Whether the shift shown runs."""
        return self.shown is not None and self.shown.is_running

    @cached_property
    def equipment(self) -> Equipment:
        """Raises: NotFound."""
        return equipment_get(self.actor, self.site, self.kwargs["code"])

    @cached_property
    def day(self) -> date | None:
        """The day asked for."""
        return asked_day(self.request.GET.get("day", ""))

    @cached_property
    def plans(self) -> dict[int, ShiftPlan]:
        """When each equipment of the site works, around that day."""
        return shift_patterns_by_equipment(self.site, reach_of(self.day, self.now, self.site.zone))

    @cached_property
    def plan(self) -> ShiftPlan | None:
        """When this place works."""
        return self.plans.get(self.equipment.pk)

    @cached_property
    def shown(self) -> ShownShift | None:
        """The shift; None where the place has no calendar or the day no shift."""
        return shown_shift(self.plan, self.day, self.request.GET.get("shift", "")[:16], self.now)

    @cached_property
    def board(self) -> boards.Board | None:
        """Its hours."""
        if self.shown is None:
            return None
        machines = boards.machines_below(self.site, self.equipment)
        return boards.board(self.site, self.equipment, self.shown, machines, self.plans)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.GET.get("export") == "xlsx" and self.board is not None:
            return self.export(self.board)
        return super().get(request, *args, **kwargs)

    def get_title(self) -> str:
        """The place."""
        return self.equipment.code

    def get_subtitle(self) -> str:
        """What it is."""
        return self.equipment.name

    def get_crumbs(self) -> Sequence[Crumb]:
        """Up to the first board."""
        return (Crumb(_t("Hour board"), reverse("analytics:board_start")),)

    def get_actions(self) -> Sequence[Action]:
        """The report of the shift shown."""
        if self.shown is None:
            return ()
        query = f"?day={self.shown.shift.day.isoformat()}&shift={self.shown.shift.code}"
        return (Action(_t("Shift report"), f"{reverse('analytics:shift_report')}{query}", "doc"),)

    def get_context(self) -> dict[str, Any]:
        """The rows in words; statements do not grow with machines or hours."""
        board = self.board
        if board is None or self.shown is None:
            return {"board": None, "places": PlantTree(self.site).choices, "has_calendar": self.plan is not None}
        shown = self.shown
        day_shifts = shifts_on(self.plan, shown.shift.day, self.now) if self.plan else []
        return {
            "board": board,
            "shown": shown,
            "rows": board_rows.shown_rows(board),
            "head_words": board_rows.expected_words(board),
            "places": PlantTree(self.site).choices,
            "shifts": [(each, each.code == shown.shift.code) for each in day_shifts],
            "before": shift_query(shown.before),
            "after": shift_query(shown.after) if shown.after and shown.end <= self.now else "",
            "may_write": self.may(permissions.KEEP_BOARD),
            "shift_words": shift_words(shown),
        }

    def export(self, board: boards.Board) -> HttpResponse:
        """The hours as a workbook."""
        rows = board_rows.shown_rows(board)
        sheet = Sheet(self.equipment.code, board_rows.columns_of(board), rows)
        day = board.shown.shift.day.isoformat()
        name = exports.file_name("xlsx", f"board {self.equipment.code} {day} {board.shown.shift.code}")
        return file_answer(workbook([sheet]), name)


def shift_query(shift: Any) -> str:
    """The query that shows a shift; nothing for none."""
    return f"?day={shift.day.isoformat()}&shift={shift.code}" if shift is not None else ""


def shift_words(shown: ShownShift) -> str:
    """A shift as a heading says it: name, day and hours."""
    words = {
        "shift": shown.shift.name or shown.shift.code,
        "day": printing.day(shown.shift.day),
        "hours": board_rows.hours_words(shown.start, shown.end),
    }
    return _t("%(shift)s, %(day)s, %(hours)s") % words


class EntryForm(forms.Form):
    """Why, and what is done."""

    cause = forms.CharField(label=_("Cause"), max_length=service.LONGEST, required=False)
    action = forms.CharField(label=_("Action"), max_length=service.LONGEST, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)


class BoardWrite(FormPage):
    """Cause and action of one hour."""

    permission = permissions.KEEP_BOARD
    form_class = EntryForm
    submit_label = _("Save")
    success_message = _("Saved.")
    title = _("Cause and action")

    @cached_property
    def equipment(self) -> Equipment:
        """Raises: NotFound."""
        return equipment_get(self.actor, self.site, self.kwargs["code"])

    @cached_property
    def hour(self) -> datetime:
        """Raises: NotFound for what is no hour."""
        try:
            return datetime.strptime(self.kwargs["hour"], KEY).replace(tzinfo=UTC)
        except ValueError:
            raise NotFound from None

    @property
    def cancel_url(self) -> str:  # type: ignore[override]
        return reverse("analytics:board", args=[self.equipment.code])

    def get_intro(self) -> str:
        """Which hour of what."""
        return f"{self.equipment.code}, {printing.moment(self.hour)}"

    def get_crumbs(self) -> Sequence[Crumb]:
        """Up to the board."""
        return (Crumb(_t("Hour board"), reverse("analytics:board_start")), Crumb(self.equipment.code, self.cancel_url))

    def get_initial(self) -> dict[str, Any]:
        """What stands there, with its version."""
        row = BoardEntry.objects.filter(site=self.site, equipment=self.equipment, hour=self.hour).first()
        if row is None:
            return {"version": 0}
        return {"cause": row.cause, "action": row.action, "version": row.version}

    def submit(self, form: Any) -> str:
        """Raises: MomError."""
        service.entry_write(self.actor, self.site, self.equipment.code, self.hour, **form.cleaned_data)
        return str(self.cancel_url)
