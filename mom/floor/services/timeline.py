"""Timelines kept current: what came in is laid beside what is stored, machine by machine under its lock.

What comes in order touches only the open end. What comes late, and what people say, has its neighbourhood folded again.
Either way the stored timeline is the fold of everything that is known (ADR 0026).
"""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from django.db import connection

from mom.accounts.models import Site
from mom.core.actor import Actor
from mom.core.closing import CHANNEL
from mom.core.live.change import tell
from mom.core.use_case import UseCase, use_case
from mom.floor import applied as folds
from mom.floor.applied import Applied, Change
from mom.floor.engine.heard import Heard
from mom.floor.engine.silence import is_silent
from mom.floor.engine.stops import Explained, Standing, stops_of
from mom.floor.engine.terms import IntervalOrigin, SignalSource
from mom.floor.engine.timeline import Observation, Reading, Record, fold, machine_pieces
from mom.floor.engine.timeline_change import FAR, Difference, difference
from mom.floor.engine.timeline_piece import joined
from mom.floor.engine.timeline_settings import UNSET, ListeningLine
from mom.floor.engine.timeline_turn import turned
from mom.floor.selectors.listening import listening_lines, mappings
from mom.floor.services import machine_signals as signs
from mom.floor.services import timeline_rows as rows
from mom.floor.services.machine_signals import Signal
from mom.floor.services.timeline_neighbourhood import Neighbourhood, neighbourhoods
from mom.floor.services.timeline_rows import OpenEnd
from mom.plant.engine.terms import ReasonKind
from mom.plant.models import Reason

MOST_TOLD = 500  # machines told of one by one; of more at once pages read the whole


class Store(Protocol):
    """Stores what was heard."""

    def prepare(self) -> None:
        """What can be done beforehand without the database."""

    def __call__(self, beside: Iterator[None]) -> None:
        """Store it; meanwhile do the work that is given, step by step, which needs no database."""


class _Stored:
    """Nothing is to be stored."""

    def prepare(self) -> None:
        """Nothing."""

    def __call__(self, beside: Iterator[None]) -> None:
        """Only the work."""
        deque(beside, maxlen=0)


STORED: Store = _Stored()


@dataclass
class _Laid:
    """What was heard, beside what is stored: what changes, which stretches are to be folded, what was heard last."""

    differences: dict[int, Difference] = field(default_factory=dict)
    late: dict[int, tuple[datetime, datetime]] = field(default_factory=dict)
    signals: Sequence[str] = ()  # spelled
    prepared: Mapping[str, Any] = field(default_factory=dict)  # by the folds


def apply(act: UseCase, site: Site, heard: Mapping[int, Heard], store: Store = STORED) -> Applied:
    """Lay what was just heard of machines into their timelines. Joins the caller's transaction.

    Gives what the folds above need: what was heard, and the stretches that are others now.
    """
    signs.lock_signals(site.pk, heard)
    reader, laid = Reader(site, heard), _Laid()
    going_on = signs.go_on(heard, reader.lines, reader.meanings, act.now, store.prepare)
    others = {machine: each for machine, each in heard.items() if machine not in going_on}
    store(_beside(laid, heard, others, rows.standings(others), reader, act.now))
    for near in neighbourhoods(laid.late, reader.lines):
        laid.differences[near.equipment_id] = _folded(near, reader.of(near.equipment_id), act.now)
    rows.write(act, site.pk, laid.differences)
    signs.write_signals(laid.signals)
    return _applied(site, heard, reader, laid.differences, laid.prepared)


def _beside(
    laid: _Laid,
    heard: Mapping[int, Heard],
    others: Mapping[int, Heard],
    standings: Mapping[int, tuple[Signal, OpenEnd | None]],
    reader: "Reader",
    now: datetime,
) -> Iterator[None]:
    """All that needs no database, while it stores the messages."""
    yield from _lay(laid, others, standings, reader, now)
    laid.signals = signs.spelled([_signal(standings[machine][0], each) for machine, each in others.items()])
    yield
    laid.prepared = folds.prepare(heard)


