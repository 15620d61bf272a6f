"""The work instruction of a job: a card on its page, and a page with large controls that takes step after step."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from mom.core.errors import NotFound
from mom.plant.public import Panel
from mom.work import permissions
from mom.work.engine.terms import BEGUN_JOB_ORDER_STATUSES
from mom.work.forms import ActForm
from mom.work.models import JobOrder
from mom.work.selectors.job_order import likely_person
from mom.work.views.job_order import JobAct
from production.engine.instruction import DONE
from production.engine.terms import StepKind
from production.models.labels import STEP_KIND
from production.selectors.instruction import Instruction, StepView, instruction_of
from production.services import step_answer

READ_OR_DONE = {
    StepKind.TEXT: _("I have read it"),
    StepKind.PICTURE: _("I have looked at it"),
    StepKind.CHECK: _("Done"),
}
"""What the one button of these steps says."""


def instruction_url(job: JobOrder, step: StepView | None = None) -> str:
    """The page of a job's instruction, at a step."""
    address = reverse("production:instruction", args=[job.code])
    return address if step is None else f"{address}?step={step.step.position}"


def instruction_panel(request: HttpRequest, subject: JobOrder) -> Panel | None:
    """The card of a job: its steps with what was answered; nothing for a job without."""
    found = instruction_of(subject)
    if found is None:
        return None
    actor: Any = request.actor  # type: ignore[attr-defined]
    context = {
        "found": found,
        "rows": [(each, STEP_KIND.label(each.step.kind), instruction_url(subject, each)) for each in found.steps],
        "url": instruction_url(subject),
        "may_answer": subject.status in BEGUN_JOB_ORDER_STATUSES
        and actor.may(permissions.EXECUTE_JOB_ORDER, subject.site.code),
    }
    return Panel("production/panels/instruction.html", context, is_wide=True)


class AnswerForm(ActForm):
    """An answer: typed, tapped or scanned."""

    value = forms.CharField(label=_("Answer"), max_length=200)


class InstructionPage(JobAct):
    """One step of the instruction in large, with its neighbours; answering leads to the next open one."""

    permission = permissions.VIEW
    template_name = "production/instruction.html"
    form_class = AnswerForm
    submit_label = _("Keep")

    def get_title(self) -> Any:
        return _t("Work instruction of %(job)s") % {"job": self.job.code}

    @cached_property
    def found(self) -> Instruction:
        """Raises: NotFound for a job without one."""
        found = instruction_of(self.job)
        if found is None:
            raise NotFound(_t("Job %(job)s has no work instruction.") % {"job": self.job.code})
        return found

    @cached_property
    def index(self) -> int:
        """Which step is shown: the one that is asked for, else the first open one, else the first."""
        asked = self.request.GET.get("step", "")
        positions = [str(each.step.position) for each in self.found.steps]
        if asked in positions:
            return positions.index(asked)
        return next((index for index, each in enumerate(self.found.steps) if each.answer is None), 0)

    @property
    def shown(self) -> StepView:
        """The step in large."""
        return self.found.steps[self.index]

    @property
    def may_answer(self) -> bool:
        """Whether this person may answer now."""
        return self.job.status in BEGUN_JOB_ORDER_STATUSES and self.may(permissions.EXECUTE_JOB_ORDER)

    def get_context(self) -> dict[str, Any]:
        steps, step = self.found.steps, self.shown.step
        return {
            "job": self.job,
            "found": self.found,
            "shown": self.shown,
            "kind": STEP_KIND.label(step.kind),
            "number": self.index + 1,
            "done_word": READ_OR_DONE.get(step.kind, ""),
            "done": DONE,
            "picture": reverse("web:file_content", args=[step.picture]) if step.picture else "",
            "before": instruction_url(self.job, steps[self.index - 1]) if self.index else "",
            "after": instruction_url(self.job, steps[self.index + 1]) if self.index + 1 < len(steps) else "",
            "may_answer": self.may_answer,
            "rows": [(each, instruction_url(self.job, each)) for each in steps],
            "job_url": self.job_url,
        }

    def submit(self, form: Any) -> str:
        """Raises: MomError."""
        data = form.cleaned_data
        person = likely_person(self.actor, self.job)
        kept = step_answer.answer(
            self.actor, self.job.pk, self.shown.step.id, data["value"], op_uuid=data["op_uuid"], person=person
        )
        if kept.is_outside:
            messages.warning(self.request, _t("Kept, and marked: the value is out of limits."))
        steps = self.found.steps
        later = [*steps[self.index + 1 :], *steps[: self.index]]
        left = next((each for each in later if each.answer is None), None)
        if left is None:
            messages.success(self.request, _t("Every step is answered."))
            return self.job_url
        return instruction_url(self.job, left)
