"""A message from Level 2: its fields as it is sent, its identity, what it says, why it needs a person. Pure."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from hashlib import blake2b
from typing import Any

from mom.core.canonical import to_json
from mom.floor.engine.terms import MessageKind, QuarantineProblem

LATEST_FROM_NOW = timedelta(minutes=5)  # a clock that goes ahead
OLDEST_LIVE = timedelta(hours=72)  # what a gateway may have buffered
OLDEST_HISTORY = timedelta(days=3660)
MOST_NUMBER = 2**63 - 1

LONGEST: dict[str, int] = {
    "machine": 200, "id": 200, "name": 64, "code": 64, "mode": 32, "reason": 64, "unit": 3, "text": 500,
}  # fmt: skip
FIELDS = frozenset({"machine", "kind", "at", "id", "sequence", "state", "value", *LONGEST})
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class Why(StrEnum):
    """What is wrong with a message; the sentences for people stand in `mom.floor.services.ingest_words`."""

    NOT_AN_OBJECT = "not_an_object"
    UNKNOWN_FIELD = "unknown_field"
    MISSING = "missing"
    NOT_TEXT = "not_text"
    TOO_LONG = "too_long"
    NOT_A_KIND = "not_a_kind"
    NOT_A_COUNT = "not_a_count"
    NOT_A_NUMBER = "not_a_number"
    NEGATIVE = "negative"
    NOT_A_UNIT = "not_a_unit"
    TWO_STATES = "two_states"
    NO_IDENTITY = "no_identity"
    NO_SESSION = "no_session"
    NOT_A_TIME = "not_a_time"
    NO_OFFSET = "no_offset"
    TOO_EARLY = "too_early"
    TOO_LATE = "too_late"
    UNKNOWN_MACHINE = "unknown_machine"
    OTHER_CONTENT = "other_content"


_TIME_TROUBLE = frozenset({Why.NOT_A_TIME, Why.NO_OFFSET, Why.TOO_EARLY, Why.TOO_LATE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message, for callers in this program; the same fields as in JSON. `machine`: its code, or an alias of it.

    It is known by its `id`, or by its `sequence` within the batch's session.
    """

    machine: str
    kind: MessageKind
    at: datetime
    id: str = ""
    sequence: int | None = None
    name: str = ""
    code: str = ""
    mode: str = ""
    reason: str = ""
    value: Decimal | None = None
    unit: str = ""
    text: str = ""

    def as_sent(self) -> dict[str, Any]:
        """The fields that say something."""
        found = {name: getattr(self, name) for name in _MESSAGE_FIELDS}
        return {name: value for name, value in found.items() if value is not None and value != ""}


_MESSAGE_FIELDS = tuple(field.name for field in fields(Message))


@dataclass(frozen=True, slots=True)
class Said:
    """What a message says besides its instant and its number. Messages of a batch that say the same share one."""

    kind: MessageKind
    name: str = ""
    code: str = ""
    mode: str = ""
    reason: str = ""
    unit: str = ""


@dataclass(slots=True)
class Parsed:
    """A message that says something: its identity under the source, and its content. `at` is in UTC."""

    index: int
    key: str
    sequence: int | None
    machine: str
    said: Said
    at: datetime
    value: Decimal | None
    text: str
    raw: Any
    is_numbered: bool = False  # known by its number in the session
    equipment_id: int = 0
    received_at: datetime | None = None  # where it isn't the batch's: what a person released

    def content(self) -> tuple[Any, ...]:
        """What two messages with one identity must have in common to be the same message."""
        said = self.said
        return (
            self.equipment_id, said.kind, self.at, said.name, said.code, said.mode, said.reason, self.value,
            said.unit, self.text,
        )  # fmt: skip


@dataclass(slots=True)
class Refused:
    """A message that needs a person."""

    index: int
    key: str
    sequence: int | None
    why: Why
    field: str
    value: str
    raw: Any

    @property
    def problem(self) -> QuarantineProblem:
        """The group it waits in."""
        if self.why is Why.UNKNOWN_MACHINE:
            return QuarantineProblem.UNKNOWN_MACHINE
        if self.why is Why.OTHER_CONTENT:
            return QuarantineProblem.CONFLICTING
        return QuarantineProblem.IMPOSSIBLE_TIME if self.why in _TIME_TROUBLE else QuarantineProblem.UNREADABLE


@dataclass(frozen=True, slots=True)
class Window:
    """When a message may have happened, both ends included."""

    earliest: datetime
    latest: datetime

    @classmethod
    def live(cls, received_at: datetime) -> "Window":
        """Of what comes from machines. Source: reliability P18."""
        return cls(received_at - OLDEST_LIVE, received_at + LATEST_FROM_NOW)

    @classmethod
    def history(cls, received_at: datetime) -> "Window":
        """Of what a person brings in or releases."""
        return cls(received_at - OLDEST_HISTORY, received_at + LATEST_FROM_NOW)


def key_of_id(name: str) -> str:
    """The identity of a message by its id, as 32 hexadecimal digits."""
    return blake2b(f"id {name}".encode(), digest_size=16).hexdigest()


def keys_of_session(session: str) -> Callable[[int], str]:
    """The identity of a message by its number in a session. Numbers that follow each other make keys that do."""
    prefix = blake2b(f"session {session}".encode(), digest_size=8).hexdigest()
    return lambda sequence: f"{prefix}{sequence:016x}"


def key_of_content(raw: Any, beside: str = "") -> str:
    """The identity of what has none of its own: its content, `beside` what else tells it apart."""
    return blake2b(f"content {beside} {to_json(storable(raw))}".encode(), digest_size=16).hexdigest()


def storable(raw: Any) -> Any:
    """What came as a database can keep it as JSON: exact numbers as text, and no character that it can't hold."""
    if isinstance(raw, Mapping):
        return {str(storable(str(name))): storable(value) for name, value in raw.items()}
    if isinstance(raw, list | tuple):
        return [storable(value) for value in raw]
    if raw is None or isinstance(raw, bool | int):
        return raw
    if isinstance(raw, datetime):
        return raw.isoformat()
    return _UNSTORABLE.sub("\ufffd", str(raw))


def days_of(parsed: Iterable[Parsed]) -> set[date]:
    """The UTC days in which messages happened."""
    return {each.at.date() for each in parsed}
