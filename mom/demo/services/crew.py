"""The people of the running demo: they log what was made, say why a machine stands, finish a job and start the next.

They touch only orders that the demo added itself: an order of yours on a demo machine stays as you left it.
"""

import random
import uuid
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import Max, QuerySet

from mom.accounts.models import Site
from mom.core.actor import Actor, system_actor
from mom.core.errors import MomError
from mom.core.models import AuditEntry
from mom.core.use_case import use_case
from mom.demo.engine import norrtal, signals, store
from mom.demo.services.heard import counters_shown
from mom.demo.services.orders import NAMESPACE
from mom.edge.engine.gateway import Connected, Gateway
from mom.edge.engine.machine import Counters
from mom.floor.models import Stop
from mom.floor.services import stop as stops
from mom.plant.engine.terms import ReasonKind
from mom.plant.models import Equipment, MaterialDefinition, Person, Reason
from mom.plant.selectors.calendar import current_shift
from mom.work.engine.terms import JobOrderCommand, JobOrderStatus, OperationsType, QuantityKind, WorkRequestStatus
from mom.work.models import JobOrder, JobRequirement, JobResponse, QuantityReport, WorkRequest
from mom.work.services import job_order as job_orders
from mom.work.services import quantity_report
from mom.work.services.quantity_report import Reported
from production import public as production
from quality.engine.terms import OPEN_NONCONFORMANCES
from quality.models import Nonconformance

LOGGED_EVERY = timedelta(minutes=5)
SAID_AFTER = timedelta(minutes=3)
MOST_REFUSED = 1
"""So many orders of a machine may wait for a person, for material or a decision, and it still gets another."""
STOPPED = tuple(f"work.job_order_{command}" for command in (JobOrderCommand.PAUSE, JobOrderCommand.HOLD))
SAYS_WHY = 0.8  # the share of stops that get their reason
SCRAP = {
    "DIECAST": "POROSITY", "MACHINING": "BURR", "MOULDING": "FLASH", "WINDING": "SCRATCH", "ASSEMBLY": "LEAKTEST",
}  # fmt: skip
MACHINES = {machine.code: machine for machine in norrtal.MACHINES}
SECONDS = {material.code: material.seconds for material in norrtal.MATERIALS}
ITEMS = {material.code: material for material in norrtal.MATERIALS}


@dataclass(frozen=True)
class Logged:
    """What a machine's counters showed when its pieces were logged last."""

    at: datetime
    shown: Counters


