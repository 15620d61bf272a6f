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
    """Groups of so many cells, in order, as rows of group numbers: side by side while they fit, none torn apart.

    The more cells there are in all, the more stand in a row, so that the wall never scrolls.
    """
    whole = sum(sizes)
    most = max(LEAST_IN_A_ROW, math.ceil(math.sqrt(whole * WIDTH_TO_HEIGHT)))
    rows: list[list[int]] = []
    room = 0
    for number, size in enumerate(sizes):
        if not rows or size > room:
            rows.append([])
            room = most
        rows[-1].append(number)
        room -= size
    return rows


def columns(size: int, whole: int) -> int:
    """How many cells of a group stand side by side; a large group is broken into lines of about the same length."""
    most = max(LEAST_IN_A_ROW, math.ceil(math.sqrt(whole * WIDTH_TO_HEIGHT)))
    lines = max(1, math.ceil(size / most))
    return max(1, math.ceil(size / lines))
