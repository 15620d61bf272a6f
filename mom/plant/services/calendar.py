"""Shifts, breaks and dated exceptions of a work calendar. A shift's times change from a day on; the past stays."""

from collections.abc import Sequence
from datetime import date, datetime, time

from django.utils.translation import gettext as _

from mom.core.actor import Actor
from mom.core.errors import Conflict, InvalidInput
from mom.core.use_case import UseCase, use_case
from mom.plant import permissions
from mom.plant.engine.terms import CalendarEntryKind
from mom.plant.models import Shift, ShiftBreak, WorkCalendar, WorkCalendarEntry
from mom.plant.services import rows

Break = tuple[time, time]


def shift_add(
    actor: Actor,
    calendar_id: int,
    *,
    code: str,
    name: str,
    starts_at: time,
    ends_at: time,
    weekdays: Sequence[int],
    breaks: Sequence[Break] = (),
    valid_from: date | None = None,
    valid_until: date | None = None,
) -> Shift:
    """Add a weekly shift in wall times; an end not after its start lies on the next day.

    Raises: NotAllowed, NotFound; InvalidInput for a taken code, no weekday, or a break outside the shift.
    """
    with use_case(actor) as act:
        calendar = rows.locked(WorkCalendar, calendar_id)
        act.require(permissions.CHANGE, calendar.site.code)
        shift = Shift(
            site=calendar.site,
            calendar=calendar,
            code=code,
            name=name,
            starts_at=starts_at,
            ends_at=ends_at,
            weekdays=sorted(set(weekdays)),
            valid_from=valid_from,
            valid_until=valid_until,
        )
        return add_shift(act, shift, breaks)


def add_shift(act: UseCase, shift: Shift, breaks: Sequence[Break] = ()) -> Shift:
    """The same for a shift that is not saved yet; rights are the caller's to ask. Joins the caller's transaction."""
    _refuse_breaks_outside(shift, breaks)
    rows.insert(act, shift, action="plant.shift_added")
    for starts_at, ends_at in breaks:
        pause = ShiftBreak(site=shift.site, shift=shift, starts_at=starts_at, ends_at=ends_at)
        rows.insert(act, pause, action="plant.shift_break_added")
    return shift


def shift_change(
    actor: Actor, shift_id: int, *, since: date, starts_at: time, ends_at: time, weekdays: Sequence[int],
    breaks: Sequence[Break], reason: str = "",
) -> Shift:  # fmt: skip
    """Give a shift other times from a day on: the old one ends there, a new one of the same code begins.

    Raises: NotAllowed, NotFound; Conflict where it ended before; InvalidInput.
    """
    with use_case(actor, reason) as act:
        old = rows.locked(Shift, shift_id)
        act.require(permissions.CHANGE, old.site.code)
        until = old.valid_until
        end_shift(act, old, since)
        new = Shift(
            site=old.site,
            calendar_id=old.calendar_id,
            code=old.code,
            name=old.name,
            starts_at=starts_at,
            ends_at=ends_at,
            weekdays=sorted(set(weekdays)),
            valid_from=since,
            valid_until=until,
        )
        return add_shift(act, new, breaks)


def shift_end(actor: Actor, shift_id: int, *, valid_until: date, reason: str = "") -> Shift:
    """Let a shift end; `valid_until` is the first day without it. Raises: NotAllowed, NotFound, Conflict."""
    with use_case(actor, reason) as act:
        shift = rows.locked(Shift, shift_id)
        act.require(permissions.CHANGE, shift.site.code)
        return end_shift(act, shift, valid_until)


def end_shift(act: UseCase, shift: Shift, valid_until: date) -> Shift:
    """The same for a locked shift; rights are the caller's to ask. Joins the caller's transaction."""
    if shift.valid_until is not None and shift.valid_until <= valid_until:
        raise Conflict(_("Shift %(shift)s ends before that day already.") % {"shift": shift.name}, code="shift_ended")
    return rows.update(act, shift, {"valid_until": valid_until}, action="plant.shift_ended")


def calendar_entry_add(
    actor: Actor,
    calendar_id: int,
    *,
    name: str,
    kind: CalendarEntryKind,
    started_at: datetime,
    ended_at: datetime,
    priority: int = 0,
) -> WorkCalendarEntry:
    """Add a dated exception: a holiday, an extra Saturday. Raises: NotAllowed, NotFound, InvalidInput."""
    with use_case(actor) as act:
        calendar = rows.locked(WorkCalendar, calendar_id)
        act.require(permissions.CHANGE, calendar.site.code)
        entry = WorkCalendarEntry(
            site=calendar.site,
            calendar=calendar,
            name=name,
            kind=kind,
            started_at=started_at,
            ended_at=ended_at,
            priority=priority,
        )
        return rows.insert(act, entry, action="plant.calendar_entry_added")


def calendar_entry_remove(actor: Actor, entry_id: int, *, reason: str = "") -> None:
    """Take a dated exception out again; its row stays in the history. Raises: NotAllowed, NotFound."""
    with use_case(actor, reason) as act:
        entry = rows.locked(WorkCalendarEntry, entry_id)
        act.require(permissions.CHANGE, entry.site.code)
        before = {"name": entry.name, "started_at": entry.started_at, "ended_at": entry.ended_at}
        act.record("plant.calendar_entry_removed", subject=entry, site=entry.site.code, before=before)
        entry.delete()


def _refuse_breaks_outside(shift: Shift, breaks: Sequence[Break]) -> None:
    """Raises: InvalidInput for a break that begins or ends outside the shift, read round the clock."""
    length = _minutes(shift.starts_at, shift.ends_at) or 24 * 60
    for starts_at, ends_at in breaks:
        begin = _minutes(shift.starts_at, starts_at)
        if begin + (_minutes(starts_at, ends_at) or 24 * 60) > length:
            raise InvalidInput({"breaks": [_("A break must lie inside its shift.")]}, code="break_outside_shift")


def _minutes(start: time, end: time) -> int:
    """Minutes from one wall time forward to another; 0 where they are the same."""
    return ((end.hour - start.hour) * 60 + end.minute - start.minute) % (24 * 60)
