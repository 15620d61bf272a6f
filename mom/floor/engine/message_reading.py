"""How messages are read. What was sent raises nothing: a message is `Parsed`, or `Refused` with why. Pure."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from operator import itemgetter
from typing import Any, NamedTuple

from mom.core.engine.quantity import UNITS
from mom.floor.engine.message import (
    FIELDS,
    LONGEST,
    MOST_NUMBER,
    Message,
    Parsed,
    Refused,
    Said,
    Why,
    Window,
    key_of_content,
    key_of_id,
    keys_of_session,
)
from mom.floor.engine.terms import CountName, MessageKind

_KINDS = {kind.value: kind for kind in MessageKind}
# An enumeration's members are slow to look up, and there are millions of messages.
_STATE, _ALARM, _COUNT = MessageKind.STATE, MessageKind.ALARM, MessageKind.COUNT
_READING, _ENERGY = MessageKind.READING, MessageKind.ENERGY
_COUNT_NAMES = frozenset(name.value for name in CountName)
_WORDS = ("kind", "name", "state", "code", "mode", "reason", "unit")
_AMOUNT = frozenset({"value", "text"})
_CONTROL = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
_CONTROL_BUT_LINES = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_STEP = Decimal("0.000001")
_MOST = 10**18


class _Trouble(Exception):
    """What is wrong with the message at hand."""

    def __init__(self, why: Why, field: str, value: object = "") -> None:
        self.why, self.field, self.value = why, field, value
        super().__init__(why)


def read(
    batch: Sequence[Any], session: str, window: Window, *, by_content: bool = False
) -> tuple[list[Parsed], list[Refused]]:
    """Read each message of a batch. `by_content`: what has neither id nor number is known by its content."""
    reader = _Reader(session, window, by_content=by_content)
    parsed, refused = [], []
    for index, given in enumerate(batch):
        raw = given.as_sent() if isinstance(given, Message) else given
        try:
            parsed.append(reader.parsed(index, raw))
        except _Trouble as trouble:
            refused.append(_refused(index, raw, session, trouble))
    return parsed, refused


def read_again(content: Mapping[str, Any], key: str, sequence: int | None, window: Window) -> Parsed | Refused:
    """Read what a person corrected; it stays the message that it was (`key`, `sequence`)."""
    try:
        found = _Reader("", window, key=key).parsed(0, content)
    except _Trouble as trouble:
        return Refused(0, key, sequence, trouble.why, trouble.field, str(trouble.value)[:80], content)
    found.sequence = sequence
    return found


def _refused(index: int, raw: Any, session: str, trouble: _Trouble) -> Refused:
    """What can't be read keeps its identity where it has one; else its content is its identity."""
    own, number = (raw.get("id"), raw.get("sequence")) if isinstance(raw, Mapping) else (None, None)
    try:
        sequence = _sequence(number) if session else None
    except _Trouble:
        sequence = None
    if isinstance(own, str) and own:
        key = key_of_id(own)
    elif sequence is not None:
        key = keys_of_session(session)(sequence)
    else:
        key = key_of_content(raw, session)
    return Refused(index, key, sequence, trouble.why, trouble.field, str(trouble.value)[:80], raw)


class _Reader:
    """Reads the messages of one batch; what many of them have in common is looked at once."""

    def __init__(self, session: str, window: Window, *, by_content: bool = False, key: str = "") -> None:
        self.window, self.by_content, self.fixed_key = window, by_content, key
        self.key_of_number: Callable[[int], str] | None = keys_of_session(session) if session else None
        self.shapes: dict[tuple[str, ...], _Shape] = {}
        self.machines: set[str] = set()
        self.times: dict[str, datetime] = {}

    def parsed(self, index: int, raw: Any) -> Parsed:
        """The message. Raises: _Trouble."""
        if type(raw) is not dict and not isinstance(raw, Mapping):
            raise _Trouble(Why.NOT_AN_OBJECT, "", str(raw)[:80])
        fields = tuple(raw)
        shape = self.shapes.get(fields)
        if shape is None:
            shape = self._shape(fields)
        get = raw.get
        sequence = _sequence(get("sequence"))
        own = _text(get("id"), "id") if shape.has_id else ""
        key = self.fixed_key or self._key(raw, own, sequence)
        machine = get("machine")
        if type(machine) is not str or machine not in self.machines:
            machine = self._machine(machine)
        said = _said_alike(shape, raw)
        value, text = (_number(get("value")), _text(get("text"), "text")) if shape.has_amount else (None, "")
        _check(said, value, text)
        told = get("at")
        at = self.times.get(told) if type(told) is str else None
        if at is None:
            at = self._at(told)
        return Parsed(index, key, sequence, machine, said, at, value, text, raw, sequence is not None and not own)

    def _shape(self, fields: tuple[Any, ...]) -> "_Shape":
        """Raises: _Trouble for a field that no message has."""
        if not FIELDS.issuperset(fields):
            raise _Trouble(Why.UNKNOWN_FIELD, min(map(str, set(fields) - FIELDS))[:80])
        words = [name for name in _WORDS if name in fields]
        shape = _Shape(itemgetter(*words) if words else str, "id" in fields, not _AMOUNT.isdisjoint(fields), {})
        self.shapes[fields] = shape
        return shape

    def _key(self, raw: Mapping[str, Any], own: str, sequence: int | None) -> str:
        """Its id, else its number, else, where that is allowed, its content."""
        if own:
            return key_of_id(own)
        if sequence is not None:
            if self.key_of_number is None:
                raise _Trouble(Why.NO_SESSION, "sequence", sequence)
            return self.key_of_number(sequence)
        if self.by_content:
            return key_of_content(raw)
        raise _Trouble(Why.NO_IDENTITY, "id")

    def _machine(self, given: Any) -> str:
        machine = _text(given, "machine")
        if not machine:
            raise _Trouble(Why.MISSING, "machine")
        if given == machine:
            self.machines.add(machine)
        return machine

    def _at(self, told: Any) -> datetime:
        at = _time(told, self.window)
        if type(told) is str:
            self.times[told] = at
        return at


