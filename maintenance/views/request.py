"""Calling maintenance to a machine, and what becomes of the call."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from maintenance import permissions
from maintenance.forms import AcceptForm, CallForm, ReasonForm
from maintenance.models import MaintenanceRequest
from maintenance.models.labels import REQUEST_STATUS, URGENCY, symptom_words
from maintenance.selectors import maintenance_job as selectors
from maintenance.selectors.job_plan import current_version
from maintenance.services import maintenance_job, maintenance_request
from maintenance.services.maintenance_request import NewRequest, Photo
from maintenance.subjects import job_url, request_url
from mom.core.files import panel
from mom.core.web.views import Action, Crumb, DetailPage
from mom.plant.models import Equipment
from mom.plant.selectors.equipment import equipment_get
from mom.work.views.returning import ActPage


def board_crumb() -> Crumb:
    """The way down from the board."""
    return Crumb(_("Maintenance jobs"), reverse("maintenance:board"))


class CallMaintenance(ActPage):
    """A machine calls: what is seen, how soon, with a photo."""

    permission = permissions.REQUEST
    title = _("Call maintenance")
    submit_label = _("Call maintenance")
    form_class = CallForm

    @cached_property
    def machine(self) -> Equipment:
        """Raises: NotFound."""
        return equipment_get(self.actor, self.site, self.kwargs["machine"])

    @property
    def cancel_url(self) -> str:  # type: ignore[override]
        return reverse("plant:machine_detail", args=[self.machine.code])

    def get_intro(self) -> str:
        return f"{self.machine.code} {self.machine.name}"

    def get_initial(self) -> dict[str, Any]:
        return {"next": self.request.GET.get("next", "")}

    def submit(self, form: Any) -> str:
        """Raises: MomError."""
        sent = form.cleaned_data
        photo = None if sent["photo"] is None else Photo(sent["photo"].name, sent["photo"].read())
        new = NewRequest(sent["symptom"], sent["urgency"], sent["text"], photo)
        request = maintenance_request.report(self.actor, self.machine, new, op_uuid=sent["op_uuid"])
        if request.times_reported > 1:
            sentence = _t("Maintenance knows of it already: %(request)s.") % {"request": request.code}
        else:
            sentence = _t("Maintenance is called: %(request)s.") % {"request": request.code}
        messages.success(self.request, sentence)
        return self.back(form, self.cancel_url)


class RequestDetail(DetailPage):
    """One call."""

    permission = permissions.VIEW
    template_name = "maintenance/request.html"
    subject_name = "call"

    def get_subject(self) -> MaintenanceRequest:
        return selectors.request_get(self.actor, self.site, self.kwargs["code"])

    def get_title(self) -> str:
        return self.subject.code

    def get_intro(self) -> str:
        return self.subject.text or symptom_words(self.subject.symptom)

    def get_crumbs(self) -> Sequence[Crumb]:
        return (board_crumb(),)

    def get_actions(self) -> Sequence[Action]:
        if self.subject.status != "requested":
            return ()
        code, found = self.subject.code, []
        if self.may(permissions.PLAN):
            found.append(Action(_("Decline"), reverse("maintenance:request_decline", args=[code])))
        if self.may(permissions.EXECUTE_JOB):
            found.append(Action(_("Take it"), reverse("maintenance:request_accept", args=[code]), "hand", "primary"))
        return found

    def get_context(self) -> dict[str, Any]:
        return {
            "state": REQUEST_STATUS.state(self.subject.status),
            "status_word": REQUEST_STATUS.label(self.subject.status),
            "urgency": URGENCY.label(self.subject.urgency),
            "symptom": symptom_words(self.subject.symptom),
            "records": panel.records(self.request, self.subject),
        }


class RequestAct(ActPage):
    """An act on one request."""

    @cached_property
    def call(self) -> MaintenanceRequest:
        """Raises: NotFound."""
        return selectors.request_get(self.actor, self.site, self.kwargs["code"])

    @property
    def cancel_url(self) -> str:  # type: ignore[override]
        return request_url(self.call)

    def get_intro(self) -> str:
        return f"{self.call.code} {self.call.equipment.code}: {self.call.text or symptom_words(self.call.symptom)}"

    def get_crumbs(self) -> Sequence[Crumb]:
        return (board_crumb(), Crumb(self.call.code, request_url(self.call)))


class RequestAccept(RequestAct):
    """Somebody takes it: its job is open."""

    permission = permissions.EXECUTE_JOB
    title = _("Take request")
    submit_label = _("Take it")
    success_message = _("The job is open.")
    form_class = AcceptForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"site": self.site}

    def submit(self, form: Any) -> str:
        """Raises: MomError."""
        sent = form.cleaned_data
        version = None if sent["job_plan"] is None else current_version(sent["job_plan"].pk)
        job = maintenance_job.accept(self.actor, self.call.pk, technician=sent["technician"], version=version)
        return job_url(job)


class RequestDecline(RequestAct):
    """Nobody will come."""

    permission = permissions.PLAN
    title = _("Decline request")
    submit_label = _("Decline")
    submit_look = "danger"
    success_message = _("The request is declined.")
    form_class = ReasonForm

    def submit(self, form: Any) -> str:
        """Raises: MomError."""
        maintenance_request.decline(self.actor, self.call.pk, reason=form.cleaned_data["reason"])
        return self.cancel_url
