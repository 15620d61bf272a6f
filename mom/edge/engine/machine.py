"""A machine as a simulator sees it: stretches of states, and the messages that a gateway would send of them.

Pure. The same machine, seed and stretch always give the same messages, so that sending them twice changes nothing.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

Wire = dict[str, Any]
"""A message as it goes over the wire; see the messages of `mom.floor`."""

KWH_AN_HOUR = {"run": 1.0, "setup": 0.45, "idle": 0.3, "down": 0.15, "plan": 0.12}
"""Share of its full load that a machine draws in each state."""


@dataclass(frozen=True)
class StopKind:
    """One way to stand still: the state and the reason that the machine sends (empty: it knows none), and how long."""

    state: str
    reason: str
    shortest: float  # minutes
    longest: float
    weight: float


@dataclass(frozen=True)
class Signal:
    """A reading that follows the state: a level while running, another while not, and some noise.

    `at_stop`: levels of stops with certain reasons, as (reason, level).
    """

    name: str
    unit: str
    running: float
    standing: float
    noise: float
    at_stop: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True)
class Profile:
    """How a machine behaves. `trouble`: mean minutes between two stops; `load`: its full power in kW."""

    code: str
    ideal: float  # seconds a piece
    stops: tuple[StopKind, ...]
    trouble: float = 40.0
    scrap: float = 0.012
    load: float = 12.0
    sends_cycles: bool = False
    signals: tuple[Signal, ...] = ()


@dataclass(frozen=True)
class Segment:
    """A stretch in one state, half-open. `cycle` is the true length of a cycle in seconds, 0 where nothing is made."""

    state: str
    start: datetime
    end: datetime
    reason: str = ""
    cycle: float = 0.0
    scrap: float = 0.0

    def pieces(self, at: datetime) -> int:
        """Whole pieces made from its start until `at`."""
        if not self.cycle:
            return 0
        span = (min(max(at, self.start), self.end) - self.start).total_seconds()
        return int(span / self.cycle + 1e-9)

    def rejects(self, at: datetime) -> int:
        """How many of them were bad; spread evenly, beginning somewhere that the start decides."""
        phase = (self.start.minute * 60 + self.start.second) % 97 / 97
        return int(self.pieces(at) * self.scrap + phase)

    def cut(self, at: datetime) -> "Segment":
        """The same, over at `at` at the latest."""
        return self if at >= self.end else replace(self, end=at)


@dataclass
class Counters:
    """Where the counters of a machine stood at the start of a segment."""

    total: int = 0
    reject: int = 0

    def after(self, segment: Segment) -> "Counters":
        """Where they stand at its end."""
        return Counters(self.total + segment.pieces(segment.end), self.reject + segment.rejects(segment.end))


@dataclass(frozen=True)
class Rhythm:
    """How often the gateway sends what runs on."""

    counts: timedelta = timedelta(seconds=30)
    readings: timedelta = timedelta(seconds=30)
    energy: timedelta = timedelta(minutes=5)


@dataclass(frozen=True)
class Chance:
    """Where the dice of a simulation come from: the seed, and breaks in which an unrelieved machine stands."""

    seed: str
    breaks: Sequence[tuple[datetime, datetime]] = field(default_factory=tuple)

    def dice(self, profile: Profile, at: datetime) -> random.Random:
        """The same for the same machine and instant."""
        return random.Random(f"{self.seed}:{profile.code}:{at.isoformat()}")  # noqa: S311 - a believable plant, no secret


def next_segment(profile: Profile, before: Segment, chance: Chance, *, needs_setup: bool = False) -> Segment:
    """What the machine does after `before`: it runs after a stop, stops after a run, and stands in the breaks."""
    at, dice = before.end, chance.dice(profile, before.end)
    pause = next((each for each in chance.breaks if each[0] <= at < each[1]), None)
    if pause is not None:
        return Segment("plan", at, pause[1], "BREAK")
    if needs_setup and before.state != "setup":
        return _until_break(Segment("setup", at, at + _minutes(dice.uniform(8, 24)), "FIRSTOFF"), chance)
    if before.state == "run" and not any(each[1] == at for each in chance.breaks):
        kind = dice.choices(profile.stops, weights=[each.weight for each in profile.stops])[0]
        length = _minutes(dice.uniform(kind.shortest, kind.longest))
        return _until_break(Segment(kind.state, at, at + length, kind.reason), chance)
    length = _minutes(max(dice.expovariate(1 / profile.trouble), 4))
    slow = 0.72 if dice.random() < 0.12 else dice.uniform(0.9, 0.985)  # now and then something drags
    run = Segment("run", at, at + length, cycle=round(profile.ideal / slow, 3), scrap=profile.scrap)
    return _until_break(run, chance)


def messages(
    profile: Profile, segment: Segment, counters: Counters, since: datetime, until: datetime, rhythm: Rhythm, seed: str
) -> Iterator[Wire]:
    """What a gateway sends of `segment` in `[since, until)`: its state at its start, then counts, readings, energy."""
    if segment.state == "off":
        return
    if since <= segment.start < until:
        yield _message(profile, "state", segment.start, state=segment.state, reason=segment.reason)
    end = min(until, segment.end)
    for at in _ticks(max(since, segment.start), end, rhythm.counts):
        yield _message(profile, "count", at, name="total", value=str(counters.total + segment.pieces(at)))
        yield _message(profile, "count", at, name="reject", value=str(counters.reject + segment.rejects(at)))
    for at in _ticks(max(since, segment.start), end, rhythm.energy):
        used = profile.load * KWH_AN_HOUR[segment.state] * rhythm.energy.total_seconds() / 3600
        yield _message(profile, "energy", at, value=f"{used:.3f}", unit="KWH")
    if profile.sends_cycles and segment.cycle:
        yield from _cycles(profile, segment, max(since, segment.start), end, seed)
    for signal in profile.signals:
        for at in _ticks(max(since, segment.start), end, rhythm.readings):
            yield _message(profile, "reading", at, name=signal.name, value=_level(signal, segment, at, seed),
                           unit=signal.unit)  # fmt: skip


def _cycles(profile: Profile, segment: Segment, since: datetime, until: datetime, seed: str) -> Iterator[Wire]:
    first = segment.pieces(since)
    for number in range(max(first, 1), segment.pieces(until) + 1):  # the one that falls on `since` is sent now
        at = segment.start + timedelta(seconds=number * segment.cycle)
        if since <= at < until:
            dice = random.Random(f"{seed}:{profile.code}:{at.isoformat()}")  # noqa: S311 - as above
            length = segment.cycle * (1.35 if dice.random() < 0.03 else dice.uniform(0.985, 1.015))
            yield _message(profile, "cycle", at, value=f"{length:.2f}", unit="SEC")


def _level(signal: Signal, segment: Segment, at: datetime, seed: str) -> str:
    dice = random.Random(f"{seed}:{signal.name}:{at.isoformat()}")  # noqa: S311 - as above
    standing = dict(signal.at_stop).get(segment.reason, signal.standing)
    level = signal.running if segment.state == "run" else standing
    return f"{max(0.0, level + dice.uniform(-signal.noise, signal.noise)):.2f}"


def _message(profile: Profile, kind: str, at: datetime, **content: str) -> Wire:
    key = f"{profile.code}:{kind}:{content.get('name', '')}:{at.isoformat()}"
    return {"id": key, "machine": profile.code, "kind": kind, "at": at.isoformat(), **content}


def _ticks(since: datetime, until: datetime, every: timedelta) -> Iterator[datetime]:
    """The instants of a steady clock inside `[since, until)`."""
    step = every.total_seconds()
    number = -(-since.timestamp() // step)
    while (at := datetime.fromtimestamp(number * step, since.tzinfo)) < until:
        yield at
        number += 1


def _until_break(segment: Segment, chance: Chance) -> Segment:
    """Cut where a break begins that the machine doesn't run through."""
    starts = [start for start, _end in chance.breaks if segment.start < start < segment.end]
    return segment.cut(min(starts)) if starts else segment


def _minutes(count: float) -> timedelta:
    return timedelta(seconds=round(count * 60))
