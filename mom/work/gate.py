"""The can-start gate: every app may say what stands in the way of a job, and the answer holds all of it at once.

What a source finds forbids the start, warns, or isn't asked for at all: as the rule of the nearest area says
(`GateRule`), else as the source itself does.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import OuterRef, Subquery
from django.utils import formats
from django.utils.translation import gettext as _

from mom.core.choices import Text
from mom.core.db.statements import Statement
from mom.plant.models import Person
from mom.work.engine.terms import (
    CleaningState,
    ConditionAspect,
    GateLevel,
    JobOrderCommand,
    JobOrderStatus,
    OperationsType,
    WorkRequestStatus,
)
from mom.work.engine.transitions import JOB_ORDER
from mom.work.models import CleaningRule, EquipmentCondition, JobOrder
from mom.work.models.labels import JOB_ORDER_STATUS, WORK_REQUEST_STATUS
from mom.work.selectors.gate_override import overridden
from mom.work.selectors.gate_rule import levels_and_hints

MAY_START = frozenset(
    {WorkRequestStatus.RELEASED, WorkRequestStatus.READY, WorkRequestStatus.RUNNING, WorkRequestStatus.SUSPENDED}
)
"""A job starts only while its order is in one of these."""


@dataclass(frozen=True)
class Blocker:
    """One thing in the way of a start: what, which object, who can clear it, when it clears at the earliest."""

    code: str  # stable, snake_case
    sentence: str  # translated, says what and what to do
    subject: str = ""
    cleared_by: str = ""
    clears_at: datetime | None = None
    source: str = ""
    level: GateLevel = GateLevel.BLOCK
    overridden_by: str = ""  # who signed that it counts no more

    @property
    def forbids(self) -> bool:
        """Whether the job can't start for it."""
        return self.level is GateLevel.BLOCK and not self.overridden_by


BlockerSource = Callable[[JobOrder, datetime, Person | None], list[Blocker]]
"""Asked with the job (locked where it is about to start), the instant and who is to begin, where that is known; reads
only, constant statements."""


@dataclass(frozen=True)
class Source:
    """Who is asked: a stable name, what it looks after, and how much it counts where no rule says otherwise.

    `is_fixed`: the state of the record itself, which no rule can talk away. `hint`, `at_resume`: see
    `register_blockers`.
    """

    name: str
    label: Text
    ask: BlockerSource
    level: GateLevel
    is_fixed: bool
    hint: str
    at_resume: bool


_sources: dict[str, Source] = {}


def register_blockers(
    name: str,
    source: BlockerSource,
    label: Text,
    *,
    level: GateLevel = GateLevel.WARN,
    is_fixed: bool = False,
    hint: str = "",
    at_resume: bool = False,
) -> None:
    """Add a source, once, from an app's `ready()`. Raises: ValueError for a name that is taken.

    `hint` is an SQL condition that holds wherever the source may find something, and may hold where it doesn't. The
    hints of all are read in one statement, and a source is asked only where its own holds. Its parameters: `job`,
    `order`, `equipment`, `site`, `person` (keys or null), `kind` (of operation) and `at`. `at_resume`: it is asked as
    well before a job goes on that was paused or held.
    """
    if name in _sources:
        raise ValueError(f"The gate has a source called {name} already.")
    _sources[name] = Source(name, label, source, level, is_fixed, hint, at_resume)


def sources() -> Sequence[Source]:
    """Every source, in the order they registered."""
    return tuple(_sources.values())


def blockers(job_order: JobOrder, at: datetime, person: Person | None = None) -> list[Blocker]:
    """Everything that forbids starting `job_order` at `at`, by source, in the order they registered."""
    return [each for each in _found(job_order, at, person, (GateLevel.BLOCK,)) if each.forbids]


def in_the_way(job_order: JobOrder, at: datetime, person: Person | None = None) -> list[Blocker]:
    """The same with what only warns, and what was signed for."""
    return _found(job_order, at, person, (GateLevel.BLOCK, GateLevel.WARN))


def resume_in_the_way(job_order: JobOrder, at: datetime) -> list[Blocker]:
    """What forbids that `job_order`, paused or held, goes on at `at`, or is worth knowing, or was signed for."""
    return _found(job_order, at, None, (GateLevel.BLOCK, GateLevel.WARN), [s for s in sources() if s.at_resume])


def _found(
    job_order: JobOrder,
    at: datetime,
    person: Person | None,
    counting: Sequence[GateLevel],
    among: Sequence[Source] | None = None,
) -> list[Blocker]:
    among = sources() if among is None else among
    hinting = tuple((each.name, each.level, each.hint) for each in among if each.hint)
    levels, worth_asking = levels_and_hints(job_order, at, person, hinting, counting)
    asked = [
        each for each in among if _level(each, levels) in counting and (not each.hint or each.name in worth_asking)
    ]
    return _signed_for(_ask(asked, levels, job_order, at, person), job_order, at)


def _signed_for(found: list[Blocker], job_order: JobOrder, at: datetime) -> list[Blocker]:
    """The same, each with who signed that it counts no more. A statement only where something forbids."""
    if not any(each.forbids for each in found):
        return found
    signed = overridden(job_order, at)
    return [
        replace(each, overridden_by=signed.get((each.source, each.code, each.subject), "")) if each.forbids else each
        for each in found
    ]


