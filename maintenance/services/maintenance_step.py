"""Steps of a job's checklist: answered, or added on the way."""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Max
from django.utils.translation import gettext as _

from maintenance import permissions
from maintenance.engine.checklist import judge
from maintenance.engine.terms import StepKind
from maintenance.models import MaintenanceStep
from maintenance.services.maintenance_job import keep, locked
from mom.core.actor import Actor
from mom.core.errors import Conflict, InvalidInput, NotFound
from mom.core.use_case import use_case


@dataclass(frozen=True)
class Answer:
    """What was entered: a reading in the step's unit, words, or a verdict."""

    number: Decimal | None = None
    text: str = ""
    passed: bool | None = None


def answer(actor: Actor, job_order_id: int, position: int, given: Answer) -> MaintenanceStep:
    """Answer a step; again, and the last answer counts (every one is kept). A reading outside its limits is not good.

    Raises: NotAllowed, NotFound; InvalidInput where it is no answer; Conflict before the job began or after its end.
    """
    with use_case(actor) as act:
        job, _order = locked(act, job_order_id, permissions.EXECUTE_JOB)
        if job.arrived_at is None:
            raise Conflict(_("Begin the job first."), code="job_not_begun")
        if job.repaired_at is not None:
            raise Conflict(_("The work is done; its steps stay as they are."), code="job_repaired")
        step = MaintenanceStep.objects.select_for_update().filter(job=job, position=position).first()
        if step is None:
            raise NotFound(_("There is no such step."))
        verdict = judge(step, number=given.number, text=given.text, passed=given.passed)
        if not verdict.answers:
            raise InvalidInput({"answer": [_("This step asks for something else.")]})
        is_reading = step.kind == StepKind.NUMBER
        step.number = given.number if is_reading else None
        step.answer = given.text.strip()[:300]
        step.is_ok, step.answered_at, step.answered_by = verdict.is_ok, act.now, act.actor.label
        step.save(update_fields=["number", "answer", "is_ok", "answered_at", "answered_by"])
        keep(act, job, "step_answered")
        return step


def add_step(actor: Actor, job_order_id: int, text: str) -> MaintenanceStep:
    """Put a check at the end of a job's list. Raises: NotAllowed, NotFound, InvalidInput, Conflict."""
    if not text.strip():
        raise InvalidInput({"text": [_("Say what is to be done.")]})
    with use_case(actor) as act:
        job, _order = locked(act, job_order_id, permissions.EXECUTE_JOB)
        if job.repaired_at is not None:
            raise Conflict(_("The work is done; its steps stay as they are."), code="job_repaired")
        last = job.steps.aggregate(last=Max("position"))["last"] or 0
        step = MaintenanceStep.objects.create(
            site=job.site, job=job, position=last + 10, text=text.strip()[:300], kind=StepKind.CHECK
        )
        keep(act, job, "step_added")
        return step
