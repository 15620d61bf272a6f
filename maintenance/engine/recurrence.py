"""When a plan by calendar comes due: a subset of RFC 5545 in the plant's own wall time. Pure.

A plan of the 31st falls on a month's last day where it is shorter, one of 29 February on the 28th: a plant does not
skip its February. A time that a spring night leaves out is the instant an hour of waiting reaches; of one that comes
twice, the first counts. Source: RFC 5545 section 3.3.10 (FREQ, INTERVAL, BYDAY, BYMONTHDAY, BYMONTH, BYSETPOS).
"""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from dateutil.rrule import rrule, rrulestr

PARTS = frozenset({"FREQ", "INTERVAL", "BYDAY", "BYMONTHDAY", "BYMONTH", "BYSETPOS", "WKST"})
FREQUENCIES = frozenset({"DAILY", "WEEKLY", "MONTHLY", "YEARLY"})
LONGEST_MONTH_IN_ALL = 28
LONGEST_JUMP = timedelta(hours=3)


class WrongRule(ValueError):
    """A rule that is none of ours; the argument says what is wrong with it."""


def parts_of(rule: str) -> dict[str, str]:
    """The rule's parts by name. Raises: WrongRule."""
    found: dict[str, str] = {}
    for piece in rule.strip().upper().split(";"):
        name, is_split, value = piece.partition("=")
        if not is_split or not value or name not in PARTS or name in found:
            raise WrongRule(piece)
        found[name] = value
    if found.get("FREQ") not in FREQUENCIES:
        raise WrongRule("FREQ")
    interval = found.get("INTERVAL", "1")
    if not interval.isascii() or not interval.isdigit() or not 1 <= int(interval) <= 999:
        raise WrongRule("INTERVAL")
    return found


def checked(rule: str) -> str:
    """The rule in one spelling. Raises: WrongRule."""
    parts = parts_of(rule)
    try:
        found = _rrule(parts, datetime(2024, 1, 1))  # noqa: DTZ001 - the plant's wall time
        if next(iter(found), None) is None:
            raise WrongRule(rule)
    except ValueError as error:
        raise WrongRule(str(error)) from error
    return ";".join(f"{name}={value}" for name, value in parts.items())


def _rrule(parts: dict[str, str], start: datetime) -> rrule:
    told = dict(parts)
    is_free = not {"BYDAY", "BYMONTHDAY", "BYSETPOS"} & set(told)
    if is_free and start.day > LONGEST_MONTH_IN_ALL and told["FREQ"] in ("MONTHLY", "YEARLY"):
        told["BYMONTHDAY"] = ",".join(str(day) for day in range(LONGEST_MONTH_IN_ALL, start.day + 1))
        told["BYSETPOS"] = "-1"
        if told["FREQ"] == "YEARLY":
            told.setdefault("BYMONTH", str(start.month))
    text = ";".join(f"{name}={value}" for name, value in told.items())
    found = rrulestr(f"RRULE:{text}", dtstart=start)
    if not isinstance(found, rrule):
        raise WrongRule(text)
    return found


def _wall(at: datetime, zone: ZoneInfo) -> datetime:
    return at.astimezone(zone).replace(tzinfo=None)


def _instant(wall: datetime, zone: ZoneInfo) -> datetime:
    return wall.replace(tzinfo=zone, fold=0).astimezone(UTC)


def next_due(rule: str, start: datetime, after: datetime, zone: ZoneInfo) -> datetime | None:
    """The first due instant later than `after`, of a rule that begins at `start`; None where there is none left.

    Both are aware; so is the answer, in UTC. Raises: WrongRule.
    """
    wall_start = _wall(start, zone)
    occurrences = _rrule(parts_of(rule), wall_start)
    # Wall time jumps an hour twice a year: begin before it and compare instants.
    wall = occurrences.before(_wall(after, zone) - LONGEST_JUMP, inc=True)
    while True:
        wall = occurrences.after(wall, inc=False) if wall is not None else occurrences.after(wall_start, inc=True)
        if wall is None:
            return None
        found = _instant(wall, zone)
        if found > after:
            return found


def after_completion(rule: str, completed: datetime, zone: ZoneInfo) -> datetime | None:
    """The due instant of a floating plan: its interval, counted from when it was done. Raises: WrongRule."""
    return next_due(rule, completed, completed, zone)
