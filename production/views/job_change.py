"""What is made of a job, on its page: a card with its kin and the buttons, and the form of each change."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any, ClassVar

from django.contrib import messages
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from mom.core.errors import InvalidInput, NotFound
from mom.core.web import printing
from mom.plant.engine.terms import ReasonKind
from mom.plant.models import Equipment, Reason
from mom.plant.public import Panel
from mom.work import permissions
from mom.work.engine.terms import JobOrigin
from mom.work.models import JobOrder
from mom.work.models.labels import JOB_ORDER_STATUS, JOB_ORIGIN
from mom.work.selectors.choices import reason_choices
from mom.work.views.job_order import JobAct
from production.engine.job_changes import JobChange, Rest
from production.forms_job import FinishEarlyForm, ReplaceForm, ReworkForm, SplitForm
from production.selectors.job_change import JobChanges, job_changes
from production.selectors.order import jobs_of, machine_choices
from production.services import job_change

BUTTONS = {
    JobChange.SPLIT: _("Split job"),
    JobChange.FINISH_EARLY: _("Finish with fewer"),
    JobChange.REWORK: _("Make rework job"),
    JobChange.REPLACE: _("Fail and replace"),
}


def changes_panel(request: HttpRequest, subject: JobOrder) -> Panel | None:
    """The card of a job: what it was made of, what was made of it, what may be."""
    found = job_changes(request.actor, subject)  # type: ignore[attr-defined]
    if found is None or not (found.offers or found.offshoots or found.made_of):
        return None
    kin = [
        (each, JOB_ORIGIN.label(each.job.origin), JOB_ORDER_STATUS.state(each.job.status),
         JOB_ORDER_STATUS.label(each.job.status))
        for each in found.offshoots
    ]  # fmt: skip
    buttons = [
        (BUTTONS[change], reverse(f"production:job_{change}", args=[subject.code]), change == JobChange.REPLACE)
        for change in found.offers
    ]
    origin = JOB_ORIGIN.label(subject.origin) if subject.origin else ""
    context = {"found": found, "kin": kin, "buttons": buttons, "origin": origin}
    return Panel("production/panels/job_changes.html", context)


class JobChangePage(JobAct):
    """A change of one job."""

    permission = permissions.DISPATCH_JOB_ORDER
    change: ClassVar[JobChange]

    @property
    def submit_label(self) -> Any:  # type: ignore[override]
        return BUTTONS[self.change]

    def get_title(self) -> Any:
        return BUTTONS[self.change]

    @cached_property
    def found(self) -> JobChanges:
        """Raises: NotFound."""
        found = job_changes(self.actor, self.job)
        if found is None:
            raise NotFound
        return found

    def get_intro(self) -> str:
        pieces, unit = self.found.pieces, self.found.unit
        words = {
            "job": f"{self.job.code} {self.job.operation}",
            "ordered": printing.quantity(pieces.ordered, unit),
            "good": printing.number(pieces.good),
            "open": printing.number(pieces.unmade),
        }
        return _t("%(job)s: %(ordered)s ordered, %(good)s good, %(open)s not reported yet.") % words

    def get_initial(self) -> dict[str, Any]:
        return {"version": self.job.version, "next": self.request.GET.get("next", "")}

    def machine_of(self, code: str) -> Equipment | None:
        """The machine of that code. Raises: InvalidInput."""
        if not code:
            return None
        machine = Equipment.objects.filter(site=self.site, code=code, is_active=True).first()
        if machine is None:
            words = {"code": code}
            raise InvalidInput({"machine": [_t("There is no machine %(code)s. Add it under Machines first.") % words]})
        return machine

    def told(self, jobs: Sequence[JobOrder]) -> str:
        """The page of the first new job, which is named above it."""
        codes = ", ".join(job.code for job in jobs)
        messages.success(self.request, _t("New: %(jobs)s.") % {"jobs": codes})
        return reverse("work:job_detail", args=[jobs[0].code])


class JobSplit(JobChangePage):
    """Takes a quantity out into a new job."""

    change = JobChange.SPLIT
    form_class = SplitForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"machines": machine_choices(self.site)}

    def submit(self, form: Any) -> str:
        """Raises: MomError."""
        data = form.cleaned_data
        machine = self.machine_of(data["machine"])
        given = {"reason": data["reason"], "version": data["version"]}
        made = job_change.split(self.actor, self.job.pk, data["quantity"], equipment=machine, **given)
        return self.told([made])


class JobFinishEarly(JobChangePage):
    """Finishes a job that made fewer than ordered."""

    permission = permissions.EXECUTE_JOB_ORDER
    change = JobChange.FINISH_EARLY
    form_class = FinishEarlyForm

    def submit(self, form: Any) -> str:
        """Raises: MomError."""
        data = form.cleaned_data
        given = {"reason": data["reason"], "version": data["version"]}
        done = job_change.finish_early(self.actor, self.job.pk, Rest(data["rest"]), **given)
        if done.rest_job is not None:
            self.told([done.rest_job])
        else:
            messages.success(self.request, _t("Job %(job)s is finished.") % {"job": self.job.code})
        return self.back(form, self.job_url)


class JobRework(JobChangePage):
    """Makes a job for pieces that are to be reworked."""

    change = JobChange.REWORK
    form_class = ReworkForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"machines": machine_choices(self.site)}

    def get_initial(self) -> dict[str, Any]:
        return {**super().get_initial(), "quantity": printing.number(self.found.pieces.most(JobChange.REWORK))}

    def submit(self, form: Any) -> str:
        """Raises: MomError."""
        data = form.cleaned_data
        minutes = data["minutes"]
        time = None if minutes is None else timedelta(microseconds=int(minutes * 60_000_000))
        wish = job_change.Rework(data["quantity"], data["operation"], self.machine_of(data["machine"]), time)
        made = job_change.rework(self.actor, self.job.pk, wish, reason=data["reason"], version=data["version"])
        return self.told([made])


class JobReplace(JobChangePage):
    """Ends a job that failed and makes what is missing again."""

    change = JobChange.REPLACE
    form_class = ReplaceForm
    submit_look = "danger"

    def get_form_kwargs(self) -> dict[str, Any]:
        planned = [job for job in jobs_of(self.job.work_request) if job.sequence <= self.job.sequence]
        steps = {job.sequence: job.operation for job in planned if job.origin != JobOrigin.REWORK}
        return {
            "steps": [(sequence, f"{sequence} {operation}") for sequence, operation in sorted(steps.items())],
            "reasons": reason_choices(self.site, [ReasonKind.SCRAP]),
        }

    def get_initial(self) -> dict[str, Any]:
        return {**super().get_initial(), "from_sequence": self.job.sequence}

    def submit(self, form: Any) -> str:
        """Raises: MomError."""
        data = form.cleaned_data
        chosen = data.get("scrap_reason")
        why = Reason.objects.filter(site=self.site, kind=ReasonKind.SCRAP, pk=chosen).first() if chosen else None
        failure = job_change.Failure(data["scrap"] or Decimal(0), why, data["quantity"], data["from_sequence"] or None)
        made = job_change.replace(self.actor, self.job.pk, failure, reason=data["reason"], version=data["version"])
        return self.told(made)
