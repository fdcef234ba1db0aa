"""JSON API of measurement system analysis. It calculates and touches no record; numbers come from ``statistics.msa``."""

from typing import Any

from marshmallow import fields, validate

from supplier_quality import web
from supplier_quality.calculator import msa_studies
from supplier_quality.calculator.stats_api import ChartView
from supplier_quality.calculator.table_api import TableGiven, take_table
from supplier_quality.web.api import ApiSchema

blueprint = web.api_blueprint(
    "msa", "/msa", description="Measurement system analysis: gauge R&R, bias, linearity, stability, agreement"
)


class StabilityGiven(TableGiven):
    """Readings of one master part over time, in subgroups."""

    value = fields.String(load_default="value")
    subgroup = fields.String(load_default=None, allow_none=True)
    subgroup_size = fields.Integer(strict=True, load_default=None, allow_none=True)
    chart = fields.String(
        load_default=msa_studies.STABILITY_CHARTS[0], validate=validate.OneOf(msa_studies.STABILITY_CHARTS)
    )
    rules = fields.List(fields.String(), load_default=list)


class StabilityView(ApiSchema):
    """Whether the gauge stays the same; ``chart`` is the control chart that says so."""

    stable = fields.Boolean(required=True)
    bias_stable = fields.Boolean(required=True)
    repeatability_stable = fields.Boolean(required=True)
    chart = fields.Nested(ChartView, required=True)
    sentences = fields.List(fields.String(), required=True)


class GaugeGiven(TableGiven):
    """Readings of a gauge study; ``part``, ``appraiser`` and ``value`` name their columns."""

    part = fields.String(load_default="part")
    appraiser = fields.String(load_default="appraiser")
    value = fields.String(load_default="value")
    method = fields.String(load_default="anova", validate=validate.OneOf(("anova", "range")))
    design = fields.String(load_default="crossed", validate=validate.OneOf(("crossed", "nested")))
    alpha = fields.Float(load_default=None, allow_none=True)
    tolerance = fields.Float(load_default=None, allow_none=True)
    multiplier = fields.Float(load_default=6.0)
    limit_included = fields.Boolean(load_default=None, allow_none=True)


class SharesView(ApiSchema):
    """One number per component; ``interaction`` is null where it is not estimated."""

    ev = fields.Float(required=True)
    av = fields.Float(required=True)
    interaction = fields.Float(required=True, allow_none=True)
    grr = fields.Float(required=True)
    pv = fields.Float(required=True)


class AnovaRowView(ApiSchema):
    source = fields.String(required=True)
    df = fields.Integer(required=True)
    ss = fields.Float(required=True)
    ms = fields.Float(required=True, allow_none=True)
    f = fields.Float(required=True, allow_none=True)
    p = fields.Float(required=True, allow_none=True)


class CellView(ApiSchema):
    appraiser = fields.String(required=True)
    part = fields.String(required=True)
    readings = fields.List(fields.Float(), required=True)
    mean = fields.Float(required=True)
    range = fields.Float(required=True)


class GaugeView(SharesView):
    """Components as standard deviations, and their percentages."""

    tv = fields.Float(required=True)
    percent_study_variation = fields.Nested(SharesView, required=True)
    percent_contribution = fields.Nested(SharesView, required=True)
    percent_tolerance = fields.Nested(SharesView, required=True, allow_none=True)
    ndc = fields.Integer(required=True)
    p_interaction = fields.Float(required=True, allow_none=True)
    pooled = fields.Boolean(required=True, allow_none=True)
    method = fields.String(required=True)
    design = fields.String(required=True)
    alpha = fields.Float(required=True, allow_none=True)
    multiplier = fields.Float(required=True)
    tolerance = fields.Float(required=True, allow_none=True)
    appraisers = fields.Integer(required=True)
    parts = fields.Integer(required=True)
    trials = fields.Integer(required=True)
    verdict = fields.String(required=True)
    tolerance_verdict = fields.String(required=True, allow_none=True)
    ndc_verdict = fields.String(required=True)
    sentences = fields.List(fields.String(), required=True)
    anova = fields.List(fields.Nested(AnovaRowView), required=True)
    anova_pooled = fields.List(fields.Nested(AnovaRowView), required=True)
    cells = fields.List(fields.Nested(CellView), required=True)


