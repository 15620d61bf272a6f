"""How a machine's calendar cuts its time into stretches: its shifts, and the time between them by local day. Pure."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from analytics.engine.machine_time import Plan, PlanPiece
from mom.core.engine.interval import Interval
from mom.plant.engine.calendar import ShiftOccurrence, days_of, instant

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
HOUR = 3_600_000_000


def microseconds(at: datetime) -> int:
    """An instant as whole microseconds since 1970."""
    return (at - EPOCH) // MICROSECOND


def instant_of(at: int) -> datetime:
    """The instant of whole microseconds since 1970."""
    return EPOCH + at * MICROSECOND


@dataclass(frozen=True, slots=True)
class Stretch:
    """A shift (or the time between shifts on one local day) with what the calendar wants in it.

    Orders are not looked at yet: time in the calendar is all `Plan.WORK`.
    """

    day: date
    shift: str
    start: int
    end: int
    plan: tuple[PlanPiece, ...]
    hours: tuple[int, ...]


def stretches(
    shifts: Sequence[ShiftOccurrence] | None, working: Sequence[Interval], window: Interval, zone: ZoneInfo
) -> list[Stretch]:
    """Every stretch of a window that begins and ends at local midnights, in order, without holes.

    `shifts` None: the machine has no calendar, so each local day is one stretch and all of it is planned. Where two
    shifts overlap, the one that began last has the time.
    """
    edges = {instant(day, datetime.min.time(), zone) for day in days_of(window, zone)} | {window.start, window.end}
    for each in shifts or ():
        edges |= {each.interval.start, each.interval.end}
    inside = sorted(edge for edge in edges if edge is not None and window.start <= edge <= window.end)  # type: ignore[operator]
    pieces: list[tuple[datetime, datetime, ShiftOccurrence | None]] = []
    for start, end in pairwise(inside):
        present = _present(shifts or (), start)
        if pieces and present is not None and pieces[-1][2] is present:
            pieces[-1] = (pieces[-1][0], end, present)
        else:
            pieces.append((start, end, present))
    return [_stretch(start, end, present, shifts is None, working, zone) for start, end, present in pieces]


def stretch_at(found: Sequence[Stretch], at: int) -> Stretch:
    """The stretch in which an instant lies."""
    return found[max(bisect_right([each.start for each in found], at) - 1, 0)]


def window_around(at: datetime, zone: ZoneInfo, *, until: datetime | None = None) -> Interval:
    """Local midnights wide enough that the stretches of `at` (up to `until`) are whole in it."""
    first = at.astimezone(zone).date() - timedelta(days=2)
    last = (until or at).astimezone(zone).date() + timedelta(days=3)
    return Interval(instant(first, datetime.min.time(), zone), instant(last, datetime.min.time(), zone))


def clock_hours(start: int, end: int, zone: ZoneInfo) -> tuple[int, ...]:
    """The first instants of the local clock's hours, from the one in which `start` lies."""
    found: list[int] = []
    at = start
    while at < end:
        local = instant_of(at).astimezone(zone)
        begin = at - ((local.minute * 60 + local.second) * 1_000_000 + local.microsecond)
        found.append(begin)
        at = begin + HOUR
    return tuple(found)


def with_orders(plan: Iterable[PlanPiece], end: int, orders: Sequence[tuple[int, int]]) -> tuple[PlanPiece, ...]:
    """The plan with time that no order covers as `Plan.IDLE`. `orders` are disjoint and ascend."""
    given = list(plan)
    found: list[PlanPiece] = []
    for index, (since, letter) in enumerate(given):
        at, until = since, given[index + 1][0] if index + 1 < len(given) else end
        if letter != Plan.WORK:
            _add(found, at, letter)
            continue
        for start, stop in orders:
            begin, finish = max(start, at), min(stop, until)
            if begin >= finish:
                continue
            if begin > at:
                _add(found, at, Plan.IDLE.value)
            _add(found, begin, Plan.WORK.value)
            at = finish
        if at < until:
            _add(found, at, Plan.IDLE.value)
    return tuple(found)


def covered(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The same time as disjoint spans in order."""
    found: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def _present(shifts: Sequence[ShiftOccurrence], at: datetime) -> ShiftOccurrence | None:
    running = [each for each in shifts if each.interval.contains(at)]
    return max(running, key=lambda each: (each.interval.start, each.code)) if running else None


def _stretch(
    start: datetime,
    end: datetime,
    shift: ShiftOccurrence | None,
    is_always: bool,
    working: Sequence[Interval],
    zone: ZoneInfo,
) -> Stretch:
    begin, until = microseconds(start), microseconds(end)
    return Stretch(
        day=shift.day if shift is not None else start.astimezone(zone).date(),
        shift=shift.code if shift is not None else "",
        start=begin,
        end=until,
        plan=((begin, Plan.WORK.value),) if is_always else _letters(begin, until, shift, working),
        hours=clock_hours(begin, until, zone),
    )


def _letters(start: int, end: int, shift: ShiftOccurrence | None, working: Sequence[Interval]) -> tuple[PlanPiece, ...]:
    worked = [_clipped(each, start, end) for each in working]
    pauses = [_clipped(each, start, end) for each in (shift.breaks if shift is not None else ())]
    edges = sorted({start, *(edge for span in (*worked, *pauses) if span is not None for edge in span if edge < end)})
    found: list[PlanPiece] = []
    for edge in edges:
        if any(span is not None and span[0] <= edge < span[1] for span in worked):
            letter = Plan.WORK
        elif any(span is not None and span[0] <= edge < span[1] for span in pauses):
            letter = Plan.BREAK
        else:
            letter = Plan.OUTSIDE
        _add(found, edge, letter.value)
    return tuple(found)


def _clipped(interval: Interval, start: int, end: int) -> tuple[int, int] | None:
    begin = max(microseconds(interval.start), start)
    until = end if interval.end is None else min(microseconds(interval.end), end)
    return (begin, until) if begin < until else None


def _add(found: list[PlanPiece], at: int, letter: str) -> None:
    if not found or found[-1][1] != letter:
        found.append((at, letter))
