"""Gauge R&R by average and range.

Source: AIAG Measurement Systems Analysis, 4th edition, chapter III section B. The constants are computed: K1 = 1/d2 of the
trials, K2 and K3 = 1/d2* of one range over all appraisers and over all parts (Duncan 1986).
"""

from dataclasses import dataclass

from supplier_quality.errors import BadInput
from supplier_quality.language import _
from supplier_quality.statistics.constants import d2, d2_star
from supplier_quality.statistics.msa.results import Components, GaugeResult, Method, check_settings, complete
from supplier_quality.statistics.msa.study import Design, GaugeStudy


@dataclass(frozen=True, slots=True)
class KConstants:
    """What turns a range into a standard deviation, for trials, appraisers and parts."""

    k1: float
    k2: float
    k3: float


def k_constants(*, trials: int, appraisers: int, parts: int) -> KConstants:
    """The constants of a study of this size; each number is at least 2."""
    return KConstants(1 / d2(trials), 1 / d2_star(appraisers, 1), 1 / d2_star(parts, 1))


def gauge_range(
    study: GaugeStudy,
    *,
    tolerance: float | None = None,
    multiplier: float = 6,
    limit_included: bool | None = None,
) -> GaugeResult:
    """The components of a crossed study; this method estimates no interaction, which then inflates the others.

    ``tolerance`` is the upper minus the lower limit, in the unit of the readings; ``multiplier`` says how many standard
    deviations make up the study variation. ``limit_included``: whether GRR of exactly 10 % is acceptable.
    Raises BadInput for a nested study and for settings out of their range.
    """
    check_settings(tolerance=tolerance, multiplier=multiplier)
    if study.design is not Design.CROSSED:
        raise BadInput(_("Average and range is a method for crossed studies. Compute a nested one by ANOVA."))
    values = study.values - study.values.mean()
    appraisers, parts, trials = values.shape
    constants = k_constants(trials=trials, appraisers=appraisers, parts=parts)
    mean_range = float((values.max(axis=2) - values.min(axis=2)).mean())
    of_appraiser, of_part = values.mean(axis=(1, 2)), values.mean(axis=(0, 2))
    repeatability = mean_range * constants.k1
    between_appraisers = float(of_appraiser.max() - of_appraiser.min()) * constants.k2
    between_parts = float(of_part.max() - of_part.min()) * constants.k3
    return complete(
        study,
        Components(
            ev=repeatability**2,
            av=max(0.0, between_appraisers**2 - repeatability**2 / (parts * trials)),
            interaction=None,
            pv=between_parts**2,
        ),
        method=Method.RANGE,
        tolerance=tolerance,
        multiplier=multiplier,
        limit_included=limit_included,
    )
