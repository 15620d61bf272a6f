"""Patterns of numbers: `WO-{yy}{seq:05}` gives WO-2600042. Pure.

Parts in braces: `{seq}` or `{seq:05}` (with that many digits at least; exactly one of them), `{yy}`, `{yyyy}`, `{mm}`,
`{site}`. Everything else stands as it is.
"""

import re
from datetime import date
from enum import StrEnum

_PART = re.compile(r"\{([^{}]*)\}")
_SEQUENCE = re.compile(r"seq(?::0?([1-9]\d?))?", re.ASCII)
MOST_DIGITS = 12


class Resets(StrEnum):
    """When counting begins again."""

    NEVER = "never"
    YEAR = "year"
    MONTH = "month"


class WrongPattern(ValueError):
    """A pattern that can't be counted by; `kind` is part, sequence or period."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        super().__init__(kind)


def check(pattern: str, resets: Resets) -> None:
    """Raises: WrongPattern for an unknown part, not exactly one counter, or a reset that would give a number twice."""
    parts = _PART.findall(pattern)
    counters = [part for part in parts if _SEQUENCE.fullmatch(part)]
    if set(parts) - set(counters) - {"yy", "yyyy", "mm", "site"} or re.search(r"[{}]", _PART.sub("", pattern)):
        raise WrongPattern("part")
    if len(counters) != 1 or int(_SEQUENCE.fullmatch(counters[0])[1] or 1) > MOST_DIGITS:  # type: ignore[index]
        raise WrongPattern("sequence")
    if resets is not Resets.NEVER and not {"yy", "yyyy"} & set(parts):
        raise WrongPattern("period")
    if resets is Resets.MONTH and "mm" not in parts:
        raise WrongPattern("period")


def period(resets: Resets, day: date) -> str:
    """The period that a day belongs to: "" without reset, "2026", "2026-04"."""
    if resets is Resets.NEVER:
        return ""
    return f"{day.year:04}" if resets is Resets.YEAR else f"{day.year:04}-{day.month:02}"


def number(pattern: str, sequence: int, day: date, site: str) -> str:
    """The number of that count on that day of the plant."""
    words = {"yy": f"{day.year % 100:02}", "yyyy": f"{day.year:04}", "mm": f"{day.month:02}", "site": site}

    def written(found: re.Match[str]) -> str:
        counter = _SEQUENCE.fullmatch(found[1])
        return words[found[1]] if counter is None else f"{sequence:0{int(counter[1] or 1)}}"

    return _PART.sub(written, pattern)
