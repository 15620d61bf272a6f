"""A cell for what tablets tell later: one machine with several jobs that take bars and half rings by their reports."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Sum

from inventory.models import StockMove
from mom.accounts.models import Site
from mom.core import clock
from mom.core.actor import Actor
from mom.core.testing import acting
from mom.plant.models import Equipment, Person
from mom.work.models import JobOrder, JobResponse
from tests.factories.devices import make_device, make_operator, on_device
from tests.inventory.test_backflush import ByReport
from tests.terminal.test_entries import Station

SLOT = 1.5
"""Minutes between two taps: one slot too early is evened out by the bound of two minutes, two slots are refused."""
NAMES = (("mira", "NPW-1042", "482915"), ("jonas", "NPW-1043", "730462"))


class Tablet(Station):
    """One of the tablets of a machine, with who works at it. A tap has the time of its slot after the cut."""

    def __init__(self, cell: "Cell", number: int) -> None:
        username, badge, pin = NAMES[number]
        self.device, secret = make_device(cell.site, name=f"Tablet {number + 1}")
        self.client = on_device(secret)
        self.mira = make_operator(cell.site, username, badge, pin)
        self.cut_at = cell.cut_at
        with acting():
            Person.objects.create(site=cell.site, code=f"ID{number + 7}", name=username, user=self.mira)
        self.enter(badge, pin)

    def tap(self, slot: int, kind: str, job: JobOrder, **payload: Any) -> dict[str, Any]:
        at = self.cut_at + timedelta(minutes=slot * SLOT)
        return {**self.entry(kind, job=job.pk, **payload), "made_at": at.isoformat()}

    def entry(self, kind: str, *_more: Any, **payload: Any) -> dict[str, Any]:
        self.job = JobOrder(pk=payload["job"])  # the one that is named
        return super().entry(kind, **payload)


class Cell:
    """The machine CNC-04 with so many jobs, all ready, and its tablets; the network was cut an hour ago."""

    def __init__(self, site: Site, actor: Actor, *, jobs: int = 1, tablets: int = 1) -> None:
        self.site = site
        self.cut_at: datetime = clock.now() - timedelta(hours=1)
        self.tablets = [Tablet(self, number) for number in range(tablets)]
        self.machine = Equipment.objects.get(site=site, code="CNC-04")
        self.store = ByReport(site, actor)
        self.jobs = [self.store.planned(1000, f"WO-R{number}", machine=self.machine) for number in range(jobs)]

    def slot(self, at: datetime | None) -> int | None:
        """Whole slots: what it takes to send a long queue is no part of it."""
        return None if at is None else round((at - self.cut_at).total_seconds() / 60 / SLOT)

    def stretches(self, job: JobOrder | None) -> list[list[Any]]:
        """From which slot to which, whether it is a stop, and of what reason; what counts only."""
        rows = JobResponse.objects.filter(equipment=self.machine, job_order=job, reverses=None, reversal=None)
        found = rows.order_by("started_at", "ended_at", "id").select_related("reason")
        return [
            [self.slot(row.started_at), self.slot(row.ended_at), row.is_stop, row.reason.code if row.reason else ""]
            for row in found
        ]

    def taken(self, job: JobOrder) -> dict[str, int]:
        """How much of which lot the job has taken, all in all."""
        moves = StockMove.objects.filter(requirement__job_order=job, requirement__material_use="consumed")
        sums = moves.values_list("lot__code").annotate(sum=Sum("quantity"))
        return {str(lot): -int(many) for lot, many in sums if many}

    def made(self, job: JobOrder) -> int:
        """How many pieces of the job came into stock."""
        moves = StockMove.objects.filter(requirement__job_order=job, requirement__material_use="produced")
        return int(moves.aggregate(sum=Sum("quantity"))["sum"] or Decimal(0))
