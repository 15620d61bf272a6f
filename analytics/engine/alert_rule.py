"""When a rule raises and when its condition is over: a limit with a dead band, and a delay. Pure.

A value beyond the limit begins the condition; it is over when a value is back by the dead band. Held for the delay
without an end, it raises, once. The same samples in any portions give the same standing, so a worker may stop anywhere.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum


class RuleSubject(StrEnum):
    """What a rule watches."""

    STATE = "state"
    READING = "reading"
    FIGURE = "figure"


class RuleSide(StrEnum):
    """On which side of its limit a value is bad."""

    ABOVE = "above"
    BELOW = "below"


class RuleFigure(StrEnum):
    """A figure of the running shift."""

    OEE = "oee"  # below its target
    UNCODED = "uncoded"  # more stopped time without reason than that, in percent
    PERFORMANCE = "performance"  # above 100 %: the ideal cycle looks wrong


FIGURE_SIDE = {
    RuleFigure.OEE: RuleSide.BELOW,
    RuleFigure.UNCODED: RuleSide.ABOVE,
    RuleFigure.PERFORMANCE: RuleSide.ABOVE,
}


class Phase(StrEnum):
    """Where a rule stands for one machine."""

    NORMAL = "normal"
    PENDING = "pending"  # the condition holds, the delay is not over
    RAISED = "raised"


LATE = timedelta(hours=1)  # a reading may come so much later than other messages of its machine, and still raise
STEP = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Limit:
    """Bad beyond `threshold` on its side, over when back by `dead_band`, raised after `delay`."""

    side: RuleSide
    threshold: Decimal
    dead_band: Decimal = Decimal(0)
    delay: timedelta = timedelta(0)

    def is_beyond(self, value: Decimal) -> bool:
        """Whether the value begins the condition."""
        return value > self.threshold if self.side == RuleSide.ABOVE else value < self.threshold

    def is_back(self, value: Decimal) -> bool:
        """Whether the value ends it: on the good side, past the dead band."""
        if self.side == RuleSide.ABOVE:
            return value <= self.threshold - self.dead_band
        return value >= self.threshold + self.dead_band


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a rule stands, judged up to `seen_at`; `since` is when its condition began."""

    phase: Phase = Phase.NORMAL
    since: datetime | None = None
    seen_at: datetime | None = None
    value: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Sample:
    """A value at an instant."""

    at: datetime
    value: Decimal


@dataclass(frozen=True, slots=True)
class Turn:
    """A rule raised, or its condition ended; `since` is when the condition began, `value` what it was."""

    at: datetime
    is_raised: bool
    since: datetime
    value: Decimal | None


def advance(standing: Standing, delay: timedelta, now: datetime) -> tuple[Standing, Turn | None]:
    """Let time pass without a new value: a condition that has held for its delay raises, at that very instant."""
    if standing.phase != Phase.PENDING or standing.since is None or standing.since + delay > now:
        return standing, None
    turn = Turn(standing.since + delay, is_raised=True, since=standing.since, value=standing.value)
    return replace(standing, phase=Phase.RAISED), turn


def judge(limit: Limit, standing: Standing, samples: Iterable[Sample], now: datetime) -> tuple[Standing, list[Turn]]:
    """The standing after `samples` (in order of time) and with the clock at `now`, and what turned on the way.

    A sample that is not later than what was judged is left out: it was judged, or came too late to be told.
    """
    turns: list[Turn] = []
    for sample in samples:
        if standing.seen_at is not None and sample.at <= standing.seen_at:
            continue
        standing, turn = advance(standing, limit.delay, sample.at)
        turns += [turn] if turn else []
        standing, turn = _take(limit, standing, sample)
        turns += [turn] if turn else []
    standing, turn = advance(standing, limit.delay, now)
    return standing, turns + ([turn] if turn else [])


def pass_over(standing: Standing, looked_from: datetime, heard: datetime | None, now: datetime) -> Standing:
    """The standing of a machine that sent other things and not this signal: the next look need not go so far back.

    `heard`: its last sign. Judged up to is `LATE` before that, so that what is kept back while a machine can't be heard
    is judged when it comes. It moves by steps, so that it is seldom written.
    """
    until = min(heard, now) - LATE if heard is not None else None
    return replace(standing, seen_at=until) if until is not None and until >= looked_from + STEP else standing


def _take(limit: Limit, standing: Standing, sample: Sample) -> tuple[Standing, Turn | None]:
    taken = replace(standing, seen_at=sample.at, value=sample.value)
    if standing.phase == Phase.NORMAL:
        if not limit.is_beyond(sample.value):
            return taken, None
        return advance(replace(taken, phase=Phase.PENDING, since=sample.at), limit.delay, sample.at)
    if not limit.is_back(sample.value):
        return taken, None
    ended = replace(taken, phase=Phase.NORMAL, since=None)
    if standing.phase == Phase.PENDING or standing.since is None:
        return ended, None
    return ended, Turn(sample.at, is_raised=False, since=standing.since, value=sample.value)


def hold(standing: Standing, since: datetime | None, delay: timedelta, now: datetime) -> tuple[Standing, Turn | None]:
    """The same for a condition that is known as a stretch: it holds since then, or (None) does not hold."""
    if since is None:
        ended = replace(standing, phase=Phase.NORMAL, since=None, seen_at=now)
        if standing.phase != Phase.RAISED or standing.since is None:
            return ended, None
        return ended, Turn(now, is_raised=False, since=standing.since, value=standing.value)
    if standing.phase == Phase.RAISED:
        return replace(standing, since=since, seen_at=now), None
    return advance(replace(standing, phase=Phase.PENDING, since=since, seen_at=now), delay, now)
