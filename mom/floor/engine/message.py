"""A message from Level 2 as it is sent, and how one is read: its fields, its identity, what makes it unreadable. Pure.

Nothing here raises for what was sent: a message is either `Parsed`, or `Refused` with why, and a person looks at it.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from enum import StrEnum
from hashlib import blake2b
from typing import Any

from mom.core.canonical import to_json
from mom.core.engine.quantity import UNITS
from mom.floor.engine.terms import CountName, MessageKind, QuarantineProblem

LATEST_FROM_NOW = timedelta(minutes=5)  # a clock that goes ahead
OLDEST_LIVE = timedelta(hours=72)  # what a gateway may have buffered
OLDEST_HISTORY = timedelta(days=3660)
MOST_NUMBER = 2**63 - 1

LONGEST: dict[str, int] = {
    "machine": 200, "id": 200, "name": 64, "code": 64, "mode": 32, "reason": 64, "unit": 3, "text": 500,
}  # fmt: skip
FIELDS = frozenset({"machine", "kind", "at", "id", "sequence", "state", "value", *LONGEST})
_KINDS = {kind.value: kind for kind in MessageKind}
_COUNT_NAMES = frozenset(name.value for name in CountName)
_CONTROL = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
_CONTROL_BUT_LINES = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_STEP = Decimal("0.000001")
_TOO_LARGE = Decimal(10) ** 18


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


@dataclass(slots=True)
class Parsed:
    """A message that says something: its identity under the source, and its content. `at` is in UTC."""

    index: int
    key: str
    sequence: int | None
    machine: str
    kind: MessageKind
    at: datetime
    name: str
    code: str
    mode: str
    reason: str
    value: Decimal | None
    unit: str
    text: str
    raw: Any
    is_numbered: bool = False  # known by its number in the session
    equipment_id: int = 0
    received_at: datetime | None = None  # where it isn't the batch's: what a person released

    def content(self) -> tuple[Any, ...]:
        """What two messages with one identity must have in common to be the same message."""
        return (
            self.equipment_id, self.kind, self.at, self.name, self.code, self.mode, self.reason, self.value,
            self.unit, self.text,
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


class _Trouble(Exception):
    """What is wrong with the message at hand."""

    def __init__(self, why: Why, field: str, value: object = "") -> None:
        self.why, self.field, self.value = why, field, value
        super().__init__(why)


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


def read(
    batch: Sequence[Any], session: str, window: Window, *, by_content: bool = False
) -> tuple[list[Parsed], list[Refused]]:
    """Read each message of a batch. `by_content`: what has neither id nor number is known by its content."""
    parsed, refused = [], []
    key_of_number = keys_of_session(session) if session else None
    for index, given in enumerate(batch):
        raw = given.as_sent() if isinstance(given, Message) else given
        sequence = None
        try:
            if not isinstance(raw, Mapping):
                raise _Trouble(Why.NOT_AN_OBJECT, "", str(raw)[:80])
            sequence = _sequence(raw.get("sequence"))
            parsed.append(_parsed(index, raw, sequence, key_of_number, window, by_content=by_content))
        except _Trouble as trouble:
            key = _key_of_refused(raw, session, sequence)
            number = sequence if session else None
            refused.append(Refused(index, key, number, trouble.why, trouble.field, str(trouble.value)[:80], raw))
    return parsed, refused


def read_again(content: Mapping[str, Any], key: str, sequence: int | None, window: Window) -> Parsed | Refused:
    """Read what a person corrected; it stays the message that it was (`key`)."""
    try:
        return _parsed(0, content, sequence, None, window, key=key)
    except _Trouble as trouble:
        return Refused(0, key, sequence, trouble.why, trouble.field, str(trouble.value)[:80], content)


def _parsed(
    index: int,
    raw: Mapping[str, Any],
    sequence: int | None,
    key_of_number: Callable[[int], str] | None,
    window: Window,
    *,
    key: str = "",
    by_content: bool = False,
) -> Parsed:
    if not raw.keys() <= FIELDS:
        raise _Trouble(Why.UNKNOWN_FIELD, min(map(str, set(raw) - FIELDS))[:80])
    get = raw.get
    own = _text(get("id"), "id")
    if not key:
        key = _key(raw, own, sequence, key_of_number, by_content=by_content)
    machine, said = _text(get("machine"), "machine"), get("kind") or ""
    if not machine:
        raise _Trouble(Why.MISSING, "machine")
    kind = _KINDS.get(said) if isinstance(said, str) else None
    if kind is None:
        raise _Trouble(Why.NOT_A_KIND if said else Why.MISSING, "kind", said)
    code = _text(get("code"), "code")
    state = get("state")
    if state is not None:
        state = _text(state, "code")
        if code and code != state:
            raise _Trouble(Why.TWO_STATES, "state", state)
        code = state
    name, value, text = _text(get("name"), "name"), _number(get("value")), _text(get("text"), "text")
    unit = get("unit") or ""
    if unit and (not isinstance(unit, str) or unit not in UNITS):
        raise _Trouble(Why.NOT_A_UNIT, "unit", unit)
    _check(kind, name, code, value, text)
    at = _time(get("at"), window)
    mode, reason = _text(get("mode"), "mode"), _text(get("reason"), "reason")
    is_numbered = sequence is not None and not own
    return Parsed(
        index, key, sequence, machine, kind, at, name, code, mode, reason, value, unit, text, raw, is_numbered
    )  # fmt: skip


def _key(
    raw: Mapping[str, Any],
    own: str,
    sequence: int | None,
    key_of_number: Callable[[int], str] | None,
    *,
    by_content: bool,
) -> str:
    """Its id, else its number, else, where that is allowed, its content."""
    if own:
        return key_of_id(own)
    if sequence is not None:
        if key_of_number is None:
            raise _Trouble(Why.NO_SESSION, "sequence", sequence)
        return key_of_number(sequence)
    if by_content:
        return key_of_content(raw)
    raise _Trouble(Why.NO_IDENTITY, "id")


def _key_of_refused(raw: Any, session: str, sequence: int | None) -> str:
    """The identity of what can't be read: as of others where it has one, else its content."""
    own = raw.get("id") if isinstance(raw, Mapping) else None
    if isinstance(own, str) and own:
        return key_of_id(own)
    if sequence is not None and session:
        return keys_of_session(session)(sequence)
    return key_of_content(raw, session)


