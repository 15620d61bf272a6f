"""Which numbers of a session have come, and which are missing: one range from first to last, and the holes in it. Pure.

Source: reliability P15: a gap is flagged, never filled in silently; one that comes late shrinks, splits or closes it.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

Range = tuple[int, int]
"""From the first to the last number, both included."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """What is known of a session. `gaps` ascend, don't touch, and lie inside of `first` and `last`."""

    first: int
    last: int
    gaps: tuple[Range, ...] = ()

    def has(self, number: int) -> bool:
        """Whether this number came before; true also for a gap that was not looked up because nothing fell into it."""
        if not self.first <= number <= self.last:
            return False
        place = bisect_right(self.gaps, (number, number)) - 1
        nearby = self.gaps[max(place, 0) : place + 2]
        return not any(low <= number <= high for low, high in nearby)


def with_numbers(known: Numbers | None, came: Iterable[int]) -> Numbers | None:
    """The session after these numbers came, in any order and however often."""
    runs = _runs(sorted(set(came)))
    if not runs:
        return known
    if known is None:
        return Numbers(runs[0][0], runs[-1][1], tuple(_between(runs)))
    missing = list(known.gaps)
    if runs[0][0] < known.first - 1:
        missing.insert(0, (runs[0][0], known.first - 1))
    if runs[-1][1] > known.last + 1:
        missing.append((known.last + 1, runs[-1][1]))
    first, last = min(known.first, runs[0][0]), max(known.last, runs[-1][1])
    return Numbers(first, last, tuple(_without(missing, runs)))


def _runs(numbers: Sequence[int]) -> list[Range]:
    """Ascending numbers, each once, as unbroken ranges."""
    if numbers and numbers[-1] - numbers[0] == len(numbers) - 1:  # nearly always
        return [(numbers[0], numbers[-1])]
    found: list[Range] = []
    for number in numbers:
        if found and number == found[-1][1] + 1:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return found


def _between(runs: Sequence[Range]) -> list[Range]:
    return [(before[1] + 1, after[0] - 1) for before, after in pairwise(runs)]


def _without(gaps: Sequence[Range], runs: Sequence[Range]) -> list[Range]:
    """What of the gaps is left once the runs have come. Both ascend and don't overlap themselves."""
    left: list[Range] = []
    place = 0
    for low, high in gaps:
        while place < len(runs) and runs[place][1] < low:
            place += 1
        begin, at = low, place
        while at < len(runs) and runs[at][0] <= high:
            if runs[at][0] > begin:
                left.append((begin, runs[at][0] - 1))
            begin = max(begin, runs[at][1] + 1)
            at += 1
        if begin <= high:
            left.append((begin, high))
    return left
