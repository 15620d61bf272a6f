"""The timeline of one machine: a pure fold of its messages, its silences and what people said. Pure.

Pieces are half-open, never overlap and leave no hole between the first and the last of them. What arrives late, twice
or shuffled gives the same pieces, because only the set of messages counts. Source: iso22400.md, section 7.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from mom.floor.engine.meaning import Meanings
from mom.floor.engine.reported import Reported, reported_pieces
from mom.floor.engine.silence import silent_stretches
from mom.floor.engine.stops import Explained, Word, stops_of
from mom.floor.engine.terms import IntervalOrigin, MachineState, SignalSource
from mom.floor.engine.timeline_piece import Piece, joined
from mom.floor.engine.timeline_settings import UNSET, ListeningLine


class Observation(NamedTuple):
    """A state message. Two of one instant: the one that comes last in the order of their content holds."""

    at: datetime
    code: str
    mode: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Record:
    """What is known of one machine. `signs`: when it gave any sign of life, its states included; order is free."""

    states: Sequence[Observation] = ()
    signs: Sequence[datetime] = ()
    reports: Sequence[Reported] = ()
    words: Sequence[Word] = ()


@dataclass(frozen=True)
class Reading:
    """How the record is read: settings, meanings of codes, and the plant's stop reasons by code."""

    meanings: Meanings
    listening: ListeningLine = UNSET
    reasons: Mapping[str, int] = field(default_factory=dict)


def fold(
    record: Record, reading: Reading, *, now: datetime, start: datetime | None = None, until: datetime | None = None
) -> Explained:
    """The timeline from the first word about a state on, or from `start`: up to `until`, or open.

    With `until` the machine is known to be heard beyond it; without, the last silence is judged by `now`.
    """
    pieces = machine_pieces(record, reading, now=now, start=start, until=until)
    return stops_of(pieces, record.words, reading.listening)


def machine_pieces(
    record: Record, reading: Reading, *, now: datetime, start: datetime | None = None, until: datetime | None = None
) -> list[Piece]:
    """What the machine's own messages and its jobs' reports say, before anybody's word about a stop."""
    listening = reading.listening
    heard = joined(_heard(record, reading, now, until))
    if not listening.hears_reports:
        return heard
    told = reported_pieces(record.reports, until=until)
    borders = sorted({*listening.borders(), *([start] if start is not None else [])})
    both = [(heard, SignalSource.MESSAGES), (told, SignalSource.REPORTS)]
    chosen = [
        piece
        for pieces, source in both
        for piece in _cut(pieces, borders)
        if listening.at(piece.start).signal_source == source and (start is None or piece.start >= start)
    ]
    return joined(_filled(sorted(chosen, key=lambda piece: piece.start), until))


def _filled(pieces: Sequence[Piece], until: datetime | None) -> Iterable[Piece]:
    """The pieces, and no signal where neither source says anything."""
    for index, piece in enumerate(pieces):
        yield piece
        after = pieces[index + 1].start if index + 1 < len(pieces) else until
        if piece.end is not None and piece.end != after:
            yield _silence(piece.end, after)


def _heard(record: Record, reading: Reading, now: datetime, until: datetime | None) -> Iterable[Piece]:
    held = _last_of_each_instant(record.states)
    if not held:
        return []
    signs = sorted({*record.signs, *(each.at for each in held)})
    silent = silent_stretches(signs, reading.listening, until=until, now=now)
    pieces: list[Piece] = []
    position = 0
    for index, observation in enumerate(held):
        end = held[index + 1].at if index + 1 < len(held) else until
        start = observation.at
        while position < len(silent) and (end is None or silent[position][0] < end):
            quiet_from, quiet_until = silent[position]
            if start < quiet_from:
                pieces.extend(meant(observation, start, quiet_from, reading))
            if start <= quiet_from:
                pieces.append(_silence(quiet_from, quiet_until))
            position += 1
            if quiet_until is None:
                return pieces
            start = max(start, quiet_until)  # a silence before the first word about a state moves nothing
        if end is None or start < end:
            pieces.extend(meant(observation, start, end, reading))
    return pieces


def _last_of_each_instant(states: Iterable[Observation]) -> list[Observation]:
    held: list[Observation] = []
    for observation in sorted(states):
        if held and held[-1].at == observation.at:
            held[-1] = observation
        else:
            held.append(observation)
    return held


def _silence(start: datetime, end: datetime | None) -> Piece:
    return Piece(start, end, MachineState.OFF, "", "", None, IntervalOrigin.SILENCE)


def meant(observation: Observation, start: datetime, end: datetime | None, reading: Reading) -> list[Piece]:
    """The pieces of one observation: several where a setting or a meaning changes within it."""
    model = reading.listening.at(start).state_model
    of_setting = reading.listening.borders()
    of_meaning = reading.meanings.borders(model, observation.code, observation.mode)
    if (not of_setting or of_setting[-1] <= start) and (not of_meaning or of_meaning[-1] <= start):
        return [_meaning(observation, start, end, reading)]
    borders = {*of_setting, *of_meaning}
    within = sorted(each for each in borders if start < each and (end is None or each < end))
    starts = [start, *within]
    return [_meaning(observation, begins, ends, reading) for begins, ends in zip(starts, [*within, end], strict=True)]


def _meaning(observation: Observation, start: datetime, end: datetime | None, reading: Reading) -> Piece:
    model = reading.listening.at(start).state_model
    state = reading.meanings.at(model, observation.code, observation.mode, start).state
    is_stop = state is not MachineState.RUN and state is not MachineState.OFF
    reason = reading.reasons.get(observation.reason) if is_stop and observation.reason else None
    return Piece(start, end, state, observation.code, observation.mode, reason, IntervalOrigin.MACHINE)


def _cut(pieces: Iterable[Piece], borders: Sequence[datetime]) -> Iterable[Piece]:
    for piece in pieces:
        start = piece.start
        for border in borders:
            if start < border and (piece.end is None or border < piece.end):
                yield piece.between(start, border)
                start = border
        yield piece.between(start, piece.end)
