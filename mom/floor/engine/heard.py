"""What a batch of messages brought, machine by machine. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from mom.floor.engine.message import Parsed
from mom.floor.engine.terms import MessageKind

# An enumeration's members are slow to look up, and there are millions of messages.
_STATE, _COUNT, _ENERGY = MessageKind.STATE, MessageKind.COUNT, MessageKind.ENERGY
_CYCLE, _READING = MessageKind.CYCLE, MessageKind.READING


@dataclass(slots=True)
class Heard:
    """What a batch brought of one machine. `signs`: the instants of all its messages, `first` to `last`."""

    first: datetime
    last: datetime
    signs: list[datetime] = field(default_factory=list)
    states: list[Parsed] = field(default_factory=list)
    counts: list[Parsed] = field(default_factory=list)
    energies: list[Parsed] = field(default_factory=list)
    has_cycles: bool = False
    has_readings: bool = False


def by_machine(messages: Iterable[Parsed]) -> dict[int, Heard]:
    """What the messages brought, by the key of the machine."""
    found: dict[int, Heard] = {}
    for each in messages:
        at, kind = each.at, each.said.kind
        heard = found.get(each.equipment_id)
        if heard is None:
            heard = found[each.equipment_id] = Heard(at, at)
        elif at < heard.first:
            heard.first = at
        elif at > heard.last:
            heard.last = at
        heard.signs.append(at)
        if kind is _STATE:
            heard.states.append(each)
        elif kind is _COUNT:
            heard.counts.append(each)
        elif kind is _ENERGY:
            heard.energies.append(each)
        elif kind is _CYCLE:
            heard.has_cycles = True
        elif kind is _READING:
            heard.has_readings = True
    return found
