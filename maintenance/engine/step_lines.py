"""A checklist as people type it, a step a line, and back. Pure.

Lock out, tag                          done
Belt tension good?                     good or not
Pressure at the pump [4..8 BAR]        a reading with limits; [..8 BAR] and [4.. BAR] have one
What was seen ...                      words
(Grease the guide)                     may stay open
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from maintenance.engine.terms import StepKind

_NUMBER = r"-?\d{1,12}(?:[.,]\d{1,6})?"
_READING = re.compile(
    rf"^(?P<text>.*\S)\s*\[\s*(?P<low>{_NUMBER})?\s*\.\.\s*(?P<high>{_NUMBER})?\s*(?P<unit>[A-Z0-9]{{2,3}})?\s*\]$"
)


class WrongLine(ValueError):
    """A line that is no step; the argument is the line."""


@dataclass(frozen=True)
class StepLine:
    """A step: its words, what it asks for, and the limits of a reading (inclusive, in `unit`)."""

    text: str
    kind: StepKind = StepKind.CHECK
    unit: str = ""
    low: Decimal | None = None
    high: Decimal | None = None
    is_required: bool = True


def read_lines(typed: str) -> list[StepLine]:
    """The steps of what was typed; blank lines are left out. Raises: WrongLine."""
    return [_read(line.strip()) for line in typed.splitlines() if line.strip()]


def _read(line: str) -> StepLine:
    is_required = not (line.startswith("(") and line.endswith(")"))
    text = line if is_required else line[1:-1].strip()
    found = _READING.match(text)
    if found:
        low, high = _number(found["low"]), _number(found["high"])
        if low is not None and high is not None and low > high:
            raise WrongLine(line)
        return StepLine(found["text"], StepKind.NUMBER, found["unit"] or "", low, high, is_required)
    if "[" in text or not text:
        raise WrongLine(line)
    if text.endswith("..."):
        return StepLine(text[:-3].rstrip() or "...", StepKind.TEXT, is_required=is_required)
    kind = StepKind.VERDICT if text.endswith("?") else StepKind.CHECK
    return StepLine(text, kind, is_required=is_required)


def _number(typed: str | None) -> Decimal | None:
    return None if typed is None else Decimal(typed.replace(",", "."))


def write_lines(steps: Sequence[StepLine]) -> str:
    """The same steps, to be typed over."""
    return "\n".join(_written(step) for step in steps)


def _written(step: StepLine) -> str:
    text = step.text
    if step.kind == StepKind.NUMBER:
        text = f"{text} [{_plain(step.low)}..{_plain(step.high)}{' ' if step.unit else ''}{step.unit}]"
    elif step.kind == StepKind.TEXT:
        text = f"{text} ..."
    return text if step.is_required else f"({text})"


def _plain(number: Decimal | None) -> str:
    if number is None:
        return ""
    whole = number.normalize()
    return f"{whole:f}"
