"""Stopped time ranked by reason, two levels deep: groups and their reasons, with cumulative shares. Pure.

What nobody has explained stands last, whatever its length, and is never hidden among "others".
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction


class Rank(StrEnum):
    """What bars are ranked by."""

    TIME = "time"
    COUNT = "count"


@dataclass(frozen=True, slots=True)
class Lost:
    """Stopped time of one reason and its group (the reason itself where it has no parent). No reason: uncoded."""

    reason: str
    group: str
    duration: int  # microseconds
    count: int


@dataclass(frozen=True, slots=True)
class ParetoBar:
    """One bar. Shares are of the whole in what is ranked by; `reasons` are the second level, ranked in the same way."""

    key: str
    duration: int
    count: int
    share: Fraction
    cumulative: Fraction
    reasons: tuple["ParetoBar", ...] = ()

    @property
    def is_uncoded(self) -> bool:
        """Whether nobody said why."""
        return not self.key


def pareto(lost: Iterable[Lost], rank: Rank = Rank.TIME) -> list[ParetoBar]:
    """The groups with their reasons, largest first, uncoded last. Of equals the first by name goes before."""
    groups: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(lambda: [0, 0]))
    for each in lost:
        sums = groups[each.group if each.reason else ""][each.reason]
        sums[0] += each.duration
        sums[1] += each.count
    totals = {
        group: [sum(each[0] for each in reasons.values()), sum(each[1] for each in reasons.values())]
        for group, reasons in groups.items()
    }
    whole = sum(each[_place(rank)] for each in totals.values())
    return [
        ParetoBar(bar.key, bar.duration, bar.count, bar.share, bar.cumulative,
                  tuple(_ranked(groups[bar.key], rank, whole)) if bar.key else ())
        for bar in _ranked(totals, rank, whole)
    ]  # fmt: skip


def _place(rank: Rank) -> int:
    return 0 if rank == Rank.TIME else 1


def _ranked(sums: dict[str, list[int]], rank: Rank, whole: int) -> list[ParetoBar]:
    place = _place(rank)
    so_far, bars = 0, []
    for key in sorted(sums, key=lambda name: (not name, -sums[name][place], name)):
        duration, count = sums[key]
        so_far += sums[key][place]
        bars.append(
            ParetoBar(
                key,
                duration,
                count,
                Fraction(sums[key][place], whole) if whole else Fraction(0),
                Fraction(so_far, whole) if whole else Fraction(0),
            )
        )
    return bars
