"""Timelines kept current: what came in is laid beside what is stored, machine by machine under its lock.

What comes in order touches only the open end. What comes late, and what people say, has its neighbourhood folded again.
Either way the stored timeline is the fold of everything that is known (ADR 0026).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from mom.accounts.models import Site
from mom.core.actor import Actor
from mom.core.live.change import CHANNEL, tell
from mom.core.use_case import UseCase, use_case
from mom.floor import applied as folds
from mom.floor.applied import Accepted, Applied, Change, Current
from mom.floor.engine.silence import is_silent
from mom.floor.engine.stops import Explained, Standing, stops_of
from mom.floor.engine.terms import IntervalOrigin, MessageKind, SignalSource
from mom.floor.engine.timeline import Observation, Reading, Record, fold, machine_pieces
from mom.floor.engine.timeline_change import FAR, Difference, difference
from mom.floor.engine.timeline_piece import joined
from mom.floor.engine.timeline_settings import UNSET, ListeningLine
from mom.floor.selectors.listening import listening_lines, mappings
from mom.floor.services import timeline_rows as rows
from mom.floor.services.timeline_neighbourhood import Neighbourhood, neighbourhoods
from mom.floor.services.timeline_rows import OpenEnd, Signal
from mom.plant.engine.terms import ReasonKind
from mom.plant.models import Reason

MOST_TOLD = 500  # machines told of one by one; of more at once pages read the whole


@dataclass(slots=True)
class _Batch:
    """The messages of one machine in a batch."""

    first: datetime
    last: datetime
    states: list[Observation]
    signs: list[datetime]


def apply(act: UseCase, site: Site, accepted: Sequence[Accepted]) -> Applied:
    """Lay messages that were just stored into the timelines of their machines. Joins the caller's transaction.

    Gives what the folds above need: the stretches that are others now, and where each machine of the batch stands.
    """
    batches = _by_machine(accepted)
    signals = rows.lock_signals(site.pk, batches)
    reader = Reader(site, batches)
    ends = rows.open_ends(batches)
    differences: dict[int, Difference] = {}
    late: dict[int, tuple[datetime, datetime]] = {}
    going_on: list[Signal] = []
    heard: list[Signal] = []
    for equipment_id, batch in batches.items():
        reading = reader.of(equipment_id)
        signal, end = signals[equipment_id], ends.get(equipment_id)
        if end is not None and _goes_on(batch, signal, end, reading, act.now):
            going_on.append(_heard(signal, batch))
            continue
        heard.append(_heard(signal, batch))
        if end is None and signal.state_at is None and not batch.states:
            continue
        if _comes_in_order(batch, signal, end, reading.listening):
            differences[equipment_id] = _appended(batch, signal, end, reading, act.now)
        else:
            late[equipment_id] = (_from(batch.first, signal), batch.last)
    for near in neighbourhoods(late, reader.lines):
        differences[near.equipment_id] = _folded(near, reader.of(near.equipment_id), act.now)
    rows.write(act, site.pk, differences)
    rows.write_signs(going_on)
    rows.write_signals(heard)
    return _applied(site, accepted, reader, ends, differences)


def refold(act: UseCase, site: Site, stretches: Mapping[int, tuple[datetime, datetime]]) -> Applied:
    """Fold machines' timelines again around stretches in which something is known better now: a word, a meaning.

    Joins the caller's transaction.
    """
    signals = rows.lock_signals(site.pk, stretches)
    reader = Reader(site, stretches)
    ends = rows.open_ends(stretches)
    wanted = {each: (_from(first, signals[each]), last) for each, (first, last) in stretches.items()}
    found = neighbourhoods(wanted, reader.lines)
    differences = {near.equipment_id: _folded(near, reader.of(near.equipment_id), act.now) for near in found}
    rows.write(act, site.pk, differences)
    return _applied(site, (), reader, ends, differences)


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


def _by_machine(accepted: Sequence[Accepted]) -> dict[int, _Batch]:
    batches: dict[int, _Batch] = {}
    for each in accepted:
        at = each.occurred_at
        batch = batches.get(each.equipment_id)
        if batch is None:
            batch = batches[each.equipment_id] = _Batch(at, at, [], [])
        elif at < batch.first:
            batch.first = at
        elif at > batch.last:
            batch.last = at
        batch.signs.append(at)
        if each.kind is MessageKind.STATE:
            batch.states.append(Observation(at, each.code, each.mode, each.reason))
    return batches


def _from(first: datetime, signal: Signal) -> datetime:
    """Not later than the last sign of life: what follows on it may turn out to be silence."""
    return first if signal.last_seen_at is None else min(first, signal.last_seen_at)


def _comes_in_order(batch: _Batch, signal: Signal, end: OpenEnd | None, line: ListeningLine) -> bool:
    """Whether nothing but the open end of the timeline can change."""
    if line.hears_reports:
        return False
    if end is None:
        return signal.last_seen_at is None and signal.words_until is None
    seen, open_piece = signal.last_seen_at, end.interval.piece
    if seen is None or signal.state_at is None or batch.first < seen:
        return False
    if any(each.at <= signal.state_at or each.at <= open_piece.start for each in batch.states):
        return False
    since = open_piece.start if end.stop is None else end.stop.found.start
    if signal.words_until is not None and signal.words_until >= since:
        return False
    if open_piece.origin == IntervalOrigin.SILENCE:
        return open_piece.start == seen and is_silent(seen, line, batch.first)
    if open_piece.start == seen and is_silent(seen, line, batch.first):
        return False  # it fell silent at once: that may belong to a silence before
    return open_piece.origin == IntervalOrigin.MACHINE


def _goes_on(batch: _Batch, signal: Signal, end: OpenEnd, reading: Reading, now: datetime) -> bool:
    """Whether the machine says in time what it said before: nearly every batch of nearly every machine.

    Then its timeline is the one that stands, open end and all; only its sign of life is a later one.
    """
    seen, since, line = signal.last_seen_at, signal.state_at, reading.listening
    if seen is None or since is None or batch.first < seen or end.interval.piece.origin is not IntervalOrigin.MACHINE:
        return False
    if line.hears_reports or not line.is_settled(seen):
        return False
    heartbeat = line.at(seen).heartbeat
    if batch.last - seen > heartbeat or now - batch.last > heartbeat:
        return False
    code, mode, reason = signal.code, signal.mode, signal.reason
    for each in batch.states:
        if each.code != code or each.mode != mode or each.reason != reason or each.at <= since:
            return False
    if not reading.meanings.is_settled(line.at(seen).state_model, code, mode, seen):
        return False
    began = end.interval.piece.start if end.stop is None else end.stop.found.start
    return signal.words_until is None or signal.words_until < began


def _appended(batch: _Batch, signal: Signal, end: OpenEnd | None, reading: Reading, now: datetime) -> Difference:
    if end is None:
        explained = fold(Record(batch.states, batch.signs), reading, now=now)
        return difference([], [], explained, now)
    piece = end.interval.piece
    seen = piece.start if signal.last_seen_at is None else max(signal.last_seen_at, piece.start)
    told = Observation(seen, signal.code, signal.mode, signal.reason)
    after = machine_pieces(Record([told, *batch.states], [seen, *batch.signs]), reading, now=now)
    # Up to its last sign of life the machine is known to have gone on, however long that was.
    pieces = joined([piece.between(piece.start, seen), *after]) if seen > piece.start else after
    standing = None
    if end.stop is not None:
        found = end.stop.found
        standing = Standing(found.start, found.state, found.code, found.mode, found.reason)
    explained = stops_of(pieces, (), reading.listening, standing)
    return difference([end.interval], [end.stop] if end.stop is not None else [], explained, max(now, batch.last))


def _folded(near: Neighbourhood, reading: Reading, now: datetime) -> Difference:
    start = near.start if near.intervals and near.intervals[0].piece.start == near.start else None
    explained: Explained = fold(near.record(), reading, now=now, start=start, until=near.end)
    return difference(near.intervals, near.stops, explained, max([now, *near.signs[-1:]]))


def _heard(signal: Signal, batch: _Batch) -> Signal:
    seen = batch.last if signal.last_seen_at is None else max(batch.last, signal.last_seen_at)
    latest = max(batch.states, default=None)
    if signal.state_at is not None:
        told = Observation(signal.state_at, signal.code, signal.mode, signal.reason)
        latest = told if latest is None else max(latest, told)
    if latest is None:
        return Signal(signal.equipment_id, seen)
    return Signal(signal.equipment_id, seen, latest.at, latest.code, latest.mode, latest.reason)


def _applied(
    site: Site,
    accepted: Sequence[Accepted],
    reader: "Reader",
    ends: Mapping[int, OpenEnd],
    differences: Mapping[int, Difference],
) -> Applied:
    changes = _changes(differences)
    _tell(site, changes)
    return Applied(site, accepted, changes, _current(ends, differences), reader.lines, reader.meanings)


def _changes(differences: Mapping[int, Difference]) -> list[Change]:
    return [
        Change(equipment_id, each.start, None if each.end is None or each.end >= FAR else each.end)
        for equipment_id, each in differences.items()
        if each.start is not None
    ]


def _current(ends: Mapping[int, OpenEnd], differences: Mapping[int, Difference]) -> dict[int, Current]:
    """The open intervals as they are now: of the folds where these reach the open end, else as they were."""
    current: dict[int, Current] = {}
    for equipment_id, end in ends.items():
        piece = end.interval.piece
        current[equipment_id] = Current(
            piece.state, piece.code, piece.mode, piece.start, piece.reason, end.interval.stop_id
        )
    for equipment_id, each in differences.items():
        pieces = each.explained.pieces
        if pieces and pieces[-1].end is None:
            last = pieces[-1]
            position = each.explained.stop_of[-1]
            stop_id = None if position is None else each.stop_ids[position]
            current[equipment_id] = Current(last.state, last.code, last.mode, last.start, last.reason, stop_id)
    return current


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