class AgreementGiven(TableGiven):
    """Ratings of an attribute study; ``good`` is the label of a conforming part, the others name columns."""

    good = fields.String(required=True)
    appraiser = fields.String(load_default="appraiser")
    part = fields.String(load_default="part")
    trial = fields.String(load_default="trial")
    rating = fields.String(load_default="rating")
    reference = fields.String(load_default="reference")
    confidence = fields.Float(load_default=0.95)


class MatchedView(ApiSchema):
    matched = fields.Integer(required=True)
    inspected = fields.Integer(required=True)
    fraction = fields.Float(required=True)
    interval = fields.List(fields.Float(), required=True)


class CountView(ApiSchema):
    count = fields.Integer(required=True)
    of = fields.Integer(required=True)


class AppraiserView(ApiSchema):
    """Rates are fractions; ``within`` is the kappa of the appraiser's own trials."""

    appraiser = fields.String(required=True)
    kappa_reference = fields.Float(required=True, allow_none=True)
    kappa_reference_method = fields.String(required=True)
    kappa_verdict = fields.String(required=True, allow_none=True)
    effectiveness = fields.Float(required=True)
    effectiveness_interval = fields.List(fields.Float(), required=True)
    effectiveness_verdict = fields.String(required=True)
    miss_rate = fields.Float(required=True, allow_none=True)
    miss_verdict = fields.String(required=True, allow_none=True)
    misses = fields.Nested(CountView, required=True)
    false_alarm_rate = fields.Float(required=True, allow_none=True)
    false_alarm_verdict = fields.String(required=True, allow_none=True)
    false_alarms = fields.Nested(CountView, required=True)
    within = fields.Float(required=True, allow_none=True)
    within_method = fields.String(required=True)
    within_agreement = fields.Nested(MatchedView, required=True)


class PairView(ApiSchema):
    appraisers = fields.List(fields.String(), required=True)
    kappa = fields.Float(required=True, allow_none=True)
    kappa_method = fields.String(required=True)


class BetweenView(ApiSchema):
    kappa = fields.Float(required=True, allow_none=True)
    kappa_method = fields.String(required=True)
    agreement = fields.Nested(MatchedView, required=True)
    kappa_reference = fields.Float(required=True, allow_none=True)
    effectiveness = fields.Nested(MatchedView, required=True)
    pairs = fields.List(fields.Nested(PairView), required=True)


class AgreementView(ApiSchema):
    appraisers = fields.List(fields.Nested(AppraiserView), required=True)
    between = fields.Nested(BetweenView, required=True)
    good = fields.String(required=True)
    parts = fields.Integer(required=True)
    trials = fields.Integer(required=True)
    confidence = fields.Float(required=True)
    sentences = fields.List(fields.String(), required=True)


class BiasGiven(TableGiven):
    """Readings of one part and its reference value."""

    value = fields.String(load_default="value")
    reference = fields.Float(required=True)
    alpha = fields.Float(load_default=0.05)
    process_sigma = fields.Float(load_default=None, allow_none=True)


class BiasView(ApiSchema):
    n = fields.Integer(required=True)
    mean = fields.Float(required=True)
    reference = fields.Float(required=True)
    bias = fields.Float(required=True)
    sigma_repeatability = fields.Float(required=True)
    sigma_bias = fields.Float(required=True)
    df = fields.Integer(required=True)
    t = fields.Float(required=True)
    p = fields.Float(required=True)
    alpha = fields.Float(required=True)
    lower = fields.Float(required=True)
    upper = fields.Float(required=True)
    percent_ev = fields.Float(required=True, allow_none=True)
    acceptable = fields.Boolean(required=True)
    sentences = fields.List(fields.String(), required=True)


