"""Constants of control charts: what range and standard deviation of n values of a normal process are expected to be.

d2 and d3 are mean and standard deviation of the range of n standard normal values, integrated numerically; all others
follow from them. Source: ISO 7870-2; Montgomery, Introduction to Statistical Quality Control, appendix VI.
"""

from dataclasses import dataclass
from math import exp, lgamma, sqrt

SMALLEST, LARGEST = 2, 25
"""The sample sizes for which ranges are judged."""

_D2_D3 = {
    2: (1.1283792, 0.8525025), 3: (1.6925688, 0.8883680), 4: (2.0587507, 0.8798082), 5: (2.3259289, 0.8640819),
    6: (2.5344127, 0.8480397), 7: (2.7043568, 0.8332053), 8: (2.8472006, 0.8198315), 9: (2.9700263, 0.8078343),
    10: (3.0775055, 0.7970507), 11: (3.1728727, 0.7873146), 12: (3.2584553, 0.7784783), 13: (3.3359804, 0.7704162),
    14: (3.4067631, 0.7630231), 15: (3.4718269, 0.7562114), 16: (3.5319828, 0.7499081), 17: (3.5878840, 0.7440518),
    18: (3.6400638, 0.7385909), 19: (3.6889630, 0.7334815), 20: (3.7349501, 0.7286863), 21: (3.7783358, 0.7241733),
    22: (3.8193846, 0.7199148), 23: (3.8583234, 0.7158867), 24: (3.8953481, 0.7120682), 25: (3.9306292, 0.7084408),
}  # fmt: skip


@dataclass(frozen=True)
class Constants:
    """The constants of one sample size."""

    n: int
    d2: float
    d3: float

    @property
    def A2(self) -> float:  # noqa: N802 - the standards' name
        """From mean range to the limits of the mean: 3 / (d2 sqrt n)."""
        return 3 / (self.d2 * sqrt(self.n))

    @property
    def D3(self) -> float:  # noqa: N802
        """Lower limit of the range over its mean; never below zero."""
        return max(0.0, 1 - 3 * self.d3 / self.d2)

    @property
    def D4(self) -> float:  # noqa: N802
        """Upper limit of the range over its mean."""
        return 1 + 3 * self.d3 / self.d2

    @property
    def E2(self) -> float:  # noqa: N802
        """From mean moving range to the limits of single values: 3 / d2."""
        return 3 / self.d2

    @property
    def c4(self) -> float:
        """Mean of the standard deviation of n values over that of the process."""
        return sqrt(2 / (self.n - 1)) * exp(lgamma(self.n / 2) - lgamma((self.n - 1) / 2))


def constants(n: int) -> Constants:
    """The constants of sample size `n`. Raises: ValueError outside 2 to 25."""
    if n not in _D2_D3:
        raise ValueError(f"Ranges are judged for samples of {SMALLEST} to {LARGEST}, not {n}.")
    return Constants(n, *_D2_D3[n])
