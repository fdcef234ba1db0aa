"""The Anderson-Darling test of normality with mean and standard deviation estimated; D'Agostino and Stephens, 1986, table 4.9."""

import math
from dataclasses import dataclass

import numpy as np

from supplier_quality.statistics.refusals import Floats

LEAST = 8
"""Below so many readings the approximation of the p-value is not given."""


@dataclass(frozen=True, slots=True)
class Normality:
    """``statistic`` is A^2, ``adjusted`` A*^2 for the size of the sample, ``p`` the probability of as much or more."""

    statistic: float
    adjusted: float
    p: float
    alpha: float

    @property
    def is_normal(self) -> bool:
        """Whether normality is not rejected: p is at least alpha."""
        return self.p >= self.alpha


def anderson_darling(values: Floats, *, alpha: float = 0.05) -> Normality | None:
    """Test readings of shape (n,) that vary. None for fewer than 8: then nothing is known."""
    n = values.size
    if n < LEAST:
        return None
    from scipy.special import log_ndtr

    ordered = np.sort(values)
    # Centred before it is squared, so that a large mean does not swallow a small spread.
    apart = ordered - ordered.mean()
    scaled = apart / math.sqrt(float((apart * apart).sum()) / (n - 1))
    weights = 2 * np.arange(1, n + 1) - 1
    statistic = float(-n - (weights * (log_ndtr(scaled) + log_ndtr(-scaled[::-1]))).sum() / n)
    adjusted = statistic * (1 + 0.75 / n + 2.25 / n**2)
    return Normality(statistic, adjusted, _probability(adjusted), alpha)


def _probability(a: float) -> float:
    if a >= 0.6:
        # The parabola turns upwards again far out, where the probability is 0 for every purpose.
        return math.exp(1.2937 - 5.709 * a + 0.0186 * a * a) if a < 150 else 0.0
    if a > 0.34:
        return math.exp(0.9177 - 4.279 * a - 1.38 * a * a)
    if a > 0.2:
        return 1 - math.exp(-8.318 + 42.796 * a - 59.938 * a * a)
    return 1 - math.exp(-13.436 + 101.14 * a - 223.73 * a * a)
