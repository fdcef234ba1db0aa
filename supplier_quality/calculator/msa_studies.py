"""Measurement system analysis of a table: what command, page and API share. numpy comes with the first study.

Every function takes the columns it needs, computes in ``statistics.msa`` and lets refusals name row and column of the table.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from supplier_quality.calculator.stats_studies import ChartAsked, Columns, draw_chart
from supplier_quality.calculator.tables import Table
from supplier_quality.language import Words

if TYPE_CHECKING:
    from supplier_quality.statistics.msa import (
        AgreementResult,
        AppraiserAgreement,
        BiasResult,
        Coefficient,
        GaugeResult,
        LinearityResult,
        Matched,
        MeanTest,
        PartBias,
        Rate,
        Shares,
        StabilityResult,
    )

Document = dict[str, Any]

STABILITY_CHARTS = ("xbar-r", "xbar-s", "i-mr")


def gauge_study(
    table: Table,
    *,
    part: str,
    appraiser: str,
    value: str,
    method: str,
    design: str = "crossed",
    alpha: float | None = None,
    tolerance: float | None = None,
    multiplier: float = 6,
    limit_included: bool | None = None,
) -> "GaugeResult":
    """Gauge R&R. Raises BadTable, CannotCompute, BadInput; see ``statistics.msa.gauge_anova``."""
    from supplier_quality.statistics import msa

    taken = table.take(numbers=(value,), labels=(part, appraiser))
    with taken.locating(part=part, appraiser=appraiser, value=value):
        study = msa.read_study(
            taken.labels[part], taken.labels[appraiser], taken.numbers[value], design=msa.Design(design)
        )
    if method == msa.Method.RANGE:
        return msa.gauge_range(study, tolerance=tolerance, multiplier=multiplier, limit_included=limit_included)
    return msa.gauge_anova(
        study,
        alpha=msa.POOLING_ALPHA if alpha is None else alpha,
        tolerance=tolerance,
        multiplier=multiplier,
        limit_included=limit_included,
    )


def agreement_study(
    table: Table,
    *,
    good: str,
    appraiser: str = "appraiser",
    part: str = "part",
    trial: str = "trial",
    rating: str = "rating",
    reference: str = "reference",
    confidence: float = 0.95,
) -> "AgreementResult":
    """Attribute agreement. Raises BadTable, CannotCompute, BadInput; see ``statistics.msa.attribute_agreement``."""
    from supplier_quality.statistics import msa

    taken = table.take(labels=(appraiser, part, trial, rating, reference))
    columns = (taken.labels[name] for name in (appraiser, part, trial, rating, reference))
    with taken.locating(appraiser=appraiser, part=part, trial=trial, rating=rating, reference=reference):
        study = msa.read_ratings(*columns, good=good)
    return msa.attribute_agreement(study, confidence=confidence)


def bias_study(
    table: Table, *, value: str, reference: float, alpha: float = 0.05, process_sigma: float | None = None
) -> "BiasResult":
    """Bias of one part. Raises BadTable, CannotCompute, BadInput; see ``statistics.msa.bias``."""
    from supplier_quality.statistics import msa

    taken = table.take(numbers=(value,))
    with taken.locating(value=value):
        return msa.bias(taken.numbers[value], reference, alpha=alpha, process_sigma=process_sigma)


def linearity_study(
    table: Table,
    *,
    value: str,
    reference: str,
    part: str | None = None,
    alpha: float = 0.05,
    process_variation: float | None = None,
) -> "LinearityResult":
    """Linearity over parts. Raises BadTable, CannotCompute, BadInput; see ``statistics.msa.linearity``."""
    from supplier_quality.statistics import msa

    taken = table.take(numbers=(value, reference), labels=(part,) if part else ())
    with taken.locating(value=value, reference=reference, part=part or "part"):
        return msa.linearity(
            taken.numbers[value],
            taken.numbers[reference],
            parts=taken.labels[part] if part else None,
            alpha=alpha,
            process_variation=process_variation,
        )


def stability_study(
    table: Table,
    *,
    value: str,
    subgroup: str | None = None,
    subgroup_size: int | None = None,
    chart: str = STABILITY_CHARTS[0],
    rules: Sequence[str] = (),
) -> "StabilityResult":
    """Stability over time. Raises BadTable, BadStudy, CannotCompute; see ``stats_studies.draw_chart``."""
    from supplier_quality.statistics import msa

    columns = Columns(column=value, subgroup=subgroup, subgroup_size=subgroup_size)
    return msa.judge_stability(draw_chart(table, ChartAsked(chart=chart, columns=columns, rules=rules)))


def gauge_document(result: "GaugeResult") -> Document:
    """As JSON: components as standard deviations, percentages as numbers up to 100 and more."""
    return {
        "ev": result.ev,
        "av": result.av,
        "interaction": result.interaction,
        "grr": result.grr,
        "pv": result.pv,
        "tv": result.tv,
        "percent_study_variation": _shares(result.percent_study_variation),
        "percent_contribution": _shares(result.percent_contribution),
        "percent_tolerance": _shares(result.percent_tolerance) if result.percent_tolerance else None,
        "ndc": result.ndc,
        "p_interaction": result.p_interaction,
        "pooled": result.pooled,
        "method": str(result.method),
        "design": str(result.design),
        "alpha": result.alpha,
        "multiplier": result.multiplier,
        "tolerance": result.tolerance,
        "appraisers": result.appraisers,
        "parts": result.parts,
        "trials": result.trials,
        "verdict": str(result.verdict),
        "tolerance_verdict": result.tolerance_verdict and str(result.tolerance_verdict),
        "ndc_verdict": str(result.ndc_verdict),
        "sentences": _said(result.sentences),
        "anova": [_anova_row(row) for row in result.anova],
        "anova_pooled": [_anova_row(row) for row in result.anova_pooled],
        "cells": [
            {
                "appraiser": cell.appraiser,
                "part": cell.part,
                "readings": list(cell.readings),
                "mean": cell.mean,
                "range": cell.range,
            }
            for cell in result.cells
        ],
    }


def agreement_document(result: "AgreementResult") -> Document:
    """As JSON: rates as fractions; ``within`` is Fleiss' kappa of the appraiser's trials."""
    between = result.between
    return {
        "appraisers": [_appraiser(one) for one in result.appraisers],
        "between": {
            "kappa": between.kappa,
            "kappa_method": "fleiss",
            "agreement": _matched(between.matched),
            "kappa_reference": between.kappa_reference,
            "effectiveness": _matched(between.effectiveness),
            "pairs": [
                {"appraisers": list(pair.appraisers), "kappa": pair.kappa, "kappa_method": "cohen"}
                for pair in between.pairs
            ],
        },
        "good": result.good,
        "parts": result.parts,
        "trials": result.trials,
        "confidence": result.confidence,
        "sentences": _said(result.sentences),
    }


def bias_document(result: "BiasResult") -> Document:
    """As JSON, in the unit of the readings."""
    names = (
        "n", "mean", "reference", "bias", "sigma_repeatability", "sigma_bias", "df", "t", "p", "alpha", "lower", "upper",
        "percent_ev", "acceptable",
    )  # fmt: skip
    return {**{name: getattr(result, name) for name in names}, "sentences": _said(result.sentences)}


def linearity_document(result: "LinearityResult") -> Document:
    """As JSON: the line, and the bias of every part with the confidence band of the line there."""
    names = (
        "n", "sigma", "r_squared", "df", "alpha", "mean_bias", "linearity", "percent_linearity", "acceptable",
    )  # fmt: skip
    return {
        "slope": _coefficient(result.slope),
        "intercept": _coefficient(result.intercept),
        **{name: getattr(result, name) for name in names},
        "parts": [_part_bias(part) for part in result.parts],
        "sentences": _said(result.sentences),
    }


def stability_document(result: "StabilityResult") -> Document:
    """As JSON: the control chart as ``stats control-chart`` gives it, and what it says about the gauge."""
    from supplier_quality.calculator.stats_json import chart_document

    return {
        "stable": result.stable,
        "bias_stable": result.bias_stable,
        "repeatability_stable": result.repeatability_stable,
        "chart": chart_document(result.chart),
        "sentences": _said(result.sentences),
    }


def _shares(shares: "Shares") -> Document:
    return {name: getattr(shares, name) for name in ("ev", "av", "interaction", "grr", "pv")}


def _anova_row(row: Any) -> Document:
    return {"source": str(row.source), **{name: getattr(row, name) for name in ("df", "ss", "ms", "f", "p")}}


def _appraiser(one: "AppraiserAgreement") -> Document:
    return {
        "appraiser": one.appraiser,
        "kappa_reference": one.kappa_reference,
        "kappa_reference_method": "cohen",
        "kappa_verdict": one.kappa_band and str(one.kappa_band),
        "effectiveness": one.effectiveness.fraction,
        "effectiveness_interval": [one.effectiveness.lower, one.effectiveness.upper],
        "effectiveness_verdict": str(one.effectiveness_band),
        "miss_rate": one.miss.fraction,
        "miss_verdict": _band(one.miss),
        "misses": _count(one.miss),
        "false_alarm_rate": one.false_alarm.fraction,
        "false_alarm_verdict": _band(one.false_alarm),
        "false_alarms": _count(one.false_alarm),
        "within": one.kappa_within,
        "within_method": "fleiss",
        "within_agreement": _matched(one.within),
    }


def _band(rate: "Rate") -> str | None:
    return None if rate.band is None else str(rate.band)


def _count(rate: "Rate") -> Document:
    return {"count": rate.count, "of": rate.of}


def _matched(found: "Matched") -> Document:
    return {
        "matched": found.matched,
        "inspected": found.inspected,
        "fraction": found.fraction,
        "interval": [found.lower, found.upper],
    }


def _coefficient(found: "Coefficient") -> Document:
    return {name: getattr(found, name) for name in ("value", "standard_error", "t", "p")}


def _part_bias(found: "PartBias") -> Document:
    return {
        "part": found.part,
        "reference": found.reference,
        **_mean_test(found.bias),
        "fitted": found.fitted,
        "band": [found.band_lower, found.band_upper],
        "percent": found.percent,
    }


def _mean_test(found: "MeanTest") -> Document:
    names = ("n", "sigma", "sigma_mean", "df", "t", "p", "lower", "upper")
    return {"bias": found.mean, **{name: getattr(found, name) for name in names}}


def _said(sentences: tuple[Words, ...]) -> list[str]:
    return [sentence.render() for sentence in sentences]
