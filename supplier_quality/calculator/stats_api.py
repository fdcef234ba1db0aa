"""JSON API of capability studies and control charts. It calculates and touches no record."""

from typing import Any

from marshmallow import fields, validate

from supplier_quality import web
from supplier_quality.calculator import stats_studies
from supplier_quality.calculator.stats_studies import CapabilityAsked, ChartAsked, Columns
from supplier_quality.calculator.table_api import TableGiven, take_table
from supplier_quality.calculator.tables import Table
from supplier_quality.web.api import ApiSchema

blueprint = web.api_blueprint("statistics", "/statistics", description="Process capability and control charts")

_SCOPE = "calculator:read"
_COLUMN_PARTS = ("column", "subgroup", "subgroup_size", "size_column", "phase")


class ReadingsGiven(TableGiven):
    """The data, and where in them the readings stand."""

    column = fields.String(required=True)
    subgroup = fields.String(load_default=None, allow_none=True)
    subgroup_size = fields.Integer(strict=True, load_default=None, allow_none=True)


class CapabilityGiven(ReadingsGiven):
    """A capability study; at least one limit."""

    lsl = fields.Float(load_default=None, allow_none=True)
    usl = fields.Float(load_default=None, allow_none=True)
    target = fields.Float(load_default=None, allow_none=True)
    sigma = fields.String(load_default=None, allow_none=True, validate=validate.OneOf(stats_studies.SIGMAS))
    study = fields.String(load_default=stats_studies.STUDIES[0], validate=validate.OneOf(stats_studies.STUDIES))
    treatment = fields.String(
        load_default=stats_studies.TREATMENTS[0], validate=validate.OneOf(stats_studies.TREATMENTS)
    )
    rules = fields.List(fields.String(), load_default=list)
    alpha = fields.Float(load_default=0.05)
    confidence = fields.Float(load_default=0.95)


class ChartGiven(ReadingsGiven):
    """A control chart; ``fixed`` are the lines of an earlier one, as this API answered them.

    ``target`` and ``sigma`` are standard values from which the limits of every point are computed by its size; for counts
    ``target`` alone. ``phase`` names a column: limits are computed for each phase, and the rules start anew.
    """

    chart = fields.String(required=True, validate=validate.OneOf(stats_studies.CHARTS))
    size_column = fields.String(load_default=None, allow_none=True)
    phase = fields.String(load_default=None, allow_none=True)
    rules = fields.List(fields.String(), load_default=lambda: [stats_studies.RULE_SETS[0]])
    fixed = fields.Dict(keys=fields.String(), load_default=None, allow_none=True)
    target = fields.Float(load_default=None, allow_none=True)
    sigma = fields.Float(load_default=None, allow_none=True)
    weight = fields.Float(load_default=None, allow_none=True, metadata={"description": "Of ewma; 0.2 when not given"})
    allowance = fields.Float(
        load_default=None, allow_none=True, metadata={"description": "Of cusum; 0.5 when not given"}
    )
    decision = fields.Float(load_default=None, allow_none=True, metadata={"description": "Of cusum; 5 when not given"})


class ViolationView(ApiSchema):
    """A rule broken at a point, counted from 1 along the chart; ``phase`` names its phase where there are phases."""

    chart = fields.String(required=True)
    phase = fields.String()
    point = fields.Integer(required=True)
    rule = fields.String(required=True)
    sentence = fields.String(required=True)


