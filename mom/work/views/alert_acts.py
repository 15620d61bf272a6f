"""Acts on an alert, one tap or one form each, and the sheet on which a machine calls for help."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, ClassVar

from django.contrib import messages
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from mom.core import clock
from mom.core.web.views import Crumb
from mom.plant.engine.terms import WORK_UNIT_LEVELS
from mom.plant.models import Equipment, Person
from mom.plant.panels import Panel, register_panel
from mom.plant.selectors.equipment import equipment_get
from mom.work import permissions
from mom.work.forms import ActForm
from mom.work.models import Alert
from mom.work.selectors import alert as selectors
from mom.work.selectors.alert_team import sheet
from mom.work.selectors.job_order import own_person
from mom.work.services import alert_call
from mom.work.views.alert import Row, alert_url, times_today
from mom.work.views.alert_forms import AnswerForm, CallForm, HandOverForm, MuteForm, SolveForm
from mom.work.views.returning import ActPage

MOST = 5


class AlertActPage(ActPage):
    """An act on one alert: reads it within the actor's rights, once."""

    permission = permissions.ANSWER_ALERT
    form_class: ClassVar[Any] = AnswerForm

    @cached_property
    def alert(self) -> Alert:
        """Raises: NotFound."""
        return selectors.alert_get(self.actor, self.site, self.kwargs["alert"])

    @property
    def cancel_url(self) -> str:  # type: ignore[override]
        return alert_url(self.alert)

    def get_intro(self) -> str:
        machine = self.alert.equipment
        return f"{machine.code} {self.alert.title}" if machine else self.alert.title

    def get_crumbs(self) -> Sequence[Crumb]:
        return (Crumb(_("Alerts"), reverse("work:alert_list")),)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"site": self.site}

    def get_initial(self) -> dict[str, Any]:
        own = own_person(self.actor, self.site)
        back = self.request.GET.get("next", "")
        return {"next": back, "person": own.pk if own else None, "seen_holder": self.alert.holder}

    def by(self, form: Any) -> Person | None:
        """Whose badge stands for the act: the one named, else the one of who is signed in."""
        return form.cleaned_data.get("person") or own_person(self.actor, self.site)

    def after(self, form: Any, sentence: str) -> str:
        """Back to where it was asked, with the outcome told."""
        messages.success(self.request, sentence)
        return self.back(form, reverse("work:alert_list"))


class Accept(AlertActPage):
    """Somebody takes it."""

    title = _("Accept alert")
    submit_label = _("Accept")

    def submit(self, form: Any) -> str:
        data = form.cleaned_data
        key, holder = data["op_uuid"], data["seen_holder"]
        found = alert_call.accept(self.actor, self.alert.pk, op_uuid=key, person=self.by(form), seen_holder=holder)
        return self.after(form, _t("%(who)s has it.") % {"who": found.holder})


class Arrive(AlertActPage):
    """Somebody is there."""

    title = _("I am there")
    submit_label = _("I am there")

    def submit(self, form: Any) -> str:
        found = alert_call.arrive(self.actor, self.alert.pk, op_uuid=form.cleaned_data["op_uuid"], person=self.by(form))
        return self.after(form, _t("%(who)s is there.") % {"who": found.holder})


class Solve(AlertActPage):
    """It is over, with its cause."""

    title = _("Solve alert")
    submit_label = _("Solved")
    form_class: ClassVar[Any] = SolveForm

    def submit(self, form: Any) -> str:
        data = form.cleaned_data
        alert_call.solve(
            self.actor,
            self.alert.pk,
            op_uuid=data["op_uuid"],
            reason=data["reason"],
            cause=data["cause"],
            person=self.by(form),
        )
        return self.after(form, _t("The alert is solved."))


class HandOver(AlertActPage):
    """Somebody else has it, or another team waits for it."""

    title = _("Hand over alert")
    submit_label = _("Hand over")
    form_class: ClassVar[Any] = HandOverForm

    def submit(self, form: Any) -> str:
        data = form.cleaned_data
        found = alert_call.hand_over(
            self.actor,
            self.alert.pk,
            op_uuid=data["op_uuid"],
            to_person=data["to_person"],
            to_team=data["to_team"],
            note=data["note"],
            person=self.by(form),
        )
        to = found.holder or (found.team.name or found.team.code if found.team else "")
        return self.after(form, _t("%(who)s has it now.") % {"who": to})


