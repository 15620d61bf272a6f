"""What the demo's machines send: how each of them behaves, and two weeks of messages that agree with what was reported.

Pure. The stretches of `shop_floor` say when a machine was set up, produced or broke down; the time between them is a
break where the shift has one, else waiting.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from mom.demo.engine.norrtal import RELIEVED, Machine
from mom.demo.engine.shop_floor import MINUTE, MadeOrder, Stretch
from mom.edge.engine.machine import Counters, Profile, Rhythm, Segment, Signal, StopKind, Wire, messages
from mom.plant.engine.calendar import ShiftOccurrence

PAST = Rhythm(counts=timedelta(minutes=10), readings=timedelta(minutes=10), energy=timedelta(minutes=30))
LIVE = Rhythm()
PAST_HEARTBEAT, LIVE_HEARTBEAT = timedelta(minutes=12), timedelta(minutes=2)
MINOR_STOP = timedelta(minutes=2)
WHY = {
    "Die change": "DIECHANGE",
    "Coolant pressure low": "COOLANT",
    "No material": "NOMATERIAL",
    "Preventive maintenance": "PM",
}
STATE = {"run": "run", "wait": "idle", "setup": "setup", "plan": "plan", "down": "down"}
SILENT, SILENT_FOR = "AS-40", 4 * MINUTE

_MINOR = StopKind("idle", "", 0.4, 1.6, 6)
_STOPS: dict[str, tuple[StopKind, ...]] = {
    "DIECAST": (
        _MINOR, StopKind("down", "SPRAY", 6, 18, 1.5), StopKind("down", "EJECTOR", 8, 30, 1),
        StopKind("idle", "LADLE", 3, 6, 1.5), StopKind("down", "", 3, 9, 0.5),
    ),
    "MACHINING": (
        _MINOR, StopKind("down", "COOLANT", 6, 20, 0.6), StopKind("down", "CHIPS", 4, 12, 1),
        StopKind("setup", "TOOLCHANGE", 5, 11, 2), StopKind("idle", "NOMATERIAL", 4, 15, 1),
        StopKind("idle", "", 3, 9, 0.8),
    ),
    "MOULDING": (
        _MINOR, StopKind("down", "EJECTOR", 5, 16, 1), StopKind("down", "STUCK", 3, 8, 1.5),
        StopKind("idle", "DRYER", 5, 14, 0.7), StopKind("idle", "", 3, 7, 0.5),
    ),
    "WINDING": (
        _MINOR, StopKind("down", "WIRE", 4, 15, 2), StopKind("idle", "", 3, 12, 1),
        StopKind("idle", "NOMATERIAL", 4, 9, 1),
    ),
    "ASSEMBLY": (
        _MINOR, StopKind("down", "TORQUE", 4, 14, 0.8), StopKind("idle", "STARVED", 3, 12, 1.6),
        StopKind("idle", "BLOCKED", 3, 8, 0.8), StopKind("idle", "", 3, 7, 0.6),
    ),
}  # fmt: skip
_WAITS = {
    "DIECAST": ("LADLE", ""), "MACHINING": ("NOMATERIAL", "AWAY", "TOOLWAIT", ""), "MOULDING": ("DRYER", ""),
    "WINDING": ("NOMATERIAL", "AWAY"), "ASSEMBLY": ("STARVED", "BLOCKED", ""),
}  # fmt: skip
_LOAD = {"DIECAST": 85.0, "MACHINING": 24.0, "MOULDING": 42.0, "WINDING": 6.0, "ASSEMBLY": 3.0}
_SIGNALS = {
    "CNC": (
        Signal("coolant_pressure", "BAR", 5.2, 4.6, 0.15, (("COOLANT", 2.7),)),
        Signal("spindle_load", "P1", 62.0, 4.0, 6.0),
        Signal("spindle_vibration", "C16", 1.6, 0.2, 0.2),
    ),
    "IM": (Signal("oil_temperature", "CEL", 48.0, 41.0, 0.6),),
    "DC": (Signal("die_temperature", "CEL", 212.0, 168.0, 4.0),),
}


def profile_of(machine: Machine, seconds: Mapping[str, int]) -> Profile:
    """How a machine of the demo behaves while it makes its present item."""
    stops = _STOPS[machine.area]
    if machine.code == "CNC-04":
        stops = (*stops, StopKind("down", "COOLANT", 8, 20, 3))
    if machine.code == SILENT:
        stops = (*stops, StopKind("off", "", 3, 8, 1))
    kind = machine.code.partition("-")[0]
    return Profile(
        machine.code,
        float(seconds[machine.items[0]]),
        stops,
        trouble=machine.trouble * 6,
        scrap=machine.scrap,
        load=_LOAD[machine.area],
        sends_cycles=kind == "CNC",
        signals=_SIGNALS.get(kind, ()),
    )


def segments_of(
    machine: Machine, orders: Sequence[MadeOrder], shifts: Sequence[ShiftOccurrence], now: datetime
) -> list[Segment]:
    """The states of a machine from the first shift until `now`, without a hole, as its reports say."""
    dice = random.Random(f"signals:{machine.code}")  # noqa: S311 - a believable plant, no secret
    mine = [stretch for order in orders for stretch in order.stretches if stretch.machine == machine.code]
    mine.sort(key=lambda stretch: stretch.start)
    at, segments = shifts[0].interval.start, list[Segment]()
    for stretch in mine:
        if stretch.start > at:
            segments += _between(machine, at, stretch.start, shifts, dice)
        begin = max(at, stretch.start)
        if stretch.end > begin:
            segments += _worked(machine, stretch, begin, dice)
            at = stretch.end
    if at < now:
        standing = Segment(STATE[machine.state], at, now, WHY.get(machine.why, ""))
        segments.append(standing if machine.state != "run" else Segment("run", at, now, cycle=_last_cycle(segments)))
    segments = [segment for segment in segments if segment.end > segment.start]
    if machine.code == SILENT:
        segments = [segment.cut(now - SILENT_FOR) for segment in segments if segment.start < now - SILENT_FOR]
    return segments


def history_messages(
    profile: Profile, segments: Sequence[Segment], live_since: datetime, until: datetime
) -> Iterator[Wire]:
    """Everything the machine sent in these segments: states and counts in wide steps until `live_since`, then all."""
    counters = Counters()
    silent = replace(profile, sends_cycles=False, signals=())
    for segment in segments:
        yield from messages(silent, segment, counters, segment.start, min(live_since, until), PAST, "past")
        yield from messages(profile, segment, counters, max(segment.start, live_since), until, LIVE, "past")
        counters = counters.after(segment)


def _worked(machine: Machine, stretch: Stretch, begin: datetime, dice: random.Random) -> list[Segment]:
    end = stretch.end
    if stretch.kind == "setup":
        return [Segment("setup", begin, end, "DIECHANGE" if machine.area in RELIEVED else "FIRSTOFF")]
    if stretch.kind == "breakdown":
        coded = [stop.reason for stop in _STOPS[machine.area] if stop.state == "down" and stop.reason]
        is_known = dice.random() < 0.88
        reason = WHY.get(machine.why, "") if machine.state == "down" else ""
        return [Segment("down", begin, end, (reason or dice.choice(coded)) if is_known else "")]
    pieces = stretch.good + stretch.scrap + stretch.rework + stretch.review
    bad = 1 - stretch.good / pieces if pieces else 0.0
    span = (end - begin).total_seconds()
    pause = min(dice.uniform(25, 110), span / 20) if dice.random() < 0.5 else 0.0
    cycle = (span - pause) / pieces if pieces else 0.0
    if not pause:
        return [Segment("run", begin, end, cycle=cycle, scrap=bad)]
    first = begin + timedelta(seconds=int((span - pause) / cycle / 2) * cycle if cycle else span / 2)
    second = first + timedelta(seconds=pause)
    return [
        Segment("run", begin, first, cycle=cycle, scrap=bad),
        Segment("idle", first, second),
        Segment("run", second, end, cycle=cycle, scrap=bad),
    ]


def _between(
    machine: Machine, start: datetime, end: datetime, shifts: Sequence[ShiftOccurrence], dice: random.Random
) -> list[Segment]:
    """Time without a report: breaks of the shift, and waiting around them."""
    found: list[Segment] = []
    at = start
    pauses = [pause for shift in shifts for pause in shift.breaks] if machine.area not in RELIEVED else []
    for pause in sorted(pauses, key=lambda each: each.start):
        if pause.end is None or pause.end <= at or pause.start >= end:
            continue
        if pause.start > at:
            found.append(Segment("idle", at, pause.start, dice.choice(_WAITS[machine.area])))
        found.append(Segment("plan", max(at, pause.start), min(pause.end, end), "BREAK"))
        at = min(pause.end, end)
    if at < end:
        found.append(Segment("idle", at, end, dice.choice(_WAITS[machine.area])))
    return found


def _last_cycle(segments: Sequence[Segment]) -> float:
    return next((segment.cycle for segment in reversed(segments) if segment.cycle), 0.0)
