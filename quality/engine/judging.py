"""Judging a sample the moment it is stored: against its limits of tolerance, and against its control chart.

Only the last fourteen points are looked at, so the answer costs the same for the hundredth and the millionth.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import fmean

from quality.engine import nelson
from quality.engine.limits import Limits
from quality.engine.terms import ChartKind


@dataclass(frozen=True)
class Plotted:
    """What a chart shows of a sample: its mean (or value), and its range (or moving range; None for the first)."""

    mean: float
    range: float | None


@dataclass(frozen=True)
class Verdict:
    """What was found of one sample: how many values are out of tolerance, which rules the point breaks."""

    out_of_limits: int
    z: float | None
    rules: tuple[int, ...]
    is_range_beyond: bool

    @property
    def has_signal(self) -> bool:
        """Whether the chart says that the process has changed."""
        return bool(self.rules) or self.is_range_beyond


def outside(values: Sequence[Decimal], lower: Decimal | None, upper: Decimal | None) -> int:
    """How many values are out of tolerance; a value on a limit is within."""
    return sum((lower is not None and value < lower) or (upper is not None and value > upper) for value in values)


def plotted(kind: ChartKind, values: Sequence[Decimal], before: float | None) -> Plotted:
    """What is drawn of a sample; `before` is the point before it, for the moving range of single values."""
    numbers = [float(value) for value in values]
    mean = fmean(numbers)
    if kind == ChartKind.I_MR:
        return Plotted(mean, None if before is None else abs(mean - before))
    return Plotted(mean, max(numbers) - min(numbers))


def verdict(
    out_of_limits: int,
    point: Plotted | None,
    limits: Limits | None,
    tail: Sequence[float],
    rules: Collection[int] = nelson.ALL_RULES,
) -> Verdict:
    """The verdict of one sample; `tail`: the z of the points before it under the same limits, oldest first.

    Without limits (phase I) only the tolerance is judged.
    """
    if point is None or limits is None:
        return Verdict(out_of_limits, None, (), is_range_beyond=False)
    z = limits.z(point.mean)
    seen = [*tail[-(nelson.LOOKS_BACK - 1) :], z]
    beyond = point.range is not None and limits.range_is_beyond(point.range)
    return Verdict(out_of_limits, z, tuple(nelson.judge(seen, rules)), is_range_beyond=beyond)
