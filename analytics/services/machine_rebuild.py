"""Buckets of machines are made again from the facts, one machine and a stretch of its time a task: twice is once (P17).

A change of facts marks the stretch; a worker takes the mark away and makes the shifts that it touches. The running
shift is made up to now, and its live row with it. The answer depends on the facts alone (ADR 0028).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta

from django.db import connection

from analytics import permissions
from analytics.engine.machine_shift import reckon
from analytics.engine.machine_stretch import Stretch, instant_of, microseconds
from analytics.models import DirtyStretch
from analytics.selectors.facts import Asked, Calendar, facts_of
from analytics.services import live_fold_again, machine_rebuild_rows
from analytics.services.dirty import MOMENT, mark_stretch, mark_stretches
from mom.accounts.models import Site
from mom.core.actor import Actor
from mom.core.db.locks import Lock, advisory_lock, try_advisory_lock
from mom.core.db.transactions import require_transaction
from mom.core.live.change import tell
from mom.core.use_case import UseCase, use_case
from mom.floor.public import lock_signals
from mom.plant.engine.calendar import day_interval
from mom.plant.engine.terms import WORK_UNIT_LEVELS
from mom.plant.models import Equipment

Span = tuple[datetime, datetime]
PIECE = timedelta(days=21)  # of one machine's time; what is older stays marked, so that no task reads years
STRETCHES_PER_TASK = 60  # shifts of one machine; the same
CANDIDATES = 20


def rebuild_shift(actor: Actor, equipment_id: int, at: datetime) -> None:
    """Make the buckets of one machine again for the shift (or the time between shifts) in which `at` lies."""
    with use_case(actor) as act:
        site = Equipment.objects.select_related("site").get(pk=equipment_id).site
        advisory_lock(Lock.MACHINE_REBUILD, equipment_id)
        rebuild_stretch(act, site, {equipment_id: [(at, at + MOMENT)]})


def rebuild_next(actor: Actor) -> int:
    """Take the newest that waits for one machine and make it; gives how many stretches, 0 where nothing waits."""
    with use_case(actor) as act:
        machine = _free_machine()
        if machine is None:
            return 0
        waiting = DirtyStretch.objects.filter(equipment=machine)
        newest = waiting.order_by("-ended_at").values_list("ended_at", flat=True).first()
        if newest is None:
            return 0
        floor = newest - PIECE
        recent = waiting.filter(ended_at__gte=floor).select_for_update(skip_locked=True)
        rows = list(recent.order_by("started_at", "pk"))
        DirtyStretch.objects.filter(pk__in=[row.pk for row in rows]).delete()
        if not rows:
            return 0
        site = Site.objects.get(pk=rows[0].site_id)
        spans = _merged((row.started_at, max(row.ended_at, row.started_at + MOMENT)) for row in rows)
        made, left = rebuild_stretch(
            act, site, {machine: [(max(start, floor), end) for start, end in spans]}, most=STRETCHES_PER_TASK
        )
        for start, end in _merged([*((start, floor) for start, _ in spans if start < floor), *left]):
            mark_stretch(act, site, machine, start, end)
        code = Equipment.objects.values_list("code", flat=True).get(pk=machine)
        tell(site.code, "machine", code)  # open pages fetch what changed once this has committed
        return max(made, 1)


def rebuild_stretch(
    act: UseCase,
    site: Site,
    spans: Mapping[int, Sequence[Span]],
    *,
    most: int | None = None,
) -> tuple[int, list[Span]]:
    """Make every shift of these machines that has time in the spans, and the live rows of those that run.

    Gives how many, and what is left where there were more than `most`: the older ones. Joins the caller's transaction.
    """
    require_transaction()
    if not any(spans.values()):
        return 0, []
    now = microseconds(act.now)
    calendar, wanted, spans = _whole(site, spans, act.now)
    left: list[Span] = []
    if most is not None and (taken := _newest(wanted, most, now)):
        edge = instant_of(wanted[-taken].stretch.start)
        left = [(start, min(end, edge)) for each in spans.values() for start, end in each if start < edge]
        wanted = wanted[-taken:]
    # Before the facts are read: who folds meanwhile goes on from what is written here.
    running = {asked.equipment_id for asked in wanted if asked.stretch.end > now}
    if running:
        lock_signals(site.pk, running)
    facts = facts_of(site, calendar, wanted)
    made = [(each, reckon(each)) for each in facts]
    machine_rebuild_rows.write(site, made)
    _refold_live(act, site, calendar, spans, wanted, now)
    return len(made), left


def _whole(
    site: Site, spans: Mapping[int, Sequence[Span]], now: datetime
) -> tuple[Calendar, list[Asked], Mapping[int, Sequence[Span]]]:
    """The stretches of the spans, and of buckets that another calendar made and that have time in common with them.

    What such a bucket told of goes with it, so all its time is made again.
    """
    while True:
        first = min(start for each in spans.values() for start, _ in each)
        last = min(max(end for each in spans.values() for _, end in each), now)
        calendar = Calendar(site, min(first, last), last)
        wanted = _wanted(calendar, spans, microseconds(now))
        known = {(asked.equipment_id, asked.stretch.start, asked.stretch.end) for asked in wanted}
        wider = {machine: list(each) for machine, each in spans.items()}
        for machine, start, end in machine_rebuild_rows.standing(wanted):
            begin, until = microseconds(start), microseconds(end)
            is_made = any(each[0] == machine and each[1] <= begin and until <= each[2] for each in known)
            if not is_made and not any(low <= start and end <= high for low, high in wider[machine]):
                wider[machine].append((start, end))
        if all(len(wider[machine]) == len(each) for machine, each in spans.items()):
            return calendar, wanted, spans
        spans = wider


def _newest(wanted: Sequence[Asked], most: int, now: int) -> int:
    """How many of one machine's stretches are made now, the newest: at most `most`, and the running one alone.

    The machine is locked while it is made, and its messages wait: they must not wait for the past.
    """
    if wanted and wanted[-1].stretch.end > now:
        return 1
    return min(most, len(wanted))


def _merged(spans: Iterable[Span]) -> list[Span]:
    """The same time as disjoint spans in order."""
    found: list[Span] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def mark_days(act: UseCase, site: Site, days: Iterable[date]) -> None:
    """Have the shifts of all machines of a site on these local days made again. Joins the caller's transaction."""
    bounds = [day_interval(day, site.zone) for day in sorted(set(days))]
    if not bounds or bounds[0].start >= act.now:
        return
    machines = Equipment.objects.filter(site=site, level__in=WORK_UNIT_LEVELS).values_list("pk", flat=True)
    span = (bounds[0].start, min(bounds[-1].end or act.now, act.now))
    mark_stretches(act, site, dict.fromkeys(_known(machines), span))


