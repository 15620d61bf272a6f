"""Capability: how a process fits between its limits of tolerance, with the confidence that its sample allows.

Cp and Cpk take the spread within samples, Pp and Ppk the spread of all values. Source: ISO 22514-2; intervals: Bissell,
Applied Statistics 39 (1990) 331-340, and the chi-squared distribution of the variance.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, lgamma, log, sqrt
from statistics import NormalDist, fmean, stdev

LEAST = 2
LEAST_OF_MACHINE = 50


@dataclass(frozen=True)
class Index:
    """An index and the interval that it lies in with the confidence asked for."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Capability:
    """The indices of one characteristic; one limit alone gives no Cp and no Pp."""

    n: int
    mean: float
    sigma_within: float
    sigma_overall: float
    cp: Index | None
    cpk: Index
    pp: Index | None
    ppk: Index
    ppm: float
    """Expected parts per million outside, of a normal process with the overall spread."""


@dataclass(frozen=True)
class Estimates:
    """The indices without their intervals."""

    n: int
    mean: float
    sigma_overall: float
    cp: float | None
    cpk: float
    pp: float | None
    ppk: float


def estimates(
    values: Sequence[float], sigma_within: float, lower: float | None, upper: float | None
) -> Estimates | None:
    """Indices of `values` with a spread within samples of `sigma_within`; None where there is nothing to judge by."""
    if len(values) < LEAST or (lower is None and upper is None):
        return None
    mean, overall = fmean(values), stdev(values)
    if overall <= 0 or sigma_within <= 0:
        return None

    def both(sigma: float) -> float | None:
        return None if lower is None or upper is None else (upper - lower) / (6 * sigma)

    def nearer(sigma: float) -> float:
        return min(side / (3 * sigma) for side in _distances(mean, lower, upper))

    return Estimates(
        len(values), mean, overall, both(sigma_within), nearer(sigma_within), both(overall), nearer(overall)
    )


def machine_capability(
    values: Sequence[float], lower: float | None, upper: float | None
) -> tuple[float | None, float] | None:
    """Cm and Cmk of a short-term sample, by its own spread; None for fewer than fifty values. Cm takes both limits.

    Source: ISO 22400-2 KPI 19 and 20; fifty pieces: ISO 22514-3.
    """
    found = estimates(values, 1.0, lower, upper) if len(values) >= LEAST_OF_MACHINE else None
    return None if found is None else (found.pp, found.ppk)


def capability(
    values: Sequence[float],
    sigma_within: float,
    lower: float | None,
    upper: float | None,
    *,
    degrees: float | None = None,
    confidence: float = 0.95,
) -> Capability | None:
    """The same with the intervals that they lie in, and the share outside.

    `degrees`: degrees of freedom of `sigma_within`, by default as many as values less one.
    """
    found = estimates(values, sigma_within, lower, upper)
    if found is None:
        return None
    many = found.n
    freedom = degrees or many - 1

    def both(value: float | None, nu: float) -> Index | None:
        if value is None:
            return None
        half = (1 - confidence) / 2
        return Index(value, value * sqrt(chi2_quantile(half, nu) / nu), value * sqrt(chi2_quantile(1 - half, nu) / nu))

    def nearer(value: float) -> Index:
        reach = NormalDist().inv_cdf(0.5 + confidence / 2) * sqrt(1 / (9 * many) + value**2 / (2 * (many - 1)))
        return Index(value, value - reach, value + reach)

    normal = NormalDist(found.mean, found.sigma_overall)
    below = normal.cdf(lower) if lower is not None else 0.0
    above = 1 - normal.cdf(upper) if upper is not None else 0.0
    return Capability(
        many, found.mean, sigma_within, found.sigma_overall, both(found.cp, freedom), nearer(found.cpk),
        both(found.pp, many - 1), nearer(found.ppk), (below + above) * 1e6,
    )  # fmt: skip


def _distances(mean: float, lower: float | None, upper: float | None) -> list[float]:
    return [*([] if lower is None else [mean - lower]), *([] if upper is None else [upper - mean])]


def chi2_quantile(p: float, degrees: float) -> float:
    """The value that a chi-squared variable stays below with probability `p`, to twelve digits by bisection."""
    low, high = 0.0, degrees + 20 * sqrt(2 * degrees) + 40
    for _step in range(200):
        middle = (low + high) / 2
        if _lower_gamma(degrees / 2, middle / 2) < p:
            low = middle
        else:
            high = middle
        if high - low < 1e-12 * max(1.0, middle):
            break
    return (low + high) / 2


def _lower_gamma(a: float, x: float) -> float:
    """Regularised lower incomplete gamma function: series below a + 1, Lentz's continued fraction above.

    Source: Abramowitz and Stegun 6.5.29 and 6.5.31.
    """
    if x <= 0:
        return 0.0
    scale = exp(a * log(x) - x - lgamma(a))
    if x < a + 1:
        term = total = 1 / a
        place = a
        while abs(term) > total * 1e-16:
            place += 1
            term *= x / place
            total += term
        return total * scale
    tiny = 1e-300
    b = x + 1 - a
    c, d = 1 / tiny, 1 / b
    fraction = d
    for step in range(1, 1000):
        factor = -step * (step - a)
        b += 2
        d = 1 / (factor * d + b or tiny)
        c = b + factor / c or tiny
        change = c * d
        fraction *= change
        if abs(change - 1) < 1e-15:
            break
    return 1 - scale * fraction
