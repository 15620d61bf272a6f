"""Reading one cell: numbers, durations and moments in the plant's local time, exactly or not at all."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from decimal import Decimal

from mom.erp.engine.problems import ProblemCode, RefusedValue

_MOMENT_PARTS = {
    "%Y": r"(?P<Y>[0-9]{4})",
    "%y": r"(?P<y>[0-9]{2})",
    "%m": r"(?P<m>[0-9]{1,2})",
    "%d": r"(?P<d>[0-9]{1,2})",
    "%H": r"(?P<H>[0-9]{1,2})",
    "%M": r"(?P<M>[0-9]{1,2})",
    "%S": r"(?P<S>[0-9]{1,2})",
    "%f": r"(?P<f>[0-9]{1,6})",
}
ISO_MOMENT = "%Y-%m-%d %H:%M:%S"
"""The default format, and what a spreadsheet's own date cell is written as."""

_DURATION_FORMATS = {
    "h:m": re.compile(r"([0-9]{1,5}):([0-5][0-9])(?::([0-5][0-9]))?"),
    "h:m:s": re.compile(r"([0-9]{1,5}):([0-5][0-9]):([0-5][0-9])"),
    "m:s": re.compile(r"([0-9]{1,7}):([0-5][0-9])"),
}
_DURATION_UNITS = {"hours": 3_600_000_000, "minutes": 60_000_000, "seconds": 1_000_000}
LONGEST_DURATION = timedelta(days=366)


def bad_moment_format(text: str) -> str:
    """What is wrong with a moment's format, or nothing. Empty means ISO."""
    try:
        compile_moment(text)
    except ValueError as error:
        return str(error)
    return ""


def bad_duration_format(text: str) -> str:
    """What is wrong with a duration's format, or nothing. Empty means `h:m`, where seconds may follow."""
    known = (*_DURATION_FORMATS, *_DURATION_UNITS)
    return "" if not text or text in known else ", ".join(known)


