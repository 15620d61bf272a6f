"""Job plans: the checklists, parts and times of maintenance, in versions."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from maintenance import permissions
from maintenance.engine.step_lines import StepLine, WrongLine, read_lines, write_lines
from maintenance.engine.terms import StepKind
from maintenance.forms import JobPlanForm
from maintenance.models import JobPlan, JobPlanVersion
from maintenance.selectors import job_plan as selectors
from maintenance.services import job_plan as services
from maintenance.services.job_plan import NewStep, NewVersion
from mom.core.errors import InvalidInput
from mom.core.web.lists import Empty, ListPage
from mom.core.web.tables import Column
from mom.core.web.views import Action, Crumb, DetailPage
from mom.plant.models import MaterialDefinition
from mom.work.views.returning import ActPage

MINUTE = timedelta(minutes=1)


def job_plan_url(job_plan: Any) -> str:
    """The page of a job plan."""
    return reverse("maintenance:job_plan_detail", args=[job_plan.code])


def crumb() -> Crumb:
    """The way down from the list."""
    return Crumb(_("Job plans"), reverse("maintenance:job_plan_list"))


class JobPlanList(ListPage):
    """Every job plan."""

    permission = permissions.VIEW
    title = _("Job plans")
    intro = _("How a maintenance job is done: steps, limits, parts, time. A change is a new version.")
    counted = ngettext_lazy("%(count)s job plan", "%(count)s job plans", "count")
    columns = (
        Column("code", _("Job plan"), "code", kind="code", link=job_plan_url),
        Column("name", _("Name"), "name"),
        Column("version", _("Version"), "number", kind="number", sort="number"),
    )
    default_sort = "code"
    search_fields = ("code", "name")
    search_label = _("Find job plan")

    def get_rows(self) -> Any:
        return selectors.job_plan_list(self.actor, self.site)

    @property
    def empty(self) -> Empty:  # type: ignore[override]
        add = Action(_("Add job plan"), reverse("maintenance:job_plan_add"), "plus", "primary")
        text = _("Write down once how the monthly service is done; every job of it has the same steps.")
        return Empty(_("No job plan yet"), text, "list", action=add if self.may(permissions.PLAN) else None)

    def get_actions(self) -> Sequence[Action]:
        if not self.may(permissions.PLAN):
            return ()
        return (Action(_("Add job plan"), reverse("maintenance:job_plan_add"), "plus", "primary"),)


class JobPlanDetail(DetailPage):
    """One job plan, as it holds, and its versions."""

    permission = permissions.VIEW
    template_name = "maintenance/job_plan.html"
    subject_name = "job_plan"

    def get_subject(self) -> JobPlan:
        return selectors.job_plan_get(self.actor, self.site, self.kwargs["code"])

    def get_title(self) -> str:
        return self.subject.code

    def get_subtitle(self) -> str:
        return self.subject.name

    def get_crumbs(self) -> Sequence[Crumb]:
        return (crumb(),)

    def get_actions(self) -> Sequence[Action]:
        if not self.may(permissions.PLAN):
            return ()
        return (
            Action(_("New version"), reverse("maintenance:job_plan_revise", args=[self.subject.code]), "", "primary"),
        )

    def get_context(self) -> dict[str, Any]:
        version = selectors.current_version(self.subject.pk)
        return {
            "version": version,
            "steps": list(version.steps.order_by("position")) if version else [],
            "parts": list(version.parts.select_related("definition")) if version else [],
            "versions": list(self.subject.versions.order_by("-number")[:20]),
            "plans": list(self.subject.plans.select_related("equipment").order_by("code")[:50]),
        }


class JobPlanForms(ActPage):
    """A version is typed, a step a line."""

    permission = permissions.PLAN
    form_class = JobPlanForm

    def get_crumbs(self) -> Sequence[Crumb]:
        return (crumb(),)

    def new_version(self, sent: dict[str, Any]) -> NewVersion:
        """What was typed. Raises: InvalidInput at the line that is none."""
        try:
            lines = read_lines(sent["steps"])
        except WrongLine as wrong:
            raise InvalidInput({"steps": [_t("This line is no step: %(line)s") % {"line": wrong}]}) from wrong
        steps = [NewStep(each.text, each.kind, each.unit, each.low, each.high, each.is_required) for each in lines]
        return NewVersion(sent["minutes"] * MINUTE, steps, self.parts(sent["parts"]), sent.get("reason", ""))

    def parts(self, typed: str) -> list[tuple[MaterialDefinition, Decimal]]:
        """The parts by code. One statement. Raises: InvalidInput."""
        pairs = [line.rsplit(None, 1) for line in typed.splitlines() if line.strip()]
        codes = [pair[0].strip() for pair in pairs]
        known = {row.code: row for row in MaterialDefinition.objects.filter(site=self.site, code__in=codes)}
        found = []
        for pair in pairs:
            try:
                quantity = Decimal(pair[1].replace(",", "."))
            except (InvalidOperation, IndexError):
                raise InvalidInput(
                    {"parts": [_t("Give a code and a quantity: %(line)s") % {"line": pair[0]}]}
                ) from None
            if pair[0].strip() not in known:
                raise InvalidInput({"parts": [_t("This site has no part %(code)s.") % {"code": pair[0].strip()}]})
            found.append((known[pair[0].strip()], quantity))
        return found


class JobPlanAdd(JobPlanForms):
    """A new one."""

    title = _("Add job plan")
    submit_label = _("Add job plan")
    success_message = _("The job plan is kept.")

    @property
    def cancel_url(self) -> str:  # type: ignore[override]
        return reverse("maintenance:job_plan_list")

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"is_new": True}

    def submit(self, form: Any) -> str:
        """Raises: MomError."""
        sent = form.cleaned_data
        return job_plan_url(services.add(self.actor, self.site, sent["code"], sent["name"], self.new_version(sent)))


class JobPlanRevise(JobPlanForms):
    """The next version."""

    title = _("New version")
    intro = _("Jobs that are open keep the version they began with.")
    submit_label = _("Save version")
    success_message = _("The new version holds for jobs to come.")

    @cached_property
    def job_plan(self) -> JobPlan:
        """Raises: NotFound."""
        return selectors.job_plan_get(self.actor, self.site, self.kwargs["code"])

    @property
    def cancel_url(self) -> str:  # type: ignore[override]
        return job_plan_url(self.job_plan)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"is_new": False}

    def get_initial(self) -> dict[str, Any]:
        version = selectors.current_version(self.job_plan.pk)
        return {} if version is None else typed_of(version)

    def submit(self, form: Any) -> str:
        """Raises: MomError."""
        services.revise(self.actor, self.job_plan.pk, self.new_version(form.cleaned_data))
        return self.cancel_url


def typed_of(version: JobPlanVersion) -> dict[str, Any]:
    """A version as it would be typed. Two statements."""
    lines = [
        StepLine(step.text, StepKind(step.kind), step.unit, step.low, step.high, step.is_required)
        for step in version.steps.order_by("position")
    ]
    parts = [
        f"{part.definition.code} {part.quantity.normalize():f}" for part in version.parts.select_related("definition")
    ]
    return {"minutes": version.duration // MINUTE, "steps": write_lines(lines), "parts": "\n".join(parts)}
