"""What people report on jobs, as it concerns timelines.

A machine without signals has its timeline from the responses of its jobs. On a machine with signals a reported stop is
a word about the stop that the machine itself told.
"""

import uuid
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db.models import Q, QuerySet

from mom.accounts.models import Site
from mom.core.actor import Actor
from mom.core.use_case import UseCase, use_case
from mom.floor.engine.terms import SignalSource
from mom.floor.models import MachineListening, MachineSignal, Stop, StopAnnotation
from mom.floor.services import timeline
from mom.floor.services.stop import Said, add_word, stretch_of
from mom.plant.engine.calendar import day_interval
from mom.work.models import JobResponse

REACH = timedelta(minutes=2)
"""A report may come this much before the machine's own word that it stands."""

RECENT = timedelta(minutes=15)
"""Reports that are looked at again, because the machine's word may come after them."""


def take_reports(act: UseCase, site: Site, days: Sequence[date]) -> None:
    """Work was recorded or taken back on these days: fold the timelines made of reports again, and pass on what was
    said about stops. Joins the caller's transaction.
    """
    if not days:
        return
    first, last = day_interval(min(days), site.zone), day_interval(max(days), site.zone)
    refold_reported(act, site, first.start)
    pass_on_stops(act, site, first.start, last.end or act.now)


def refold_reported(act: UseCase, site: Site, start: datetime, equipment_id: int | None = None) -> None:
    """Fold the timelines that are made of reports again from an instant on. Joins the caller's transaction."""
    rows = MachineListening.objects.filter(site=site, signal_source=SignalSource.REPORTS)
    rows = rows.filter(Q(valid_until=None) | Q(valid_until__gt=start))
    if equipment_id is not None:
        rows = rows.filter(equipment=equipment_id)
    machines = sorted(set(rows.values_list("equipment_id", flat=True)))
    timeline.refold_and_run(act, site, dict.fromkeys(machines, (start, start)))


def pass_on_stops(act: UseCase, site: Site, start: datetime, end: datetime) -> int:
    """Reported stops that began in [start, end) become words about the machines' own stops, once each.

    Gives how many. Joins the caller's transaction.
    """
    waiting = _unpassed(site, start, end)
    passed = 0
    for report in waiting:
        stop = _stop_at(report)
        if stop is not None:
            _pass_on(act, site, report, stop)
            passed += 1
    return passed


def pass_on_recent(actor: Actor, site: Site, now: datetime) -> int:
    """The same for reports that came before the machine's own word. Run twice it changes nothing the second time."""
    if not _unpassed(site, now - RECENT, now):
        return 0
    with use_case(actor) as act:
        act.now = now
        return pass_on_stops(act, site, now - RECENT, now)


def _real_stops(site: Site) -> QuerySet[JobResponse]:
    rows = JobResponse.objects.filter(site=site, is_stop=True, reverses=None, reversal=None, equipment__isnull=False)
    return rows.exclude(reason=None, note="")


def _unpassed(site: Site, start: datetime, end: datetime) -> list[JobResponse]:
    """Explained stops that no word was made of, on machines that were ever heard, oldest first."""
    rows = _real_stops(site).filter(started_at__gte=start, started_at__lt=end)
    heard = MachineSignal.objects.filter(site=site, state_at__isnull=False).values("equipment_id")
    found = list(rows.filter(equipment__in=heard).select_related("reason").order_by("started_at", "id"))
    keys = {_key(report): report for report in found}
    known = set(StopAnnotation.objects.filter(op_uuid__in=list(keys)).values_list("op_uuid", flat=True))
    return [report for key, report in keys.items() if key not in known]


def _key(report: JobResponse) -> uuid.UUID:
    return uuid.uuid5(report.op_uuid, "word about the machine's stop")


def _stop_at(report: JobResponse) -> Stop | None:
    """The machine's stop in which a report began, or the one that begins soon after it."""
    rows = Stop.objects.filter(equipment=report.equipment_id, withdrawn_at=None)
    began = report.started_at
    inside = rows.filter(started_at__lte=began).filter(Q(ended_at=None) | Q(ended_at__gt=began)).first()
    if inside is not None:
        return inside
    soon = min(began + REACH, report.ended_at) if report.ended_at is not None else began + REACH
    return rows.filter(started_at__gt=began, started_at__lt=soon).order_by("started_at").first()


def _pass_on(act: UseCase, site: Site, report: JobResponse, stop: Stop) -> None:
    """Of the whole stop, unless another report of the same stop began before: then from there on."""
    about, is_whole = stretch_of(stop, act.now)
    before = _real_stops(site).filter(equipment=report.equipment_id, started_at__lt=report.started_at)
    if before.filter(started_at__gte=stop.started_at - REACH).exists() and report.started_at > stop.started_at:
        about, is_whole = (report.started_at, stop.ended_at), False
    add_word(
        act,
        site,
        stop.equipment_id,
        about,
        Said(reason=report.reason, note=report.note),
        op_uuid=_key(report),
        reporter=report.recorded_by,
        is_whole=is_whole,
    )
