"""Constants of the range and the standard deviation of normal samples, computed from their definitions and kept.

Definitions: ISO 7870-2:2023 annex and ASTM E2587; W = range of n standard normal values, s = their standard deviation.
``d2`` = E(W), ``d3`` = sd(W), ``c4`` = E(s). All are for samples of ``n`` >= 2; other sizes raise ValueError.
"""

import math
from functools import cache

import numpy as np
import numpy.typing as npt

_PANELS, _NODES = 20, 20
_STEPS = 800
_FARTHEST = 9.0
"""The density beyond nine standard deviations, about 1e-18, adds nothing a double can hold."""


@cache
def d2(n: int) -> float:
    """Mean range of n standard normal values."""
    return _range_moments(n)[0]


@cache
def d3(n: int) -> float:
    """Standard deviation of the range of n standard normal values."""
    mean, square = _range_moments(n)
    return math.sqrt(square - mean * mean)


@cache
def c4(n: int) -> float:
    """Mean standard deviation (divisor n - 1) of n standard normal values."""
    _check(n)
    return math.sqrt(2 / (n - 1)) * math.exp(math.lgamma(n / 2) - math.lgamma((n - 1) / 2))


def c5(n: int) -> float:
    """Standard deviation of the standard deviation of n standard normal values."""
    return math.sqrt(1 - c4(n) ** 2)


def d2_star(n: int, groups: int) -> float:
    """Root mean square of the mean range of ``groups`` samples of n; AIAG MSA, 4th edition, appendix C.

    It estimates a variance without bias where d2 estimates a standard deviation: d2*^2 = d2^2 + d3^2 / groups.
    """
    if groups < 1:
        raise ValueError("there is at least one group")
    return math.sqrt(d2(n) ** 2 + d3(n) ** 2 / groups)


def a2(n: int) -> float:
    """Half width of an Xbar chart in mean ranges."""
    return 3 / (d2(n) * math.sqrt(n))


def a3(n: int) -> float:
    """Half width of an Xbar chart in mean standard deviations."""
    return 3 / (c4(n) * math.sqrt(n))


def big_d3(n: int) -> float:
    """Lower limit of an R chart in mean ranges (D3)."""
    return max(0.0, 1 - 3 * d3(n) / d2(n))


def big_d4(n: int) -> float:
    """Upper limit of an R chart in mean ranges (D4)."""
    return 1 + 3 * d3(n) / d2(n)


def b3(n: int) -> float:
    """Lower limit of an s chart in mean standard deviations (B3)."""
    return max(0.0, 1 - 3 * c5(n) / c4(n))


def b4(n: int) -> float:
    """Upper limit of an s chart in mean standard deviations (B4)."""
    return 1 + 3 * c5(n) / c4(n)


def moving_range_variance(count: int) -> float:
    """Variance of the mean moving range (span 2) of ``count`` + 1 independent standard normal values.

    Neighbouring ranges share a value; their covariance is (4/pi) (sin 60deg + (1/2) asin(1/2) - 1), from the mean product of
    two absolute normal values with correlation 1/2.
    """
    if count < 1:
        raise ValueError("there is at least one moving range")
    covariance = 4 / math.pi * (math.sqrt(3) / 2 + math.asin(0.5) / 2 - 1)
    return (count * d3(2) ** 2 + 2 * (count - 1) * covariance) / count**2


@cache
def _range_moments(n: int) -> tuple[float, float]:
    """E(W) and E(W^2): integrals of 1 - F(w) and of 2 w (1 - F(w)) with F(w) = n * integral of phi(x) (Phi(x+w) - Phi(x))^(n-1)."""
    _check(n)
    from scipy.special import ndtr

    widths, weights = _points()
    x = np.linspace(-_FARTHEST, _FARTHEST, _STEPS + 1)
    step = x[1] - x[0]
    density = np.exp(-x * x / 2) / math.sqrt(2 * math.pi)
    inside = ndtr(x[None, :] + widths[:, None]) - ndtr(x)[None, :]
    beyond = 1 - n * step * (density * inside ** (n - 1)).sum(axis=1)
    return float((weights * beyond).sum()), float((weights * 2 * widths * beyond).sum())


@cache
def _points() -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Places from 0 to twice the farthest, and their weights: Gauss and Legendre's in panels.

    Few nodes in many panels: many nodes are eigenvalues of a large matrix, which numpy computes with all processors and, on
    a busy machine, waits for the slowest of them.
    """
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    half = _FARTHEST / _PANELS
    middles = half * (2 * np.arange(_PANELS) + 1)
    return (middles[:, None] + half * nodes).ravel(), np.tile(half * weights, _PANELS)


def _check(n: int) -> None:
    if n < 2:
        raise ValueError("a range or a standard deviation needs at least two values")
