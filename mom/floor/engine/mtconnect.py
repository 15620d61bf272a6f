"""MTConnect: what a device says with many data items, reduced to its state. Pure.

A device's items are known by their types (`probe`, a `Devices.xml`), never by their names, so that any machine reads
alike. Rules in their order: iiot.md, section 3. UNAVAILABLE is unknown time: what the machine did before a reconnect is
not carried over it, because nobody knows that it went on. The next value that is told ends it.
"""

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from defusedxml.ElementTree import fromstring

from mom.floor.engine.terms import CountName, MessageKind

UNAVAILABLE = "UNAVAILABLE"
TRIGGERED, FAULT = "TRIGGERED", "FAULT"
BEAT = timedelta(minutes=1)
"""A machine that changes nothing says so this often at most; its samples come many times a second."""

_LEVELS = ("NORMAL", "WARNING", "FAULT", UNAVAILABLE)
_PRODUCTION = "PRODUCTION"
_COUNTERS = {"": CountName.TOTAL, "ALL": CountName.TOTAL, "BAD": CountName.REJECT}
"""What a PART_COUNT counts by its subtype: GOOD is total less BAD, TARGET and REMAINING count nothing made."""


@dataclass(frozen=True, slots=True)
class Item:
    """A data item of a device: what it tells, whatever it is called. `counter`: which count of pieces it gives."""

    type: str
    category: str
    counter: CountName | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """One observation as it came. `code` and `text` are a condition's."""

    at: datetime
    item: str
    value: str
    code: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Reduced:
    """A message of the machine made of observations; fields as in `FloorMessage`."""

    at: datetime
    kind: MessageKind
    code: str = ""
    mode: str = ""
    reason: str = ""
    name: str = ""
    text: str = ""
    value: Decimal | None = None


def items_of(probe: str | bytes, device: str) -> dict[str, Item]:
    """The data items of a device by name and by id. Raises: LookupError for a device that the document doesn't have."""
    for element in fromstring(probe, forbid_dtd=True).iter():
        if _plain(element.tag) == "Device" and device in (element.get("name"), element.get("id"), element.get("uuid")):
            items: dict[str, Item] = {}
            counters = dict(_COUNTERS)
            for each in element.iter():
                if _plain(each.tag) == "DataItem":
                    item = Item(each.get("type", ""), each.get("category", ""), _counter(each, counters))
                    items.update({key: item for key in (each.get("id"), each.get("name")) if key})
            return items
    raise LookupError(f"There is no device {device} in this document.")


def _counter(element: Any, left: dict[str, CountName]) -> CountName | None:
    """Of several paths the counter declared first: in turns their readings would look like resets."""
    name = left.get(element.get("subType", "")) if element.get("type") == "PART_COUNT" else None
    for key in [key for key, each in left.items() if each is name]:
        del left[key]
    return name


def _plain(tag: str) -> str:
    return tag.rpartition("}")[2]


def read_adapter(lines: Iterable[str], items: Mapping[str, Item]) -> Iterator[Told]:
    """Lines as an adapter sends them: `time|item|value|item|value…`, or `time|item|level|code|severity|qualifier|text`
    for a condition. What can't be read is left out.
    """
    for line in lines:
        at, *rest = line.rstrip("\r\n").split("|")
        instant = instant_of(at)
        if instant is None or len(rest) < 2:
            continue
        if _is_condition(rest[0], rest[1], items):
            level, code, _severity, _qualifier, text = (*rest[1:6], "", "", "", "", "")[:5]
            yield Told(instant, rest[0], level, code, text)
            continue
        for name, value in zip(rest[::2], rest[1::2], strict=False):
            yield Told(instant, name, value)


def _is_condition(name: str, value: str, items: Mapping[str, Item]) -> bool:
    item = items.get(name)
    return item.category == "CONDITION" if item is not None else value.upper() in _LEVELS[:3]


def read_table(lines: Iterable[str]) -> Iterator[Told]:
    """Rows of a CSV file with the columns timestamp_utc, data_item, value, native_code and message."""
    for row in csv.DictReader(lines):
        instant = instant_of(row["timestamp_utc"])
        if instant is not None and row["value"] is not None:
            yield Told(instant, row["data_item"], row["value"], row.get("native_code") or "", row.get("message") or "")


def instant_of(text: str) -> datetime | None:
    """An ISO 8601 instant with any number of decimals; without an offset it is UTC, as MTConnect has it."""
    head, dot, fraction = text.strip().removesuffix("Z").partition(".")
    digits = fraction[:6] if fraction.isdigit() else ""
    try:
        instant = datetime.fromisoformat(f"{head}.{digits.ljust(6, '0')}" if digits else head)
        instant = instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)
    except (ValueError, OverflowError):  # an offset may lead out of the years that there are
        return None
    return None if dot and not digits else instant