def compile_moment(text: str) -> re.Pattern[str]:
    """A pattern for a strptime format of numbers only. Raises: ValueError for anything else, or without a full date."""
    text = text or ISO_MOMENT
    pattern, position, seen = "", 0, set[str]()
    while position < len(text):
        part = text[position : position + 2]
        if part in _MOMENT_PARTS and part not in seen:
            seen.add(part)
            pattern += _MOMENT_PARTS[part]
            position += 2
        elif part.startswith("%"):
            raise ValueError(" ".join(_MOMENT_PARTS))
        else:
            pattern += re.escape(text[position])
            position += 1
    if not {"%m", "%d"} <= seen or len({"%Y", "%y"} & seen) != 1:
        raise ValueError("%Y %m %d")
    return re.compile(pattern)


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant read from a local clock. `later` is the second reading of an hour that the clock ran through twice."""

    at: datetime
    later: datetime | None = None
    change: ProblemCode | None = None


def moment_reader(layout: str, zone: tzinfo, *, ambiguous: str, missing: str) -> Callable[[str], Moment]:
    """Reads local wall-clock text as an instant.

    An hour that the clock ran through twice is taken as stated (`earlier`, `later`) and reported, or refused. A time
    that the clock jumped over is read with the offset before the jump (`shift`: 02:30 becomes 03:30) and reported, or
    refused.
    """
    pattern = compile_moment(layout)

    def read(text: str) -> Moment:
        local = _local(pattern, text)
        first = local.replace(tzinfo=zone, fold=0).utcoffset()
        second = local.replace(tzinfo=zone, fold=1).utcoffset()
        if first is None or second is None:
            raise RefusedValue(ProblemCode.TIME_BAD, str(zone))
        if first == second:
            return Moment((local - first).replace(tzinfo=UTC))
        if first < second:
            if missing == "refuse":
                raise RefusedValue(ProblemCode.TIME_NOT_ON_CLOCK)
            return Moment((local - first).replace(tzinfo=UTC), change=ProblemCode.TIME_SHIFTED)
        if ambiguous == "refuse":
            raise RefusedValue(ProblemCode.TIME_AMBIGUOUS)
        early, late = (local - first).replace(tzinfo=UTC), (local - second).replace(tzinfo=UTC)
        if ambiguous == "later":
            return Moment(late, change=ProblemCode.TIME_AMBIGUOUS_TAKEN)
        return Moment(early, later=late, change=ProblemCode.TIME_AMBIGUOUS_TAKEN)

    return read


def _local(pattern: re.Pattern[str], text: str) -> datetime:
    found = pattern.fullmatch(text)
    if found is None:
        raise RefusedValue(ProblemCode.TIME_BAD, pattern_words(pattern))
    part = found.groupdict()
    year = int(part["Y"]) if "Y" in part else 2000 + int(part["y"])
    try:
        local = datetime(  # noqa: DTZ001 - the plant's wall clock; the caller adds its zone
            year,
            int(part["m"]),
            int(part["d"]),
            int(part.get("H") or 0),
            int(part.get("M") or 0),
            int(part.get("S") or 0),
            int((part.get("f") or "0").ljust(6, "0")),
        )
    except ValueError:
        raise RefusedValue(ProblemCode.TIME_BAD, pattern_words(pattern)) from None
    if not 1970 <= local.year <= 2199:
        raise RefusedValue(ProblemCode.TIME_BAD, "1970 … 2199")
    return local


def pattern_words(pattern: re.Pattern[str]) -> str:
    """The format behind a compiled moment pattern, as its author wrote it."""
    words = pattern.pattern
    for part, expression in _MOMENT_PARTS.items():
        words = words.replace(expression, part)
    return words.replace("\\", "")


def duration_reader(layout: str, decimal: str, thousands: str) -> Callable[[str], timedelta]:
    """Reads the time that a report claims, in whole microseconds."""
    if layout in _DURATION_UNITS:
        read_number = number_reader(decimal, thousands)
        scale = _DURATION_UNITS[layout]

        def read_scaled(text: str) -> timedelta:
            return _bounded(timedelta(microseconds=int((read_number(text) * scale).to_integral_value())))

        return read_scaled
    name = layout or "h:m"
    pattern = _DURATION_FORMATS[name]

    def read_clock(text: str) -> timedelta:
        found = pattern.fullmatch(text)
        if found is None:
            raise RefusedValue(ProblemCode.DURATION_BAD, name)
        first, second, third = (int(group or 0) for group in (*found.groups(), None)[:3])
        if name == "m:s":
            return _bounded(timedelta(minutes=first, seconds=second))
        return _bounded(timedelta(hours=first, minutes=second, seconds=third))

    return read_clock


def _bounded(span: timedelta) -> timedelta:
    if span > LONGEST_DURATION:
        raise RefusedValue(ProblemCode.DURATION_BAD, f"≤ {LONGEST_DURATION.days} d")
    return span


def number_reader(decimal: str, thousands: str) -> Callable[[str], Decimal]:
    """Reads a quantity: at most 12 digits before and 6 after the decimal sign, never negative, never rounded."""
    whole = rf"[0-9]{{1,3}}(?:{re.escape(thousands)}[0-9]{{3}}){{1,3}}|[0-9]{{1,12}}" if thousands else r"[0-9]{1,12}"
    pattern = re.compile(rf"(-?)({whole})(?:{re.escape(decimal)}([0-9]{{1,6}}))?")

    def read(text: str) -> Decimal:
        found = pattern.fullmatch(text)
        if found is None:
            raise RefusedValue(ProblemCode.NUMBER_BAD, f"1234{decimal}5")
        sign, before, after = found.groups()
        number = Decimal(f"{before.replace(thousands, '') if thousands else before}.{after or '0'}")
        if sign and number:
            raise RefusedValue(ProblemCode.NUMBER_NEGATIVE)
        return number

    return read


def flag_reader() -> Callable[[str], bool]:
    """Reads yes or no from `true`, `false` and nothing; other words need the mapping's `values`."""

    def read(text: str) -> bool:
        if text not in {"true", "false", ""}:
            raise RefusedValue(ProblemCode.VALUE_UNKNOWN, "true, false")
        return text == "true"

    return read
