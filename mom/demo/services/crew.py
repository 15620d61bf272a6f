"""The people of the running demo: they log what was made, say why a machine stands, finish a job and start the next.

They touch only orders that the demo added itself: an order of yours on a demo machine stays as you left it.
"""

import random
import uuid
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from mom.accounts.models import Site
from mom.core.actor import Actor, system_actor
from mom.core.errors import MomError
from mom.core.models import AuditEntry
from mom.core.use_case import use_case
from mom.demo.engine import norrtal, signals
from mom.demo.services.orders import NAMESPACE
from mom.edge.engine.gateway import Connected, Gateway
from mom.floor.models import Stop
from mom.floor.services import stop as stops
from mom.plant.engine.terms import ReasonKind
from mom.plant.models import Equipment, MaterialDefinition, Person, Reason
from mom.plant.selectors.calendar import current_shift
from mom.work.engine.terms import JobOrderCommand, JobOrderStatus, QuantityKind
from mom.work.models import JobOrder, JobRequirement
from mom.work.services import job_order as job_orders
from mom.work.services import quantity_report
from mom.work.services.quantity_report import Reported
from production import public as production

LOGGED_EVERY = timedelta(minutes=5)
SAID_AFTER = timedelta(minutes=3)
SAYS_WHY = 0.8  # the share of stops that get their reason
SCRAP = {
    "DIECAST": "POROSITY", "MACHINING": "BURR", "MOULDING": "FLASH", "WINDING": "SCRATCH", "ASSEMBLY": "LEAKTEST",
}  # fmt: skip
MACHINES = {machine.code: machine for machine in norrtal.MACHINES}
SECONDS = {material.code: material.seconds for material in norrtal.MATERIALS}
ITEMS = {material.code: material for material in norrtal.MATERIALS}


@dataclass
class Logged:
    """Where a machine's counters stood when its pieces were logged last."""

    at: datetime
    total: int
    reject: int


class Crew:
    """Acts at each call; what can't be done now (a blocker, somebody was faster) is left to the next one."""

    def __init__(self, site: Site, gateway: Gateway) -> None:
        self.site, self.gateway = site, gateway
        self.actor: Actor = system_actor("demo")
        self.equipment = {row.code: row for row in Equipment.objects.filter(site=site, code__in=gateway.machines)}
        self.people = {row.code: row for row in Person.objects.filter(site=site)}
        self.reasons = {(row.kind, row.code): row for row in Reason.objects.filter(site=site)}
        self.logged = {code: _stand(each, gateway.sent_until) for code, each in gateway.machines.items()}

    def act(self, now: datetime) -> None:
        """Look at every machine once."""
        for code, connected in self.gateway.machines.items():
            if code in self.equipment:
                try:
                    self._mind(code, connected, now)
                except MomError:
                    continue  # refused for a reason that a person would read; the next look decides again
        self._say_why(now)

    def _mind(self, code: str, connected: Connected, now: datetime) -> None:
        job = self._job(code, JobOrderStatus.RUNNING)
        if job is None:
            others = JobOrder.objects.filter(equipment=self.equipment[code], status=JobOrderStatus.RUNNING)
            if connected.segment.state == "run" and not others.exists():  # your own work keeps its machine
                self._begin_next(code, connected, now)
        elif now - self.logged[code].at >= LOGGED_EVERY:
            self._log(code, connected, job, now)

    def _job(self, code: str, status: JobOrderStatus) -> JobOrder | None:
        rows = JobOrder.objects.filter(equipment=self.equipment[code], status=status).select_related("work_request")
        return next((job for job in rows.order_by("priority", "id") if self._is_ours(job)), None)

    def _is_ours(self, job: JobOrder) -> bool:
        entries = AuditEntry.objects.filter(
            subject_type=job.work_request._meta.label_lower, subject_id=str(job.work_request_id)
        )
        first = entries.order_by("id").values_list("actor_kind", "actor_id").first()
        return first == (self.actor.kind, self.actor.id)

    def _log(self, code: str, connected: Connected, job: JobOrder, now: datetime) -> None:
        """Log what the counters added since the last time; the job that is done is finished."""
        before, stand = self.logged[code], _stand(connected, now)
        bad = max(stand.reject - before.reject, 0)
        good = max(stand.total - before.total - bad, 0)
        reason = self.reasons.get((ReasonKind.SCRAP, SCRAP[MACHINES[code].area]))
        lines = [Reported(QuantityKind.GOOD, Decimal(good))] if good else []
        lines += [Reported(QuantityKind.SCRAP, Decimal(bad), reason=reason)] if bad else []
        self.logged[code] = stand
        if lines:
            key = uuid.uuid5(NAMESPACE, f"{self.site.code}:{code}:{before.at.isoformat()}")
            quantity_report.report(self.actor, job.pk, lines, person=self._person(code, now), op_uuid=key)
        output = JobRequirement.objects.filter(job_order=job, total__isnull=False).select_related("total").first()
        if output is not None and output.quantity is not None and output.total.good >= output.quantity:
            job_orders.command(self.actor, job.pk, JobOrderCommand.FINISH)
            connected.needs_setup = True

    def _begin_next(self, code: str, connected: Connected, now: datetime) -> None:
        """The next order of the machine starts; where none of ours waits, the demo adds one."""
        job = self._job(code, JobOrderStatus.SUSPENDED) or self._job(code, JobOrderStatus.HELD)
        asked = JobOrderCommand.RESUME
        if job is None:
            job, asked = self._job(code, JobOrderStatus.READY), JobOrderCommand.START
        if job is None:
            self._add_order(code, now)
            return
        job_orders.command(self.actor, job.pk, asked, person=self._person(code, now), op_uuid=uuid.uuid4())
        self.logged[code] = _stand(connected, now)

    def _add_order(self, code: str, now: datetime) -> None:
        machine, dice = MACHINES[code], random.Random(f"{code}:{now:%Y-%m-%d %H}")  # noqa: S311 - no secret
        item = ITEMS[dice.choice(machine.items)]
        row = self.equipment[code]
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
            site=self.site, ended_at=None, withdrawn_at=None, reason=None, started_at__lt=now - SAID_AFTER
        ).select_related("equipment", "job_order__work_request")
        for stop in open_stops:
            if stop.job_order is not None and not self._is_ours(stop.job_order):
                continue
            dice = random.Random(f"{stop.equipment_id}:{stop.started_at.isoformat()}")  # noqa: S311 - no secret
            if stop.equipment.code not in MACHINES or dice.random() > SAYS_WHY:
                continue
            kinds = [kind for kind in signals.profile_of(MACHINES[stop.equipment.code], SECONDS).stops if kind.reason]
            fitting = [kind for kind in kinds if kind.state == stop.state] or kinds
            reason = self.reasons.get((ReasonKind.STOP, dice.choice(fitting).reason))
            if reason is not None:
                key = uuid.uuid5(NAMESPACE, f"why:{stop.pk}:{stop.started_at.isoformat()}")
                with suppress(MomError):  # it ended, or somebody was faster
                    stops.annotate(self.actor, stop.pk, reason=reason, op_uuid=key)


def _stand(connected: Connected, at: datetime) -> Logged:
    segment = connected.segment
    return Logged(
        at, connected.counters.total + segment.pieces(at), connected.counters.reject + segment.rejects(at)
    )  # fmt: skip


def _definition(site: Site, code: str) -> MaterialDefinition:
    return MaterialDefinition.objects.get(site=site, code=code)
