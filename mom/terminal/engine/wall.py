"""How a wall lays its cells out, and how a machine's state looks from eight metres away. Pure."""

import math
from collections.abc import Sequence
from enum import StrEnum

LEAST_IN_A_ROW = 7
WIDTH_TO_HEIGHT = 2.3  # of the wall's grid against that of a cell


class Look(StrEnum):
    """How a cell is drawn. Only what stands against the plan is filled with colour."""

    RUN = "run"
    SETUP = "setup"
    IDLE = "idle"
    DOWN = "down"
    PLAN = "plan"
    OFF = "off"


RESTING = frozenset({"off_shift", "planned_stop", "planned_maintenance"})
"""Time classes in which a machine that waits does not wait for anybody."""


def look(state: str, time_class: str) -> Look:
    """The look of a state: waiting outside the shift or in a break is planned, and not filled."""
    if state == Look.IDLE and time_class in RESTING:
        return Look.PLAN
    return Look(state)


def packed(sizes: Sequence[int]) -> list[list[int]]:
    """Groups of so many cells as rows of group numbers: each into the first row that has room, none torn apart.

    The more cells there are in all, the more stand in a row, so that the wall never scrolls.
    """
    most = _most(sum(sizes))
    rows: list[list[int]] = []
    room: list[int] = []
    for number, size in enumerate(sizes):
        row = next((each for each, left in enumerate(room) if size <= left), None)
        if row is None:
            rows.append([])
            room.append(most)
            row = len(rows) - 1
        rows[row].append(number)
        room[row] -= size
    return rows


def _most(whole: int) -> int:
    """How many cells stand in a row at most."""
    return max(LEAST_IN_A_ROW, math.ceil(math.sqrt(whole * WIDTH_TO_HEIGHT)))


def columns(size: int, whole: int) -> int:
    """How many cells of a group stand side by side; a large group is broken into lines of about the same length."""
    lines = max(1, math.ceil(size / _most(whole)))
    return max(1, math.ceil(size / lines))
