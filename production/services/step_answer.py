"""Answers to the steps of a work instruction, and what keeps a job from being finished without them."""

import uuid

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mom.core.actor import Actor
from mom.core.db.constraints import translating
from mom.core.errors import Conflict, InvalidInput, NotFound
from mom.core.live.change import tell
from mom.core.use_case import UseCase, use_case
from mom.events.production import StepOutsideLimits
from mom.plant.models import Person
from mom.work import permissions
from mom.work.engine.terms import BEGUN_JOB_ORDER_STATUSES, GateLevel
from mom.work.models import JobOrder
from mom.work.public import gate_levels, lock_job_order
from production.engine.instruction import AnswerError, AnswerProblem, Step, judged, steps_of
from production.models import StepAnswer
from production.selectors.instruction import limits_of, open_steps_of

GATE = "production.instruction"
"""The name under which an area says how much open steps count when a job is finished."""
LEVEL = GateLevel.BLOCK
"""Where no area says otherwise."""
NAMED = 3


def answer(
    actor: Actor,
    job_order_id: int,
    step_id: int,
    value: str,
    *,
    op_uuid: uuid.UUID,
    person: Person | None = None,
) -> StepAnswer:
    """Keep what somebody answered to a step of a job that is begun. The same `op_uuid` again changes nothing (P01).

    Raises: NotAllowed; NotFound for a step that the job has not; Conflict for a job that is not in work, or a key that
    another answer has; InvalidInput for what is not of the step's kind, or out of limits that refuse.
    """
    with use_case(actor) as act:
        job = lock_job_order(job_order_id)
        act.require(permissions.EXECUTE_JOB_ORDER, job.site.code)
        known = StepAnswer.objects.filter(op_uuid=op_uuid).select_related("step", "person", "job_order").first()
        if known is not None:
            if (known.job_order_id, known.step_id) != (job.pk, step_id):
                raise Conflict(_("This key was used for another answer. Make a new key."), code="op_uuid_taken")
            return known
        step = next((each for each in steps_of(job.directive) if each.id == step_id), None)
        if step is None:
            raise NotFound(_("Job %(job)s has no such step.") % {"job": job.code})
        if job.status not in BEGUN_JOB_ORDER_STATUSES:
            sentence = _("Job %(job)s is not in work. Start it first.") % {"job": job.code}
            raise Conflict(sentence, code="job_not_in_work")
        if person is not None and person.site_id != job.site_id:
            raise InvalidInput({"person": [_("This person belongs to another site.")]})
        return _keep(act, job, step, value, op_uuid, person)


def _keep(act: UseCase, job: JobOrder, step: Step, value: str, op_uuid: uuid.UUID, person: Person | None) -> StepAnswer:
    try:
        found = judged(step, value)
    except AnswerError as wrong:
        raise InvalidInput({"value": [_sentence(step, value, wrong.problem)]}, code=f"answer_{wrong.problem}") from None
    taken = Conflict(_("This key was used for another answer. Make a new key."), code="op_uuid_taken")
    with translating({"production_stepanswer_op_uuid_key": lambda: taken}):
        kept = StepAnswer.objects.create(
            site_id=job.site_id,
            op_uuid=op_uuid,
            job_order=job,
            step_id=step.id,
            text=found.text,
            number=found.number,
            is_outside=found.is_outside,
            person=person,
            answered_at=act.now,
            recorded_at=act.now,
            recorded_by=act.actor.label[:200],
        )
    after = {"step": step.title, "answer": found.text or str(found.number), "is_outside": found.is_outside}
    act.record("production.step_answered", subject=job, site=job.site.code, after=after)
    if found.is_outside and found.number is not None:
        event = StepOutsideLimits(
            job.site.code, job.pk, job.code, kept.pk, step.title, found.number, step.unit, act.now
        )
        act.publish(event, key=f"job_order:{job.pk}")
    tell(job.site.code, "job_order", job.pk, job.version)
    return kept


def _sentence(step: Step, value: str, problem: AnswerProblem) -> str:
    words = {"value": value.strip()[:80], "limits": limits_of(step), "choices": ", ".join(step.choices)}
    return {
        AnswerProblem.EMPTY: _("Give an answer."),
        AnswerProblem.NOT_A_NUMBER: _("“%(value)s” is not a number. Enter one like 12.5."),
        AnswerProblem.OUT_OF_LIMITS: _("%(value)s is out of limits (%(limits)s). Measure again or call for help."),
        AnswerProblem.NOT_A_CHOICE: _("“%(value)s” is none of: %(choices)s."),
        AnswerProblem.WRONG_CODE: _("“%(value)s” is not what belongs here. Scan the right one."),
        AnswerProblem.TOO_LONG: _("The answer is longer than 200 characters."),
    }[problem] % words


def refuse_open_steps(job: JobOrder) -> None:
    """Before a job counts as finished: its mandatory steps are answered, where its area asks for that.

    Joins the caller's transaction. No statement for a job without steps. Raises: Conflict naming the open ones.
    """
    missing = open_steps_of(job)
    if not missing or gate_levels(job).get(GATE, LEVEL) is not GateLevel.BLOCK:
        return
    named = ", ".join(f"{step.position} {step.title}" for step in missing[:NAMED])
    words = {"job": job.code, "many": len(missing), "steps": named}
    sentence = ngettext(
        "Job %(job)s has %(many)s step to answer before it is finished: %(steps)s. Open its work instruction.",
        "Job %(job)s has %(many)s steps to answer before it is finished: %(steps)s. Open its work instruction.",
        len(missing),
    )
    raise Conflict(sentence % words, code="steps_open")
