"""Jobs as pages show them: what they make, who worked when, and what may be asked of them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

from django.db.models import Case, F, Max, Min, Q, QuerySet, Sum, Value, When
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mom.accounts.models import Site
from mom.core.actor import Actor
from mom.core.errors import NotFound
from mom.plant.models import Equipment, Person
from mom.plant.selectors.scope import for_actor
from mom.work import permissions
from mom.work.engine.progress import expected_by_now, pace
from mom.work.engine.terms import (
    BEGUN_JOB_ORDER_STATUSES,
    OPEN_JOB_ORDER_STATUSES,
    OUTPUT_USES,
    JobOrderCommand,
    JobOrderStatus,
)
from mom.work.engine.transitions import JOB_ORDER
from mom.work.models import JobOrder, JobRequirement, JobResponse, LabourEntry
from mom.work.models.labels import JOB_ORDER_COMMAND, JOB_ORDER_STATUS

ZERO = Decimal(0)
MAIN_COMMANDS = frozenset(
    {
        JobOrderCommand.RELEASE,
        JobOrderCommand.START,
        JobOrderCommand.PAUSE,
        JobOrderCommand.RESUME,
        JobOrderCommand.FINISH,
    }
)
NEEDS_REASON = frozenset({JobOrderCommand.HOLD, JobOrderCommand.ABORT, JobOrderCommand.CANCEL})
REPORTABLE = frozenset(
    {JobOrderStatus.RUNNING, JobOrderStatus.SUSPENDED, JobOrderStatus.HELD, JobOrderStatus.COMPLETED}
)
"""A job that is begun takes quantities, and a finished one what was forgotten, until it is closed."""


@dataclass(frozen=True)
class OutputView:
    """What a job makes, and the sums of its ledger."""

    pk: int
    material: str
    name: str
    quantity: Decimal | None
    unit: str
    good: Decimal = ZERO
    scrap: Decimal = ZERO
    rework: Decimal = ZERO
    review: Decimal = ZERO


@dataclass(frozen=True)
class Offer:
    """A command that this person may give now."""

    command: JobOrderCommand
    label: str | Promise
    look: str
    needs_reason: bool
    key: UUID = field(default_factory=uuid4, compare=False)  # of the act, so that a double press counts once

    @property
    def url_name(self) -> str:
        """The name of the command's own address."""
        return f"work:job_{self.command}"

    @property
    def is_main(self) -> bool:
        """Whether its button stands in the row of a list, and not only on the job's own page."""
        return self.command in MAIN_COMMANDS


@dataclass(frozen=True)
class JobView:
    """A job with everything that stands about it in one row of a page."""

    job: JobOrder
    outputs: tuple[OutputView, ...]
    started_at: datetime | None
    ended_at: datetime | None
    worked: timedelta | None
    people: tuple[str, ...]
    offers: tuple[Offer, ...]
    may_report: bool
    now: datetime

    @property
    def main(self) -> OutputView | None:
        """The main output."""
        return self.outputs[0] if self.outputs else None

    @property
    def state(self) -> str:
        """The colour of its status."""
        return JOB_ORDER_STATUS.state(self.job.status)

    @property
    def status_word(self) -> str | Promise:
        """Its status in words."""
        return JOB_ORDER_STATUS.label(self.job.status)

    @property
    def is_open(self) -> bool:
        return self.job.status in OPEN_JOB_ORDER_STATUSES

    @property
    def lateness(self) -> tuple[str, str | Promise]:
        """How late it is or will be: a tone and words, both empty where it is in time."""
        return lateness(self.job, self.now)

    @property
    def expected(self) -> Decimal | None:
        """What should be good by now, from the plan or else from start and due date."""
        if self.main is None or not self.is_open:
            return None
        start = self.job.planned_start or self.started_at or self.job.earliest_start
        return expected_by_now(self.main.quantity, start, self.job.planned_end or self.job.latest_end, self.now)

    @property
    def pace(self) -> str:
        """How its bar of progress is marked."""
        end = self.job.planned_end or self.job.latest_end
        is_overdue = bool(self.is_open and end and end < self.now)
        return pace(self.main.good, self.main.quantity, self.expected, is_overdue=is_overdue) if self.main else ""


def lateness(job: JobOrder, now: datetime) -> tuple[str, str | Promise]:
    """How late an open job is or is planned to be: a tone and words; both empty where it is in time."""
    if job.status not in OPEN_JOB_ORDER_STATUSES:
        return "", ""
    if job.latest_end is not None and job.latest_end < now:
        return "bad", gettext_lazy("late")
    if job.planned_start is not None and job.planned_start < now and job.status not in BEGUN_JOB_ORDER_STATUSES:
        return "warn", gettext_lazy("start is late")
    if job.planned_end is not None and job.latest_end is not None and job.planned_end > job.latest_end:
        return "warn", gettext_lazy("planned late")
    return "", ""


def is_late(now: datetime) -> Q:
    """The same as a filter: whatever of the three."""
    not_begun = Q(status__in=OPEN_JOB_ORDER_STATUSES - BEGUN_JOB_ORDER_STATUSES)
    late = Q(latest_end__lt=now) | Q(planned_end__gt=F("latest_end")) | not_begun & Q(planned_start__lt=now)
    return late & Q(status__in=OPEN_JOB_ORDER_STATUSES)


