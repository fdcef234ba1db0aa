"""EWMA and CUSUM charts, for small lasting shifts; NIST/SEMATECH e-Handbook 6.3.2.3 and 6.3.2.4.

Their points depend on those before, so that only points beyond the limits are looked for. The mean and the standard deviation
are given, or those of the readings, the latter from the moving range or, in subgroups, from the mean range.
"""

import math
from collections.abc import Iterable

import numpy as np

from supplier_quality.language import _
from supplier_quality.statistics.refusals import Floats, refuse
from supplier_quality.statistics.sigma import default_method, within_sigma
from supplier_quality.statistics.spc.results import Chart, ChartKind, ControlChart, Part, Standard, charted
from supplier_quality.statistics.spc.rules import BEYOND_LIMITS, NELSON, Lines, Rule, margin
from supplier_quality.statistics.spc.variables import check_given_sigma
from supplier_quality.statistics.subgroups import Subgroups


def ewma_chart(
    subgroups: Subgroups,
    *,
    weight: float = 0.2,
    width: float = 3.0,
    target: float | None = None,
    sigma: float | None = None,
    starting: bool = False,
    rules: Iterable[Rule] = NELSON,
) -> ControlChart:
    """z(i) = weight * x(i) + (1 - weight) * z(i-1), z(0) the target, limits ``width`` standard deviations of z from it.

    x are individual values or means of equal subgroups, ``sigma`` is that of a single reading. ``starting`` lets the limits
    of the first points be narrower, as exact theory says; otherwise they are those of the steady state. Raises CannotCompute.
    """
    if not 0 < weight <= 1:
        refuse(
            _("The weight lies above 0 and at most at 1."),
            _("Usual weights are 0.05 to 0.3."),
            column="weight",
            value=weight,
        )
    standard, spread = _level(subgroups, target, sigma)
    center = standard.target or 0.0
    points = _weighted(subgroups.means, weight, center)
    steady = spread * math.sqrt(weight / (2 - weight))
    deviation: Floats | float = steady
    if starting:
        deviation = steady * np.sqrt(1 - (1 - weight) ** (2 * np.arange(1, points.size + 1, dtype=np.float64)))
    lines = Lines(center, center + width * deviation, center - width * deviation, deviation)
    rules = only_limits(rules)
    return ControlChart(ChartKind.EWMA, charted("EWMA", points, lines, rules), None, rules, standard)


def cusum_chart(
    subgroups: Subgroups,
    *,
    allowance: float = 0.5,
    decision: float = 5.0,
    target: float | None = None,
    sigma: float | None = None,
    rules: Iterable[Rule] = NELSON,
) -> ControlChart:
    """Tabular CUSUM: S+(i) = max(0, S+(i-1) + x(i) - target - k s), S-(i) = min(0, S-(i-1) + x(i) - target + k s).

    ``allowance`` k and ``decision`` h are in standard deviations s of a point; the limits are +h s and -h s around 0, in the
    unit of the readings. ``Chart.points`` are the upper, ``Chart.lower`` the lower sums. Raises CannotCompute.
    """
    _check_settings(allowance, decision)
    standard, spread = _level(subgroups, target, sigma)
    apart = subgroups.means - (standard.target or 0.0)
    upper = _upper_sums(apart - allowance * spread)
    lower = -_upper_sums(-apart - allowance * spread)
    limit = decision * spread
    lines = Lines(0.0, limit, -limit, spread)
    rules = only_limits(rules)
    edge = limit + margin(limit, spread)
    beyond = np.flatnonzero((upper > edge) | (lower < -edge))
    places = {rule: beyond for rule in rules if beyond.size}
    chart = Chart("CUSUM", Part.LOCATION, upper, lines, places, lower=lower)
    return ControlChart(ChartKind.CUSUM, chart, None, rules, standard)


def _check_settings(allowance: float, decision: float) -> None:
    """Raises CannotCompute for settings that make no CUSUM."""
    if not (math.isfinite(allowance) and allowance >= 0):
        refuse(_("The allowance is a number from 0."), _("Half the shift to be found, such as 0.5, is usual."),
               column="allowance", value=allowance)  # fmt: skip
    if not (math.isfinite(decision) and decision > 0):
        refuse(_("The decision interval is more than 0."), _("4 or 5 is usual."), column="decision", value=decision)


def _level(subgroups: Subgroups, target: float | None, sigma: float | None) -> tuple[Standard, float]:
    """The standard values, and the standard deviation of a point."""
    if subgroups.size is None:
        sizes = subgroups.sizes
        odd = int(np.flatnonzero(sizes != sizes[0])[0])
        refuse(
            _("The subgroups of this chart must all have the same size."),
            _("Complete the subgroup, or use an Xbar chart."),
            row=subgroups.row_of(int(subgroups.starts[odd])),
            column="subgroups",
        )
    sigma = check_given_sigma(sigma) or within_sigma(subgroups, default_method(subgroups)).value
    center = float(subgroups.values.mean()) if target is None else target
    return Standard(center, sigma), sigma / math.sqrt(subgroups.size)


def _weighted(values: Floats, weight: float, start: float) -> Floats:
    """The recursion as the solution of a two-banded triangular system: BLAS does in one call what a loop does point by point."""
    from scipy.linalg.blas import dtbsv

    bands = np.empty((2, values.size), order="F")
    bands[0], bands[1] = 1.0, -(1 - weight)
    given = weight * (values - start)
    return np.asarray(dtbsv(1, bands, given, lower=1), dtype=np.float64) + start


def _upper_sums(steps: Floats) -> Floats:
    """max(0, sum so far) at every step: the running sum less its lowest value so far, or 0 when that is above."""
    total = np.cumsum(steps)
    return np.asarray(total - np.minimum(np.minimum.accumulate(total), 0.0), dtype=np.float64)


def only_limits(rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """Those of the rules that are meant for points which depend on each other."""
    return tuple(rule for rule in rules if rule in BEYOND_LIMITS)
