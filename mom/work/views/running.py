"""Acts on a running job and on a machine that stands: one tap each, every one also a page of its own."""

from typing import Any, ClassVar

from django import forms as django_forms
from django.contrib import messages
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mom.core.errors import NotFound
from mom.plant.engine.terms import ReasonKind
from mom.plant.models import Equipment, Person, Reason
from mom.plant.selectors.equipment import equipment_get
from mom.work import permissions
from mom.work.forms import ActForm
from mom.work.models import JobResponse, QuantityReport
from mom.work.selectors.choices import people_choices, reason_choices
from mom.work.selectors.job_order import likely_person, own_person
from mom.work.services import quantity_report, running_job, stop
from mom.work.views.job_order import JobAct
from mom.work.views.returning import ActPage


class PersonForm(ActForm):
    """Who joins or leaves."""

    person = django_forms.TypedChoiceField(label=gettext_lazy("Person"), coerce=int)

    def __init__(self, *args: Any, people: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].choices = people  # type: ignore[attr-defined]


class ReasonForm(ActForm):
    """Why a machine stands; empty where nobody knows yet."""

    reason = django_forms.TypedChoiceField(label=gettext_lazy("Reason"), coerce=int, required=False, empty_value=None)
    note = django_forms.CharField(label=gettext_lazy("Note"), max_length=200, required=False)

    def __init__(self, *args: Any, reasons: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        none = ("", gettext_lazy("not known yet"))
        self.fields["reason"].choices = [none, *reasons]  # type: ignore[attr-defined]


class RunningAct(JobAct):
    """An act of who executes jobs."""

    permission = permissions.EXECUTE_JOB_ORDER
    form_class: ClassVar[Any] = ActForm

    def get_initial(self) -> dict[str, Any]:
        return {"next": self.request.GET.get("next", "")}


class BeginSetup(RunningAct):
    """Sets up for the job."""

    title = gettext_lazy("Set up for the job")
    submit_label = gettext_lazy("Start setup")

    def submit(self, form: Any) -> str:
        person = likely_person(self.actor, self.job)
        running_job.begin_setup(self.actor, self.job.pk, person=person, op_uuid=form.cleaned_data["op_uuid"])
        return self.back(form, self.job_url)


class BeginProduction(RunningAct):
    """Produces from now on."""

    title = gettext_lazy("Produce")
    submit_label = gettext_lazy("Start production")

    def submit(self, form: Any) -> str:
        person = likely_person(self.actor, self.job)
        running_job.begin_production(self.actor, self.job.pk, person=person, op_uuid=form.cleaned_data["op_uuid"])
        return self.back(form, self.job_url)


class PersonAct(RunningAct):
    """Somebody begins or stops to work on the job."""

    form_class = PersonForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"people": people_choices(self.site)}

    def get_initial(self) -> dict[str, Any]:
        own = own_person(self.actor, self.site)
        return {**super().get_initial(), "person": own.pk if own else None}

    def chosen(self, form: Any) -> Person:
        """Raises: NotFound."""
        person = self.person_of(form)
        if person is None:
            raise NotFound(_("There is no such person at this site."))
        return person


class Join(PersonAct):
    """A person works on it too."""

    title = gettext_lazy("Join job")
    submit_label = gettext_lazy("Join job")

    def submit(self, form: Any) -> str:
        running_job.join(self.actor, self.job.pk, self.chosen(form), op_uuid=form.cleaned_data["op_uuid"])
        return self.back(form, self.job_url)


class Leave(PersonAct):
    """A person stops working on it; the job goes on."""

    title = gettext_lazy("Leave job")
    submit_label = gettext_lazy("Leave job")

    def submit(self, form: Any) -> str:
        running_job.leave(self.actor, self.job.pk, self.chosen(form))
        return self.back(form, self.job_url)


class Undo(RunningAct):
    """Takes one's own report of the last ten minutes back."""

    title = gettext_lazy("Undo report")
    submit_label = gettext_lazy("Undo report")

    @cached_property
    def report(self) -> QuantityReport:
        """Raises: NotFound."""
        found = QuantityReport.objects.filter(pk=self.kwargs["report"], output__job_order=self.job).first()
        if found is None:
            raise NotFound(_("There is no such report on job %(job)s.") % {"job": self.job.code})
        return found

    def submit(self, form: Any) -> str:
        quantity_report.undo(self.actor, self.report.pk, op_uuid=form.cleaned_data["op_uuid"])
        messages.success(self.request, _("The report was taken back."))
        return self.back(form, self.job_url)


class StopAct(ActPage):
    """An act on a stop, or one that begins it."""

    permission = permissions.EXECUTE_JOB_ORDER
    form_class: ClassVar[Any] = ReasonForm

    @property
    def machine(self) -> Equipment | None:
        """Where it stands still."""
        raise NotImplementedError

    @property
    def cancel_url(self) -> str:  # type: ignore[override]
        return reverse("plant:machine_detail", args=[self.machine.code]) if self.machine else "/"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"reasons": reason_choices(self.site, [ReasonKind.STOP])}

    def get_initial(self) -> dict[str, Any]:
        return {"next": self.request.GET.get("next", "")}

    def get_intro(self) -> str:
        return f"{self.machine.code} {self.machine.name}" if self.machine else ""

    def reason_of(self, form: Any) -> Reason | None:
        """The stop reason that was chosen, of this site."""
        chosen = form.cleaned_data.get("reason")
        return Reason.objects.filter(site=self.site, kind=ReasonKind.STOP, pk=chosen).first() if chosen else None


class BeginStop(StopAct):
    """A machine stands still from now on."""

    title = gettext_lazy("Log a stop")
    submit_label = gettext_lazy("Log stop")

    @cached_property
    def machine(self) -> Equipment:
        return equipment_get(self.actor, self.site, self.kwargs["machine"])

    def submit(self, form: Any) -> str:
        data = form.cleaned_data
        reason = self.reason_of(form)
        stop.begin(self.actor, self.machine, reason=reason, note=data["note"], op_uuid=data["op_uuid"])
        return self.back(form, self.cancel_url)


class EndStop(StopAct):
    """It goes on."""

    title = gettext_lazy("End stop")
    submit_label = gettext_lazy("Go on")
    form_class: ClassVar[Any] = ActForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return {}

    @cached_property
    def found(self) -> JobResponse:
        """Raises: NotFound."""
        rows = JobResponse.objects.filter(site=self.site, is_stop=True, reverses=None).select_related("equipment")
        row = rows.filter(pk=self.kwargs["stop"]).first()
        if row is None:
            raise NotFound(_("There is no such stop."))
        return row

    @property
    def machine(self) -> Equipment | None:
        return self.found.equipment

    def submit(self, form: Any) -> str:
        stop.end(self.actor, self.found.pk, op_uuid=form.cleaned_data["op_uuid"])
        return self.back(form, self.cancel_url)


class ExplainStop(EndStop):
    """Gives a stop its reason, or another one."""

    title = gettext_lazy("Give the reason of a stop")
    submit_label = gettext_lazy("Keep reason")
    form_class: ClassVar[Any] = ReasonForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"reasons": reason_choices(self.site, [ReasonKind.STOP])}

    def submit(self, form: Any) -> str:
        data, reason = form.cleaned_data, self.reason_of(form)
        if reason is None:
            raise NotFound(_("Choose a reason."))
        stop.explain(self.actor, self.found.pk, reason, op_uuid=data["op_uuid"], note=data["note"])
        return self.back(form, self.cancel_url)
