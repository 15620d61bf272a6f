"""Where the lots of a genealogy stand on a page: what a lot was made of to its left, what it became to its right. Pure.

A thing stands as many columns away as the longest way to it is long, so that each line goes from left to right. Within
a column it stands near what it is joined to, so that lines cross little.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

Edge = tuple[str, str]
"""From what was taken to what was made."""

_SWEEPS = 4  # there and back again: more change little


class Spot(NamedTuple):
    """`column`: 0 is the start's, less than zero before it. `row` counts from the middle of all columns, in rows."""

    column: int
    row: float


@dataclass(frozen=True)
class Layout:
    """The spot of each thing that is shown, the edges between those, and how many of a column are not shown."""

    spots: Mapping[str, Spot]
    edges: Sequence[Edge]
    left_out: Mapping[int, int]

    @property
    def columns(self) -> list[int]:
        """Every column, from the left."""
        return sorted({spot.column for spot in self.spots.values()})


def lay_out(start: str, before: Sequence[Edge], after: Sequence[Edge], *, most: int) -> Layout:
    """Lay out a start, the edges that lead to it and those that lead on from it; at most so many things a column."""
    edges = list(dict.fromkeys([*before, *after]))
    away = {**_distances(start, [(made, taken) for taken, made in before], -1), **_distances(start, after, 1)}
    columns: dict[int, list[str]] = defaultdict(list)
    for name, column in away.items():
        columns[column].append(name)
    _uncross(columns, edges, away)
    left_out = {column: len(names) - most for column, names in columns.items() if len(names) > most}
    spots = {
        name: Spot(column, row - (min(len(names), most) - 1) / 2)
        for column, names in columns.items()
        for row, name in enumerate(names[:most])
    }
    return Layout(spots, [edge for edge in edges if edge[0] in spots and edge[1] in spots], left_out)


def _distances(start: str, steps: Iterable[Edge], sign: int) -> dict[str, int]:
    """How many columns each thing that can be reached stands away; where the ways go in a ring, by the shortest way."""
    onward: dict[str, list[str]] = defaultdict(list)
    for here, there in steps:
        onward[here].append(there)
    shortest, front = {start: 0}, [start]
    while front:
        front = [each for here in front for each in onward[here] if _is_new(shortest, each, shortest[here] + 1)]
    longest = dict(shortest)
    for _round in range(len(longest)):
        farther = {
            there: longest[here] + 1
            for here in longest
            for there in onward[here]
            if there in longest and longest[there] < longest[here] + 1
        }
        if not farther:
            return {name: sign * steps for name, steps in longest.items()}
        longest |= farther
    return {name: sign * steps for name, steps in shortest.items()}


def _is_new(found: dict[str, int], name: str, distance: int) -> bool:
    if name in found:
        return False
    found[name] = distance
    return True


def _uncross(columns: dict[int, list[str]], edges: Sequence[Edge], away: Mapping[str, int]) -> None:
    """Order each column by where its neighbours stand, away from the start and back."""
    joined: dict[str, list[str]] = defaultdict(list)
    for taken, made in edges:
        if taken in away and made in away:
            joined[taken].append(made)
            joined[made].append(taken)
    outward = sorted(columns, key=lambda column: (abs(column), column))
    for sweep in range(_SWEEPS):
        is_outward = sweep % 2 == 0
        for column in outward if is_outward else reversed(outward):
            heights = {name: row - (len(names) - 1) / 2 for names in columns.values() for row, name in enumerate(names)}

            def height(
                name: str, at: int = column, now: Mapping[str, float] = heights, out: bool = is_outward
            ) -> float:
                towards = [other for other in joined[name] if (abs(away[other]) < abs(at)) == out and away[other] != at]
                return sum(now[other] for other in towards) / len(towards) if towards else now[name]

            columns[column].sort(key=height)
