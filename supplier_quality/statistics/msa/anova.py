"""Gauge R&R by analysis of variance, parts and appraisers as random effects.

Source: AIAG Measurement Systems Analysis, 4th edition, chapter III section B and appendix A; for the nested study the
same model with parts within appraisers.
"""

import numpy as np
from scipy.special import fdtrc

from supplier_quality.statistics.msa.results import (
    AnovaRow,
    Components,
    GaugeResult,
    Method,
    Source,
    check_settings,
    complete,
)
from supplier_quality.statistics.msa.study import Design, GaugeStudy

# AIAG MSA, 4th edition, as read by most programs; 0.05 is as common (docs/msa.md).
POOLING_ALPHA = 0.25


def gauge_anova(
    study: GaugeStudy,
    *,
    alpha: float = POOLING_ALPHA,
    tolerance: float | None = None,
    multiplier: float = 6,
    limit_included: bool | None = None,
) -> GaugeResult:
    """The components of a crossed or nested study.

    The interaction is pooled into repeatability when its p value is greater than ``alpha``: 0 always pools, 1 never.
    ``tolerance`` is the upper minus the lower limit, in the unit of the readings; ``multiplier`` says how many standard
    deviations make up the study variation. ``limit_included``: whether GRR of exactly 10 % is acceptable.
    Raises BadInput for settings out of their range.
    """
    check_settings(tolerance=tolerance, multiplier=multiplier, alpha=alpha)
    found = _crossed(study, alpha) if study.design is Design.CROSSED else _nested(study)
    return complete(
        study,
        found,
        method=Method.ANOVA,
        tolerance=tolerance,
        multiplier=multiplier,
        limit_included=limit_included,
    )


def _crossed(study: GaugeStudy, alpha: float) -> Components:
    # Around their mean the sums of squares stay exact for readings far from zero.
    values = study.values - study.values.mean()
    appraisers, parts, trials = values.shape
    cells = values.mean(axis=2)
    of_part, of_appraiser = cells.mean(axis=0), cells.mean(axis=1)
    ss_part = appraisers * trials * float(np.sum(of_part**2))
    ss_appraiser = parts * trials * float(np.sum(of_appraiser**2))
    ss_interaction = trials * float(np.sum((cells - of_part[None, :] - of_appraiser[:, None]) ** 2))
    ss_error = float(np.sum((values - cells[:, :, None]) ** 2))
    total = AnovaRow(Source.TOTAL, values.size - 1, float(np.sum(values**2)))

    df_part, df_appraiser = parts - 1, appraisers - 1
    df_interaction, df_error = df_part * df_appraiser, parts * appraisers * (trials - 1)
    error = AnovaRow(Source.REPEATABILITY, df_error, ss_error, ss_error / df_error)
    crossing = _tested(Source.INTERACTION, df_interaction, ss_interaction, error)
    full = (
        _tested(Source.PART, df_part, ss_part, crossing),
        _tested(Source.APPRAISER, df_appraiser, ss_appraiser, crossing),
        crossing,
        error,
        total,
    )
    p = crossing.p
    assert p is not None
    pooled = alpha == 0 or p > alpha
    rest = error
    if pooled:
        ss_rest, df_rest = ss_interaction + ss_error, df_interaction + df_error
        rest = AnovaRow(Source.REPEATABILITY, df_rest, ss_rest, ss_rest / df_rest)
    against = rest if pooled else crossing
    reduced = (
        _tested(Source.PART, df_part, ss_part, rest),
        _tested(Source.APPRAISER, df_appraiser, ss_appraiser, rest),
        rest,
        total,
    )
    return Components(
        ev=_ms(rest),
        av=_variance(ss_appraiser / df_appraiser, _ms(against), parts * trials),
        interaction=0.0 if pooled else _variance(_ms(crossing), _ms(error), trials),
        pv=_variance(ss_part / df_part, _ms(against), appraisers * trials),
        p_interaction=p,
        pooled=pooled,
        alpha=alpha,
        anova=full,
        anova_pooled=reduced if pooled else (),
    )


def _nested(study: GaugeStudy) -> Components:
    values = study.values - study.values.mean()
    appraisers, parts, trials = values.shape
    cells = values.mean(axis=2)
    of_appraiser = cells.mean(axis=1)
    ss_appraiser = parts * trials * float(np.sum(of_appraiser**2))
    ss_part = trials * float(np.sum((cells - of_appraiser[:, None]) ** 2))
    ss_error = float(np.sum((values - cells[:, :, None]) ** 2))
    df_error = appraisers * parts * (trials - 1)
    error = AnovaRow(Source.REPEATABILITY, df_error, ss_error, ss_error / df_error)
    part = _tested(Source.PART, appraisers * (parts - 1), ss_part, error)
    appraiser = _tested(Source.APPRAISER, appraisers - 1, ss_appraiser, part)
    return Components(
        ev=_ms(error),
        av=_variance(_ms(appraiser), _ms(part), parts * trials),
        interaction=None,
        pv=_variance(_ms(part), _ms(error), trials),
        anova=(appraiser, part, error, AnovaRow(Source.TOTAL, values.size - 1, float(np.sum(values**2)))),
    )


def _tested(source: Source, df: int, ss: float, against: AnovaRow) -> AnovaRow:
    """A row with its F test against another one; without variation in that one F is not a number to show."""
    ms, other = ss / df, _ms(against)
    if other == 0:
        return AnovaRow(source, df, ss, ms, None, 0.0 if ms > 0 else 1.0)
    f = ms / other
    return AnovaRow(source, df, ss, ms, f, float(fdtrc(df, against.df, f)))


def _ms(row: AnovaRow) -> float:
    assert row.ms is not None
    return row.ms


def _variance(ms: float, below: float, count: int) -> float:
    """A component of variance; a negative estimate is none."""
    return max(0.0, (ms - below) / count)
