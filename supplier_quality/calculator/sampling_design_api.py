"""JSON API of plans made to measure, tables of the user, outgoing quality and plans by variables. It touches no record."""

from typing import Any

from marshmallow import fields, validate

from supplier_quality import web
from supplier_quality.calculator.plan_tables import printed_table_of
from supplier_quality.calculator.sampling_api import MOST_POINTS, DesignedView
from supplier_quality.calculator.table_api import TableGiven, take_table
from supplier_quality.statistics import sampling
from supplier_quality.statistics.sampling import Single
from supplier_quality.web.api import ApiSchema

blueprint = web.api_blueprint(
    "sampling_design", "/sampling", description="Acceptance sampling: c = 0, isolated lots, AOQ, variables"
)

MOST_READINGS = 1_000
_SEVERITIES = tuple(str(each) for each in sampling.Severity)


class ZeroGiven(ApiSchema):
    """A limiting quality and the risk of accepting it, both as fractions; the lot in pieces, null for a long series."""

    lq = fields.Float(required=True)
    beta = fields.Float(load_default=0.10)
    lot_size = fields.Integer(strict=True, load_default=None, allow_none=True)


class IsolatedGiven(ZeroGiven):
    """The same for one lot of a known size, with an acceptance number."""

    lot_size = fields.Integer(strict=True, required=True)
    ac = fields.Integer(strict=True, load_default=0)


class PrintedGiven(TableGiven):
    """A table of the user with the columns lot_from, lot_to, index, sample_size and ac, its name and edition, and a lot."""

    name = fields.String(required=True)
    edition = fields.String(required=True)
    lot_size = fields.Integer(strict=True, required=True)
    index = fields.String(required=True, metadata={"description": "AQL or LQ that heads a column, as the table has it"})


class PrintedPlanView(ApiSchema):
    """The plan as the table has it, with the table's name and edition."""

    name = fields.String(required=True)
    edition = fields.String(required=True)
    sample_size = fields.Integer(required=True)
    ac = fields.Integer(required=True)
    re = fields.Integer(required=True)
    inspect_all = fields.Boolean(required=True)


class AoqGiven(ApiSchema):
    """A plan; incoming fractions ``p``; ``aql`` and ``lq`` as fractions for the risks. Without a lot size ATI is null."""

    sample_size = fields.Integer(strict=True, required=True)
    ac = fields.Integer(strict=True, required=True)
    lot_size = fields.Integer(strict=True, load_default=None, allow_none=True)
    p = fields.List(fields.Float(), load_default=list, validate=validate.Length(max=MOST_POINTS))
    aql = fields.Float(load_default=None, allow_none=True)
    lq = fields.Float(load_default=None, allow_none=True)


class OutgoingView(ApiSchema):
    """At the incoming fraction ``p``: probability of acceptance, average outgoing fraction, pieces inspected per lot."""

    p = fields.Float(required=True)
    pa = fields.Float(required=True)
    aoq = fields.Float(required=True)
    ati = fields.Float(required=True, allow_none=True)


class ProtectionView(ApiSchema):
    """The worst average outgoing quality with where it comes, both risks, and the points asked for."""

    aoql = fields.Nested(OutgoingView, required=True)
    producers_risk = fields.Float(required=True, allow_none=True)
    consumers_risk = fields.Float(required=True, allow_none=True)
    points = fields.List(fields.Nested(OutgoingView), required=True)


class VariablesGiven(ApiSchema):
    """A cell of ANSI/ASQ Z1.9; with ``values`` and a limit the lot is judged."""

    code_letter = fields.String(required=True)
    aql = fields.String(required=True)
    severity = fields.String(load_default=_SEVERITIES[0], validate=validate.OneOf(_SEVERITIES))
    values = fields.List(
        fields.Float(), load_default=None, allow_none=True, validate=validate.Length(min=1, max=MOST_READINGS)
    )
    lsl = fields.Float(load_default=None, allow_none=True)
    usl = fields.Float(load_default=None, allow_none=True)


class VariablesJudgementView(ApiSchema):
    """Accepted when every quality index that is there is at least k."""

    n = fields.Integer(required=True)
    mean = fields.Float(required=True)
    s = fields.Float(required=True)
    q_lower = fields.Float(required=True, allow_none=True)
    q_upper = fields.Float(required=True, allow_none=True)
    accepted = fields.Boolean(required=True)


class VariablesView(ApiSchema):
    """The plan, and the judgement of the lot where readings were sent."""

    standard = fields.String(required=True)
    edition = fields.String(required=True)
    severity = fields.String(required=True)
    code_letter = fields.String(required=True)
    aql = fields.String(required=True)
    sample_size = fields.Integer(required=True)
    k = fields.Float(required=True)
    m_percent = fields.Float(required=True)
    judgement = fields.Nested(VariablesJudgementView, required=True, allow_none=True)


@blueprint.post("/zero")
@web.bearer("calculator:read")
@blueprint.arguments(ZeroGiven)
@blueprint.response(200, DesignedView)
def zero(given: dict[str, Any]) -> dict[str, Any]:
    """The smallest plan with acceptance number 0 for a limiting quality"""
    return sampling.zero_acceptance_plan(**given).as_json()


@blueprint.post("/isolated")
@web.bearer("calculator:read")
@blueprint.arguments(IsolatedGiven)
@blueprint.response(200, DesignedView)
def isolated(given: dict[str, Any]) -> dict[str, Any]:
    """The smallest plan for an isolated lot, by limiting quality"""
    return sampling.limiting_quality_plan(**given).as_json()


@blueprint.post("/printed")
@web.bearer("calculator:read")
@blueprint.arguments(PrintedGiven)
@blueprint.response(200, PrintedPlanView)
def printed(given: dict[str, Any]) -> dict[str, object]:
    """The plan of a lot in a table of the user"""
    lot_size, index = given.pop("lot_size"), given.pop("index")
    table = take_table(given)
    return printed_table_of(table, **given).plan(lot_size, index).as_json()


@blueprint.post("/aoq")
@web.bearer("calculator:read")
@blueprint.arguments(AoqGiven)
@blueprint.response(200, ProtectionView)
def aoq(given: dict[str, Any]) -> dict[str, object]:
    """Average outgoing quality, average total inspection and both risks of a plan"""
    plan = Single(given["sample_size"], given["ac"], given["lot_size"])
    return sampling.protection(plan, given["p"], aql=given["aql"], lq=given["lq"]).as_json()


@blueprint.post("/variables")
@web.bearer("calculator:read")
@blueprint.arguments(VariablesGiven)
@blueprint.response(200, VariablesView)
def variables(given: dict[str, Any]) -> dict[str, object]:
    """A plan by variables, and the judgement of a lot by its readings"""
    values, lsl, usl = given.pop("values"), given.pop("lsl"), given.pop("usl")
    plan = sampling.variables_plan(**given)
    judged = None if values is None else sampling.judge_variables(values, plan, lsl=lsl, usl=usl)
    return {**plan.as_json(), "judgement": judged.as_json() if judged else None}