class LinearityGiven(TableGiven):
    """Readings of several parts with their reference values; the names are those of columns."""

    value = fields.String(load_default="value")
    reference = fields.String(load_default="reference")
    part = fields.String(load_default=None, allow_none=True)
    alpha = fields.Float(load_default=0.05)
    process_variation = fields.Float(load_default=None, allow_none=True)


class CoefficientView(ApiSchema):
    value = fields.Float(required=True)
    standard_error = fields.Float(required=True)
    t = fields.Float(required=True)
    p = fields.Float(required=True)


class PartBiasView(ApiSchema):
    part = fields.String(required=True)
    reference = fields.Float(required=True)
    bias = fields.Float(required=True)
    n = fields.Integer(required=True)
    sigma = fields.Float(required=True, allow_none=True)
    sigma_mean = fields.Float(required=True, allow_none=True)
    df = fields.Integer(required=True)
    t = fields.Float(required=True, allow_none=True)
    p = fields.Float(required=True, allow_none=True)
    lower = fields.Float(required=True, allow_none=True)
    upper = fields.Float(required=True, allow_none=True)
    fitted = fields.Float(required=True)
    band = fields.List(fields.Float(), required=True)
    percent = fields.Float(required=True, allow_none=True)


class LinearityView(ApiSchema):
    slope = fields.Nested(CoefficientView, required=True)
    intercept = fields.Nested(CoefficientView, required=True)
    n = fields.Integer(required=True)
    sigma = fields.Float(required=True)
    r_squared = fields.Float(required=True)
    df = fields.Integer(required=True)
    alpha = fields.Float(required=True)
    mean_bias = fields.Float(required=True)
    linearity = fields.Float(required=True, allow_none=True)
    percent_linearity = fields.Float(required=True)
    acceptable = fields.Boolean(required=True)
    parts = fields.List(fields.Nested(PartBiasView), required=True)
    sentences = fields.List(fields.String(), required=True)


@blueprint.post("/grr")
@web.bearer("calculator:read")
@blueprint.arguments(GaugeGiven)
@blueprint.response(200, GaugeView)
def grr(given: dict[str, Any]) -> dict[str, Any]:
    """Repeatability and reproducibility of a gauge"""
    return msa_studies.gauge_document(msa_studies.gauge_study(take_table(given), **given))


@blueprint.post("/agreement")
@web.bearer("calculator:read")
@blueprint.arguments(AgreementGiven)
@blueprint.response(200, AgreementView)
def agreement(given: dict[str, Any]) -> dict[str, Any]:
    """Agreement of appraisers who rate parts as conforming or not"""
    return msa_studies.agreement_document(msa_studies.agreement_study(take_table(given), **given))


@blueprint.post("/bias")
@web.bearer("calculator:read")
@blueprint.arguments(BiasGiven)
@blueprint.response(200, BiasView)
def bias(given: dict[str, Any]) -> dict[str, Any]:
    """Bias of a gauge on a part with a known value"""
    return msa_studies.bias_document(msa_studies.bias_study(take_table(given), **given))


@blueprint.post("/linearity")
@web.bearer("calculator:read")
@blueprint.arguments(LinearityGiven)
@blueprint.response(200, LinearityView)
def linearity(given: dict[str, Any]) -> dict[str, Any]:
    """Whether the bias of a gauge changes over its range"""
    return msa_studies.linearity_document(msa_studies.linearity_study(take_table(given), **given))


@blueprint.post("/stability")
@web.bearer("calculator:read")
@blueprint.arguments(StabilityGiven)
@blueprint.response(200, StabilityView)
def stability(given: dict[str, Any]) -> dict[str, Any]:
    """Whether a gauge stays the same over time"""
    return msa_studies.stability_document(msa_studies.stability_study(take_table(given), **given))
