"""The product's own buckets of some machines of the made-up history, from the same archive: timeline, then rebuild.

What a recompute does: each task takes one machine's weeks, makes its shifts by the engine that makes every shift, and
writes hours, shifts, losses and days. It is more than the questions of the other engines ask, and must agree with them.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

from benchmarks.floor_history import CYCLE, HEARTBEAT, MINOR_STOP, REASONS, SHIFT, first_instant

MICROSECOND = timedelta(microseconds=1)
TIMES = ("production", "setup", "delay", "down", "planned_stop", "unknown", "minor_stop")


@dataclass(frozen=True)
class Made:
    """What the rebuild made of some machines: how many shifts, in which time, and what they say, row by row.

    `rows` has machine, shift, times, good, scrap and ideal time of good pieces, as the other engines answer.
    """

    shifts: int
    seconds: float
    timeline_seconds: float
    rows: NDArray[np.float64]


def made_by_the_product(machines: Sequence[int], days: int) -> Made:
    """Set machines up as the history takes them, fold their timelines, have their shifts made again by a worker."""
    from analytics.models import DirtyStretch, ShiftBucket
    from analytics.services import dirty, machine_rebuild
    from mom.core.actor import system_actor
    from mom.core.use_case import use_case
    from mom.floor.services import timeline
    from mom.plant.models import Equipment

    actor, start = system_actor("benchmark"), first_instant()
    end = start + timedelta(days=days)
    site = Equipment.objects.get(pk=machines[0]).site
    with use_case(actor) as act:
        act.now = end
        _set_up(act, site, machines, start)
    began = time.perf_counter()
    for machine in machines:
        with use_case(actor) as act:
            act.now = end
            timeline.refold(act, site, {machine: (start, end)})
    folded = time.perf_counter() - began
    DirtyStretch.objects.all().delete()
    with use_case(actor) as act:
        dirty.mark_stretches(act, site, dict.fromkeys(machines, (start, end - MICROSECOND)))
    began = time.perf_counter()
    while machine_rebuild.rebuild_next(actor):
        pass
    seconds = time.perf_counter() - began
    rows = ShiftBucket.objects.filter(equipment__in=machines, started_at__gte=start).exclude(shift="")
    return Made(_many(rows), seconds, folded, _answer(rows, sorted(machines)))


def _many(rows: Any) -> int:
    many: int = rows.values("equipment", "started_at").distinct().count()
    return many


def _answer(rows: Any, machines: Sequence[int]) -> NDArray[np.float64]:
    from django.db.models import Sum

    names = [*TIMES, "good", "scrap", "ideal_good"]
    sums = {f"sum_{name}": Sum(name) for name in names}
    found = rows.order_by().values("equipment_id", "started_at").annotate(**sums)
    place = {machine: number for number, machine in enumerate(machines)}
    return np.asarray(
        sorted(
            (place[row["equipment_id"]], _number(row["started_at"]), *(float(row[f"sum_{name}"]) for name in names))
            for row in found
        ),
        np.float64,
    )


def _number(at: datetime) -> int:
    return int(at.timestamp() * 1_000_000) // SHIFT


def _set_up(act: Any, site: Any, machines: Sequence[int], start: datetime) -> None:
    """Three shifts a day, counters as the source of pieces, one order with an ideal cycle at work throughout."""
    from mom.floor.models import MachineListening
    from mom.plant.models import Equipment, MaterialDefinition, Reason, Shift, WorkCalendar
    from production.models import IdealCycle

    calendar = WorkCalendar.objects.create(site=site, code="ALL")
    for code, first, last in (("A", "00:00", "08:00"), ("B", "08:00", "16:00"), ("C", "16:00", "00:00")):
        Shift.objects.create(site=site, calendar=calendar, code=code, name=code, starts_at=first, ends_at=last,
                             weekdays=[1, 2, 3, 4, 5, 6, 7])  # fmt: skip
    for code in REASONS[1:]:
        Reason.objects.create(site=site, kind="stop", code=code, name=code)
    part = MaterialDefinition.objects.create(site=site, code="P-1", name="Part", unit="C62")
    before = start - timedelta(days=30)
    for machine in Equipment.objects.filter(pk__in=machines):
        machine.calendar = calendar
        machine.save()
        MachineListening.objects.create(
            site=site, equipment=machine, piece_source="counters", heartbeat=HEARTBEAT * MICROSECOND,
            minor_stop=MINOR_STOP * MICROSECOND, valid_from=before,
        )  # fmt: skip
        IdealCycle.objects.create(
            site=site, definition=part, equipment=machine, duration=CYCLE * MICROSECOND, valid_from=before
        )
        _begin(act, site, machine, part, before)


def _begin(act: Any, site: Any, machine: Any, part: Any, at: datetime) -> None:
    from mom.work.models import JobOrder, JobResponse
    from production.services import production_request

    order = production_request.NewOrder(
        code=f"WO-{machine.code}", definition=part, quantity=Decimal(1), equipment=machine, due_at=None, limit=None
    )
    request = production_request.released(act, production_request.add(act, site, order))
    job = JobOrder.objects.get(work_request=request.work_request_id)
    JobOrder.objects.filter(pk=job.pk).update(status="running")
    JobResponse.objects.create(
        site=site, job_order=job, equipment=machine, work_kind="production", started_at=at, op_uuid=uuid4(),
        recorded_at=at, recorded_by="benchmark",
    )  # fmt: skip
