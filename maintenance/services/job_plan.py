"""Job plans: added, and replaced by their next version."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from django.utils.translation import gettext as _

from maintenance import permissions
from maintenance.engine.terms import StepKind
from maintenance.models import JobPlan, JobPlanPart, JobPlanStep, JobPlanVersion
from mom.accounts.models import Site
from mom.core.actor import Actor
from mom.core.db.constraints import translating
from mom.core.errors import Conflict, InvalidInput, NotFound
from mom.core.use_case import UseCase, use_case
from mom.plant.models import MaterialDefinition


@dataclass(frozen=True)
class NewStep:
    """A step: its words, what it asks for, and the limits of a reading (inclusive, in `unit`)."""

    text: str
    kind: StepKind = StepKind.CHECK
    unit: str = ""
    low: Decimal | None = None
    high: Decimal | None = None
    is_required: bool = True


@dataclass(frozen=True)
class NewVersion:
    """How a job is done from now on: the time it takes, its steps, its parts in the materials' units."""

    duration: timedelta
    steps: Sequence[NewStep]
    parts: Sequence[tuple[MaterialDefinition, Decimal]] = ()
    reason: str = ""


def add(actor: Actor, site: Site, code: str, name: str, new: NewVersion) -> JobPlan:
    """Add a job plan with its first version. Raises: NotAllowed, InvalidInput, Conflict for a code that is taken."""
    with use_case(actor) as act:
        act.require(permissions.PLAN, site.code)
        code = code.strip()
        if not code:
            raise InvalidInput({"code": [_("A code is needed.")]})
        taken = Conflict(_("Job plan %(code)s exists already.") % {"code": code}, code="job_plan_exists")
        with translating({"maintenance_jobplan_code_unique_in_site": lambda: taken}):
            job_plan = JobPlan.objects.create(site=site, code=code, name=name.strip())
        act.record("maintenance.job_plan_added", subject=job_plan, site=site.code, after={"name": job_plan.name})
        _add_version(act, job_plan, 1, new)
        return job_plan


def revise(actor: Actor, job_plan_id: int, new: NewVersion) -> JobPlanVersion:
    """Replace a job plan's version; jobs that are open keep theirs. Raises: NotAllowed, NotFound, InvalidInput."""
    with use_case(actor, new.reason) as act:
        rows = JobPlan.objects.select_for_update(of=("self",)).select_related("site")
        job_plan = rows.filter(pk=job_plan_id).first()
        if job_plan is None:
            raise NotFound(_("There is no such job plan."))
        act.require(permissions.PLAN, job_plan.site.code)
        last = job_plan.versions.order_by("-number").values_list("number", flat=True).first() or 0
        return _add_version(act, job_plan, last + 1, new)


def _add_version(act: UseCase, job_plan: JobPlan, number: int, new: NewVersion) -> JobPlanVersion:
    _check(job_plan, new)
    version = JobPlanVersion.objects.create(
        site=job_plan.site, job_plan=job_plan, number=number, duration=new.duration, reason=new.reason[:200],
        created_at=act.now, created_by=act.actor.label,
    )  # fmt: skip
    JobPlanStep.objects.bulk_create(
        JobPlanStep(
            site=job_plan.site, version=version, position=10 * (index + 1), text=step.text.strip()[:300],
            kind=step.kind, unit=step.unit, low=step.low, high=step.high, is_required=step.is_required,
        )
        for index, step in enumerate(new.steps)
    )  # fmt: skip
    JobPlanPart.objects.bulk_create(
        JobPlanPart(site=job_plan.site, version=version, definition=definition, quantity=quantity)
        for definition, quantity in new.parts
    )
    after = {"number": number, "steps": [step.text for step in new.steps]}
    act.record("maintenance.job_plan_revised", subject=job_plan, site=job_plan.site.code, after=after)
    return version


def _check(job_plan: JobPlan, new: NewVersion) -> None:
    wrong: dict[str, list[str]] = {}
    if new.duration <= timedelta(0):
        wrong["duration"] = [_("Say how long it takes.")]
    if not new.steps or any(not step.text.strip() for step in new.steps):
        wrong["steps"] = [_("Give at least one step, each with words.")]
    for step in new.steps:
        has_limits = step.low is not None or step.high is not None or step.unit
        if step.kind != StepKind.NUMBER and has_limits:
            wrong["steps"] = [_("Only a reading has a unit and limits.")]
        if step.low is not None and step.high is not None and step.low > step.high:
            wrong["steps"] = [_("The lower limit lies above the upper one.")]
    codes = [definition.pk for definition, _quantity in new.parts]
    if len(set(codes)) != len(codes):
        wrong["parts"] = [_("A part stands twice in the list.")]
    if any(quantity <= 0 or part.site_id != job_plan.site_id for part, quantity in new.parts):
        wrong["parts"] = [_("A part is of this site, and more than nothing of it.")]
    if wrong:
        raise InvalidInput(wrong)
