"""Which command leads from which status to which: one table per noun, readable at a glance."""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Generic, TypeVar

from mom.core.errors import IllegalTransition

Status = TypeVar("Status", bound=StrEnum)
Command = TypeVar("Command", bound=StrEnum)


class TransitionTable(Generic[Status, Command]):
    """The state diagram of a noun, as a mapping from (status, command) to the next status."""

    def __init__(self, noun: str, moves: Mapping[tuple[Status, Command], Status]) -> None:
        self.noun = noun
        self._moves = dict(moves)

    def __iter__(self) -> Iterator[tuple[Status, Command, Status]]:
        """Every arrow of the diagram: from, command, to."""
        return ((status, command, to) for (status, command), to in self._moves.items())

    def apply(self, status: Status, command: Command) -> Status:
        """The status after `command`. Raises: IllegalTransition where the diagram has no such arrow."""
        try:
            return self._moves[status, command]
        except KeyError:
            raise IllegalTransition(self.noun, status, command, allowed=self.commands(status)) from None

    def commands(self, status: Status) -> tuple[Command, ...]:
        """The commands that are possible in `status`, in the order of the table."""
        return tuple(command for (from_status, command) in self._moves if from_status == status)
