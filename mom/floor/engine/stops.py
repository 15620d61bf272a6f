"""Stops: stretches in which a machine stood still, each with its cause, and what people said about them. Pure.

A stop begins with its cause. Waiting after a breakdown belongs to the breakdown (nobody has restarted it yet); a
breakdown, a setup or a planned stop after waiting is a stop of its own, and so is one for which the machine names
another reason. No signal ends a stop: unknown time is no stop. A person's word may say it otherwise for a part: then
that part is a stop of its own.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from mom.floor.engine.terms import IntervalOrigin, MachineState
from mom.floor.engine.timeline_piece import Piece, joined
from mom.floor.engine.timeline_settings import ListeningLine


class Word(NamedTuple):
    """What somebody said. `order`: its place among all words; the last one holds.

    `is_whole`: about the whole stop in which `start` lies, whatever its ends become. Else from `start` to `end`, or to
    the end of the stop in which `start` lies.
    """

    start: datetime
    end: datetime | None
    is_whole: bool
    state: MachineState | None
    reason: int | None
    note: str
    reporter: str
    order: int


class StopFound(NamedTuple):
    """A stop as the record has it now."""

    start: datetime
    end: datetime | None
    state: MachineState
    code: str
    mode: str
    reason: int | None
    note: str
    reporter: str
    is_minor: bool


class Standing(NamedTuple):
    """The stop in which a machine stood when the pieces at hand begin: they may go on with it."""

    start: datetime
    state: MachineState
    code: str
    mode: str
    reason: int | None


@dataclass(frozen=True)
class Explained:
    """Pieces with the words about them, and the stops; `stop_of` gives each piece the index of its stop."""

    pieces: list[Piece]
    stops: list[StopFound]
    stop_of: list[int | None]


def stops_of(
    pieces: Sequence[Piece], words: Sequence[Word], listening: ListeningLine, standing: Standing | None = None
) -> Explained:
    """The stops of a machine's pieces, with the words about them. `standing` only without words."""
    shown: list[Piece] = []
    stops: list[StopFound] = []
    stop_of: list[int | None] = []
    for group in _grouped(pieces, standing):
        if not group[0].is_stop:
            shown.extend(group)
            stop_of.extend([None] * len(group))
            continue
        before = standing if standing is not None and not shown else None
        for part, word in _said(group, words):
            stops.append(_found(part, word, listening, before))
            told = joined(_overruled(piece, word) for piece in part)
            shown.extend(told)
            stop_of.extend([len(stops) - 1] * len(told))
    return Explained(shown, stops, stop_of)


def _grouped(pieces: Sequence[Piece], standing: Standing | None) -> Iterable[list[Piece]]:
    """Pieces of one stop together, every other piece alone."""
    group: list[Piece] = []
    cause, reason = (standing.state, standing.reason) if standing is not None else (None, None)
    for piece in pieces:
        if group and _goes_on(group[-1], piece, cause, reason):
            group.append(piece)
        else:
            if group:
                yield group
            first = not group and standing is not None
            group = [piece]
            cause, reason = (cause, reason) if first else (piece.state, None)
        reason = reason or piece.reason
    if group:
        yield group


def _goes_on(last: Piece, piece: Piece, cause: MachineState | None, reason: int | None) -> bool:
    if not last.is_stop or not piece.is_stop or last.end != piece.start:
        return False
    if piece.reason is not None and reason is not None and piece.reason != reason:
        return False
    return piece.state == cause or (cause == MachineState.DOWN and piece.state == MachineState.IDLE)


def _said(group: list[Piece], words: Sequence[Word]) -> Iterable[tuple[list[Piece], Word | None]]:
    """The parts of a stop about which different things were said, each with the last word about it."""
    start, end = group[0].start, group[-1].end
    about = [(_span(word, start, end), word) for word in words]
    holding = sorted(((span, word) for span, word in about if span is not None), key=lambda each: each[1].order)
    if not holding:
        yield group, None
        return
    borders = {start} | {begin for (begin, _), _ in holding} | {stop for (_, stop), _ in holding if stop is not None}
    cuts = sorted(border for border in borders if end is None or border < end)
    parts: list[tuple[datetime, datetime | None, Word | None]] = []
    for index, begins in enumerate(cuts):
        ends = cuts[index + 1] if index + 1 < len(cuts) else end
        word = next((word for span, word in reversed(holding) if _covers(span, begins)), None)
        if parts and _same_word(parts[-1][2], word):
            last = parts[-1]
            newest = word if last[2] is None or (word is not None and word.order > last[2].order) else last[2]
            parts[-1] = (last[0], ends, newest)
        else:
            parts.append((begins, ends, word))
    for begins, ends, word in parts:
        yield list(_within(group, begins, ends)), word


def _span(word: Word, start: datetime, end: datetime | None) -> tuple[datetime, datetime | None] | None:
    """The part of the stop [start, end) that a word is about; None for none of it."""
    is_inside = start <= word.start and (end is None or word.start < end)
    if word.is_whole:
        return (start, end) if is_inside else None
    if word.end is None:
        return (word.start, end) if is_inside else None
    begins = max(start, word.start)
    ends = word.end if end is None else min(end, word.end)
    return (begins, ends) if begins < ends else None


def _covers(span: tuple[datetime, datetime | None], instant: datetime) -> bool:
    return span[0] <= instant and (span[1] is None or instant < span[1])


def _same_word(one: Word | None, other: Word | None) -> bool:
    if one is None or other is None:
        return one is other
    return (one.state, one.reason) == (other.state, other.reason)


def _within(group: Iterable[Piece], start: datetime, end: datetime | None) -> Iterable[Piece]:
    for piece in group:
        begins = max(piece.start, start)
        ends = piece.end if end is None or (piece.end is not None and piece.end < end) else end
        if ends is None or begins < ends:
            yield piece.between(begins, ends)


def _overruled(piece: Piece, word: Word | None) -> Piece:
    if word is None:
        return piece
    return piece._replace(
        state=word.state or piece.state, reason=word.reason or piece.reason, origin=IntervalOrigin.PERSON
    )


def _found(part: list[Piece], word: Word | None, listening: ListeningLine, standing: Standing | None) -> StopFound:
    first: Piece | Standing = standing or part[0]
    start, end = first.start, part[-1].end
    named = [standing.reason] if standing is not None else []
    named += [piece.reason for piece in part]
    said = word.reason if word is not None else None
    return StopFound(
        start=start,
        end=end,
        state=(word.state if word is not None else None) or first.state,
        code=first.code,
        mode=first.mode,
        reason=said or next((each for each in named if each is not None), None),
        note=word.note if word is not None else "",
        reporter=word.reporter if word is not None else "",
        is_minor=end is not None and end - start < listening.at(start).minor_stop,
    )
