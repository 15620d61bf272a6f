"""Two weeks of a believable plant: orders, set-ups, production, breakdowns and scrap, the same for the same seed.

Pure. Times are UTC instants; a day's shape comes from the shifts that the calendar gives.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction
from itertools import groupby

from mom.demo.engine.norrtal import RELIEVED, Machine
from mom.plant.engine.calendar import ShiftOccurrence

MINUTE = timedelta(minutes=1)
LEAST_RUN = 8 * MINUTE
REPORTED_EVERY = timedelta(hours=2)
"""What runs on is reported at these marks of the shift: a night's work lies on the days on which it was done."""
LINE = "ASSEMBLY"
"""The area whose machines pass one order along: it changes with the shift."""


@dataclass(frozen=True)
class Stretch:
    """What was reported of one machine: `kind` is setup, production or breakdown, quantities are pieces.

    `person` is empty where the machine ran by itself: one person looks after several, and is at one of them.
    """

    machine: str
    operation: str
    person: str
    kind: str
    start: datetime
    end: datetime
    good: int = 0
    scrap: int = 0
    rework: int = 0
    review: int = 0


@dataclass(eq=False)
class MadeOrder:
    """An order that was worked on: `is_current` where it still is."""

    item: str
    quantity: int
    is_current: bool = False
    code: str = ""
    stretches: list[Stretch] = field(default_factory=list)

    @property
    def first_start(self) -> datetime:
        return min(stretch.start for stretch in self.stretches)

    def made_by_machine(self) -> dict[str, int]:
        """Good pieces by machine."""
        made: dict[str, int] = {}
        for stretch in self.stretches:
            made[stretch.machine] = made.get(stretch.machine, 0) + stretch.good
        return made

    def progress(self) -> Fraction:
        """The share of what is asked for that its slowest machine has made."""
        return Fraction(min(self.made_by_machine().values(), default=0), self.quantity)

    def make_room(self) -> None:
        """Ask for more where nearly all is made: an order in work has something left to do."""
        most = max(self.made_by_machine().values(), default=0)
        if most > self.quantity * 9 // 10:
            self.quantity = (most * 5 // 4 // 20 + 1) * 20


@dataclass(frozen=True)
class Floor:
    """What the simulation knows of the plant: ideal seconds by item, the badges of each area and shift, the seed."""

    seconds: Mapping[str, int]
    crews: Mapping[tuple[str, str], Sequence[str]]
    seed: str


def history(
    floor: Floor, machines: Sequence[Machine], shifts: Sequence[ShiftOccurrence], now: datetime
) -> list[MadeOrder]:
    """Every order of these machines in these shifts, current ones last; codes in the order of first starts.

    `shifts` are whole and in order, the last one may run; nothing is reported after `now`.
    """
    current_from = _current_from(shifts, now)
    past: list[MadeOrder] = []
    current: dict[str, MadeOrder] = {}
    for area, group in groupby(machines, key=lambda machine: machine.area):
        shared: dict[int, MadeOrder] = {}
        for index, machine in enumerate(group):
            run = _MachineRun(floor, machine, index, shared if area == LINE else None, now)
            run.through(shifts, current_from)
            past += [order for order in run.orders if order.stretches and order not in past]
            if run.current is not None:
                current.setdefault(machine.order, run.current).code = machine.order
    for order in past:
        made = order.made_by_machine()
        if len(made) > 1:  # a line's order is done when its last machine is: it asked for what all of them made
            order.quantity = max(min(made.values()) // 10 * 10, 10)
    past.sort(key=lambda order: order.first_start)
    for number, order in enumerate(past, start=24_100 - len(past)):
        order.code = f"WO-{number}"
    for order in current.values():
        order.make_room()
    return past + list(current.values())


def _current_from(shifts: Sequence[ShiftOccurrence], now: datetime) -> int:
    """The index of the shift in which the present orders began: the last one with two hours behind it."""
    begun = [index for index, shift in enumerate(shifts) if shift.interval.start <= now - timedelta(hours=2)]
    return begun[-1] if begun else 0


class _MachineRun:
    """One machine from shift to shift."""

    def __init__(
        self, floor: Floor, machine: Machine, index: int, shared: dict[int, MadeOrder] | None, now: datetime
    ) -> None:
        self.floor, self.machine, self.index, self.shared, self.now = floor, machine, index, shared, now
        self.dice = random.Random(f"{floor.seed}:{machine.code}")  # noqa: S311 - a believable plant, no secret
        self.orders: list[MadeOrder] = []
        self.current: MadeOrder | None = None
        self.order: MadeOrder | None = None
        self.made = 0

    def through(self, shifts: Sequence[ShiftOccurrence], current_from: int) -> None:
        """Work through the shifts; from `current_from` on the present order is on the machine."""
        for number, shift in enumerate(shifts):
            end = min(shift.interval.end or self.now, self._stands_since())
            person = self._person(shift)
            at = shift.interval.start
            if number == current_from:
                self._close()
                at = self._take_current(at, end, person)
            elif self.shared is not None and self.current is None:
                at = self._take(number, at, end, person)
            while at + LEAST_RUN < end:
                if self.order is None:
                    at = self._take(number, at, end, person)
                    continue
                at = self._run(shift, at, end, person)
        self._stand(self._person(shifts[-1]))

    def _stands_since(self) -> datetime:
        return self.now.replace(second=0, microsecond=0) - self.machine.since * MINUTE

    def _person(self, shift: ShiftOccurrence) -> str:
        crew = self.floor.crews[self.machine.area, shift.code]
        return crew[self.index % len(crew)]

    def _take(self, number: int, at: datetime, end: datetime, person: str) -> datetime:
        """The next order, and its set-up. On a line the order of the shift is the same for every machine."""
        if self.shared is not None:
            self._close()
            order = self.shared.setdefault(number, self._new_order())
        else:
            order = self._new_order()
        self.orders.append(order)
        self.order, self.made = order, 0
        return self._set_up(at, end, person, 6 if self.shared is not None else self.dice.randint(14, 38))

    def _take_current(self, at: datetime, end: datetime, person: str) -> datetime:
        self.order = self.current = MadeOrder(self.machine.items[0], self.machine.quantity, is_current=True)
        if self.shared is not None:
            self.order = self.current = self.shared.setdefault(-1, self.order)
        self.made = 0
        if self.machine.state == "setup":
            return end
        return self._set_up(at, end, person, 8)

    def _new_order(self) -> MadeOrder:
        item = self.dice.choice(self.machine.items)
        per_shift = int(8 * 3600 / self.floor.seconds[item] * 0.82)
        if self.shared is not None:
            return MadeOrder(item, per_shift // 10 * 10)
        return MadeOrder(item, int(per_shift * self.dice.uniform(0.5, 1.7)) // 10 * 10)

    def _set_up(self, at: datetime, end: datetime, person: str, minutes: int) -> datetime:
        until = min(at + minutes * MINUTE, end)
        if until > at:
            self._report("setup", at, until, person, scrap=self.dice.choice((0, 0, 1, 2)))
        return until

    def _run(self, shift: ShiftOccurrence, at: datetime, end: datetime, person: str) -> datetime:
        """Pieces until something happens: a break, a breakdown, the order is done, it is time to report."""
        order = self.order
        assert order is not None  # noqa: S101 - the caller has just taken one
        goes_on = self.current is not None or self.shared is not None
        pace = self.floor.seconds[order.item] / self.dice.uniform(0.82, 0.97)
        trouble = at + max(self.dice.expovariate(1 / (self.machine.trouble * 60)), 8) * MINUTE
        done = end if goes_on else at + timedelta(seconds=max(order.quantity - self.made, 1) * pace)
        stop, goes_on_at = self._next_stop(shift, at, end)
        until = _whole_minutes(min(stop, trouble, done), at)
        self._produce(at, until, pace, person)
        if self.made >= order.quantity and not goes_on:
            self._close()
            return until + self.dice.randint(2, 9) * MINUTE
        if trouble < stop:
            mended = _whole_minutes(min(until + self.dice.randint(5, 32) * MINUTE, end), until)
            self._report("breakdown", until, mended, person)
            return mended
        if self.dice.random() < 0.3:
            return goes_on_at + self.dice.randint(3, 21) * MINUTE  # waits for material, a tool, a person
        return goes_on_at

    def _next_stop(self, shift: ShiftOccurrence, at: datetime, end: datetime) -> tuple[datetime, datetime]:
        """When the work is next interrupted by the clock, and when it goes on."""
        marks = (shift.interval.start + REPORTED_EVERY * number for number in range(1, 6))
        stops = [(mark, mark) for mark in marks if mark >= at + LEAST_RUN]
        if self.machine.area not in RELIEVED:
            pauses = (pause for pause in shift.breaks if pause.start >= at + MINUTE)
            stops += [(pause.start, pause.end or pause.start) for pause in pauses]
        return min([*stops, (end, end)])

    def _produce(self, at: datetime, until: datetime, pace: float, person: str) -> None:
        pieces = max(int((until - at).total_seconds() / pace), 1)
        scrap = sum(self.dice.random() < self.machine.scrap for _ in range(pieces))
        review = int(self.dice.random() < 0.03)
        rework = int(self.dice.random() < 0.05) * min(self.dice.randint(1, 6), pieces)
        good = max(pieces - scrap - review - rework, 0)
        self.made += good
        is_attended = self.index < len(self.floor.crews[self.machine.area, "E"])
        self._report(
            "production", at, until, person if is_attended else "", good=good, scrap=scrap, rework=rework, review=review
        )

    def _stand(self, person: str) -> None:
        """What holds the machine now, where it stands: a breakdown or a set-up is work that is reported."""
        kind = {"down": "breakdown", "setup": "setup"}.get(self.machine.state)
        if kind and self.order is not None:
            self._report(kind, self._stands_since(), self.now.replace(second=0, microsecond=0), person)

    def _close(self) -> None:
        """The order is done; one that was cut off asked for no more than was made."""
        if self.order is not None and self.shared is None and self.made < self.order.quantity:
            self.order.quantity = self.made or self.order.quantity
            if not self.made:
                self.order.stretches.clear()
        self.order, self.made = None, 0

    def _report(self, kind: str, start: datetime, end: datetime, person: str, **pieces: int) -> None:
        assert self.order is not None  # noqa: S101 - only called while an order is on the machine
        self.order.stretches.append(
            Stretch(self.machine.code, self.machine.operation, person, kind, start, end, **pieces)
        )


def _whole_minutes(instant: datetime, after: datetime) -> datetime:
    """The instant without its seconds, a minute after `after` at least: people report whole minutes."""
    return max(instant.replace(second=0, microsecond=0), after + MINUTE)
