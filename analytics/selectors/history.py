"""Shifts of machines straight from the record of their messages, archived or not, months at a time.

It goes past the stored timelines and the buckets, so it says whether these still agree with what was sent. Left out are
machines of which people, reports or new settings speak in these days: their shifts are made one by one.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from django.db.models import Q, Sum

from analytics.engine.fold_arrays import Fold
from analytics.engine.fold_terms import CLASSES, LETTERS, NO_STATE, STATES, Cuts, Folded, Listened, Vocabulary
from analytics.engine.machine_facts import MICRO, Rate, ShiftFacts
from analytics.engine.machine_stretch import instant_of, microseconds
from analytics.engine.machine_time import SILENT, Meaning
from analytics.models import ShiftBucket
from analytics.selectors.facts import LOOK_BACK, Asked, Calendar, frames_of
from analytics.selectors.facts_meaning import Meaner, Said
from mom.accounts.models import Site
from mom.core import clock
from mom.floor.engine.columns import Label
from mom.floor.engine.terms import CountName, MessageKind, PieceSource, SignalSource, StateModel
from mom.floor.models import StopAnnotation
from mom.floor.selectors.record import messages_in_pieces
from mom.plant.engine.terms import ReasonKind
from mom.plant.models import Reason

LOOK_AHEAD = timedelta(days=1)  # so that a stop over the end is judged by its whole length
_COUNTERS = {CountName.TOTAL: 1, CountName.REJECT: 2, CountName.TOTAL_ADDED: 3, CountName.REJECT_ADDED: 4}
TIMES = (*CLASSES, "minor_stop", "unplanned", "uncoded", "breakdown")
PIECES = ("good", "scrap")
IDEAL = ("ideal", "ideal_good")


@dataclass(frozen=True)
class ShiftHistory:
    """A machine's shift as its messages have it: times in microseconds, pieces in millionths.

    `parts` has the times; the pieces too where the machine's counters are their source, and their ideal time where one
    job with one ideal cycle was at work throughout.
    """

    equipment_id: int
    start: int
    parts: Mapping[str, int]


@dataclass(frozen=True)
class Difference:
    """A part of a shift's bucket that is not what the messages say."""

    equipment_id: int
    start: int
    name: str
    in_bucket: int
    in_record: int


def shift_history(
    site: Site, equipment_ids: Collection[int], first: datetime, last: datetime
) -> Iterator[ShiftHistory]:
    """The shifts that begin in [first, last) and are over, of those machines of which messages alone speak."""
    calendar = Calendar(site, first, last)
    now = microseconds(clock.now())
    asked = [
        Asked(machine, stretch, stretch.end)
        for machine in sorted(equipment_ids)
        for stretch in calendar.between(machine, microseconds(first), microseconds(last))
        if microseconds(first) <= stretch.start and stretch.end <= now
    ]
    if not asked:
        return
    frames, meaner = frames_of(site, calendar, asked)
    since = instant_of(min(each.start for each in frames)) - LOOK_BACK
    until = min(instant_of(max(each.end for each in frames)) + LOOK_AHEAD, instant_of(now))
    groups: dict[StateModel, list[ShiftFacts]] = defaultdict(list)
    spoken_of = _spoken_of(equipment_ids, since, until)
    for frame in frames:
        line = meaner.line(frame.equipment_id)
        changes = [each for each in line.borders() if since < each < until]
        if not line.hears_reports and not changes and frame.equipment_id not in spoken_of:
            groups[line.at(until).state_model].append(frame)
    for model, of_model in groups.items():
        yield from _folded(site, meaner, model, of_model, (since, until))


def differences(
    site: Site, equipment_ids: Collection[int], first: datetime, last: datetime
) -> tuple[int, list[Difference]]:
    """How many shifts were compared with their buckets, and every part that is not the same."""
    history = list(shift_history(site, equipment_ids, first, last))
    starts = [instant_of(each.start) for each in history]
    if not starts:
        return 0, []
    rows = ShiftBucket.objects.filter(
        equipment__in=equipment_ids, started_at__gte=min(starts), started_at__lte=max(starts)
    )
    names = (*TIMES, *PIECES, *IDEAL)
    summed = rows.order_by().values("equipment_id", "started_at").annotate(**{f"sum_{n}": Sum(n) for n in names})
    stored: dict[tuple[int, int], Mapping[str, Any]] = {
        (row["equipment_id"], microseconds(row["started_at"])): dict(row) for row in summed
    }
    found = []
    for each in history:
        row = stored.get((each.equipment_id, each.start))
        for name, in_record in each.parts.items():
            in_bucket = 0 if row is None else row[f"sum_{name}"]
            in_bucket = int(in_bucket * MICRO) if name in PIECES else int(in_bucket)
            if in_bucket != in_record:
                found.append(Difference(each.equipment_id, each.start, name, in_bucket, in_record))
    return len(history), found


def _spoken_of(equipment_ids: Collection[int], since: datetime, until: datetime) -> set[int]:
    """Machines about whose stops somebody said something."""
    within = Q(started_at__lt=until) & (Q(ended_at=None) | Q(ended_at__gt=since))
    rows = StopAnnotation.objects.filter(within, equipment__in=equipment_ids)
    return set(rows.values_list("equipment_id", flat=True))


