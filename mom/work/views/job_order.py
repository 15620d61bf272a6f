"""Pages of a job: what it is and what was recorded on it, and the acts on it."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mom.accounts.permissions import SIGN_RECORD
from mom.core.errors import IllegalTransition, NotFound, Stale
from mom.core.files import panel
from mom.core.web.properties import cards
from mom.core.web.views import Crumb, DetailPage
from mom.plant.models import Person, Reason
from mom.plant.panels import panels_for
from mom.work import gate, permissions
from mom.work.engine.terms import JobOrderCommand, JobOrderStatus, OperationsType, QuantityKind
from mom.work.engine.transitions import JOB_ORDER
from mom.work.forms import CommandForm, ReportForm, TakeBackForm, report_forms
from mom.work.models import JobOrder, QuantityReport
from mom.work.selectors import record
from mom.work.selectors.choices import people_choices, reason_choices
from mom.work.selectors.job_order import JobView, job_order_get, job_views, likely_person
from mom.work.services import job_order as job_orders
from mom.work.services import quantity_report
from mom.work.views.returning import ActPage

LIVE = "live"
TITLES = {
    JobOrderCommand.RELEASE: gettext_lazy("Release job"),
    JobOrderCommand.REVOKE: gettext_lazy("Take job back to waiting"),
    JobOrderCommand.START: gettext_lazy("Start job"),
    JobOrderCommand.PAUSE: gettext_lazy("Pause job"),
    JobOrderCommand.HOLD: gettext_lazy("Hold job"),
    JobOrderCommand.RESUME: gettext_lazy("Resume job"),
    JobOrderCommand.FINISH: gettext_lazy("Finish job"),
    JobOrderCommand.CLOSE: gettext_lazy("Close job"),
    JobOrderCommand.ABORT: gettext_lazy("Abort job"),
    JobOrderCommand.CANCEL: gettext_lazy("Cancel job"),
}
FINAL = frozenset({JobOrderCommand.ABORT, JobOrderCommand.CANCEL})


def order_crumbs(job: JobOrder) -> list[Crumb]:
    """The way down to a job: the orders and its order, where its domain has pages of them."""
    if job.operations_type != OperationsType.PRODUCTION:
        return []
    try:
        address = reverse("production:order_detail", args=[job.work_request.code])
        return [Crumb(_("Orders"), reverse("production:order_list")), Crumb(job.work_request.code, address)]
    except NoReverseMatch:
        return []  # the spine stands without the domain's pages too


BEFORE_START = frozenset({JobOrderStatus.WAITING, JobOrderStatus.READY})
STOPPED = frozenset({JobOrderStatus.SUSPENDED, JobOrderStatus.HELD})


class JobDetail(DetailPage):
    """One job: status and acts, quantities, people, log."""

    permission = permissions.VIEW
    template_name = "work/job/detail.html"
    live_template_name = "work/job/_live.html"
    subject_name = "job"
    is_live = True

    def get_subject(self) -> JobOrder:
        return job_order_get(self.actor, self.site, self.kwargs["code"])

    def get_title(self) -> str:
        return self.subject.code

    def get_intro(self) -> str:
        return self.subject.operation

    def get_crumbs(self) -> Sequence[Crumb]:
        return order_crumbs(self.subject)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.is_refresh:
            return TemplateResponse(request, self.live_template_name, self.frame())
        return self.render()

    @property
    def is_refresh(self) -> bool:
        """Whether the page asks for its live part only; files and notes are not in that."""
        return self.request.headers.get("X-Requested-With") == LIVE

    def in_the_way(self, person: Person | None) -> list[tuple[gate.Blocker, str]]:
        """What forbids a start or is worth knowing before, what forbids first; of a job that waits, or was stopped.

        Each with the address where it is signed that it counts no more, for who may.
        """
        if self.subject.status in STOPPED:
            found = gate.resume_in_the_way(self.subject, self.now)
        elif self.subject.status in BEFORE_START:
            found = gate.in_the_way(self.subject, self.now, person)
        else:
            return []
        may_sign = self.may(permissions.OVERRIDE_GATE) and self.may(SIGN_RECORD)
        return [
            (each, override_url(self.subject, each) if may_sign and gate.may_override(each) else "")
            for each in sorted(found, key=lambda each: not each.forbids)
        ]

    def records(self) -> dict[str, Any]:
        """Files and notes of the job, and the drawings of what it makes."""
        return panel.records(self.request, self.subject, record.materials_made([self.subject.pk]))

    def get_context(self) -> dict[str, Any]:
        """The job's record. Statements do not depend on how much was reported."""
        (job_view,) = job_views(self.actor, [self.subject], self.now)
        person = likely_person(self.actor, self.subject)
        return {
            "row": job_view,
            "rows": [job_view],
            "gate": self.in_the_way(person),
            "panels": panels_for("job", self.request, self.subject),
            "back": self.request.path,
            "person": person,
            "ledger": record.ledger([self.subject.pk]),
            "labour": record.labour([self.subject.pk]),
            "log": record.log(self.site.code, [], [self.subject.pk]),
            "may_take_back": self.may(permissions.CORRECT_REPORT),
            "known": {} if self.is_refresh else cards(self.request, "job", self.subject),
            "records": {} if self.is_refresh else self.records(),
            "report_forms": report_forms([job_view], self.site, self.request.path, person),
        }


