"""Capability of readings that are not normal: by the 0.135 %, 50 % and 99.865 % points; ISO 22514-2:2017, 6.

The points are those of a fitted distribution (Box-Cox, Johnson) or of the readings themselves. For a normal distribution they
are the mean and three sigma to both sides, so that the indices are the usual ones.
"""

from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np

from supplier_quality.language import Words, _
from supplier_quality.statistics.capability.indices import Indices, Limits
from supplier_quality.statistics.capability.normality import Normality
from supplier_quality.statistics.capability.shapes import Shape, fit_box_cox, fit_johnson, normality_under
from supplier_quality.statistics.refusals import Floats, refuse

PER_MILLION = 1e6
_SCORES = (-3.0, 0.0, 3.0)


@dataclass(frozen=True, slots=True)
class Rates:
    """Nonconforming parts per million below the lower limit, above the upper one and together; None without that limit."""

    below: float | None
    above: float | None
    total: float


class Treatment(StrEnum):
    """How readings are treated."""

    AUTO = "auto"  # normal when normality is not rejected, otherwise the first of the next three that fits
    NORMAL = "normal"
    BOX_COX = "box-cox"
    JOHNSON = "johnson"
    PERCENTILE = "percentile"


@dataclass(frozen=True, slots=True)
class WayOut:
    """Indices by percentiles. ``points`` are the 0.135 %, 50 % and 99.865 % points in the unit of the readings.

    ``normality`` is that of the transformed readings. Rates are nonconforming fractions; None where there is no such limit.
    ``shape`` is the fitted distribution, None where the points are those of the readings themselves.
    """

    treatment: Treatment
    points: tuple[float, float, float]
    indices: Indices
    normality: Normality | None
    below: float | None
    above: float | None
    sentence: Words
    parameters: dict[str, float | str] = field(default_factory=dict)
    shape: Shape | None = None

    @property
    def expected(self) -> Rates:
        """The rates in parts per million."""
        below, above = (None if share is None else share * PER_MILLION for share in (self.below, self.above))
        return Rates(below, above, (below or 0.0) + (above or 0.0))


def find_way_out(values: Floats, limits: Limits, treatment: Treatment, *, alpha: float) -> WayOut:
    """The indices under the treatment asked for; with AUTO under the first whose fit is not rejected.

    Raises CannotCompute when Box-Cox or Johnson is asked for and cannot be fitted.
    """
    if treatment is Treatment.PERCENTILE:
        return _by_percentiles(values, limits, _ASKED_PERCENTILES)
    for tried in (Treatment.BOX_COX, Treatment.JOHNSON):
        if treatment in (tried, Treatment.AUTO):
            shape = fit_box_cox(values) if tried is Treatment.BOX_COX else fit_johnson(values)
            found = _by_shape(values, limits, tried, shape, alpha) if shape else None
            if found and (treatment is tried or (found.normality and found.normality.is_normal)):
                return found
    if treatment is not Treatment.AUTO:
        refuse(
            _("This distribution cannot be fitted to the readings."),
            _("Choose another treatment; Box-Cox needs readings above 0, and Johnson readings that differ."),
            row=int(np.argmin(values)) + 1,
            value=float(values.min()),
        )
    return _by_percentiles(values, limits, _NOTHING_FITS)


_ASKED_PERCENTILES = _(
    "The indices are computed from the 0.135th, 50th and 99.865th percentiles of the readings (ISO 22514-2)."
)
_NOTHING_FITS = _(
    "The readings are not normal, and neither Box-Cox nor Johnson makes them so: the indices are computed from the 0.135th, "
    "50th and 99.865th percentiles of the readings (ISO 22514-2)."
)
_SENTENCES: dict[Treatment, Words] = {
    Treatment.BOX_COX: _(
        "The readings are treated by a Box-Cox transformation: the indices are computed from the 0.135th, 50th and "
        "99.865th percentiles of the distribution fitted in this way (ISO 22514-2)."
    ),
    Treatment.JOHNSON: _(
        "The readings are treated by a Johnson distribution: the indices are computed from its 0.135th, 50th and "
        "99.865th percentiles (ISO 22514-2)."
    ),
}


def _by_shape(values: Floats, limits: Limits, treatment: Treatment, shape: Shape, alpha: float) -> WayOut | None:
    low, middle, high = (shape.value(score) for score in _SCORES)
    if low is None or middle is None or high is None or not low < middle < high:
        return None
    from scipy.special import ndtr

    def rate(limit: float | None, side: int) -> float | None:
        return None if limit is None else float(ndtr(side * shape.scores(np.array([limit]))[0]))

    points = (low, middle, high)
    return WayOut(
        treatment,
        points,
        _indices(points, limits),
        normality_under(shape, values, alpha=alpha),
        rate(limits.lsl, 1),
        rate(limits.usl, -1),
        _SENTENCES[treatment],
        shape.parameters,
        shape,
    )


def _by_percentiles(values: Floats, limits: Limits, sentence: Words) -> WayOut:
    from scipy.special import ndtr

    low, middle, high = (float(point) for point in np.quantile(values, ndtr(np.array(_SCORES)), method="hazen"))
    if not low < middle < high:
        refuse(
            _("So many readings are equal that their percentiles do not differ."),
            _("Check whether the gauge resolves the variation."),
            row=1,
        )
    below = None if limits.lsl is None else float((values < limits.lsl).mean())
    above = None if limits.usl is None else float((values > limits.usl).mean())
    points = (low, middle, high)
    return WayOut(Treatment.PERCENTILE, points, _indices(points, limits), None, below, above, sentence)


def _indices(points: tuple[float, float, float], limits: Limits) -> Indices:
    low, middle, high = points
    lower = None if limits.lsl is None else (middle - limits.lsl) / (middle - low)
    upper = None if limits.usl is None else (limits.usl - middle) / (high - middle)
    both = None if limits.lsl is None or limits.usl is None else (limits.usl - limits.lsl) / (high - low)
    return Indices(both, lower, upper, min(index for index in (lower, upper) if index is not None))