class Mute(AlertActPage):
    """Silent until then, and why."""

    permission = permissions.MUTE_ALERT
    title = _("Mute alert")
    intro = _("A muted alert tells nobody and stands apart until its end; raised anew meanwhile, it stays mute.")
    submit_label = _("Mute")
    form_class: ClassVar[Any] = MuteForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return {}

    def get_initial(self) -> dict[str, Any]:
        end = (self.now + timedelta(hours=4)).astimezone(self.site.zone)
        return {"next": self.request.GET.get("next", ""), "until": end.strftime("%Y-%m-%dT%H:%M")}

    def submit(self, form: Any) -> str:
        data = form.cleaned_data
        alert_call.mute(
            self.actor,
            self.alert.pk,
            op_uuid=data["op_uuid"],
            until=data["until"],
            reason=data["reason"],
            person=own_person(self.actor, self.site),
        )
        return self.after(form, _t("The alert is mute."))


class Unmute(AlertActPage):
    """It speaks again."""

    permission = permissions.MUTE_ALERT
    title = _("End the mute")
    submit_label = _("End the mute")
    form_class: ClassVar[Any] = ActForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return {}

    def get_initial(self) -> dict[str, Any]:
        return {"next": self.request.GET.get("next", "")}

    def submit(self, form: Any) -> str:
        alert_call.unmute(
            self.actor,
            self.alert.pk,
            op_uuid=form.cleaned_data["op_uuid"],
            person=own_person(self.actor, self.site),
        )
        return self.after(form, _t("The mute has ended."))


class CallHelp(ActPage):
    """A machine calls: choose the team."""

    permission = permissions.RAISE_ALERT
    title = _("Call for help")
    submit_label = _("Call")
    template_name = "work/alert/call.html"
    form_class: ClassVar[Any] = CallForm

    @cached_property
    def machine(self) -> Equipment:
        """Raises: NotFound."""
        return equipment_get(self.actor, self.site, self.kwargs["machine"])

    @property
    def cancel_url(self) -> str:  # type: ignore[override]
        return reverse("plant:machine_detail", args=[self.machine.code])

    def get_intro(self) -> str:
        return f"{self.machine.code} {self.machine.name}"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"site": self.site}

    def get_initial(self) -> dict[str, Any]:
        return {"next": self.request.GET.get("next", ""), "team": self.request.GET.get("team")}

    def get_context(self) -> dict[str, Any]:
        return {"machine": self.machine, "teams": sheet(self.actor, self.site, self.now)}

    def submit(self, form: Any) -> str:
        data = form.cleaned_data
        alert = alert_call.call(
            self.actor,
            self.machine,
            data["team"],
            op_uuid=data["op_uuid"],
            is_standing=data["is_standing"],
            note=data["note"],
            person=own_person(self.actor, self.site),
        )
        messages.success(self.request, _t("%(team)s is called.") % {"team": alert.title})
        return self.back(form, self.cancel_url)


def alerts_of_machine(request: HttpRequest, machine: Equipment) -> Panel | None:
    """What is open at this machine, and the button that calls for help. None where neither is."""
    actor: Any = request.actor  # type: ignore[attr-defined]
    site: Any = request.site
    now = clock.now()
    found = selectors.with_times_today(selectors.by_impact(selectors.alerts_at(actor, machine.pk), now), site, now)
    views = selectors.alert_views(actor, site, list(found[:MOST]), now)
    may_call = actor.may(permissions.RAISE_ALERT, site.code) and machine.level in WORK_UNIT_LEVELS
    if not views and not may_call:
        return None
    rows = [Row(view, times_today(view.times_today), "", "") for view in views]
    return Panel("work/panels/alerts.html", {"rows": rows, "may_call": may_call, "back": request.path})


def register() -> None:
    """Put the card on machines' pages; called when the app is ready."""
    register_panel("equipment", "alerts", order=3, permission=permissions.VIEW, render=alerts_of_machine)