@dataclass(slots=True)
class _Device:
    """What a device told last."""

    is_available: bool = True
    executions: dict[str, str] = field(default_factory=dict)
    controller_mode: str = ""
    functional_mode: str = ""
    is_stopped: bool = False
    faults: dict[str, dict[str, str]] = field(default_factory=dict)
    counts: dict[str, str] = field(default_factory=dict)

    def state(self) -> tuple[str, str, str]:
        """Code, mode and reason, by the rules in their order."""
        execution = self._execution()
        if not self.is_available or execution in ("", UNAVAILABLE):
            return UNAVAILABLE, "", ""
        if self.is_stopped:
            return TRIGGERED, "", ""
        fault = min((code for codes in self.faults.values() for code in codes), default=None)
        if fault is not None and execution != "ACTIVE":
            return FAULT, "", fault
        functional = self.functional_mode
        is_special = functional not in ("", UNAVAILABLE, _PRODUCTION)
        return execution, functional if is_special else self.controller_mode, ""

    def _execution(self) -> str:
        """Of several paths the one that runs speaks for the machine, else one that is told."""
        told = [each for each in self.executions.values() if each != UNAVAILABLE]
        if "ACTIVE" in told:
            return "ACTIVE"
        return min(told, default=UNAVAILABLE)


def reduced(observations: Iterable[Told], items: Mapping[str, Item]) -> Iterator[Reduced]:
    """The messages that a device's observations come to, in order of time: its state whenever it changes, alarms as
    they come and go, part counts, and a sign of life each minute.

    Observations are taken in the order of their times, not of their arrival: after a restart a log repeats old ones.
    """
    device = _Device()
    shown: tuple[str, str, str] | None = None
    heard: datetime | None = None
    group: list[Told] = []
    for told in [*sorted(observations, key=lambda each: each.at), None]:
        if group and (told is None or told.at != group[0].at):
            at = group[0].at
            extra = [each for one in group for each in _taken(device, one, items)]
            state = device.state()
            if state != shown:
                shown = state
                heard = at
                code, mode, reason = state
                yield Reduced(at, MessageKind.STATE, code, mode, reason)
            elif any(_is_told(one) for one in group) and (heard is None or at - heard >= BEAT):
                heard = at
                yield Reduced(at, MessageKind.HEARTBEAT)
            yield from extra
            group = []
        if told is not None:
            group.append(told)


def _is_told(told: Told) -> bool:
    return told.value.upper() != UNAVAILABLE


def _taken(device: _Device, told: Told, items: Mapping[str, Item]) -> Iterator[Reduced]:
    """Take one observation in; what of it is a message of its own."""
    item = items.get(told.item)
    if item is None:
        return
    value = told.value.strip().upper()
    if item.category == "CONDITION":
        yield from _condition(device, told, value)
    elif item.type == "AVAILABILITY":
        device.is_available = value != UNAVAILABLE
    elif item.type == "EXECUTION":
        device.executions[told.item] = value
        device.is_available = device.is_available or value != UNAVAILABLE  # who tells what it does is there
    elif item.type == "CONTROLLER_MODE":
        device.controller_mode = value
    elif item.type == "FUNCTIONAL_MODE":
        device.functional_mode = value
    elif item.type == "EMERGENCY_STOP":
        device.is_stopped = value == TRIGGERED
    elif item.counter is not None:
        yield from _count(device, told, item.counter)


def _condition(device: _Device, told: Told, level: str) -> Iterator[Reduced]:
    """Several may be active at once; NORMAL with a code clears that one, without one all of the item."""
    active = device.faults.setdefault(told.item, {})
    code = told.code or told.item
    cleared = [code] if told.code and level != UNAVAILABLE else list(active)
    if level == FAULT:
        cleared = []
        if code not in active:
            yield Reduced(told.at, MessageKind.ALARM, code[:64], name=told.item[:64], text=told.text[:500])
        active[code] = told.text
    for each in cleared:
        if active.pop(each, None) is not None:
            yield Reduced(told.at, MessageKind.ALARM, each[:64], mode="cleared", name=told.item[:64])


def _count(device: _Device, told: Told, name: CountName) -> Iterator[Reduced]:
    if told.value == device.counts.get(told.item):
        return
    device.counts[told.item] = told.value
    try:
        value = Decimal(told.value)
    except InvalidOperation:
        return
    if value.is_finite():
        yield Reduced(told.at, MessageKind.COUNT, name=name, value=value)


def as_batch(machine: str, source: str, messages: Iterable[Reduced]) -> Iterator[dict[str, Any]]:
    """The messages as the door of the shop-floor record takes them; the same log again has the same ids."""
    for each in messages:
        content = (each.kind, each.name, each.code, each.mode)
        raw: dict[str, Any] = {
            "machine": machine,
            "kind": each.kind.value,
            "at": each.at.isoformat(),
            "id": f"{source} {each.at.isoformat()} {' '.join(content)}"[:200],
        }
        shown = {"code": each.code, "mode": each.mode, "reason": each.reason[:64], "name": each.name, "text": each.text}
        raw |= {key: value for key, value in shown.items() if value}
        if each.value is not None:
            raw["value"] = str(each.value)
        yield raw
