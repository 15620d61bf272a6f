"""When an equipment works: the nearest calendar up the tree, as the patterns that the calendar engine reads."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Prefetch, Q, Subquery
from django.db.models.functions import JSONObject

from mom.accounts.models import Site
from mom.core.engine.interval import Interval
from mom.plant.engine.calendar import (
    CalendarException,
    ShiftOccurrence,
    ShiftPattern,
    local_day,
    shifts_in,
    working_intervals,
)
from mom.plant.engine.terms import CalendarEntryKind
from mom.plant.models import Equipment, Shift, ShiftBreak, WorkCalendar, WorkCalendarEntry

MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True)
class ShiftPlan:
    """The shifts and exceptions that matter for a window, in the zone of their calendar."""

    calendar: WorkCalendar
    zone: ZoneInfo
    patterns: tuple[ShiftPattern, ...]
    exceptions: tuple[CalendarException, ...]

    def shifts(self, window: Interval) -> list[ShiftOccurrence]:
        """Every shift that overlaps `window`, whole, by start."""
        return shifts_in(self.patterns, window, self.zone)

    def working(self, window: Interval) -> list[Interval]:
        """Where `window` is worked: disjoint, in order."""
        return working_intervals(self.patterns, self.exceptions, window, self.zone)


class TopPlans(NamedTuple):
    """Plans by the key of their calendar, and the plan of the whole plant."""

    by_calendar: dict[int, ShiftPlan]
    top: ShiftPlan | None


def shift_patterns_for(equipment: Equipment, window: Interval) -> ShiftPlan | None:
    """The plan of one equipment: of its own calendar, else of the nearest one above; None where there is none.

    Four statements, and those of `nearest_calendar`.
    """
    calendar = nearest_calendar(equipment)
    return _plans([calendar], window)[calendar.pk] if calendar is not None else None


def shift_patterns_by_equipment(site: Site, window: Interval) -> dict[int, ShiftPlan]:
    """The plan of every equipment of a site that has one, by key. Five statements, whatever the number of machines."""
    rows = Equipment.objects.filter(site=site).values_list("pk", "parent_id", "calendar_id")
    above = {pk: (parent, calendar) for pk, parent, calendar in rows}
    used = {calendar for _, calendar in above.values() if calendar is not None}
    plans = _plans(WorkCalendar.objects.filter(pk__in=used).select_related("site"), window)
    found = {pk: _nearest(pk, above) for pk in above}
    return {pk: plans[calendar] for pk, calendar in found.items() if calendar is not None}


def nearest_calendar(equipment: Equipment) -> WorkCalendar | None:
    """The calendar by which an equipment works: its own, else the nearest one above.

    One statement, and one for each step up that is not loaded (`equipment_get` loads three).
    """
    at: Equipment | None = equipment
    while at is not None:
        if at.calendar_id is not None:
            return WorkCalendar.objects.select_related("site").get(pk=at.calendar_id)
        at = at.parent
    return None


def site_plan(site: Site, window: Interval) -> ShiftPlan | None:
    """The plan of the site's top equipment: the plant's own shifts. Four statements at most."""
    top = Equipment.objects.filter(site=site, parent=None, is_active=True).exclude(calendar=None)
    first = top.select_related("calendar__site").order_by("position", "code").first()
    if first is None or first.calendar is None:
        return None
    return _plans([first.calendar], window)[first.calendar.pk]


def current_shift(site: Site, at: datetime) -> ShiftOccurrence | None:
    """The plant's shift that runs at an instant; None between shifts. Where two overlap, the one that began last."""
    window = Interval(at, at + MOMENT)
    plan = site_plan(site, window)
    running = plan.shifts(window) if plan is not None else []
    return running[-1] if running else None


def _nearest(pk: int | None, above: Mapping[int, tuple[int | None, int | None]]) -> int | None:
    while pk is not None:
        parent, calendar = above[pk]
        if calendar is not None:
            return calendar
        pk = parent
    return None


def _plans(calendars: Iterable[WorkCalendar], window: Interval) -> dict[int, ShiftPlan]:
    """The plans of calendars for a window with an end, by key. Three statements and the calendars' own."""
    wanted = {calendar.pk: calendar for calendar in calendars}
    breaks = Prefetch("breaks", ShiftBreak.objects.order_by("starts_at"))
    patterns: defaultdict[int, list[ShiftPattern]] = defaultdict(list)
    for shift in Shift.objects.filter(calendar__in=wanted).prefetch_related(breaks).order_by("starts_at", "code"):
        patterns[shift.calendar_id].append(pattern_of(shift))
    exceptions: defaultdict[int, list[CalendarException]] = defaultdict(list)
    entries = WorkCalendarEntry.objects.filter(
        calendar__in=wanted, started_at__lt=window.end, ended_at__gt=window.start
    )
    for entry in entries.order_by("priority", "pk"):
        span = Interval(entry.started_at, entry.ended_at)
        is_working = entry.kind == CalendarEntryKind.WORKING
        exceptions[entry.calendar_id].append(CalendarException(span, is_working, entry.priority))
    return {
        pk: ShiftPlan(
            calendar=calendar,
            zone=ZoneInfo(calendar.time_zone or calendar.site.time_zone),
            patterns=tuple(patterns[pk]),
            exceptions=tuple(exceptions[pk]),
        )
        for pk, calendar in wanted.items()
    }