def ask_for_days(actor: Actor, site: Site, days: Iterable[date]) -> None:
    """The same as a use case. Raises: NotAllowed."""
    with use_case(actor) as act:
        act.require(permissions.RECOMPUTE, site.code)
        mark_days(act, site, days)


def _known(machines: Iterable[int]) -> list[int]:
    """Those of which anything is known: a timeline, or work."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT m FROM unnest(%s::bigint[]) AS m WHERE EXISTS (SELECT 1 FROM floor_stateinterval i WHERE"
            " i.equipment_id = m) OR EXISTS (SELECT 1 FROM work_jobresponse r WHERE r.equipment_id = m) ORDER BY m",
            [list(machines)],
        )
        return [machine for (machine,) in cursor.fetchall()]


def _free_machine() -> int | None:
    """A machine that waits and that no other worker is at; it is ours until the transaction ends. The newest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT equipment_id FROM analytics_dirtystretch GROUP BY equipment_id"
            " ORDER BY max(ended_at) DESC, min(id) LIMIT %s",
            [CANDIDATES],
        )
        waiting = [machine for (machine,) in cursor.fetchall()]
    return next((machine for machine in waiting if try_advisory_lock(Lock.MACHINE_REBUILD, machine)), None)


def _wanted(calendar: Calendar, spans: Mapping[int, Sequence[Span]], now: int) -> list[Asked]:
    """Each stretch once, up to now."""
    found: dict[tuple[int, int], Stretch] = {}
    for machine, each in spans.items():
        for start, end in each:
            begin, until = microseconds(start), max(microseconds(end), microseconds(start) + 1)
            for stretch in calendar.between(machine, begin, until):
                if stretch.start < now:
                    found[machine, stretch.start] = stretch
    return [Asked(machine, stretch, min(stretch.end, now)) for (machine, _), stretch in sorted(found.items())]


def _refold_live(
    act: UseCase,
    site: Site,
    calendar: Calendar,
    spans: Mapping[int, Sequence[Span]],
    wanted: Sequence[Asked],
    now: int,
) -> None:
    """The live rows of the shifts that run, up to what is known of the machine."""
    running: dict[int, int] = defaultdict(int)
    for asked in wanted:
        if asked.stretch.end > now:
            latest = max(microseconds(end) for _, end in spans[asked.equipment_id])
            running[asked.equipment_id] = min(latest, now)
    if running:
        live_fold_again.refold(act, site, calendar, running)


__all__ = ["mark_days", "mark_stretch", "rebuild_next", "rebuild_shift", "rebuild_stretch"]