def may_override(blocker: Blocker) -> bool:
    """Whether somebody may sign that it counts no more: it forbids, and is not the state of the record itself."""
    return blocker.forbids and blocker.source in _sources and not _sources[blocker.source].is_fixed


def _level(source: Source, levels: Mapping[str, GateLevel]) -> GateLevel:
    return source.level if source.is_fixed else levels.get(source.name, source.level)


def _ask(
    asked: Sequence[Source], levels: Mapping[str, GateLevel], job_order: JobOrder, at: datetime, person: Person | None
) -> list[Blocker]:
    return [
        replace(blocker, source=source.name, level=_level(source, levels))
        for source in asked
        for blocker in source.ask(job_order, at, person)
    ]


def state_blockers(job_order: JobOrder) -> list[Blocker]:
    """What the state of the job itself says: only a ready one starts. No statement."""
    status = JobOrderStatus(job_order.status)
    if JobOrderCommand.START in JOB_ORDER.commands(status):
        return []
    words = {"job": job_order.code, "status": JOB_ORDER_STATUS.label(status)}
    if status == JobOrderStatus.WAITING:
        sentence = _("Job %(job)s is not released. Release it first.") % words
    else:
        sentence = _("Job %(job)s is in state %(status)s; only a ready job starts.") % words
    return [Blocker(code="job_not_ready", sentence=sentence, subject=job_order.code)]


def order_stopped(job_order: JobOrder, _at: datetime, _person: Person | None = None) -> list[Blocker]:
    """The spine's own source: the order is held, or nobody released it, or it has ended."""
    order = job_order.work_request
    if order.status in MAY_START:
        return []
    words = {"order": order.code, "status": WORK_REQUEST_STATUS.label(order.status)}
    cleared_by = ""
    if order.status == WorkRequestStatus.HELD:
        sentence = _("Order %(order)s is held. Resume it first.") % words
    elif order.status in {WorkRequestStatus.FORECAST, WorkRequestStatus.WAITING}:
        sentence = _("Order %(order)s is not released. Release it first.") % words
        cleared_by = _("Planner")
    else:
        sentence = _("Order %(order)s has ended (%(status)s). Add another order.") % words
    return [Blocker(code="order_stopped", sentence=sentence, subject=order.code, cleared_by=cleared_by)]


_BEFORE = Statement(
    """
    SELECT d.kind, j.code, j.status FROM work_jobdependency d JOIN work_joborder j ON j.id = d.predecessor_id
    WHERE d.successor_id = %(job)s ORDER BY j.sequence
    """,
    "jobs_before",
)
PREVIOUS_OPEN = """EXISTS (
    SELECT FROM work_jobdependency d JOIN work_joborder j ON j.id = d.predecessor_id
    WHERE d.successor_id = %(job)s AND j.status NOT IN ('completed', 'closed'))"""
MUST_BE_CLEAN = "EXISTS (SELECT FROM work_cleaningrule WHERE equipment_id = %(equipment)s AND is_active)"


def previous_jobs_open(job_order: JobOrder, _at: datetime, _person: Person | None = None) -> list[Blocker]:
    """The spine's own source: jobs that must end (or start) first and have not."""
    waiting_for_end = {JobOrderStatus.COMPLETED, JobOrderStatus.CLOSED}
    found = []
    for kind, code, status in _BEFORE.rows({"job": job_order.pk}):
        if kind == "after_end" and status not in waiting_for_end:
            sentence = _("Job %(job)s must be finished first.") % {"job": code}
        elif kind in {"after_start", "at_start"} and status in {JobOrderStatus.WAITING, JobOrderStatus.READY}:
            sentence = _("Job %(job)s must be started first.") % {"job": code}
        elif kind == "not_in_parallel" and status == JobOrderStatus.RUNNING:
            sentence = _("Job %(job)s must not run at the same time.") % {"job": code}
        else:
            continue
        found.append(Blocker(code="previous_job_open", sentence=sentence, subject=code))
    return found


def equipment_not_clean(job_order: JobOrder, at: datetime, _person: Person | None = None) -> list[Blocker]:
    """The spine's own source: a machine that must be clean is not, or no longer. One statement.

    Whoever mends it may begin all the same.
    """
    if job_order.equipment_id is None or job_order.operations_type == OperationsType.MAINTENANCE:
        return []
    latest = EquipmentCondition.objects.filter(
        equipment=OuterRef("equipment"), aspect=ConditionAspect.CLEANING, started_at__lte=at
    ).order_by("-started_at")
    rule = (
        CleaningRule.objects.filter(equipment=job_order.equipment_id, is_active=True)
        .annotate(state=Subquery(latest.values("value")[:1]), expires_at=Subquery(latest.values("expires_at")[:1]))
        .select_related("equipment", "site")
        .first()
    )
    if rule is None or (rule.state == CleaningState.CLEAN and (rule.expires_at is None or at < rule.expires_at)):
        return []
    machine = rule.equipment.code
    if rule.state == CleaningState.CLEAN:
        # With the zone's letters: on the night when clocks go back, 02:30 comes twice.
        until = formats.date_format(rule.expires_at.astimezone(rule.site.zone), "j M Y H:i T")
        sentence = _("%(machine)s was clean until %(until)s. Clean it again.") % {"machine": machine, "until": until}
        return [Blocker(code="cleaning_expired", sentence=sentence, subject=machine)]
    sentence = _("%(machine)s is not clean. Clean it first.") % {"machine": machine}
    return [Blocker(code="not_clean", sentence=sentence, subject=machine)]
