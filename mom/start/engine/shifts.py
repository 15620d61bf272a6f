"""Shift patterns in plain words: one, two or three shifts from a first start, with a break in the middle. Pure."""

from dataclasses import dataclass
from datetime import time
from enum import StrEnum

DAY = 24 * 60


class Pattern(StrEnum):
    """How many shifts a day has."""

    ONE = "one"
    TWO = "two"
    THREE = "three"


class Days(StrEnum):
    """On which days of the week the pattern holds."""

    WEEKDAYS = "weekdays"
    SIX = "six"
    ALL = "all"


WEEKDAYS: dict[Days, tuple[int, ...]] = {
    Days.WEEKDAYS: (1, 2, 3, 4, 5),
    Days.SIX: (1, 2, 3, 4, 5, 6),
    Days.ALL: (1, 2, 3, 4, 5, 6, 7),
}
FIRST_START: dict[Pattern, time] = {Pattern.ONE: time(7), Pattern.TWO: time(6), Pattern.THREE: time(6)}
"""When the first shift usually begins."""


@dataclass(frozen=True)
class PlannedShift:
    """One shift in wall times; an end not after its start lies on the next day."""

    code: str
    starts_at: time
    ends_at: time
    breaks: tuple[tuple[time, time], ...]


def planned_shifts(pattern: Pattern, first_start: time, break_minutes: int) -> list[PlannedShift]:
    """The shifts of a day: eight hours each; one shift alone lasts eight hours plus its break, which is not worked."""
    length = 8 * 60 + (break_minutes if pattern == Pattern.ONE else 0)
    count = {Pattern.ONE: 1, Pattern.TWO: 2, Pattern.THREE: 3}[pattern]
    codes = ("D",) if pattern == Pattern.ONE else ("E", "L", "N")
    begin = first_start.hour * 60 + first_start.minute
    found = []
    for number in range(count):
        start = begin + number * length
        middle = start + length // 2 - break_minutes // 2
        middle -= middle % 15
        breaks = ((_wall(middle), _wall(middle + break_minutes)),) if break_minutes else ()
        found.append(PlannedShift(codes[number], _wall(start), _wall(start + length), breaks))
    return found


def _wall(minutes: int) -> time:
    hour, minute = divmod(minutes % DAY, 60)
    return time(hour, minute)
