"""What the operator of a station sees: the job, the machine, the queue with what is in the way, and what comes next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count

from inventory.public import Taking, lots_in_place
from mom.accounts.models import Device, Site, User
from mom.core.actor import Actor
from mom.floor.engine.terms import MessageKind
from mom.floor.models import FloorMessage, Stop
from mom.plant.engine.terms import ReasonKind
from mom.plant.models import Equipment, Person, Reason
from mom.plant.selectors.equipment import equipment_get
from mom.terminal.engine.pieces import ADDED, READING, counted
from mom.terminal.models import TerminalEntry
from mom.terminal.selectors.entry import last_entry, refused_at
from mom.work import gate
from mom.work.engine.terms import JobOrderStatus
from mom.work.models import Alert, AlertTeam, JobResponse, QuantityReport
from mom.work.permissions import EXECUTE_JOB_ORDER, RAISE_ALERT
from mom.work.selectors.job_order import JobView, own_person, real_responses
from mom.work.selectors.machine_work import MachineWork, machine_work
from quality.public import DueInspection, due_inspections

MOST_ASKED = 3
"""So many of the next jobs are asked what is in their way; those behind them when they come up."""
FREQUENT_FOR = timedelta(days=30)
MOST_LIKELY = 3
LONGEST_COUNT = timedelta(hours=24)
MOST_MESSAGES = 5_000


@dataclass(frozen=True)
class QueueRow:
    """A job of the station and what is in the way of its start; `is_asked` where that was looked for."""

    view: JobView
    in_the_way: Sequence[gate.Blocker]
    is_asked: bool
    takes: Sequence[Taking] = ()

    @property
    def forbids(self) -> bool:
        return any(each.forbids for each in self.in_the_way)

    @property
    def is_begun(self) -> bool:
        return self.view.job.status in {JobOrderStatus.RUNNING, JobOrderStatus.SUSPENDED, JobOrderStatus.HELD}


@dataclass(frozen=True)
class ReasonTile:
    """A reason that is tapped, and how often it was given here in the last thirty days."""

    pk: int
    name: str
    above: str
    count: int


@dataclass(frozen=True)
class Counted:
    """What the machine counted since then: all pieces, less what was reported of them."""

    quantity: Decimal
    since: datetime


@dataclass(frozen=True)
class Screen:
    """Everything on the operator's screen."""

    work: MachineWork
    rows: Sequence[QueueRow]
    told_stop: Stop | None
    likely: Sequence[ReasonTile]
    reasons: Sequence[ReasonTile]
    scrap_reasons: Sequence[ReasonTile]
    rework_reasons: Sequence[ReasonTile]
    counted: Counted | None
    due: Sequence[DueInspection]
    teams: Sequence[AlertTeam]
    calls: Sequence[Alert]
    refused: Sequence[TerminalEntry]
    last: TerminalEntry | None
    may_undo: bool
    may_execute: bool
    may_call: bool

    @property
    def stop(self) -> JobResponse | Stop | None:
        """The stop that is open: one that a person reported, else one that the machine told."""
        return self.work.stop or self.told_stop

    @property
    def stop_reason(self) -> str:
        reason = self.stop.reason if self.stop is not None else None
        return (reason.name or reason.code) if reason is not None else ""

    @property
    def no_resume(self) -> str:
        """Why the job that waits here can't be resumed; empty where it can, or runs."""
        current = self.work.current
        row = next((each for each in self.rows if current and each.view.job.pk == current.job.pk), None)
        return next((each.sentence for each in row.in_the_way if each.forbids), "") if row is not None else ""

    @property
    def mode(self) -> str:
        """How the screen stands: stopped, running, paused, or without a job."""
        if self.stop is not None and (self.stop_reason == "" or self.work.stop is not None):
            return "stop"
        current = self.work.current
        if current is None:
            return "none"
        return "run" if current.job.status == JobOrderStatus.RUNNING else "paused"


