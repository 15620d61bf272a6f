"""Nelson's eight rules: which patterns of points say that a process has changed.

A point is judged by itself and the fourteen before it, so judging one costs the same whatever the history. Conventions:
strict inequality (a point on a line is not beyond it); a point on the centre breaks a run; equal neighbours break a
trend; in rules 5 and 6 the newest point is itself beyond the line; rule 8 needs points on both sides.
Source: L. S. Nelson, Journal of Quality Technology 16(4), 1984, 237-239; ISO 7870-2 annex B.
"""

from collections.abc import Callable, Collection, Sequence
from itertools import pairwise

LOOKS_BACK = 15
"""The most points that a rule looks at, the newest among them."""
ALL_RULES = (1, 2, 3, 4, 5, 6, 7, 8)
RANGE_RULES = (1,)
"""What is asked of ranges and moving ranges: their distribution is not symmetric."""

Zs = Sequence[float]
"""Distances from the centre in standard deviations of what is plotted, oldest first."""


def _beyond_limit(tail: Zs) -> bool:
    return abs(tail[-1]) > 3


def _one_side(tail: Zs) -> bool:
    return all(z > 0 for z in tail) or all(z < 0 for z in tail)


def _trend(tail: Zs) -> bool:
    return all(a < b for a, b in pairwise(tail)) or all(a > b for a, b in pairwise(tail))


def _alternating(tail: Zs) -> bool:
    steps = [b - a for a, b in pairwise(tail)]
    return all(step != 0 for step in steps) and all((a > 0) != (b > 0) for a, b in pairwise(steps))


def _two_of_three(tail: Zs) -> bool:
    return _so_many_beyond(tail, 2, 2)


def _four_of_five(tail: Zs) -> bool:
    return _so_many_beyond(tail, 1, 4)


def _so_many_beyond(tail: Zs, line: float, least: int) -> bool:
    side = 1 if tail[-1] > 0 else -1
    return side * tail[-1] > line and sum(side * z > line for z in tail) >= least


def _hugging(tail: Zs) -> bool:
    return all(abs(z) < 1 for z in tail)


def _mixture(tail: Zs) -> bool:
    return all(abs(z) > 1 for z in tail) and min(tail) < 0 < max(tail)


_RULES: dict[int, tuple[int, Callable[[Zs], bool]]] = {
    1: (1, _beyond_limit),
    2: (9, _one_side),
    3: (6, _trend),
    4: (14, _alternating),
    5: (3, _two_of_three),
    6: (5, _four_of_five),
    7: (15, _hugging),
    8: (8, _mixture),
}


def span(rule: int) -> int:
    """How many points a rule looks at."""
    return _RULES[rule][0]


def judge(tail: Zs, rules: Collection[int] = ALL_RULES) -> list[int]:
    """The rules that the newest of `tail` breaks, in order; at most the last 15 points are looked at.

    Raises: ValueError for a rule that there is not.
    """
    unknown = set(rules) - set(_RULES)
    if unknown:
        raise ValueError(f"Nelson's rules are 1 to 8, not {sorted(unknown)}.")
    broken = []
    for rule in sorted(set(rules)):
        many, holds = _RULES[rule]
        # Rules 5 and 6 count within the points that are there: two beyond the line are two, with no third before.
        points = tail[-many:]
        if points and (len(points) == many or rule in {5, 6}) and holds(points):
            broken.append(rule)
    return broken


def judge_all(zs: Zs, rules: Collection[int] = ALL_RULES) -> dict[int, list[int]]:
    """Rule to the places (from 0) at which it breaks, over a whole series: each point as it was judged when new."""
    found: dict[int, list[int]] = {}
    for place in range(len(zs)):
        for rule in judge(zs[max(0, place + 1 - LOOKS_BACK) : place + 1], rules):
            found.setdefault(rule, []).append(place)
    return found
