"""What a gauge study answers."""

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import NoReturn

from supplier_quality.errors import BadInput, Problem
from supplier_quality.language import Words, _
from supplier_quality.statistics.msa.acceptance import Band, limits
from supplier_quality.statistics.msa.study import Design, GaugeStudy
from supplier_quality.statistics.nearly import whole_part

# AIAG MSA, 4th edition, chapter III section B: ndc = 1.41 (PV / GRR), cut to a whole number.
_CATEGORIES = 1.41


class Method(StrEnum):
    """How the components are estimated."""

    ANOVA = "anova"
    RANGE = "range"  # average and range


class Source(StrEnum):
    """The rows of an ANOVA table."""

    PART = "part"
    APPRAISER = "appraiser"
    INTERACTION = "interaction"
    REPEATABILITY = "repeatability"
    TOTAL = "total"


@dataclass(frozen=True, slots=True)
class AnovaRow:
    """One source of variation: sum of squares in squared units of the reading; F and p where the model tests it."""

    source: Source
    df: int
    ss: float
    ms: float | None = None
    f: float | None = None
    p: float | None = None


@dataclass(frozen=True, slots=True)
class Shares:
    """One number for every component; ``interaction`` is None where the method does not estimate it."""

    ev: float
    av: float
    interaction: float | None
    grr: float
    pv: float


@dataclass(frozen=True, slots=True)
class Cell:
    """The readings of one part by one appraiser, for the plots by part and by appraiser."""

    appraiser: str
    part: str
    readings: tuple[float, ...]
    mean: float
    range: float


@dataclass(frozen=True, slots=True)
class GaugeResult:
    """Components as standard deviations in the unit of the readings, percentages from 0 to 100 and beyond.

    ``p_interaction`` and ``pooled`` are None where the method or the design knows no interaction. ``anova`` is the table
    with interaction (or the nested one), ``anova_pooled`` the one without, when it was used. ``sentences`` say the
    verdict.
    """

    method: Method
    design: Design
    ev: float
    av: float
    interaction: float | None
    grr: float
    pv: float
    tv: float
    percent_study_variation: Shares
    percent_contribution: Shares
    percent_tolerance: Shares | None
    ndc: int
    p_interaction: float | None
    pooled: bool | None
    alpha: float | None
    multiplier: float
    tolerance: float | None
    appraisers: int
    parts: int
    trials: int
    anova: tuple[AnovaRow, ...]
    anova_pooled: tuple[AnovaRow, ...]
    cells: tuple[Cell, ...]
    verdict: Band
    ndc_verdict: Band
    tolerance_verdict: Band | None
    sentences: tuple[Words, ...]


@dataclass(frozen=True, slots=True)
class Components:
    """What a method estimated, as variances."""

    ev: float
    av: float
    interaction: float | None
    pv: float
    p_interaction: float | None = None
    pooled: bool | None = None
    alpha: float | None = None
    anova: tuple[AnovaRow, ...] = ()
    anova_pooled: tuple[AnovaRow, ...] = ()


def check_settings(*, tolerance: float | None, multiplier: float, alpha: float | None = None) -> None:
    """Raises BadInput for settings that no study can be computed with."""
    if not (math.isfinite(multiplier) and multiplier > 0):
        _refuse_setting(_("The multiplier of the study must be greater than 0."), "multiplier", multiplier)
    if tolerance is not None and not (math.isfinite(tolerance) and tolerance > 0):
        said = _("The tolerance must be greater than 0: it is the upper minus the lower limit.")
        _refuse_setting(said, "tolerance", tolerance)
    if alpha is not None and not 0 <= alpha <= 1:
        _refuse_setting(_("Alpha lies between 0 and 1."), "alpha", alpha)


def _refuse_setting(problem: Words, column: str, value: float) -> NoReturn:
    raise BadInput(problem, (Problem(problem, column=column, value=f"{value:g}"),))