def screen(actor: Actor, device: Device, user: User, now: datetime) -> Screen:
    """The station's screen for who is signed in. Its statements do not grow with jobs beyond the third."""
    machine = equipment_get(actor, device.site, device.station)
    work = machine_work(actor, machine, now)
    views = ([work.current] if work.current else []) + list(work.queue)
    told = Stop.objects.filter(equipment=machine, ended_at=None, withdrawn_at=None).select_related("reason")
    stops = reason_tiles(device.site, ReasonKind.STOP, machine, now)
    last, may_undo = last_entry(device, user, now)
    used = [each for each in stops if each.count][:MOST_LIKELY]
    return Screen(
        work=work,
        rows=queue_rows(views, own_person(actor, device.site), now),
        told_stop=told.order_by("-started_at").first(),
        likely=used,
        reasons=[each for each in stops if each not in used],
        scrap_reasons=reason_tiles(device.site, ReasonKind.SCRAP, machine, now),
        rework_reasons=reason_tiles(device.site, ReasonKind.REWORK, machine, now),
        counted=counted_since_report(machine, work.current, now),
        due=due_inspections([view.job.pk for view in views]),
        teams=list(AlertTeam.objects.filter(site=device.site, is_active=True).order_by("code")[:9]),
        calls=list(Alert.objects.filter(equipment=machine, kind="help", solved_at=None).select_related("team")[:3]),
        refused=refused_at(device),
        last=last,
        may_undo=may_undo,
        may_execute=actor.may(EXECUTE_JOB_ORDER, device.site.code),
        may_call=actor.may(RAISE_ALERT, device.site.code),
    )


def queue_rows(views: Sequence[JobView], person: Person | None, now: datetime) -> list[QueueRow]:
    """The jobs in their order, the first ones that wait with what is in their way, what forbids first."""
    found, asked = [], 0
    takes = lots_in_place([view.job.pk for view in views], now)
    for view in views:
        is_stopped = view.job.status in {JobOrderStatus.SUSPENDED, JobOrderStatus.HELD}
        waits = view.job.status in {JobOrderStatus.WAITING, JobOrderStatus.READY}
        if not (waits or is_stopped) or asked >= MOST_ASKED:
            found.append(QueueRow(view, (), is_asked=False, takes=takes.get(view.job.pk, ())))
            continue
        asked += 1
        every = gate.resume_in_the_way(view.job, now) if is_stopped else gate.in_the_way(view.job, now, person)
        in_the_way = [each for each in every if not each.overridden_by]
        in_the_way.sort(key=lambda each: not each.forbids)
        found.append(QueueRow(view, in_the_way, is_asked=True, takes=takes.get(view.job.pk, ())))
    return found


def reason_tiles(site: Site, kind: ReasonKind, machine: Equipment, now: datetime) -> list[ReasonTile]:
    """The reasons of a kind that are tapped, most frequent at the machine first, then in their order. Two statements.

    A heading is no reason: those below it are.
    """
    rows = list(Reason.objects.filter(site=site, kind=kind, is_active=True).order_by("position", "code"))
    names = {row.pk: row.name or row.code for row in rows}
    headings = {row.parent_id for row in rows}
    since = now - FREQUENT_FOR
    given: Any
    if kind == ReasonKind.STOP:
        given = real_responses(JobResponse.objects.filter(equipment=machine, is_stop=True, started_at__gte=since))
    else:
        given = QuantityReport.objects.filter(
            job_response__equipment=machine, occurred_at__gte=since, reverses=None, reversal=None
        )
    counts = dict(given.order_by().values("reason").annotate(many=Count("id")).values_list("reason", "many"))
    leaves = [row for row in rows if row.pk not in headings]
    tiles = [
        ReasonTile(row.pk, names[row.pk], names.get(row.parent_id or 0, ""), counts.get(row.pk, 0)) for row in leaves
    ]
    return sorted(tiles, key=lambda each: -each.count)


def counted_since_report(machine: Equipment, current: JobView | None, now: datetime) -> Counted | None:
    """What the machine's counter made since the job's last report, at most a day. None where it counts nothing."""
    if current is None or current.started_at is None:
        return None
    reports = QuantityReport.objects.filter(output__job_order=current.job, reverses=None, reversal=None)
    last = reports.order_by("-occurred_at").values_list("occurred_at", flat=True).first()
    since = max(last or current.started_at, now - LONGEST_COUNT)
    rows = FloorMessage.objects.filter(equipment=machine, kind=MessageKind.COUNT, name__in=[ADDED, READING])
    before = rows.filter(name=READING, occurred_at__gt=since - LONGEST_COUNT, occurred_at__lte=since)
    reading = before.order_by("-occurred_at", "-id").values_list("value", flat=True).first()
    later = rows.filter(occurred_at__gt=since, occurred_at__lte=now).order_by("occurred_at", "id")
    found = [(name, value) for name, value in later.values_list("name", "value")[:MOST_MESSAGES] if value is not None]
    return Counted(counted(found, reading), since) if found else None
