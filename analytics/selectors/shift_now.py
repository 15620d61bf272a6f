"""The shift that runs at a site, or the one that ran last: its window, its machines, their states, shifts before it."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Min, Sum

from analytics.engine.machine_parts import MachineTotals
from analytics.models import ShiftBucket
from mom.accounts.models import Site
from mom.core.engine.interval import Interval
from mom.plant.engine.calendar import ShiftOccurrence
from mom.plant.engine.terms import LEVEL_RANK, EquipmentLevel
from mom.plant.models import Equipment
from mom.plant.selectors.calendar import ShiftPlan, shift_patterns_by_equipment

BACK = timedelta(hours=72)  # how far the last shift is looked for: over a weekend
MOMENT = timedelta(microseconds=1)
EARLIER_DAYS = timedelta(days=9)
PARTS = tuple(each.name for each in fields(MachineTotals))
_SUMS: dict[str, Any] = {f"sum_{name}": Sum(name) for name in PARTS}


@dataclass(frozen=True)
class Plans:
    """When each equipment of a site works, and the plant's own shifts."""

    site: ShiftPlan | None
    by_equipment: Mapping[int, ShiftPlan]


@dataclass(frozen=True)
class ShiftWindow:
    """The shift a page is of: the one that runs, else the last one. Without a calendar the last eight hours."""

    code: str
    name: str
    day: date | None
    start: datetime
    end: datetime
    now: datetime

    @property
    def is_running(self) -> bool:
        return self.start <= self.now < self.end

    @property
    def until(self) -> datetime:
        """Up to where anything can have happened."""
        return min(self.now, self.end)

    @property
    def done(self) -> float:
        """How much of it has passed, 0 to 1."""
        return (self.until - self.start) / (self.end - self.start)

    def share(self, at: datetime) -> float:
        """Where an instant stands in it, 0 to 1."""
        return min(1.0, max(0.0, (at - self.start) / (self.end - self.start)))


@dataclass(frozen=True, slots=True)
class Stretch:
    """A machine in one state from one instant to another, for showing: clipped to what is shown."""

    state: str
    start: datetime
    end: datetime
    reason: str
    code: str
    stop_id: int | None
    is_open: bool


def plans_of(site: Site, now: datetime, back: timedelta = BACK) -> Plans:
    """Shifts and breaks of every equipment around now. Five statements, whatever the number of machines."""
    window = Interval(now - back, now + timedelta(days=1))
    by_equipment = shift_patterns_by_equipment(site, window)
    tops = Equipment.objects.filter(site=site, parent=None, is_active=True).order_by("position", "code")
    top = next((pk for pk in tops.values_list("pk", flat=True) if pk in by_equipment), None)
    plan = by_equipment[top] if top is not None else next(iter(by_equipment.values()), None)
    return Plans(plan, by_equipment)


def window_of(plan: ShiftPlan | None, now: datetime, back: timedelta = BACK) -> ShiftWindow:
    """The shift of a plan that runs now, else the one that ended last."""
    begun = [each for each in _shifts(plan, now, back) if each.interval.start <= now and each.interval.end]
    if not begun:
        return ShiftWindow("", "", None, now - timedelta(hours=8), now + MOMENT, now)
    running = [each for each in begun if each.interval.end and each.interval.end > now]
    shift = running[-1] if running else max(begun, key=lambda each: each.interval.end or now)
    end = shift.interval.end or now
    return ShiftWindow(shift.code, shift.name or shift.code, shift.day, shift.interval.start, end, now)


def _shifts(plan: ShiftPlan | None, now: datetime, back: timedelta) -> list[ShiftOccurrence]:
    return plan.shifts(Interval(now - back, now + MOMENT)) if plan is not None else []


