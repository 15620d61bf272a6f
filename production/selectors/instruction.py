"""The work instruction of a job: its steps with what was answered, and what is open."""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import QuerySet

from mom.core.actor import Actor
from mom.core.web import printing
from mom.plant.selectors.scope import for_actor
from mom.work.models import JobOrder
from mom.work.permissions import VIEW
from production.engine.instruction import Step, open_steps, steps_of
from production.engine.terms import StepKind
from production.models import StepAnswer


@dataclass(frozen=True)
class StepView:
    """A step of a job with its newest answer and how often it was answered."""

    step: Step
    answer: StepAnswer | None
    many: int

    @property
    def shown(self) -> str:
        """The answer as people read it; empty where a tick says it."""
        if self.answer is None:
            return ""
        if self.answer.number is not None:
            return str(printing.quantity(self.answer.number, self.step.unit) if self.step.unit else
                       printing.number(self.answer.number))  # fmt: skip
        return "" if self.step.kind in {StepKind.TEXT, StepKind.PICTURE, StepKind.CHECK} else self.answer.text

    @property
    def limits(self) -> str:
        """The limits of a number: "24.9 – 25.1 mm"."""
        return limits_of(self.step)


@dataclass(frozen=True)
class Instruction:
    """All steps of a job."""

    steps: list[StepView]

    @property
    def open(self) -> list[Step]:
        """Mandatory, and not answered."""
        return open_steps([each.step for each in self.steps], {each.step.id for each in self.steps if each.answer})

    @property
    def answered(self) -> int:
        """How many have an answer."""
        return sum(each.answer is not None for each in self.steps)


def limits_of(step: Step) -> str:
    """The limits of a number in words, with its unit."""

    def side(amount: Decimal | None, sign: str) -> str:
        return "" if amount is None else f"{sign}{printing.number(amount)}"

    if step.lower_limit is not None and step.upper_limit is not None:
        text = f"{printing.number(step.lower_limit)} – {printing.number(step.upper_limit)}"
    else:
        text = side(step.lower_limit, "≥ ") or side(step.upper_limit, "≤ ")
    return f"{text} {printing.unit(step.unit)}".strip() if step.unit else text


def instruction_of(job: JobOrder) -> Instruction | None:
    """The instruction of a job; None for one without. At most one statement."""
    steps = steps_of(job.directive)
    if not steps:
        return None
    newest: dict[int, StepAnswer] = {}
    many: dict[int, int] = {}
    for answer in StepAnswer.objects.filter(job_order=job).select_related("person").order_by("id"):
        newest[answer.step_id] = answer
        many[answer.step_id] = many.get(answer.step_id, 0) + 1
    return Instruction([StepView(step, newest.get(step.id), many.get(step.id, 0)) for step in steps])


def open_steps_of(job: JobOrder) -> list[Step]:
    """The mandatory steps of a job that nobody answered. No statement for a job without, else one."""
    steps = steps_of(job.directive)
    if not any(step.is_mandatory for step in steps):
        return []
    answered = set(StepAnswer.objects.filter(job_order=job).order_by().values_list("step_id", flat=True).distinct())
    return open_steps(steps, answered)


def answer_list(actor: Actor) -> QuerySet[StepAnswer]:
    """The answers that the actor may see, with job, step and person."""
    return for_actor(StepAnswer.objects.select_related("site", "job_order", "step", "person"), actor, VIEW)
