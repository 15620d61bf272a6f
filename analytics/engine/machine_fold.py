"""The running shift of one machine, carried on by what comes next instead of being made again. Pure.

Two ways, one answer: `reckon` makes a stretch from all its facts, `advance` and its neighbours carry the answer on.
What these can't carry on (late facts, another job, another standard) is made again from the facts.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from analytics.engine.machine_facts import Rate
from analytics.engine.machine_lines import PLACE, Vector
from analytics.engine.machine_pieces import (
    GOOD,
    IDEAL,
    IDEAL_GOOD,
    SCRAP,
    STARTUP,
    UNJUDGED,
    Counter,
    energy_place,
    ideal_time,
)
from analytics.engine.machine_shift import book_stop, book_time, time_places
from analytics.engine.machine_time import (
    LOST,
    MINOR,
    Meaning,
    PlanPiece,
    border_after,
    classed,
    is_minor,
    letter_at,
    pieces_between,
)
from mom.floor.engine.terms import MachineState, PieceSource
from mom.plant.engine.terms import LossClass, TimeClass

MINORS, STOPS, FAILURES = PLACE["minor_stop_count"], PLACE["stop_count"], PLACE["failure_count"]


@dataclass(frozen=True, slots=True)
class LiveTerms:
    """What does not change within the shift before `regular_until`: the plan, the ideal cycle, how things are counted.

    `has_job`: whether an order is at work; `plan` says so too, letter by letter.
    """

    plan: tuple[PlanPiece, ...]
    rate: Rate | None
    piece_source: str
    minor_stop: int
    modulus: int | None
    regular_until: int

    def written(self) -> str:
        """As text, the same for the same terms."""
        return json.dumps(
            {
                "plan": self.plan,
                "rate": [self.rate.above, self.rate.below] if self.rate is not None else None,
                "source": self.piece_source,
                "minor": self.minor_stop,
                "modulus": self.modulus,
                "until": self.regular_until,
            },
            separators=(",", ":"),
        )


@lru_cache(maxsize=4096)
def terms_of(text: str) -> LiveTerms:
    """Terms from their text. Many machines share one."""
    read = json.loads(text)
    return LiveTerms(
        plan=tuple((at, letter) for at, letter in read["plan"]),
        rate=Rate(0, *read["rate"]) if read["rate"] else None,
        piece_source=read["source"],
        minor_stop=read["minor"],
        modulus=read["modulus"],
        regular_until=read["until"],
    )


@dataclass(slots=True)
class Standing:
    """Where the running shift of a machine stands. Instants in microseconds, quantities in millionths."""

    start: int
    end: int
    as_of: int
    state: str
    since: int
    meaning: Meaning
    reason_id: int | None
    is_stop_counted: bool
    is_startup: bool
    total_reading: int | None
    reject_reading: int | None
    energy_reading: int | None
    job_good: int
    vector: Vector
    terms: LiveTerms

    @property
    def is_stop(self) -> bool:
        """Whether it stands in a stop: neither running nor silent."""
        return self.state not in {MachineState.RUN.value, MachineState.OFF.value}

    @property
    def time_class(self) -> str:
        """The class of this instant."""
        return classed(self.meaning, letter_at(self.terms.plan, self.as_of)).time_class


def steady(standing: Standing) -> tuple[int | None, int]:
    """Until when nothing but time and counted pieces can move while the state stays, and the parts that these go into,
    a bit each in their order: of rejects `scrap`, of all pieces the other ones.

    None: a stop begins to count with the next instant, or nothing of the shift is left.
    """
    terms, now = standing.terms, standing.as_of
    of = classed(standing.meaning, letter_at(terms.plan, now))
    places = [*time_places(of, is_coded=standing.reason_id is not None)]
    if terms.piece_source != PieceSource.REPORTS:
        places += [GOOD, *((UNJUDGED,) if terms.rate is None else (IDEAL, IDEAL_GOOD))]
    if terms.piece_source == PieceSource.COUNTERS:
        places.append(SCRAP)
    parts = sum(1 << place for place in places)
    if of.time_class in LOST and standing.is_stop and not standing.is_stop_counted:
        return None, parts
    until = min(border_after(terms.plan, now, standing.end), terms.regular_until, standing.end)
    return (until if until > now else None), parts


@dataclass(frozen=True, slots=True)
class Next:
    """The spell that follows, with what it counts as."""

    start: int
    state: str
    meaning: Meaning
    reason_id: int | None


def advance(standing: Standing, until: int) -> None:
    """Carry the present state on to `until`."""
    if until <= standing.as_of:
        return
    for begin, end, letter in pieces_between(standing.terms.plan, standing.as_of, until):
        of = classed(standing.meaning, letter)
        book_time(standing.vector, of, end - begin, is_coded=standing.reason_id is not None)
        if of.time_class in LOST and standing.is_stop and not standing.is_stop_counted:
            book_stop(standing.vector, of)
            standing.is_stop_counted = True
    standing.as_of = until


def follow(standing: Standing, after: Next) -> None:
    """The present spell ends where the next one starts. One that was a minor stop is booked as such, whole.

    The caller makes sure that the spell is the whole of its stop and began in this shift.
    """
    advance(standing, after.start)
    if standing.is_stop and is_minor(standing.meaning, standing.since, after.start, standing.terms.minor_stop):
        _turn_minor(standing, after.start)
    standing.state, standing.since = after.state, after.start
    standing.meaning, standing.reason_id = after.meaning, after.reason_id
    standing.is_stop_counted = False
    if after.meaning.with_order == TimeClass.SETUP:
        standing.is_startup = True


def _turn_minor(standing: Standing, end: int) -> None:
    """Take the stop out as what it was booked as, and put it in as a minor one."""
    is_coded = standing.reason_id is not None
    for begin, until, letter in pieces_between(standing.terms.plan, standing.since, end):
        was, now = classed(standing.meaning, letter), classed(MINOR, letter)
        book_time(standing.vector, was, begin - until, is_coded=is_coded)
        book_time(standing.vector, now, until - begin, is_coded=is_coded)
    if standing.is_stop_counted:
        standing.vector[STOPS] -= 1
        standing.vector[MINORS] += 1
        if standing.meaning.loss == LossClass.BREAKDOWN:
            standing.vector[FAILURES] -= 1


def count(standing: Standing, added: Sequence[tuple[bool, bool, int]]) -> None:
    """The counts of one instant, as (is of rejects, is an increment, value), in their order."""
    terms = standing.terms
    total = Counter(standing.total_reading, terms.modulus)
    reject = Counter(standing.reject_reading, terms.modulus)
    good = bad = 0
    pieces: list[tuple[int, int]] = []
    for is_reject, is_added, value in added:
        step = value if is_added else (reject if is_reject else total).step(value)
        if not step or terms.piece_source == PieceSource.REPORTS:
            continue
        if not is_reject:
            good += step
            pieces.append((GOOD, step))
        elif terms.piece_source == PieceSource.COUNTERS:
            bad += step
            good -= step
            pieces += [(SCRAP, step), (GOOD, -step)]
    standing.total_reading, standing.reject_reading = total.reading, reject.reading
    for place, step in pieces:
        _piece(standing, place, step)
    standing.job_good += good
    if standing.is_startup:
        standing.vector[STARTUP] += bad
        standing.is_startup = good <= 0


def _piece(standing: Standing, place: int, step: int) -> None:
    vector, rate = standing.vector, standing.terms.rate
    vector[place] += step
    if rate is None:
        vector[UNJUDGED] += step
        return
    ideal = ideal_time(step, rate)
    vector[IDEAL] += ideal
    if place == GOOD:
        vector[IDEAL_GOOD] += ideal


def use_energy(standing: Standing, value: int, *, is_meter: bool) -> None:
    """Energy of what the machine did just before; the standing has been carried on to the message's instant."""
    used = value
    if is_meter:
        meter = Counter(standing.energy_reading)
        used = meter.step(value)
        standing.energy_reading = meter.reading
    before = max(standing.as_of - 1, standing.start)
    of = classed(standing.meaning, letter_at(standing.terms.plan, before))
    standing.vector[energy_place(of.time_class)] += used
