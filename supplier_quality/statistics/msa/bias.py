"""Bias of a gauge on one master part.

Source: AIAG Measurement Systems Analysis, 4th edition, chapter III section B, independent sample method: the standard
deviation of the readings is the repeatability, and bias is acceptable when zero lies within its confidence interval.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from supplier_quality.errors import BadInput
from supplier_quality.language import Words, _
from supplier_quality.statistics.msa.mean_test import against_zero, check_alpha, said_p
from supplier_quality.statistics.msa.places import at, of_all, refuse

# AIAG MSA, 4th edition: measure the part n >= 10 times.
USUAL_READINGS = 10


@dataclass(frozen=True, slots=True)
class BiasResult:
    """Bias in the unit of the readings, with its two-sided t test and confidence interval at 1 - ``alpha``.

    ``percent_ev`` is repeatability in percent of the process variation, None when that was not given.
    """

    n: int
    mean: float
    reference: float
    bias: float
    sigma_repeatability: float
    sigma_bias: float
    df: int
    t: float
    p: float
    alpha: float
    lower: float
    upper: float
    percent_ev: float | None
    acceptable: bool
    sentences: tuple[Words, ...]


def bias(
    values: Sequence[float],
    reference: float,
    *,
    alpha: float = 0.05,
    process_sigma: float | None = None,
) -> BiasResult:
    """Compare repeated readings of one part with its reference value.

    ``process_sigma`` is the total variation TV as one standard deviation. Raises CannotCompute, with row and column, for
    missing readings, fewer than two, and readings without variation; BadInput for settings out of their range.
    """
    check_alpha(alpha)
    if not math.isfinite(reference):
        raise BadInput(_("The reference value must be a number."))
    if process_sigma is not None and not (math.isfinite(process_sigma) and process_sigma > 0):
        raise BadInput(_("The process variation must be greater than 0."))
    check_readings(values)
    found = against_zero(np.asarray(values, dtype=float) - reference, alpha)
    assert found.sigma is not None and found.sigma_mean is not None
    assert found.t is not None and found.p is not None
    assert found.lower is not None and found.upper is not None
    acceptable = found.lower <= 0 <= found.upper
    return BiasResult(
        n=found.n,
        mean=float(np.mean(np.asarray(values, dtype=float))),
        reference=reference,
        bias=found.mean,
        sigma_repeatability=found.sigma,
        sigma_bias=found.sigma_mean,
        df=found.df,
        t=found.t,
        p=found.p,
        alpha=alpha,
        lower=found.lower,
        upper=found.upper,
        percent_ev=None if process_sigma is None else 100 * found.sigma / process_sigma,
        acceptable=acceptable,
        sentences=_sentences(found.n, found.p, alpha, acceptable),
    )


def check_readings(values: Sequence[float]) -> None:
    """Raises CannotCompute unless there are two readings that differ and all are finite numbers."""
    problems = [
        at(index, "value", _("This is not a number."), remedy=_("Write a number, or delete the row."))
        for index, value in enumerate(values)
        if not math.isfinite(value)
    ]
    refuse(problems, _("Some readings are missing or are no numbers."))
    if len(values) < 2:
        refuse([of_all("value", _("At least two readings are needed."), value=len(values))])
    if all(value == values[0] for value in values):
        refuse(
            [
                of_all(
                    "value",
                    _("All readings are the same: repeatability cannot be told."),
                    remedy=_("Use a gauge with a finer resolution, and make sure that readings were not copied."),
                )
            ]
        )


def _sentences(n: int, p: float, alpha: float, acceptable: bool) -> tuple[Words, ...]:
    values = {"p": said_p(p), "alpha": f"{alpha:g}"}
    said: list[Words] = [
        _("The bias is acceptable: it may be zero (p %(p)s, alpha %(alpha)s).", **values)
        if acceptable
        else _("The bias is not acceptable: it differs from zero (p %(p)s, alpha %(alpha)s).", **values)
    ]
    if n < USUAL_READINGS:
        said.append(
            _("Only %(count)s readings; the AIAG manual asks for at least %(usual)s.", count=n, usual=USUAL_READINGS)
        )
    return tuple(said)
