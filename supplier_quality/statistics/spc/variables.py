"""Xbar-R, Xbar-s and individuals charts; AIAG SPC, 2nd edition 2005, appendix; ISO 7870-2:2023.

Limits are computed from the data; from standard values that are given, for every subgroup by its size; or fixed: those of an
earlier chart are used as they stand. With subgroups of different sizes every point has its own limits.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from supplier_quality.language import _
from supplier_quality.statistics import constants
from supplier_quality.statistics.refusals import Floats, readings, refuse
from supplier_quality.statistics.sigma import SigmaMethod, check_sigma, moving_range_sigma, within_sigma
from supplier_quality.statistics.spc.results import ChartKind, ControlChart, Part, Standard, charted
from supplier_quality.statistics.spc.rules import NELSON, RUNS, Lines, Rule
from supplier_quality.statistics.subgroups import Subgroups, check_enough, check_subgroups


@dataclass(frozen=True, slots=True)
class FixedLines:
    """Lines of an earlier chart, to judge new points by; ``dispersion`` None computes those of the dispersion chart."""

    location: Lines
    dispersion: Lines | None = None


NOTHING_GIVEN = Standard()


def xbar_r_chart(
    subgroups: Subgroups,
    *,
    rules: Iterable[Rule] = NELSON,
    fixed: FixedLines | None = None,
    given: Standard = NOTHING_GIVEN,
) -> ControlChart:
    """Means and ranges. Raises CannotCompute for too few or too small subgroups and for no variation."""
    return _xbar_chart(ChartKind.XBAR_R, subgroups, tuple(rules), fixed, given)


def xbar_s_chart(
    subgroups: Subgroups,
    *,
    rules: Iterable[Rule] = NELSON,
    fixed: FixedLines | None = None,
    given: Standard = NOTHING_GIVEN,
) -> ControlChart:
    """Means and standard deviations. Raises CannotCompute for too few or too small subgroups and for no variation."""
    return _xbar_chart(ChartKind.XBAR_S, subgroups, tuple(rules), fixed, given)


def _xbar_chart(
    kind: ChartKind, subgroups: Subgroups, rules: tuple[Rule, ...], fixed: FixedLines | None, given: Standard
) -> ControlChart:
    by_range = kind is ChartKind.XBAR_R
    check_subgroups(subgroups, least_count=1 if fixed or None not in (given.target, given.sigma) else 2)
    standard = None
    if fixed is not None and fixed.dispersion is not None:
        location, dispersion = fixed.location, fixed.dispersion
    else:
        method = SigmaMethod.RBAR if by_range else SigmaMethod.SBAR
        sigma = check_given_sigma(given.sigma) or within_sigma(subgroups, method).value
        center = float(subgroups.values.mean()) if given.target is None else given.target
        standard = None if fixed else Standard(center, sigma)
        location = fixed.location if fixed else symmetric(center, sigma / np.sqrt(subgroups.size or subgroups.sizes))
        if by_range:
            mean, deviation = subgroups.per_size(constants.d2), subgroups.per_size(constants.d3)
        else:
            mean, deviation = subgroups.per_size(constants.c4), subgroups.per_size(constants.c5)
        dispersion = symmetric(mean * sigma, deviation * sigma, least=0.0)
    spreads = subgroups.ranges if by_range else subgroups.deviations
    return ControlChart(
        kind,
        charted("Xbar", subgroups.means, location, rules),
        charted("R" if by_range else "s", spreads, dispersion, suited(rules), part=Part.DISPERSION),
        rules,
        standard,
    )


def i_mr_chart(
    values: npt.ArrayLike | Subgroups,
    *,
    rules: Iterable[Rule] = NELSON,
    fixed: FixedLines | None = None,
    given: Standard = NOTHING_GIVEN,
) -> ControlChart:
    """Individual values and moving ranges of span 2; the range at point i is that of readings i - 1 and i.

    Raises CannotCompute for fewer than three readings and for no variation.
    """
    rules = tuple(rules)
    array = values.values if isinstance(values, Subgroups) else readings(values)
    ranges = np.abs(np.diff(array))
    standard = None
    if fixed is not None and fixed.dispersion is not None:
        location, dispersion = fixed.location, fixed.dispersion
    else:
        sigma = check_given_sigma(given.sigma) or _moving_sigma(array, ranges)
        center = float(array.mean()) if given.target is None else given.target
        standard = None if fixed else Standard(center, sigma)
        location = fixed.location if fixed else symmetric(center, sigma)
        dispersion = symmetric(constants.d2(2) * sigma, constants.d3(2) * sigma, least=0.0)
    moving = charted("MR", ranges, dispersion, suited(rules), part=Part.DISPERSION, first=2)
    return ControlChart(ChartKind.I_MR, charted("I", array, location, rules), moving, rules, standard)


def check_given_sigma(sigma: float | None) -> float | None:
    """The standard deviation of single readings where it is given. Raises CannotCompute for one that is not more than 0."""
    if sigma is not None and not (math.isfinite(sigma) and sigma > 0):
        refuse(
            _("A standard deviation is more than 0."),
            _("Give the one of single readings."),
            column="sigma",
            value=sigma,
        )
    return sigma


def _moving_sigma(array: Floats, ranges: Floats) -> float:
    check_enough(array.size, row=1)
    estimate = moving_range_sigma(ranges)
    check_sigma(estimate, row=1, value=float(array[0]))
    return estimate.value


def symmetric(center: Floats | float, sigma: Floats | float, *, least: float | None = None) -> Lines:
    """Lines three sigma around the centre, the lower one cut at ``least``."""
    lower = center - 3 * sigma
    if least is not None:
        lower = np.maximum(lower, least) if isinstance(lower, np.ndarray) else max(lower, least)
    return Lines(_plain(center), _plain(center + 3 * sigma), _plain(lower), _plain(sigma))


def _plain(value: Floats | float) -> Floats | float:
    return value if isinstance(value, np.ndarray) and value.ndim else float(value)


def suited(rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """The rules that are meant for statistics not spread alike on both sides."""
    return tuple(rule for rule in rules if rule in RUNS)