def _folded(
    site: Site, meaner: Meaner, model: StateModel, frames: Sequence[ShiftFacts], window: tuple[datetime, datetime]
) -> Iterator[ShiftHistory]:
    since, until = window
    machines = sorted({frame.equipment_id for frame in frames})
    lines = [meaner.line(machine).at(until) for machine in machines]
    assert all(line.signal_source == SignalSource.MESSAGES for line in lines)  # noqa: S101 - chosen so above
    listened = Listened(
        np.asarray(machines),
        np.asarray([line.heartbeat // timedelta(microseconds=1) for line in lines]),
        np.asarray([line.minor_stop // timedelta(microseconds=1) for line in lines]),
        np.asarray([int((line.counter_modulus or 0) * MICRO) for line in lines]),
        microseconds(since),
        microseconds(until),
    )
    words = _Words(site, meaner, model, machines[0], until)
    fold = Fold(_cuts(frames, machines), listened, words.vocabulary)
    for columns in messages_in_pieces(machines, since, until):
        fold.add(columns)
    parts = fold.parts()
    for slot, frame in enumerate(frames):
        yield ShiftHistory(frame.equipment_id, frame.start, _parts(parts, slot, frame))


def _parts(parts: Folded, slot: int, frame: ShiftFacts) -> dict[str, int]:
    found = {name: int(parts.time[slot, place]) for place, name in enumerate(CLASSES)}
    names = list(TIMES[len(CLASSES) :])
    if frame.terms.piece_source == PieceSource.COUNTERS:
        names += PIECES
        if _only_rate(frame) is not None:
            names += IDEAL
    return found | {name: int(getattr(parts, name)[slot]) for name in names}


def _only_rate(frame: ShiftFacts) -> Rate | None:
    """The ideal cycle of the one job that was at work throughout; None where several were, or it changed."""
    if len(frame.work) != 1:
        return None
    (work,) = frame.work
    if work.start >= frame.start or (work.end is not None and work.end < frame.end):
        return None
    rates = frame.rates.get(work.made.definition_id or 0)
    if rates is None or any(frame.start < each.start < frame.end for each in rates.rates):
        return None
    return rates.at(frame.start)


def _cuts(frames: Sequence[ShiftFacts], machines: Sequence[int]) -> Cuts:
    """The plans of all stretches; what lies between them is not looked at."""
    place = {machine: number for number, machine in enumerate(machines)}
    rows = []
    for slot, frame in enumerate(frames):
        rate = _only_rate(frame) or Rate(0, 0)
        of = place[frame.equipment_id]
        rows += [(of, at, 1, slot, LETTERS.index(letter), rate.above, rate.below) for at, letter in frame.plan]
        rows.append((of, frame.end, 0, -1, 0, 0, 1))
    kept = {row[:2]: row for row in sorted(rows)}  # where one stretch ends and the next begins, the next holds
    machine, at, _begins, slots, letter, above, below = (
        np.asarray(column, np.int64) for column in zip(*sorted(kept.values()), strict=True)
    )
    return Cuts(machine, at, slots, letter, above, below)


class _Words:
    """What labels say at a site, for machines of one vocabulary of states, at an instant."""

    def __init__(self, site: Site, meaner: Meaner, model: StateModel, machine: int, at: datetime) -> None:
        self._meaner, self._model, self._machine, self._at = meaner, model, machine, at
        stops = Reason.objects.filter(site=site, kind=ReasonKind.STOP).order_by("pk").values_list("code", "pk")
        self._reasons = {code: number for number, (code, _key) in enumerate(stops, start=1)}
        self._keys = [key for _code, key in stops]
        self._meanings: list[Meaning] = [SILENT]

    def vocabulary(self, labels: Sequence[Label]) -> Vocabulary:
        """Of these labels; reasons are numbered from 1."""
        said = [self._state(label) for label in labels]
        by_reason = [self._meaner.of_reason(key, self._at) for key in self._keys]
        of_reason = [
            -1 if each is None else self._number(Meaning(each.time_class, each.time_class, each.loss_class))
            for each in by_reason
        ]
        return Vocabulary(
            state=np.asarray([state for state, _ in said], np.int8),
            reason=np.asarray([self._reasons.get(label.reason, 0) for label in labels], np.int64),
            meaning=np.asarray([meaning for _, meaning in said], np.int64),
            counter=np.asarray([self._counter(label) for label in labels], np.int8),
            reason_meaning=np.asarray([-1, *of_reason], np.int64),
            meanings=self._meanings,
        )

    def _state(self, label: Label) -> tuple[int, int]:
        if label.kind != MessageKind.STATE:
            return NO_STATE, 0
        state = self._meaner.meanings.at(self._model, label.code, label.mode, self._at).state.value
        told = Said(state, label.code, label.mode, None, self._at)
        return STATES.index(state), self._number(self._meaner.of(self._machine, told))

    def _counter(self, label: Label) -> int:
        return _COUNTERS.get(CountName(label.name), 0) if label.kind == MessageKind.COUNT and label.name else 0

    def _number(self, meaning: Meaning) -> int:
        if meaning not in self._meanings:
            self._meanings.append(meaning)
        return self._meanings.index(meaning)