def override_url(job_order: JobOrder, blocker: gate.Blocker) -> str:
    """Where it is signed that this blocker of the job counts no more."""
    asked = urlencode({"source": blocker.source, "what": blocker.code, "of": blocker.subject})
    return f"{reverse('work:gate_override', args=[job_order.code])}?{asked}"


class JobAct(ActPage):
    """An act on one job: reads it within the actor's rights, once."""

    @cached_property
    def job(self) -> JobOrder:
        """Raises: NotFound."""
        return job_order_get(self.actor, self.site, self.kwargs["code"])

    def get_crumbs(self) -> Sequence[Crumb]:
        return [*order_crumbs(self.job), Crumb(self.job.code, self.job_url)]

    @property
    def job_url(self) -> str:
        return reverse("work:job_detail", args=[self.job.code])

    @property
    def cancel_url(self) -> str:  # type: ignore[override]
        return self.job_url

    def get_intro(self) -> str:
        return f"{self.job.code} {self.job.operation}"

    def person_of(self, form: Any) -> Person | None:
        """The person that was chosen, of this site."""
        chosen = form.cleaned_data.get("person")
        return Person.objects.filter(site=self.site, pk=chosen).first() if chosen else None


class JobCommandPage(JobAct):
    """One command: a button on another page, or a page of its own that asks who or why."""

    asked: JobOrderCommand = JobOrderCommand.START
    form_class = CommandForm

    def get_title(self) -> Any:
        return TITLES[self.asked]

    @property
    def submit_label(self) -> Any:  # type: ignore[override]
        return TITLES[self.asked]

    @property
    def submit_look(self) -> str:
        """Red where there is no way back."""
        return "danger" if self.asked in FINAL else "primary"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"asked": self.asked, "people": people_choices(self.site)}

    def get_initial(self) -> dict[str, Any]:
        person = likely_person(self.actor, self.job)
        return {
            "version": self.job.version,
            "person": person.pk if person else None,
            "next": self.request.GET.get("next", ""),
        }

    def submit(self, form: Any) -> str:
        """Raises: MomError."""
        data = form.cleaned_data
        person = self.person_of(form)
        if person is None and self.asked == JobOrderCommand.RESUME:
            person = likely_person(self.actor, self.job)
        try:
            job_orders.command(
                self.actor,
                self.job.pk,
                self.asked,
                reason=data.get("reason", ""),
                person=person,
                version=data["version"],
                op_uuid=data["op_uuid"],
            )
        except (IllegalTransition, Stale):
            if not self.is_done_already(data["version"]):
                raise
        return self.back(form, self.job_url)

    def is_done_already(self, version: int | None) -> bool:
        """Whether the job stands, one step after the version that was shown, where the command leads: pressed twice."""
        job = JobOrder.objects.get(pk=self.job.pk)
        led_here = [status for status, command, to in JOB_ORDER if command == self.asked and to == job.status]
        return version is not None and job.version == version + 1 and bool(led_here)


class JobReport(JobAct):
    """Log good, scrap, rework and review."""

    permission = permissions.EXECUTE_JOB_ORDER
    form_class = ReportForm
    submit_label = gettext_lazy("Log quantities")

    title = gettext_lazy("Log good, scrap, rework")

    @cached_property
    def row(self) -> JobView:
        return job_views(self.actor, [self.job], self.now)[0]

    def get_form_kwargs(self) -> dict[str, Any]:
        site = self.site
        return {"outputs": self.row.outputs, "people": people_choices(site), "reasons": reason_choices(site)}

    def get_initial(self) -> dict[str, Any]:
        person = likely_person(self.actor, self.job)
        return {"person": person.pk if person else None, "next": self.request.GET.get("next", "")}

    def submit(self, form: Any) -> str:
        """Raises: MomError."""
        data = form.cleaned_data
        chosen = data.get("reason")
        reason = Reason.objects.filter(site=self.site, pk=chosen).first() if chosen else None
        lines = [
            quantity_report.Reported(
                kind, quantity, reason=None if kind == QuantityKind.GOOD else reason, note=data["note"]
            )
            for kind, quantity in form.amounts()
        ]
        quantity_report.report(
            self.actor,
            self.job.pk,
            lines,
            op_uuid=data["op_uuid"],
            output_id=data.get("output"),
            person=self.person_of(form),
        )
        messages.success(self.request, _("The quantities were logged on job %(job)s.") % {"job": self.job.code})
        return self.back(form, self.job_url)


class TakeBack(JobAct):
    """Takes a report back, with a reason."""

    permission = permissions.CORRECT_REPORT
    template_name = "work/job/take_back.html"
    form_class = TakeBackForm
    title = gettext_lazy("Take a report back")
    submit_label = gettext_lazy("Take back")

    @cached_property
    def report(self) -> QuantityReport:
        """Raises: NotFound."""
        rows = QuantityReport.objects.select_related("output__definition", "person")
        found = rows.filter(pk=self.kwargs["report"], output__job_order=self.job).first()
        if found is None:
            raise NotFound(_("There is no such report on job %(job)s.") % {"job": self.job.code})
        return found

    def get_initial(self) -> dict[str, Any]:
        return {"next": self.request.GET.get("next", "")}

    def get_context(self) -> dict[str, Any]:
        return {"report": self.report}

    def submit(self, form: Any) -> str:
        """Raises: MomError."""
        data = form.cleaned_data
        quantity_report.reverse(self.actor, self.report.pk, reason=data["reason"], op_uuid=data["op_uuid"])
        messages.success(self.request, _("The report was taken back."))
        return self.back(form, self.job_url)
