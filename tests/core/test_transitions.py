"""A transition table allows what it lists and nothing else."""

from enum import StrEnum

import pytest

from mom.core.engine.transitions import TransitionTable
from mom.core.errors import IllegalTransition


class Door(StrEnum):
    OPEN = "open"
    CLOSED = "closed"
    LOCKED = "locked"


class Act(StrEnum):
    CLOSE = "close"
    OPEN = "open"
    LOCK = "lock"


DOORS = TransitionTable(
    "door",
    {
        (Door.OPEN, Act.CLOSE): Door.CLOSED,
        (Door.CLOSED, Act.OPEN): Door.OPEN,
        (Door.CLOSED, Act.LOCK): Door.LOCKED,
    },
)


def test_transition_full_matrix() -> None:
    allowed = {(status, command): to for status, command, to in DOORS}

    for status in Door:
        for command in Act:
            if (status, command) in allowed:
                assert DOORS.apply(status, command) is allowed[status, command]
            else:
                with pytest.raises(IllegalTransition):
                    DOORS.apply(status, command)


def test_transition_refusal_names_status_command_and_what_is_possible() -> None:
    with pytest.raises(IllegalTransition) as refused:
        DOORS.apply(Door.CLOSED, Act.CLOSE)

    assert refused.value.sentence == "door is closed: close is not possible. Possible now: open, lock."
    assert refused.value.as_problem()["status"] == 409
    assert refused.value.as_problem()["allowed_commands"] == ["open", "lock"]


def test_transition_refusal_in_a_final_status_says_so() -> None:
    with pytest.raises(IllegalTransition, match="neither is anything else"):
        DOORS.apply(Door.LOCKED, Act.OPEN)