def plans_at_once(calendars: Collection[int], window: Interval, *, top_of: Site | None = None) -> TopPlans:
    """The plans of calendars by key, and that of the top equipment of a site where it is asked for. One statement."""
    wanted = Q(pk__in=calendars)
    tops = Equipment.objects.filter(parent=None, is_active=True, calendar=OuterRef("pk"))
    if top_of is not None:
        wanted |= Q(pk__in=Equipment.objects.filter(site=top_of, parent=None, is_active=True).values("calendar"))
    breaks = ShiftBreak.objects.filter(shift=OuterRef("pk")).order_by("starts_at")
    shifts = Shift.objects.filter(calendar=OuterRef("pk")).order_by("starts_at", "code")
    entries = WorkCalendarEntry.objects.filter(
        calendar=OuterRef("pk"), started_at__lt=window.end, ended_at__gt=window.start
    ).order_by("priority", "pk")
    one_break = JSONObject(starts_at="starts_at", ends_at="ends_at")
    times = {name: name for name in ("code", "name", "starts_at", "ends_at", "weekdays", "valid_from", "valid_until")}
    one_shift = JSONObject(**times, breaks=ArraySubquery(breaks.values(found=one_break)))
    one_entry = JSONObject(started_at="started_at", ended_at="ended_at", kind="kind", priority="priority")
    rows = WorkCalendar.objects.filter(wanted).select_related("site")
    rows = rows.annotate(
        shift_rows=ArraySubquery(shifts.values(found=one_shift)),
        entry_rows=ArraySubquery(entries.values(found=one_entry)),
        top=Subquery(tops.order_by("position", "code").values("position")[:1]),
    )
    found, top = {}, None
    for row in sorted(rows, key=lambda each: (each.top is None, each.top, each.pk)):
        found[row.pk] = ShiftPlan(
            calendar=row,
            zone=ZoneInfo(row.time_zone or row.site.time_zone),
            patterns=tuple(_pattern_read(each) for each in row.shift_rows),
            exceptions=tuple(_exception_read(each) for each in row.entry_rows),
        )
        if top is None and row.top is not None and top_of is not None and row.site_id == top_of.pk:
            top = found[row.pk]
    return TopPlans(found, top)


def _pattern_read(row: Mapping[str, Any]) -> ShiftPattern:
    def day(text: str | None) -> date | None:
        return date.fromisoformat(text) if text else None

    return ShiftPattern(
        code=row["code"],
        name=row["name"],
        starts_at=time.fromisoformat(row["starts_at"]),
        ends_at=time.fromisoformat(row["ends_at"]),
        weekdays=frozenset(row["weekdays"]),
        breaks=tuple(
            (time.fromisoformat(each["starts_at"]), time.fromisoformat(each["ends_at"])) for each in row["breaks"]
        ),
        valid_from=day(row["valid_from"]),
        valid_until=day(row["valid_until"]),
    )


def _exception_read(row: Mapping[str, Any]) -> CalendarException:
    span = Interval(datetime.fromisoformat(row["started_at"]), datetime.fromisoformat(row["ended_at"]))
    return CalendarException(span, row["kind"] == CalendarEntryKind.WORKING, row["priority"])


def pattern_of(shift: Shift) -> ShiftPattern:
    """A shift with its breaks as the engine reads it."""
    return ShiftPattern(
        code=shift.code,
        name=shift.name,
        starts_at=shift.starts_at,
        ends_at=shift.ends_at,
        weekdays=frozenset(shift.weekdays),
        breaks=tuple((pause.starts_at, pause.ends_at) for pause in shift.breaks.all()),
        valid_from=shift.valid_from,
        valid_until=shift.valid_until,
    )


def shifts_of_day(plan: ShiftPlan, at: datetime) -> list[ShiftOccurrence]:
    """The shifts that belong to the plant's day of an instant."""
    day = local_day(at, plan.zone)
    window = Interval(at - timedelta(days=1), at + timedelta(days=1))
    return [shift for shift in plan.shifts(window) if shift.day == day]
