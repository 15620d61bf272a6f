"""What an answer to a step of a work instruction is worth: of its kind, within its limits. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from production.engine.terms import OutOfLimit, StepKind

DONE = "done"
"""The answer to a step that is read, looked at or done."""
LONGEST = 200
LARGEST = Decimal(10) ** 12


class AnswerProblem(StrEnum):
    """Why an answer is not taken."""

    EMPTY = "empty"
    NOT_A_NUMBER = "not_a_number"
    OUT_OF_LIMITS = "out_of_limits"
    NOT_A_CHOICE = "not_a_choice"
    WRONG_CODE = "wrong_code"
    TOO_LONG = "too_long"


class AnswerError(ValueError):
    """An answer that is not taken."""

    def __init__(self, problem: AnswerProblem) -> None:
        self.problem = problem
        super().__init__(problem.value)


@dataclass(frozen=True)
class Step:
    """A step as a job carries it: the frozen copy in its directive."""

    id: int
    position: int
    kind: StepKind
    title: str
    text: str = ""
    picture: int | None = None
    is_mandatory: bool = True
    unit: str = ""
    lower_limit: Decimal | None = None
    upper_limit: Decimal | None = None
    out_of_limit: OutOfLimit = OutOfLimit.REFUSE
    choices: tuple[str, ...] = ()
    expected: str = ""

    def is_outside(self, number: Decimal) -> bool:
        """Whether a value lies out of the limits; they belong to what is allowed."""
        below = self.lower_limit is not None and number < self.lower_limit
        return below or (self.upper_limit is not None and number > self.upper_limit)

    def as_json(self) -> dict[str, Any]:
        """For the directive of a job."""
        return {
            "id": self.id,
            "position": self.position,
            "kind": self.kind,
            "title": self.title,
            "text": self.text,
            "picture": self.picture,
            "is_mandatory": self.is_mandatory,
            "unit": self.unit,
            "lower_limit": None if self.lower_limit is None else str(self.lower_limit),
            "upper_limit": None if self.upper_limit is None else str(self.upper_limit),
            "out_of_limit": self.out_of_limit,
            "choices": list(self.choices),
            "expected": self.expected,
        }


def steps_of(directive: Mapping[str, Any]) -> list[Step]:
    """The steps that a job carries, in order; none for a job without an instruction."""
    return sorted((_read(each) for each in directive.get("steps", ())), key=lambda step: step.position)


def _read(row: Mapping[str, Any]) -> Step:
    def amount(name: str) -> Decimal | None:
        return None if row.get(name) is None else Decimal(row[name])

    return Step(
        id=row["id"],
        position=row["position"],
        kind=StepKind(row["kind"]),
        title=row["title"],
        text=row.get("text", ""),
        picture=row.get("picture"),
        is_mandatory=row.get("is_mandatory", True),
        unit=row.get("unit", ""),
        lower_limit=amount("lower_limit"),
        upper_limit=amount("upper_limit"),
        out_of_limit=OutOfLimit(row.get("out_of_limit", OutOfLimit.REFUSE)),
        choices=tuple(row.get("choices", ())),
        expected=row.get("expected", ""),
    )


@dataclass(frozen=True)
class Answer:
    """An answer that may be kept: text or number, and whether it lies out of limits."""

    text: str = ""
    number: Decimal | None = None
    is_outside: bool = False


def judged(step: Step, value: str) -> Answer:
    """What somebody typed, tapped or scanned, as an answer to the step. Raises: AnswerError."""
    value = value.strip()
    if not value:
        raise AnswerError(AnswerProblem.EMPTY)
    if len(value) > LONGEST:
        raise AnswerError(AnswerProblem.TOO_LONG)
    if step.kind == StepKind.NUMBER:
        number = _number(value)
        is_outside = step.is_outside(number)
        if is_outside and step.out_of_limit == OutOfLimit.REFUSE:
            raise AnswerError(AnswerProblem.OUT_OF_LIMITS)
        return Answer(number=number, is_outside=is_outside)
    if step.kind == StepKind.CHOICE and value not in step.choices:
        raise AnswerError(AnswerProblem.NOT_A_CHOICE)
    if step.kind == StepKind.SCAN and step.expected and value != step.expected:
        raise AnswerError(AnswerProblem.WRONG_CODE)
    if step.kind in {StepKind.TEXT, StepKind.PICTURE, StepKind.CHECK}:
        return Answer(DONE)
    return Answer(value)


def _number(value: str) -> Decimal:
    text = value.replace(",", ".") if value.count(",") == 1 and "." not in value else value
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise AnswerError(AnswerProblem.NOT_A_NUMBER) from None
    if not number.is_finite() or abs(number) >= LARGEST:
        raise AnswerError(AnswerProblem.NOT_A_NUMBER)
    return number.quantize(Decimal("0.000001"))


def open_steps(steps: Sequence[Step], answered: Collection[int]) -> list[Step]:
    """The mandatory steps that nobody answered yet, in order."""
    return [step for step in steps if step.is_mandatory and step.id not in answered]
