"""The standard deviation within subgroups, by the four usual estimators; AIAG SPC, 2nd edition 2005; ASTM E2587.

With subgroups of different sizes ranges and standard deviations are weighted by the inverse of their variance, which for equal
sizes is the plain mean.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import NoReturn

import numpy as np

from supplier_quality.language import _
from supplier_quality.statistics import constants
from supplier_quality.statistics.refusals import Floats, refuse
from supplier_quality.statistics.subgroups import Subgroups, check_subgroups


class SigmaMethod(StrEnum):
    """How the variation within subgroups is estimated."""

    RBAR = "rbar"  # mean range over d2
    SBAR = "sbar"  # mean standard deviation over c4
    POOLED = "pooled"  # root of the pooled variance
    MOVING_RANGE = "mr"  # mean moving range of individual values over d2(2)


@dataclass(frozen=True, slots=True)
class WithinSigma:
    """The estimate, and the degrees of freedom of the chi distribution with the same relative variance."""

    value: float
    method: SigmaMethod
    degrees_of_freedom: float


def default_method(subgroups: Subgroups) -> SigmaMethod:
    """Mean range for subgroups, moving range for individual values."""
    return SigmaMethod.MOVING_RANGE if subgroups.size == 1 else SigmaMethod.RBAR


def within_sigma(subgroups: Subgroups, method: SigmaMethod) -> WithinSigma:
    """The standard deviation within subgroups. Raises CannotCompute for too few or too small subgroups and no variation."""
    if method is SigmaMethod.MOVING_RANGE:
        sigma = _by_moving_range(subgroups)
    else:
        check_subgroups(subgroups)
        if not subgroups.ranges.any():
            # The mean of equal readings may differ from them in its last digit, so that their deviations are not exactly 0.
            _refuse_sameness(row=subgroups.row_of(0), value=float(subgroups.values[0]))
        sigma = {SigmaMethod.RBAR: _by_ranges, SigmaMethod.SBAR: _by_deviations, SigmaMethod.POOLED: _pooled}[method](
            subgroups
        )
    check_sigma(sigma, row=subgroups.row_of(0), value=float(subgroups.values[0]))
    return sigma


def check_sigma(sigma: WithinSigma, *, row: int, value: float) -> None:
    """Raises CannotCompute for no variation within subgroups."""
    if not sigma.value > 0:
        _refuse_sameness(row=row, value=value, individuals=sigma.method is SigmaMethod.MOVING_RANGE)


def _refuse_sameness(*, row: int, value: float, individuals: bool = False) -> NoReturn:
    if individuals:
        refuse(
            _("All readings are the same: there is no variation to compute with."),
            _("Check whether the gauge resolves the variation, and whether the right column was taken."),
            row=row,
            value=f"{value:g}",
        )
    refuse(
        _("The readings within each subgroup are the same: there is no variation to compute with."),
        _("Check whether the gauge resolves the variation, and whether the right subgroups were taken."),
        row=row,
        value=f"{value:g}",
    )


def _by_moving_range(subgroups: Subgroups) -> WithinSigma:
    if subgroups.size != 1:
        refuse(
            _("Moving ranges are for individual values, not for subgroups."),
            _("Leave the subgroups out, or choose another estimate of sigma."),
            column="sigma",
        )
    check_subgroups(subgroups, least_size=1, least_count=3)
    return moving_range_sigma(np.abs(np.diff(subgroups.values)))


def moving_range_sigma(ranges: Floats) -> WithinSigma:
    """The standard deviation from moving ranges of span 2, at least one; 0 when all are."""
    d2 = constants.d2(2)
    relative = constants.moving_range_variance(ranges.size) / d2**2
    return WithinSigma(float(ranges.mean() / d2), SigmaMethod.MOVING_RANGE, 1 / (2 * relative))


def _by_ranges(subgroups: Subgroups) -> WithinSigma:
    d2, d3 = subgroups.per_size(constants.d2), subgroups.per_size(constants.d3)
    return _weighted(subgroups, subgroups.ranges, d2, d3, SigmaMethod.RBAR)


def _by_deviations(subgroups: Subgroups) -> WithinSigma:
    c4, c5 = subgroups.per_size(constants.c4), subgroups.per_size(constants.c5)
    return _weighted(subgroups, subgroups.deviations, c4, c5, SigmaMethod.SBAR)


def _weighted(
    subgroups: Subgroups, spreads: Floats, mean: Floats | float, deviation: Floats | float, method: SigmaMethod
) -> WithinSigma:
    """Each spread over its expected value estimates sigma with the relative variance (deviation / mean)^2."""
    if isinstance(mean, float):
        relative = (deviation / mean) ** 2 / subgroups.count
        return WithinSigma(float(spreads.mean() / mean), method, float(1 / (2 * relative)))
    weights = (mean / deviation) ** 2
    value = float((weights * spreads / mean).sum() / weights.sum())
    return WithinSigma(value, method, float(weights.sum() / 2))


def _pooled(subgroups: Subgroups) -> WithinSigma:
    freedom = int((subgroups.sizes - 1).sum())
    return WithinSigma(float(np.sqrt(subgroups.squares.sum() / freedom)), SigmaMethod.POOLED, freedom)