def job_order_list(actor: Actor, site: Site) -> QuerySet[JobOrder]:
    """The site's jobs that the actor may see, with order and machine."""
    rows = JobOrder.objects.filter(site=site).select_related("site", "work_request", "equipment")
    return for_actor(rows, actor, permissions.VIEW)


def job_order_get(actor: Actor, site: Site, code: str) -> JobOrder:
    """One job by its code. One statement. Raises: NotFound."""
    job_order = job_order_list(actor, site).filter(code=code).first()
    if job_order is None:
        raise NotFound(_("There is no job %(code)s at this site.") % {"code": code})
    return job_order


def jobs_at(actor: Actor, equipment: Equipment) -> QuerySet[JobOrder]:
    """The open jobs of a machine: those that are begun, then the queue by place, plan and due date. One statement."""
    rows = JobOrder.objects.filter(equipment=equipment, status__in=OPEN_JOB_ORDER_STATUSES).select_related("site")
    is_begun = Case(When(status__in=BEGUN_JOB_ORDER_STATUSES, then=Value(0)), default=Value(1))
    late_last = [F(name).asc(nulls_last=True) for name in ("dispatch_position", "planned_start", "latest_end")]
    return for_actor(rows, actor, permissions.VIEW).order_by(is_begun, *late_last, "code")


def job_views(actor: Actor, jobs: Sequence[JobOrder], now: datetime) -> list[JobView]:
    """`jobs` (with their `site`) as pages show them, in the same order. Three statements, whatever their number."""
    keys = [job.pk for job in jobs]
    outputs, spans, people = _outputs(keys), _spans(keys), _people(keys)
    nothing: tuple[datetime | None, datetime | None, timedelta | None] = (None, None, None)
    views = []
    for job in jobs:
        started_at, ended_at, worked = spans.get(job.pk, nothing)
        may_report = actor.may(permissions.EXECUTE_JOB_ORDER, job.site.code) and job.status in REPORTABLE
        views.append(
            JobView(
                job=job,
                outputs=tuple(outputs[job.pk]),
                started_at=started_at,
                ended_at=ended_at,
                worked=worked,
                people=tuple(people[job.pk]),
                offers=tuple(offers(actor, job)),
                may_report=may_report and bool(outputs[job.pk]),
                now=now,
            )
        )
    return views


def offers(actor: Actor, job: JobOrder) -> list[Offer]:
    """The commands that the job's status allows and the actor may give, in the order of their buttons."""
    possible = set(JOB_ORDER.commands(JobOrderStatus(job.status)))
    return [
        Offer(command, JOB_ORDER_COMMAND.label(command), JOB_ORDER_COMMAND.state(command), command in NEEDS_REASON)
        for command in JobOrderCommand
        if command in possible and actor.may(permissions.PERMISSION_FOR[command], job.site.code)
    ]


def own_person(actor: Actor, site: Site) -> Person | None:
    """The person of the site who is signed in; None for who only has a sign-in, and for programs."""
    if actor.kind != "user" or not actor.id.isdigit():
        return None
    return Person.objects.filter(site=site, user_id=int(actor.id), is_active=True).first()


def likely_person(actor: Actor, job: JobOrder) -> Person | None:
    """Who is meant when nobody is named: the one who is signed in, else the last one who worked on the job."""
    own = own_person(actor, job.site)
    if own is not None:
        return own
    last = LabourEntry.objects.filter(job_response__job_order=job, reverses=None, reversal=None).order_by(
        "-started_at", "-id"
    )
    entry = last.select_related("person").first()
    return entry.person if entry else None


def _outputs(jobs: list[int]) -> dict[int, list[OutputView]]:
    found: dict[int, list[OutputView]] = defaultdict(list)
    rows = JobRequirement.objects.filter(job_order__in=jobs, material_use__in=OUTPUT_USES)
    for row in rows.select_related("definition", "total").order_by("job_order", "position", "id"):
        total = getattr(row, "total", None)
        sums = {name: getattr(total, name) for name in ("good", "scrap", "rework", "review")} if total else {}
        definition = row.definition
        found[row.job_order_id].append(
            OutputView(
                pk=row.pk,
                material=definition.code if definition else "",
                name=(definition.name or definition.code) if definition else "",
                quantity=row.quantity,
                unit=row.unit,
                **sums,
            )
        )
    return found


def real_responses(rows: QuerySet[JobResponse]) -> QuerySet[JobResponse]:
    """Those that were not taken back, without the takings back."""
    return rows.filter(reverses=None, reversal__isnull=True)


def _spans(jobs: list[int]) -> dict[int, tuple[datetime | None, datetime | None, timedelta | None]]:
    rows = real_responses(JobResponse.objects.filter(job_order__in=jobs)).order_by().values("job_order")
    sums = rows.annotate(
        first=Min("started_at"),
        last=Max("ended_at"),
        worked=Sum("duration", filter=Q(is_stop=False)),
        running=Min("id", filter=Q(ended_at=None)),
    )
    return {row["job_order"]: (row["first"], None if row["running"] else row["last"], row["worked"]) for row in sums}


def _people(jobs: Iterable[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    rows = LabourEntry.objects.filter(job_response__job_order__in=jobs, reverses=None, reversal__isnull=True)
    names = rows.order_by().values_list("job_response__job_order", "person__code", "person__name").distinct()
    for job, code, name in sorted(names, key=lambda row: (row[0], row[1])):
        found[job].append(name or code)
    return found