def complete(
    study: GaugeStudy,
    found: Components,
    *,
    method: Method,
    tolerance: float | None,
    multiplier: float,
    limit_included: bool | None,
) -> GaugeResult:
    """Percentages, number of distinct categories and verdict of estimated components."""
    grr = found.ev + found.av + (found.interaction or 0.0)
    total = grr + found.pv
    deviation = Shares(
        ev=math.sqrt(found.ev),
        av=math.sqrt(found.av),
        interaction=None if found.interaction is None else math.sqrt(found.interaction),
        grr=math.sqrt(grr),
        pv=math.sqrt(found.pv),
    )
    variation = _scaled(deviation, 100 / math.sqrt(total))
    of_tolerance = None if tolerance is None else _scaled(deviation, 100 * multiplier / tolerance)
    ndc = whole_part(_CATEGORIES * deviation.pv / deviation.grr)
    band = limits("grr_percent").band(variation.grr, included=limit_included)
    ndc_band = limits("ndc").band(ndc)
    tolerance_band = None
    if of_tolerance is not None:
        tolerance_band = limits("grr_percent").band(of_tolerance.grr, included=limit_included)
    return GaugeResult(
        method=method,
        design=study.design,
        ev=deviation.ev,
        av=deviation.av,
        interaction=deviation.interaction,
        grr=deviation.grr,
        pv=deviation.pv,
        tv=math.sqrt(total),
        percent_study_variation=variation,
        percent_contribution=_contributions(found, grr, total),
        percent_tolerance=of_tolerance,
        ndc=ndc,
        p_interaction=found.p_interaction,
        pooled=found.pooled,
        alpha=found.alpha,
        multiplier=multiplier,
        tolerance=tolerance,
        appraisers=len(study.appraisers),
        parts=len(study.parts[0]),
        trials=study.trials,
        anova=found.anova,
        anova_pooled=found.anova_pooled,
        cells=_cells(study),
        verdict=band,
        ndc_verdict=ndc_band,
        tolerance_verdict=tolerance_band,
        sentences=_sentences(variation.grr, band, of_tolerance, tolerance_band, ndc, ndc_band, found),
    )


def _scaled(shares: Shares, factor: float) -> Shares:
    return Shares(
        ev=shares.ev * factor,
        av=shares.av * factor,
        interaction=None if shares.interaction is None else shares.interaction * factor,
        grr=shares.grr * factor,
        pv=shares.pv * factor,
    )


def _contributions(found: Components, grr: float, total: float) -> Shares:
    return _scaled(Shares(found.ev, found.av, found.interaction, grr, found.pv), 100 / total)


def _cells(study: GaugeStudy) -> tuple[Cell, ...]:
    return tuple(
        Cell(
            appraiser=name,
            part=part,
            readings=tuple(map(float, readings)),
            mean=float(readings.mean()),
            range=float(readings.max() - readings.min()),
        )
        for name, parts, of_appraiser in zip(study.appraisers, study.parts, study.values, strict=True)
        for part, readings in zip(parts, of_appraiser, strict=True)
    )


def _sentences(
    percent: float,
    band: Band,
    of_tolerance: Shares | None,
    tolerance_band: Band | None,
    ndc: int,
    ndc_band: Band,
    found: Components,
) -> tuple[Words, ...]:
    said: list[Words] = [_of_variation(band, f"{percent:.1f} %")]
    if of_tolerance is not None and tolerance_band is not None:
        said.append(_of_tolerance(tolerance_band, f"{of_tolerance.grr:.1f} %"))
    needed = int(limits("ndc").acceptable)
    if ndc_band is Band.ACCEPTABLE:
        said.append(
            _("Number of distinct categories (ndc): %(ndc)s; enough, %(needed)s are needed.", ndc=ndc, needed=needed)
        )
    else:
        said.append(
            _("Number of distinct categories (ndc): %(ndc)s; too few, %(needed)s are needed.", ndc=ndc, needed=needed)
        )
    if found.pooled is not None and found.p_interaction is not None and found.alpha is not None:
        values = {"p": f"{found.p_interaction:.4f}", "alpha": f"{found.alpha:g}"}
        if found.pooled:
            said.append(
                _(
                    "Interaction of part and appraiser: p %(p)s, alpha %(alpha)s, so it is pooled into repeatability.",
                    **values,
                )
            )
        else:
            said.append(_("Interaction of part and appraiser: p %(p)s, alpha %(alpha)s, so it is kept.", **values))
    return tuple(said)


def _of_variation(band: Band, percent: str) -> Words:
    match band:
        case Band.ACCEPTABLE:
            return _("GRR is %(percent)s of the study variation: acceptable.", percent=percent)
        case Band.MARGINAL:
            return _(
                "GRR is %(percent)s of the study variation: may be acceptable, by application, cost and consent of the customer.",
                percent=percent,
            )
        case Band.UNACCEPTABLE:
            return _("GRR is %(percent)s of the study variation: not acceptable.", percent=percent)


def _of_tolerance(band: Band, percent: str) -> Words:
    match band:
        case Band.ACCEPTABLE:
            return _("GRR is %(percent)s of the tolerance: acceptable.", percent=percent)
        case Band.MARGINAL:
            return _(
                "GRR is %(percent)s of the tolerance: may be acceptable, by application, cost and consent of the customer.",
                percent=percent,
            )
        case Band.UNACCEPTABLE:
            return _("GRR is %(percent)s of the tolerance: not acceptable.", percent=percent)
