"""The timeline of a machine without signals, as the responses of its jobs tell it. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from mom.floor.engine.terms import IntervalOrigin, MachineState
from mom.floor.engine.timeline_piece import Piece, joined
from mom.work.engine.terms import WorkKind

STATE_OF_WORK: dict[WorkKind, MachineState] = {
    WorkKind.PRODUCTION: MachineState.RUN,
    WorkKind.SETUP: MachineState.SETUP,
    WorkKind.WAITING: MachineState.IDLE,
    WorkKind.INSPECTION: MachineState.IDLE,
    WorkKind.LOGISTICS: MachineState.IDLE,
    WorkKind.BREAKDOWN: MachineState.DOWN,
    WorkKind.MAINTENANCE: MachineState.PLAN,
    WorkKind.PLANNED_STOP: MachineState.PLAN,
}

_RANK = (MachineState.PLAN, MachineState.DOWN, MachineState.SETUP, MachineState.IDLE, MachineState.RUN)
"""Which of several jobs at once decides. Source: iso22400.md, section 7 rule 2."""


@dataclass(frozen=True, slots=True)
class Reported:
    """A stretch of work on the machine. `end` None: it goes on."""

    start: datetime
    end: datetime | None
    kind: WorkKind
    reason: int | None = None


def reported_pieces(reports: Sequence[Reported], *, until: datetime | None) -> list[Piece]:
    """From the first report on: what was reported, and waiting wherever nothing was."""
    real = [each for each in reports if each.end is None or each.end > each.start]
    borders = {each.start for each in real} | {each.end for each in real if each.end is not None}
    if until is not None:
        borders = {each for each in borders if each < until}
    starts = sorted(borders)
    changes = _changes(real)
    active: list[Reported] = []
    pieces: list[Piece] = []
    for index, start in enumerate(starts):
        begins, ends = changes[start]
        active = [each for each in active if each not in ends] + begins
        end = starts[index + 1] if index + 1 < len(starts) else until
        pieces.append(_deciding(active, start, end))
    return joined(pieces)


def _changes(reports: Sequence[Reported]) -> dict[datetime, tuple[list[Reported], list[Reported]]]:
    changes: dict[datetime, tuple[list[Reported], list[Reported]]] = {}
    for each in reports:
        changes.setdefault(each.start, ([], []))[0].append(each)
        if each.end is not None:
            changes.setdefault(each.end, ([], []))[1].append(each)
    return changes


def _deciding(active: Sequence[Reported], start: datetime, end: datetime | None) -> Piece:
    def rank(each: Reported) -> tuple[int, int]:
        return _RANK.index(STATE_OF_WORK[each.kind]), each.reason or 0

    chosen = min(active, key=rank, default=None)
    if chosen is None:
        return Piece(start, end, MachineState.IDLE, "", "", None, IntervalOrigin.REPORTS)
    state = STATE_OF_WORK[chosen.kind]
    reason = chosen.reason if state is not MachineState.RUN else None
    return Piece(start, end, state, str(chosen.kind), "", reason, IntervalOrigin.REPORTS)
