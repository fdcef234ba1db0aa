"""The t test of a mean against zero, as bias and linearity need it."""

from dataclasses import dataclass

import numpy as np
from scipy.special import stdtr, stdtrit

from supplier_quality.errors import BadInput
from supplier_quality.language import _
from supplier_quality.statistics.msa.study import Floats


@dataclass(frozen=True, slots=True)
class MeanTest:
    """Mean of ``n`` values, their standard deviation, and whether the mean may be zero.

    ``sigma_mean``, ``t``, ``p`` (two-sided) and the limits of the confidence interval are None when a single value or
    equal values leave nothing to test with; ``sigma`` is None for a single value.
    """

    n: int
    mean: float
    sigma: float | None
    sigma_mean: float | None
    df: int
    t: float | None
    p: float | None
    lower: float | None
    upper: float | None


def check_alpha(alpha: float) -> None:
    """Raises BadInput for a level of significance that is none."""
    if not 0 < alpha < 1:
        raise BadInput(_("Alpha lies between 0 and 1."))


def two_sided_p(t: float, df: int) -> float:
    return float(2 * stdtr(df, -abs(t)))


def said_p(p: float) -> str:
    """A p value with four digits after the point for a sentence; below them, that it is smaller."""
    return f"{p:.4f}" if p >= 0.00005 else "< 0.0001"


def t_quantile(alpha: float, df: int) -> float:
    """The t value that a two-sided test at ``alpha`` must not exceed."""
    return float(stdtrit(df, 1 - alpha / 2))


def against_zero(values: Floats, alpha: float) -> MeanTest:
    """Test the mean of ``values``, shape (n,), against zero at the two-sided level ``alpha``."""
    n, mean = values.size, float(values.mean())
    sigma = float(values.std(ddof=1)) if n > 1 else None
    if sigma is not None and np.all(values == values[0]):
        sigma = 0.0
    if not sigma:
        return MeanTest(n, mean, sigma, None, n - 1, None, None, None, None)
    sigma_mean = sigma / n**0.5
    t = mean / sigma_mean
    half = t_quantile(alpha, n - 1) * sigma_mean
    return MeanTest(n, mean, sigma, sigma_mean, n - 1, t, two_sided_p(t, n - 1), mean - half, mean + half)