class CapabilityView(ApiSchema):
    """A capability study; lengths in the unit of the readings, rates in parts per million."""

    n = fields.Integer(required=True)
    subgroups = fields.Integer(required=True)
    sigma_method = fields.String(required=True)
    mean = fields.Float(required=True)
    min = fields.Float(required=True)
    max = fields.Float(required=True)
    sigma_within = fields.Float(required=True)
    sigma_overall = fields.Float(required=True)
    lsl = fields.Float(allow_none=True)
    usl = fields.Float(allow_none=True)
    target = fields.Float(allow_none=True)
    cp = fields.Float(allow_none=True)
    cpl = fields.Float(allow_none=True)
    cpu = fields.Float(allow_none=True)
    cpk = fields.Float(required=True)
    pp = fields.Float(allow_none=True)
    ppl = fields.Float(allow_none=True)
    ppu = fields.Float(allow_none=True)
    ppk = fields.Float(required=True)
    cpm = fields.Float(allow_none=True)
    cm = fields.Float(allow_none=True)
    cmk = fields.Float(allow_none=True)
    confidence = fields.Dict(required=True)
    normality = fields.Dict(allow_none=True)
    way_out = fields.Dict(allow_none=True)
    ppm = fields.Dict(required=True)
    stability = fields.Dict(required=True)
    verdict = fields.Dict(required=True)
    sentences = fields.List(fields.String(), required=True)


_NUMBER: dict[str, Any] = {"type": "number"}
_NUMBER_OR_NULL: dict[str, Any] = {"type": ["number", "null"]}


def _lines() -> fields.Raw:
    """One number for all points, or a list with one for each, null where a phase has no point."""
    return fields.Raw(required=True, metadata={"anyOf": [_NUMBER, {"type": "array", "items": _NUMBER_OR_NULL}]})


class StandardView(ApiSchema):
    """What limits of any sample size are computed from; ``sigma``, of single readings, is null for counts."""

    target = fields.Float(required=True, allow_none=True)
    sigma = fields.Float(required=True, allow_none=True)


class PhaseView(ApiSchema):
    """A stretch of a chart with limits of its own: ``points`` points from ``first_point``, counted from 1."""

    name = fields.String(required=True)
    first_point = fields.Integer(required=True)
    points = fields.Integer(required=True)
    standard = fields.Nested(StandardView, required=True, allow_none=True)


class DispersionView(ApiSchema):
    """Points and lines of one chart; limits are numbers, or lists where every point has its own."""

    name = fields.String(required=True)
    center = _lines()
    ucl = _lines()
    lcl = _lines()
    sigma = _lines()
    first_point = fields.Integer(required=True)
    points = fields.List(fields.Float(allow_none=True), required=True)
    lower_points = fields.List(fields.Float(allow_none=True))


class ChartView(DispersionView):
    """A control chart, its location chart at the top level."""

    chart = fields.String(required=True)
    dispersion = fields.Nested(DispersionView, allow_none=True)
    standard = fields.Nested(StandardView, required=True, allow_none=True)
    phases = fields.List(fields.Nested(PhaseView), required=True)
    is_stable = fields.Boolean(required=True)
    rules = fields.List(fields.String(), required=True)
    violations = fields.List(fields.Nested(ViolationView), required=True)


@blueprint.post("/capability")
@web.bearer(_SCOPE)
@blueprint.arguments(CapabilityGiven)
@blueprint.response(200, CapabilityView)
def capability(given: dict[str, Any]) -> dict[str, Any]:
    """Study the capability of a characteristic"""
    from supplier_quality.calculator.stats_json import capability_document

    table, columns = _read(given)
    return capability_document(stats_studies.study_capability(table, CapabilityAsked(columns=columns, **given)))


@blueprint.post("/control-chart")
@web.bearer(_SCOPE)
@blueprint.arguments(ChartGiven)
@blueprint.response(200, ChartView)
def control_chart(given: dict[str, Any]) -> dict[str, Any]:
    """Draw up a control chart and look for broken rules"""
    from supplier_quality.calculator.stats_json import chart_document

    table, columns = _read(given)
    return chart_document(stats_studies.draw_chart(table, ChartAsked(columns=columns, **given)))


def _read(given: dict[str, Any]) -> tuple[Table, Columns]:
    """Takes the table and its columns out of what was given; the rest stays. Raises BadInput."""
    table = take_table(given)
    return table, Columns(**{name: given.pop(name) for name in _COLUMN_PARTS if name in given})
