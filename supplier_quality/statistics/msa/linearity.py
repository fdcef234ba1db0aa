"""Linearity: does the bias change over the range of the gauge?

Source: AIAG Measurement Systems Analysis, 4th edition, chapter III section B: a straight line through the deviations of
single readings from their reference values. Linearity is acceptable when bias 0 lies within the confidence band of that
line over the whole range measured.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from supplier_quality.errors import BadInput
from supplier_quality.language import Words, _
from supplier_quality.statistics.msa.mean_test import (
    MeanTest,
    against_zero,
    check_alpha,
    said_p,
    t_quantile,
    two_sided_p,
)
from supplier_quality.statistics.msa.places import at, of_all, refuse
from supplier_quality.statistics.msa.study import Floats
from supplier_quality.statistics.refusals import check_same_length

# AIAG MSA, 4th edition: g >= 5 parts over the range, m >= 10 readings of each.
USUAL_PARTS = 5
_LINE_POINTS = 41


@dataclass(frozen=True, slots=True)
class Coefficient:
    """A coefficient of the line with its standard error and two-sided t test against zero."""

    value: float
    standard_error: float
    t: float
    p: float


@dataclass(frozen=True, slots=True)
class PartBias:
    """The bias of one part, the line there and its confidence band; ``percent`` of the process variation."""

    part: str
    reference: float
    bias: MeanTest
    fitted: float
    band_lower: float
    band_upper: float
    percent: float | None


@dataclass(frozen=True, slots=True)
class LinePoint:
    """The line at a reference value with the ends of its confidence band, in the unit of the readings."""

    reference: float
    fitted: float
    lower: float
    upper: float


@dataclass(frozen=True, slots=True)
class LinearityResult:
    """The line ``bias = intercept.value + slope.value * reference``.

    ``sigma`` is the standard deviation around the line with ``df`` degrees of freedom. ``linearity`` is the slope's
    amount times the process variation, None when that was not given; ``percent_linearity`` the slope's amount in percent.
    ``line`` goes from the lowest to the highest reference, through every reference of a part, for drawing.
    """

    n: int
    slope: Coefficient
    intercept: Coefficient
    sigma: float
    r_squared: float
    df: int
    alpha: float
    mean_bias: float
    linearity: float | None
    percent_linearity: float
    parts: tuple[PartBias, ...]
    acceptable: bool
    sentences: tuple[Words, ...]
    line: tuple[LinePoint, ...]


def linearity(
    values: Sequence[float],
    references: Sequence[float],
    *,
    parts: Sequence[str] | None = None,
    alpha: float = 0.05,
    process_variation: float | None = None,
) -> LinearityResult:
    """Fit the bias of readings against their reference values; without ``parts`` equal references are one part.

    ``process_variation`` is the whole variation of the process (6 sigma), in the unit of the readings. Raises
    CannotCompute, with row and column, for missing readings or references, a part with two references, one reference
    only, and deviations without variation around the line; BadInput for settings out of their range.
    """
    check_alpha(alpha)
    if process_variation is not None and not (math.isfinite(process_variation) and process_variation > 0):
        raise BadInput(_("The process variation must be greater than 0."))
    names = list(parts) if parts is not None else [f"{reference:g}" for reference in references]
    check_same_length(value=values, reference=references, part=names)
    _check(values, references, names if parts is not None else None)
    x = np.asarray(references, dtype=float)
    y = np.asarray(values, dtype=float) - x
    line = _fit(x, y, alpha)
    _check_scatter(line)
    slope, intercept = _coefficients(line)
    zero_inside = _zero_is_inside(line)
    total = float(np.sum((y - line.y_mean) ** 2))
    return LinearityResult(
        n=y.size,
        slope=slope,
        intercept=intercept,
        sigma=line.sigma,
        r_squared=1 - line.ss_rest / total,
        df=line.df,
        alpha=alpha,
        mean_bias=line.y_mean,
        linearity=None if process_variation is None else abs(slope.value) * process_variation,
        percent_linearity=100 * abs(slope.value),
        parts=_parts(names, x, y, line, alpha, process_variation),
        acceptable=zero_inside,
        sentences=_sentences(slope, intercept, alpha, zero_inside, len(set(names))),
        line=_drawn_line(line),
    )


@dataclass(frozen=True, slots=True)
class _Line:
    """The fitted line around the means of both axes; ``reach`` is the t value times sigma."""

    x: Floats
    x_mean: float
    y_mean: float
    slope: float
    sxx: float
    ss_rest: float
    sigma: float
    df: int
    reach: float

    def at(self, x: float) -> float:
        return self.y_mean + self.slope * (x - self.x_mean)

    def half_band(self, x: float) -> float:
        return self.reach * math.sqrt(1 / self.x.size + (x - self.x_mean) ** 2 / self.sxx)


def _fit(x: Floats, y: Floats, alpha: float) -> _Line:
    x_mean, y_mean = float(x.mean()), float(y.mean())
    u = x - x_mean
    sxx = float(np.sum(u**2))
    slope = float(np.sum(u * (y - y_mean)) / sxx)
    ss_rest = float(np.sum((y - y_mean - slope * u) ** 2))
    df = x.size - 2
    sigma = math.sqrt(ss_rest / df) if df > 0 else 0.0
    reach = sigma * t_quantile(alpha, df) if df > 0 else 0.0
    return _Line(x, x_mean, y_mean, slope, sxx, ss_rest, sigma, df, reach)


def _coefficients(line: _Line) -> tuple[Coefficient, Coefficient]:
    n = line.x.size
    of_slope = line.sigma / math.sqrt(line.sxx)
    of_intercept = line.sigma * math.sqrt(1 / n + line.x_mean**2 / line.sxx)
    made = []
    for value, error in ((line.slope, of_slope), (line.at(0.0), of_intercept)):
        made.append(Coefficient(value, error, value / error, two_sided_p(value / error, line.df)))
    return made[0], made[1]


def _zero_is_inside(line: _Line) -> bool:
    """Whether bias 0 lies within the band from the lowest to the highest reference.

    Where it does, ``(y + a u)^2 - reach^2 (1/n + u^2/sxx)`` is not positive; this parabola in ``u`` is greatest at an end
    of the range or, when it opens downwards, at its vertex.
    """
    second = line.slope**2 - line.reach**2 / line.sxx
    first = 2 * line.y_mean * line.slope
    constant = line.y_mean**2 - line.reach**2 / line.x.size
    low, high = float(line.x.min()) - line.x_mean, float(line.x.max()) - line.x_mean
    tried = [low, high]
    if second < 0:
        tried.append(min(high, max(low, -first / (2 * second))))
    return all((second * u + first) * u + constant <= 0 for u in tried)


def _drawn_line(line: _Line) -> tuple[LinePoint, ...]:
    places = {*np.linspace(line.x.min(), line.x.max(), _LINE_POINTS).tolist(), *line.x.tolist()}
    return tuple(
        LinePoint(x, line.at(x), line.at(x) - line.half_band(x), line.at(x) + line.half_band(x)) for x in sorted(places)
    )


def _parts(
    names: Sequence[str], x: Floats, y: Floats, line: _Line, alpha: float, process_variation: float | None
) -> tuple[PartBias, ...]:
    made = []
    for name in dict.fromkeys(names):
        chosen = np.array([other == name for other in names])
        reference = float(x[chosen][0])
        found = against_zero(y[chosen], alpha)
        fitted, half = line.at(reference), line.half_band(reference)
        percent = None if process_variation is None else 100 * abs(found.mean) / process_variation
        made.append(PartBias(name, reference, found, fitted, fitted - half, fitted + half, percent))
    return tuple(sorted(made, key=lambda part: (part.reference, part.part)))


def _check(values: Sequence[float], references: Sequence[float], parts: Sequence[str] | None) -> None:
    problems = []
    for index, (value, reference) in enumerate(zip(values, references, strict=True)):
        if not math.isfinite(value):
            problems.append(
                at(index, "value", _("This is not a number."), remedy=_("Write a number, or delete the row."))
            )
        if not math.isfinite(reference):
            problems.append(
                at(index, "reference", _("This is not a number."), remedy=_("Write a number, or delete the row."))
            )
    refuse(problems, _("Some readings are missing or are no numbers."))
    if parts is not None:
        _check_references(parts, references)
    if len(set(references)) < 2:
        refuse(
            [
                of_all(
                    "reference",
                    _("Linearity needs parts with different reference values."),
                    remedy=_("Measure parts over the whole range of the gauge, five are usual."),
                )
            ]
        )


def _check_references(parts: Sequence[str], references: Sequence[float]) -> None:
    first: dict[str, float] = {}
    problems = []
    for index, (part, reference) in enumerate(zip(parts, references, strict=True)):
        if not part.strip():
            problems.append(at(index, "part", _("The part is missing.")))
        elif first.setdefault(part, reference) != reference:
            problems.append(
                at(
                    index,
                    "reference",
                    _(
                        "Part %(part)s has the reference %(reference)s here and %(before)s above.",
                        part=part,
                        reference=f"{reference:g}",
                        before=f"{first[part]:g}",
                    ),
                    value=f"{reference:g}",
                )
            )
    refuse(problems, _("A part has one reference value only."))


def _check_scatter(line: _Line) -> None:
    # Rounding leaves a little where readings lie exactly on a line.
    noise = line.x.size * (np.finfo(float).eps * float(np.max(np.abs(line.x))) * 4) ** 2
    if line.df < 1 or line.ss_rest <= noise:
        refuse(
            [
                of_all(
                    "value",
                    _("The readings do not vary around the line: its coefficients cannot be tested."),
                    remedy=_("Measure every part at least ten times."),
                )
            ]
        )


def _sentences(
    slope: Coefficient, intercept: Coefficient, alpha: float, zero_inside: bool, parts: int
) -> tuple[Words, ...]:
    said: list[Words] = [
        _("Linearity is acceptable: bias 0 lies within the confidence band of the line over the whole range.")
        if zero_inside
        else _("Linearity is not acceptable: bias 0 leaves the confidence band of the line.")
    ]
    of_slope = {"p": said_p(slope.p), "alpha": f"{alpha:g}"}
    if slope.p < alpha:
        said.append(_("The bias changes with the size measured (slope: p %(p)s, alpha %(alpha)s).", **of_slope))
    else:
        said.append(_("The bias does not change with the size measured (slope: p %(p)s, alpha %(alpha)s).", **of_slope))
        of_intercept = {"p": said_p(intercept.p), "alpha": f"{alpha:g}"}
        if intercept.p < alpha:
            said.append(_("There is a constant bias (intercept: p %(p)s, alpha %(alpha)s).", **of_intercept))
    if parts < USUAL_PARTS:
        said.append(
            _("Only %(count)s parts; the AIAG manual asks for at least %(usual)s.", count=parts, usual=USUAL_PARTS)
        )
    return tuple(said)
