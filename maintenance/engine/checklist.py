"""Whether what was entered at a step of a checklist answers it, and lies within its limits. Pure."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from maintenance.engine.terms import StepKind


class StepLimits(Protocol):
    """What a step asks for. Limits are inclusive, in the step's unit; None: no limit on that side."""

    @property
    def kind(self) -> str: ...

    @property
    def low(self) -> Decimal | None: ...

    @property
    def high(self) -> Decimal | None: ...


@dataclass(frozen=True)
class Verdict:
    """`answers`: the entry is one. `is_ok`: and it is good."""

    answers: bool
    is_ok: bool = False


def judge(step: StepLimits, *, number: Decimal | None, text: str, passed: bool | None) -> Verdict:
    """What an entry says of a step. A reading is good within its limits, ends included; a check once it is done."""
    kind = StepKind(step.kind)
    if kind is StepKind.CHECK:
        return Verdict(passed is True, passed is True)
    if kind is StepKind.VERDICT:
        return Verdict(passed is not None, passed is True)
    if kind is StepKind.TEXT:
        return Verdict(bool(text.strip()), bool(text.strip()))
    if number is None:
        return Verdict(answers=False)
    is_low = step.low is not None and number < step.low
    is_high = step.high is not None and number > step.high
    return Verdict(answers=True, is_ok=not (is_low or is_high))