def _check(kind: MessageKind, name: str, code: str, value: Decimal | None, text: str) -> None:
    """What each kind can't do without."""
    if kind is MessageKind.STATE or kind is MessageKind.ALARM:
        if not code:
            raise _Trouble(Why.MISSING, "state" if kind is MessageKind.STATE else "code")
        return
    if kind is MessageKind.COUNT:
        if name not in _COUNT_NAMES:
            raise _Trouble(Why.NOT_A_COUNT if name else Why.MISSING, "name", name)
    elif kind is MessageKind.READING and not name:
        raise _Trouble(Why.MISSING, "name")
    if value is None:
        if kind is MessageKind.COUNT or kind is MessageKind.ENERGY or (kind is MessageKind.READING and not text):
            raise _Trouble(Why.MISSING, "value")
    elif value < 0 and kind is not MessageKind.READING:
        raise _Trouble(Why.NEGATIVE, "value", value)


def _text(given: Any, field: str) -> str:
    """A text, or a whole number as text; empty where it is absent."""
    if given is None:
        return ""
    if type(given) is not int and not isinstance(given, str):
        raise _Trouble(Why.NOT_TEXT, field, given)
    value = str(given)
    if len(value) > LONGEST[field]:
        raise _Trouble(Why.TOO_LONG, field, value)
    if (_CONTROL_BUT_LINES if field == "text" else _CONTROL).search(value):
        raise _Trouble(Why.NOT_TEXT, field, ascii(value))
    return value


def _sequence(value: Any) -> int | None:
    """The number in the session; absent, or as text in a file. What is no such number counts as unreadable."""
    if value is None or value == "":
        return None
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 20:
        value = int(value)
    if type(value) is not int or not 0 <= value <= MOST_NUMBER:
        raise _Trouble(Why.NOT_A_NUMBER, "sequence", value)
    return value


def _number(value: Any) -> Decimal | None:
    """An exact number, rounded half even to the six places that are stored."""
    if value is None or value == "":
        return None
    if type(value) is int:
        number = Decimal(value)
    elif isinstance(value, Decimal):
        number = value
    elif isinstance(value, float) or (isinstance(value, str) and value.isascii() and len(value) <= 50):
        try:
            number = Decimal(str(value))
        except InvalidOperation:
            raise _Trouble(Why.NOT_A_NUMBER, "value", value) from None
    else:
        raise _Trouble(Why.NOT_A_NUMBER, "value", value)
    if not number.is_finite() or abs(number) >= _TOO_LARGE:
        raise _Trouble(Why.NOT_A_NUMBER, "value", value)
    exponent = number.as_tuple().exponent
    return number if -6 <= exponent <= 0 else number.quantize(_STEP, ROUND_HALF_EVEN)  # type: ignore[operator]


def _time(value: Any, window: Window) -> datetime:
    """An instant with its offset, in UTC."""
    if isinstance(value, datetime):
        at = value
    elif isinstance(value, str) and value:
        try:
            at = datetime.fromisoformat(value)
        except ValueError:
            raise _Trouble(Why.NOT_A_TIME, "at", value) from None
    else:
        raise _Trouble(Why.MISSING if value in (None, "") else Why.NOT_A_TIME, "at", value or "")
    if at.tzinfo is None or at.utcoffset() is None:
        raise _Trouble(Why.NO_OFFSET, "at", value)
    if at < window.earliest:
        raise _Trouble(Why.TOO_EARLY, "at", value)
    if at > window.latest:
        raise _Trouble(Why.TOO_LATE, "at", value)
    return at.astimezone(UTC)


def days_of(parsed: Iterable[Parsed]) -> set[Any]:
    """The UTC days in which messages happened."""
    return {each.at.date() for each in parsed}