def _lay(
    laid: _Laid,
    heard: Mapping[int, Heard],
    standings: Mapping[int, tuple[Signal, OpenEnd | None]],
    reader: "Reader",
    now: datetime,
) -> Iterator[None]:
    """What comes in order, machine by machine; what is late is noted."""
    for machine, each in heard.items():
        reading, (signal, end) = reader.of(machine), standings[machine]
        if end is None and signal.state_at is None and not each.states:
            continue
        if _comes_in_order(each, signal, end, reading.listening):
            laid.differences[machine] = _appended(each, signal, end, reading, now)
        else:
            laid.late[machine] = (_from(each.first, signal), each.last)
        yield


def refold(act: UseCase, site: Site, stretches: Mapping[int, tuple[datetime, datetime]]) -> Applied:
    """Fold machines' timelines again around stretches in which something is known better now: a word, a meaning.

    Joins the caller's transaction.
    """
    signs.lock_signals(site.pk, stretches)
    reader, standings = Reader(site, stretches), rows.standings(stretches)
    wanted = {each: (_from(first, standings[each][0]), last) for each, (first, last) in stretches.items()}
    found = neighbourhoods(wanted, reader.lines)
    differences = {near.equipment_id: _folded(near, reader.of(near.equipment_id), act.now) for near in found}
    rows.write(act, site.pk, differences)
    return _applied(site, {}, reader, differences, folds.prepare({}))


def refold_and_run(act: UseCase, site: Site, stretches: Mapping[int, tuple[datetime, datetime]]) -> Sequence[Change]:
    """The same, and everything that is folded from timelines with it. Joins the caller's transaction."""
    if not stretches:
        return ()
    applied = refold(act, site, stretches)
    if applied.changes:
        folds.run(act, applied)
    return applied.changes


def sweep_silence(actor: Actor, site: Site, now: datetime) -> int:
    """Machines that have been silent for longer than their heartbeat by `now` have no signal from their last sign on.

    A function of the record and `now`: run twice it changes nothing the second time. Gives how many machines changed.
    """
    quiet = _quiet_machines(site, now)
    if not quiet:
        return 0
    with use_case(actor) as act:
        act.now = now
        return len({change.equipment_id for change in refold_and_run(act, site, quiet)})


def _quiet_machines(site: Site, now: datetime) -> dict[int, tuple[datetime, datetime]]:
    """Machines that count as silent and are not shown so yet, each with its last sign of life. Two statements."""
    lines = listening_lines(site)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT m.equipment_id, m.last_seen_at FROM floor_machinesignal m JOIN floor_stateinterval i"
            " ON i.equipment_id = m.equipment_id AND i.ended_at IS NULL"
            " WHERE m.site_id = %s AND i.origin <> %s AND m.last_seen_at < %s",
            [site.pk, IntervalOrigin.SILENCE.value, now],
        )
        found = cursor.fetchall()
    quiet: dict[int, tuple[datetime, datetime]] = {}
    for equipment_id, seen in found:
        line = lines.get(equipment_id, UNSET)
        if line.at(now).signal_source == SignalSource.MESSAGES and is_silent(seen, line, now):
            quiet[equipment_id] = (seen, seen)
    return quiet


class Reader:
    """How the records of a site's machines are read: three statements for however many machines."""

    def __init__(self, site: Site, equipment_ids: Iterable[int]) -> None:
        self.lines: dict[int, ListeningLine] = listening_lines(site, list(equipment_ids))
        self.meanings = mappings(site)
        reasons = Reason.objects.filter(site=site, kind=ReasonKind.STOP)
        self._reasons: dict[str, int] = dict(reasons.values_list("code", "pk"))
        self._unset = Reading(self.meanings, UNSET, self._reasons)

    def of(self, equipment_id: int) -> Reading:
        """The reading of one machine."""
        line = self.lines.get(equipment_id)
        return self._unset if line is None else Reading(self.meanings, line, self._reasons)


def _from(first: datetime, signal: Signal) -> datetime:
    """Not later than the last sign of life: what follows on it may turn out to be silence."""
    return first if signal.last_seen_at is None else min(first, signal.last_seen_at)