class _Shape(NamedTuple):
    """What messages with the same fields in the same order have in common. `known`: by what their `words` say."""

    words: Callable[[Mapping[str, Any]], Any]
    has_id: bool
    has_amount: bool
    known: dict[Any, Said]


def _said_alike(shape: _Shape, raw: Mapping[str, Any]) -> Said:
    """What the message says; read once for all messages that say the same. Raises: _Trouble."""
    alike = shape.words(raw)
    try:
        found = shape.known.get(alike)
    except TypeError:  # something in it is no word
        found = None
    if found is not None:  # only words are kept, and nothing but the same words equals them
        return found
    words = [raw.get(name) for name in _WORDS]
    found = _said(*words)
    if all(word is None or type(word) is str for word in words):
        shape.known[alike] = found
    return found


def _said(kind_word: Any, name: Any, state: Any, code: Any, mode: Any, reason: Any, unit: Any) -> Said:
    kind = _KINDS.get(kind_word) if isinstance(kind_word, str) else None
    if kind is None:
        raise _Trouble(Why.NOT_A_KIND if kind_word else Why.MISSING, "kind", kind_word or "")
    code = _text(code, "code")
    if state is not None:
        state = _text(state, "code")
        if code and code != state:
            raise _Trouble(Why.TWO_STATES, "state", state)
        code = state
    name, unit = _text(name, "name"), unit or ""
    if unit and (not isinstance(unit, str) or unit not in UNITS):
        raise _Trouble(Why.NOT_A_UNIT, "unit", unit)
    if not code and kind in (_STATE, _ALARM):
        raise _Trouble(Why.MISSING, "state" if kind is _STATE else "code")
    if kind is _COUNT and name not in _COUNT_NAMES:
        raise _Trouble(Why.NOT_A_COUNT if name else Why.MISSING, "name", name)
    if kind is _READING and not name:
        raise _Trouble(Why.MISSING, "name")
    return Said(kind, name, code, _text(mode, "mode"), _text(reason, "reason"), unit)


def _check(said: Said, value: Decimal | None, text: str) -> None:
    """The number that some kinds can't do without, and that few have below zero."""
    kind = said.kind
    if value is None:
        if kind is _COUNT or kind is _ENERGY or (kind is _READING and not text):
            raise _Trouble(Why.MISSING, "value")
    elif value < 0 and kind is not _READING:
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
    if type(value) is int and 0 <= value <= MOST_NUMBER:
        return value
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
        if abs(value) >= _MOST:
            raise _Trouble(Why.NOT_A_NUMBER, "value", value)
        return Decimal(value)
    if isinstance(value, Decimal):
        number = value
    elif isinstance(value, float) or (isinstance(value, str) and value.isascii() and len(value) <= 50):
        try:
            number = Decimal(str(value))
        except InvalidOperation:
            raise _Trouble(Why.NOT_A_NUMBER, "value", value) from None
    else:
        raise _Trouble(Why.NOT_A_NUMBER, "value", value)
    if not number.is_finite() or abs(number) >= _MOST:
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
    if at.tzinfo is not UTC and at.utcoffset() is None:
        raise _Trouble(Why.NO_OFFSET, "at", value)
    if at < window.earliest:
        raise _Trouble(Why.TOO_EARLY, "at", value)
    if at > window.latest:
        raise _Trouble(Why.TOO_LATE, "at", value)
    return at if at.tzinfo is UTC else at.astimezone(UTC)
