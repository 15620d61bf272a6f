"""Maintenance plans: what comes due on which machine, and how often."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, ClassVar

from django.db.models import F, Q
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from maintenance import permissions
from maintenance.engine.terms import DueBasis, MeterKind
from maintenance.forms import ActForm as Pressed
from maintenance.forms import PlanForm, ReasonForm
from maintenance.models import MaintenancePlan
from maintenance.models.labels import DUE_CAUSE, METER_KIND, OCCURRENCE_STATUS
from maintenance.selectors import maintenance_plan as selectors
from maintenance.services import maintenance_plan as services
from maintenance.services.maintenance_plan import PlanTerms
from mom.core.web import printing
from mom.core.web.lists import Empty, ListPage
from mom.core.web.tables import Column, SavedFilter, Tag
from mom.core.web.views import Action, Crumb, DetailPage
from mom.work.views.returning import ActPage

HOUR = timedelta(hours=1)


def plan_url(plan: Any) -> str:
    """The page of a plan."""
    return reverse("maintenance:plan_detail", args=[plan.code])


def _state(plan: Any) -> Any:
    if plan.paused_at is not None:
        return Tag(_("Paused"), "info")
    return Tag(_("Due"), "warn") if plan.is_due else ""


def _meter(plan: Any) -> str:
    if plan.meter_interval is None:
        return ""
    counted, interval = printing.number(plan.counted), printing.number(plan.meter_interval)
    return f"{counted} / {interval} {METER_KIND.label(plan.meter_kind)}"


_EVERY = {
    "DAILY": ngettext_lazy("every day", "every %(many)s days", "many"),
    "WEEKLY": ngettext_lazy("every week", "every %(many)s weeks", "many"),
    "MONTHLY": ngettext_lazy("every month", "every %(many)s months", "many"),
    "YEARLY": ngettext_lazy("every year", "every %(many)s years", "many"),
}


def calendar_words(rule: str) -> str:
    """A calendar rule as people say it; one that names days or months stays as it was typed."""
    told = dict(part.partition("=")[::2] for part in rule.upper().split(";"))
    words, many = _EVERY.get(told.pop("FREQ", "")), told.pop("INTERVAL", "1")
    if words is None or told or not many.isdecimal():
        return rule
    return str(words % {"many": int(many)})


class PlanList(ListPage):
    """Every plan, what is due first."""

    permission = permissions.VIEW
    title = _("Maintenance plans")
    intro = _("What comes due by calendar or by the machine's own count. A due plan makes one job.")
    counted = ngettext_lazy("%(count)s plan", "%(count)s plans", "count")
    columns = (
        Column("code", _("Plan"), "code", kind="code", link=plan_url),
        Column("name", _("Name"), "name", minor=True),
        Column("machine", _("Machine"), "equipment.code", kind="code", sort="equipment__code",
               link=lambda plan: reverse("plant:machine_detail", args=[plan.equipment.code])),
        Column("rule", _("Calendar"), lambda plan: calendar_words(plan.rule), sort=None, minor=True),
        Column("meter", _("Meter"), _meter, sort=None),
        Column("next", _("Next date"), "next_due_at", kind="moment", sort="next_due_at"),
        Column("job", _("Open job"), "open_job", kind="code", sort=None,
               link=lambda plan: reverse("maintenance:job_detail", args=[plan.open_job]) if plan.open_job else None),
        Column("state", _("State"), _state, kind="tag"),
    )  # fmt: skip
    default_sort = "code"
    search_fields = ("code", "name", "equipment__code", "job_plan__code")
    search_label = _("Find plan, machine")
    saved_filters = (
        SavedFilter("all", _("All")),
        SavedFilter("due", _("Due"), Q(is_due=True), tone="warn"),
        SavedFilter("paused", _("Paused"), Q(paused_at__isnull=False)),
    )

    def get_rows(self) -> Any:
        rows = selectors.plan_list(self.actor, self.now, self.site)
        return rows.order_by(F("next_due_at").asc(nulls_last=True), "code")

    @property
    def empty(self) -> Empty:  # type: ignore[override]
        text = _("Write a job plan first, then say on which machine it comes due and how often.")
        add = Action(_("Add plan"), reverse("maintenance:plan_add"), "plus", "primary")
        return Empty(_("Nothing comes due yet"), text, "cal", action=add if self.may(permissions.PLAN) else None)

    def get_actions(self) -> Sequence[Action]:
        if not self.may(permissions.PLAN):
            return ()
        return (Action(_("Add plan"), reverse("maintenance:plan_add"), "plus", "primary"),)


def plan_crumb() -> Crumb:
    """The way down from the list."""
    return Crumb(_("Maintenance plans"), reverse("maintenance:plan_list"))


class PlanDetail(DetailPage):
    """One plan: when it is due, and what became of its due dates."""

    permission = permissions.VIEW
    template_name = "maintenance/plan.html"
    subject_name = "plan"

    def get_subject(self) -> MaintenancePlan:
        return selectors.plan_get(self.actor, self.site, self.kwargs["code"], self.now)

    def get_title(self) -> str:
        return self.subject.code

    def get_subtitle(self) -> str:
        return self.subject.name

    def get_crumbs(self) -> Sequence[Crumb]:
        return (plan_crumb(),)

    def get_actions(self) -> Sequence[Action]:
        if not self.may(permissions.PLAN):
            return ()
        code = self.subject.code
        if self.subject.paused_at is not None:
            return (Action(_("Take up again"), reverse("maintenance:plan_take_up", args=[code]), "play", "primary"),)
        return (
            Action(_("Pause"), reverse("maintenance:plan_pause", args=[code]), "pause"),
            Action(_("Change"), reverse("maintenance:plan_change", args=[code]), "", "primary"),
        )

    def get_context(self) -> dict[str, Any]:
        plan = self.subject
        rows = plan.occurrences.select_related("job").order_by("-number")[:30]
        return {
            "meter": _meter(plan),
            "calendar": calendar_words(plan.rule),
            "by_meter": selectors.due_by_meter(plan, self.now),
            "next_due": selectors.next_due(plan, self.now),
            "occurrences": [
                (each, OCCURRENCE_STATUS.label(each.status), OCCURRENCE_STATUS.state(each.status),
                 DUE_CAUSE.label(each.cause), bool(each.completed_at and each.completed_at <= each.window_ends_at))
                for each in rows
            ],
        }  # fmt: skip


class PlanAct(ActPage):
    """An act on one plan."""

    permission = permissions.PLAN
    form_class: ClassVar[Any] = Pressed

    @cached_property
    def plan(self) -> MaintenancePlan:
        """Raises: NotFound."""
        return selectors.plan_get(self.actor, self.site, self.kwargs["code"], self.now)

    @property
    def cancel_url(self) -> str:  # type: ignore[override]
        return plan_url(self.plan)

    def get_crumbs(self) -> Sequence[Crumb]:
        return (plan_crumb(), Crumb(self.plan.code, plan_url(self.plan)))


class PlanPause(PlanAct):
    """Nothing comes due meanwhile."""

    title = _("Pause plan")
    submit_label = _("Pause")
    form_class: ClassVar[Any] = ReasonForm

    def submit(self, form: Any) -> str:
        """Raises: MomError."""
        services.pause(self.actor, self.plan.pk, reason=form.cleaned_data["reason"])
        return self.cancel_url


class PlanTakeUp(PlanAct):
    """It comes due again."""

    title = _("Take plan up again")
    intro = _("Dates that passed meanwhile are left out.")
    submit_label = _("Take up again")

    def submit(self, form: Any) -> str:
        """Raises: MomError."""
        services.take_up(self.actor, self.plan.pk)
        return self.cancel_url


def terms_of(sent: dict[str, Any]) -> PlanTerms:
    """What was typed, as the terms of a plan."""
    return PlanTerms(
        rule=sent["rule"].strip(),
        starts_at=sent["starts_at"],
        basis=DueBasis(sent["basis"]),
        meter_kind=MeterKind(sent["meter_kind"]) if sent["meter_kind"] else None,
        meter_interval=sent["meter_interval"],
        lead=sent["lead_hours"] * HOUR,
        tolerance=sent["tolerance_hours"] * HOUR,
        takes_machine=sent["takes_machine"],
    )


class PlanAdd(ActPage):
    """A job plan comes due on a machine."""

    permission = permissions.PLAN
    title = _("Add maintenance plan")
    submit_label = _("Add plan")
    success_message = _("The plan is kept.")
    form_class: ClassVar[Any] = PlanForm

    @property
    def cancel_url(self) -> str:  # type: ignore[override]
        return reverse("maintenance:plan_list")

    def get_crumbs(self) -> Sequence[Crumb]:
        return (plan_crumb(),)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"site": self.site}

    def get_initial(self) -> dict[str, Any]:
        return {"machine": self.request.GET.get("machine", "")}

    def submit(self, form: Any) -> str:
        """Raises: MomError."""
        sent = form.cleaned_data
        plan = services.add(
            self.actor, sent["machine"], sent["job_plan"], sent["code"], terms_of(sent), name=sent["name"]
        )
        return plan_url(plan)


class PlanChange(PlanAct):
    """It comes due at other times."""

    title = _("Change plan")
    submit_label = _("Save")
    success_message = _("The plan is changed.")
    form_class: ClassVar[Any] = PlanForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"site": self.site, "is_new": False}

    def get_initial(self) -> dict[str, Any]:
        plan = self.plan
        start = plan.starts_at and plan.starts_at.astimezone(self.site.zone).strftime("%Y-%m-%dT%H:%M")
        return {
            "version": plan.version, "name": plan.name, "rule": plan.rule, "starts_at": start, "basis": plan.basis,
            "meter_kind": plan.meter_kind, "meter_interval": plan.meter_interval, "lead_hours": plan.lead // HOUR,
            "tolerance_hours": plan.tolerance // HOUR, "takes_machine": plan.takes_machine,
        }  # fmt: skip

    def submit(self, form: Any) -> str:
        """Raises: MomError."""
        sent = form.cleaned_data
        services.change(self.actor, self.plan.pk, terms_of(sent), name=sent["name"], version=sent["version"])
        return self.cancel_url
