"""The shift report: a page, a paper and a workbook of one shift, running or over, of the site or a part of it."""

from collections.abc import Sequence
from datetime import date
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from analytics import permissions
from analytics.engine.oee import School
from analytics.reports.sheets import workbook
from analytics.selectors import losses
from analytics.selectors.board_shifts import ShownShift, reach_of, shifts_on, shown_shift
from analytics.selectors.shift_report import ShiftReport, shift_report
from analytics.services import board as service
from analytics.views import losses_drawings as drawings
from analytics.views import shift_report_parts as parts
from analytics.views.board import asked_day, shift_query, shift_words
from analytics.views.losses import file_answer
from analytics.views.losses_live import LivePage
from analytics.views.losses_words import SCHOOL
from analytics.views.shift_report_paper import paper
from mom.core.errors import NotFound
from mom.core.web import exports
from mom.core.web.views import Action, Crumb, FormPage
from mom.plant.selectors.calendar import ShiftPlan, site_plan

FORMATS = ("pdf", "xlsx")


class ShiftReportPage(LivePage):
    """The report of one shift; `?export=pdf` and `xlsx` give the same as files."""

    permission = permissions.VIEW
    title = _("Shift report")
    template_name = "analytics/shift_report/page.html"
    live_template_name = "analytics/shift_report/_live.html"

    @property
    def is_live(self) -> bool:  # type: ignore[override]
        """Whether the shift shown runs."""
        return self.shown is not None and self.shown.is_running

    @cached_property
    def day(self) -> date | None:
        """The day asked for."""
        return asked_day(self.request.GET.get("day", ""))

    @cached_property
    def plan(self) -> ShiftPlan | None:
        """The plant's shifts around that day."""
        return site_plan(self.site, reach_of(self.day, self.now, self.site.zone))

    @cached_property
    def shown(self) -> ShownShift | None:
        """The shift; None where the plant has no calendar or the day no such shift."""
        return shown_shift(self.plan, self.day, self.request.GET.get("shift", "")[:16], self.now)

    @cached_property
    def school(self) -> School:
        """Whose view the figures take."""
        return School.TPM if self.request.GET.get("school") == School.TPM else School.ISO

    @cached_property
    def tree(self) -> losses.PlantTree:
        """The plant."""
        return losses.PlantTree(self.site)

    @cached_property
    def report(self) -> ShiftReport | None:
        """Everything that the report says."""
        if self.shown is None:
            return None
        place = self.tree.by_code(self.request.GET.get("at", "")[:64].replace("\0", ""))
        return shift_report(self.actor, self.site, self.shown, self.tree, place)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        kind = request.GET.get("export", "")
        if kind in FORMATS:
            if self.report is None:
                raise NotFound
            return self.export(kind, self.report)
        return super().get(request, *args, **kwargs)

    def get_actions(self) -> Sequence[Action]:
        """The files, and a note for who may write one."""
        if self.shown is None:
            return ()
        actions = [Action(kind.upper(), f"?{self.query(export=kind)}", "down") for kind in FORMATS]
        if self.may(permissions.KEEP_BOARD):
            shift = self.shown.shift
            url = reverse("analytics:shift_note", args=[shift.day.isoformat(), shift.code])
            actions.append(Action(_t("Add note"), url, "plus"))
        return actions

    def query(self, **more: str) -> str:
        """This report's address, with something changed."""
        kept = {name: self.request.GET[name] for name in ("at", "school") if self.request.GET.get(name)}
        if self.shown is not None:
            kept |= {"day": self.shown.shift.day.isoformat(), "shift": self.shown.shift.code}
        return urlencode({**kept, **more})

    def get_context(self) -> dict[str, Any]:
        """The report in words; statements do not grow with machines or stops."""
        report, shown = self.report, self.shown
        if report is None or shown is None:
            return {"report": None, "has_calendar": self.plan is not None}
        lines = parts.machine_lines(report, self.school)
        stops = f"{reverse('analytics:loss_stops')}"
        day = shown.shift.day.isoformat()
        kept = {"first": day, "last": day, "shift": shown.shift.code}
        return {
            "report": report,
            "shown": shown,
            "shift_words": shift_words(shown),
            "as_of": parts.as_of_words(report),
            "figures": parts.head_figures(report, self.school),
            "lines": lines,
            "pareto": drawings.reasons(report.lost, "minutes", "", stops, kept, links_groups=False),
            "waterfall": drawings.where_the_minutes_went(report.totals, self.school),
            "choices": parts.choices(report, self.school, lines),
            "entries": [(parts.hour_words(report, each), each) for each in report.entries],
            "shifts": [
                (each, each.code == shown.shift.code) for each in shifts_on(self.plan, shown.shift.day, self.now)
            ]
            if self.plan
            else [],
            "before": shift_query(shown.before),
            "after": shift_query(shown.after) if shown.after and shown.end <= self.now else "",
            "schools": [(each, SCHOOL[each], each == self.school) for each in School],
            "has_data": bool(report.totals.calendar or report.totals.produced),
        }

    def export(self, kind: str, report: ShiftReport) -> HttpResponse:
        """The report as a file."""
        shift = report.shown.shift
        stem = f"shift report {self.site.code} {shift.day.isoformat()} {shift.code}"
        if kind == "xlsx":
            return file_answer(workbook(parts.sheets(report, self.school)), exports.file_name("xlsx", stem))
        content = paper(report, self.school, self.now, self.actor.label)
        return file_answer(content, exports.file_name("pdf", stem), "application/pdf")


class NoteForm(forms.Form):
    """What the next shift should know."""

    text = forms.CharField(label=_("Note"), max_length=service.LONGEST_NOTE, widget=forms.Textarea(attrs={"rows": 4}))


class ShiftNoteAdd(FormPage):
    """A note on a shift."""

    permission = permissions.KEEP_BOARD
    form_class = NoteForm
    title = _("Add note to the shift")
    submit_label = _("Add note")
    success_message = _("The note was added.")

    @cached_property
    def day(self) -> date:
        """Raises: NotFound."""
        found = asked_day(self.kwargs["day"])
        if found is None or not 1970 <= found.year <= 2199:
            raise NotFound
        return found

    @property
    def cancel_url(self) -> str:  # type: ignore[override]
        query = urlencode({"day": self.day.isoformat(), "shift": self.kwargs["shift"]})
        return f"{reverse('analytics:shift_report')}?{query}"

    def get_intro(self) -> str:
        """Which shift."""
        return f"{self.day.isoformat()}, {self.kwargs['shift']}"

    def get_crumbs(self) -> Sequence[Crumb]:
        """Up to the report."""
        return (Crumb(_t("Shift report"), self.cancel_url),)

    def submit(self, form: Any) -> str:
        """Raises: MomError."""
        service.note_write(self.actor, self.site, self.day, self.kwargs["shift"], form.cleaned_data["text"])
        return str(self.cancel_url)