class Crew:
    """Acts at each call; what can't be done now (a blocker, somebody was faster) is left to the next one.

    What it knows it reads from the record, so a crew that begins anew goes on where the last one ended.
    """

    def __init__(self, site: Site, gateway: Gateway) -> None:
        self.site, self.gateway = site, gateway
        self.actor: Actor = system_actor("demo")
        self.equipment = {row.code: row for row in Equipment.objects.filter(site=site, code__in=gateway.machines)}
        self.people = {row.code: row for row in Person.objects.filter(site=site)}
        self.reasons = {(row.kind, row.code): row for row in Reason.objects.filter(site=site)}
        self.logged: dict[int, Logged] = {}
        self.ours: dict[int, bool] = {}

    def act(self, now: datetime) -> None:
        """Look at every machine once."""
        for code, connected in self.gateway.machines.items():
            if code in self.equipment:
                with suppress(MomError):  # refused for a reason that a person would read; the next look decides again
                    self._mind(code, connected, now)
        self._say_why(now)

    def _mind(self, code: str, connected: Connected, now: datetime) -> None:
        running = self._jobs(code, JobOrderStatus.RUNNING)
        job = next((job for job in running if self._is_ours(job)), None)
        if job is not None:
            self._log(code, connected, job, now)
        elif connected.segment.state == "run" and not running:  # your own work keeps its machine
            self._begin_next(code, now)

    def _jobs(self, code: str, status: JobOrderStatus) -> list[JobOrder]:
        rows = JobOrder.objects.filter(
            equipment=self.equipment[code], status=status, operations_type=OperationsType.PRODUCTION
        ).select_related("work_request")
        return list(rows.order_by("priority", "id"))

    def _is_ours(self, job: JobOrder) -> bool:
        """Whether the demo added the order, and not for you: so says the first entry about it."""
        if job.work_request.code in store.YOURS:
            return False
        if job.work_request_id not in self.ours:
            order = job.work_request
            self.ours[order.pk] = self._wrote(self._entries(order).order_by("id").first())
        return self.ours[job.work_request_id]

    def _put_aside(self, job: JobOrder) -> bool:
        """Whether the demo itself paused or held the job: what a person held or paused waits for a person."""
        stopped = self._entries(job).filter(action__in=STOPPED)
        return self._wrote(stopped.order_by("-id").first())

    def _entries(self, subject: WorkRequest | JobOrder) -> QuerySet[AuditEntry]:
        return AuditEntry.objects.filter(
            chain=self.site.code, subject_type=subject._meta.label_lower, subject_id=str(subject.pk)
        )

    def _wrote(self, entry: AuditEntry | None) -> bool:
        return entry is not None and (entry.actor_kind, entry.actor_id) == (self.actor.kind, self.actor.id)

    def _log(self, code: str, connected: Connected, job: JobOrder, now: datetime) -> None:
        """Log what the counters added since the last time; the job that is done is finished."""
        if job.pk not in self.logged:
            self.logged[job.pk] = self._last_logged(code, job, now)
        before = self.logged[job.pk]
        if now - before.at < LOGGED_EVERY:
            return
        stand = Logged(now, counters_shown(self.equipment[code], now))
        bad = max(stand.shown.reject - before.shown.reject, 0)
        good = max(stand.shown.total - before.shown.total - bad, 0)
        reason = self.reasons.get((ReasonKind.SCRAP, SCRAP[MACHINES[code].area]))
        lines = [Reported(QuantityKind.GOOD, Decimal(good))] if good else []
        lines += [Reported(QuantityKind.SCRAP, Decimal(bad), reason=reason)] if bad else []
        if lines:
            key = uuid.uuid5(NAMESPACE, f"{self.site.code}:{code}:{job.pk}:{before.at.isoformat()}")
            quantity_report.report(
                self.actor, job.pk, lines, person=self._person(code, now), op_uuid=key, occurred_at=now
            )
        self.logged[job.pk] = stand
        output = JobRequirement.objects.filter(job_order=job, total__isnull=False).select_related("total").first()
        if output is not None and output.quantity is not None and output.total.good >= output.quantity:
            job_orders.command(self.actor, job.pk, JobOrderCommand.FINISH)
            connected.needs_setup, connected.segment = True, connected.segment.cut(now)

    def _last_logged(self, code: str, job: JobOrder, now: datetime) -> Logged:
        """When this job was logged last, else begun, and what the counters showed then. The record says both."""
        begun = JobResponse.objects.filter(job_order=job, ended_at=None, started_at__lte=now)
        reports = QuantityReport.objects.filter(output__job_order=job, recorded_by=self.actor.label)
        said = [
            begun.aggregate(at=Max("started_at"))["at"],
            reports.filter(occurred_at__lte=now).aggregate(at=Max("occurred_at"))["at"],
        ]
        at = max((each for each in said if each is not None), default=now)
        return Logged(at, counters_shown(self.equipment[code], at))

    def _begin_next(self, code: str, now: datetime) -> None:
        """The next order of the machine starts; where none of ours can, the demo adds one, not endlessly."""
        aside = [*self._jobs(code, JobOrderStatus.SUSPENDED), *self._jobs(code, JobOrderStatus.HELD)]
        asked = [(job, JobOrderCommand.RESUME) for job in aside if self._is_ours(job) and self._put_aside(job)]
        ready = [(job, JobOrderCommand.START) for job in self._jobs(code, JobOrderStatus.READY) if self._is_ours(job)]
        waiting = [(job, how) for job, how in [*asked, *ready] if job.work_request.status != WorkRequestStatus.HELD]
        for job, how in waiting:
            with suppress(MomError):  # what blocks this one may not block the next
                job_orders.command(self.actor, job.pk, how, person=self._person(code, now), op_uuid=uuid.uuid4())
                return
        if len(waiting) <= MOST_REFUSED:
            self._add_order(code, now)

    def _add_order(self, code: str, now: datetime) -> None:
        machine, dice = MACHINES[code], random.Random(f"{code}:{now:%Y-%m-%d %H}")  # noqa: S311 - no secret
        row = self.equipment[code]
        item = ITEMS[dice.choice(self._undoubted(machine, row))]
        quantity = int(8 * 3600 / item.seconds * dice.uniform(0.5, 1.4)) // 10 * 10
        order = production.NewOrder(
            code="",
            definition=_definition(self.site, item.code),
            quantity=Decimal(quantity),
            due_at=(now + timedelta(hours=dice.uniform(9, 20))).replace(second=0, microsecond=0),
            operation=machine.operation,
            equipment=row,
        )
        with use_case(self.actor) as act:
            production.release_order(act, production.add_order(act, self.site, order))

    def _undoubted(self, machine: norrtal.Machine, row: Equipment) -> list[str]:
        """What the machine may make now: nothing that quality must decide about there, while there is another."""
        rows = Nonconformance.objects.filter(site=self.site, equipment=row, status__in=list(OPEN_NONCONFORMANCES))
        doubted = set(rows.values_list("material__code", flat=True))
        return [item for item in machine.items if item not in doubted] or list(machine.items)

    def _person(self, code: str, now: datetime) -> Person | None:
        shift = current_shift(self.site, now)
        crew = [
            worker.code
            for worker in norrtal.WORKERS
            if worker.area == MACHINES[code].area and shift is not None and worker.shift == shift.code
        ]
        return self.people.get(crew[0]) if crew else None

    def _say_why(self, now: datetime) -> None:
        """Most stops get their reason after a few minutes; some never do, as in every plant."""
        open_stops = Stop.objects.filter(
            equipment__in=self.equipment.values(),
            ended_at=None,
            withdrawn_at=None,
            reason=None,
            started_at__lt=now - SAID_AFTER,
        ).select_related("equipment", "job_order__work_request")
        for stop in open_stops:
            if stop.job_order is not None and not self._is_ours(stop.job_order):
                continue
            dice = random.Random(f"{stop.equipment_id}:{stop.started_at.isoformat()}")  # noqa: S311 - no secret
            if dice.random() > SAYS_WHY:
                continue
            kinds = [kind for kind in signals.profile_of(MACHINES[stop.equipment.code], SECONDS).stops if kind.reason]
            fitting = [kind for kind in kinds if kind.state == stop.state] or kinds
            reason = self.reasons.get((ReasonKind.STOP, dice.choice(fitting).reason))
            if reason is not None:
                key = uuid.uuid5(NAMESPACE, f"why:{stop.pk}:{stop.started_at.isoformat()}")
                with suppress(MomError):  # it ended, or somebody was faster
                    stops.annotate(self.actor, stop.pk, reason=reason, op_uuid=key)


def _definition(site: Site, code: str) -> MaterialDefinition:
    return MaterialDefinition.objects.get(site=site, code=code)
