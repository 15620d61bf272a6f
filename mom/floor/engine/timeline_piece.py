"""A piece of a machine's timeline. Pure."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from mom.floor.engine.terms import IntervalOrigin, MachineState


class Piece(NamedTuple):
    """A half-open stretch in one state, as its source said it. `end` None: open."""

    start: datetime
    end: datetime | None
    state: MachineState
    code: str
    mode: str
    reason: int | None
    origin: IntervalOrigin

    @property
    def is_stop(self) -> bool:
        """Whether the machine stood still, as far as anybody knows. No signal is neither running nor a stop."""
        return self.state is not MachineState.RUN and self.state is not MachineState.OFF

    def looks_like(self, other: "Piece") -> bool:
        """Whether both say the same, whatever their times."""
        return (
            self.state == other.state
            and self.code == other.code
            and self.mode == other.mode
            and self.reason == other.reason
            and self.origin == other.origin
        )

    def between(self, start: datetime, end: datetime | None) -> "Piece":
        """The same at other times."""
        return Piece(start, end, self.state, self.code, self.mode, self.reason, self.origin)


def joined(pieces: Iterable[Piece]) -> list[Piece]:
    """Neighbours that say the same as one."""
    result: list[Piece] = []
    for piece in pieces:
        if result and result[-1].end == piece.start and result[-1].looks_like(piece):
            result[-1] = result[-1].between(result[-1].start, piece.end)
        else:
            result.append(piece)
    return result
