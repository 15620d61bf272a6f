"""Setup, Rules: teams with their people and steps of escalation, and the rota of who is on call."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from mom.core.errors import NotFound
from mom.core.web.lists import Empty, ListPage
from mom.core.web.tables import Column, SavedFilter, Tag
from mom.core.web.views import Action, Crumb, DetailPage, FormPage
from mom.work import permissions
from mom.work.engine.alert import EscalationTarget
from mom.work.models import AlertTeam, EscalationStep, RotaEntry
from mom.work.selectors.alert_team import on_call, rota_list, step_list, team_get, team_list
from mom.work.services import alert_team
from mom.work.views.alert_forms import StepForm, TeamForm, TurnForm, WithdrawForm

AHEAD = timedelta(days=14)


def team_url(team: AlertTeam) -> str:
    """The one page of a team."""
    return reverse("work:alert_team_detail", args=[team.code])


def target_words(step: EscalationStep) -> str:
    """Whom a step tells, as people say it."""
    if step.target == EscalationTarget.PERSON and step.person is not None:
        return step.person.name or step.person.code
    if step.target == EscalationTarget.ROLE and step.role is not None:
        return _t("everybody with the role %(role)s") % {"role": step.role.name}
    if step.target == EscalationTarget.TEAM:
        team = step.other_team or step.team
        return _t("the whole team %(team)s") % {"team": team.name or team.code}
    return _t("who is on call, else the whole team")


class TeamList(ListPage):
    """Who is called together."""

    permission = permissions.VIEW
    title = _("Teams")
    intro = _("Who is called when something is wrong, who of them is on call, and who hears of it when nobody comes.")
    counted = ngettext_lazy("%(count)s team", "%(count)s teams", "count")
    columns = (
        Column("code", _("Code"), kind="code", link=team_url),
        Column("name", _("Name")),
        Column("people", _("People"), "person_count", kind="number", sort="person_count"),
        Column("email", _("E-mail"), minor=True),
        Column("place", _("Place on the sheet"), "position", kind="number", minor=True),
        Column("use", _("In use"), lambda row: "" if row.is_active else Tag(_t("Out of use"), "warn"), sort=None),
    )
    default_sort = "place"
    search_fields = ("code", "name")
    saved_filters = (
        SavedFilter("used", _("In use"), Q(is_active=True)),
        SavedFilter("retired", _("Out of use"), Q(is_active=False)),
    )

    def get_rows(self) -> QuerySet[Any]:
        people = Count("members", filter=Q(members__is_active=True), distinct=True)
        return team_list(self.actor, self.site).annotate(person_count=people)

    def _add(self, look: str = "") -> Action | None:
        if not self.may(permissions.PLAN_ALERTING):
            return None
        return Action(_("Add team"), reverse("work:alert_team_add"), "plus", look)

    def get_actions(self) -> Sequence[Action]:
        add = self._add()
        return (add,) if add else ()

    @property
    def empty(self) -> Empty:  # type: ignore[override]
        text = _("Maintenance, logistics, quality, team leaders: whom operators can call from their machine.")
        return Empty(_("No teams yet"), text, "user", action=self._add("primary"))


class TeamDetail(DetailPage):
    """One team: people, turns on call, steps."""

    permission = permissions.VIEW
    template_name = "work/alert/team.html"
    subject_name = "team"

    def get_subject(self) -> AlertTeam:
        return team_get(self.actor, self.site, self.kwargs["code"])

    def get_title(self) -> str:
        return self.subject.name or self.subject.code

    def get_crumbs(self) -> Sequence[Crumb]:
        return (Crumb(_("Teams"), reverse("work:alert_team_list")),)

    def get_actions(self) -> Sequence[Action]:
        if not self.may(permissions.PLAN_ALERTING):
            return ()
        code = self.subject.code
        turn = f"{reverse('work:alert_turn_add')}?team={self.subject.pk}"
        return (
            Action(_("Add turn on call"), turn, "plus"),
            Action(_("Add step"), reverse("work:alert_step_add", args=[code]), "plus"),
            Action(_("Change team"), reverse("work:alert_team_change", args=[code])),
        )

    def get_context(self) -> dict[str, Any]:
        turns = rota_list(self.actor, self.site).filter(team=self.subject, is_active=True, ended_at__gt=self.now)
        steps = step_list(self.actor, self.site).filter(team=self.subject)
        return {
            "people": self.subject.members.filter(is_active=True).order_by("code"),
            "called": on_call([self.subject.pk], self.now).get(self.subject.pk),
            "turns": turns.filter(started_at__lt=self.now + AHEAD).order_by("started_at", "is_deputy"),
            "steps": [(step, target_words(step)) for step in steps],
            "may_plan": self.may(permissions.PLAN_ALERTING),
        }


class AlertingForm(FormPage):
    """A form about teams, turns and steps."""

    permission = permissions.PLAN_ALERTING

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"site": self.site}


class TeamAdd(AlertingForm):
    """Adds a team."""

    title = _("Add team")
    submit_label = _("Add team")
    form_class: ClassVar[Any] = TeamForm
    success_message = _("The team was added. It tells who is on call at once; add steps for when nobody comes.")

    @property
    def cancel_url(self) -> str:  # type: ignore[override]
        return reverse("work:alert_team_list")

    def get_crumbs(self) -> Sequence[Crumb]:
        return (Crumb(_("Teams"), reverse("work:alert_team_list")),)

    def submit(self, form: Any) -> str:
        values = {name: value for name, value in form.cleaned_data.items() if name != "version"}
        return team_url(alert_team.team_add(self.actor, self.site, **values))


class TeamChange(TeamAdd):
    """Changes a team, from the version that was read."""

    title = _("Change team")
    submit_label = _("Save changes")
    success_message = _("The change was saved.")

    @cached_property
    def team(self) -> AlertTeam:
        """Raises: NotFound."""
        return team_get(self.actor, self.site, self.kwargs["code"])

    @property
    def cancel_url(self) -> str:  # type: ignore[override]
        return team_url(self.team)

    def get_initial(self) -> dict[str, Any]:
        names = ("version", "code", "name", "icon", "position", "email", "is_active")
        return {**{name: getattr(self.team, name) for name in names}, "members": self.team.members.all()}

    def submit(self, form: Any) -> str:
        values = dict(form.cleaned_data)
        version = values.pop("version")
        return team_url(alert_team.team_change(self.actor, self.team.pk, version=version, **values))


class StepAdd(AlertingForm):
    """Tells somebody when an alert of the team has waited so long."""

    title = _("Add step of escalation")
    submit_label = _("Add step")
    form_class: ClassVar[Any] = StepForm

    @cached_property
    def team(self) -> AlertTeam:
        """Raises: NotFound."""
        return team_get(self.actor, self.site, self.kwargs["code"])

    @property
    def cancel_url(self) -> str:  # type: ignore[override]
        return team_url(self.team)

    def get_intro(self) -> str:
        return _t("When nobody of %(team)s has accepted") % {"team": self.team.name or self.team.code}

    def submit(self, form: Any) -> str:
        alert_team.step_add(self.actor, self.team, **form.chosen())
        return team_url(self.team)


class StepWithdraw(AlertingForm):
    """Takes a step out of use."""

    title = _("Remove step of escalation")
    submit_label = _("Remove step")
    form_class: ClassVar[Any] = WithdrawForm

    @cached_property
    def step(self) -> EscalationStep:
        """Raises: NotFound."""
        found = step_list(self.actor, self.site).filter(pk=self.kwargs["pk"]).first()
        if found is None:
            raise NotFound(_t("There is no such step at this site."))
        return found

    @property
    def cancel_url(self) -> str:  # type: ignore[override]
        return team_url(self.step.team)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {}

    def get_intro(self) -> str:
        words = _t("%(team)s, after %(minutes)d min: %(who)s")
        return words % {
            "team": self.step.team.name or self.step.team.code,
            "minutes": self.step.after_minutes,
            "who": target_words(self.step),
        }

    def submit(self, form: Any) -> str:
        alert_team.step_withdraw(self.actor, self.step.pk, reason=form.cleaned_data["reason"])
        return team_url(self.step.team)


def _now(page: Any) -> Q:
    return Q(is_active=True, started_at__lte=page.now, ended_at__gt=page.now)


class RotaList(ListPage):
    """Who is on call when."""

    permission = permissions.VIEW
    title = _("On call")
    counted = ngettext_lazy("%(count)s turn", "%(count)s turns", "count")
    default_sort = "from"
    search_fields = ("team__code", "team__name", "person__code", "person__name")
    saved_filters = (
        SavedFilter("next", _("Now and next"), lambda page: Q(is_active=True, ended_at__gt=page.now)),
        SavedFilter("now", _("Now"), _now),
        SavedFilter("past", _("Past"), lambda page: Q(ended_at__lte=page.now)),
        SavedFilter("withdrawn", _("Withdrawn"), Q(is_active=False)),
    )

    @property
    def columns(self) -> Sequence[Column]:  # type: ignore[override]
        """The end of a turn is offered to who may set it."""
        shown = [
            Column("team", _("Team"), lambda row: row.team.name or row.team.code, sort="team__code",
                   link=lambda row: team_url(row.team)),
            Column("person", _("Person"), lambda row: row.person.name or row.person.code, sort="person__name"),
            Column("from", _("From"), "started_at", kind="moment"),
            Column("until", _("Until"), "ended_at", kind="moment"),
            Column("deputy", _("As"), lambda row: _t("deputy") if row.is_deputy else "", sort="is_deputy", minor=True),
        ]  # fmt: skip
        if self.may(permissions.PLAN_ALERTING):
            shown.append(Column("act", _("Act"), self._act, sort=None, link=self._act_url))
        return shown

    def _act(self, row: RotaEntry) -> str:
        return _t("Withdraw") if self._is_open(row) else ""

    def _act_url(self, row: RotaEntry) -> str | None:
        return reverse("work:alert_turn_withdraw", args=[row.pk]) if self._is_open(row) else None

    def _is_open(self, row: RotaEntry) -> bool:
        now: datetime = self.now
        return row.is_active and row.ended_at > now

    def get_rows(self) -> QuerySet[RotaEntry]:
        return rota_list(self.actor, self.site)

    def _add(self, look: str = "") -> Action | None:
        if not self.may(permissions.PLAN_ALERTING):
            return None
        return Action(_("Add turn on call"), reverse("work:alert_turn_add"), "plus", look)

    def get_actions(self) -> Sequence[Action]:
        add = self._add()
        return (add,) if add else ()

    @property
    def empty(self) -> Empty:  # type: ignore[override]
        text = _("A turn says who of a team is called from when until when. Without one the whole team is told.")
        return Empty(_("Nobody is on call yet"), text, "cal", action=self._add("primary"))


class TurnAdd(AlertingForm):
    """Puts a person on call."""

    title = _("Add turn on call")
    submit_label = _("Add turn")
    form_class: ClassVar[Any] = TurnForm

    @property
    def cancel_url(self) -> str:  # type: ignore[override]
        return reverse("work:alert_rota")

    def get_crumbs(self) -> Sequence[Crumb]:
        return (Crumb(_("On call"), reverse("work:alert_rota")),)

    def get_initial(self) -> dict[str, Any]:
        return {"team": self.request.GET.get("team"), "person": self.request.GET.get("person")}

    def submit(self, form: Any) -> str:
        data = form.cleaned_data
        turn = alert_team.rota_add(
            self.actor,
            data["team"],
            data["person"],
            started_at=data["started_at"],
            ended_at=data["ended_at"],
            is_deputy=data["is_deputy"],
        )
        messages.success(self.request, _t("%(who)s is on call.") % {"who": turn.person.name or turn.person.code})
        return reverse("work:alert_rota")


class TurnWithdraw(AlertingForm):
    """A turn is not taken."""

    title = _("Withdraw turn")
    submit_label = _("Withdraw turn")
    form_class: ClassVar[Any] = WithdrawForm
    success_message = _("The turn was withdrawn.")

    @property
    def cancel_url(self) -> str:  # type: ignore[override]
        return reverse("work:alert_rota")

    def get_form_kwargs(self) -> dict[str, Any]:
        return {}

    @cached_property
    def turn(self) -> RotaEntry:
        """Raises: NotFound."""
        found = rota_list(self.actor, self.site).filter(pk=self.kwargs["pk"]).first()
        if found is None:
            raise NotFound(_t("There is no such turn at this site."))
        return found

    def get_intro(self) -> str:
        return f"{self.turn.person.name or self.turn.person.code}, {self.turn.team.name or self.turn.team.code}"

    def submit(self, form: Any) -> str:
        alert_team.rota_withdraw(self.actor, self.turn.pk, reason=form.cleaned_data["reason"])
        return self.cancel_url
