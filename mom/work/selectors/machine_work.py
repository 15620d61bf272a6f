"""What happens at a machine now: its job, its stop, what is next, and what was logged a moment ago."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.utils.translation import gettext as _

from mom.accounts.models import Site
from mom.core.actor import Actor
from mom.core.models import AuditEntry
from mom.plant.engine.terms import ReasonKind
from mom.plant.models import Equipment, Person, Reason
from mom.work.engine.terms import BEGUN_JOB_ORDER_STATUSES, JobOrderStatus, WorkKind
from mom.work.models import JobOrder, JobResponse, LabourEntry, QuantityReport
from mom.work.models.labels import WORK_KIND
from mom.work.selectors.job_order import JobView, job_views, jobs_at

UNDO_WITHIN = timedelta(minutes=10)
LAST = 5


@dataclass(frozen=True)
class ReasonGroup:
    """A reason that is tapped itself, or the heading of those below it."""

    pk: int
    name: str
    below: tuple[tuple[int, str], ...]


@dataclass(frozen=True)
class Logged:
    """One report of the last minutes; `key` undoes it, once."""

    report: QuantityReport
    may_undo: bool
    key: UUID


@dataclass(frozen=True)
class MachineWork:
    """A machine at work."""

    current: JobView | None
    queue: tuple[JobView, ...]
    open_stretch: JobResponse | None
    people: tuple[Person, ...]
    now: datetime

    @property
    def stop(self) -> JobResponse | None:
        """The stop that is open."""
        return self.open_stretch if self.open_stretch and self.open_stretch.is_stop else None

    @property
    def is_setup(self) -> bool:
        stretch = self.open_stretch
        return bool(stretch and not stretch.is_stop and stretch.work_kind == WorkKind.SETUP)

    @property
    def state(self) -> str:
        """How the machine stands, by colour and shape."""
        if self.open_stretch is not None:
            return WORK_KIND.state(self.open_stretch.work_kind) or "plan"
        return self.current.state if self.current else "plan"

    @property
    def word(self) -> str:
        """How it stands, in a word: for a stop its reason."""
        if self.stop is not None:
            reason = self.stop.reason
            return (reason.name or reason.code) if reason else _("Stopped, reason not given yet")
        if self.open_stretch is not None:
            return _("Setup") if self.is_setup else _("Running")
        return str(self.current.status_word) if self.current else _("No job")

    @property
    def since(self) -> timedelta | None:
        """For how long."""
        return self.now - self.open_stretch.started_at if self.open_stretch else None


def machine_work(actor: Actor, equipment: Equipment, now: datetime) -> MachineWork:
    """What happens at a machine. Statements depend neither on its jobs nor on what was logged."""
    jobs = list(jobs_at(actor, equipment).select_related("work_request", "equipment")[:9])
    stretches = JobResponse.objects.filter(equipment=equipment, ended_at=None).select_related("reason", "job_order")
    stretch = stretches.order_by("-is_stop", "-started_at", "-id").first()
    running = [job for job in jobs if job.status in BEGUN_JOB_ORDER_STATUSES]
    chosen = _current(running, stretch)
    views = job_views(actor, jobs, now)
    entries = LabourEntry.objects.filter(job_response=stretch, ended_at=None) if stretch else LabourEntry.objects.none()
    return MachineWork(
        current=next((view for view in views if chosen and view.job.pk == chosen.pk), None),
        queue=tuple(view for view in views if chosen is None or view.job.pk != chosen.pk),
        open_stretch=stretch,
        people=tuple(entry.person for entry in entries.select_related("person").order_by("person__code")),
        now=now,
    )


def _current(begun: Sequence[JobOrder], stretch: JobResponse | None) -> JobOrder | None:
    """The job with open work, else one that runs, else one that is begun and waits."""
    if stretch is not None and stretch.job_order_id is not None:
        found = next((job for job in begun if job.pk == stretch.job_order_id), None)
        if found is not None:
            return found
    first = [job for job in begun if job.status == JobOrderStatus.RUNNING]
    return next(iter(first or begun), None)


def reason_groups(site: Site, kind: ReasonKind) -> list[ReasonGroup]:
    """The reasons of a kind in their order, those of the second level under theirs. One statement."""
    rows = Reason.objects.filter(site=site, kind=kind, is_active=True).order_by("position", "code")
    below: dict[int, list[tuple[int, str]]] = defaultdict(list)
    tops = []
    for row in rows:
        if row.parent_id is None:
            tops.append(row)
        else:
            below[row.parent_id].append((row.pk, row.name or row.code))
    return [ReasonGroup(row.pk, row.name or row.code, tuple(below[row.pk])) for row in tops]


def last_logged(actor: Actor, equipment: Equipment, site: Site, now: datetime) -> list[Logged]:
    """The newest reports at a machine; the actor's own of the last ten minutes may be undone. Two statements."""
    rows = QuantityReport.objects.filter(job_response__equipment=equipment, reverses=None, reversal=None)
    found = list(rows.select_related("output__job_order__work_request", "reason", "person").order_by("-id")[:LAST])
    instants = {row.recorded_at for row in found if now - row.recorded_at <= UNDO_WITHIN}
    entries = AuditEntry.objects.filter(
        chain=site.code,
        action="work.quantity_reported",
        recorded_at__in=instants,
        actor_kind=actor.kind,
        actor_id=actor.id,
    )
    own = set(entries.values_list("recorded_at", "subject_id")) if instants else set()
    return [
        Logged(row, (row.recorded_at, str(row.output.job_order_id) if row.output else "") in own, uuid4())
        for row in found
    ]
