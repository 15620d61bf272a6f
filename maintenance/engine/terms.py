"""The closed vocabularies of maintenance. Pure: no Django here."""

from enum import StrEnum


class MaintenanceKind(StrEnum):
    """Why a maintenance job is done. Source: EN 13306."""

    CORRECTIVE = "corrective"  # after a fault was seen
    PREVENTIVE = "preventive"  # predetermined: by time or use
    CONDITION = "condition"  # because a reading or an inspection says so
    INSPECTION = "inspection"
    IMPROVEMENT = "improvement"  # the machine is another one afterwards


class RequestStatus(StrEnum):
    """What became of a request."""

    REQUESTED = "requested"
    ACCEPTED = "accepted"  # a job is open for it
    DONE = "done"  # its job is signed off
    DECLINED = "declined"


class RequestCommand(StrEnum):
    """What somebody asks of a request. It is done when its job is signed off."""

    ACCEPT = "accept"
    DECLINE = "decline"
    FINISH = "finish"
    REOPEN = "reopen"  # its job was cancelled


OPEN_REQUEST_STATUSES = frozenset({RequestStatus.REQUESTED, RequestStatus.ACCEPTED})


class Urgency(StrEnum):
    """How soon somebody must come."""

    NOW = "now"  # the machine stands, or somebody may be hurt
    SHIFT = "shift"
    WEEK = "week"


class WaitReason(StrEnum):
    """What a repair waits for. Source: EN 13306, administrative and logistic delay."""

    PARTS = "parts"
    ACCESS = "access"
    PERMIT = "permit"
    PEOPLE = "people"
    OTHER = "other"


class StepKind(StrEnum):
    """What a step of a checklist asks for."""

    CHECK = "check"  # done
    VERDICT = "verdict"
    NUMBER = "number"  # a reading, with limits
    TEXT = "text"


class RepairOutcome(StrEnum):
    """In which state the machine is handed back."""

    FULL = "full"
    TEMPORARY = "temporary"  # it runs, and the rest is a job of its own
    NOT_FOUND = "not_found"  # nothing was wrong


class DueBasis(StrEnum):
    """From where a plan counts on."""

    DUE = "due"  # from the date it was due: fixed dates
    COMPLETED = "completed"  # from the day it was done: floating


class MeterKind(StrEnum):
    """Which of a machine's own counts a plan follows."""

    CYCLES = "cycles"  # cycle messages
    PIECES = "pieces"  # the counter of all pieces


class DueCause(StrEnum):
    """What made an occurrence of a plan due."""

    CALENDAR = "calendar"
    METER = "meter"


class OccurrenceStatus(StrEnum):
    """What became of a due date of a plan."""

    OPEN = "open"
    DONE = "done"
    MISSED = "missed"  # it came due while the one before it was still open
    CANCELLED = "cancelled"