def _comes_in_order(heard: Heard, signal: Signal, end: OpenEnd | None, line: ListeningLine) -> bool:
    """Whether nothing but the open end of the timeline can change."""
    if line.hears_reports:
        return False
    if end is None:
        return signal.last_seen_at is None and signal.words_until is None
    seen, open_piece = signal.last_seen_at, end.interval.piece
    if seen is None or signal.state_at is None or heard.first < seen:
        return False
    if any(each.at <= signal.state_at or each.at <= open_piece.start for each in heard.states):
        return False
    since = open_piece.start if end.stop is None else end.stop.found.start
    if signal.words_until is not None and signal.words_until >= since:
        return False
    if open_piece.origin == IntervalOrigin.SILENCE:
        return open_piece.start == seen and is_silent(seen, line, heard.first)
    if open_piece.start == seen and is_silent(seen, line, heard.first):
        return False  # it fell silent at once: that may belong to a silence before
    return open_piece.origin == IntervalOrigin.MACHINE


def _appended(heard: Heard, signal: Signal, end: OpenEnd | None, reading: Reading, now: datetime) -> Difference:
    states = _observed(heard)
    if end is None:
        explained = fold(Record(states, heard.signs), reading, now=now)
        return difference([], [], explained, now)
    piece = end.interval.piece
    seen = piece.start if signal.last_seen_at is None else max(signal.last_seen_at, piece.start)
    told = Observation(seen, signal.code, signal.mode, signal.reason)
    if len(states) == 1 and states[0].at > seen and _is_in_time(heard, seen, reading.listening, now):
        turn = turned(end.interval, end.stop, told, states[0], reading)
        if turn is not None:
            return turn
    # What it says at the very instant of its last sign of life stands alone: that it was heard then is no word of it.
    said = states if any(each.at == seen for each in states) else [told, *states]
    after = machine_pieces(Record(said, [seen, *heard.signs]), reading, now=now)
    # Up to its last sign of life the machine is known to have gone on, however long that was.
    pieces = joined([piece.between(piece.start, seen), *after]) if seen > piece.start else after
    standing = None
    if end.stop is not None:
        found = end.stop.found
        standing = Standing(found.start, found.state, found.code, found.mode, found.reason)
    explained = stops_of(pieces, (), reading.listening, standing)
    return difference([end.interval], [end.stop] if end.stop is not None else [], explained, max(now, heard.last))


def _is_in_time(heard: Heard, seen: datetime, line: ListeningLine, now: datetime) -> bool:
    """Whether the machine was not silent since its last sign of life, wherever in between the others lie."""
    heartbeat = line.at(seen).heartbeat
    return heard.last - seen <= heartbeat and now - heard.last <= heartbeat


def _observed(heard: Heard) -> list[Observation]:
    return [Observation(each.at, each.said.code, each.said.mode, each.said.reason) for each in heard.states]


def _folded(near: Neighbourhood, reading: Reading, now: datetime) -> Difference:
    start = near.start if near.intervals and near.intervals[0].piece.start == near.start else None
    explained: Explained = fold(near.record(), reading, now=now, start=start, until=near.end)
    return difference(near.intervals, near.stops, explained, max([now, *near.signs[-1:]]))


def _signal(before: Signal, heard: Heard) -> Signal:
    """What was heard last, after the batch."""
    seen = heard.last if before.last_seen_at is None else max(heard.last, before.last_seen_at)
    latest = max(_observed(heard), default=None)
    if before.state_at is not None:
        told = Observation(before.state_at, before.code, before.mode, before.reason)
        latest = told if latest is None else max(latest, told)
    if latest is None:
        return Signal(before.equipment_id, seen)
    return Signal(before.equipment_id, seen, latest.at, latest.code, latest.mode, latest.reason)


def _applied(
    site: Site,
    heard: Mapping[int, Heard],
    reader: "Reader",
    differences: Mapping[int, Difference],
    prepared: Mapping[str, Any],
) -> Applied:
    changes = _changes(differences)
    _tell(site, changes)
    return Applied(site, heard, changes, reader.lines, reader.meanings, prepared)


def _changes(differences: Mapping[int, Difference]) -> list[Change]:
    return [
        Change(equipment_id, each.start, None if each.end is None or each.end >= FAR else each.end)
        for equipment_id, each in differences.items()
        if each.start is not None
    ]


def _tell(site: Site, changes: Sequence[Change]) -> None:
    """Tell open pages which machines moved, of very many only that some did. One statement; sent at commit."""
    if len(changes) > MOST_TOLD:
        tell(site.code, "machine", "")
    elif changes:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_notify(%s, %s || '|machine|' || code || '|') FROM plant_equipment WHERE id = ANY(%s)",
                [CHANNEL, site.code, [change.equipment_id for change in changes]],
            )
