"""Limits of control charts: from samples of a steady stretch (phase I), then frozen for what follows (phase II)."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import sqrt
from statistics import fmean

from quality.engine.constants import constants
from quality.engine.terms import ChartKind


@dataclass(frozen=True)
class Limits:
    """Centre and limits of both halves of a chart, and the standard deviation of single values that they rest on.

    `centre`, `upper`, `lower` are of the mean (X-bar) or the single value (I); the `range_` ones of the range or the
    moving range. `size` is the number of values a sample has.
    """

    kind: ChartKind
    size: int
    centre: float
    upper: float
    lower: float
    range_centre: float
    range_upper: float
    range_lower: float
    sigma: float

    def z(self, plotted: float) -> float:
        """Distance of a plotted mean or value from the centre, in standard deviations of what is plotted."""
        spread = self.sigma / sqrt(self.size)
        return (plotted - self.centre) / spread if spread else 0.0

    def range_is_beyond(self, plotted: float) -> bool:
        """Whether a range or moving range is outside its limits; on a limit is not outside."""
        return plotted > self.range_upper or plotted < self.range_lower


def xbar_r(samples: Sequence[Sequence[float]]) -> Limits:
    """Limits of means and ranges from samples of one size. Source: ISO 7870-2 table 2 (A2, D3, D4).

    Raises: ValueError for less than two samples, sizes that differ, or samples that never vary.
    """
    sizes = {len(sample) for sample in samples}
    if len(samples) < 2 or len(sizes) != 1:
        raise ValueError("Limits take at least two samples of one size.")
    (size,) = sizes
    table = constants(size)
    centre = fmean(fmean(sample) for sample in samples)
    middle = fmean(max(sample) - min(sample) for sample in samples)
    if middle <= 0:
        raise ValueError("Samples that never vary give no limits.")
    reach = table.A2 * middle
    return Limits(ChartKind.XBAR_R, size, centre, centre + reach, centre - reach, middle, table.D4 * middle,
                  table.D3 * middle, middle / table.d2)  # fmt: skip


def i_mr(values: Sequence[float]) -> Limits:
    """Limits of single values and their moving ranges of two. Source: ISO 7870-2 table 4 (E2 = 2.660, D4 = 3.267).

    Raises: ValueError for less than three values, or values that never vary.
    """
    if len(values) < 3:
        raise ValueError("Limits of single values take at least three.")
    table = constants(2)
    centre, middle = fmean(values), fmean(abs(b - a) for a, b in pairwise(values))
    if middle <= 0:
        raise ValueError("Values that never vary give no limits.")
    reach = table.E2 * middle
    return Limits(ChartKind.I_MR, 1, centre, centre + reach, centre - reach, middle, table.D4 * middle, 0.0,
                  middle / table.d2)  # fmt: skip


def limits(kind: ChartKind, samples: Sequence[Sequence[float]]) -> Limits:
    """The limits of either kind of chart from its samples. Raises: ValueError."""
    if kind == ChartKind.XBAR_R:
        return xbar_r(samples)
    if kind == ChartKind.I_MR:
        return i_mr([value for sample in samples for value in sample])
    raise ValueError("This characteristic has no control chart.")
