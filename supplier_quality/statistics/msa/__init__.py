"""Measurement system analysis: gauge R&R, bias, linearity, stability, attribute agreement. docs/msa.md has the formulas."""

from supplier_quality.statistics.msa.acceptance import Band, Limits, limits
from supplier_quality.statistics.msa.agreement import (
    AgreementResult,
    AppraiserAgreement,
    GroupAgreement,
    Matched,
    PairAgreement,
    Rate,
    attribute_agreement,
)
from supplier_quality.statistics.msa.anova import POOLING_ALPHA, gauge_anova
from supplier_quality.statistics.msa.average_range import KConstants, gauge_range, k_constants
from supplier_quality.statistics.msa.bias import BiasResult, bias
from supplier_quality.statistics.msa.linearity import Coefficient, LinearityResult, PartBias, linearity
from supplier_quality.statistics.msa.mean_test import MeanTest
from supplier_quality.statistics.msa.ratings import RatingStudy, read_ratings
from supplier_quality.statistics.msa.results import AnovaRow, Cell, GaugeResult, Method, Shares, Source
from supplier_quality.statistics.msa.stability import StabilityResult, judge_stability
from supplier_quality.statistics.msa.study import Design, GaugeStudy, read_study
from supplier_quality.statistics.refusals import CannotCompute

__all__ = [
    "POOLING_ALPHA",
    "AgreementResult",
    "AnovaRow",
    "AppraiserAgreement",
    "Band",
    "BiasResult",
    "CannotCompute",
    "Cell",
    "Coefficient",
    "Design",
    "GaugeResult",
    "GaugeStudy",
    "GroupAgreement",
    "KConstants",
    "Limits",
    "LinearityResult",
    "Matched",
    "MeanTest",
    "Method",
    "PairAgreement",
    "PartBias",
    "Rate",
    "RatingStudy",
    "Shares",
    "Source",
    "StabilityResult",
    "attribute_agreement",
    "bias",
    "gauge_anova",
    "gauge_range",
    "judge_stability",
    "k_constants",
    "limits",
    "linearity",
    "read_ratings",
    "read_study",
]
