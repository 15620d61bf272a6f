"""Alerts: what is open by impact, who has it, what came back; one alert with its history; the bell in the head."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, ngettext_lazy

from mom.core.web.lists import Empty, ListPage
from mom.core.web.tables import Column, SavedFilter, State
from mom.core.web.views import Action, Crumb, DetailPage, Page, PageMixin
from mom.plant.models import Person
from mom.work import permissions
from mom.work.engine.alert import AlertStatus
from mom.work.models import Alert, AlertStep
from mom.work.models.alert_labels import ALERT_IMPACT, ALERT_STATUS
from mom.work.selectors import alert as selectors
from mom.work.selectors.job_order import own_person

LIVE = "live"
MOST = 200
SHOWS = {"open": _("All open"), "waiting": _("Not accepted"), "mine": _("With me"), "muted": _("Muted")}


def times_today(count: int) -> str:
    """As in "third time today"; nothing for the first."""
    words = {2: _t("second time today"), 3: _t("third time today"), 4: _t("fourth time today")}
    if count < 2:
        return ""
    return words.get(count) or ngettext("%(count)s time today", "%(count)s times today", count) % {"count": count}


@dataclass(frozen=True)
class Choice:
    """A narrower view of the board, with how many it shows."""

    label: Any
    url: str
    count: int
    current: bool


@dataclass(frozen=True)
class Row:
    """A line of the board: the alert, how often it came, and the keys of the acts offered."""

    view: selectors.AlertView
    again: str
    accept_key: str
    arrive_key: str


class AlertBoard(Page):
    """What is open, the biggest impact first."""

    permission = permissions.VIEW
    title = _("Alerts")
    template_name = "work/alert/board.html"
    is_live = True

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.headers.get("X-Requested-With") == LIVE:
            return TemplateResponse(request, "work/alert/_live.html", self.frame())
        return self.render()

    def get_actions(self) -> Sequence[Action]:
        return (Action(_("All alerts"), reverse("work:alert_history"), "list"),)

    @cached_property
    def person(self) -> Person | None:
        """Who is signed in, as a person of the plant."""
        return own_person(self.actor, self.site)

    @cached_property
    def views(self) -> list[selectors.AlertView]:
        """Everything that is open."""
        rows = selectors.open_alerts(self.site, self.now)[:MOST]
        return selectors.alert_views(self.actor, self.site, rows, self.now)

    def get_context(self) -> dict[str, Any]:
        """The lines shown, the narrower views, and what was handled. Statements do not depend on how many are open."""
        shown = [view for view in self.views if self._is_shown(view)]
        rows = [Row(view, times_today(view.times_today), str(uuid4()), str(uuid4())) for view in shown]
        handled = selectors.handled_this_shift(self.actor, self.site, self.now)
        return {
            "rows": rows,
            "shows": self._shows(),
            "teams": self._teams(),
            "handled": handled,
            "handled_words": self._handled_words(handled),
            "is_narrowed": self.show != "open" or bool(self.team),
            "back": self.request.get_full_path(),
            "person": self.person,
            "open_count": sum(not view.is_muted for view in self.views),
        }

    @property
    def show(self) -> str:
        asked = self.request.GET.get("show", "")
        return asked if asked in SHOWS else "open"

    @property
    def team(self) -> str:
        return self.request.GET.get("team", "")[:64]

    def _is_shown(self, view: selectors.AlertView) -> bool:
        alert = view.alert
        if self.team and (alert.team is None or alert.team.code != self.team):
            return False
        return self._fits(view, self.show)

    def _fits(self, view: selectors.AlertView, show: str) -> bool:
        if show == "waiting":
            return view.alert.status == AlertStatus.OPEN and not view.is_muted
        if show == "mine":
            return self.person is not None and view.alert.holder_person_id == self.person.pk
        return view.is_muted if show == "muted" else not view.is_muted

    def _shows(self) -> list[Choice]:
        return [
            Choice(
                label,
                "?" if key == "open" else f"?show={key}",
                sum(self._fits(view, key) for view in self.views),
                key == self.show and not self.team,
            )
            for key, label in SHOWS.items()
            if key != "mine" or self.person is not None
        ]

    def _teams(self) -> list[Choice]:
        counts = Counter(view.alert.team for view in self.views if view.alert.team and not view.is_muted)
        named = sorted(counts, key=lambda team: (team.position, team.code))
        return [
            Choice(team.name or team.code, f"?team={team.code}", counts[team], team.code == self.team) for team in named
        ]

    def _handled_words(self, handled: selectors.Handled) -> str:
        if handled.shift:
            words = ngettext(
                "%(count)s handled this shift (%(shift)s)", "%(count)s handled this shift (%(shift)s)", handled.count
            )
            return words % {"count": handled.count, "shift": handled.shift}
        words = ngettext("%(count)s handled in the last 8 h", "%(count)s handled in the last 8 h", handled.count)
        return words % {"count": handled.count}


class AlertBell(PageMixin):
    """The bell of the head: how many alerts are open. One statement."""

    permission = permissions.VIEW

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        count, waiting = selectors.open_count(self.actor, self.site, self.now)
        words = ngettext("%(count)s open alert", "%(count)s open alerts", count) % {"count": count}
        context = {"count": count, "waiting": waiting, "words": words if count else _t("No open alert")}
        return TemplateResponse(request, "work/alert/_bell.html", context)


class AlertDetail(DetailPage):
    """One alert: what it is, who has it, and each step."""

    permission = permissions.VIEW
    template_name = "work/alert/detail.html"
    subject_name = "alert"
    is_live = True

    def get_subject(self) -> Alert:
        return selectors.alert_get(self.actor, self.site, self.kwargs["alert"], self.now)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.headers.get("X-Requested-With") == LIVE:
            return TemplateResponse(request, "work/alert/_detail.html", self.frame())
        return self.render()

    def get_title(self) -> str:
        machine = self.subject.equipment
        return f"{machine.code} {self.subject.title}" if machine else self.subject.title

    def get_crumbs(self) -> Sequence[Crumb]:
        return (Crumb(_("Alerts"), reverse("work:alert_list")),)

    def get_context(self) -> dict[str, Any]:
        (view,) = selectors.alert_views(self.actor, self.site, [self.subject], self.now)
        steps = AlertStep.objects.filter(alert=self.subject).select_related("to_person", "to_team")
        return {
            "row": Row(view, times_today(view.times_today), str(uuid4()), str(uuid4())),
            "steps": list(steps.order_by("-done_at", "-id")),
            "back": self.request.path,
            "person": own_person(self.actor, self.site),
        }


def alert_url(alert: Alert) -> str:
    """The one page of an alert."""
    return reverse("work:alert_detail", args=[alert.pk])


def _status(alert: Alert) -> State:
    return State(ALERT_STATUS.state(alert.status), ALERT_STATUS.label(alert.status))


def _cause(alert: Alert) -> str:
    named = (alert.reason.name or alert.reason.code) if alert.reason else ""
    return ", ".join(part for part in (named, alert.cause) if part)


class AlertHistory(ListPage):
    """Every alert there was."""

    permission = permissions.VIEW
    title = _("All alerts")
    counted = ngettext_lazy("%(count)s alert", "%(count)s alerts", "count")
    columns = (
        Column("raised", _("Raised"), "raised_at", kind="moment", link=alert_url),
        Column("machine", _("Where"), "equipment.code"),
        Column("what", _("What"), "title"),
        Column("kind", _("Kind"), "get_kind_display", sort="kind", hidden=True),
        Column("team", _("Team"), "team.name", minor=True),
        Column("impact", _("Impact"), lambda row: ALERT_IMPACT.label(row.impact), sort="impact", minor=True),
        Column("status", _("Status"), _status, kind="state", sort="status"),
        Column("times", _("Times raised"), "raise_count", kind="number", hidden=True),
        Column("raised_by", _("Raised by"), hidden=True),
        Column("accepted", _("Accepted"), "accepted_at", kind="moment", hidden=True),
        Column("arrived", _("Arrived"), "arrived_at", kind="moment", hidden=True),
        Column("solved", _("Solved"), "solved_at", kind="moment", minor=True),
        Column("solved_by", _("Solved by"), minor=True),
        Column("cause", _("Cause"), _cause, sort=None, minor=True),
    )
    default_sort = "-raised"
    search_fields = ("title", "detail", "equipment__code", "holder", "cause", "raised_by")
    search_label = _("Search alerts")
    saved_filters = (
        SavedFilter("all", _("All alerts")),
        SavedFilter("open", _("Open"), ~Q(status=AlertStatus.SOLVED), tone="bad"),
        SavedFilter("solved", _("Solved"), Q(status=AlertStatus.SOLVED)),
    )
    empty = Empty(
        _("No alert yet"), _("Rules, people and domains raise alerts; each stays here with its steps."), "bell"
    )

    def get_crumbs(self) -> Sequence[Crumb]:
        return (Crumb(_("Alerts"), reverse("work:alert_list")),)

    def get_rows(self) -> Any:
        return selectors.alert_list(self.actor, self.site)
