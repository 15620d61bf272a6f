"""The closed vocabularies of quality. Pure: no Django here."""

from enum import StrEnum


class PlanStatus(StrEnum):
    """Where a version of a control plan stands. Only an approved one asks for inspections; it never changes again."""

    DRAFT = "draft"
    APPROVED = "approved"
    RETIRED = "retired"


class PlanCommand(StrEnum):
    """What somebody asks of a version."""

    APPROVE = "approve"
    RETIRE = "retire"


class CharacteristicKind(StrEnum):
    """How a characteristic is told: by a number, by counting what fails, or by looking. Source: ISO 9000 3.10."""

    VARIABLE = "variable"
    ATTRIBUTE = "attribute"
    VISUAL = "visual"


class ChartKind(StrEnum):
    """Which control chart judges the samples of a characteristic. Source: ISO 7870-2."""

    NONE = "none"
    XBAR_R = "xbar_r"
    I_MR = "i_mr"


class InspectionCause(StrEnum):
    """Why an inspection came due."""

    FIRST_OFF = "first_off"
    PIECES = "pieces"
    TIME = "time"
    SETUP = "setup"
    STOP = "stop"
    MANUAL = "manual"


class InspectionStatus(StrEnum):
    """Where an inspection stands. Out of limits never ends as passed: it is accepted by a signed disposition (P24)."""

    DUE = "due"
    PASSED = "passed"
    FAILED = "failed"
    ACCEPTED = "accepted"
    CANCELLED = "cancelled"


class InspectionCommand(StrEnum):
    """What happens to an inspection."""

    PASS = "pass"  # noqa: S105 - a verdict, no password
    FAIL = "fail"
    ACCEPT = "accept"
    CANCEL = "cancel"


class NonconformanceStatus(StrEnum):
    """Where a nonconformance stands."""

    OPEN = "open"
    CONTAINED = "contained"
    DISPOSED = "disposed"
    CLOSED = "closed"


class NonconformanceCommand(StrEnum):
    """What is done about a nonconformance."""

    CONTAIN = "contain"
    DISPOSE = "dispose"
    CLOSE = "close"


OPEN_NONCONFORMANCES = frozenset({NonconformanceStatus.OPEN, NonconformanceStatus.CONTAINED})
"""As long as it is one of these, nobody has said what becomes of the parts."""


class NonconformanceOrigin(StrEnum):
    """What found it."""

    SIGNAL = "signal"
    OUT_OF_LIMITS = "out_of_limits"
    PERSON = "person"


class Severity(StrEnum):
    """How grave a nonconformance is."""

    MINOR = "minor"
    MAJOR = "major"
    CRITICAL = "critical"


class DispositionKind(StrEnum):
    """What becomes of nonconforming parts. Source: ISO 9001:2015 8.7; ISO 9000:2015 3.12."""

    USE_AS_IS = "use_as_is"
    REWORK = "rework"
    REPAIR = "repair"
    SCRAP = "scrap"
    RETURN = "return"


MAKES_JOB = frozenset({DispositionKind.REWORK, DispositionKind.REPAIR})
"""The dispositions that somebody has to work on."""
