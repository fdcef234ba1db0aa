"""Distributions for readings that are not normal: each maps a reading to a standard normal value and back.

Box and Cox, 1964 (lambda by maximum likelihood); Johnson SU and SB fitted to four percentiles by Slifker and Shapiro, 1980, with
the spacing z chosen as by Chou, Polansky and Mason, 1998: the fit whose normality has the highest p-value.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from supplier_quality.statistics.capability.normality import Normality, anderson_darling
from supplier_quality.statistics.refusals import Floats


class Shape(Protocol):
    """A fitted distribution."""

    @property
    def parameters(self) -> dict[str, float | str]: ...

    def scores(self, x: Floats) -> Floats:
        """Standard normal values of readings; minus or plus infinity beyond what the distribution can reach."""

    def value(self, score: float) -> float | None:
        """The reading of a standard normal value; None when there is none."""


@dataclass(frozen=True, slots=True)
class BoxCox:
    """(x^lambda - 1) / lambda, or ln x, is normal. ``unit`` is the geometric mean of the readings, which keeps powers in range."""

    power: float
    mean: float
    sigma: float
    unit: float

    @property
    def parameters(self) -> dict[str, float | str]:
        return {"lambda": self.power}

    def scores(self, x: Floats) -> Floats:
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            scores = (_box_cox(x / self.unit, self.power) - self.mean) / self.sigma
        return np.where(x > 0, scores, -np.inf)

    def value(self, score: float) -> float | None:
        y = self.mean + score * self.sigma
        if self.power == 0:
            return self.unit * math.exp(y)
        base = self.power * y + 1
        return self.unit * base ** (1 / self.power) if base > 0 else None


@dataclass(frozen=True, slots=True)
class Johnson:
    """gamma + delta * f((x - xi) / lambda) is standard normal; f is asinh (SU) or the logit (SB)."""

    is_bounded: bool
    gamma: float
    delta: float
    xi: float
    scale: float

    @property
    def parameters(self) -> dict[str, float | str]:
        family = "SB" if self.is_bounded else "SU"
        return {"family": family, "gamma": self.gamma, "delta": self.delta, "xi": self.xi, "lambda": self.scale}

    def scores(self, x: Floats) -> Floats:
        u = (x - self.xi) / self.scale
        if not self.is_bounded:
            return np.asarray(self.gamma + self.delta * np.arcsinh(u))
        with np.errstate(divide="ignore", invalid="ignore"):
            scores = self.gamma + self.delta * np.log(u / (1 - u))
        return np.where(u <= 0, -np.inf, np.where(u >= 1, np.inf, scores))

    def value(self, score: float) -> float | None:
        u = (score - self.gamma) / self.delta
        return self.xi + self.scale * (1 / (1 + math.exp(-u)) if self.is_bounded else math.sinh(u))


def density_curve(shape: Shape, values: npt.ArrayLike, *, cells: int = 240) -> list[tuple[float, float]]:
    """The density of a fitted distribution in the unit of the readings: (reading, density per unit), from left to right.

    In each of ``cells`` equal cells it is the probability of the cell over its width, so that the area is right also where a
    density grows without bound, as that of Box-Cox may at 0. It goes from four sigma below the median to four above, on the scale
    on which the readings are normal, and at most one range of the readings, of shape (n,), beyond them.
    """
    from scipy.special import ndtr

    least, most = float(np.min(values)), float(np.max(values))
    low, high = shape.value(-4.0), shape.value(4.0)
    start = 2 * least - most if low is None else max(low, 2 * least - most)
    end = 2 * most - least if high is None else min(high, 2 * most - least)
    if not start < end:
        return []
    edges = np.linspace(start, end, cells + 1)
    shares = np.diff(ndtr(shape.scores(edges)))
    middles = (edges[1:] + edges[:-1]) / 2
    return list(zip(middles.tolist(), (shares / np.diff(edges)).tolist(), strict=True))


def fit_box_cox(values: Floats) -> BoxCox | None:
    """Lambda between -5 and 5 to three decimals. None for readings that are not all positive."""
    if not values.min() > 0:
        return None
    logs = np.log(values)
    unit = float(np.exp(logs.mean()))
    scaled = logs - logs.mean()
    best = 0.0
    for step in (0.1, 0.01, 0.001):
        around = np.arange(-50, 51) * 0.1 if step == 0.1 else best + np.arange(-10, 11) * step
        best = max((round(float(power), 3) for power in around), key=lambda power: _likelihood(scaled, power))
    transformed = _box_cox(values / unit, best)
    sigma = float(transformed.std(ddof=1))
    return BoxCox(best, float(transformed.mean()), sigma, unit) if sigma > 0 and math.isfinite(sigma) else None


def fit_johnson(values: Floats) -> Johnson | None:
    """The SU or SB distribution that makes the readings most nearly normal; None when none fits."""
    best: tuple[float, Johnson] | None = None
    for shape in _johnsons(np.sort(values)):
        fitted = normality_under(shape, values)
        if fitted is not None and (best is None or fitted.p > best[0]):
            best = (fitted.p, shape)
    return best[1] if best else None


def normality_under(shape: Shape, values: Floats, *, alpha: float = 0.05) -> Normality | None:
    """The normality of the scores; None when some reading lies beyond what the distribution can reach."""
    scores = shape.scores(values)
    if not np.isfinite(scores).all() or scores.min() == scores.max():
        return None
    return anderson_darling(scores, alpha=alpha)


def _box_cox(x: Floats, power: float) -> Floats:
    logs = np.log(x)
    return logs if power == 0 else np.asarray(np.expm1(power * logs) / power)


def _likelihood(scaled_logs: Floats, power: float) -> float:
    """Of the readings over their geometric mean: the Jacobian is then 1 and the likelihood falls with the variance."""
    y = scaled_logs if power == 0 else np.expm1(power * scaled_logs) / power
    variance = float(y.var())
    return -math.log(variance) if 0 < variance < math.inf else -math.inf


def _johnsons(ordered: Floats) -> Iterator[Johnson]:
    from scipy.special import ndtr

    for z in np.arange(0.25, 1.2501, 0.01).tolist():
        places = ndtr(np.array([-3 * z, -z, z, 3 * z]))
        x1, x2, x3, x4 = np.quantile(ordered, places, method="hazen").tolist()
        shape = _johnson(z, x4 - x3, x2 - x1, x3 - x2, (x2 + x3) / 2)
        if shape is not None:
            yield shape


def _johnson(z: float, upper: float, lower: float, inner: float, middle: float) -> Johnson | None:
    """From the outer distances, the inner one and the middle of the inner percentiles."""
    if not min(upper, lower, inner) > 0:
        return None
    m, n, p = upper, lower, inner
    ratio = m * n / p**2
    if ratio > 1.0001:
        total = m / p + n / p
        delta = 2 * z / math.acosh(total / 2)
        gamma = delta * math.asinh((n / p - m / p) / (2 * math.sqrt(ratio - 1)))
        scale = 2 * p * math.sqrt(ratio - 1) / ((total - 2) * math.sqrt(total + 2))
        return Johnson(False, gamma, delta, middle + p * (n / p - m / p) / (2 * (total - 2)), scale)
    if ratio < 0.9999:
        product = (1 + p / m) * (1 + p / n)
        delta = z / math.acosh(math.sqrt(product) / 2)
        gamma = delta * math.asinh((p / n - p / m) * math.sqrt(product - 4) / (2 * (1 / ratio - 1)))
        scale = p * math.sqrt((product - 2) ** 2 - 4) / (1 / ratio - 1)
        return Johnson(True, gamma, delta, middle - scale / 2 + p * (p / n - p / m) / (2 * (1 / ratio - 1)), scale)
    return None