def breaks_of(plan: ShiftPlan | None, start: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
    """The breaks between two instants, in order."""
    if plan is None:
        return []
    pauses = {pause for shift in plan.shifts(Interval(start, end)) for pause in shift.breaks}
    found = [(max(each.start, start), min(each.end, end)) for each in pauses if each.end is not None]
    return sorted((first, last) for first, last in found if first < last)


_STRETCHES = """
SELECT i.equipment_id, i.state, greatest(i.started_at, %(start)s), least(coalesce(i.ended_at, %(end)s), %(end)s),
       coalesce(nullif(r.name, ''), r.code, ''), i.code, i.stop_id, i.ended_at IS NULL
FROM unnest(%(machines)s::bigint[]) AS m(id)
JOIN floor_stateinterval i
  ON floor_on_line(i.equipment_id, i.started_at, i.ended_at) && floor_on_line(m.id, %(start)s, %(end)s)
LEFT JOIN plant_reason r ON r.id = i.reason_id
WHERE i.site_id = %(site)s
ORDER BY i.equipment_id, i.started_at
"""


def stretches(site: Site, machines: Iterable[int], start: datetime, end: datetime) -> dict[int, list[Stretch]]:
    """What machines did between two instants, by key, in order. One statement."""
    found: dict[int, list[Stretch]] = defaultdict(list)
    keys = list(machines)
    if not keys or start >= end:
        return found
    with connection.cursor() as cursor:
        cursor.execute(_STRETCHES, {"machines": keys, "site": site.pk, "start": start, "end": end})
        for machine, *row in cursor.fetchall():
            found[machine].append(Stretch(*row))
    return found


def with_breaks(spans: Sequence[Stretch], breaks: Sequence[tuple[datetime, datetime]], word: str) -> list[Stretch]:
    """The same with waiting in a break shown as the planned stop that it is; it is cut there for showing only."""
    shown: list[Stretch] = []
    for span in spans:
        if span.state != "idle":
            shown.append(span)
            continue
        at = span.start
        for start, end in breaks:
            first, last = max(at, start), min(span.end, end)
            if first >= last:
                continue
            if at < first:
                shown.append(replace(span, start=at, end=first, is_open=False))
            shown.append(Stretch("plan", first, last, word, "", None, is_open=last == span.end and span.is_open))
            at = last
        if at < span.end:
            shown.append(replace(span, start=at))
    return shown


def areas_of(site: Site) -> dict[int, str]:
    """The name of the area that each equipment stands in, by key; those above areas have none. One statement."""
    rows = {
        pk: (parent, level, name or code)
        for pk, parent, level, name, code in Equipment.objects.filter(site=site).values_list(
            "pk", "parent_id", "level", "name", "code"
        )
    }
    found = {}
    for pk in rows:
        at: int | None = pk
        while at is not None and LEVEL_RANK[EquipmentLevel(rows[at][1])] > LEVEL_RANK[EquipmentLevel.AREA]:
            at = rows[at][0]
        is_area = at is not None and rows[at][1] == EquipmentLevel.AREA
        found[pk] = rows[at][2] if at is not None and is_area else ""
    return found


@dataclass(frozen=True)
class EarlierShift:
    """A shift that is over, all machines of the site together."""

    day: date
    code: str
    totals: MachineTotals


def earlier_shifts(site: Site, before: datetime, count: int, equipment: int | None = None) -> list[EarlierShift]:
    """The last shifts that ended by an instant, the oldest first. One statement."""
    rows = ShiftBucket.objects.filter(site=site, day__gte=(before - EARLIER_DAYS).date(), started_at__lt=before)
    if equipment is not None:
        rows = rows.filter(equipment_id=equipment)
    sums: Any = rows.exclude(shift="").order_by().values("day", "shift").annotate(first=Min("started_at"), **_SUMS)
    last = sorted(sums, key=lambda row: row["first"])[-count:]
    return [EarlierShift(row["day"], row["shift"], totals_of(row)) for row in last]


def totals_of(row: Mapping[str, Any]) -> MachineTotals:
    """The parts of a row of sums."""
    return MachineTotals(**{name: row[f"sum_{name}"] for name in PARTS})


def result_by_machine(site: Site, window: ShiftWindow, only: Collection[int] | None = None) -> dict[int, MachineTotals]:
    """What each machine's shift came to, for a shift that is over; of `only` these, by key. One statement."""
    if window.day is None:
        return {}
    rows = ShiftBucket.objects.filter(site=site, day=window.day, shift=window.code).order_by()
    if only is not None:
        rows = rows.filter(equipment_id__in=only)
    sums: Any = rows.values("equipment_id").annotate(**_SUMS)
    return {row["equipment_id"]: totals_of(row) for row in sums}


@dataclass(frozen=True)
class StopCount:
    """How often a machine stood for one reason in a stretch, minor stops aside; no reason: not coded yet.

    `seconds` within the stretch; a stop that reaches into it counts too.
    """

    equipment_id: int
    reason_id: int | None
    count: int
    seconds: int


_STOPS = """
SELECT s.equipment_id, s.reason_id, count(*),
       extract(epoch FROM sum(least(coalesce(s.ended_at, %(end)s), %(end)s)
                              - greatest(s.started_at, %(start)s)))::bigint
FROM floor_stop s
WHERE s.site_id = %(site)s AND s.withdrawn_at IS NULL AND NOT s.is_minor AND s.state IN ('down', 'idle', 'setup')
  AND s.started_at >= %(start)s - interval '7 days' AND s.started_at < %(end)s
  AND (s.ended_at IS NULL OR s.ended_at > %(start)s)
GROUP BY s.equipment_id, s.reason_id
"""


def stop_counts(site: Site, start: datetime, end: datetime) -> list[StopCount]:
    """Stops between two instants, begun there or up to a week before, by machine and reason. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(_STOPS, {"site": site.pk, "start": start, "end": end})
        return [StopCount(*row) for row in cursor.fetchall()]
